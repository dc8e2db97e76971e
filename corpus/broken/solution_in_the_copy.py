# ---
# jupyter:
#   corpus:
#     title: the solution is in a copy, and the notebook is as it was released
#     points: {1a: 1.5, 2: 0, 3: 0}
#     told: 'W pliku `vae.ipynb` nie ma rozwiązania, które da się odczytać; oceniono plik `vae-Copy1.ipynb`'
#     readable: true
# ---

import shutil
from pathlib import Path

from coursekit.broken import NOTEBOOK
from coursekit.corpus import CORPUS


def damage(folder: Path) -> None:
    (folder / NOTEBOOK).rename(folder / "vae-Copy1.ipynb")
    shutil.copy(CORPUS.parent / "release" / "vae" / NOTEBOOK, folder)
