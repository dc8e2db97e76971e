# ---
# jupyter:
#   corpus:
#     title: finally in finally
#     attempts: 19 nested finally, which Python's compiler copies half a million times, and an f-string of 15,000 parts
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% build="submission"
from nbformat.v4 import new_code_cell as _new_code_cell

_source = "x = 1"
for _ in range(19):
    _source = "try:\n pass\nfinally:\n" + "\n".join(f" {line}" for line in _source.split("\n"))
notebook.cells += [_new_code_cell(_source), _new_code_cell('f"' + "{x}" * 15_000 + '"')]
