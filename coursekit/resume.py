"""Nothing is lost when grading ends before its time: the same command again goes on where it stopped.

nbgrader takes a submission for graded when its folder is in `autograded/`, so that a command that was killed
leaves a half-made folder which is skipped for ever. Here a submission is graded when its record, which is
written last, names the hash of its autograded notebook. What is there without such a record is removed before
the first submission, unless another process is at work on it: a process holds a lock on the submission that it
is grading, and the system takes the lock away when the process ends, however it ends.
"""

import contextlib
import fcntl
import glob
import os
import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import Any, NoReturn, TextIO

from nbgrader.converters.base import NbGraderException

from coursekit import records, shield
from coursekit.terminal import printable

MIN_FREE_MB = 100
"""Space that a submission finds before it is graded: its files, its notebook with outputs, the gradebook's journal."""

_locks: dict[tuple[str, str], TextIO] = {}
"""Held on the submissions that this process is grading, or failed to grade, by assignment and student."""


def prepare(converter: Any) -> None:
    """Make a course ready for a converter of nbgrader's: folders that can be written, and no half-made gradings.

    Of half-made gradings those of the converter's own submissions are removed: with `--student` the command
    touches nobody else's. Raises NbGraderException, which ends the command, where a folder or the gradebook
    cannot be written.
    """
    course = Path(converter.coursedir.root)
    _require_writable(converter, course)
    for submission in list(_locks):  # of a command before, in the same process
        release(*submission)
    for folder in map(Path, converter.assignments):
        try:
            _discard_unfinished(converter, course, assignment=folder.name, student=folder.parent.name)
        except OSError as error:
            _stop(converter, error.filename or folder, error)


def begin(assignment: str, notebooks: list[str]) -> None:
    """Lock the submission whose `notebooks`, paths in one folder, nbgrader is about to convert.

    nbgrader calls its hook from the root of the course, and swallows every Exception. So what must end the
    command, a full disk, ends it by SystemExit; the submission has not been touched then.
    """
    course, submission = Path.cwd(), Path(notebooks[0]).parent
    free = shutil.disk_usage(course / "autograded").free // 2**20
    if free < MIN_FREE_MB:
        raise SystemExit(
            f"Stopped before the submission {printable(str(submission))}: {course / 'autograded'} has {free} MB left, "
            f"and grading needs {MIN_FREE_MB} MB. Free some space and give the same command again: it goes on."
        )
    student = submission.parent.name
    lock = _open_lock(course, assignment, student)
    fcntl.flock(lock, fcntl.LOCK_EX)
    _locks[assignment, student] = lock


def finish(assignment: str, student: str, notebooks: list[str]) -> None:
    """Write the record of the submission that nbgrader has just graded, and unlock it: the hook after a conversion.

    Raises as `coursekit.records.finish`.
    """
    records.finish(assignment, student, notebooks)
    release(assignment, Path(notebooks[0]).parent.parent.name)


def release(assignment: str, student: str) -> None:
    """Unlock a submission, where this process holds its lock."""
    lock = _locks.pop((assignment, student), None)
    if lock is not None:
        lock.close()


def is_finished(course: Path, assignment: str, student: str, graded: Path) -> bool:
    """Whether the record of a submission names the notebook in its autograded folder, `graded`."""
    try:
        expected = records.read(course, assignment, student)["autograded_sha256"]
    except (FileNotFoundError, KeyError, ValueError):
        return False
    return any(records.sha256(notebook) == expected for notebook in graded.glob("*.ipynb"))


def is_replaced(coursedir: Any, student: str, assignment: str) -> bool:
    """Whether something else lies in `submitted/` than what was graded: by the hashes in the record.

    They are of notebooks and scripts. Where these are the same, but there are other files too, a newer `timestamp.txt`
    tells, as it does nbgrader, which would not see it any more once it has been killed while removing the folder.
    """
    submission = Path(coursedir.format_path(coursedir.submitted_directory, student, assignment))
    try:
        known = records.read(Path(coursedir.root), assignment, student).get("submission_sha256")
    except (FileNotFoundError, records.RecordError):
        known = None
    found = records.hashes(submission)
    if known is not None and found and found != known:
        return True
    return _is_newer(coursedir, student, assignment) and (known != found or records.has_others(submission, found))


def _is_newer(coursedir: Any, student: str, assignment: str) -> bool:
    new, old = (
        shield.submitted_at(Path(coursedir.format_path(step, student, assignment)))
        for step in (coursedir.submitted_directory, coursedir.autograded_directory)
    )
    return new is not None and (old is None or new > old)


def _discard_unfinished(converter: Any, course: Path, assignment: str, student: str) -> None:
    """Remove what was left of a grading that did not come to its end, and what a new submission replaces.

    Of the same work handed in once more only the time is taken over, or nbgrader would grade it again.
    """
    coursedir = converter.coursedir
    graded = Path(coursedir.format_path(coursedir.autograded_directory, student, assignment))
    if not graded.exists():
        return
    with _open_lock(course, assignment, student) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            converter.log.info("Another process is grading %s", graded)
            return
        record = records.path(course, assignment, student)
        for half_written in record.parent.glob(f".{glob.escape(student)}.????????"):
            half_written.unlink()
        if is_replaced(coursedir, student, assignment) or not is_finished(course, assignment, student, graded):
            converter.log.warning("Removing unfinished or outdated grading: %s", graded)
            record.unlink(missing_ok=True)  # first, so that what a kill leaves of the folder counts as unfinished
            shutil.rmtree(graded)
        elif _is_newer(coursedir, student, assignment):
            submission = Path(coursedir.format_path(coursedir.submitted_directory, student, assignment))
            (graded / "timestamp.txt").unlink(missing_ok=True)  # which may not be written, as nbgrader leaves it
            shutil.copyfile(submission / "timestamp.txt", graded / "timestamp.txt")


def _open_lock(course: Path, assignment: str, student: str) -> TextIO:
    path = records.path(course, assignment, student).parent / ".locks" / student
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("w")


def _require_writable(converter: Any, course: Path) -> None:
    """Raises NbGraderException where grading could not write down what it finds."""
    coursedir = converter.coursedir
    record_folder = records.path(course, coursedir.assignment_id, "").parent
    for folder in (course, course / coursedir.autograded_directory, record_folder, record_folder / ".locks"):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            _stop(converter, folder, error)
    gradebook = Path(coursedir.db_url.removeprefix("sqlite:///"))
    if coursedir.db_url.startswith("sqlite:///") and gradebook.exists():
        try:
            with contextlib.closing(sqlite3.connect(gradebook, isolation_level=None)) as db:
                db.execute("BEGIN")
                db.execute("CREATE TABLE can_be_written (x)")  # and is rolled back: nothing commits it
        except sqlite3.Error as error:
            _stop(converter, gradebook, error)


def _stop(converter: Any, path: object, error: Exception) -> NoReturn:
    reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else error
    message = (
        f"Nothing has been graded: {path} cannot be written ({reason}). Make it writable, or free some space "
        "if the disk is full; then give the same command again."
    )
    converter.log.error(message)
    raise NbGraderException(message)
