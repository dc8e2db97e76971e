# ---
# jupyter:
#   corpus:
#     title: threads without end
#     attempts: starts threads until the system refuses
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [process]
#     reference: false
# ---

# %% after="imports"
import os

assert os.path.isdir("/home/student"), "only in the sandbox"

import threading
import time

started = 0
while started < 100_000:
    threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
    started += 1
