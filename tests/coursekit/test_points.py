"""Points add up by task, and the bonus task is kept apart."""

import io
import json
import shutil

import pytest
from rich.console import Console
from typer.testing import CliRunner

from coursekit.__main__ import app
from coursekit.data import ROOT
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


def test_json_adds_up_in_hundredths(student):
    student.tasks["1a"].score = 0.1 + 0.2
    assert student.as_dict() == {
        "student": "ala",
        "tasks": {
            "1a": {"score": 0.3, "maximum": 1.5, "waiting": False},
            "1b": {"score": 0.0, "maximum": 1.5, "waiting": True},
            "2": {"score": 1.0, "maximum": 2.0, "waiting": False},
            "3": {"score": 0.5, "maximum": 2.0, "waiting": False},
        },
        "total": {"score": 1.3, "maximum": 5.0, "waiting": True},
        "bonus": {"score": 0.5, "maximum": 2.0, "waiting": False},
    }


def test_a_course_without_a_gradebook_is_named_and_none_is_made(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    done = CliRunner().invoke(app, ["points"])
    assert done.exit_code == 1
    assert "There is no gradebook" in done.stderr
    assert not (tmp_path / "gradebook.db").exists()


@pytest.mark.slow
def test_an_unknown_assignment_is_named(whole_class, monkeypatch):
    monkeypatch.chdir(whole_class)
    done = CliRunner().invoke(app, ["points", "vea"])
    assert done.exit_code == 1
    assert "the gradebook knows no assignment vea" in done.stderr


@pytest.mark.slow
def test_command_for_other_programs(whole_class, monkeypatch):
    monkeypatch.chdir(whole_class)
    done = CliRunner().invoke(app, ["points", "--json"])
    found = {student["student"]: student["total"]["score"] for student in json.loads(done.stdout)}
    assert found["anna_nowak"] == 3.0
    assert found["ola_król"] == 0.0
