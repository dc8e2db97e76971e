"""The form in which values cross between the grader and a student's kernel: JSON and ``.npz``, never pickle.

This file is also executed inside the student's kernel, so it imports nothing of the kit.
"""

import base64
import io
import json
import zipfile
import zlib
from typing import Any

import numpy as np

QUESTION, REPLY = 1, 0
"""Levels of compression. A question shrinks, some to a fifth, and ipykernel reads it character by character in Python;
the single-precision numbers of a reply do not shrink, and trying takes a third of a second a notebook."""
_ARRAY = "__array__"
_MAX_CHARS = 64_000_000
_MAX_BYTES = 128_000_000
"""Of all arrays of a message, the most at once in memory; those of 200 losses have 20 MB."""


def encode(value: Any, level: int) -> str:
    """``value`` (dicts, lists, strings, numbers, None and NumPy arrays of numbers) as one line of ASCII.

    level: of compression, ``QUESTION`` or ``REPLY``.
    """
    arrays: list[np.ndarray] = []

    def plain(item: Any) -> Any:
        if isinstance(item, np.ndarray):
            arrays.append(item)
            return {_ARRAY: len(arrays) - 1}
        if isinstance(item, np.generic):
            return item.item()
        if isinstance(item, dict):
            return {str(key): plain(part) for key, part in item.items()}
        if isinstance(item, (list, tuple)):
            return [plain(part) for part in item]
        return item

    tree = plain(value)
    buffer = io.BytesIO()
    np.savez(buffer, *arrays)
    packed = zlib.compress(buffer.getvalue(), level)
    return json.dumps({"tree": tree, "npz": base64.b64encode(packed).decode("ascii")})


def decode(text: str) -> Any:
    """The value that :func:`encode` was given.

    Raises ValueError for anything else: text that is too long, no JSON, pickled or missing arrays, archives that
    would grow when they are read.
    """
    if len(text) > _MAX_CHARS:
        raise ValueError(f"message of {len(text)} characters, more than {_MAX_CHARS}")
    try:
        message = json.loads(text)
        return _with_arrays(writable(message["tree"]), _open(_unpack(base64.b64decode(message["npz"]))))
    except Exception as error:  # the readers of JSON, zip and NumPy trust their input and raise whatever they meet
        raise ValueError(f"not a message of the wire format: {error}") from error


def _unpack(packed: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    data = unpacker.decompress(packed, _MAX_BYTES)
    if not unpacker.eof:
        raise ValueError(f"message with more than {_MAX_BYTES} bytes of arrays, or cut off")
    return data


def _open(data: bytes) -> list[np.ndarray]:
    """The arrays, each once however often the tree names it. Members of an archive may be compressed once more."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > _MAX_BYTES:
        raise ValueError(f"message with {size} bytes of arrays, more than {_MAX_BYTES}")
    with np.load(io.BytesIO(data), allow_pickle=False) as archive:
        return [archive[f"arr_{number}"] for number in range(len(archive.files))]


def _with_arrays(item: Any, arrays: list[np.ndarray]) -> Any:
    if isinstance(item, dict):
        if set(item) == {_ARRAY}:
            return arrays[int(item[_ARRAY])]
        return {key: _with_arrays(part, arrays) for key, part in item.items()}
    if isinstance(item, list):
        return [_with_arrays(part, arrays) for part in item]
    return item


def writable(item: Any) -> Any:
    """JSON with texts that a file can hold: half of a surrogate pair, which JSON lets through, becomes "?"."""
    if isinstance(item, dict):
        return {writable(key): writable(part) for key, part in item.items()}
    if isinstance(item, list):
        return [writable(part) for part in item]
    return item.encode(errors="replace").decode() if isinstance(item, str) else item
