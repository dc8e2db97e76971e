"""A course as nbgrader sees it: its settings, folders and gradebook."""

from __future__ import annotations

import os
from pathlib import Path

from nbgrader.api import Assignment, Gradebook, MissingEntry
from nbgrader.apps import AutogradeApp
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import make_url


class GradebookError(RuntimeError):
    """A gradebook that is not there, or does not know the assignment; the message says what to do."""


def open_course(course: Path, assignment: str) -> AutogradeApp:
    """nbgrader's application for an assignment, with the settings of a course, which becomes the working folder."""
    os.chdir(course)
    app = AutogradeApp()
    app.initialize([])
    app.coursedir.assignment_id = assignment
    return app


def gradebook_url(course: Path, assignment: str) -> str:
    """Address of the gradebook of a course, which becomes the working folder. Raises GradebookError."""
    return require_gradebook(open_course(course.resolve(), assignment).coursedir)


def require_gradebook(coursedir: CourseDirectory) -> str:
    """Address of the gradebook. Raises GradebookError where its file is missing: nbgrader would make an empty one."""
    parts = make_url(coursedir.db_url)
    if parts.get_backend_name() == "sqlite" and not Path(str(parts.database)).exists():
        raise GradebookError(
            f"There is no gradebook {parts.database}: run `nbgrader generate_assignment {coursedir.assignment_id}`, "
            "or name the folder of the course by --course."
        )
    return coursedir.db_url


def find_assignment(gradebook: Gradebook, assignment: str) -> Assignment:
    """The assignment in the gradebook. Raises GradebookError where it was not generated."""
    try:
        return gradebook.find_assignment(assignment)
    except MissingEntry:
        raise GradebookError(
            f"the gradebook knows no assignment {assignment}: run `nbgrader generate_assignment {assignment}`."
        ) from None
