# ---
# jupyter:
#   corpus:
#     title: copies of a cell
#     attempts: 20,000 changed copies of a solution cell, each of which claims its place
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% build="submission"
from copy import deepcopy as _deepcopy

_cell = next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "vae_model")
for _number in range(20_000):
    _copy = _deepcopy(_cell)
    _copy.id, _copy.source = f"copy-{_number}", f"x = {_number}"
    notebook.cells.append(_copy)
