# ---
# jupyter:
#   corpus:
#     title: an old version lies beside the notebook
#     points: {1a: 1.5, 2: 0, 3: 0}
#     told: 'innych notatników nie oceniano: `stara wersja.ipynb`'
#     readable: true
# ---

from pathlib import Path

from coursekit.broken import NOTEBOOK


def damage(folder: Path) -> None:
    (folder / "stara wersja.ipynb").write_bytes((folder / NOTEBOOK).read_bytes())
