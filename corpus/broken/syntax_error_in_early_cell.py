# ---
# jupyter:
#   corpus:
#     title: the first cell is not Python
#     points: {1a: 1.5, 2: 0, 3: 0}
#     told: 'Błąd składni, przez który nic z tych komórek nie zostało wykonane'
#     readable: true
# ---

from pathlib import Path

from coursekit.broken import edit
from coursekit.corpus import header_name


def damage(folder: Path) -> None:
    with edit(folder) as notebook:
        header_name(notebook).source = 'NAME = "Jan Kowalski'
