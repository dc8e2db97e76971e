# ---
# jupyter:
#   corpus:
#     title: the cells stand in reverse order
#     points: {1a: 1.5, 2: 0, 3: 0}
#     told: 'Przywrócono kolejność komórek zadania'
#     readable: true
# ---

from pathlib import Path

from coursekit.broken import edit


def damage(folder: Path) -> None:
    with edit(folder) as notebook:
        notebook.cells.reverse()
