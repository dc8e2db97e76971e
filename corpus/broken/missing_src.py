# ---
# jupyter:
#   corpus:
#     title: the package of the assignment is missing
#     points: {1a: 1.5, 2: 0, 3: 0}
#     told: 'przy ocenianiu użyto wydanych: `src`'
#     readable: true
# ---

import shutil
from pathlib import Path


def damage(folder: Path) -> None:
    shutil.rmtree(folder / "src")
