"""Grading a class, many submissions at once: nbgrader's own autograding, with the executions handed to workers.

One process, this one, reads submissions and writes the gradebook, through nbgrader's converter and its
preprocessors. Between the two halves of a conversion, sanitising and recording, workers execute (`coursekit.pool`).
Results and files are those of `nbgrader autograde`.
"""

from __future__ import annotations

import contextlib
import fcntl
import glob
import logging
import shutil
import signal
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook
from nbgrader.apps import AutogradeApp
from nbgrader.converters import Autograde
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.nbgraderformat import SchemaTooNewError, SchemaTooOldError
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from traitlets import import_item

from coursekit import records, resume, seeds, shield, statements, terminal, worker
from coursekit.course import GradebookError, find_assignment, require_gradebook
from coursekit.execute import GradeExecute
from coursekit.pool import LostError, Pool, connect
from coursekit.sandbox import NoSandboxError
from coursekit.worker import Task, VersionsDifferError

LOG = "grade.log"
"""In the course's folder: what nbgrader says of each submission."""
_UNUSABLE = (OperationalError, SchemaTooOldError, SchemaTooNewError)
"""Errors of a gradebook that cannot be used, or of a release that another version of nbgrader has made."""
_FAIL_ALL = (*_UNUSABLE, VersionsDifferError, NoSandboxError)
"""Errors that would fail one student after another, and so end the command."""
Say = Callable[[str, dict[str, Any] | Exception], None]
"""Is told each student whose grading has ended, with the record, or with the error that prevented one."""


@dataclass(frozen=True)
class Choice:
    """Which submissions to grade. By default those that are not graded, and those that are newer than their grading.

    students: only these, where any are named; only_new: leave alone what was ever graded; force: grade all again;
    retry_broken: grade again those whose record says that they could not be read or executed.
    """

    students: tuple[str, ...] = ()
    only_new: bool = False
    force: bool = False
    retry_broken: bool = False


@dataclass(frozen=True)
class Plan:
    """reasons: why each submission is graded, by student ("new", "unfinished", "replaced", "broken", "again");
    left: how many are left as they are."""

    reasons: dict[str, str]
    left: int


@dataclass
class Submission:
    """A submission under way. folder: in `submitted/`; seen: what lay there when it was read; notebooks: the sanitised
    ones, in `autograded/`."""

    folder: Path
    seen: dict[str, tuple[int, int]]
    notebooks: list[Path] = field(default_factory=list)

    @property
    def assignment(self) -> str:
        return self.folder.name

    @property
    def student(self) -> str:
        return self.folder.parent.name


@dataclass
class Summary:
    """What became of a class: students whose grading was finished, and reasons for those that failed."""

    finished: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


def log_to_file(app: AutogradeApp) -> None:
    """Let nbgrader log to LOG, and not between the lines of the progress."""
    handler = logging.FileHandler(Path(app.coursedir.root, LOG))
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    terminal.guard(handler)
    app.log.handlers[:] = [handler]
    app.log.setLevel(logging.INFO)
    app.log.propagate = False
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").handlers[:] = [handler]


def plan(app: AutogradeApp, choice: Choice) -> Plan:
    """Which submissions a command would grade. Changes nothing.

    Raises NbGraderException for a student unknown, and GradebookError of `coursekit.course` where the assignment was
    not released, or the gradebook does not answer.
    """
    coursedir = app.coursedir
    _require_released(coursedir)
    pattern = coursedir.format_path(coursedir.submitted_directory, "*", coursedir.assignment_id)
    students = sorted(Path(folder).parent.name for folder in glob.glob(pattern) if Path(folder).is_dir())
    unknown = sorted(set(choice.students) - set(students))
    if unknown:
        raise NbGraderException(f"Nothing was submitted by: {', '.join(unknown)} (looked for {pattern})")
    reasons = {}
    for student in choice.students or students:
        reason = _reason(app, student, choice)
        if reason:
            reasons[student] = reason
    return Plan(reasons, len(students) - len(reasons))


def _require_released(coursedir: CourseDirectory) -> None:
    try:
        with Gradebook(require_gradebook(coursedir), coursedir.course_id) as gradebook:
            find_assignment(gradebook, coursedir.assignment_id)
    except SQLAlchemyError as error:
        raise GradebookError(
            f"the gradebook cannot be read ({getattr(error, 'orig', error)}). Is its server running? If nbgrader was "
            "upgraded, back the gradebook up and run `nbgrader db upgrade`; else put back a copy of it."
        ) from error


def _reason(app: AutogradeApp, student: str, choice: Choice) -> str:
    coursedir, assignment = app.coursedir, app.coursedir.assignment_id
    graded = Path(coursedir.format_path(coursedir.autograded_directory, student, assignment))
    if not graded.exists():
        return "new"
    if not resume.is_finished(Path(coursedir.root), assignment, student, graded):
        return "unfinished"
    if choice.force:
        return "again"
    if choice.retry_broken and records.read(Path(coursedir.root), assignment, student).get("status") == "broken":
        return "broken"
    return "replaced" if not choice.only_new and resume.is_replaced(coursedir, student, assignment) else ""


