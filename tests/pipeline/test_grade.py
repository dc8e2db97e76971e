"""`python -m coursekit grade` gives the results of `nbgrader autograde`, whatever becomes of workers and scheduler."""

import contextlib
import json
import os
import platform
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.converters.base import NbGraderException

from coursekit import grade, pool, records, worker
from coursekit.course import open_course
from coursekit.data import ROOT
from tests.coursekit.conftest import nbgrader, solution, tiny_source

pytestmark = pytest.mark.slow

STUDENTS = ("alice", "bob", "carol", "dave", "erin")
SCORES = {"alice": 4.0, "bob": 0.0, "carol": 2.0, "dave": 0.0, "erin": 4.0}
SETTINGS = """
c.IncludeHeaderFooter.header = ""
c.Autograde.autograde_preprocessors = ["plain_checks.PlainChecks", "nbgrader.preprocessors.SaveAutoGrades"]
"""
PLAIN_CHECKS = '''
import multiprocessing, os, signal, tempfile, time
from pathlib import Path
from coursekit.execute import GradeExecute

WORKER = multiprocessing.parent_process()
"""The process that has asked for this one, which judges."""

class PlainChecks(GradeExecute):
    """The kit's execution with the checks of the tiny course, which are plain cells; what a cell says may happen."""

    def preprocess_cell(self, cell, resources, index):
        if "# KILL THE WORKER" in cell.source:
            os.kill(WORKER.pid, signal.SIGKILL)
        if "# KILL THE JUDGING PROCESS" in cell.source:
            os.kill(os.getpid(), signal.SIGKILL)
        stopped = Path(tempfile.gettempdir(), "stopped")
        if "# STOP THE WORKER" in cell.source and not stopped.exists():
            stopped.touch()
            os.kill(WORKER.pid, signal.SIGSTOP)
        if "# HANG" in cell.source:
            time.sleep(3600)
        if cell.cell_type == "code":
            self._run_cell(cell, index)
        return cell, resources
'''
CHANGES = re.compile(r'"(seconds|user)": [\d.]+')
"""In a record, from one grading to the next."""


def with_source(notebook: NotebookNode, name: str, source: str) -> NotebookNode:
    changed = nbformat.from_dict(notebook)
    next(cell for cell in changed.cells if cell.id == name).source = source
    return changed


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course for all tests, which grade in copies of it. Seeds come from the same secret in all of them."""
    course = make_course(tmp_path_factory.mktemp("pristine"))
    (course / ".course_secret").write_text("5e" * 32)
    return course


def make_course(folder: Path, settings: str = "") -> Path:
    """A course with submissions that are right, blank, half right, no notebook, and under another name."""
    course = folder / "a course"
    (course / "source" / "ps").mkdir(parents=True)
    (course / "nbgrader_config.py").write_text((ROOT / "nbgrader_config.py").read_text() + SETTINGS + settings)
    (course / "plain_checks.py").write_text(PLAIN_CHECKS)
    nbformat.write(tiny_source(), course / "source" / "ps" / "ps.ipynb")
    done = nbgrader(course, "generate_assignment", "ps")
    assert done.returncode == 0, done.stderr
    released = nbformat.read(course / "release" / "ps" / "ps.ipynb", as_version=4)
    solved = solution(released)
    for student, name, notebook in (
        ("alice", "ps.ipynb", solved),
        ("bob", "ps.ipynb", released),
        ("carol", "ps.ipynb", with_source(solved, "add", "def add(a): return a")),
        ("erin", "moje zadanie.ipynb", solved),
    ):
        hand_in(course, student, notebook, name)
    (course / "submitted" / "dave" / "ps").mkdir(parents=True)
    (course / "submitted" / "dave" / "ps" / "notatki.txt").write_text("nic")
    return course


def hand_in(course: Path, student: str, notebook: NotebookNode, name: str = "ps.ipynb") -> Path:
    folder = course / "submitted" / student / "ps"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dane.csv").write_text(student)
    nbformat.write(notebook, folder / name)
    return folder / name


@pytest.fixture
def course(pristine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(pristine))
    monkeypatch.chdir(tmp_path)
    return Path(shutil.copytree(pristine, tmp_path / "a course"))


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for what processes write to `$TMPDIR`; short, because paths of sockets are."""
    with tempfile.TemporaryDirectory(prefix="gr-") as folder:
        monkeypatch.setenv("TMPDIR", folder)
        yield Path(folder)


