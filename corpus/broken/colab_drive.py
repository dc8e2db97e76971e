# ---
# jupyter:
#   corpus:
#     title: Google's drive is mounted first
#     points: {1a: 1.5, 2: 0, 3: 0}
#     told: 'Przy ocenianiu nie ma Colaba ani Dysku Google'
#     readable: true
# ---

from pathlib import Path

from nbformat.v4 import new_code_cell

from coursekit.broken import edit


def damage(folder: Path) -> None:
    with edit(folder) as notebook:
        notebook.cells.insert(0, new_code_cell("from google.colab import drive\ndrive.mount('/content/drive')"))
