# ---
# jupyter:
#   corpus:
#     title: file names that programs stumble over
#     attempts: hands in names with newlines, terminal escapes, options, wildcards and bytes that are no text
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     flags: []
# ---

# %% build="submission"
import os

names = ["two\nlines.txt", "\x1b[2J\x1b]0;owned\x07.txt", "-rf", "--output=x", "*", "$(touch coursekit-stray)",
         "a'b\"c", " ", "ą" * 120, "con.txt ", "<script>alert(1)<", "…"]
for name in names:
    (folder / name.replace("/", "\u2215")).write_text("x")
with open(os.fsencode(folder) + b"/\xff\xfe.txt", "w") as file:
    file.write("x")
(folder / "two\nlines").mkdir(exist_ok=True)
(folder / "two\nlines" / "inner.txt").write_text("x")
