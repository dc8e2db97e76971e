# ---
# jupyter:
#   corpus:
#     title: a package is installed first
#     points: {1a: 1.5, 2: 0, 3: 0}
#     told: 'Przy ocenianiu nie ma internetu i niczego się nie instaluje'
#     readable: true
# ---

from pathlib import Path

from nbformat.v4 import new_code_cell

from coursekit.broken import edit


def damage(folder: Path) -> None:
    with edit(folder) as notebook:
        notebook.cells.insert(0, new_code_cell("!pip install pyro-ppl"))
