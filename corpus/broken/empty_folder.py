# ---
# jupyter:
#   corpus:
#     title: nothing is in the folder
#     points: {1a: 0, 2: 0, 3: 0}
#     told: 'nie ma pliku `vae.ipynb` ani innego notatnika'
#     readable: false
# ---

import shutil
from pathlib import Path


def damage(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()
