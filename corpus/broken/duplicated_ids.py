# ---
# jupyter:
#   corpus:
#     title: all cells have the same id
#     points: {1a: 1.5, 2: 0, 3: 0}
#     readable: true
# ---

from pathlib import Path

from coursekit.broken import edit


def damage(folder: Path) -> None:
    with edit(folder) as notebook:
        for cell in notebook.cells:
            cell.id = "cell"
