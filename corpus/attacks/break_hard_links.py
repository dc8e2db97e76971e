# ---
# jupyter:
#   corpus:
#     title: hard links to others' files
#     attempts: hands in hard links to another student's notebook and to the course's settings, and writes to them
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% build="submission"
import os

course = folder.parents[2]
for name, target in {"other.txt": course / "submitted" / "sentinel_right" / "vae" / "vae.ipynb",
                     "settings.txt": course / "nbgrader_config.py"}.items():
    (folder / name).unlink(missing_ok=True)
    os.link(target, folder / name)

# %% after="imports"
for name in ("other.txt", "settings.txt", "/submission/other.txt", "/submission/settings.txt"):
    try:
        open(name, "a").write("broken")
    except OSError:
        pass
