# ---
# jupyter:
#   corpus:
#     title: privileges in a user namespace of its own
#     attempts: makes user, mount and network namespaces, in which it would have all capabilities, by all calls that do
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [process]
#     reference: false
# ---

# %% after="imports"
import ctypes
import os
import signal
import subprocess

assert os.uname().machine == "x86_64", "numbers of calls there"

libc = ctypes.CDLL(None, use_errno=True)
UNSHARE, CLONE, CLONE3 = 272, 56, 435  # on x86-64
for flag in (0x10000000, 0x10020000, 0x00020000, 0x40000000, 0x20000000, 0x08000000, 0x02000000, 0x00000080):
    for upper in (0, 1 << 32):
        if libc.syscall(ctypes.c_ulong(UNSHARE), ctypes.c_ulong(flag | upper)) == 0:
            print("STOLEN: unshare", hex(flag))
        if flag != 0x80:
            flags = ctypes.c_ulong(flag | signal.SIGCHLD | upper)
            child = libc.syscall(ctypes.c_ulong(CLONE), flags, *(ctypes.c_ulong(0) for _ in range(4)))
            if child == 0:
                os._exit(0)
            if child > 0:
                print("STOLEN: clone", hex(flag))
        arguments = (ctypes.c_uint64 * 11)(flag, 0, 0, 0, signal.SIGCHLD)
        child = libc.syscall(ctypes.c_ulong(CLONE3), arguments, ctypes.c_ulong(88))
        if child == 0:
            os._exit(0)
        if child > 0:
            print("STOLEN: clone3", hex(flag))
for command in (["unshare", "-Ur", "id"], ["unshare", "-Urm", "mount"], ["bwrap", "--ro-bind", "/", "/", "id"]):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=5)
    except (OSError, subprocess.TimeoutExpired):
        continue
    if done.returncode == 0:
        print("STOLEN:", command, done.stdout[:200])
