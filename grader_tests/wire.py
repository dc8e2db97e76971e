"""The form in which values cross between the grader and a student's kernel: JSON, and the bytes of arrays; no pickle.

A message is ``{"tree": ..., "bytes": ...}``. In the tree ``{"__array__": [kind, shape, start]}`` stands for an array,
whose numbers begin at ``start`` in the bytes: these are zlib in base64. Reading one costs no more than its bytes,
however many arrays the tree names, since all of them are views.

This file is also executed inside the student's kernel, so it imports nothing of the kit.
"""

import base64
import json
import math
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np

QUESTION, REPLY = 1, 0
"""Levels of compression. A question shrinks, some to a fifth, and ipykernel reads it character by character in Python;
the single-precision numbers of a reply do not shrink, and trying takes a third of a second a notebook."""
KINDS = frozenset({"|b1", "|u1", "|i1", "<i2", "<i4", "<i8", "<u2", "<u4", "<u8", "<f4", "<f8"})
"""Types of numbers that arrays may have, as NumPy writes them: of fixed size, little-endian."""
_ARRAY = "__array__"
_ALIGNMENT = 16
_MAX_BYTES = 30_000_000
"""Of all arrays of a message. The largest right one, 200 losses with their probabilities, has 21 MB."""
_MAX_AXES = 8


def encode(value: Any, level: int) -> str:
    """``value`` (dicts, lists, strings, numbers, None and NumPy arrays of numbers) as one line of ASCII.

    level: of compression, ``QUESTION`` or ``REPLY``. Raises TypeError for an array of anything else than numbers.
    """
    data = bytearray()

    def plain(item: Any) -> Any:
        if isinstance(item, np.ndarray):
            return {_ARRAY: _append(item, data)}
        if isinstance(item, np.generic):
            return item.item()
        if isinstance(item, dict):
            return {str(key): plain(part) for key, part in item.items()}
        if isinstance(item, (list, tuple)):
            return [plain(part) for part in item]
        return item

    tree = plain(value)
    return json.dumps({"tree": tree, "bytes": base64.b64encode(zlib.compress(data, level)).decode("ascii")})


def _append(array: np.ndarray, data: bytearray) -> list[Any]:
    """Put the numbers of an array at the end of ``data``; returns its kind, shape and place."""
    kind = array.dtype.newbyteorder("<").str
    if kind not in KINDS:
        raise TypeError(f"an array of {array.dtype} is none of numbers")
    data.extend(bytes(-len(data) % _ALIGNMENT))
    start = len(data)
    data.extend(np.ascontiguousarray(array, kind).tobytes())
    return [kind, list(array.shape), start]


def decode(text: str, loads: Callable[[str], Any] = json.loads) -> Any:
    """The value that :func:`encode` was given; its arrays can be written to.

    loads: reads the JSON; the grader gives one that bounds what it reads.
    Raises ValueError for anything else: no JSON, too many bytes, arrays that are none or lie outside of the bytes.
    """
    try:
        message = loads(text)
        return _with_arrays(writable(message["tree"]), _unpack(base64.b64decode(message["bytes"])))
    except Exception as error:  # the readers of JSON, base64 and zlib raise whatever they meet
        reason = str(error)
    raise ValueError(f"not a message of the wire format: {reason}")  # without the error, which may hold the text


def _unpack(packed: bytes) -> bytearray:
    unpacker = zlib.decompressobj()
    data = unpacker.decompress(packed, _MAX_BYTES)
    if not unpacker.eof:
        raise ValueError(f"message with more than {_MAX_BYTES} bytes of arrays, or cut off")
    return bytearray(data)


def _with_arrays(item: Any, data: bytearray) -> Any:
    if isinstance(item, dict):
        if set(item) == {_ARRAY}:
            return _view(item[_ARRAY], data)
        return {key: _with_arrays(part, data) for key, part in item.items()}
    if isinstance(item, list):
        return [_with_arrays(part, data) for part in item]
    return item


def _view(place: Any, data: bytearray) -> np.ndarray:
    """The array at [kind, shape, start]; raises ValueError where it does not lie in ``data`` as a whole."""
    kind, shape, start = place
    if not isinstance(kind, str) or kind not in KINDS or len(shape) > _MAX_AXES:
        raise ValueError(f"an array of {str(kind)[:20]} with {len(shape)} axes")
    if not all(type(size) is int and 0 <= size <= _MAX_BYTES for size in (*shape, start)):
        raise ValueError("an array whose shape or place is none")
    count = math.prod(shape)
    if start + count * np.dtype(kind).itemsize > len(data):
        raise ValueError("an array that is longer than the message")
    return np.frombuffer(data, kind, count, start).reshape(shape) if count else np.empty(shape, kind)


def writable(item: Any) -> Any:
    """JSON with texts that a file can hold: half of a surrogate pair, which JSON lets through, becomes "?"."""
    if isinstance(item, dict):
        return {writable(key): writable(part) for key, part in item.items()}
    if isinstance(item, list):
        return [writable(part) for part in item]
    return item.encode(errors="replace").decode() if isinstance(item, str) else item
