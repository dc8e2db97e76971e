# ---
# jupyter:
#   corpus:
#     title: an exit past every handler
#     attempts: ends the kernel by os._exit
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [process, kernel ended]
#     reference: false
# ---

# %% after="imports"
import os

os._exit(0)
