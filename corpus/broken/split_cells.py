# ---
# jupyter:
#   corpus:
#     title: a solution is cut in two in the middle of a function; both halves carry its marks, as in JupyterLab
#     points: {1a: 1.5, 2: 0, 3: 0}
#     told: 'Złączono komórki, które były rozcięte w środku kodu: `vae_encoder`'
#     readable: true
# ---

from copy import deepcopy
from pathlib import Path

from coursekit.broken import edit, position


def damage(folder: Path) -> None:
    with edit(folder) as notebook:
        place = position(notebook, "vae_encoder")
        whole = notebook.cells[place]
        rest = deepcopy(whole)
        whole.source, middle, end = whole.source.partition("        h = ")
        rest.id, rest.source = "rest", middle + end
        notebook.cells.insert(place + 1, rest)
