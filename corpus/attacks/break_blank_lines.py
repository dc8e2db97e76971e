# ---
# jupyter:
#   corpus:
#     title: blank lines
#     attempts: 300,000 blank lines in one cell, for patterns that take the square of their number
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% build="submission"
from nbformat.v4 import new_code_cell as _new_code_cell

notebook.cells.insert(9, _new_code_cell("x = 1" + "\n" * 300_000 + "x = 2"))
