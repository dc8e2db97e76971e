"""The checks of each grade cell add up to its points, and only a passed check earns any."""

import gc
import tracemalloc
from typing import ClassVar

import nbformat
import pytest

from coursekit.solution import SOURCE
from grader_tests import session
from grader_tests.session import GradingError, cells, list_checks, run_checks
from grader_tests.student import REPLY_MIME, ChannelStudent, KernelStudent, ProbeError, Reply
from grader_tests.verdict import BROKEN_CHECK, MAX_MESSAGE, PASSED, UNANSWERED, CheckResult, Report


def graded_cells():
    for cell in nbformat.read(SOURCE, as_version=4).cells:
        settings = cell.metadata.get("nbgrader", {})
        if settings.get("grade") and not settings.get("solution"):
            yield settings["grade_id"], settings["points"]


def test_every_grade_cell_has_checks_worth_its_points():
    assert [cell for cell, _ in graded_cells()] == cells()
    for cell, points in graded_cells():
        results = [
            CheckResult(m.kwargs["id"], "", PASSED, m.kwargs["points"], m.kwargs["points"], "", "", 0)
            for m in list_checks(cell)
        ]
        assert Report(cell, 0, results).points == points, cell


def test_ids_are_unique_and_named_after_their_task():
    ids = [mark.kwargs["id"] for cell in cells() for mark in list_checks(cell)]
    assert len(ids) == len(set(ids))
    for cell in cells():
        task = cell.split("_")[1]
        assert all(mark.kwargs["id"].startswith(f"{task}.") for mark in list_checks(cell))


def test_the_reference_passes_and_regrades_alike(here):
    reports = [run_checks("test_1a", here, seed=99) for _ in range(2)]
    assert [report.points for report in reports] == [1.2, 1.2]
    assert [r.id for r in reports[0].results] == [m.kwargs["id"] for m in list_checks("test_1a")]


def test_an_empty_notebook_earns_nothing():
    for cell in cells():
        report = run_checks(cell, KernelStudent({}), seed=1)
        assert report.points == 0
        assert {result.verdict for result in report.results} == {UNANSWERED}, cell


class Liar:
    """Answers every question with the same fields."""

    def __init__(self, fields):
        self.fields = fields
        self.notes = {}

    def probe(self, name, **arguments):
        return Reply(self.fields)


@pytest.mark.parametrize("fields", [{}, {"parts": 2}, {"loc": None, "scale": "1"}, {"sites": [], "entries": []}])
def test_forged_answers_are_failures_not_crashes(fields):
    for cell in cells():
        report = run_checks(cell, Liar(fields), seed=1)
        assert report.points == 0
        assert BROKEN_CHECK not in {result.verdict for result in report.results}, report.results


class Bomb:
    """A backend with a fault of its own."""

    notes: ClassVar[dict] = {}

    def probe(self, name, **arguments):
        raise MemoryError("out of memory")


def test_our_own_fault_earns_nothing_and_is_told_apart():
    report = run_checks("test_3", Bomb(), seed=1)
    assert report.points == 0
    assert {result.verdict for result in report.results} == {BROKEN_CHECK}


def test_unknown_cell_is_refused():
    with pytest.raises(GradingError, match="test_9"):
        run_checks("test_9", KernelStudent({}), seed=1)


def test_inputs_differ_by_seed_and_repeat_with_it():
    first, again, other = (session.inputs_of_module(seed)[0].uniform() for seed in (1, 1, 2**40 + 1))
    assert first == again != other


def test_probe_errors_are_the_students(here):
    class Refuses:
        notes: ClassVar[dict] = {}

        def probe(self, name, **arguments):
            raise ProbeError("nie odpowiada")

    results = run_checks("test_2", Refuses(), seed=1).results
    assert {(r.verdict, r.message) for r in results} == {(UNANSWERED, "nie odpowiada")}


class Odd(Reply):
    """A reply over which every check stumbles."""

    def items(self, name, count=None):
        raise ZeroDivisionError("division by zero" * 1000)

    number = array = items


class Answers:
    """Answers as Odd does, but for the first questions."""

    def __init__(self):
        self.notes = {}

    def probe(self, name, **arguments):
        return Odd({})


def test_a_check_that_stumbles_over_a_reply_is_no_fault_of_ours_and_is_reported():
    for cell in cells():
        report = run_checks(cell, Answers(), seed=1)
        assert report.points == 0
        assert BROKEN_CHECK not in {result.verdict for result in report.results}
    assert report.surprises == []
    report = run_checks("test_3", Answers(), seed=1)
    assert {result.verdict for result in report.results} == {UNANSWERED}
    assert report.surprises[0] == "3.subclass: ZeroDivisionError"


def test_messages_are_short_however_much_a_student_says():
    class Talks:
        notes: ClassVar[dict] = {}

        def probe(self, name, **arguments):
            row = {"name": "n" * 2000, "influence": 1, "influence_on_first": 1, "gradient": 0, "key": "k" * 2000}
            return Reply({"parameters": [row] * 400, "entries": [row] * 400})

    for cell in ("test_1a", "test_2"):
        report = run_checks(cell, Talks(), seed=1)
        assert max(len(result.message) for result in report.results) <= MAX_MESSAGE


def test_large_replies_do_not_pile_up():
    """pytest keeps each exception in a cycle, and with it what the functions held that it came from."""
    megabytes = "[" * 10_000_000

    def run_cell(source):
        number = source.rpartition(", globals())")[0].rpartition("'")[0].rpartition("'")[2] if "show(" in source else ""
        return [{"output_type": "display_data", "data": {REPLY_MIME: number + megabytes[:-1]}}] if number else []

    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        report = run_checks("test_1a", ChannelStudent(run_cell), seed=1)
        kept = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
        gc.enable()
    assert {result.message for result in report.results} == {
        "Sprawdzarka nie otrzymała czytelnej odpowiedzi z notatnika."
    }
    assert kept < 3 * len(megabytes)
