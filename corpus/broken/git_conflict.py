# ---
# jupyter:
#   corpus:
#     title: a notebook with what Git could not merge
#     points: {1a: 0, 2: 0, 3: 0}
#     told: 'znaczniki konfliktu Gita'
#     readable: false
# ---

from pathlib import Path

from coursekit.broken import NOTEBOOK


def damage(folder: Path) -> None:
    lines = (folder / NOTEBOOK).read_text().splitlines()
    lines[5:5] = ["<<<<<<< HEAD", lines[5], "=======", lines[6], ">>>>>>> moje"]
    (folder / NOTEBOOK).write_text("\n".join(lines))
