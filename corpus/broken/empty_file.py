# ---
# jupyter:
#   corpus:
#     title: a file of no bytes
#     points: {1a: 0, 2: 0, 3: 0}
#     told: 'plik jest pusty'
#     readable: false
# ---

from pathlib import Path

from coursekit.broken import NOTEBOOK


def damage(folder: Path) -> None:
    (folder / NOTEBOOK).write_bytes(b"")
