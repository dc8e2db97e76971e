# ---
# jupyter:
#   corpus:
#     title: given code is deleted
#     points: {1a: 1.5, 2: 0, 3: 0}
#     told: 'wstawiono je z powrotem: `imports`, `data`, `ae_training`, `vae_training`'
#     readable: true
# ---

from pathlib import Path

from coursekit.broken import edit, position


def damage(folder: Path) -> None:
    with edit(folder) as notebook:
        for grade_id in ("imports", "data", "ae_training", "vae_training"):
            del notebook.cells[position(notebook, grade_id)]
