"""Checks, their verdicts and the points that they earn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from typing import Any

import pytest

from .figures import Figure

PASSED, FAILED, UNANSWERED, BROKEN_CHECK = "passed", "failed", "unanswered", "broken check"
MAX_MESSAGE = 2000
"""Characters of what a check says, since part of it comes from the student's kernel."""


class WrongError(AssertionError):
    """The student's work is not right: what was observed, what was expected (both Polish), and perhaps a figure."""

    def __init__(self, observed: str, expected: str, figure: Figure | None = None):
        parts = (_shortened(text, MAX_MESSAGE // 2 - 20) for text in (observed, expected))
        super().__init__("Zaobserwowano: {}\nOczekiwano: {}".format(*parts))
        self.figure = figure


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def require(condition: Any, observed: str, expected: str, draw: Callable[[], Figure] | None = None) -> None:
    """Raise :class:`WrongError` unless ``condition`` holds, with the figure that ``draw`` makes of what was found."""
    if not condition:
        raise WrongError(observed, expected, draw() if draw else None)


def check(id: str, points: str, title: str, hint: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Marks a test as the check ``id`` worth ``points`` (a decimal text); title and hint are Polish."""
    return pytest.mark.check(id=id, points=points, title=title, hint=hint)


@dataclass(frozen=True)
class CheckResult:
    """What one check found.

    verdict: "passed"; "failed": the work is wrong; "unanswered": the work gave no sensible answer;
    "broken check": our own mistake, earns nothing and must be looked at.
    points, maximum: as decimal text; seconds: duration; figure: what a person sees beside the message.
    """

    id: str
    title: str
    verdict: str
    points: str
    maximum: str
    message: str
    hint: str
    seconds: float
    figure: Figure | None = None

    def as_dict(self) -> dict[str, Any]:
        """The result as JSON-ready data; a figure as its `uri` and `alt`, and nothing where there is none."""
        fields = asdict(self)
        del fields["figure"]
        return fields | ({"figure": {"uri": self.figure.uri, "alt": self.figure.alt}} if self.figure else {})


@dataclass
class Report:
    """The results of the checks of one grade cell.

    surprises: for the instructor, "check id: type of the exception" of each check that stumbled over an answer of the
    student's kernel in a way that it did not foresee.
    """

    cell: str
    seed: int
    results: list[CheckResult] = field(default_factory=list)
    surprises: list[str] = field(default_factory=list)

    @property
    def points(self) -> float:
        """Points earned, the exact sum of the decimal texts rounded once to a float."""
        return float(sum((Fraction(result.points) for result in self.results), Fraction(0)))

    @property
    def maximum(self) -> float:
        """Points that all checks of the cell are worth."""
        return float(sum((Fraction(result.maximum) for result in self.results), Fraction(0)))

    def failed_ids(self) -> list[str]:
        """Ids of the checks that did not pass, in order."""
        return [result.id for result in self.results if result.verdict != PASSED]

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON-ready data."""
        return {
            "cell": self.cell,
            "seed": self.seed,
            "points": self.points,
            "maximum": self.maximum,
            "checks": [result.as_dict() for result in self.results],
        }
