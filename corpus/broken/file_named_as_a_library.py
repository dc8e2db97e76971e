# ---
# jupyter:
#   corpus:
#     title: a file that stands before a library
#     points: {1a: 1.5, 2: 0, 3: 0}
#     told: 'zmień ich nazwy: `pandas.py`'
#     readable: true
# ---

from pathlib import Path


def damage(folder: Path) -> None:
    (folder / "pandas.py").write_text("x = 1\n")
