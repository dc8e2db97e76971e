"""What counts as graded, what is removed before grading, and when a command refuses to start."""

import contextlib
import errno
import fcntl
import logging
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory

from coursekit import records, resume
from tests.coursekit.conftest import nbgrader


@pytest.fixture
def course(tmp_path, monkeypatch) -> Path:
    """A course with one graded submission, alice's."""
    folder = tmp_path / "course"
    for step in ("submitted", "autograded"):
        (folder / step / "alice" / "ps").mkdir(parents=True)
        (folder / step / "alice" / "ps" / "ps.ipynb").write_text(step)
    with contextlib.closing(sqlite3.connect(folder / "gradebook.db")) as gradebook:
        gradebook.execute("CREATE TABLE t (x)")
    graded = folder / "autograded" / "alice" / "ps" / "ps.ipynb"
    record = {"schema": records.SCHEMA, "autograded_sha256": records.sha256(graded)}
    records.write(records.path(folder, "ps", "alice"), record)
    monkeypatch.chdir(folder)
    monkeypatch.setattr(resume, "_locks", {})
    return folder


def prepare(course: Path, *students: str) -> None:
    """Prepare a command that grades the submissions of `students`."""
    coursedir = CourseDirectory(root=str(course), assignment_id="ps")
    assignments = {str(course / "submitted" / name / "ps"): [] for name in students or ["alice"]}
    resume.prepare(SimpleNamespace(coursedir=coursedir, assignments=assignments, log=logging.getLogger("nbgrader")))


def stamp(course: Path, step: str, time: str) -> None:
    (course / step / "alice" / "ps" / "timestamp.txt").write_text(time)


def note_hashes(course: Path) -> None:
    """Add to the record what was handed in."""
    record = records.read(course, "ps", "alice")
    record["submission_sha256"] = records.hashes(course / "submitted" / "alice" / "ps")
    records.write(records.path(course, "ps", "alice"), record)


def is_there(course: Path, student: str = "alice") -> bool:
    return (course / "autograded" / student / "ps").exists()


