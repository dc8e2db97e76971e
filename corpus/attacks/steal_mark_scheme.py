# ---
# jupyter:
#   corpus:
#     title: the mark scheme and the hidden tests in the notebook that is being graded
#     attempts: reads the notebook's own file while it is executed, into which autograding has put what students
#       do not see
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% after="imports"
import glob
import re

for path in glob.glob("/submission/**/*", recursive=True) + glob.glob("**/*", recursive=True):
    try:
        text = open(path).read()
    except (OSError, UnicodeDecodeError):
        continue
    for found in re.findall("BEGIN MARK" + " SCHEME.{300}|BEGIN HIDDEN" + " TESTS.{200}", text, re.DOTALL):
        print("STOLEN:", found)
