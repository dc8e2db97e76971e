"""A policy for late submissions holds for `nbgrader autograde` and for `python -m coursekit grade` alike.

So does the one that docs/moodle.md shows.
"""

import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from coursekit.data import ROOT
from tests.coursekit.conftest import nbgrader, solution
from tests.pipeline.test_grade import PLAIN_CHECKS

pytestmark = pytest.mark.slow

SETTINGS = """
c.IncludeHeaderFooter.header = ""
c.Autograde.autograde_preprocessors[0] = "plain_checks.PlainChecks"
c.Autograde.autograde_preprocessors[-2] = "nbgrader.preprocessors.SaveAutoGrades"  # the kit's own wants reports
"""
ZERO = 'c.LateSubmissionPlugin.penalty_method = "zero"\n'
PER_DAY = 'c.AssignLatePenalties.plugin_class = "late.PerDay"\n'


def by_nbgrader(course: Path) -> None:
    done = nbgrader(course, "autograde", "ps")
    assert done.returncode == 0, done.stderr


def by_coursekit(course: Path) -> None:
    command = [sys.executable, "-m", "coursekit", "grade", "ps", "--course", str(course)]
    done = subprocess.run(command, cwd=course, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def documented_policy() -> str:
    """The class of docs/moodle.md, as an instructor copies it."""
    block = re.search(r"^  ```python\n(.*?)^  ```", (ROOT / "docs" / "moodle.md").read_text(), re.MULTILINE | re.DOTALL)
    assert block, "docs/moodle.md shows no policy"
    return textwrap.dedent(block[1])


@pytest.mark.parametrize(
    ("grade", "policy", "penalty"),
    [
        (by_nbgrader, "", 0.0),
        (by_nbgrader, ZERO, 4.0),
        (by_coursekit, ZERO, 4.0),
        (by_nbgrader, PER_DAY, 0.5),
        (by_coursekit, PER_DAY, 0.5),
    ],
)
def test_penalty(tiny_course, tmp_path, grade, policy, penalty):
    course = Path(shutil.copytree(tiny_course, tmp_path / "a course"))
    settings = (ROOT / "nbgrader_config.py").read_text() + SETTINGS + policy
    (course / "nbgrader_config.py").write_text(settings)
    (course / "plain_checks.py").write_text(PLAIN_CHECKS)
    (course / "late.py").write_text(documented_policy())
    solved = solution(nbformat.read(course / "release" / "ps" / "ps.ipynb", as_version=4))
    due = nbgrader(course, "db", "assignment", "add", "ps", "--duedate=2026-11-24 12:00:00 Europe/Warsaw")
    assert due.returncode == 0, due.stderr
    for student, time in (("101", "2026-11-24 10:59:00"), ("102", "2026-11-24 11:30:00")):
        folder = course / "submitted" / student / "ps"
        folder.mkdir(parents=True)
        nbformat.write(solved, folder / "ps.ipynb")
        (folder / "timestamp.txt").write_text(time)
    grade(course)
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        found = gradebook.assignment_submissions("ps")
        assert {each.student.id: each.late_submission_penalty for each in found} == {"101": 0.0, "102": penalty}
        assert {each.student.id: each.total_seconds_late for each in found} == {"101": 0.0, "102": 1800.0}
