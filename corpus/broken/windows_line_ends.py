# ---
# jupyter:
#   corpus:
#     title: lines end as on Windows, in the file and in the cells
#     points: {1a: 1.5, 2: 0, 3: 0}
#     readable: true
# ---

from pathlib import Path

from coursekit.broken import NOTEBOOK, edit


def damage(folder: Path) -> None:
    with edit(folder) as notebook:
        for cell in notebook.cells:
            cell.source = cell.source.replace("\n", "\r\n")
    path = folder / NOTEBOOK
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
