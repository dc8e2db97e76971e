# ---
# jupyter:
#   corpus:
#     title: JSON 900 levels deep
#     attempts: metadata so deep that Python reads them, and whoever walks through them does not come back
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% build="submission"
import nbformat as _nbformat

notebook.metadata["a"] = 0
_text = _nbformat.writes(notebook).replace('"a": 0', '"a": ' + "[" * 900 + "]" * 900)
(folder / "vae.ipynb").write_text(_text)
