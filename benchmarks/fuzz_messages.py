"""Messages of a kernel with something changed, for `benchmarks.fuzz`."""

import json
from typing import Any

import nbformat
from hypothesis import example, given
from hypothesis import strategies as st
from nbclient.exceptions import CellExecutionComplete
from nbformat.v4 import new_code_cell, new_notebook

from coursekit.execute import GradeExecute
from coursekit.messages import MessageError, accept

BUNDLE = {"text/plain": "1.2", "image/png": "iVBORw0KGgo=", "application/json": {"a": [1]}}
CONTENTS: dict[str, dict[str, Any]] = {
    "stream": {"name": "stdout", "text": "a"},
    "display_data": {"data": BUNDLE, "metadata": {}, "transient": {"display_id": "x"}},
    "update_display_data": {"data": BUNDLE, "metadata": {}, "transient": {"display_id": "x"}},
    "execute_result": {"data": BUNDLE, "metadata": {}, "execution_count": 3},
    "error": {"ename": "E", "evalue": "v", "traceback": ["a", "b"]},
    "status": {"execution_state": "busy"},
    "execute_input": {"code": "x", "execution_count": 3},
    "clear_output": {"wait": True},
}


def message(kind: Any, content: Any) -> dict[str, Any]:
    header = {"msg_id": "1", "msg_type": kind, "username": "u", "session": "s", "version": "5.4"}
    return {
        "header": header,
        "msg_id": "1",
        "msg_type": kind,
        "parent_header": {"msg_id": "0"},
        "metadata": {},
        "content": content,
        "buffers": [],
    }


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["text/plain", "image/png", "display_id", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    """A valid message with some of its fields, and of the fields in its content, replaced, dropped or added."""
    kind = draw(st.sampled_from(list(CONTENTS)))
    content = json.loads(json.dumps(CONTENTS[kind]))
    whole = message(kind, content)
    for target in (content, content.get("data", {}), content.get("transient", {}), whole):
        for name in draw(st.lists(st.sampled_from([*target, "execution_count", "transient", "data"]), max_size=2)):
            if target is whole and name in ("header", "msg_type", "msg_id", "buffers"):
                continue  # jupyter_client makes these of one another
            if draw(st.booleans()):
                target[name] = draw(values)
            else:
                target.pop(name, None)
    return whole


@example([message("status", {"execution_state": "busy", "execution_count": 0.0})])
@given(st.lists(mutated(), max_size=4))
def test_messages(sent: list[dict[str, Any]]) -> None:
    """Whatever passes leaves a notebook that can be written."""
    notebook = new_notebook(cells=[new_code_cell("x", execution_count=None)])
    executor = GradeExecute()
    executor._begin(notebook, 0)
    executor._output_size = 0
    executor.nb = notebook
    executor.reset_execution_trackers()
    executor.clear_before_next_output = False
    for each in sent:
        try:
            if accept(each):
                executor.process_message(each, notebook.cells[0], 0)
        except (MessageError, CellExecutionComplete):
            continue
    nbformat.validate(notebook)
    json.loads(nbformat.writes(notebook))
