# ---
# jupyter:
#   corpus:
#     title: a FIFO in the submission
#     attempts: hands in named pipes, at which a reader waits without end, one in the place of the notebook's time
#       stamp
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% build="submission"
import os

for name in ("pipe", "timestamp.txt", "src/pipe.py"):
    (folder / name).unlink(missing_ok=True)
    os.mkfifo(folder / name)
