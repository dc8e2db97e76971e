# ---
# jupyter:
#   corpus:
#     title: the notebook is in the format of 2013
#     points: {1a: 1.5, 2: 0, 3: 0}
#     told: 'w starym formacie 3'
#     readable: true
# ---

from pathlib import Path

import nbformat

from coursekit.broken import NOTEBOOK


def damage(folder: Path) -> None:
    path = folder / NOTEBOOK
    old = nbformat.convert(nbformat.read(path, as_version=4), 3)
    path.write_text(nbformat.writes(old, version=3))
