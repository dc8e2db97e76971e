"""One submission executed anew as the student has run it: full trainings and all figures, in the sandbox.

Autograding trains too shortly to be compared with what an answer says. This is for the person who grades the answer
and wonders whether its numbers are real: no checks are run, and no grade changes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.apps import AutogradeApp
from nbgrader.utils import is_grade

from coursekit.execute import GradeExecute

FOLDER = "reruns"
"""In the course's folder."""
CELL_SECONDS, NOTEBOOK_SECONDS = 900, 7200
"""Own time of one cell and of all; a training takes half a minute, an experiment of 1b many of them."""


class NothingToRunError(RuntimeError):
    """The submission has not been autograded, so there is no sanitised notebook to run."""


class FullExecute(GradeExecute):
    """Executes a notebook in the study profile, but for its grade cells."""

    profile = "study"

    def preprocess_cell(self, cell: NotebookNode, resources: Any, index: int) -> tuple[NotebookNode, Any]:
        """Execute one cell; a grade cell stays without outputs."""
        if cell.cell_type == "code" and is_grade(cell):
            cell.outputs = []
            return cell, resources
        return super().preprocess_cell(cell, resources, index)


def rerun(app: AutogradeApp, student: str) -> list[Path]:
    """Execute the autograded notebooks of a student; returns the paths of what came out, below FOLDER.

    Raises NothingToRunError, and SandboxError where submitted code cannot be shut in.
    """
    coursedir = app.coursedir
    graded = Path(coursedir.format_path(coursedir.autograded_directory, student, coursedir.assignment_id))
    notebooks = sorted(graded.glob("*.ipynb"))
    if not notebooks:
        command = f"nbgrader autograde {coursedir.assignment_id} --student {student}"
        raise NothingToRunError(f"{graded} has no notebook: grade it first (`{command}`)")
    target = Path(coursedir.root, FOLDER, student, coursedir.assignment_id)
    target.mkdir(parents=True, exist_ok=True)
    config = app.config.copy()
    config.FullExecute.update({"timeout": CELL_SECONDS, "notebook_timeout": NOTEBOOK_SECONDS})
    for path in notebooks:
        resources = {"metadata": {"path": str(graded)}}
        notebook, _ = FullExecute(config=config).preprocess(nbformat.read(path, as_version=4), resources)
        nbformat.write(notebook, target / path.name)
    return [target / path.name for path in notebooks]
