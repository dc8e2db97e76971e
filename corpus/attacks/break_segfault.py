# ---
# jupyter:
#   corpus:
#     title: a segmentation fault
#     attempts: reads address 0 by ctypes
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [process, kernel ended]
#     reference: false
# ---

# %% after="imports"
import ctypes

ctypes.string_at(0)
