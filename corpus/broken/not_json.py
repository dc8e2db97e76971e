# ---
# jupyter:
#   corpus:
#     title: a web page saved under the name of the notebook
#     points: {1a: 0, 2: 0, 3: 0}
#     told: 'to nie jest notatnik Jupytera'
#     readable: false
# ---

from pathlib import Path

from coursekit.broken import NOTEBOOK


def damage(folder: Path) -> None:
    (folder / NOTEBOOK).write_text("<!DOCTYPE html><html><body>Sesja wygasła. Zaloguj się ponownie.</body></html>")
