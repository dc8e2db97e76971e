# ---
# jupyter:
#   corpus:
#     title: the package of the assignment has been changed
#     points: {1a: 1.5, 2: 0, 3: 0}
#     told: 'Pliki zadania były zmienione, a przy ocenianiu użyto wydanych'
#     readable: true
# ---

from pathlib import Path


def damage(folder: Path) -> None:
    (folder / "src" / "ae.py").write_text("class BaseAutoEncoder: pass")
    (folder / "src" / "training.py").write_text("raise SystemExit")
