# ---
# jupyter:
#   corpus:
#     title: the encoder's cell fails in its first line
#     points: {1a: 0.25, 2: 0, 3: 0}
#     told: 'komórka, która to tworzy, nie została wykonana bez błędu'
#     readable: true
# ---

from pathlib import Path

from coursekit.broken import cell, edit


def damage(folder: Path) -> None:
    with edit(folder) as notebook:
        encoder = cell(notebook, "vae_encoder")
        encoder.source = "from google.colab import drive\ndrive.mount('/content/drive')\n\n" + encoder.source
