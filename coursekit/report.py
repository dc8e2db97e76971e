"""The numbers of the report on a class; `coursekit.report_page` makes a page of them.

Points come from nbgrader's gradebook, all else from the records and the submitted folders. The checks and the mistakes
count only submissions that could be read: the others had the blank notebook graded in their place.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from statistics import median
from typing import Any

from scipy.stats import pointbiserialr

from coursekit import corpus, points, problems, records, similar
from coursekit.course import gradebook_url
from coursekit.execute import IMPORTS, START
from coursekit.problems import MENDED, Problem, students
from coursekit.similar import Similarity
from grader_tests.verdict import BROKEN_CHECK, PASSED

Record = dict[str, Any]


class NothingGradedError(Exception):
    """There is nothing to report on; the message says what to do."""


@dataclass(frozen=True)
class Total:
    """Points of a student, those of the bonus task apart; waiting: a person has yet to grade a written answer."""

    student: str
    points: float
    bonus: float
    waiting: bool


@dataclass(frozen=True)
class Check:
    """What a check found in the class.

    passed, of: submissions; mean: of the points; separation: point-biserial correlation of passing with the points
    that all other checks gave, None where everybody passes, nobody does, or the others gave everybody the same.
    """

    id: str
    title: str
    maximum: float
    passed: int
    of: int
    mean: float
    separation: float | None


@dataclass(frozen=True)
class Mistake:
    """titles: of the chaffs in `corpus/` that fail these checks; overlap: Jaccard's index of the checks that the chaffs
    and the students fail, 1 where they are the same, else the nearest; students: who made it."""

    titles: tuple[str, ...]
    overlap: float
    students: tuple[str, ...]


@dataclass(frozen=True)
class Seconds:
    """Wall time of a part of grading: median and largest of a submission; share of the class's whole time, 0 to 1."""

    part: str
    median: float
    largest: float
    share: float


@dataclass(frozen=True)
class Report:
    """A class after grading.

    submitted: how many have a folder in `submitted/`; graded: how many have a record; damaged: records that cannot be
    read, with the reason by student; maximum, bonus_maximum: points to be had; problems: those that a person should
    look at; mended: how many submissions had to be put in order.
    """

    assignment: str
    submitted: int
    graded: int
    damaged: dict[str, str]
    maximum: float
    bonus_maximum: float
    totals: list[Total]
    checks: list[Check]
    mistakes: list[Mistake]
    problems: list[Problem]
    mended: int
    seconds: list[Seconds]
    similar: Similarity

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON-ready data, without the students' code."""
        return asdict(self) | {"similar": self.similar.as_dict()}


def of_class(course: Path, assignment: str) -> Report:
    """The report on a class, whose folder becomes the working folder.

    Raises NothingGradedError where no record can be read, NobodyError of `coursekit.problems`, NotReleasedError of
    `coursekit.similar` and GradebookError of `coursekit.course`.
    """
    found, damaged = _records(course, assignment)
    if not found:
        reasons = "\n".join(damaged.values())
        raise NothingGradedError(
            f"Nothing is graded yet: run `python -m coursekit grade {assignment}`.\n{reasons}".strip()
        )
    class_points = points.of_class(gradebook_url(course, assignment), assignment)
    full, bonus = (max((s.total(part).maximum for s in class_points), default=0.0) for part in (False, True))
    read = [record for record in found if record["status"] == "graded"]
    listed = problems.of_class(course, assignment)
    return Report(
        assignment=assignment,
        submitted=len(students(course)),
        graded=len(found),
        damaged=damaged,
        maximum=full,
        bonus_maximum=bonus,
        totals=[_total(student) for student in class_points],
        checks=checks(read),
        mistakes=mistakes(read, corpus.load_all("chaff")),
        problems=[problem for problem in listed if problem.state != MENDED],
        mended=sum(problem.state == MENDED for problem in listed),
        seconds=seconds(found),
        similar=similar.of_class(course, assignment),
    )


