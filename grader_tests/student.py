"""A student's work as the checks see it: one object with one method, ``probe``.

Two backends with one interface, and nothing in a check may depend on which one it has:

* :class:`KernelStudent` runs probes in this process, next to the objects (an author trying the notebook);
* :class:`ChannelStudent` sends them to the student's kernel as scratch cells and reads the replies back
  (autograding: the verdict is made in the grader's process).
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from . import bounded_json, wire

REPLY_MIME = "application/x-coursekit-probe"
MAX_CHARS, MAX_NODES, MAX_DEPTH = 40_000_000, 20_000, 32
"""Of a reply. The largest right one has 28 million characters, and 2,000 values where it tells of every layer."""
MAX_ITEMS, MAX_TEXTS = 500, 100
"""Parts of one field of a reply."""


def error_in(cell: str) -> str:
    """Key of a note of 1.0 where the student's cell with this grade id ended in an error."""
    return f"an error in {cell}"


class ProbeError(Exception):
    """The student's code gave no sensible answer; the message (Polish) says what happened instead."""


class Reply:
    """What a probe returned. Untrusted: every field is checked when it is read, and costs what a right one costs.

    Raises ProbeError from each method when the field is missing or of another kind.
    """

    def __init__(self, fields: Any):
        if not isinstance(fields, dict):
            raise ProbeError("Sprawdzarka nie otrzymała czytelnej odpowiedzi z notatnika.")
        self._fields = fields

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of the array of numbers in field ``name``, whatever it is."""
        return self._numbers(name).shape

    def array(self, name: str, shape: tuple[int, ...]) -> np.ndarray:
        """Field ``name`` as a float64 array of exactly ``shape``."""
        value = self._numbers(name)
        if value.shape != shape:
            raise ProbeError(f"Oczekiwano kształtu {shape} ({name}), a kod zwrócił {value.shape}.")
        return value.astype(np.float64)

    def column(self, name: str, most: int) -> np.ndarray:
        """Field ``name`` as a float64 array (N,) of at most ``most`` numbers."""
        value = self._numbers(name)
        if value.ndim != 1 or len(value) > most:
            raise ProbeError(f"Oczekiwano najwyżej {most} liczb ({name}), a kod zwrócił kształt {value.shape}.")
        return value.astype(np.float64)

    def number(self, name: str) -> float:
        """Field ``name`` as a finite float."""
        value = self._fields.get(name)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ProbeError(f"Oczekiwano skończonej liczby ({name}), a jest: {type(value).__name__}.")
        try:
            number = float(value)
        except OverflowError:  # an integer that no float can hold
            number = math.inf
        if not math.isfinite(number):
            raise ProbeError(f"Oczekiwano skończonej liczby ({name}), a jest: {number}.")
        return number

    def text(self, name: str) -> str:
        """Field ``name`` as a string of at most 2,000 characters."""
        value = self._fields.get(name)
        if not isinstance(value, str):
            raise ProbeError(f"Oczekiwano napisu ({name}), a jest: {type(value).__name__}.")
        return value[:2000]

    def texts(self, name: str) -> list[str]:
        """Field ``name`` as a list of at most MAX_TEXTS strings of at most 500 characters."""
        value = self._fields.get(name)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ProbeError(f"Oczekiwano listy napisów ({name}), a jest: {type(value).__name__}.")
        return [item[:500] for item in value[:MAX_TEXTS]]

    def items(self, name: str, count: int | None = None) -> list[Reply]:
        """Field ``name`` as a list of ``count`` replies; of at most MAX_ITEMS where no number is given."""
        value = self._fields.get(name)
        if not isinstance(value, list):
            raise ProbeError(f"Oczekiwano listy ({name}), a jest: {type(value).__name__}.")
        if len(value) > MAX_ITEMS or count not in (None, len(value)):
            raise ProbeError(f"Lista ({name}) ma {len(value)} elementów, innych niż oczekiwano.")
        return [Reply(item) for item in value]

    def _numbers(self, name: str) -> np.ndarray:
        value = self._fields.get(name)
        if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiub":
            raise ProbeError(f"Oczekiwano tablicy liczb ({name}), a kod zwrócił coś innego.")
        return value


class Student(Protocol):
    """Something that answers probes; ``notes``: what a check remembers of it for the checks of later
    cells, and 1.0 or 0.0 by the id of each check that has passed or has not."""

    notes: dict[str, float]

    def probe(self, name: str, **arguments: Any) -> Reply:
        """Run ``probes.<name>(namespace, **arguments)`` next to the student's objects; raises ProbeError."""