def grade(
    app: AutogradeApp,
    students: list[str],
    workers: int,
    scheduler: str | None,
    say: Say,
) -> Summary:
    """Grade the submissions of these students, on ``workers`` processes here or by a running scheduler's workers.

    Raises PoolError and VersionsDifferError of `coursekit.pool`, NoSandboxError, and NbGraderException where
    nothing can be graded: a folder cannot be written, another command is grading the class. KeyboardInterrupt after
    Ctrl-C, when what is being recorded is finished.
    """
    executor = executor_of(Autograde(coursedir=app.coursedir, parent=app))
    limit = executor(config=app.config).notebook_timeout
    with _alone(app), connect(workers, scheduler, limit) as pool:
        converter = ClassAutograde(students, pool, say, coursedir=app.coursedir, parent=app)
        converter.start()
        return converter.summary


@contextlib.contextmanager
def _ctrl_c() -> Iterator[threading.Event]:
    """An event that Ctrl-C sets, so that the class stops between two submissions. Pressed again, it acts at once.

    Python's own KeyboardInterrupt strikes anywhere: where it falls into a callback of a weak reference, it is lost.
    """
    pressed = threading.Event()

    def press(signum: int, frame: object) -> None:
        pressed.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    # What a shell has begun in the background is deaf to Ctrl-C, and stays so.
    hears = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if hears:
        signal.signal(signal.SIGINT, press)
    try:
        yield pressed
    finally:
        if hears:
            signal.signal(signal.SIGINT, signal.default_int_handler)


@contextlib.contextmanager
def _alone(app: AutogradeApp) -> Iterator[None]:
    """One command at a time grades a class: two would wait for each other's submissions for ever."""
    folder = records.path(Path(app.coursedir.root), app.coursedir.assignment_id, "").parent / ".locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".class").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NbGraderException("Another command is grading this class; wait for its end.") from None
        yield


def executor_of(converter: Autograde) -> type[GradeExecute]:
    """The class that executes, first of nbgrader's list of preprocessors."""
    first = converter.autograde_preprocessors[0]
    found = import_item(first) if isinstance(first, str) else first
    if not issubclass(found, GradeExecute):
        raise NbGraderException(
            f"c.Autograde.autograde_preprocessors begins with {first}; workers need GradeExecute there."
        )
    return found


