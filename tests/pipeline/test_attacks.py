"""Hostile submissions, in a few classes, by the real autograding command: none gains, learns or breaks anything."""

import contextlib
import json
import os
import re
import socket
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from nbgrader.api import Gradebook
from nbgrader.utils import is_locked

from coursekit import cgroups, corpus, demo, records
from coursekit.data import ROOT
from coursekit.provisioner import PREFIX
from coursekit.sandbox import UIDS
from tests.browser_canary import fired, in_formgrader
from tests.leaks import leaks

pytestmark = pytest.mark.slow

ATTACKS = corpus.load_all("attack")
ACCOMPLICES = [attack for attack in ATTACKS if attack.name.startswith("steal_")]
LONERS = [attack for attack in ATTACKS if attack not in ACCOMPLICES]
SHARED = len(ATTACKS) - 2 * len(ACCOMPLICES)
CLASSES = [ACCOMPLICES + LONERS[:SHARED:2], LONERS[1:SHARED:2] + LONERS[SHARED:]]
"""Graded at the same time, half of the attacks that mostly wait in each. Those that may help each other are in one."""
SENTINELS = {"sentinel_right": "scale_exp", "zz_sentinel_wrong": "beta_guide_only"}
"""Honest students in each class, one of whom is graded after all attacks, and their solutions."""
PORT, SOCKET = 48231, "\0coursekit-attack"
"""Where attacks that know this test try to send what they have found."""
CANARY = "CANARY-4c1d"
STRAY = "coursekit-stray"
"""Stands in the names of files and command lines that attacks try to leave behind."""
STEPS = ("submitted", "source", "release")
SETTINGS_FILES = ("nbgrader_config.py", "canary.txt")
SETTINGS = """
# Attacks that wait without end shall not wait for long. An honest cell takes 5 s of own time at most, a notebook 20.
c.GradeExecute.timeout = 10
c.GradeExecute.probe_timeout = 5
c.GradeExecute.iopub_timeout = 15
c.GradeExecute.notebook_timeout = 50
"""


MOST_MEMORY = 2 * 2**30
"""Bytes of each process of the grader's."""
MOST_SECONDS = 400
"""Of one submission, when two are graded at a time on a busy machine. Its own time is limited to 50 s, reading it to a
minute of CPU time, judging it to five."""


class Listener:
    """Somebody who waits for stolen secrets: ``heard`` is what came."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        stream = [socket.create_server(("127.0.0.1", PORT)), socket.socket(socket.AF_UNIX)]
        stream[1].bind(SOCKET)
        stream[1].listen()
        datagram = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        datagram.bind(("127.0.0.1", PORT))
        self._sockets = [*stream, datagram]
        for wait in (*(each.accept for each in stream), lambda: datagram.recvfrom(100)):
            threading.Thread(target=self._listen, args=(wait,), daemon=True).start()

    def _listen(self, wait: Callable[[], Any]) -> None:
        with contextlib.suppress(OSError):  # closed at the end
            while True:
                self.heard.append(str(wait()))

    def close(self) -> None:
        for each in self._sockets:
            each.close()


class Watch:
    """Looks at the processes that grade a class: ``peaks`` is the largest resident memory of one of them, in bytes, and
    ``seconds`` how long grading took, by student.

    They are the command, the server that it forks others from, and those: whatever runs in a sandbox is further below.
    """

    PERIOD = 0.05

    def __init__(self, course: Path) -> None:
        self.peaks: dict[str, int] = {}
        self.seconds: dict[str, float] = {}
        self._course = course
        self._student, self._started = "", time.monotonic()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def hear(self, line: str) -> None:
        """A line of the command's log, which says whose submission is graded from now on."""
        if "Sanitizing " in line:
            now = time.monotonic()
            self.seconds[self._student] = now - self._started
            self._student, self._started = Path(line.rsplit("Sanitizing ")[-1].strip()).parts[-3], now

    def stop(self) -> None:
        self.seconds[self._student] = time.monotonic() - self._started
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(self.PERIOD):
            with contextlib.suppress(psutil.NoSuchProcess):
                for command in psutil.Process().children():
                    if command.cwd() == str(self._course):
                        self._look(command)

    def _look(self, command: psutil.Process) -> None:
        students = [*command.children(), *(each for child in command.children() for each in child.children())]
        for process in [command, *students]:
            with contextlib.suppress(OSError):
                peak = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())
                if peak:
                    self.peaks[self._student] = max(self.peaks.get(self._student, 0), int(peak[1]) * 1024)


