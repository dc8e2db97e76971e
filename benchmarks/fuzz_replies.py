"""Fuzz target: the checks, asked of a student whose replies are right ones with something changed.

Whatever a reply holds, the checks must come to a verdict on the student's work: no check is broken, none stumbles in a
way that it does not foresee, and no message is long.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any
from unittest.mock import patch

import nbformat
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from coursekit.solution import SOURCE, solution_names
from grader_tests import probes, wire
from grader_tests.session import cells, run_checks
from grader_tests.student import Reply, read_reply
from grader_tests.verdict import BROKEN_CHECK, MAX_MESSAGE, Report

SEED, EVERY = 7, -1
MAX_PARTS = 100_000
"""Of a changed reply; some 20,000 are more than a reply may have."""
Path = tuple[str | int, ...]
"""Keys and indices from the whole reply to a part of it."""

# fmt: off
NUMBERS = [0, 1, -1, -0.0, 0.5, 1e-300, 5e-324, 1e38, 1e308, -1e308, 2**31, 2**63, 10**400, -(10**400),
           float("nan"), float("inf"), float("-inf"), True, False]
TEXTS = ["", "x", "raw", "\ud83d", "\x1b[31m", "{observed}", "%s", "\x00", "ą" * 5000]
FORGED_ARRAYS = [{"__array__": place} for place in (
    0, [], ["|O", [1], 0], ["<f8", [10**9], 0], ["<f8", [0, 10**7, 10**7], 0], ["<f8", [1], -8], ["<f8", [-1], 0])]
SHAPES = [(0,), (0, 10), (1,), (), (10, 0), (2, 3), (1, 1, 1, 1), (32, 10), (1, 32, 784), (3000, 10), (1,) * 8]
KINDS = ["|b1", "|i1", "|u1", "<i8", "<u8", "<f4", "<f8"]
# fmt: on
ELEMENTS = [value for value in NUMBERS if not isinstance(value, int) or abs(value) < 2**63]


@dataclass(frozen=True)
class Change:
    """What becomes of one part of one reply; numbers choose, by their remainder, among what there is.

    call: the question whose reply is changed, EVERY or one of them; part: which part of it, the first is the whole;
    how: a key of ``_HOW``; value: for some of these, what to put there.
    """

    call: int
    part: int
    how: str
    value: Any = None


class Right:
    """The reference solution, executed and trained once, and its replies.

    notes: of checks before each grade cell; calls: how many questions its checks ask.
    """

    def __init__(self) -> None:
        code = [cell for cell in nbformat.read(SOURCE, 4).cells if cell.cell_type == "code"]
        ids = {cell.metadata.get("nbgrader", {}).get("grade_id") for cell in code} - {None, *cells()}
        with patch.dict(os.environ, COURSE_PROFILE="grading"):
            self._names = solution_names(ids)
        self._replies: dict[tuple[str, str], Any] = {}
        self._complete = False
        self.notes: dict[str, dict[str, float]] = {}
        self.calls: dict[str, int] = {}
        notes: dict[str, float] = {}
        for cell in cells():
            self.notes[cell] = dict(notes)
            student = Changed(self, notes, 1, [])
            report = run_checks(cell, student, SEED)
            assert report.points == report.maximum, report.failed_ids()
            self.calls[cell] = student.asked
        self._complete = True

    def reply(self, name: str, arguments: dict[str, Any]) -> Any:
        """What the probe ``name`` returns. Questions of the first run are answered again without being computed."""
        key = name, wire.encode(arguments, wire.REPLY)
        reply = self._replies.get(key) or probes.answer(self._names, {"probe": name, "arguments": dict(arguments)})
        if not self._complete:
            self._replies[key] = reply
        return reply


class Changed:
    """A student who gives right replies, some of them changed; ``asked``: how often."""

    def __init__(self, right: Right, notes: dict[str, float], calls: int, changes: list[Change]):
        self.notes = notes
        self.asked = 0
        self._right, self._calls, self._changes = right, calls, changes

    def probe(self, name: str, **arguments: Any) -> Reply:
        """As of ``Student``."""
        reply = self._right.reply(name, arguments)
        for change in self._changes:
            if change.call == EVERY or change.call % self._calls == self.asked:
                reply = changed(reply, change)
        self.asked += 1
        return read_reply(wire.encode(reply, wire.REPLY))


def changed(reply: Any, change: Change) -> Any:
    """The reply with one of its parts changed."""
    paths = list(_paths(reply))
    return _at(reply, paths[change.part % len(paths)], change)


def _paths(item: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    if isinstance(item, dict):
        for key, part in item.items():
            yield from _paths(part, (*path, key))
    elif isinstance(item, list):
        for index, part in enumerate(item[:20]):
            yield from _paths(part, (*path, index))


def _at(item: Any, path: Path, change: Change) -> Any:
    if not path:
        return _HOW[change.how](item, change.value)
    step, *rest = path
    if not rest and change.how == "drop":
        if isinstance(item, dict):
            return {key: part for key, part in item.items() if key != step}
        return [part for index, part in enumerate(item) if index != step]
    copy = dict(item) if isinstance(item, dict) else list(item)
    copy[step] = _at(item[step], tuple(rest), change)
    return copy


def _filled(item: Any, value: Any) -> Any:
    with np.errstate(all="ignore"):
        return np.full(np.shape(item), value, np.float64) if isinstance(item, np.ndarray) else value


def _one_element(item: Any, value: Any) -> Any:
    if not isinstance(item, np.ndarray) or not item.size:
        return value
    copy = item.astype(np.float64)
    copy.flat[copy.size // 2] = value
    return copy


def _of_kind(item: Any, kind: Any) -> Any:
    with np.errstate(all="ignore"):
        return item.astype(kind) if isinstance(item, np.ndarray) else item


def _scaled(item: Any, factor: Any) -> Any:
    with np.errstate(all="ignore"):
        return item * np.float64(factor) if isinstance(item, np.ndarray) else factor


def _shaped(item: Any, shape: Any) -> Any:
    return np.resize(item, shape) if isinstance(item, np.ndarray) else np.zeros(shape)


def _longer(item: Any, times: Any) -> Any:
    if isinstance(item, np.ndarray):
        return np.resize(item, (min(item.size * times, 10**6),))
    longer = item * times if isinstance(item, (list, str)) else [item] * times
    return longer if _fits(longer) else item


def _fits(item: Any) -> bool:
    """Whether a part is small enough to be sent: lists of long lists would fill the memory before a check is asked."""
    left, stack = MAX_PARTS, [item]
    while stack and left > 0:
        part = stack.pop()
        left -= 1 + (len(part) if isinstance(part, str) else np.size(part) if isinstance(part, np.ndarray) else 0) // 50
        if isinstance(part, (dict, list)):
            stack.extend(islice(part.values() if isinstance(part, dict) else part, max(left, 0)))
    return left > 0


def _turned(item: Any, _: Any) -> Any:
    return item.T if isinstance(item, np.ndarray) else [item]


def _every(kind: type | tuple[type, ...], change: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """A change of all parts of a part that are of a kind, the innermost first."""

    def changed_parts(item: Any, value: Any) -> Any:
        if isinstance(item, dict):
            item = {key: changed_parts(part, value) for key, part in item.items()}
        elif isinstance(item, list):
            item = [changed_parts(part, value) for part in item]
        return change(item, value) if isinstance(item, kind) else item

    return changed_parts


_HOW = {
    "drop": lambda item, _: None,
    "replace": lambda item, value: value,
    "fill": _filled,
    "one element": _one_element,
    "kind": _of_kind,
    "scale": _scaled,
    "shape": _shaped,
    "longer": _longer,
    "turn": _turned,
    "every number": _every((int, float), lambda item, value: value),
    "every text": _every(str, lambda item, value: value),
    "every list": _every(list, _longer),
    "every array": _every(np.ndarray, _filled),
    "every shape": _every(np.ndarray, _shaped),
}

_CALL, _PART = st.one_of(st.just(EVERY), st.integers(0, 40)), st.one_of(st.just(0), st.integers(0, 30))
_VALUES = st.recursive(
    st.one_of(st.none(), st.sampled_from(NUMBERS), st.sampled_from(TEXTS), st.sampled_from(FORGED_ARRAYS), st.floats()),
    lambda part: st.one_of(st.lists(part, max_size=4), st.dictionaries(st.sampled_from(["key", "name", "x"]), part)),
    max_leaves=6,
)


def _changes(hows: list[str], values: st.SearchStrategy[Any]) -> st.SearchStrategy[Change]:
    return st.builds(Change, _CALL, _PART, st.sampled_from(hows), values)


_CHANGES = st.one_of(
    _changes(["drop", "turn"], st.none()),
    _changes(["replace", "every number", "every text"], _VALUES),
    _changes(["every number"], st.sampled_from(NUMBERS)),
    _changes(["fill", "one element", "scale", "every array"], st.sampled_from(ELEMENTS)),
    _changes(["kind"], st.sampled_from(KINDS)),
    _changes(["shape", "every shape"], st.sampled_from(SHAPES)),
    _changes(["longer", "every list"], st.sampled_from([0, 2, 3, 1000])),
)


@cache
def right() -> Right:
    """The reference solution; made when it is first needed, which takes some seconds."""
    return Right()


def report_on(cell: str, changes: list[Change]) -> Report:
    """The report on a grade cell of a student whose replies are changed."""
    student = Changed(right(), dict(right().notes[cell]), right().calls[cell], changes)
    return run_checks(cell, student, SEED)


@given(st.sampled_from(cells()), st.lists(_CHANGES, min_size=1, max_size=4))
def test_replies(cell: str, changes: list[Change]) -> None:
    """Every reply leads to a verdict on the student's work, and to a short message."""
    require_verdicts(report_on(cell, changes))


def require_verdicts(report: Report) -> None:
    """Raise AssertionError where a check came to no verdict on the student's work, or says too much."""
    broken = [(result.id, result.message) for result in report.results if result.verdict == BROKEN_CHECK]
    assert not broken, broken
    assert not report.surprises, report.surprises
    assert all(len(result.message) <= MAX_MESSAGE for result in report.results)
