"""Whatever ends the grading command before its time, the same command again grades everything, once."""

import contextlib
import hashlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import psutil
import pytest
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from coursekit import resume
from coursekit.data import ROOT
from coursekit.intake import grade_id_of
from tests.coursekit.conftest import nbgrader, solution, tiny_source

pytestmark = pytest.mark.slow

MOMENTS = sorted(random.Random(2026).sample(range(1, 1000), 20))
"""When the command is killed, in thousandths of the time that it takes."""
STUDENTS = ("alice", "bob", "carol", "dave", "erin", "frank")
PLAIN_CHECKS = """
from coursekit.execute import GradeExecute

class PlainChecks(GradeExecute):
    # The kit's sandbox and records, and the checks of the tiny course, which are plain cells.
    def preprocess_cell(self, cell, resources, index):
        if cell.cell_type == "code":
            self._run_cell(cell, index)
        return cell, resources
"""
EXECUTION = """
import os
c.IncludeHeaderFooter.header = ""
c.PlainChecks.sandbox = "FILL" not in os.environ
c.Autograde.autograde_preprocessors = ["plain_checks.PlainChecks", "nbgrader.preprocessors.SaveAutoGrades"]
"""
FILL = """
import os
if os.environ.get("FILL"):
    with open("filler", "wb", buffering=0) as file:
        while file.write(bytes(100_000)):
            pass
"""
"""Part of what dave hands in: without the sandbox it uses up all space of the disk."""


@dataclass(frozen=True)
class Result:
    """What stands in the gradebook, by student and cell: points of the program, of a person, the person's comments."""

    automatic: dict[tuple[str, str], float | None]
    manual: dict[tuple[str, str], float | None]
    comments: dict[tuple[str, str], str | None]


def result(course: Path) -> Result:
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        notebooks = [
            (submission.student.id, notebook)
            for submission in gradebook.assignment_submissions("ps")
            for notebook in submission.notebooks
        ]
        return Result(
            {(student, grade.name): grade.auto_score for student, nb in notebooks for grade in nb.grades},
            {(student, grade.name): grade.manual_score for student, nb in notebooks for grade in nb.grades},
            {(student, comment.name): comment.manual_comment for student, nb in notebooks for comment in nb.comments},
        )


