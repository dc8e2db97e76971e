# ---
# jupyter:
#   corpus:
#     title: the file starts with a byte order mark
#     points: {1a: 1.5, 2: 0, 3: 0}
#     readable: true
# ---

from pathlib import Path

from coursekit.broken import NOTEBOOK


def damage(folder: Path) -> None:
    path = folder / NOTEBOOK
    path.write_text(path.read_text(), encoding="utf-8-sig")
