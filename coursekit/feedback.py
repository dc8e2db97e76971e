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

from latex2mathml.converter import convert
from nbconvert.exporters import TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from pygments.formatters import HtmlFormatter
from traitlets import default

from coursekit import records
from coursekit.data import ROOT
from coursekit.points import BONUS, is_waiting, task_of
from grader_tests.render import polish_number
from grader_tests.verdict import PASSED

TEMPLATES = Path(__file__).with_name("templates")
SYSTEM = {"/usr", "/usr/local"}
"""Where Python lies on many a machine: tells nothing of this one."""


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
        """Ask the gradebook about the notebook's grade cells."""
        where = resources["nbgrader"]
        with Gradebook(where["db_url"]) as gradebook:
            notebook = gradebook.find_submission_notebook(where["notebook"], where["assignment"], where["student"])
            waiting = {grade.name: is_waiting(grade) for grade in notebook.grades}
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
        yield "highlight_code", Highlight2HTML(pygments_lexer="ipython3", parent=self)

    def from_notebook_node(self, nb: NotebookNode, resources: Any = None, **kw: Any) -> tuple[Any, Any]:
        """The page as a text. Where the machine's folders stand in a message of Python's, it shows none of them."""
        resources = resources or {}
        resources["highlighting"] = HtmlFormatter().get_style_defs(".highlight")
        page, resources = super().from_notebook_node(nb, resources, **kw)
        for folder in {os.getcwd(), str(ROOT), sys.base_prefix} - SYSTEM:
            page = page.replace(folder, "…").replace(escape(folder), "…")
        return page, resources


def tasks(nb: NotebookNode) -> list[Task]:
    """The tasks of a graded notebook, in its order.

    Code belongs to the task that is checked next after it; an error to the task that is graded next, by checks or by a
    person, and after the last one to that.
    """
    found: dict[str, Task] = {}
    reports = {report["cell"]: report for report in nb.metadata.get(records.KEY, {}).get("reports", [])}
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
                checks = reports.get(marks["grade_id"], {}).get("checks", [])
                task.failed += [check for check in checks if check["verdict"] != PASSED]
                task.reports.append(_report(cell))
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
        text, comment = as_html(cell.source, cell.get("attachments")), as_html(marks.get("comment") or "")
        task.answers.append(Answer(text, comment, score, marks["points"], marks["waiting"]))


def _report(cell: NotebookNode) -> str:
    """The output of a grade cell: the report, or what stands for it where the notebook could not be executed."""
    for output in cell.outputs:
        if "text/html" in output.get("data", {}):
            return output.data["text/html"]
    return "".join(f"<p>{escape(output.text)}</p>" for output in cell.outputs if output.output_type == "stream")


def as_html(markdown: str, attachments: dict[str, dict[str, str]] | None = None) -> str:
    """Markdown as HTML. Tags in it are shown, not obeyed: what somebody writes is text."""
    return str(MarkdownWithMath(renderer=_Renderer(attachments))(markdown))


class _Renderer(IPythonRenderer):
    """Formulas become MathML, which browsers draw themselves, and nothing is asked of another machine."""

    def __init__(self, attachments: dict[str, dict[str, str]] | None = None) -> None:
        super().__init__(escape=True, allow_harmful_protocols=False, exclude_anchor_links=True, attachments=attachments)

    def inline_math(self, body: str) -> str:
        return _formula(body, "inline")

    def heading(self, text: str, level: int, **attributes: Any) -> str:
        return str(super().heading(text, min(6, level + 3), **attributes))  # the page's own end with an h3

    def block_math(self, body: str) -> str:
        return _formula(body, "block")

    def image(self, text: str, url: str, title: str | None = None) -> str:
        if not url.startswith("attachment:") or url.removeprefix("attachment:") not in self.attachments:
            return f"[{escape(text or url)}]"
        return str(super().image(text, url, title))


def _formula(latex: str, display: str) -> str:
    try:
        return convert(latex, display=display)
    except Exception:  # it is no LaTeX, or some that the library cannot read; its errors have no common class
        return f"<code>{escape(latex)}</code>"
