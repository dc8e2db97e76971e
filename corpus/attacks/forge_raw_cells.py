# ---
# jupyter:
#   corpus:
#     title: raw cells
#     attempts: adds raw cells, which nbconvert copies into the page, of every kind that it knows
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% build="submission"
from nbformat.v4 import new_raw_cell

for kind in ("", "text/html", "text/markdown", "text/latex", "text/restructuredtext"):
    source = "</div></div><script>window.CANARY_raw=1</script><img src=x: onerror=window.CANARY_raw2=1>"
    notebook.cells.insert(0, new_raw_cell(source, metadata={"raw_mimetype": kind} if kind else {}))
