# ---
# jupyter:
#   corpus:
#     title: a script of the classes alone
#     points: {1a: 1.5, 2: 0, 3: 0}
#     told: 'oceniono plik `rozwiazanie.py`'
#     readable: true
# ---

from pathlib import Path

import nbformat

from coursekit.broken import NOTEBOOK, TASK_1A, cell


def damage(folder: Path) -> None:
    notebook = nbformat.read(folder / NOTEBOOK, as_version=4)
    (folder / "rozwiazanie.py").write_text("\n\n".join(cell(notebook, grade_id).source for grade_id in TASK_1A))
    (folder / NOTEBOOK).unlink()
