# ---
# jupyter:
#   corpus:
#     title: an old notebook that is none
#     attempts: 20,000 headings in a notebook of format 3, which is converted cell by cell
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% build="submission"
_heading = '{"cell_type": "heading", "level": [], "source": {}, "metadata": 0},'
_text = '{"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": [' + _heading * 20_000 + "{}]}]}"
(folder / "vae.ipynb").write_text(_text)
