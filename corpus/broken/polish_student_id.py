# ---
# jupyter:
#   corpus:
#     title: the student's id, and the name of another file, hold spaces and Polish letters
#     points: {1a: 1.5, 2: 0, 3: 0}
#     readable: true
#     student: "Świętosława Żółć-Gęś (gr. 2)"
# ---

from pathlib import Path


def damage(folder: Path) -> None:
    (folder / "moje wyniki – β = 3.txt").write_text("Im większe β, tym gładsze obrazy.")
