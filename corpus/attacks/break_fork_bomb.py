# ---
# jupyter:
#   corpus:
#     title: a fork bomb
#     attempts: forks until no process can be made
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [process]
#     reference: false
# ---

# %% after="imports"
import os

assert os.path.isdir("/home/student"), "only in the sandbox"

import time

parent = os.getpid()
for _ in range(20):
    try:
        os.fork()
    except OSError:
        break
if os.getpid() != parent:
    time.sleep(1000)
