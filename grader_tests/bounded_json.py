"""JSON from strangers: read only when its length, its number of values and its depth lie within limits.

``json.loads`` builds whatever the text asks for: 60 MB of ``[],`` become gigabytes of lists. So the text is
measured first, in linear time and in a small multiple of its own size, and nothing is built from one that is too large.
"""

from __future__ import annotations

import json
import re
from itertools import accumulate
from typing import Any

MAX_DIGITS = 1000
"""Characters of one number. Python itself reads integers of up to 4,300 digits; no double needs more than 800."""

_STRING = re.compile(rb'"[^"]*+(?:"|\Z)')
_LONG_NUMBER = re.compile(rb"(?<![-+.0-9eE])[-+.0-9eE]{%d}" % (MAX_DIGITS + 1))
_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_OTHER_BYTES = bytes(set(range(256)) - set(_STEPS))


def loads(text: str | bytes, chars: int, nodes: int, depth: int) -> Any:
    """The value of a JSON text, as ``json.loads`` reads it: NaN and Infinity are numbers, strings may hold half of a
    surrogate pair.

    Args:
        text: the JSON; bytes are UTF-8, with a byte order mark or without.
        chars: the most characters (of bytes: bytes) of the text.
        nodes: the most values, with the names in objects. An empty list or object counts twice.
        depth: the most lists and objects around a value.

    Raises:
        JSONDecodeError: the text is no JSON.
        ValueError: it exceeds a limit, which the message names.
    """
    if len(text) > chars:
        raise ValueError(f"JSON of {len(text)} characters, more than {chars}")
    try:
        if isinstance(text, bytes):
            text = text.removeprefix(b"\xef\xbb\xbf")
            _measure(text, nodes, depth)
            text = text.decode("utf-8", "surrogatepass")  # not to let `json` guess at UTF-16, which was not measured
        else:
            _measure(text.encode("utf-8", "surrogatepass"), nodes, depth)
        return json.loads(text)
    except json.JSONDecodeError as error:
        error.doc = ""  # the whole text; line and column stay
        raise error.with_traceback(None) from None
    except (ValueError, RecursionError) as error:
        reason = str(error)
    raise ValueError(reason)  # not inside of the handler: errors of codecs hold the whole text


def _measure(data: bytes, nodes: int, depth: int) -> None:
    """Raise ValueError where ``json.loads`` would build too much of UTF-8 ``data``, up to its end or first mistake."""
    unescaped = data.replace(rb"\\", b"").replace(rb"\"", b"")  # every quotation mark left begins or ends a string
    if unescaped.count(b'"') > 2 * nodes:  # before they are cut out one by one
        raise ValueError(f"JSON of more than {nodes} values")
    structure = _STRING.sub(b"", unescaped)
    opened = structure.count(b"[") + structure.count(b"{")
    if 1 + opened + structure.count(b",") + structure.count(b":") > nodes:
        raise ValueError(f"JSON of more than {nodes} values")
    brackets = structure.translate(None, _OTHER_BYTES)
    if max(accumulate(map(_STEPS.__getitem__, brackets[: 2 * opened])), default=0) > depth:  # more would be no JSON
        raise ValueError(f"JSON nested deeper than {depth}")
    if _LONG_NUMBER.search(structure):
        raise ValueError(f"JSON with a number of more than {MAX_DIGITS} characters")