class World:
    """What the attacks might change, before and after: files of the courses, of the system, the gradebooks."""

    def __init__(self, courses: list[Path]) -> None:
        self.files = {course / step: files(course / step) for course in courses for step in STEPS}
        self.settings = {course / name: (course / name).read_bytes() for course in courses for name in SETTINGS_FILES}
        self.outside = {folder: set(os.listdir(folder)) for folder in ("/tmp", "/dev/shm", "/var/tmp", "/", "/run")}
        self.gradebooks = [assignment_tables(course / "gradebook.db") for course in courses]


def files(folder: Path) -> set[tuple[str, int, bytes]]:
    """Path, mode and content of everything below a folder; links are not followed, and paths may be of any length."""
    found = set()
    for parent, folders, others, descriptor in os.fwalk(folder):
        for name in folders + others:
            status, content = os.stat(name, dir_fd=descriptor, follow_symlinks=False), b""
            if stat.S_ISLNK(status.st_mode):
                content = os.fsencode(os.readlink(name, dir_fd=descriptor))
            elif stat.S_ISREG(status.st_mode) and status.st_size < 2**26:
                with open(os.open(name, os.O_RDONLY, dir_fd=descriptor), "rb") as file:
                    content = file.read()
            found.add((os.fsencode(os.path.join(parent, name)).decode(errors="replace"), status.st_mode, content))
    return found


def assignment_tables(gradebook: Path) -> dict[str, list[Any]]:
    """The tables of the gradebook that say what the assignment is."""
    with contextlib.closing(sqlite3.connect(gradebook)) as db:
        return {
            table: db.execute(f"select * from {table} order by id").fetchall()
            for table in ("assignment", "notebook", "base_cell", "grade_cells", "solution_cells", "source_cell")
        }


class Graded:
    """A class after autograding."""

    def __init__(self, course: Path) -> None:
        self.course = course
        with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
            self.scores = {
                submission.student.id: {
                    grade.name: grade.auto_score
                    for notebook in submission.notebooks
                    for grade in notebook.grades
                    if grade.name.startswith("test_")
                }
                for submission in gradebook.assignment_submissions("vae")
            }

    def record(self, student: str) -> dict[str, Any]:
        return records.load(self.course, "vae", student)

    def notebook(self, student: str) -> Path:
        return self.course / "autograded" / student / "vae" / "vae.ipynb"

    def page(self, student: str) -> str:
        return (self.course / "feedback" / student / "vae" / "vae.html").read_text()

    def points(self, student: str) -> dict[str, float]:
        """Points by task, as the gradebook has them."""
        tasks: dict[str, float] = {}
        for cell, score in self.scores[student].items():
            task = cell.split("_")[1]
            tasks[task] = tasks.get(task, 0.0) + score
        return tasks


