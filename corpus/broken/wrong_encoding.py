# ---
# jupyter:
#   corpus:
#     title: the file is in the encoding of Windows
#     points: {1a: 1.5, 2: 0, 3: 0}
#     told: 'nie był zapisany w kodowaniu UTF-8; odczytano go jako cp1250'
#     readable: true
# ---

from pathlib import Path

from coursekit.broken import NOTEBOOK


def damage(folder: Path) -> None:
    path = folder / NOTEBOOK
    text = path.read_text().replace("Jan Kowalski", "Żaneta Wójcik")
    path.write_bytes(text.encode("cp1250", "replace"))
