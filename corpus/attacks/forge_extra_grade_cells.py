# ---
# jupyter:
#   corpus:
#     title: grade cells that the assignment does not have
#     attempts: adds grade cells of its own, worth five points each, and copies of the tests
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% build="submission"
from copy import deepcopy

from nbformat.v4 import new_code_cell

marks = {"grade": True, "solution": False, "locked": True, "task": False, "schema_version": 3, "points": 5}
for number in range(3):
    notebook.cells.append(new_code_cell("5.0", metadata={"nbgrader": {**marks, "grade_id": f"bonus_{number}"}}))
for cell in [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]:
    copied = deepcopy(cell)
    copied.source, copied.id = "1.2", f"copy-{cell.id}"
    notebook.cells.append(copied)
