# ---
# jupyter:
#   corpus:
#     title: the notebook was exported as a script
#     points: {1a: 1.5, 2: 0, 3: 0}
#     told: 'To skrypt, a nie notatnik'
#     readable: true
# ---

from pathlib import Path

from nbconvert import PythonExporter

from coursekit.broken import NOTEBOOK


def damage(folder: Path) -> None:
    script, _ = PythonExporter().from_filename(str(folder / NOTEBOOK))
    (folder / NOTEBOOK).with_suffix(".py").write_text(script)
    (folder / NOTEBOOK).unlink()