class TestDiscard:
    """Half-made gradings go, whole ones stay."""

    def test_what_is_graded_stays(self, course):
        prepare(course)
        assert is_there(course)

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda course: records.path(course, "ps", "alice").unlink(),
            lambda course: records.path(course, "ps", "alice").write_text("{"),
            lambda course: records.path(course, "ps", "alice").write_text("{}"),
            lambda course: (course / "autograded" / "alice" / "ps" / "ps.ipynb").write_text("half"),
            lambda course: (course / "autograded" / "alice" / "ps" / "ps.ipynb").unlink(),
            lambda course: stamp(course, "submitted", "2026-01-01 12:00:00 UTC"),
        ],
    )
    def test_what_is_not_goes_and_its_record_too(self, course, spoil):
        spoil(course)
        prepare(course)
        assert not is_there(course)
        assert not records.path(course, "ps", "alice").exists()

    def test_a_newer_submission_replaces_the_graded_one(self, course):
        stamp(course, "autograded", "2026-01-01 12:00:00 UTC")
        stamp(course, "submitted", "2026-01-01 12:00:00 UTC")
        prepare(course)
        assert is_there(course)
        stamp(course, "submitted", "2026-01-01 12:00:01 UTC")
        prepare(course)
        assert not is_there(course)

    def test_other_work_replaces_the_graded_one_whatever_its_time(self, course):
        note_hashes(course)
        stamp(course, "submitted", "2026-01-01 12:00:00 UTC")
        stamp(course, "autograded", "2026-01-01 12:00:00 UTC")
        prepare(course)
        assert is_there(course)
        (course / "submitted" / "alice" / "ps" / "ps.ipynb").write_text("other work")
        prepare(course)
        assert not is_there(course)

    @pytest.mark.parametrize("name", ["helpers.py", "ps.ipynb.txt", "other.IPYNB"])
    def test_another_file_that_may_be_the_solution_does_too(self, course, name):
        note_hashes(course)
        (course / "submitted" / "alice" / "ps" / name).write_text("x")
        prepare(course)
        assert not is_there(course)

    def test_the_same_work_handed_in_once_more_stays_and_nbgrader_thinks_so_too(self, course):
        note_hashes(course)
        graded = course / "autograded" / "alice" / "ps" / "timestamp.txt"
        stamp(course, "autograded", "2026-01-01 12:00:00 UTC")
        graded.chmod(0o444)
        (course / "submitted" / "alice" / "ps" / "ps.ipynb").write_text("submitted")
        stamp(course, "submitted", "2026-01-02 12:00:00 UTC")
        prepare(course)
        assert is_there(course)
        assert graded.read_text() == "2026-01-02 12:00:00 UTC"

    def test_where_there_are_other_files_the_time_tells(self, course):
        note_hashes(course)
        (course / "submitted" / "alice" / "ps" / "data.csv").write_text("1")
        prepare(course)
        assert is_there(course)
        stamp(course, "submitted", "2026-01-02 12:00:00 UTC")
        prepare(course)
        assert not is_there(course)

    def test_work_that_was_taken_away_stays_graded(self, course):
        note_hashes(course)
        (course / "submitted" / "alice" / "ps" / "ps.ipynb").unlink()
        prepare(course)
        assert is_there(course)

    def test_only_the_submissions_of_the_command_are_touched(self, course):
        records.path(course, "ps", "alice").unlink()
        prepare(course, "bob")
        assert is_there(course)

    def test_half_written_records_go(self, course):
        folder = records.path(course, "ps", "alice").parent
        for name in (".alice.abcd_123", ".alice.b.abcd_123", "bob.json"):
            (folder / name).touch()
        prepare(course)
        assert sorted(path.name for path in folder.iterdir() if path.is_file()) == [
            ".alice.b.abcd_123",
            "alice.json",
            "bob.json",
        ]

    def test_what_cannot_be_removed_is_named(self, course, monkeypatch):
        def fail(path: Path) -> None:
            raise PermissionError(errno.EACCES, "no", str(path))

        records.path(course, "ps", "alice").unlink()
        monkeypatch.setattr(shutil, "rmtree", fail)
        with pytest.raises(NbGraderException, match=r"autograded/alice/ps cannot be written \(Permission denied\)"):
            prepare(course)


class TestLock:
    """A submission that a living process is grading is left alone."""

    @pytest.fixture
    def other(self, course) -> Iterator[subprocess.Popen[str]]:
        """Another process, which is grading alice's submission until it is killed."""
        code = (
            "from coursekit import resume; import time\n"
            "resume.begin('ps', ['submitted/alice/ps/ps.ipynb'])\nprint('ready', flush=True)\ntime.sleep(600)"
        )
        with subprocess.Popen([sys.executable, "-c", code], cwd=course, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
            process.kill()

    def test_of_a_living_process_and_of_a_killed_one(self, course, other):
        records.path(course, "ps", "alice").unlink()
        prepare(course)
        assert is_there(course)
        other.kill()
        other.wait()
        prepare(course)
        assert not is_there(course)

    def test_of_this_process_ends_with_the_next_command(self, course):
        resume.begin("ps", ["submitted/alice/ps/ps.ipynb"])
        records.path(course, "ps", "alice").unlink()
        prepare(course)
        assert not is_there(course)

    def test_of_this_process_ends_with_the_grading(self, course):
        for student in ("alice", "bob"):
            resume.begin("ps", [f"submitted/{student}/ps/ps.ipynb"])
        resume.release("ps", "alice")
        with (course / "records" / "ps" / ".locks" / "alice").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with (course / "records" / "ps" / ".locks" / "bob").open("w") as lock, pytest.raises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


class TestRefusal:
    """A command that could not write down its results does not start."""

    @pytest.fixture(params=["autograded", "records/ps", "records/ps/.locks", "gradebook.db"])
    def closed(self, course, request) -> Iterator[Path]:
        """A folder or file that cannot be written."""
        path = course / request.param
        (course / "records" / "ps" / ".locks").mkdir()
        (course / "autograded" / "alice" / "ps" / "ps.ipynb").write_text("half")
        with read_only(path):
            yield path

    def test_names_what_cannot_be_written_and_removes_nothing(self, course, closed, caplog):
        with pytest.raises(NbGraderException):
            prepare(course)
        assert f"Nothing has been graded: {closed}" in caplog.text
        assert is_there(course)

    def test_a_full_disk_ends_the_command_before_the_submission(self, course, monkeypatch):
        monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=99 * 2**20))
        with pytest.raises(SystemExit, match=r"alice/ps: .*autograded has 99 MB left, and grading needs 100 MB"):
            resume.begin("ps", ["submitted/alice/ps/ps.ipynb"])

    @pytest.mark.parametrize("name", ["autograded", "gradebook.db"])
    def test_by_the_command_itself(self, tiny_course, solved, tmp_path, name):
        course = tmp_path / "a course"
        shutil.copytree(tiny_course, course)
        (course / "submitted" / "alice" / "ps").mkdir(parents=True)
        nbformat.write(solved, course / "submitted" / "alice" / "ps" / "ps.ipynb")
        (course / "autograded").mkdir(exist_ok=True)
        with read_only(course / name):
            refused = nbgrader(course, "autograde", "ps")
        assert refused.returncode == 1
        assert f"Nothing has been graded: {course / name} cannot be written" in refused.stderr
        assert "Traceback" not in refused.stderr
        assert nbgrader(course, "autograde", "ps").returncode == 0
        assert is_there(course)

    def test_another_database_is_not_looked_at(self, course):
        coursedir = CourseDirectory(root=str(course), assignment_id="ps", db_url="postgresql://nowhere/gradebook")
        resume.prepare(SimpleNamespace(coursedir=coursedir, assignments={}, log=logging.getLogger()))


