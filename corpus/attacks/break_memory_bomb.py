# ---
# jupyter:
#   corpus:
#     title: memory until there is none
#     attempts: allocates and touches memory without end
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     flags: []
# ---

# %% after="vae_model"
import os

assert os.path.isdir("/home/student"), "only in the sandbox"

def swallow():
    hoard = []
    while True:
        hoard.append(bytearray(os.urandom(2**20)) * 64)


swallow()
