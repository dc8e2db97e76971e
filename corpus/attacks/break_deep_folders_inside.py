# ---
# jupyter:
#   corpus:
#     title: folders that cannot be deleted by their path
#     attempts: makes, during the run, folders nested deeper than a path can be long, and takes all permissions
#       from them
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [files]
#     reference: false
# ---

# %% after="imports"
import os

here = os.getcwd()
for _ in range(1200):  # more than Python's limit of recursion, too
    os.mkdir("d" * 100)
    os.chdir("d" * 100)
os.chmod(here, 0)
