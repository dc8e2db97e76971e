"""Outputs of grade cells, written from the stored reports; and whether the gradebook says what the record says.

nbgrader reads points from a cell's outputs, and gives full marks to a cell that has none. So every grade cell gets its
outputs here, directly before points are saved, whatever stood there and whatever flags nbgrader was given.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.utils import is_grade, is_solution

from grader_tests.render import as_html, as_text

Report = dict[str, Any]
"""As `grader_tests.verdict.Report.as_dict` has it."""
NOT_JUDGED = "Ta część nie została oceniona, bo notatnika nie udało się wykonać. Napisz do prowadzącego."
"""What the student reads where there is no report."""


class DisagreementError(RuntimeError):
    """The gradebook would have other points than the record; the message names the cell."""


def write_outputs(nb: NotebookNode, reports: list[Report]) -> None:
    """Give every grade cell the outputs that its report says; one without a report those that are worth 0 points."""
    found = {report["cell"]: report for report in reports}
    for name, cell in judged_cells(nb).items():
        cell.execution_count = None
        if name in found:
            cell.outputs = [
                new_output("display_data", {"text/html": as_html(found[name]), "text/plain": as_text(found[name])}),
                new_output("execute_result", {"text/plain": repr(float(found[name]["points"]))}),
            ]
        else:
            cell.outputs = [new_output("stream", name="stderr", text=NOT_JUDGED)]


def require_agreement(cells: Iterable[str], reports: list[Report], scores: dict[str, float | None]) -> None:
    """Raise DisagreementError unless the automatic scores of these grade cells are the points of the reports."""
    points = {report["cell"]: report["points"] for report in reports}
    for name in cells:
        found, expected = scores.get(name), points.get(name, 0.0)
        if found != expected:
            raise DisagreementError(
                f"{name} has {found} automatic points in the gradebook and {expected} in the record. Something has "
                "changed one of the two. Grade again with --force."
            )


def judged_cells(nb: NotebookNode) -> dict[str, NotebookNode]:
    """The cells whose points come from checks, by grade id."""
    return {cell.metadata.nbgrader.grade_id: cell for cell in nb.cells if is_judged(cell)}


def is_judged(cell: NotebookNode) -> bool:
    """Whether a cell's points come from checks: the grader writes its outputs, nobody else."""
    return cell.cell_type == "code" and is_grade(cell) and not is_solution(cell)
