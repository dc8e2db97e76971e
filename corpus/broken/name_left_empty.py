# ---
# jupyter:
#   corpus:
#     title: no name is given
#     points: {1a: 1.5, 2: 0, 3: 0}
#     told: 'Nie podano imienia i nazwiska'
#     readable: true
# ---

from pathlib import Path

from coursekit.broken import edit
from coursekit.corpus import header_name


def damage(folder: Path) -> None:
    with edit(folder) as notebook:
        header_name(notebook).source = 'NAME = ""'