def found(course: Path) -> dict[str, dict[str, Any]]:
    """What a grading leaves, by student: points in the gradebook, the record and the notebook without what changes."""
    scores = scores_in(f"sqlite:///{course}/gradebook.db")
    results = {}
    for student in scores:
        record = records.load(course, "ps", student)
        del record["autograded_sha256"], record["submission_sha256"], record["timings"]
        notebook = nbformat.read(course / "autograded" / student / "ps" / "ps.ipynb", as_version=4)
        files = sorted(path.name for path in (course / "autograded" / student / "ps").iterdir())
        results[student] = {
            "scores": scores[student],
            "record": CHANGES.sub("", json.dumps(record)),
            "cells": [(cell.source, [o.output_type for o in cell.get("outputs", [])]) for cell in notebook.cells],
            "files": files,
        }
    return results


def scores_in(db_url: str) -> dict[str, dict[str, float | None]]:
    """Automatic points in a gradebook, by student and cell."""
    with Gradebook(db_url) as gradebook:
        return {
            submission.student.id: {g.name: g.auto_score for n in submission.notebooks for g in n.grades}
            for submission in gradebook.assignment_submissions("ps")
        }


def totals_in(db_url: str) -> dict[str, float]:
    """Points of the tests, by student."""
    return {
        student: sum(scores[name] or 0 for name in ("test_add", "test_multiply"))
        for student, scores in scores_in(db_url).items()
    }


def totals(course: Path) -> dict[str, float]:
    """Points of the tests, by student, in the gradebook of a course."""
    return totals_in(f"sqlite:///{course}/gradebook.db")


def command(course: Path, *options: str) -> subprocess.Popen[str]:
    """The command, started as in a terminal: what a shell starts in the background is deaf to Ctrl-C."""
    return subprocess.Popen(
        [sys.executable, "-m", "coursekit", "grade", "ps", "--course", str(course), "--workers", "1", *options],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        env=os.environ | {"COLUMNS": "200"},
    )


def run(course: Path, *options: str, code: int = 0) -> str:
    """What the command prints."""
    with command(course, *options) as process:
        output, _ = process.communicate(timeout=300)
    assert process.returncode == code, output
    return output


