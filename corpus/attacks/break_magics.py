# ---
# jupyter:
#   corpus:
#     title: magics
#     attempts: 200 magics in 140 KB, each of which has IPython read the cell anew; 501 more, at which IPython gives up
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% build="submission"
from nbformat.v4 import new_code_cell as _new_code_cell

_long = "".join("%matplotlib inline\n" + "x = 1\n" * 115 for _ in range(200))
notebook.cells += [_new_code_cell(_long), _new_code_cell("%matplotlib inline\n" * 501)]
