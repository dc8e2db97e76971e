"""Points add up by task, and the bonus task is kept apart."""

import io

import pytest
from rich.console import Console

from coursekit.points import Points, Student, table


@pytest.fixture
def student():
    return Student(
        "ala",
        {"1a": Points(1.2, 1.5), "1b": Points(0.0, 1.5, waiting=True), "2": Points(1.0, 2.0), "3": Points(0.5, 2.0)},
    )


def test_totals(student):
    assert student.total(bonus=False) == Points(2.2, 5.0, waiting=True)
    assert student.total(bonus=True) == Points(0.5, 2.0)


def test_table_marks_what_waits_and_shows_the_bonus_apart(student):
    printed = io.StringIO()
    Console(width=80, file=printed).print(table([student], "vae"))
    line = next(line for line in printed.getvalue().splitlines() if "ala" in line)
    assert line.split() == ["ala", "1.20", "0.00*", "1.00", "0.50", "2.20", "+", "0.50", "/", "5", "+", "2"]
