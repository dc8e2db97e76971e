# ---
# jupyter:
#   corpus:
#     title: the file ends in the middle
#     points: {1a: 0, 2: 0, 3: 0}
#     told: 'plik jest ucięty'
#     readable: false
# ---

from pathlib import Path

from coursekit.broken import NOTEBOOK


def damage(folder: Path) -> None:
    path = folder / NOTEBOOK
    path.write_bytes(path.read_bytes()[:50_000])
