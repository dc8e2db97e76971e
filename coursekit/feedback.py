"""The page that a student reads: points by task, what every check has found, comments of whoever graded the answers.

`nbgrader generate_feedback` makes it, by the settings of its exporter and preprocessors. It shows of the autograded
notebook only what is the student's or meant for the student: so no hidden test and no mark scheme can be in it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from nbconvert.exporters import TemplateExporter
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from pygments.formatters import HtmlFormatter
from traitlets import default

from coursekit import records
from coursekit.data import ROOT
from coursekit.points import BONUS, is_waiting, task_of
from coursekit.safe_html import as_html, highlighted, html_of
from coursekit.verdicts import NOT_JUDGED, require_agreement
from grader_tests import render, session
from grader_tests.render import polish_number
from grader_tests.verdict import PASSED

TEMPLATES = Path(__file__).with_name("templates")
SYSTEM = {"/usr", "/usr/local"}
"""Where Python lies on many a machine: tells nothing of this one."""
OWN_TESTS = "Tę część sprawdziły testy, które są w samym notatniku."
"""What stands in the place of the report of a cell without checks."""


@dataclass
class Answer:
    """A written answer: its text and the comment as HTML, points, and whether a person has yet to grade it."""

    text: str
    comment: str
    score: float
    maximum: float
    waiting: bool


@dataclass
class Code:
    """A cell of the student's code. name: its grade id, or how it begins; comment: as HTML."""

    name: str
    source: str
    comment: str


@dataclass
class Task:
    """What the page says of a task.

    name: as in the notebook ("1a"); score, maximum: points; waiting: a person has yet to grade an answer; reports:
    of its grade cells, as HTML; failed: checks that did not pass, as the record has them; errors: names of cells,
    given ones too, with what they have raised.
    """

    name: str
    score: float = 0.0
    maximum: float = 0.0
    waiting: bool = False
    reports: list[str] = field(default_factory=list)
    failed: list[dict[str, Any]] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    code: list[Code] = field(default_factory=list)
    errors: list[tuple[str, str]] = field(default_factory=list)

    @property
    def bonus(self) -> bool:
        """Whether its points come on top."""
        return self.name == BONUS


class MarkWaiting(NbGraderPreprocessor):
    """Writes into the metadata of a grade cell whether a person has yet to grade it; nbgrader's GetGrades does not."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Ask the gradebook about the notebook's grade cells.

        Raises DisagreementError where its automatic points are not those that the page would show the reasons of.
        """
        where = resources["nbgrader"]
        with Gradebook(where["db_url"]) as gradebook:
            notebook = gradebook.find_submission_notebook(where["notebook"], where["assignment"], where["student"])
            waiting = {grade.name: is_waiting(grade) for grade in notebook.grades}
            scores = {grade.name: grade.auto_score or 0.0 for grade in notebook.grades}
            checked = [cell for cell in session.cells() if cell in scores]
            require_agreement(checked, list(_reports(nb).values()), scores)
        for cell in nb.cells:
            marks = cell.metadata.get("nbgrader", {})
            if marks.get("grade"):
                marks["waiting"] = waiting[marks["grade_id"]]
        return nb, resources


class FeedbackExporter(TemplateExporter):
    """An autograded notebook, with its grades in the metadata, as the student's page."""

    export_from_notebook = "the student's page"
    output_mimetype = "text/html"
    template_name = "student_page"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    @default("extra_template_basedirs")
    def _extra_template_basedirs_default(self) -> list[str]:
        return [str(TEMPLATES)]

    def default_filters(self) -> Iterable[tuple[str, Any]]:
        """nbconvert's filters, and those of the page."""
        yield from super().default_filters()
        yield "tasks", tasks
        yield "number", polish_number
        yield "highlight_code", highlighted

    def from_notebook_node(self, nb: NotebookNode, resources: Any = None, **kw: Any) -> tuple[Any, Any]:
        """The page as a text. Where the machine's folders stand in a message of Python's, it shows none of them."""
        resources = resources or {}
        resources["highlighting"] = HtmlFormatter().get_style_defs(".highlight")
        page, resources = super().from_notebook_node(nb, resources, **kw)
        for folder in {os.getcwd(), str(ROOT), sys.base_prefix} - SYSTEM:
            page = page.replace(folder, "…").replace(escape(folder), "…")
        return page, resources


def _reports(nb: NotebookNode) -> dict[str, dict[str, Any]]:
    """The reports of the grade cells, as the record has them, by grade cell."""
    return {report["cell"]: report for report in nb.metadata.get(records.KEY, {}).get("reports", [])}


def tasks(nb: NotebookNode) -> list[Task]:
    """The tasks of a graded notebook, in its order.

    Code belongs to the task that is checked next after it; an error to the task that is graded next, by checks or by a
    person, and after the last one to that.
    """
    found: dict[str, Task] = {}
    reports = _reports(nb)
    ahead = Task("")
    for cell in nb.cells:
        marks = cell.metadata.get("nbgrader", {})
        if marks.get("grade"):
            name = task_of(marks["grade_id"])
            task = found.setdefault(name, Task(name))
            _count(task, cell)
            task.errors += ahead.errors
            ahead.errors = []
            if not marks.get("solution"):
                report = reports.get(marks["grade_id"])
                task.failed += [check for check in report["checks"] if check["verdict"] != PASSED] if report else []
                task.reports.append(_shown(report, marks["grade_id"]))
                task.code += ahead.code
                ahead.code = []
        elif cell.cell_type == "code":
            name = marks.get("grade_id") or cell.source.strip().partition("\n")[0][:60]
            if marks.get("solution"):
                ahead.code.append(Code(name, cell.source, as_html(marks.get("comment") or "")))
            ahead.errors += [(name, f"{o.ename}: {o.evalue}") for o in cell.outputs if o.output_type == "error"]
    if found:
        task.errors += ahead.errors
    return list(found.values())


def _count(task: Task, cell: NotebookNode) -> None:
    """Add the points of a grade cell to its task, and the answer if it is one."""
    marks = cell.metadata.nbgrader
    score = marks["score"] or 0.0
    task.score += score
    task.maximum += marks["points"]
    task.waiting |= marks["waiting"]
    if marks.get("solution"):
        text, comment = html_of(cell), as_html(marks.get("comment") or "")
        task.answers.append(Answer(text, comment, score, marks["points"], marks["waiting"]))


def _shown(report: dict[str, Any] | None, cell: str) -> str:
    """The report on a grade cell as HTML, or what stands for it where there is none."""
    if report:
        return render.as_html(report)
    return f"<p>{NOT_JUDGED if cell in session.cells() else OWN_TESTS}</p>"