def _records(course: Path, assignment: str) -> tuple[list[Record], dict[str, str]]:
    """The records of the class, and why others cannot be read, by student."""
    found, damaged = [], {}
    for student in students(course):
        try:
            found.append(records.load(course, assignment, student))
        except records.RecordError as error:
            damaged[student] = str(error)
        except FileNotFoundError:
            continue  # not graded: `problems` lists it
    return found, damaged


def _total(student: points.Student) -> Total:
    full, bonus = student.total(bonus=False), student.total(bonus=True)
    return Total(student.name, full.score, bonus.score, full.waiting or bonus.waiting)


def checks(found: list[Record]) -> list[Check]:
    """One for each check, in the order of the notebook."""
    results = [{check["id"]: check for check in _checks(record)} for record in found]
    everything = {check["id"]: check for each in results for check in each.values()}
    return [_check(check, results) for check in everything.values()]


def _check(check: dict[str, str], results: list[dict[str, dict[str, str]]]) -> Check:
    asked = [each for each in results if check["id"] in each]
    passed = [each[check["id"]]["verdict"] == PASSED for each in asked]
    earned = [Fraction(each[check["id"]]["points"]) for each in asked]
    rest = [sum(Fraction(c["points"]) for c in each.values()) - own for each, own in zip(asked, earned, strict=True)]
    return Check(
        check["id"],
        check["title"],
        float(check["maximum"]),
        sum(passed),
        len(asked),
        float(sum(earned) / len(asked)),
        separation(passed, rest),
    )


def separation(passed: list[bool], rest: list[Fraction]) -> float | None:
    """Point-biserial correlation of passing with the other points; None where one of them is the same for all."""
    if len(set(passed)) < 2 or len(set(rest)) < 2:
        return None
    return float(pointbiserialr(passed, [float(value) for value in rest]).statistic)


def _checks(record: Record) -> list[dict[str, str]]:
    return [check for report in record["reports"] for check in report["checks"]]


def mistakes(found: list[Record], chaffs: list[corpus.Sample]) -> list[Mistake]:
    """What the students did wrong, by the chaffs that fail like them; the commonest first."""
    titles: dict[frozenset[str], list[str]] = {}
    for chaff in chaffs:
        titles.setdefault(frozenset(chaff.fails), []).append(chaff.title)
    groups: dict[tuple[tuple[str, ...], float], list[str]] = {}
    for record in found:
        failed = frozenset(check["id"] for check in _checks(record) if check["verdict"] not in (PASSED, BROKEN_CHECK))
        if failed:
            groups.setdefault(_named(failed, titles), []).append(record["student"])
    named = [Mistake(names, overlap, tuple(who)) for (names, overlap), who in groups.items()]
    return sorted(named, key=lambda mistake: (-len(mistake.students), -mistake.overlap, mistake.titles))


def _named(failed: frozenset[str], titles: dict[frozenset[str], list[str]]) -> tuple[tuple[str, ...], float]:
    """Titles of the mistakes that come nearest to failing these checks, and how near they come."""
    overlaps = {fails: len(fails & failed) / len(fails | failed) for fails in titles}
    best = max(overlaps.values())
    return tuple(title for fails, its in titles.items() if overlaps[fails] == best for title in its), best


def seconds(found: list[Record]) -> list[Seconds]:
    """Wall time by part of grading; the first is the whole."""
    parts = [_parts(record) for record in found if record["timings"] and record["seconds"] > 0]
    whole = sum(each["whole"] for each in parts)
    return [
        Seconds(part, median(times), max(times), sum(times) / whole)
        for part in (parts[0] if parts else ())
        for times in ([each[part] for each in parts],)
    ]


def _parts(record: Record) -> dict[str, float]:
    timings = record["timings"]
    start = timings.get(START, 0.0) + timings.get(IMPORTS, 0.0)
    judged = sum(value for cell, value in timings.items() if cell.startswith("test_"))
    training = sum(v for cell, v in timings.items() if cell.endswith("_training") and not cell.startswith("test_"))
    whole = record["seconds"]
    named = {"start-up and imports": start, "training": training, "checks": judged}
    return {"whole": whole, **named, "other cells": max(0.0, whole - sum(named.values()))}