@pytest.fixture(scope="module")
def stock(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What `nbgrader autograde` finds."""
    course = Path(shutil.copytree(pristine, tmp_path_factory.mktemp("stock") / "a course"))
    done = nbgrader(course, "autograde", "ps")
    assert done.returncode == 0, done.stderr
    assert totals(course) == SCORES
    return found(course)


class Dask:
    """A scheduler with one worker on this machine, as on a cluster: other processes, another working folder."""

    def __init__(self, folder: Path, python_path: str, **variables: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        environment = os.environ | {"PYTHONPATH": python_path} | variables
        options = {"cwd": folder, "env": environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        dask = [sys.executable, "-m", "dask"]
        port = self.address.rpartition(":")[2]
        self.scheduler = subprocess.Popen([*dask, "scheduler", "--port", port, "--no-dashboard"], **options)
        worker = [*dask, "worker", self.address, "--nthreads", "1", "--no-dashboard", "--death-timeout", "20"]
        self.worker = subprocess.Popen(worker, **options)

    def stop(self) -> None:
        for process in (self.worker, self.scheduler):
            with contextlib.suppress(psutil.NoSuchProcess):
                family = psutil.Process(process.pid).children(recursive=True)
                process.terminate()
                process.wait(timeout=20)
                for child in family:
                    with contextlib.suppress(psutil.NoSuchProcess):
                        child.kill()


@pytest.fixture
def cluster(tmp_path: Path, course: Path) -> Iterator[Dask]:
    cluster = Dask(tmp_path, str(course))
    yield cluster
    cluster.stop()


class TestSameResults:
    """Points, records and notebooks do not depend on who executes."""

    @pytest.mark.parametrize("workers", ["1", "2"])
    def test_with_workers_of_this_machine(self, course, stock, workers):
        output = run(course, "--workers", workers)
        assert "4 graded, 1 broken, 0 flagged, 0 failed; 0 left as they are" in output
        assert found(course) == stock

    def test_with_a_scheduler_elsewhere(self, course, stock, cluster):
        run(course, "--scheduler", cluster.address)
        assert found(course) == stock

    def test_on_a_loaded_machine(self, course, stock):
        load = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(8)]
        try:
            run(course, "--workers", "2")
        finally:
            for process in load:
                process.kill()
                process.wait()
        assert found(course) == stock


class TestChoice:
    """What is graded, and what is left as it is."""

    def test_nothing_twice_and_all_by_force(self, course, stock):
        run(course)
        before = found(course), stamps(course)
        assert "0 to grade" in run(course)
        assert (found(course), stamps(course)) == before
        assert "4 graded, 1 broken" in run(course, "--force")
        assert found(course) == stock
        assert set(stamps(course).values()).isdisjoint(before[1].values())

    def test_reasons(self, course):
        app = open_course(course, "ps")
        assert grade.plan(app, grade.Choice()) == grade.Plan(dict.fromkeys(STUDENTS, "new"), 0)
        assert grade.plan(app, grade.Choice(students=("bob",))) == grade.Plan({"bob": "new"}, 4)
        with pytest.raises(NbGraderException, match="Nothing was submitted by: zoe"):
            grade.plan(app, grade.Choice(students=("bob", "zoe")))

    def test_of_what_is_graded(self, course):
        assert nbgrader(course, "autograde", "ps").returncode == 0
        app = open_course(course, "ps")
        assert grade.plan(app, grade.Choice()) == grade.Plan({}, 5)
        assert grade.plan(app, grade.Choice(retry_broken=True)).reasons == {"dave": "broken"}
        (course / "submitted" / "bob" / "ps" / "timestamp.txt").write_text("2026-01-01 12:00:00 UTC")
        records.path(course, "ps", "carol").unlink()
        assert grade.plan(app, grade.Choice()).reasons == {"bob": "replaced", "carol": "unfinished"}
        assert grade.plan(app, grade.Choice(only_new=True)).reasons == {"carol": "unfinished"}
        assert set(grade.plan(app, grade.Choice(force=True)).reasons) == set(STUDENTS)

    def test_a_dry_run_changes_nothing(self, course):
        output = run(course, "--dry-run")
        assert "5 to grade" in output
        assert not (course / "autograded").exists()

    def test_one_student(self, course):
        run(course, "--student", "alice")
        assert totals(course) == {"alice": 4.0}


def stamps(course: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in (course / "records" / "ps").glob("*.json")}


class TestWorkers:
    """What becomes of submissions whose workers die, stop or differ."""

    def test_a_submission_that_kills_its_workers_is_broken_and_the_others_are_graded(self, course):
        path = course / "submitted" / "bob" / "ps" / "ps.ipynb"
        nb = nbformat.read(path, as_version=4)
        nbformat.write(with_source(nb, "add", "# KILL THE WORKER"), path)
        output = run(course)
        assert "3 graded, 2 broken" in output
        assert totals(course) == SCORES
        record = records.load(course, "ps", "bob")
        assert record["status"] == "broken"
        assert [flag["kind"] for flag in record["flags"]] == ["not executed"]
        nbformat.write(nb, path)
        assert "retry" not in run(course, "--retry-broken", "--student", "bob")
        assert records.load(course, "ps", "bob")["status"] == "graded"

    def test_what_kills_the_process_that_judges_it_is_broken_and_not_tried_again(self, course):
        path = course / "submitted" / "bob" / "ps" / "ps.ipynb"
        source = "# KILL THE JUDGING PROCESS"
        nbformat.write(with_source(nbformat.read(path, as_version=4), "add", source), path)
        assert "3 graded, 2 broken" in run(course)
        assert totals(course) == SCORES
        record = records.load(course, "ps", "bob")
        assert record["status"] == "broken"
        assert [flag["kind"] for flag in record["flags"]] == ["not executed"]
        assert "0 to grade" in run(course)

    def test_a_worker_that_stops_is_replaced(self, course, monkeypatch, temporary):
        monkeypatch.setitem(pool.SETTINGS, "distributed.scheduler.worker-ttl", "6 s")
        path = course / "submitted" / "alice" / "ps" / "ps.ipynb"
        nb = nbformat.read(path, as_version=4)
        nb.cells.append(nbformat.v4.new_code_cell("# STOP THE WORKER"))
        nbformat.write(nb, path)
        app = open_course(course, "ps")
        summary = grade.grade(app, ["alice"], 1, None, lambda student, outcome: None)
        assert (temporary / "stopped").exists()
        assert summary.finished == ["alice"]
        assert totals(course) == {"alice": 4.0}

    def test_one_whose_nanny_is_gone_is_replaced(self, monkeypatch):
        monkeypatch.setitem(pool.SETTINGS, "distributed.deploy.lost-worker-timeout", "1 s")
        with pool.connect(1, None, 60) as workers:
            cluster = workers._client.cluster
            (lost,) = cluster.workers.values()
            cluster.sync(lost.close)
            until = time.monotonic() + 120
            counts = []
            while time.monotonic() < until and (0 not in counts or workers.workers == 0):
                assert workers.finished(0.2) == []
                counts.append(workers.workers)
        assert counts[-1] == 1

    def test_a_submission_whose_judging_hangs_is_broken_in_the_end_and_the_others_are_graded(self, course):
        path = course / "submitted" / "bob" / "ps" / "ps.ipynb"
        nbformat.write(with_source(nbformat.read(path, as_version=4), "add", "# HANG"), path)
        app = open_course(course, "ps")
        app.config.PlainChecks.notebook_timeout = 6
        seen = []
        summary = grade.grade(app, ["alice", "bob", "erin"], 1, None, lambda student, outcome: seen.append(student))
        assert sorted(summary.finished) == sorted(seen) == ["alice", "bob", "erin"]
        assert totals(course) == {"alice": 4.0, "bob": 0.0, "erin": 4.0}
        assert records.load(course, "ps", "bob")["status"] == "broken"

    def test_another_copy_of_the_kit_is_refused(self, course, tmp_path):
        kit = tmp_path / "kit"
        for name in worker.JUDGES:
            shutil.copytree(ROOT / name, kit / name, ignore=shutil.ignore_patterns("__pycache__"))
        with (kit / "grader_tests" / "oracles.py").open("a") as file:
            file.write("\n# something else\n")
        cluster = Dask(tmp_path, f"{kit}{os.pathsep}{course}")
        try:
            output = run(course, "--scheduler", cluster.address, code=1)
        finally:
            cluster.stop()
        assert re.search(r"is refused: code of the kit \w{12} instead of \w{12}", output)
        assert not (course / "autograded").exists()

    def test_one_without_bubblewrap_ends_the_command_and_nothing_is_lost(self, course, stock, tmp_path):
        cluster = Dask(tmp_path, str(course), PATH=str(tmp_path))
        try:
            output = run(course, "--scheduler", cluster.address, code=1)
        finally:
            cluster.stop()
        assert f"bubblewrap is missing on {platform.node()}" in output
        assert "failed" not in output, "no student has"
        assert "Traceback" not in output
        run(course)
        assert found(course) == stock

    def test_an_unknown_scheduler_is_named(self, course):
        output = run(course, "--scheduler", "tcp://127.0.0.1:9", code=1)
        assert "No workers at tcp://127.0.0.1:9" in output
        assert "Traceback" not in output

    def test_a_scheduler_that_vanishes_loses_nothing(self, course, stock, cluster):
        with command(course, "--scheduler", cluster.address) as process:
            wait_for(lambda: list((course / "records" / "ps").glob("*.json")))
            cluster.scheduler.kill()
            output, _ = process.communicate(timeout=120)
        assert process.returncode == 1, output
        assert "The scheduler is gone" in output
        run(course)
        assert found(course) == stock


def wait_for(condition: Callable[[], object], seconds: float = 120) -> None:
    """Raise TimeoutError unless the condition holds in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.05)


