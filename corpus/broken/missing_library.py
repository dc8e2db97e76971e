# ---
# jupyter:
#   corpus:
#     title: a library that is not installed
#     points: {1a: 1.5, 2: 0, 3: 0}
#     told: 'a własny kod umieść w notatniku: `seaborn` w'
#     readable: true
# ---

from pathlib import Path

from nbformat.v4 import new_code_cell

from coursekit.broken import edit


def damage(folder: Path) -> None:
    with edit(folder) as notebook:
        notebook.cells.insert(0, new_code_cell("import seaborn as sns"))
