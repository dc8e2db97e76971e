# ---
# jupyter:
#   corpus:
#     title: 50 MB of outputs
#     points: {1a: 1.5, 2: 0, 3: 0}
#     told: 'najwyżej 500 w komórce, 2000 w notatniku i 20 MB w sumie. Resztę pracy oceniono.'
#     readable: true
# ---

from pathlib import Path

from nbformat.v4 import new_output

from coursekit.broken import NOTEBOOK, cell, edit


def damage(folder: Path) -> None:
    with edit(folder) as notebook:
        line = "Epoch 1/20: loss 0.123456789\n" * 35_000
        cell(notebook, "vae_training").outputs = [new_output("stream", name="stdout", text=line) for _ in range(50)]
    assert (folder / NOTEBOOK).stat().st_size > 50_000_000
