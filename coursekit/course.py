"""A course as nbgrader sees it: its settings, folders and gradebook."""

from __future__ import annotations

import os
from pathlib import Path

from nbgrader.apps import AutogradeApp
from sqlalchemy import make_url


class NoGradebookError(RuntimeError):
    """A course without a gradebook; the message says where it should be, and what to do."""


def open_course(course: Path, assignment: str) -> AutogradeApp:
    """nbgrader's application for an assignment, with the settings of a course, which becomes the working folder."""
    os.chdir(course)
    app = AutogradeApp()
    app.initialize([])
    app.coursedir.assignment_id = assignment
    return app


def gradebook_url(course: Path, assignment: str) -> str:
    """Address of the gradebook of a course, which becomes the working folder.

    Raises NoGradebookError where its file is missing: nbgrader would make an empty one.
    """
    url = open_course(course.resolve(), assignment).coursedir.db_url
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite" and not Path(str(parts.database)).exists():
        raise NoGradebookError(
            f"There is no gradebook {parts.database}: run `nbgrader generate_assignment {assignment}`, "
            "or name the folder of the course by --course."
        )
    return url
