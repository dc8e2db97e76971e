# ---
# jupyter:
#   corpus:
#     title: files until nothing more can be written
#     attempts: fills every writable folder with files as large as it can
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% after="imports"
import os

assert os.path.isdir("/home/student"), "only in the sandbox"

block = b"x" * 2**24
for folder in (".", "/tmp", "/dev/shm", "/run/kernel", "/var/tmp"):
    for number in range(100):
        try:
            with open(f"{folder}/fill_{number}", "wb") as file:
                for _ in range(64):
                    file.write(block)
        except OSError:
            break
print("filled")
