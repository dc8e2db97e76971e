"""Preprocessors that ask the gradebook less have the results of nbgrader's own."""

import shutil
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_notebook, new_output
from nbgrader import preprocessors
from nbgrader.api import Gradebook, MissingEntry

from coursekit.exporter import SubmissionExporter
from coursekit.gradebook import InstructorsCells, OverwriteCells, SaveAutoGrades
from coursekit.verdicts import DisagreementError


@pytest.fixture
def db_url(tiny_course: Path, tmp_path: Path) -> str:
    """Address of a gradebook in which ala has handed the assignment in."""
    shutil.copy(tiny_course / "gradebook.db", tmp_path)
    address = f"sqlite:///{tmp_path / 'gradebook.db'}"
    with Gradebook(address) as gradebook:
        gradebook.add_student("ala")
        gradebook.add_submission("ps", "ala")
    return address


@pytest.fixture
def resources(db_url) -> dict:
    return {"nbgrader": {"notebook": "ps", "assignment": "ps", "student": "ala", "db_url": db_url}}


def overwriting() -> OverwriteCells:
    """As in a command: below the exporter, which lives as long as the command."""
    return OverwriteCells(parent=SubmissionExporter(), add_missing_cells=True)


def damaged(solved):
    """Points, text, lock and marks changed; a grade cell missing."""
    solved.cells[4].metadata.nbgrader.points = 100.0
    solved.cells[1].source = "base = 11"
    solved.cells[8].metadata.nbgrader.locked = False
    del solved.cells[10]
    return solved


def contents(nb):
    return [(each.source, each.metadata) for each in nb.cells]


def test_cells_are_overwritten_as_by_nbgrader(solved, resources):
    handed_in = damaged(solved)
    expected, _ = preprocessors.OverwriteCells(add_missing_cells=True).preprocess(deepcopy(handed_in), resources)
    found, _ = overwriting().preprocess(deepcopy(handed_in), resources)
    assert contents(expected) != contents(handed_in)
    assert contents(found) == contents(expected)


def test_gradebook_is_asked_for_the_instructors_cells_once(solved, resources, watched):
    preprocessor, connections = overwriting(), watched("engine_connect")
    preprocessor.preprocess(deepcopy(solved), resources)
    assert connections
    connections.clear()
    preprocessor.preprocess(damaged(solved), resources)
    assert connections == []


def test_cell_that_is_not_there_is_a_missing_entry(db_url):
    cells = InstructorsCells.of(db_url, "ps", "ps")
    assert cells.find_graded_cell("test_add", "ps", "ps").max_score == 2.0
    assert "BEGIN HIDDEN TESTS" in cells.find_source_cell("test_add", "ps", "ps").source
    for find in (cells.find_graded_cell, cells.find_source_cell):
        with pytest.raises(MissingEntry, match="unknown"):
            find("unknown", "ps", "ps")


REPORTS = [
    {"cell": "test_add", "points": 1.0, "maximum": 2.0, "checks": []},
    {"cell": "test_multiply", "points": 0.0, "maximum": 2.0, "checks": []},
]


def judged(notebook, reports=REPORTS):
    """Half of the points for one test, none for the other, and an answer that a person has to read."""
    notebook.metadata["coursekit"] = {"reports": reports}
    return notebook


def saved(db_url: str) -> dict[str, tuple]:
    """What the gradebook holds of ala's cells."""
    with Gradebook(db_url) as gradebook:
        notebook = gradebook.find_submission_notebook("ps", "ps", "ala")
        found = {each.name: (each.auto_score, each.needs_manual_grade) for each in notebook.grades}
        return found | {f"comment on {each.name}": (each.auto_comment,) for each in notebook.comments}


