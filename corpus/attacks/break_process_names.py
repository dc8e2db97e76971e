# ---
# jupyter:
#   corpus:
#     title: processes whose names are no text
#     attempts: starts processes that call themselves by bytes that are no UTF-8, or by a line of their own status in /proc
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [left processes]
#     reference: false
# ---

# %% after="imports"
import ctypes
import os
import time

for name in (b"\xff\xfe\x1b[2J", b"x) R 1 1", b"VmRSS: 9 kB"):
    if os.fork() == 0:
        if os.fork() == 0:
            os.setsid()
            ctypes.CDLL(None).prctl(15, name, 0, 0, 0)
            time.sleep(600)
        os._exit(0)
time.sleep(1)
