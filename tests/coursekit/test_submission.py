"""One submission is read in a process of its own; what that does not survive becomes the blank notebook."""

import logging
from pathlib import Path

import nbformat
import pytest

from coursekit import submission
from coursekit.data import ROOT
from coursekit.isolated import Bounds
from coursekit.submission import WHY, read
from coursekit.submitted_outputs import ASIDE

RELEASE = ROOT / "release" / "vae" / "vae.ipynb"
LOG = logging.getLogger("test")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A notebook that was handed in."""
    notebook = nbformat.read(RELEASE, as_version=4)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "answer_1b":
            cell.source = "Im większe **β**, tym $KL$ <script>mniejsze</script>."
    notebook.cells.insert(0, nbformat.v4.new_raw_cell("<b>surowa</b>"))
    folder = tmp_path / "submitted" / "anna" / "vae"
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / "vae.ipynb")
    return folder / "vae.ipynb"


def test_what_the_student_wrote_is_made_harmless_and_the_rest_stays(path):
    found, given = read(path, RELEASE, [], LOG), nbformat.read(RELEASE, as_version=4)
    by_id = {cell.id: cell for cell in found.cells}
    answer = next(cell for cell in found.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "answer_1b")
    assert "<strong>β</strong>" in answer.source
    assert "<script" not in answer.source
    assert "&lt;script&gt;" in answer.source
    assert {cell.cell_type for cell in found.cells} == {"code", "markdown"}, "no raw cell is left"
    changed = [cell.id for cell in given.cells if by_id[cell.id].source != cell.source]
    assert changed == [answer.id]


def test_outputs_of_own_experiments_are_set_aside_for_the_person_who_grades(path):
    notebook = nbformat.read(path, as_version=4)
    own = nbformat.v4.new_code_cell("x", outputs=[nbformat.v4.new_output("stream", name="stdout", text="rec 93.1\n")])
    notebook.cells.insert(9, own)
    nbformat.write(notebook, path)
    (found,) = [cell for cell in read(path, RELEASE, [], LOG).cells if cell.id == own.id]
    assert [output.text for output in found.metadata[ASIDE]] == ["rec 93.1\n"]
    assert found.outputs == []


def test_notes_are_told_on_top_without_what_could_be_more_than_text(path):
    found = read(path, RELEASE, ["Pominięto `<img src=x>[a](javascript:b)$\\href`."], LOG)
    assert "Pominięto `�img src=x��a�(javascript:b)��href`." in found.cells[0].source
    assert found.metadata.coursekit.intake.notes[-1] == "Pominięto `<img src=x>[a](javascript:b)$\\href`."


@pytest.mark.parametrize(
    ("bounds", "reason"),
    [(Bounds(memory=2**20, cpu=60, wall=60), "memory"), (Bounds(memory=2**30, cpu=60, wall=0.0), "time")],
)
def test_what_cannot_be_read_within_its_limits_is_the_blank_notebook(path, monkeypatch, caplog, bounds, reason):
    monkeypatch.setattr(submission, "READING", bounds)
    found = read(path, RELEASE, ["Uwaga."], LOG)
    assert found.metadata.coursekit.intake.status == "unreadable"
    assert WHY[reason] in found.metadata.coursekit.intake.notes[0]
    assert found.metadata.coursekit.intake.notes[-1] == "Uwaga."
    assert [cell.source for cell in found.cells[1:]] == [cell.source for cell in nbformat.read(RELEASE, 4).cells]
    assert f"cannot be read: {reason}" in caplog.text
