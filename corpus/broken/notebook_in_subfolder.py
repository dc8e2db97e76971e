# ---
# jupyter:
#   corpus:
#     title: the whole submission is one folder too deep
#     points: {1a: 1.5, 2: 0, 3: 0}
#     told: 'oceniono plik `Zadanie VAE/vae.ipynb`'
#     readable: true
# ---

from pathlib import Path

from coursekit.broken import NOTEBOOK


def damage(folder: Path) -> None:
    inner = folder / "Zadanie VAE"
    inner.mkdir()
    (folder / NOTEBOOK).rename(inner / NOTEBOOK)
    (folder / "src").rename(inner / "src")