def tree(folder: Path) -> dict[str, tuple[int, int, str]]:
    """Mode, time and hash of every file below a folder."""
    return {
        str(path.relative_to(folder)): (
            path.stat().st_mode,
            path.stat().st_mtime_ns,
            hashlib.sha256(path.read_bytes()).hexdigest(),
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def graded(course: Path) -> dict[str, tuple[int, int, str]]:
    """The autograded notebooks of the students whose grading is finished."""
    return {
        student: tree(folder)["ps.ipynb"]
        for student in STUDENTS
        if (folder := course / "autograded" / student / "ps").exists()
        and resume.is_finished(course, "ps", student, folder)
    }


@pytest.fixture(autouse=True)
def temporary(monkeypatch) -> Iterator[None]:
    """A folder of its own for what a command writes to `$TMPDIR`; short, because paths of sockets are."""
    with tempfile.TemporaryDirectory(prefix="nl-") as folder:
        monkeypatch.setenv("TMPDIR", folder)
        yield


def autograde(
    course: Path, *options: str, kill_after: float = 600, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run the command, and kill it and its group of processes after so many seconds."""
    with subprocess.Popen(
        [sys.executable, "-m", "nbgrader", "autograde", "ps", *options],
        cwd=course,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        env=os.environ | variables,
    ) as process:
        try:
            output, _ = process.communicate(timeout=kill_after)
        except subprocess.TimeoutExpired:
            assert killed_but_alive(process.pid) == []
            output, _ = process.communicate()
    return subprocess.CompletedProcess(process.args, process.returncode, output)


def killed_but_alive(pid: int) -> list[psutil.Process]:
    """Kill a group of processes; returns descendants that are in no such group and live on all the same."""
    os.killpg(pid, signal.SIGSTOP)
    family = psutil.Process(pid).children(recursive=True)
    os.killpg(pid, signal.SIGKILL)
    return psutil.wait_procs(family, timeout=20)[1]


def assert_everything_is_graded(course: Path, expected: Result, submitted: dict[str, tuple[int, int, str]]) -> None:
    assert result(course) == expected
    assert sorted(graded(course)) == sorted(STUDENTS)
    with contextlib.closing(sqlite3.connect(course / "gradebook.db")) as gradebook:
        assert gradebook.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert tree(course / "submitted") == submitted
    assert {path.name for path in (course / "records" / "ps").iterdir()} == {".locks", *(f"{s}.json" for s in STUDENTS)}
    assert os.listdir(os.environ["TMPDIR"]) == []


@pytest.fixture(scope="module")
def pristine(tmp_path_factory) -> Path:
    """A course with six submissions, none graded: right and wrong ones, another file name, a broken file."""
    course = tmp_path_factory.mktemp("pristine") / "a course"
    (course / "source" / "ps").mkdir(parents=True)
    (course / "nbgrader_config.py").write_text((ROOT / "nbgrader_config.py").read_text() + EXECUTION)
    (course / "plain_checks.py").write_text(PLAIN_CHECKS)
    nbformat.write(tiny_source(), course / "source" / "ps" / "ps.ipynb")
    done = nbgrader(course, "generate_assignment", "ps")
    assert done.returncode == 0, done.stderr
    released = nbformat.read(course / "release" / "ps" / "ps.ipynb", as_version=4)
    solved = solution(released)
    for student, notebook in zip(
        STUDENTS,
        (
            solved,
            released,
            with_source(solved, "add", "def add(a): return a"),
            with_source(solved, "multiply", f"{FILL}\ndef multiply(a): return a * factor"),
            solved,
            solved,
        ),
        strict=True,
    ):
        folder = course / "submitted" / student / "ps"
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / "ps.ipynb")
        (folder / "more.csv").write_text(student)
    (folder / "ps.ipynb").write_text("{")
    erin = course / "submitted" / "erin" / "ps"
    (erin / "ps.ipynb").rename(erin / "moje zadanie.ipynb")
    return course


def with_source(notebook: NotebookNode, grade_id: str, source: str) -> NotebookNode:
    changed = nbformat.from_dict(notebook)
    for cell in changed.cells:
        if grade_id_of(cell) == grade_id:
            cell.source = source
    return changed


@pytest.fixture
def course(pristine, tmp_path) -> Path:
    """A course of its own for one test."""
    return Path(shutil.copytree(pristine, tmp_path / "a course"))


@dataclass(frozen=True)
class Uninterrupted:
    """A course graded by one command, and the time that it took."""

    course: Path
    seconds: float
    result: Result


@pytest.fixture(scope="module")
def uninterrupted(pristine, tmp_path_factory) -> Uninterrupted:
    course = Path(shutil.copytree(pristine, tmp_path_factory.mktemp("uninterrupted") / "a course"))
    start = time.monotonic()
    done = autograde(course)
    assert done.returncode == 0, done.stdout
    return Uninterrupted(course, time.monotonic() - start, result(course))


def test_the_class_is_as_mixed_as_it_should_be(uninterrupted):
    scores = uninterrupted.result.automatic
    totals = {student: sum(scores[student, cell] for cell in ("test_add", "test_multiply")) for student in STUDENTS}
    assert totals == {"alice": 4, "bob": 0, "carol": 2, "dave": 4, "erin": 4, "frank": 0}


def test_a_second_command_grades_nothing_again(uninterrupted):
    before = graded(uninterrupted.course)
    assert autograde(uninterrupted.course).returncode == 0
    assert graded(uninterrupted.course) == before


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at_any_moment(course, uninterrupted, moment):
    submitted = tree(course / "submitted")
    autograde(course, kill_after=uninterrupted.seconds * moment / 1000)
    before = graded(course)
    again = autograde(course)
    assert again.returncode == 0, again.stdout
    assert_everything_is_graded(course, uninterrupted.result, submitted)
    assert {student: graded(course)[student] for student in before} == before, "graded twice"


def test_killed_again_and_again_while_grades_of_a_person_are_there(course, uninterrupted):
    submitted = tree(course / "submitted")
    autograde(course)
    expected = grade_by_hand(course)
    for moment in MOMENTS[5::5]:
        autograde(course, "--force", kill_after=uninterrupted.seconds * moment / 1000)
        assert result(course).manual == expected.manual
    assert autograde(course).returncode == 0, "without --force it finishes what was begun"
    assert_everything_is_graded(course, expected, submitted)
    assert autograde(course, "--force").returncode == 0
    assert_everything_is_graded(course, expected, submitted)


def grade_by_hand(course: Path) -> Result:
    """Points, extra points and a comment for every student, as formgrader stores them."""
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        for number, student in enumerate(STUDENTS):
            written = gradebook.find_grade("answer", "ps", "ps", student)
            written.manual_score, written.needs_manual_grade = number / 10, False
            gradebook.find_grade("test_add", "ps", "ps", student).manual_score = 1.5
            gradebook.find_comment("answer", "ps", "ps", student).manual_comment = f"Dobrze, {student}."
        gradebook.db.commit()
    return result(course)


def test_killed_while_a_new_submission_replaces_the_old_one(course, uninterrupted):
    """nbgrader removes the old grading first, and would take what is left of it for a finished one."""
    old = course / "submitted" / "alice" / "ps"
    shutil.copytree(course / "submitted" / "bob" / "ps", old, dirs_exist_ok=True)
    (old / "timestamp.txt").write_text("2026-01-01 12:00:00 UTC")
    autograde(course)
    assert result(course) != uninterrupted.result
    shutil.copytree(course / "submitted" / "carol" / "ps", old, dirs_exist_ok=True)
    (old / "timestamp.txt").write_text("2026-01-02 12:00:00 UTC")
    (course / "autograded" / "alice" / "ps" / "timestamp.txt").unlink()  # as a kill may leave it
    assert autograde(course).returncode == 0
    scores = result(course).automatic
    assert (scores["alice", "test_add"], scores["alice", "test_multiply"]) == (0, 2)


@pytest.fixture
def disk(tmp_path) -> Iterator[Callable[[int], Path]]:
    """A function that gives a disk so many megabytes, and returns where it is mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def size(megabytes: int) -> Path:
        remount = "remount," if os.path.ismount(folder) else ""
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"{remount}size={megabytes}m", "tmpfs", folder],
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            pytest.skip(f"a disk of its own takes the right to mount one: {done.stderr}")
        return folder

    yield size
    if os.path.ismount(folder):
        subprocess.run(["umount", folder], check=True)


def test_full_disk(pristine, uninterrupted, disk):
    course = Path(shutil.copytree(pristine, disk(60) / "a course"))
    submitted = tree(course / "submitted")
    done = autograde(course)
    assert done.returncode == 1
    assert f"Stopped before the submission {course / 'submitted' / 'alice' / 'ps'}" in done.stdout
    assert "Free some space and give the same command again" in done.stdout
    assert not list((course / "autograded").glob("*/ps"))
    disk(400)
    assert autograde(course).returncode == 0
    assert_everything_is_graded(course, uninterrupted.result, submitted)


def test_disk_that_fills_up_on_the_way(pristine, uninterrupted, disk):
    course = Path(shutil.copytree(pristine, disk(160) / "a course"))
    submitted = tree(course / "submitted")
    done = autograde(course, FILL="1")
    assert done.returncode != 0
    assert "full" in done.stdout or "No space left on device" in done.stdout
    assert sorted(path.name for path in (course / "autograded").glob("*") if (path / "ps").exists()) == sorted(
        graded(course)
    ), "half-written"
    assert autograde(course).returncode == 0
    assert_everything_is_graded(course, uninterrupted.result, submitted)
