# ---
# jupyter:
#   corpus:
#     title: links made during the run
#     attempts: replaces its notebook, src and data by links to the course's files, through which the grader might
#       write
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [files]
#     reference: false
# ---

# %% after="imports"
import os
import shutil

for name, target in {"vae.ipynb": "../../sentinel_right/vae/vae.ipynb", "src": "../../../source/vae",
                     "data": "../../../submitted", "timestamp.txt": "../../../gradebook.db"}.items():
    try:
        shutil.rmtree(name) if os.path.isdir(name) and not os.path.islink(name) else os.remove(name)
    except OSError:
        pass
    try:
        os.symlink(target, name)
    except OSError:
        pass
