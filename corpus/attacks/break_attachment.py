# ---
# jupyter:
#   corpus:
#     title: an attachment that is no picture
#     attempts: an attachment whose content is 480 levels deep, so that the text of the error about it has no end either
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% build="submission"
_deep = 1
for _ in range(480):
    _deep = {"a": _deep}
_cell = next(cell for cell in notebook.cells if cell.cell_type == "markdown")
_cell["attachments"] = {"a.png": {"image/png": _deep}}
