"""Runs the checks of one grade cell: ``grader_tests/<cell>.py`` by pytest, in this process."""

from __future__ import annotations

import contextlib
import io
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from .student import ProbeError, Reply, Student
from .verdict import BROKEN_CHECK, FAILED, MAX_MESSAGE, PASSED, UNANSWERED, CheckResult, Report, WrongError

_FOLDER = Path(__file__).parent


class GradingError(RuntimeError):
    """The checks could not be run at all: a fault of the kit or of its installation."""


def cells() -> list[str]:
    """Grade cells that have checks, in the order of the notebook."""
    return ["test_1a", "test_1a_training", "test_2", "test_3", "test_3_training"]


def run_checks(cell: str, student: Student, seed: int) -> Report:
    """Run the checks of grade cell ``cell`` on ``student``; all randomness comes from ``seed``.

    Raises GradingError if there are no checks for the cell, or pytest could not run them.
    """
    path = _FOLDER / f"{cell}.py"
    if not path.exists():
        raise GradingError(f"no checks for grade cell {cell!r}: {path.name} is missing in grader_tests/")
    report = Report(cell, seed)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        status = pytest.main(_pytest_arguments(path), plugins=[_Session(student, report)])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise GradingError(f"pytest could not run {path.name}:\n{printed.getvalue()}")
    return report


def list_checks(cell: str) -> list[pytest.Mark]:
    """The ``check`` marks of a grade cell, without running anything."""
    collector = _Collector()
    with contextlib.redirect_stdout(io.StringIO()):
        pytest.main([*_pytest_arguments(_FOLDER / f"{cell}.py"), "--collect-only"], plugins=[collector])
    return collector.marks


def _pytest_arguments(path: Path) -> list[str]:
    # fmt: off
    return [str(path), "--rootdir", str(_FOLDER), "--confcutdir", str(_FOLDER), "-c", "/dev/null", "-q", "-s",
            "--disable-plugin-autoload", "-p", "no:cacheprovider", "-p", "no:faulthandler",
            "-p", "no:unraisableexception", "-p", "no:threadexception",
            # Neither rewrites assertions nor quotes source, for which pytest parses the checks again at every failure:
            # in a grader that runs for hours Python 3.11 has raised "AST constructor recursion depth mismatch" there.
            "--assert=plain", "--tb=native", "--import-mode=importlib", "-o", "python_files=*.py"]
    # fmt: on


class _Collector:
    def __init__(self) -> None:
        self.marks: list[pytest.Mark] = []

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", "check(id, points, title, hint): a check that earns points")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        self.marks = [mark for item in items if (mark := item.get_closest_marker("check"))]


class _Listener:
    """A student, and whether a reply has been read of it: from then on, what goes wrong may be due to that reply."""

    def __init__(self, student: Student):
        self.notes = student.notes
        self.heard = False
        self._student = student

    def probe(self, name: str, **arguments: Any) -> Reply:
        """As of ``Student``."""
        reply = self._student.probe(name, **arguments)
        self.heard = True
        return reply


class _Session(_Collector):
    """pytest plugin: gives the checks their fixtures and writes down what became of them."""

    def __init__(self, student: Student, report: Report):
        super().__init__()
        self._student = _Listener(student)
        self._report = report

    @pytest.fixture(scope="session")
    def student(self) -> Student:
        """The work to check."""
        return self._student

    @pytest.fixture(scope="module")
    def module_rng(self) -> np.random.Generator:
        """Random numbers for inputs that several checks share."""
        return inputs_of_module(self._report.seed)[0]

    @pytest.fixture(scope="module")
    def module_seeds(self) -> Callable[[], int]:
        """Fresh seeds for probes that several checks share."""
        return inputs_of_module(self._report.seed)[1]

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> np.random.Generator:
        """Random numbers of this check alone, repeatable from the seed of the run."""
        return np.random.default_rng(_words(self._report.seed, request.node.name))

    @pytest.fixture
    def seeds(self, request: pytest.FixtureRequest) -> Callable[[], int]:
        """Fresh seeds for this check's probes."""
        return _seeds(self._report.seed, "probe " + request.node.name)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
        outcome = yield
        mark = item.get_closest_marker("check")
        if mark is not None and (call.when == "call" or (call.when == "setup" and call.excinfo)):
            error = call.excinfo.value if call.excinfo else None
            verdict, message = _verdict(error, self._student.heard)
            self._student.notes[mark.kwargs["id"]] = float(verdict == PASSED)
            self._report.results.append(_result(mark.kwargs, verdict, message, call.duration, error))
            if verdict == UNANSWERED and not isinstance(error, ProbeError):
                self._report.surprises.append(f"{mark.kwargs['id']}: {type(error).__name__}")
            _forget_variables(error)
        return outcome


def inputs_of_module(seed: int) -> tuple[np.random.Generator, Callable[[], int]]:
    """Random numbers, and fresh seeds for probes, for what the checks of a module share."""
    return np.random.default_rng(_words(seed, "module inputs")), _seeds(seed, "module")


def _words(seed: int, name: str) -> list[int]:
    return [seed & 0xFFFFFFFF, (seed >> 32) & 0xFFFFFFFF, *name.encode()]


def _seeds(seed: int, name: str) -> Callable[[], int]:
    generator = np.random.default_rng(_words(seed, name))
    return lambda: int(generator.integers(2**31))


def _forget_variables(error: BaseException | None) -> None:
    """Free what the functions held that an exception came from: pytest keeps it in a cycle, with replies of 60 MB."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__context__


def _result(
    mark: Mapping[str, str], verdict: str, message: str, seconds: float, error: BaseException | None
) -> CheckResult:
    return CheckResult(
        id=mark["id"],
        title=mark["title"],
        verdict=verdict,
        points=mark["points"] if verdict == PASSED else "0",
        maximum=mark["points"],
        message=message[:MAX_MESSAGE],
        hint=mark["hint"] if verdict == FAILED else "",  # of what could not be run it would be no help
        seconds=round(seconds, 3),
        figure=error.figure if isinstance(error, WrongError) else None,
    )


def _verdict(error: BaseException | None, heard: bool) -> tuple[str, str]:
    """The verdict on what a check raised, and its message; heard: whether a reply of the student's had been read."""
    if error is None:
        return PASSED, ""
    if isinstance(error, WrongError):
        return FAILED, str(error)
    if isinstance(error, ProbeError):
        return UNANSWERED, str(error)
    name = type(error).__name__
    if heard:
        return UNANSWERED, f"Odpowiedzi Twojego kodu nie dało się ocenić ({name}). Sprawdź, jakie wartości zwraca."
    return BROKEN_CHECK, f"Błąd sprawdzarki, nie Twojej pracy; prowadzący go zobaczy ({name}: {str(error)[:500]})."
