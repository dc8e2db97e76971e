"""Messages of a kernel, which are hostile until checked: by size and shape before they are read, by schema after.

The schema is the part of Jupyter's messaging protocol, version 5, that grading needs. Other messages, those of widgets
above all, are dropped: nobody acts on them.
"""

from __future__ import annotations

import time
from queue import Empty
from typing import Any

import fastjsonschema
from jupyter_client.channels import AsyncZMQSocketChannel

from grader_tests import bounded_json
from grader_tests.wire import writable

MAX_MESSAGE = 41_000_000
"""Bytes of one part of a message; a reply of a probe has at most 40 million."""
MAX_NODES, MAX_DEPTH = 500_000, 50
"""Values in one part, and how deep they are nested. Sources and outputs are single values."""
OUTPUTS = frozenset({"stream", "display_data", "execute_result", "update_display_data", "error"})

_TEXT = {"type": "string"}
_COUNT = {"type": ["integer", "null"], "minimum": 0, "maximum": 2**31}
_BUNDLE = {
    "type": "object",
    "patternProperties": {r"^application/(.*\+)?json$": {}},
    "additionalProperties": _TEXT,
}
_TRANSIENT = {"type": ["object", "null"], "properties": {"display_id": {"type": ["string", "null"]}}}
_ERROR = {"ename": _TEXT, "evalue": _TEXT, "traceback": {"type": "array", "items": _TEXT}}
_OPTIONAL = {"execution_count": _COUNT, "transient": _TRANSIENT, "wait": {"type": "boolean"}, **_ERROR}


def _object(**required: Any) -> dict[str, Any]:
    return {"type": "object", "properties": required, "required": list(required)}


def _content(**required: Any) -> dict[str, Any]:
    """Fields that a content must have, and those that nbclient takes where they are there."""
    return _object(**required) | {"properties": {**_OPTIONAL, **required}}


_DISPLAY = _content(data=_BUNDLE, metadata={"type": "object"})
_CONTENTS = {
    "stream": _content(name={"enum": ["stdout", "stderr"]}, text=_TEXT),
    "display_data": _DISPLAY,
    "update_display_data": _DISPLAY,
    "execute_result": _content(data=_BUNDLE, metadata={"type": "object"}, execution_count=_COUNT),
    "error": _content(**_ERROR),
    "status": _content(execution_state=_TEXT),
    "execute_input": _content(code=_TEXT),
    "clear_output": _content(),
    "execute_reply": _content(status=_TEXT),
    "kernel_info_reply": _content(language_info={"type": "object"}),
}
"""Content by type of message."""
_HEADER = _object(msg_id=_TEXT, msg_type=_TEXT)
_PARENT = {"type": "object", "properties": {"msg_id": _TEXT}}
_SCHEMAS = {
    kind: fastjsonschema.compile(
        _object(header=_HEADER, parent_header=_PARENT, metadata={"type": "object"}, content=content)
    )
    for kind, content in _CONTENTS.items()
}


class MessageError(ValueError):
    """A kernel sent what is no message of Jupyter's protocol."""


def unpack(part: bytes) -> Any:
    """A part of a message: how a `jupyter_client.session.Session` reads JSON.

    Raises ValueError for what is no JSON, too large, or nested too deeply.
    """
    return writable(bounded_json.loads(part, chars=MAX_MESSAGE, nodes=MAX_NODES, depth=MAX_DEPTH))


def accept(message: dict[str, Any]) -> bool:
    """Whether a message is one that grading needs; takes unknown fields off its content.

    Raises MessageError where it is one, and not valid.
    """
    kind = message["msg_type"]
    schema = _SCHEMAS.get(kind) if isinstance(kind, str) else None
    if schema is None:
        return False
    try:
        schema(message)
        if isinstance(message["content"].get("execution_count"), float):  # 1.0 is an integer in JSON, not in a notebook
            raise fastjsonschema.JsonSchemaException
    except fastjsonschema.JsonSchemaException:  # it holds the message
        raise MessageError(f"A message of type {kind} is not as Jupyter's protocol says.") from None
    known = _CONTENTS[kind]["properties"]
    message["content"] = {name: value for name, value in message["content"].items() if name in known}
    return True


class CheckedChannel(AsyncZMQSocketChannel):
    """A channel of valid messages."""

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:  # type: ignore[override]
        """The next message that grading needs.

        Raises queue.Empty after ``timeout`` seconds, MessageError, and ValueError of :func:`unpack`.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            message = await super().get_msg(timeout)
            if accept(message):
                return message
            if deadline is not None:
                timeout = deadline - time.monotonic()
                if timeout <= 0:
                    raise Empty
