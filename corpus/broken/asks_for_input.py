# ---
# jupyter:
#   corpus:
#     title: a cell waits for input
#     points: {1a: 1.5, 2: 0, 3: 0}
#     told: 'Przy ocenianiu nikt nie odpowie na pytanie `input()`'
#     readable: true
# ---

from pathlib import Path

from nbformat.v4 import new_code_cell

from coursekit.broken import edit, position


def damage(folder: Path) -> None:
    with edit(folder) as notebook:
        question = new_code_cell('n_hidden = int(input("Ile neuronów? "))')
        notebook.cells.insert(position(notebook, "vae_encoder"), question)
