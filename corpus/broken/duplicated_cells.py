# ---
# jupyter:
#   corpus:
#     title: each solution is followed by a copy of its stub
#     points: {1a: 1.5, 2: 0, 3: 0}
#     told: 'Te komórki były powielone; oceniono po jednej'
#     readable: true
# ---

from copy import deepcopy
from pathlib import Path

from coursekit.broken import TASK_1A, cell, edit, position


def damage(folder: Path) -> None:
    with edit(folder) as notebook:
        for grade_id in TASK_1A:
            stub = deepcopy(cell(notebook, grade_id))
            stub.source = "# TU WPISZ KOD\nraise NotImplementedError()"
            notebook.cells.insert(position(notebook, grade_id) + 1, stub)
