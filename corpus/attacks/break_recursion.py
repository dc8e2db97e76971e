# ---
# jupyter:
#   corpus:
#     title: a stack that overflows
#     attempts: recurses in C without a limit
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     flags: []
# ---

# %% after="vae_model"
import sys

sys.setrecursionlimit(10**9)


class Deep:
    def __repr__(self):
        return repr([self])


repr(Deep())
