"""Outputs that a student hands in come back as text and pictures, and as nothing else."""

import base64

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from coursekit import intake
from coursekit.submitted_outputs import ASIDE, LABEL, MOST, TOO_LARGE, BringBack, SetAside

PICTURE = base64.b64encode(b"a picture").decode()
GRADE = {"nbgrader": {"grade": True, "grade_id": "test_1a", "solution": False, "locked": True, "schema_version": 3}}


def passed_on(*outputs, metadata=None, execution=()):
    """Outputs of a cell that was handed in with ``outputs`` and gave ``execution`` when it was graded."""
    notebook = new_notebook(cells=[new_code_cell("x", outputs=list(outputs), metadata=metadata or {})])
    SetAside().preprocess(notebook, {})
    notebook.cells[0].outputs = list(execution)
    BringBack().preprocess(notebook, {})
    assert ASIDE not in notebook.cells[0].metadata
    return notebook.cells[0].outputs


def stream(text):
    return new_output("stream", name="stdout", text=text)


def test_text_and_pictures_stand_below_a_label():
    shown = passed_on(
        stream("loss 1.5\n"), new_output("display_data", {"image/png": PICTURE, "text/plain": "<Figure>"})
    )
    assert [output.get("text") or dict(output.data) for output in shown] == [
        f"{LABEL}\n",
        "loss 1.5\n",
        {"image/png": PICTURE},
    ]


@pytest.mark.parametrize(
    "kind", ["text/html", "application/javascript", "image/svg+xml", "text/markdown", "text/latex"]
)
def test_what_acts_in_a_browser_is_left_out(kind):
    assert passed_on(new_output("display_data", {kind: "<script>"})) == []
    (_, table) = passed_on(new_output("execute_result", {kind: "<table>", "text/plain": "a  b"}, execution_count=1))
    assert (table.output_type, table.text) == ("stream", "a  b\n")


def test_a_picture_that_is_none_is_left_out():
    assert passed_on(new_output("display_data", {"image/png": '"><script>'})) == []


def test_errors_of_the_execution_stay_and_submitted_ones_become_text():
    error = new_output("error", ename="KeyError", evalue="1", traceback=["…"])
    shown = passed_on(new_output("error", ename="ValueError", evalue="2", traceback=["…"]), execution=[error])
    assert shown[0] == error
    assert [output.text for output in shown[1:]] == [f"{LABEL}\n", "ValueError: 2\n"]


def test_text_in_lines_as_files_have_it_is_read(tmp_path):
    path = tmp_path / "vae.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("x", outputs=[stream("one\ntwo\n")])]), path)
    assert '"one\\n",' in path.read_text()
    (cell,) = intake.parse(path, []).cells
    assert [output.text for output in passed_on(*cell.outputs)] == [f"{LABEL}\n", "one\ntwo\n"]


def test_without_submitted_outputs_those_of_the_execution_stay():
    assert passed_on(execution=[stream("new\n")]) == [stream("new\n")]


def test_a_grade_cell_shows_what_the_grader_wrote():
    assert passed_on(stream("1.5\n"), metadata=GRADE, execution=[stream("0\n")]) == [stream("0\n")]


def test_metadata_that_pretend_to_be_set_aside_are_not_believed():
    forged = {ASIDE: [new_output("display_data", {"text/html": "<script>"})]}
    assert passed_on(metadata=forged) == []


def test_outputs_without_end_are_cut_and_say_so():
    notebook = new_notebook(cells=[new_code_cell("x", outputs=[stream("x" * (MOST // 2 + 1))]) for _ in range(3)])
    SetAside().preprocess(notebook, {})
    texts = [cell.metadata[ASIDE][0].text for cell in notebook.cells]
    assert len(texts[0]) > MOST // 2
    assert texts[1:] == [f"{TOO_LARGE}\n"] * 2