@dataclass
class Aftermath:
    """All classes after autograding and feedback.

    temporary: the folder that graders had for temporary files; before, after: the world; heard: by a listener;
    failures: ends of the logs of nbgrader's commands that failed; graders: process ids of these commands; watches: what
    was seen of the processes that graded.
    """

    courses: list[Path]
    temporary: Path
    before: World
    after: World
    heard: list[str]
    failures: list[str]
    graders: set[int]
    watches: list[Watch]

    def __post_init__(self) -> None:
        self.classes = [Graded(course) for course in self.courses]

    def class_of(self, attack: corpus.Sample) -> Graded:
        return next(graded for graded in self.classes if attack.name in graded.scores)


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aftermath]:
    folder = tmp_path_factory.mktemp("attacks")
    courses = [make_class(folder / f"course_{number}", attacks) for number, attacks in enumerate(CLASSES)]
    for name in ("home", "tmp"):
        (folder / name).mkdir()
    (folder / "home" / "canary.txt").write_text(CANARY)
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(len(CLASSES)) as at_once:
        patch.setenv("COURSE_CANARY", CANARY)
        patch.setenv("XDG_CACHE_HOME", os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache")))
        patch.setenv("HOME", str(folder / "home"))
        patch.setenv("TMPDIR", str(folder / "tmp"))
        before, listener, graders = World(courses), Listener(), set()
        watches = [Watch(course) for course in courses]
        failures = [failure for failed in at_once.map(partial(grade, graders), courses, watches) for failure in failed]
        after = World(courses)
    yield Aftermath(courses, folder / "tmp", before, after, listener.heard, failures, graders, watches)
    listener.close()


def make_class(course: Path, attacks: list[corpus.Sample]) -> Path:
    """A course with these attacks and the honest students."""
    demo.make_course(course)
    with (course / "nbgrader_config.py").open("a") as config:
        config.write(SETTINGS)
    samples = {sample.name: sample for sample in corpus.load_all()}
    for student, name in SENTINELS.items():
        plant(demo.hand_in(course, student, samples[name]))
    for attack in attacks:
        demo.hand_in(course, attack.name, quickly_graded(attack))
    plant(course / "source" / "vae" / "vae.ipynb")  # after the attacks, which take what is honest in them from there
    (course / "canary.txt").write_text(CANARY)
    return course


WITHOUT_TORCH = """
notebook.cells.insert(0, notebook.cells[0].__class__(
    cell_type="code", id="without-torch", metadata={}, execution_count=None, outputs=[],
    source="import sys\\nsys.modules['torch'] = None",
))
"""
"""Code of a build: most attacks need neither torch nor the trainings, which take seconds."""


def quickly_graded(attack: corpus.Sample) -> corpus.Sample:
    """The attack without what leads to stubs anyway: the given code of task 2, and torch where it names none of it."""
    if attack.reference:
        return attack
    text = attack.build + "".join(source for _, source in attack.own_cells)
    if attack.cells or re.search(r"\b(torch|nn|np|plt)\b", text):
        return replace(attack, cells={"classification": "pass"} | attack.cells)
    return replace(attack, cells={"classification": "pass"}, build=attack.build + WITHOUT_TORCH)


def grade(graders: set[int], course: Path, watch: Watch) -> list[str]:
    """Autograde a class and write its feedback; add process ids of the commands to ``graders``.

    Returns the ends of the logs of commands that failed, so that the tests say which attack has done it.
    """
    failures = []

    def hear(line: str) -> None:
        graders.update(child.pid for child in psutil.Process().children())
        watch.hear(line)

    for command in ("autograde", "generate_feedback"):
        try:
            demo.nbgrader(course, command, on_line=hear)
        except RuntimeError as error:
            failures.append(str(error))
        if command == "autograde":
            watch.stop()
    return failures


def plant(notebook: Path) -> None:
    """Put the canary into the encoder of a notebook, as a comment."""
    nb = nbformat.read(notebook, as_version=4)
    (cell,) = [cell for cell in nb.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "vae_encoder"]
    cell.source += f"\n# {CANARY}"
    nbformat.write(nb, notebook)


each_attack = pytest.mark.parametrize("attack", ATTACKS, ids=lambda sample: sample.name)


@each_attack
def test_points_are_not_above_what_the_honest_part_earns(aftermath, attack):
    points = aftermath.class_of(attack).points(attack.name)
    if attack.name.startswith("break_"):  # and damage costs nothing but itself
        assert points == pytest.approx(attack.points)
    else:
        assert all(points[task] <= most + 1e-9 for task, most in attack.points.items()), points


@each_attack
def test_the_attempt_is_in_the_record(aftermath, attack):
    graded = aftermath.class_of(attack)
    record = graded.record(attack.name)
    assert set(attack.flags) <= {flag["kind"] for flag in record["flags"]}
    assert record["sandbox"]["enabled"]


@each_attack
def test_gradebook_record_and_page_agree(aftermath, attack):
    graded = aftermath.class_of(attack)
    record, points = graded.record(attack.name), graded.points(attack.name)
    judged = {report["cell"]: report["points"] for report in record["reports"]}
    assert record["points"] == judged
    assert graded.scores[attack.name] == dict.fromkeys(graded.scores[attack.name], 0.0) | judged
    shown = dict(re.findall(r'<h2 id="zadanie-(\w+)">[^:]*: ([\d,]+) z', graded.page(attack.name)))
    assert {task: float(shown[task].replace(",", ".")) for task in points} == pytest.approx(points)


@each_attack
def test_no_process_that_grades_takes_much_memory(aftermath, attack, record_property):
    peak = max(watch.peaks.get(attack.name, 0) for watch in aftermath.watches)
    record_property("peak", peak)
    assert 0 < peak <= MOST_MEMORY


@each_attack
def test_it_does_not_take_long(aftermath, attack, record_property):
    seconds = max(watch.seconds.get(attack.name, 0.0) for watch in aftermath.watches)
    record_property("seconds", seconds)
    assert 0 < seconds <= MOST_SECONDS


@each_attack
def test_nothing_acts_in_formgrader_or_on_the_feedback_page(aftermath, browser, attack):
    graded = aftermath.class_of(attack)
    notebook = nbformat.read(graded.notebook(attack.name), as_version=4)
    assert in_formgrader(browser, notebook, scripts=attack.name.startswith("forge_answer")) == []
    assert fired(browser, graded.page(attack.name)) == []


def test_nothing_acts_in_the_report_on_a_class(aftermath, browser):
    for graded in aftermath.classes:
        page = graded.course / "report.html"
        command = [sys.executable, "-m", "coursekit", "report", "--course", str(graded.course), "--to", str(page)]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        assert fired(browser, page.read_text()) == []


@each_attack
def test_nothing_was_stolen(aftermath, attack):
    path = aftermath.class_of(attack).notebook(attack.name)
    notebook = nbformat.read(path, as_version=4)
    shown = [
        output
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type != "error"
    ]  # a traceback quotes the source, which says STOLEN
    assert "STOLEN:" not in json.dumps(shown)
    assert CANARY not in path.read_text()


@each_attack
def test_the_student_gets_a_page_that_leaks_nothing(aftermath, attack):
    graded = aftermath.class_of(attack)
    page = graded.page(attack.name)
    assert len(page) > 10_000
    own = {
        cell.source for cell in nbformat.read(graded.notebook(attack.name), as_version=4).cells if not is_locked(cell)
    }
    assert [leak for leak in leaks(page) if not any(leak in source for source in own)] == []


def test_no_command_failed(aftermath):
    assert aftermath.failures == []


def test_every_attack_is_in_a_class(aftermath):
    graded = [student for each in aftermath.classes for student in each.scores]
    assert sorted(graded) == sorted([*(attack.name for attack in ATTACKS), *list(SENTINELS) * len(CLASSES)])


@pytest.mark.parametrize("student", SENTINELS)
def test_honest_students_are_graded_as_ever(aftermath, student):
    (sample,) = [sample for sample in corpus.load_all() if sample.name == SENTINELS[student]]
    for graded in aftermath.classes:
        assert graded.points(student) == pytest.approx(sample.points)
        assert graded.record(student)["flags"] == []


def test_no_grading_was_touched_afterwards(aftermath):
    for graded in aftermath.classes:
        for student in graded.scores:
            assert graded.record(student)["autograded_sha256"] == records.sha256(graded.notebook(student)), student


def test_the_courses_are_as_before(aftermath):
    before, after = aftermath.before, aftermath.after
    for folder, entries in before.files.items():
        assert {entry[0] for entry in entries ^ after.files[folder]} == set(), folder
    assert before.settings == after.settings
    assert before.gradebooks == after.gradebooks


def test_nobody_was_reached(aftermath):
    assert aftermath.heard == []


def test_no_process_is_left(aftermath):
    deadline = time.monotonic() + 30  # sandboxes of graders that other tests have killed need a moment to end
    while (left := strays()) and time.monotonic() < deadline:
        time.sleep(1)
    assert left == []


def strays() -> list[psutil.Process]:
    """Processes of sandboxes, or that attacks have named so, which belong to no running test."""
    left = []
    for process in psutil.process_iter(["cmdline", "uids"]):
        with contextlib.suppress(psutil.NoSuchProcess):
            suspect = process.info["uids"].real in UIDS or STRAY in " ".join(process.info["cmdline"] or [])
            if suspect and not is_of_a_running_test(process):
                left.append(process)
    return left


def is_of_a_running_test(process: psutil.Process) -> bool:
    """Whether a process hangs on pytest: other tests grade at the same time, and a grader here has ended."""
    return any("pytest" in part for ancestor in process.parents() for part in ancestor.cmdline())


def test_no_file_is_left(aftermath):
    assert os.listdir(aftermath.temporary) == []
    for folder, before in aftermath.before.outside.items():
        new = aftermath.after.outside[folder] - before
        assert [name for name in new if name.startswith(("accomplice", STRAY, "core", "fill", "empty"))] == []
    for course in aftermath.courses:
        names = [name for _, folders, others, _ in os.fwalk(course) for name in folders + others]
        assert [name for name in names if name.startswith(STRAY)] == []
        for path in (course / "autograded").rglob("*"):
            assert not path.is_symlink(), path
            assert path.is_file() or path.is_dir(), path


def test_no_control_group_is_left(aftermath):
    assert aftermath.graders
    for group in cgroups.leftovers(PREFIX):  # other tests may be grading, or have killed graders, meanwhile
        for folder in group.folders.values():
            assert int(folder.name.split("-")[1]) not in aftermath.graders
