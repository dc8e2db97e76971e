# ---
# jupyter:
#   corpus:
#     title: a million empty files
#     attempts: makes small files without end in every writable folder
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% after="imports"
import os

assert os.path.isdir("/home/student"), "only in the sandbox"

for folder in ("/run/kernel", ".", "/dev/shm"):
    for number in range(200_000):
        try:
            os.close(os.open(f"{folder}/empty_{number}", os.O_CREAT))
        except OSError:
            break
print("made")