@contextlib.contextmanager
def read_only(path: Path) -> Iterator[None]:
    """A file or folder that cannot be written: by its mode, or for root, whom modes do not stop, by its attributes."""
    mode = path.stat().st_mode
    if os.geteuid() != 0:
        path.chmod(mode & ~0o222)
    elif subprocess.run(["chattr", "+i", path], capture_output=True).returncode != 0:
        pytest.skip("this file system knows no immutable files, and root may write everywhere else")
    try:
        yield
    finally:
        if os.geteuid() == 0:
            subprocess.run(["chattr", "-i", path], check=True)
        path.chmod(mode)


def test_a_class_is_graded_again_where_other_work_was_handed_in(tiny_course, solved, tmp_path):
    """By the command itself: a replaced notebook is, the same one again is not, with a newer time or without."""
    course = tmp_path / "a course"
    shutil.copytree(tiny_course, course)
    students = ("replaced", "same", "same_later")
    for student in students:
        (course / "submitted" / student / "ps").mkdir(parents=True)
        nbformat.write(solved, course / "submitted" / student / "ps" / "ps.ipynb")
        (course / "submitted" / student / "ps" / "timestamp.txt").write_text("2026-01-01 12:00:00 UTC")
    assert nbgrader(course, "autograde", "ps").returncode == 0
    before = {student: records.read(course, "ps", student) for student in students}
    times = {student: records.path(course, "ps", student).stat().st_mtime_ns for student in students}
    solved.cells[-1].source += "\n# inaczej"
    solved.cells.append(nbformat.v4.new_code_cell("x = 1"))
    nbformat.write(solved, course / "submitted" / "replaced" / "ps" / "ps.ipynb")
    (course / "submitted" / "same" / "ps" / "ps.ipynb").touch()
    (course / "submitted" / "same_later" / "ps" / "timestamp.txt").write_text("2026-01-05 12:00:00 UTC")
    for expected in (["replaced"], []):
        assert nbgrader(course, "autograde", "ps").returncode == 0
        now = {student: records.path(course, "ps", student).stat().st_mtime_ns for student in students}
        assert [student for student in students if now[student] != times[student]] == expected
        times = now
    after = records.read(course, "ps", "replaced")
    assert after["submission_sha256"] != before["replaced"]["submission_sha256"]
