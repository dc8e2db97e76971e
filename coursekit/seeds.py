"""Seeds that a student cannot predict and a regrade repeats."""

import contextlib
import hashlib
import hmac
import os
import re
import secrets
import tempfile
from pathlib import Path

from nbformat import NotebookNode

SECRET = ".course_secret"
"""File beside the gradebook with the secret of the course; made on first use, never committed."""
BYTES = 32
"""Of the secret, which is written in hexadecimal digits."""


def of_submission(notebook: NotebookNode, course: Path) -> int:
    """A 64-bit seed: HMAC-SHA-256 of the notebook's code cells under the secret of the course in ``course``.

    Raises SecretError where the file is damaged.
    """
    digest = hmac.new(_secret(course), digestmod=hashlib.sha256)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            digest.update(cell.source.encode() + b"\0")
    return int.from_bytes(digest.digest()[:8], "big")


class SecretError(RuntimeError):
    """The secret of the course is damaged; the message says what to do."""


def _secret(course: Path) -> bytes:
    """The secret, made where there is none: it is whole or not there, whenever a process ends or another comes."""
    path = course / SECRET
    if not path.exists():
        with tempfile.NamedTemporaryFile("w", dir=course, prefix=SECRET) as file:  # mode 0600
            file.write(secrets.token_hex(BYTES))
            file.flush()
            os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(file.name, path)
    text = path.read_text().strip()
    if not re.fullmatch(f"[0-9a-f]{{{2 * BYTES}}}", text):
        raise SecretError(
            f"{path} is damaged, and seeds would be easy to guess. Put back a copy of it; or remove it, and grade the "
            "class again with --force, because other random inputs are drawn then."
        )
    return bytes.fromhex(text)
