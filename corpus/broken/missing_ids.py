# ---
# jupyter:
#   corpus:
#     title: cells have no ids, as before 2020
#     points: {1a: 1.5, 2: 0, 3: 0}
#     readable: true
# ---

from pathlib import Path

from coursekit.broken import edit


def damage(folder: Path) -> None:
    with edit(folder) as notebook:
        notebook.nbformat_minor = 4
        for cell in notebook.cells:
            del cell["id"]
