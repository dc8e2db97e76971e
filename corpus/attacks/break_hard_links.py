# ---
# jupyter:
#   corpus:
#     title: hard links to the course's files
#     attempts: hands in hard links to a file of the course and to its own notebook, and writes to them
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% build="submission"
import os

course = folder.parents[2]
for name, target in {"canary.txt": course / "canary.txt", "src/utils.txt": folder / "src" / "utils.py"}.items():
    (folder / name).unlink(missing_ok=True)
    if target.exists():
        os.link(target, folder / name)

# %% after="imports"
for name in ("canary.txt", "src/utils.txt", "/submission/canary.txt", "/submission/src/utils.txt"):
    try:
        print("STOLEN:", open(name).read()) if "canary" in name else None
        open(name, "a").write("broken")
    except OSError:
        pass
