# ---
# jupyter:
#   corpus:
#     title: cells start with magics; one is in another language
#     points: {1a: 1.5, 2: 0, 3: 0}
#     told: 'To, co utworzono w komórkach z takim poleceniem, nie istnieje poza nimi: `%%html`'
#     readable: true
# ---

from pathlib import Path

from nbformat.v4 import new_code_cell

from coursekit.broken import TASK_1A, cell, edit


def damage(folder: Path) -> None:
    with edit(folder) as notebook:
        for grade_id, magic in zip(TASK_1A, ("%%time", "%%capture", "%matplotlib inline"), strict=True):
            cell(notebook, grade_id).source = magic + "\n" + cell(notebook, grade_id).source
        notebook.cells.insert(0, new_code_cell("%%html\n<b>Moje rozwiązanie</b>"))
