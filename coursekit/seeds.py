"""Seeds that a student cannot predict and a regrade repeats."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from nbformat import NotebookNode

SECRET = ".course_secret"
"""File beside the gradebook with the secret of the course; made on first use, never committed."""


def of_submission(notebook: NotebookNode, course: Path) -> int:
    """A 64-bit seed: HMAC-SHA-256 of the notebook's code cells under the secret of the course in ``course``."""
    digest = hmac.new(_secret(course), digestmod=hashlib.sha256)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            digest.update(cell.source.encode() + b"\0")
    return int.from_bytes(digest.digest()[:8], "big")


def _secret(course: Path) -> bytes:
    path = course / SECRET
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return bytes.fromhex(path.read_text())
    with os.fdopen(descriptor, "w") as file:
        secret = secrets.token_bytes(32)
        file.write(secret.hex())
    return secret
