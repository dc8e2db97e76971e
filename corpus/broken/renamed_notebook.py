# ---
# jupyter:
#   corpus:
#     title: the notebook has another name
#     points: {1a: 1.5, 2: 0, 3: 0}
#     told: 'W oddanym folderze nie było pliku `vae.ipynb`; oceniono plik `Żółwik – VAE (1).ipynb`'
#     readable: true
# ---

from pathlib import Path

from coursekit.broken import NOTEBOOK


def damage(folder: Path) -> None:
    (folder / NOTEBOOK).rename(folder / "Żółwik – VAE (1).ipynb")
