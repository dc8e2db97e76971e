# ---
# jupyter:
#   corpus:
#     title: closed channels
#     attempts: closes every open file of the kernel, its sockets too
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% after="imports"
import os

os.closerange(3, 4096)
