# ---
# jupyter:
#   corpus:
#     title: the three solutions are merged into one cell
#     points: {1a: 1.5, 2: 0, 3: 0}
#     told: 'wstawiono je z powrotem: `vae_decoder`, `vae_model`'
#     readable: true
# ---

from pathlib import Path

from coursekit.broken import TASK_1A, cell, edit


def damage(folder: Path) -> None:
    with edit(folder) as notebook:
        first, *others = (cell(notebook, grade_id) for grade_id in TASK_1A)
        for other in others:
            first.source += "\n\n" + other.source
            notebook.cells.remove(other)
