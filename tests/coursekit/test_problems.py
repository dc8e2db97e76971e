"""One list for the instructor: what could not be read, was not graded, or had to be mended."""

import json

import pytest
from rich.console import Console
from typer.testing import CliRunner

from coursekit import problems, records
from coursekit.__main__ import app
from coursekit.problems import FLAGGED, MENDED, NO_SANDBOX, NOT_EXECUTED, NOT_GRADED, UNREADABLE, Problem
from grader_tests.verdict import BROKEN_CHECK
from tests.coursekit.conftest import whole_record


@pytest.fixture
def course(tmp_path):
    found = {
        "anna [x]": ("unreadable", ["Plik jest pusty."], [], True, []),
        "bob": ("ok", [], [], True, []),
        "cyd": ("renamed", ["Inna nazwa."], [], True, []),
        "dan": ("ok", [], ["Brakowało komórek."], True, []),
        "gus": ("ok", [], [], True, [{"kind": "network", "cell": "vae_model", "detail": "Found: socket."}]),
        "hal": ("ok", [], [], False, []),
        "ian": ("ok", [], [], True, []),
    }
    fault = whole_record()["reports"][0]["checks"][0] | {
        "id": "1a.elbo",
        "verdict": BROKEN_CHECK,
        "message": "Błąd sprawdzarki.",
    }
    for student, (status, notes, repairs, sandbox, flags) in found.items():
        (tmp_path / "submitted" / student / "vae").mkdir(parents=True)
        records.write(
            records.path(tmp_path, "vae", student),
            whole_record(
                student=student,
                intake={"status": status, "notes": notes},
                repairs=repairs,
                sandbox={"enabled": sandbox},
                flags=flags,
                reports=[{"cell": "test_1a", "points": 0.0, "maximum": 0.1, "checks": [fault]}]
                if student == "ian"
                else [],
            ),
        )
    (tmp_path / "submitted" / "eve" / "vae").mkdir(parents=True)
    (tmp_path / "submitted" / "fay" / "VAE").mkdir(parents=True)
    (tmp_path / "submitted" / ".gitignore").touch()
    (tmp_path / "nbgrader_config.py").touch()
    return tmp_path


def test_gravest_first_and_sound_ones_left_out(course):
    assert problems.of_class(course, "vae") == [
        Problem("eve", NOT_GRADED, ("Run `nbgrader autograde vae`; its log tells what stops it.",)),
        Problem("fay", NOT_GRADED, ("There is no folder submitted/fay/vae.",)),
        Problem("anna [x]", UNREADABLE, ("Plik jest pusty.",)),
        Problem("hal", NO_SANDBOX, ()),
        Problem("ian", BROKEN_CHECK, ("1a.elbo: Błąd sprawdzarki.",)),
        Problem("gus", FLAGGED, ("[network] vae_model: Found: socket.",)),
        Problem("cyd", MENDED, ("Inna nazwa.",)),
        Problem("dan", MENDED, ("Brakowało komórek.",)),
    ]


def test_table_shows_names_as_they_are(course):
    console = Console(width=100, record=True)
    console.print(problems.table(problems.of_class(course, "vae"), "vae"))
    text = console.export_text()
    assert "anna [x]" in text
    assert "8 submissions with problems" in text


def test_command(course):
    done = CliRunner().invoke(app, ["problems", "vae", "--course", str(course)])
    assert done.exit_code == 0
    assert "Plik jest pusty." in done.output


def test_command_for_other_programs(course):
    done = CliRunner().invoke(app, ["problems", "--course", str(course), "--json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)[2] == {"student": "anna [x]", "state": "unreadable", "notes": ["Plik jest pusty."]}


def test_damaged_record_counts_as_not_graded(course):
    records.path(course, "vae", "bob").write_text('{"schema": 1')
    problem = next(problem for problem in problems.of_class(course, "vae") if problem.student == "bob")
    assert problem.state == NOT_GRADED
    assert problem.notes[0].startswith("records/vae/bob.json cannot be read")
    assert "python -m coursekit grade vae" in problem.notes[0]


def test_command_where_nobody_has_handed_in(tmp_path):
    (tmp_path / "nbgrader_config.py").touch()
    done = CliRunner().invoke(app, ["problems", "vae", "--course", str(tmp_path)])
    assert done.exit_code == 1
    assert "Nobody has handed in anything" in done.stderr


def test_a_submission_that_was_not_executed_is_graver_than_its_flags(course):
    flag = {"kind": "not executed", "cell": "the whole notebook", "detail": "The notebook was not executed."}
    record = whole_record(student="gus", status="broken", reports=[], points={}, flags=[flag])
    records.write(records.path(course, "vae", "gus"), record)
    (found,) = [problem for problem in problems.of_class(course, "vae") if problem.student == "gus"]
    assert found == Problem("gus", NOT_EXECUTED, ("[not executed] the whole notebook: The notebook was not executed.",))
