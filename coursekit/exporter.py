"""Where nbgrader's autograding begins: its hook before a conversion, and its reader of notebooks, which takes any file.

Both are extension points of nbgrader's, named in `nbgrader_config.py`, and so stock `nbgrader autograde` never stops at
a malformed file. `coursekit.submission` does the reading.
"""

import glob
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode

from coursekit import resume, shield, submission
from coursekit.gradebook import InstructorsCells


def begin(assignment: str, student: str, notebooks: list[str]) -> None:
    """Prepare the conversion of one submission: nbgrader's hook, called from the root of the course.

    `student` may be nbgrader's pattern for all. Raises SystemExit where the disk is full.
    """
    normalise_names(assignment, student, notebooks)
    resume.begin(assignment, notebooks)


def normalise_names(assignment: str, student: str, notebooks: list[str]) -> None:
    """Add to `notebooks`, nbgrader's own list of the paths to convert, the released names that are missing.

    nbgrader drops the other notebooks as unknown, and `SubmissionExporter` reads one of them instead of the
    missing file. nbgrader calls this from the root of the course.
    """
    folder = Path(notebooks[0]).parent
    for released in sorted(Path("release", assignment).glob("*.ipynb")):
        expected = folder / released.name
        if not expected.exists():
            notebooks.append(str(expected))


def adopt_folders_without_notebook(converter: Any) -> None:
    """Put submissions without a notebook on the list of nbgrader's converter, which has passed them over.

    Called once a command, before the first submission. nbgrader itself stops earlier where not one of the
    submissions that it was asked for has a notebook. A converter with a set of ``wanted`` students gets only theirs.
    """
    coursedir = converter.coursedir
    release = Path(coursedir.format_path(coursedir.release_directory, ".", coursedir.assignment_id))
    names = [notebook.name for notebook in sorted(release.glob(f"{coursedir.notebook_id}.ipynb"))]
    submissions = coursedir.format_path(coursedir.submitted_directory, coursedir.student_id, coursedir.assignment_id)
    wanted = getattr(converter, "wanted", None)
    for folder in glob.glob(submissions):
        if wanted is not None and Path(folder).parent.name not in wanted:
            continue
        if names and folder not in converter.assignments and Path(folder).is_dir():
            converter.assignments[folder] = [str(Path(folder, name)) for name in names]


class SubmissionExporter(NotebookExporter):
    """nbgrader's reader of notebooks, which takes any file.

    It lives as long as the command, and so keeps what preprocessors ask for once: `instructors_cells`, see
    `coursekit.gradebook`.
    """

    def __init__(self, **kwargs: Any) -> None:
        """Prepare the course too: nbgrader makes the exporter once a command, before the first submission.

        Raises NbGraderException where a folder or the gradebook cannot be written.
        """
        super().__init__(**kwargs)
        self.left_out: dict[str, list[str]] = {}
        self.instructors_cells: dict[tuple[str, str], InstructorsCells] = {}
        if self.parent is not None:
            shield.skip_undecodable_names(self.parent)
            adopt_folders_without_notebook(self.parent)
            shield.skip_unusable_students(self.parent)
            self.left_out = shield.guard(self.parent)
            resume.prepare(self.parent)

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Convert the notebook at `filename`, or what stands in for it; one already sanitised as it is."""
        assert resources is not None, "nbgrader tells the assignment in `resources`"
        assert self.parent is not None, "nbgrader's converter makes the exporter"
        path, coursedir = Path(filename), self.parent.coursedir
        if Path(coursedir.root, coursedir.submitted_directory) not in path.parents:
            return super().from_filename(filename, resources, **kw)
        assignment = resources["nbgrader"]["assignment"]
        release = Path(coursedir.format_path(coursedir.release_directory, ".", assignment)) / path.name
        if not release.exists():
            raise FileNotFoundError(f"{release} is missing: run `nbgrader generate_assignment {assignment}`")
        nb = submission.read(path, release, self.left_out[str(path.parent)], self.parent.log)
        resources["metadata"] = {"name": path.stem, "path": str(path.parent)}
        return self.from_notebook_node(nb, resources, **kw)
