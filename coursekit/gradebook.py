"""nbgrader's preprocessors that work with the gradebook, asking it less often.

Named in `nbgrader_config.py` in the place of nbgrader's own; what they write is the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader import preprocessors
from nbgrader.api import BaseCell, Comment, Grade, Gradebook, MissingEntry, Notebook, SourceCell
from nbgrader.preprocessors import NbGraderPreprocessor
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from coursekit import records, verdicts
from coursekit.execute import GradeExecute


@dataclass(frozen=True)
class InstructorsCells:
    """What the gradebook knows of a notebook of the instructor's: the same for every submission.

    It stands for the gradebook of a preprocessor, which asks for one cell after another.
    """

    notebook: Notebook
    source: dict[str, SourceCell]
    graded: dict[str, BaseCell]

    @classmethod
    def of(cls, db_url: str, notebook: str, assignment: str) -> InstructorsCells:
        """All cells at once. Raises MissingEntry where the gradebook does not know the notebook."""
        with Gradebook(db_url) as gradebook:
            found = gradebook.find_notebook(notebook, assignment)
            list(found.solution_cells)  # read while the gradebook is open, as the others
            return cls(
                found,
                source={
                    cell.name: gradebook.find_source_cell(cell.name, notebook, assignment)
                    for cell in found.source_cells
                },
                graded={
                    cell.name: gradebook.find_graded_cell(cell.name, notebook, assignment)
                    for cell in [*found.grade_cells, *found.task_cells]
                },
            )

    def find_notebook(self, notebook: str, assignment: str) -> Notebook:
        """The notebook, with its cells."""
        return self.notebook

    def find_source_cell(self, name: str, notebook: str, assignment: str) -> SourceCell:
        """A cell as the instructor wrote it. Raises MissingEntry."""
        return _entry(self.source, name)

    def find_graded_cell(self, name: str, notebook: str, assignment: str) -> BaseCell:
        """The points of a cell. Raises MissingEntry."""
        return _entry(self.graded, name)


def _entry(cells: dict[str, Any], name: str) -> Any:
    try:
        return cells[name]
    except KeyError:
        raise MissingEntry(f"No such cell: {name}") from None


class OverwriteCells(preprocessors.OverwriteCells):
    """nbgrader's own, which asks for the instructor's cells once a command. Needs `SubmissionExporter`."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """``nb`` with the instructor's text and marks in the cells that are not the student's."""
        names = resources["nbgrader"]
        self.notebook_id, self.assignment_id = names["notebook"], names["assignment"]
        known, asked = self.parent.instructors_cells, (self.notebook_id, self.assignment_id)
        if asked not in known:
            known[asked] = InstructorsCells.of(names["db_url"], *asked)
        self.gradebook = known[asked]
        nb, resources = NbGraderPreprocessor.preprocess(self, nb, resources)
        if self.add_missing_cells:
            nb, resources = self.add_missing_grade_cells(nb, resources)
            nb, resources = self.add_missing_task_cells(nb, resources)
        return nb, resources


@dataclass(frozen=True)
class StudentsCells:
    """What the gradebook knows of a student's notebook; ``db``: the session that knows it.

    It stands for the gradebook of a preprocessor, which asks for one cell after another.
    """

    db: scoped_session[Session]
    grades: dict[str, Grade]
    comments: dict[str, Comment]

    @classmethod
    def of(cls, gradebook: Gradebook, notebook: str, assignment: str, student: str) -> StudentsCells:
        """All cells at once. Raises MissingEntry where the gradebook does not know the notebook."""
        found = gradebook.find_submission_notebook(notebook, assignment, student)
        cells = [*found.notebook.grade_cells, *found.notebook.solution_cells, *found.notebook.task_cells]
        names = {cell.id: cell.name for cell in cells}

        def rows(table: type[Any]) -> dict[str, Any]:
            """By cell: for these there is an index, but none for what `found` would ask, all rows of a notebook."""
            wanted = table.cell_id.in_(names), table.notebook_id == found.id
            return {names[row.cell_id]: row for row in gradebook.db.query(table).filter(*wanted)}

        return cls(gradebook.db, grades=rows(Grade), comments=rows(Comment))

    def find_grade(self, cell: str, notebook: str, assignment: str, student: str) -> Grade:
        """The points of a cell. Raises MissingEntry."""
        return _entry(self.grades, cell)

    def find_comment(self, cell: str, notebook: str, assignment: str, student: str) -> Comment:
        """The comment on a cell. Raises MissingEntry."""
        return _entry(self.comments, cell)


class SaveAutoGrades(preprocessors.SaveAutoGrades):
    """nbgrader's own, which saves what the reports say, in one transaction: all points of a notebook, or none."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Write the outputs of the grade cells of ``nb``, and save its points.

        A notebook that was not executed, as by `--no-execute`, is recorded as broken. Raises ValidationError and
        DisagreementError, and saves nothing then.
        """
        if "reports" not in nb.metadata[records.KEY]:
            GradeExecute(parent=self.parent).give_up(nb, resources, "The notebook was not executed.")
        reports = nb.metadata[records.KEY]["reports"]
        verdicts.write_outputs(nb, reports)
        nbformat.validate(nb)  # what could not be written would leave points without a record
        names = resources["nbgrader"]
        self.notebook_id, self.assignment_id, self.student_id = names["notebook"], names["assignment"], names["student"]
        with Gradebook(names["db_url"]) as gradebook, gradebook.engine.begin() as connection:
            # What nbgrader commits then, cell by cell, is committed at the end of the block, and not read again.
            join = {"bind": connection, "join_transaction_mode": "rollback_only", "expire_on_commit": False}
            gradebook.db = scoped_session(sessionmaker(**join))
            self.gradebook = StudentsCells.of(gradebook, self.notebook_id, self.assignment_id, self.student_id)
            nb, resources = NbGraderPreprocessor.preprocess(self, nb, resources)
            scores = {name: grade.auto_score for name, grade in self.gradebook.grades.items()}
            verdicts.require_agreement(verdicts.judged_cells(nb), reports, scores)
            return nb, resources
