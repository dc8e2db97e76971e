# ---
# jupyter:
#   corpus:
#     title: a daemon
#     attempts: forks twice, leaves the session, and goes on writing
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [process, left processes]
#     reference: false
# ---

# %% after="imports"
import os

assert os.path.isdir("/home/student"), "only in the sandbox"

import sys
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execv(sys.executable, [sys.executable, "-c", "import time  # coursekit-stray\n"
                                  "while True: open('daemon.txt', 'a').write('here'); time.sleep(0.1)"])
    os._exit(0)
