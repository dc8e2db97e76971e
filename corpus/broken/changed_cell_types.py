# ---
# jupyter:
#   corpus:
#     title: code became text, and an answer became code
#     points: {1a: 1.5, 2: 0, 3: 0}
#     told: 'Przywrócono typ komórek: `vae_encoder`, `vae_training`, `answer_1b`'
#     readable: true
# ---

from pathlib import Path

from coursekit.broken import cell, edit


def damage(folder: Path) -> None:
    with edit(folder) as notebook:
        for grade_id, cell_type in (("vae_encoder", "raw"), ("vae_training", "markdown"), ("answer_1b", "code")):
            cell(notebook, grade_id).cell_type = cell_type