class KernelStudent:
    """Probes run in this process, on ``namespace`` (the notebook's globals)."""

    def __init__(self, namespace: dict[str, Any], notes: dict[str, float] | None = None):
        self.notes = {} if notes is None else notes
        from . import probes  # not at the top: autograding has no use for torch in the grader's process

        self.namespace = namespace
        self._answer = probes.answer

    def probe(self, name: str, **arguments: Any) -> Reply:
        answer = self._answer(self.namespace, {"probe": name, "arguments": arguments})
        return read_reply(wire.encode(answer, wire.REPLY))


class ChannelStudent:
    """Probes run in a kernel. ``run_cell`` executes a source there and returns the cell's outputs.

    ``forged`` counts replies that answer no question: something in the kernel speaks for the probes.
    The sources of ``wire`` and ``probes`` travel into the kernel as text before the first probe, so the
    kernel needs no access to this package and finds no check or oracle in it.
    """

    def __init__(self, run_cell: Callable[[str], list[dict[str, Any]]], notes: dict[str, float] | None = None):
        self.notes = {} if notes is None else notes
        self.forged = 0
        self._run_cell = run_cell
        self._installed = False

    def probe(self, name: str, **arguments: Any) -> Reply:
        if not self._installed:
            self._run_cell(_install_source())
            self._installed = True
        request = wire.encode({"probe": name, "arguments": arguments}, wire.QUESTION)
        number = secrets.token_hex(8)
        outputs = self._run_cell(f"__import__('coursekit_probes').show({request!r}, {number!r}, globals())")
        contents = [output["data"] for output in outputs if isinstance(output.get("data"), dict)]
        replies = [content[REPLY_MIME] for content in contents if REPLY_MIME in content]
        asked_for = [reply for reply in replies if isinstance(reply, str) and reply.startswith(number)]
        self.forged += len(replies) - len(asked_for[:1])
        if len(replies) > 1:
            raise ProbeError("Na jedno pytanie sprawdzarki przyszło kilka odpowiedzi; nie wiadomo, która się liczy.")
        if asked_for:
            return read_reply(asked_for[0].removeprefix(number))
        raise ProbeError(_without_reply(outputs))


_LOADS = partial(bounded_json.loads, chars=MAX_CHARS, nodes=MAX_NODES, depth=MAX_DEPTH)


def read_reply(text: str) -> Reply:
    """The reply in a message of the wire format; raises ProbeError where it is none, or tells of an error."""
    try:
        fields = wire.decode(text, _LOADS)
    except ValueError:
        fields = None
    if isinstance(fields, dict) and "error" in fields:
        raise ProbeError(Reply(fields).text("error"))
    return Reply(fields)


def _without_reply(outputs: list[dict[str, Any]]) -> str:
    for output in outputs:
        if output.get("output_type") == "error":
            name, value = (str(output.get(field, ""))[:500] for field in ("ename", "evalue"))
            return f"Kod nie odpowiedział na sprawdzenie: {name}: {value}"[:500]
    return "Kod nie odpowiedział na sprawdzenie (notatnik przestał działać lub trwało to zbyt długo)."


def _install_source() -> str:
    """Source of a cell that makes the module ``coursekit_probes`` in the student's kernel."""
    parts = {name: Path(__file__).with_name(f"{name}.py").read_text() for name in ("wire", "probes")}
    return f"""
import sys as _sys, types as _types
def _install(parts):
    modules = {{}}
    for name, source in parts.items():
        modules[name] = module = _types.ModuleType("coursekit_" + name)
        _sys.modules["coursekit_" + name] = module
        exec(compile(source, "<" + name + ">", "exec"), module.__dict__)
    wire, probes = modules["wire"], modules["probes"]
    def show(request, number, namespace):
        from IPython.display import display
        reply = wire.encode(probes.answer(namespace, wire.decode(request)), wire.REPLY)
        display({{{REPLY_MIME!r}: number + reply}}, raw=True)
    probes.show = show
_install({parts!r})
del _install, _sys, _types
"""
