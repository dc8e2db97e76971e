# ---
# jupyter:
#   corpus:
#     title: a solution is merged into the locked test below
#     points: {1a: 1.5, 2: 0, 3: 0}
#     told: 'Rozwiązanie złączone z komórką, która należy do zadania, potraktowano jak komórkę odpowiedzi: `vae_model`'
#     readable: true
# ---

from pathlib import Path

from coursekit.broken import cell, edit


def damage(folder: Path) -> None:
    with edit(folder) as notebook:
        solution, test = (cell(notebook, grade_id) for grade_id in ("vae_model", "test_1a"))
        test.source = solution.source + "\n\n" + test.source
        notebook.cells.remove(solution)
