# ---
# jupyter:
#   corpus:
#     title: a path longer than any
#     attempts: hands in folders within folders, whose whole path no call of the system takes
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% build="submission"
import os

here = os.open(folder, os.O_RDONLY)
for _ in range(60):
    os.mkdir("d" * 200, dir_fd=here)
    inner = os.open("d" * 200, os.O_RDONLY, dir_fd=here)
    os.close(here)
    here = inner
os.close(here)
