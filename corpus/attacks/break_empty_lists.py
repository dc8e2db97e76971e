# ---
# jupyter:
#   corpus:
#     title: 40 MB of empty lists
#     attempts: metadata that take fifty times the memory of their text,
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% build="submission"
import nbformat as _nbformat

notebook.metadata["a"] = 0
_text = _nbformat.writes(notebook).replace('"a": 0', '"a": [' + "[]," * 13_000_000 + "0]")
(folder / "vae.ipynb").write_text(_text)