@pytest.fixture
def hears_ctrl_c() -> Iterator[None]:
    """This process as one that a terminal has started."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def grade_until_stopped(course: Path, say: grade.Say) -> list[str]:
    """The students who are left, when the grading of alice and bob has been stopped."""
    app = open_course(course, "ps")
    with pytest.raises(KeyboardInterrupt):
        grade.grade(app, ["alice", "bob"], 1, None, say)
    return sorted(grade.plan(app, grade.Choice()).reasons)


class TestInterruption:
    """The same command goes on where one was stopped."""

    @pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
    def test_and_goes_on(self, course, stock, how):
        with command(course) as process:
            wait_for(lambda: list((course / "records" / "ps").glob("*.json")))
            family = psutil.Process(process.pid).children(recursive=True)
            if how == signal.SIGKILL:
                process.kill()
            else:
                os.killpg(process.pid, how)  # as a terminal does
            output, _ = process.communicate(timeout=60)
        if how == signal.SIGINT:
            assert process.returncode == 130, output
            assert "Stopped." in output
            assert "Traceback" not in output
        assert psutil.wait_procs(family, timeout=30)[1] == []
        first = stamps(course)
        run(course)
        assert found(course) == stock
        assert {name: stamps(course)[name] for name in first} == first, "graded twice"

    def test_ctrl_c_lets_a_submission_be_finished(self, course, hears_ctrl_c):
        finished = []

        def strike(student: str, outcome: object) -> None:
            signal.raise_signal(signal.SIGINT)
            finished.append(student)

        assert grade_until_stopped(course, strike) == ["bob", "carol", "dave", "erin"]
        assert finished == ["alice"]

    def test_pressed_again_it_acts_at_once_and_keeps_what_has_just_been_finished(self, course, hears_ctrl_c):
        finished = []

        def strike(student: str, outcome: object) -> None:
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
            finished.append(student)

        assert grade_until_stopped(course, strike) == ["bob", "carol", "dave", "erin"]
        assert finished == []

    def test_nothing_is_left_in_the_temporary_folder(self, course, temporary):
        """Not even by a killed worker."""
        path = course / "submitted" / "alice" / "ps" / "ps.ipynb"
        nbformat.write(with_source(nbformat.read(path, as_version=4), "add", "# KILL THE WORKER"), path)
        run(course, "--student", "alice", "--student", "bob")
        assert os.listdir(temporary) == []

    def test_two_commands_do_not_meet(self, course):
        with command(course) as process:
            wait_for(lambda: (course / "autograded").exists())
            assert "Another command is grading this class" in run(course, code=1)
            process.communicate(timeout=300)
        assert process.returncode == 0
        assert totals(course) == SCORES


class TestChanges:
    """Submissions that change or appear while the class is graded."""

    def test_what_changes_is_graded_as_it_is_now(self, course):
        app = open_course(course, "ps")
        right = nbformat.read(course / "submitted" / "alice" / "ps" / "ps.ipynb", as_version=4)

        def say(student: str, outcome: Any) -> None:
            if student == "alice":
                hand_in(course, "bob", right)
                hand_in(course, "zoe", right)

        summary = grade.grade(app, ["alice", "bob"], 1, None, say)
        assert sorted(summary.finished) == ["alice", "bob"]
        assert totals(course) == {"alice": 4.0, "bob": 4.0}
        assert grade.plan(app, grade.Choice()).reasons["zoe"] == "new"

    def test_a_submission_that_is_removed_fails_alone(self, course):
        app = open_course(course, "ps")

        def say(student: str, outcome: Any) -> None:
            if student == "alice":
                shutil.rmtree(course / "submitted" / "erin" / "ps")

        summary = grade.grade(app, ["alice", "bob", "erin"], 1, None, say)
        assert sorted(summary.finished) == ["alice", "bob"]
        assert "was removed while the class was graded" in summary.failed["erin"]

    def test_a_script_that_changes_is_graded_as_it_is_now(self, course):
        app, folder = open_course(course, "ps"), course / "submitted" / "bob" / "ps"
        shutil.rmtree(folder)
        (folder / "kod").mkdir(parents=True)
        (folder / "kod" / "ps.py").write_text("# %%\ndef add(a):\n    return 0\n")
        right = (course / "submitted" / "alice" / "ps" / "ps.ipynb").read_text()

        def say(student: str, outcome: Any) -> None:
            if student == "alice":
                (folder / "kod" / "ps.ipynb").write_text(right)

        summary = grade.grade(app, ["alice", "bob"], 1, None, say)
        assert sorted(summary.finished) == ["alice", "bob"]
        assert totals(course) == {"alice": 4.0, "bob": 4.0}

    def test_an_assignment_that_was_not_released_is_named(self, course):
        shutil.rmtree(course / "release")
        (course / "gradebook.db").unlink()
        output = run(course, code=1)
        assert "nbgrader generate_assignment ps" in output
        assert not (course / "gradebook.db").exists()
        assert "Traceback" not in output
