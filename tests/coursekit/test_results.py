"""Totals follow the rule for the bonus and the penalty for being late."""

import pytest

from coursekit.points import Points, Student
from coursekit.results import GRADED, NOT_SUBMITTED, Result


def result(full: float, bonus: float, penalty: float = 0.0) -> Result:
    tasks = {"1a": Points(full / 2, 1.5), "2": Points(full / 2, 3.5), "3": Points(bonus, 2.0)}
    return Result("101", "Jan", "Kowalski", "", GRADED, points=Student("101", tasks), penalty=penalty)


@pytest.mark.parametrize(
    ("full", "bonus", "penalty", "added", "capped"),
    [
        (3.0, 1.5, 0.0, 4.5, 4.5),
        (4.5, 1.5, 0.0, 6.0, 5.0),
        (5.0, 2.0, 0.0, 7.0, 5.0),
        (4.5, 1.5, 1.0, 5.0, 4.0),
        (1.0, 0.0, 2.0, 0.0, 0.0),
        (0.1, 0.2, 0.0, 0.3, 0.3),
    ],
)
def test_total(full, bonus, penalty, added, capped):
    assert result(full, bonus, penalty).total("add") == added
    assert result(full, bonus, penalty).total("cap") == capped


def test_without_a_grading_there_is_no_total():
    assert Result("101", "Jan", "Kowalski", "", NOT_SUBMITTED).total("add") is None


@pytest.mark.parametrize(
    ("first", "last", "name"), [("Jan", "Kowalski", "Jan Kowalski"), ("", "Kowalski", "Kowalski"), ("", "", "")]
)
def test_name(first, last, name):
    assert Result("101", first, last, "", GRADED).name == name
