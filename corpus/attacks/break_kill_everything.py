# ---
# jupyter:
#   corpus:
#     title: SIGKILL to everything
#     attempts: kills its parent, process number 1, every process it may, and itself
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [process, kernel ended]
#     reference: false
# ---

# %% after="imports"
import os

assert os.path.isdir("/home/student"), "only in the sandbox"

import signal

for pid in (os.getppid(), 1, -1, os.getpid()):
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        pass
