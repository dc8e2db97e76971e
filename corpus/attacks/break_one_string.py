# ---
# jupyter:
#   corpus:
#     title: one string of 199 MB
#     attempts: a file just below the limit whose characters take four bytes each when they are read
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% build="submission"
(folder / "vae.ipynb").write_bytes(b'{"cells": [{"cell_type": "markdown", "source": "' + "🦊".encode() + b"0" * 199_000_000 + b'"}]}')
