"""A submission is executed in full, beside its grading, which stays as it is."""

import nbformat
import pytest

from coursekit.course import open_course
from coursekit.rerun import NothingToRunError, rerun

pytestmark = pytest.mark.slow


def figures(path):
    """Pictures that the cells of a notebook show."""
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    return [output for cell in cells for output in cell.outputs if "image/png" in output.get("data", {})]


def test_a_full_run_shows_what_grading_leaves_out_and_changes_no_grade(graded_class, monkeypatch):
    graded = graded_class / "autograded" / "ola_król" / "vae" / "vae.ipynb"
    page = graded_class / "feedback" / "ola_król" / "vae" / "vae.html"
    before = [file.read_bytes() for file in (graded, page)]
    monkeypatch.chdir(graded_class)
    (path,) = rerun(open_course(graded_class, "vae"), "ola_król")
    assert path == graded_class / "reruns" / "ola_król" / "vae" / "vae.ipynb"
    assert figures(graded) == []
    assert len(figures(path)) > 10
    cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in nbformat.read(path, 4).cells}
    assert cells["test_1a"].outputs == []
    assert [file.read_bytes() for file in (graded, page)] == before


def test_what_is_not_graded_is_not_run(graded_class, monkeypatch):
    monkeypatch.chdir(graded_class)
    with pytest.raises(NothingToRunError, match="nbgrader autograde vae --student nobody"):
        rerun(open_course(graded_class, "vae"), "nobody")
