"""The hidden checks of the assignment: probes beside the student's objects, verdicts in the grader's process.

Instructor only: no file of this folder is released.
"""

from typing import Any

from .render import as_text
from .session import run_checks
from .student import KernelStudent

_notes: dict[str, float] = {}


def grade(cell: str, namespace: dict[str, Any], seed: int = 2021) -> float:
    """Check grade cell ``cell`` in this kernel, print what was found (Polish) and return the points.

    For authors trying the notebook, and for stock nbgrader. Autograding does not execute this call: the kit's
    replacement of nbgrader's ``Execute`` runs the same checks from outside the student's process.
    """
    report = run_checks(cell, KernelStudent(namespace, _notes), seed)
    print(as_text(report.as_dict()))
    return report.points