def test_points_are_saved_as_by_nbgrader(solved, resources, db_url, tmp_path):
    nobodys = saved(db_url)
    shutil.copy(tmp_path / "gradebook.db", tmp_path / "other.db")
    other = f"sqlite:///{tmp_path / 'other.db'}"
    elsewhere = {"nbgrader": {**resources["nbgrader"], "db_url": other}}
    notebook, _ = SaveAutoGrades().preprocess(judged(solved), resources)
    preprocessors.SaveAutoGrades().preprocess(notebook, elsewhere)
    assert saved(db_url) == saved(other) != nobodys
    assert saved(db_url)["test_add"] == (1.0, False)
    assert saved(db_url)["answer"] == (None, True)


def test_points_are_those_of_the_reports_whatever_stands_in_the_cells(solved, resources, db_url):
    for each in solved.cells:
        if each.cell_type == "code":
            each.outputs = [new_output("execute_result", {"text/plain": "2.0"})]
    notebook, _ = SaveAutoGrades().preprocess(judged(solved), resources)
    assert (saved(db_url)["test_add"], saved(db_url)["test_multiply"]) == ((1.0, False), (0.0, False))
    outputs = {each.id: each.outputs for each in notebook.cells if each.id in ("test_add", "test_multiply")}
    assert [output[-1].data["text/plain"] for output in outputs.values()] == ["1.0", "0.0"]


def test_a_cell_without_a_report_has_no_points(solved, resources, db_url):
    SaveAutoGrades().preprocess(judged(solved, REPORTS[:1]), resources)
    assert (saved(db_url)["test_add"], saved(db_url)["test_multiply"]) == ((1.0, False), (0, False))


def test_a_notebook_that_was_not_executed_is_recorded_as_broken(solved, resources, db_url, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # where the course's secret is
    solved.metadata["coursekit"] = {"intake": {"status": "ok", "notes": []}}
    notebook, _ = SaveAutoGrades().preprocess(solved, resources)
    assert (saved(db_url)["test_add"], saved(db_url)["test_multiply"]) == ((0, False), (0, False))
    record = notebook.metadata["coursekit"]
    assert (record["status"], record["points"], record["reports"]) == ("broken", {}, [])
    assert [flag["kind"] for flag in record["flags"]] == ["not executed"]


@pytest.mark.parametrize("points", [2.5, -1.0, float("nan")])
def test_points_that_nbgrader_would_read_otherwise_are_not_saved(solved, resources, db_url, points):
    """nbgrader gives full marks for what it takes for no number of points."""
    before = saved(db_url)
    with pytest.raises((DisagreementError, ValueError)):
        SaveAutoGrades().preprocess(judged(solved, [REPORTS[0] | {"points": points}]), resources)
    assert saved(db_url) == before


def test_a_notebook_that_cannot_be_written_is_not_saved(solved, resources, db_url):
    before = saved(db_url)
    solved.cells[1].execution_count = {"a": 1}
    with pytest.raises(nbformat.ValidationError):
        SaveAutoGrades().preprocess(judged(solved), resources)
    assert saved(db_url) == before


def test_points_are_saved_all_or_none(solved, resources, db_url):
    before = saved(db_url)
    notebook = judged(solved)
    last = next(each for each in notebook.cells if each.id == "test_multiply")
    last.metadata.nbgrader.grade_id = "unknown"
    with pytest.raises(MissingEntry):
        SaveAutoGrades().preprocess(notebook, resources)
    assert saved(db_url) == before


def test_points_take_one_transaction(solved, resources, watched):
    commits = watched("commit")
    SaveAutoGrades().preprocess(judged(new_notebook()), resources)
    without_cells = len(commits)
    SaveAutoGrades().preprocess(judged(solved), resources)
    assert len(commits) == 2 * without_cells


def test_gradebook_is_asked_for_all_of_a_students_cells_at_once(solved, resources, watched):
    statements = watched("before_cursor_execute")
    SaveAutoGrades().preprocess(judged(new_notebook()), resources)
    without_cells = len(statements)
    SaveAutoGrades().preprocess(judged(solved), resources)
    marks = [each.metadata.get("nbgrader", {}) for each in solved.cells]
    saved_cells = sum(each.get("grade", False) + each.get("solution", False) for each in marks)
    assert len(statements) - 2 * without_cells <= saved_cells, "more than what saves each"
