# ---
# jupyter:
#   corpus:
#     title: an endless loop in C
#     attempts: never comes back from a C function, which no KeyboardInterrupt reaches
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     flags: [time limit, kernel ended]
# ---

# %% after="vae_model"
import collections
import itertools

collections.deque(itertools.repeat(0), maxlen=0)
