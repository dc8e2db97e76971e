# ---
# jupyter:
#   corpus:
#     title: a module beside a notebook in a subfolder
#     points: {1a: 1.5, 2: 0, 3: 0}
#     told: 'leżą w innym folderze niż ten, w którym notatnik jest wykonywany'
#     readable: true
# ---

from pathlib import Path

from nbformat.v4 import new_code_cell

from coursekit.broken import NOTEBOOK, edit


def damage(folder: Path) -> None:
    with edit(folder) as notebook:
        notebook.cells.insert(0, new_code_cell("import pomocnicze"))
    inner = folder / "zadanie"
    inner.mkdir()
    (folder / NOTEBOOK).rename(inner / NOTEBOOK)
    (inner / "pomocnicze.py").write_text("x = 1\n")
