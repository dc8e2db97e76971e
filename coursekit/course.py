"""A course as nbgrader sees it: its settings, folders and gradebook."""

from __future__ import annotations

import os
from pathlib import Path

from nbgrader.apps import AutogradeApp


def open_course(course: Path, assignment: str) -> AutogradeApp:
    """nbgrader's application for an assignment, with the settings of a course, which becomes the working folder."""
    os.chdir(course)
    app = AutogradeApp()
    app.initialize([])
    app.coursedir.assignment_id = assignment
    return app
