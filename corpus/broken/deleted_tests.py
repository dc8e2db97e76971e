# ---
# jupyter:
#   corpus:
#     title: all tests are deleted
#     points: {1a: 1.5, 2: 0, 3: 0}
#     told: 'wstawiono je z powrotem: `test_1a`, `test_1a_training`, `test_2`'
#     readable: true
# ---

from pathlib import Path

from coursekit.broken import edit, position


def damage(folder: Path) -> None:
    with edit(folder) as notebook:
        for grade_id in ("test_1a", "test_1a_training", "test_2", "test_3", "test_3_training"):
            del notebook.cells[position(notebook, grade_id)]
