"""Checks, their verdicts and the points that they earn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from typing import Any

import pytest

PASSED, FAILED, UNANSWERED, BROKEN_CHECK = "passed", "failed", "unanswered", "broken check"


class WrongError(AssertionError):
    """The student's work is not right: what was observed, what was expected (both Polish)."""

    def __init__(self, observed: str, expected: str):
        super().__init__(f"Zaobserwowano: {observed} Oczekiwano: {expected}")


def require(condition: Any, observed: str, expected: str) -> None:
    """Raise :class:`WrongError` unless ``condition`` holds."""
    if not condition:
        raise WrongError(observed, expected)


def check(id: str, points: str, title: str, hint: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Marks a test as the check ``id`` worth ``points`` (a decimal text); title and hint are Polish."""
    return pytest.mark.check(id=id, points=points, title=title, hint=hint)


@dataclass(frozen=True)
class CheckResult:
    """What one check found.

    verdict: "passed"; "failed": the work is wrong; "unanswered": the work gave no sensible answer;
    "broken check": our own mistake, earns nothing and must be looked at.
    points, maximum: as decimal text; seconds: duration.
    """

    id: str
    title: str
    verdict: str
    points: str
    maximum: str
    message: str
    hint: str
    seconds: float


@dataclass
class Report:
    """The results of the checks of one grade cell."""

    cell: str
    seed: int
    results: list[CheckResult] = field(default_factory=list)

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
            "checks": [asdict(result) for result in self.results],
        }
