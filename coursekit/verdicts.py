"""Outputs of grade cells, written from the stored reports; and whether the gradebook says what the record says.

nbgrader reads points from a cell's outputs, and gives full marks to a cell that has none. So every grade cell gets its
outputs here, directly before points are saved, whatever stood there and whatever flags nbgrader was given.
"""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.utils import is_grade, is_solution

from coursekit import records
from grader_tests.render import as_html, as_text

NOT_JUDGED = "Ta część nie została oceniona, bo notatnika nie udało się wykonać. Napisz do prowadzącego."
"""What the student reads where there is no report."""


class DisagreementError(RuntimeError):
    """The gradebook would have other points than the record; the message names the cells."""


def write_outputs(nb: NotebookNode) -> None:
    """Give every grade cell of a judged notebook the outputs that its report says; 0 points where it has none."""
    reports = _reports(nb)
    for name, cell in judged_cells(nb).items():
        report = reports.get(name)
        cell.execution_count = None
        if report is None:
            cell.outputs = [new_output("stream", name="stderr", text=NOT_JUDGED)]
        else:
            cell.outputs = [
                new_output("display_data", {"text/html": as_html(report), "text/plain": as_text(report)}),
                new_output("execute_result", {"text/plain": repr(float(report["points"]))}),
            ]


def require_agreement(nb: NotebookNode, scores: dict[str, float | None]) -> None:
    """Raise DisagreementError unless the automatic scores, by grade cell, are the points of the reports."""
    reports = _reports(nb)
    expected = {name: reports[name]["points"] if name in reports else 0.0 for name in judged_cells(nb)}
    found = {name: scores.get(name) for name in expected}
    if found != expected:
        raise DisagreementError(f"The gradebook would have {found}, but the checks gave {expected}. Nothing was saved.")


def judged_cells(nb: NotebookNode) -> dict[str, NotebookNode]:
    """The cells whose points come from checks, by grade id."""
    return {
        cell.metadata.nbgrader.grade_id: cell
        for cell in nb.cells
        if cell.cell_type == "code" and is_grade(cell) and not is_solution(cell)
    }


def _reports(nb: NotebookNode) -> dict[str, dict[str, Any]]:
    return {report["cell"]: report for report in nb.metadata[records.KEY]["reports"]}