class ClassAutograde(Autograde):
    """nbgrader's converter of submissions, whose `Execute` is a pool of workers. ``wanted``: students to grade."""

    def __init__(self, students: list[str], pool: Pool, say: Say, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.summary = Summary()
        self.wanted = frozenset(students)
        self._pool = pool
        self._say = say
        self._versions = worker.versions()
        self._executor = executor_of(self)
        self._under_way: dict[str, Submission] = {}

    def init_notebooks(self) -> None:
        """The notebooks of the wanted students; folders without any are adopted by `coursekit.exporter`."""
        submitted = self._format_source(self.coursedir.assignment_id, self.coursedir.student_id)
        folders = [Path(folder) for folder in glob.glob(submitted)]
        found = {folder: [str(path) for path in folder.glob("*.ipynb")] for folder in folders}
        self.assignments = {
            str(folder): paths for folder, paths in found.items() if paths and folder.parent.name in self.wanted
        }

    def convert_notebooks(self) -> None:
        """Grade the class. Raises NbGraderException where the gradebook cannot be used any more."""
        try:
            with statements.shared(self.coursedir), _ctrl_c() as pressed:
                self._grade_all(pressed)
        except _UNUSABLE as error:
            self.log.error(traceback.format_exc())
            raise NbGraderException(
                f"The gradebook cannot be used ({type(error).__name__}). Back it up, then try `nbgrader db upgrade` "
                "and `nbgrader update .`, and give the same command again."
            ) from error

    def _grade_all(self, pressed: threading.Event) -> None:
        """Sanitise, hand out, record; the failure of one submission is its own."""
        for student in sorted(self.wanted - {Path(folder).parent.name for folder in self.assignments}):
            folder = self._format_source(self.coursedir.assignment_id, student)
            self._fail(student, NbGraderException(shield.unusable(student) or f"there is no folder {folder} any more."))
        waiting = deque(sorted(self.assignments))
        ready: deque[tuple[str, Task]] = deque()
        try:
            while waiting or ready or self._pool.busy:
                if pressed.is_set():
                    raise KeyboardInterrupt
                while waiting and len(ready) < self._pool.workers:  # so that no worker waits for this process
                    ready.extend(self._sanitise(Path(waiting.popleft())))
                    self._hand_out(ready)
                outcomes = self._pool.finished()
                self._hand_out(ready)
                for student, outcome in outcomes:
                    submission = self._under_way.pop(student)
                    if self._has_changed(submission):
                        waiting.appendleft(str(submission.folder))
                    else:
                        self._take_back(submission, outcome)
        finally:
            for submission in self._under_way.values():  # interrupted: the same command grades them again
                self._discard(submission)

    def _hand_out(self, ready: deque[tuple[str, Task]]) -> None:
        while ready and self._pool.has_room:
            self._pool.submit(*ready.popleft())

    def _sanitise(self, folder: Path) -> Iterator[tuple[str, Task]]:
        """The first half of the conversion: the student and the task, unless it fails."""
        self.notebooks = sorted(self.assignments[str(folder)])
        submission = Submission(folder, _files(folder))
        with self._failing_alone(submission):
            if not folder.is_dir():
                raise FileNotFoundError(f"{folder} was removed while the class was graded")
            self.force = True  # what is to be graded has been chosen
            self.init_destination(submission.assignment, submission.student)
            self.run_pre_convert_hook()
            self.init_assignment(submission.assignment, submission.student)
            submission.notebooks = [Path(self._folder(submission), Path(name).name) for name in self.notebooks]
            self._sanitizing = True
            self._init_preprocessors()
            for notebook in self.notebooks:
                BaseConverter.convert_single_notebook(self, notebook)
            task = self._task(submission)
            self._under_way[submission.student] = submission
            yield submission.student, task

    def _task(self, submission: Submission) -> Task:
        folder = self._folder(submission)
        texts = {notebook.name: notebook.read_text() for notebook in submission.notebooks}
        files = [path for path in folder.rglob("*") if path.is_file() and path not in submission.notebooks]
        return Task(
            assignment=submission.assignment,
            executor=f"{self._executor.__module__}.{self._executor.__qualname__}",
            config=self.config.copy(),
            versions=self._versions,
            seeds={name: seeds.of_submission(nbformat.v4.reads(text), Path.cwd()) for name, text in texts.items()},
            notebooks=texts,
            files={str(path.relative_to(folder)): path.read_bytes() for path in files},
        )

    def _take_back(self, submission: Submission, outcome: dict[str, str] | Exception) -> None:
        with self._failing_alone(submission):
            if isinstance(outcome, LostError):
                self.log.error("%s: %s", submission.folder, outcome)
                task = self._task(submission)
                outcome = worker.give_up(task, str(outcome))
            if isinstance(outcome, Exception):
                raise outcome
            self._sanitizing = False
            try:
                self._init_preprocessors()
                for notebook in submission.notebooks:
                    notebook.write_text(outcome[notebook.name])
                    BaseConverter.convert_single_notebook(self, str(notebook))
            finally:
                self._sanitizing = True
            self.notebooks = [str(submission.folder / notebook.name) for notebook in submission.notebooks]
            self.set_permissions(submission.assignment, submission.student)
            self.run_post_convert_hook()
            record = records.load(Path.cwd(), submission.assignment, submission.student)
            self.summary.finished.append(submission.student)
            self._say(submission.student, record)

    def _init_preprocessors(self) -> None:
        super()._init_preprocessors()
        if not self._sanitizing:
            del self.exporter._preprocessors[0]  # what executes: a worker has done that

    def _has_changed(self, submission: Submission) -> bool:
        """Whether something else was handed in meanwhile; what was executed is then thrown away."""
        if _files(submission.folder) == submission.seen:
            return False
        self.log.warning("%s has changed while it was graded: graded again", submission.folder)
        self._discard(submission)
        if notebooks := [str(path) for path in submission.folder.glob("*.ipynb")]:
            self.assignments[str(submission.folder)] = notebooks  # else `coursekit.intake` finds what there is
        return True

    @contextlib.contextmanager
    def _failing_alone(self, submission: Submission) -> Iterator[None]:
        """A failure is logged, what there is of the grading is removed, and the class goes on."""
        try:
            yield
        except _FAIL_ALL:
            self._discard(submission)
            raise
        except Exception as error:
            self._discard(submission)
            self.log.error("There was an error processing %s\n%s", submission.folder, traceback.format_exc())
            self._fail(submission.student, error)
        except BaseException:  # such as Ctrl-C, which may strike when the record has just been written
            if not resume.is_finished(Path.cwd(), submission.assignment, submission.student, self._folder(submission)):
                self._discard(submission)
            raise

    def _fail(self, student: str, error: Exception) -> None:
        self.summary.failed[student] = f"{type(error).__name__}: {error}"
        self._say(student, error)

    def _discard(self, submission: Submission) -> None:
        shutil.rmtree(self._folder(submission), ignore_errors=True)
        resume.release(submission.assignment, submission.student)

    def _folder(self, submission: Submission) -> Path:
        return Path(self._format_dest(submission.assignment, submission.student))


def _files(folder: Path) -> dict[str, tuple[int, int]]:
    """Time and size of the files in a folder and below, by path; of as many as a submission may have."""
    found: dict[str, tuple[int, int]] = {}
    for path in shield.walk(folder):
        with contextlib.suppress(OSError):  # removed meanwhile
            status = path.lstat()
            found[str(path)] = status.st_mtime_ns, status.st_size
    return found
