"""Outputs that a student hands in come back as text and pictures, and as nothing else."""

import base64
import io

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import Image

from coursekit import intake
from coursekit.submitted_outputs import (
    ASIDE,
    LABEL,
    MOST,
    MOST_OF_ERROR,
    MOST_OUTPUTS,
    TOO_LARGE,
    BringBack,
    safe_output,
    set_aside,
)


def picture(kind: str) -> str:
    file = io.BytesIO()
    Image.new("RGB", (2, 2)).save(file, kind)
    return base64.b64encode(file.getvalue()).decode()


PICTURE = picture("PNG")
GRADE = {"nbgrader": {"grade": True, "grade_id": "test_1a", "solution": False, "locked": True, "schema_version": 3}}


def passed_on(*outputs, metadata=None, execution=()):
    """Outputs of a cell that was handed in with ``outputs`` and gave ``execution`` when it was graded."""
    notebook = new_notebook(cells=[new_code_cell("x", outputs=list(outputs), metadata=metadata or {})])
    set_aside(notebook)
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


@pytest.mark.parametrize(
    "content", ['"><script>', PICTURE + "!", picture("JPEG"), base64.b64encode(b"<svg>").decode(), [PICTURE], None, "é"]
)
def test_a_picture_that_is_none_is_left_out(content):
    assert safe_output(NotebookNode(output_type="display_data", data={"image/png": content})) is None


@pytest.mark.parametrize(
    "output",
    [
        None,
        "text",
        {},
        {"output_type": "stream"},
        {"output_type": "stream", "text": ["a", "b"]},
        {"output_type": "stream", "text": {"a": "b"}},
        {"output_type": "display_data"},
        {"output_type": "display_data", "data": ["text/plain"]},
        {"output_type": "display_data", "data": {"text/plain": ["a"]}},
        {"output_type": "execute_result", "data": {"text/plain": 5}},
        {"output_type": "widget", "data": {"application/vnd.jupyter.widget-view+json": {"model_id": "</script>"}}},
    ],
)
def test_what_is_no_output_is_left_out(output):
    assert safe_output(output) is None


def test_outputs_do_not_say_how_they_are_shown():
    shown = {"image/png": {"width": "1 onerror=alert(1)", "alt": '"><script>'}}
    data = {"image/png": PICTURE, "text/html": "<script>"}
    output = NotebookNode(output_type="execute_result", execution_count="<script>", data=data, metadata=shown)
    assert safe_output(output) == new_output("display_data", {"image/png": PICTURE})


def test_an_error_is_text_in_its_fields_and_no_longer_than_a_person_reads():
    long = {"ename": ["x"], "evalue": "y" * 10**6, "traceback": ["z" * 10**6, 5, "\x1b[31m<b>\x1b]0;title\x07"]}
    error = safe_output({"output_type": "error", **long})
    assert error.ename == ""
    assert len(error.evalue) == len(error.traceback[0]) == MOST_OF_ERROR
    assert error.traceback[0].endswith("<b>�]0;title�")


def test_what_the_kernel_says_of_itself_goes():
    notebook = new_notebook(
        cells=[new_code_cell("x")], metadata={"language_info": {"name": "x", "pygments_lexer": "html"}}
    )
    notebook.cells[0].execution_count = {"<script>": 1}
    BringBack().preprocess(notebook, {})
    assert notebook.metadata.language_info == {"name": "python", "pygments_lexer": "ipython3"}
    assert notebook.cells[0].execution_count is None


def test_executed_outputs_pass_the_same_filter():
    html = new_output("display_data", {"text/html": "<script>", "text/plain": "a  b"})
    assert passed_on(execution=[html, new_output("display_data", {"text/html": "<script>"})]) == [stream("a  b\n")]


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


def test_outputs_without_number_are_cut_and_say_so():
    shown = passed_on(execution=[stream("x\n")] * (MOST_OUTPUTS + 5))
    assert shown[-1].text == f"{TOO_LARGE}\n"
    assert len(shown) == MOST_OUTPUTS + 1


def test_outputs_without_end_are_cut_and_say_so():
    notebook = new_notebook(cells=[new_code_cell("x", outputs=[stream("x" * (MOST // 2 + 1))]) for _ in range(3)])
    set_aside(notebook)
    texts = [cell.metadata[ASIDE][0].text for cell in notebook.cells]
    assert len(texts[0]) > MOST // 2
    assert texts[1:] == [f"{TOO_LARGE}\n"] * 2
