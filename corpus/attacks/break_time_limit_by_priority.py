# ---
# jupyter:
#   corpus:
#     title: the lowest priority
#     attempts: takes the lowest priority, so that all it does looks like waiting for a busy machine
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [process]
#     reference: false
# ---

# %% after="imports"
import ctypes
import os

assert os.uname().machine == "x86_64", "numbers of calls there"

libc = ctypes.CDLL(None, use_errno=True)
for policy in (os.SCHED_IDLE, os.SCHED_BATCH):
    for upper in (0, 1 << 32):
        parameter = ctypes.c_int(0)
        if libc.syscall(144, 0, ctypes.c_ulong(policy | upper), ctypes.byref(parameter)) == 0:
            print("STOLEN: policy", policy)
try:
    print("STOLEN: priority", os.nice(19))
except OSError:
    pass
attributes = (ctypes.c_uint32 * 12)(48, os.SCHED_IDLE)
if libc.syscall(314, 0, attributes, 0) == 0:
    print("STOLEN: attributes")
