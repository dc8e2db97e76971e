# ---
# jupyter:
#   corpus:
#     title: all metadata are gone
#     points: {1a: 1.5, 2: 0, 3: 0}
#     told: 'Przywrócono oznaczenia, po których komórki rozpoznaje program oceniający'
#     readable: true
# ---

from pathlib import Path

from coursekit.broken import edit


def damage(folder: Path) -> None:
    with edit(folder) as notebook:
        notebook.metadata = {}
        for cell in notebook.cells:
            cell.metadata = {}
