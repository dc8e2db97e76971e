# ---
# jupyter:
#   corpus:
#     title: a core dump
#     attempts: raises the limit on core files and aborts
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [process, kernel ended]
#     reference: false
# ---

# %% after="imports"
import os
import resource

try:
    resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
except ValueError:
    pass
os.abort()
