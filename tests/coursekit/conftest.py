"""A tiny course, for tests of what happens to malformed submissions."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode, v4
from sqlalchemy import Engine, event

from coursekit.data import ROOT
from coursekit.intake import grade_id_of

STOCK_EXECUTION = """
# What the tests look at happens before: stock execution is enough, and its checks are plain assertions.
c.IncludeHeaderFooter.header = ""
c.Autograde.autograde_preprocessors = [
    "nbgrader.preprocessors.Execute", "nbgrader.preprocessors.SaveAutoGrades",
]
"""


def cell(kind: str, source: str, grade_id: str = "", **marks: object) -> NotebookNode:
    """A cell; with a `grade_id`, one that nbgrader knows. Its cell id is the grade id, as in the course."""
    make = v4.new_code_cell if kind == "code" else v4.new_markdown_cell
    if not grade_id:
        return make(source)
    nbgrader = {
        "grade": False,
        "solution": False,
        "locked": False,
        "task": False,
        "schema_version": 3,
        "grade_id": grade_id,
        **marks,
    }
    return make(source, id=grade_id, metadata={"nbgrader": nbgrader})


def tiny_source() -> NotebookNode:
    """An instructor's notebook: 4 points for code and 1 for a text."""
    return v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        cells=[
            cell("markdown", "# Zadanie"),
            cell("code", "base = 10", "given", locked=True),
            cell("markdown", "## Dodawanie"),
            cell(
                "code", "### BEGIN SOLUTION\ndef add(a):\n    return a + base\n### END SOLUTION", "add", solution=True
            ),
            cell(
                "code",
                "assert callable(add)\n### BEGIN HIDDEN TESTS\nassert add(1) == 11\n### END HIDDEN TESTS",
                "test_add",
                grade=True,
                locked=True,
                points=2.0,
            ),
            cell("code", "print('analiza')"),
            cell(
                "markdown",
                "### BEGIN SOLUTION\nBo tak.\n### END SOLUTION",
                "answer",
                grade=True,
                solution=True,
                points=1.0,
            ),
            cell("markdown", "## Mnożenie"),
            cell("code", "factor = 3", "given_2", locked=True),
            cell(
                "code",
                "### BEGIN SOLUTION\ndef multiply(a):\n    return a * factor\n### END SOLUTION",
                "multiply",
                solution=True,
            ),
            cell("code", "assert multiply(2) == 6", "test_multiply", grade=True, locked=True, points=2.0),
        ],
    )


def whole_record(**fields: object) -> dict[str, Any]:
    """A record with everything that a grading writes, the one of the documentation, with these fields instead."""
    return json.loads((ROOT / "docs" / "attacked-record.json").read_text()) | fields


def nbgrader(course: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run an nbgrader command in the course's folder, as an instructor types it."""
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments], cwd=course, capture_output=True, text=True, timeout=600
    )


@pytest.fixture(scope="session")
def tiny_course(tmp_path_factory) -> Path:
    """A course with the kit's own settings and the released assignment `ps`. Shared: tests grade in copies of it."""
    course = tmp_path_factory.mktemp("tiny") / "tiny course"
    (course / "source" / "ps").mkdir(parents=True)
    settings = (ROOT / "nbgrader_config.py").read_text() + STOCK_EXECUTION
    (course / "nbgrader_config.py").write_text(settings)
    nbformat.write(tiny_source(), course / "source" / "ps" / "ps.ipynb")
    done = nbgrader(course, "generate_assignment", "ps")
    assert done.returncode == 0, done.stderr
    return course


@pytest.fixture
def released(tiny_course) -> NotebookNode:
    """The students' version of the assignment."""
    return nbformat.read(tiny_course / "release" / "ps" / "ps.ipynb", as_version=4)


@pytest.fixture
def solved(released) -> NotebookNode:
    """A student's right and complete notebook."""
    return solution(released)


@pytest.fixture
def watched() -> Iterator[Callable[[str], list[object]]]:
    """Collects what engines of SQLAlchemy tell of an event from now on."""
    listeners = []

    def watch(name: str) -> list[object]:
        seen: list[object] = []

        def note(subject: object, *more: object) -> None:
            seen.append(subject)

        event.listen(Engine, name, note)
        listeners.append((name, note))
        return seen

    yield watch
    for name, note in listeners:
        event.remove(Engine, name, note)


def solution(released: NotebookNode) -> NotebookNode:
    """A copy of the released notebook, filled rightly."""
    sources = {
        "add": "def add(a):\n    return a + base",
        "multiply": "def multiply(a):\n    return a * factor",
        "answer": "Bo dodawanie jest przemienne.",
    }
    nb = deepcopy(released)
    for each in nb.cells:
        each.source = sources.get(str(grade_id_of(each)), each.source)
    return nb
