"""Messages of a kernel: valid ones pass, and whatever passes leaves a notebook that can be written."""

import json
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbclient.exceptions import CellExecutionComplete
from nbformat.v4 import new_code_cell, new_notebook

from coursekit import messages
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


@pytest.mark.parametrize("kind", CONTENTS)
def test_valid_messages_pass(kind):
    assert accept(message(kind, CONTENTS[kind]))


@pytest.mark.parametrize("kind", ["comm_open", "comm_msg", "comm_close", "debug_event", "\x1b[2J", None, ["stream"], 7])
def test_other_messages_are_dropped(kind):
    assert not accept(message(kind, {"data": {"state": {}}, "comm_id": "x", "target_name": "jupyter.widget"}))


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("execute_input", {"execution_count": {"a": [1, "x"]}}),
        ("execute_input", {"execution_count": -1}),
        ("execute_input", {"execution_count": 10**400}),
        ("execute_input", {"execution_count": True}),
        ("execute_result", {"execution_count": "1; DROP"}),
        ("stream", {"text": ["a", "b"]}),
        ("stream", {"name": "stdlog"}),
        ("display_data", {"data": {"text/plain": ["a"]}}),
        ("display_data", {"data": {"image/png": {"x": 1}}}),
        ("display_data", {"metadata": []}),
        ("display_data", {"transient": {"display_id": ["x"]}}),
        ("error", {"traceback": "a"}),
        ("error", {"ename": None}),
        ("error", {"execution_count": -5}),
        ("status", {"execution_state": 1}),
        ("stream", {"execution_count": []}),
        ("status", {"transient": ["x"]}),
    ],
)
def test_messages_that_are_not_as_the_protocol_says_are_errors(kind, change):
    with pytest.raises(MessageError, match=kind):
        accept(message(kind, CONTENTS[kind] | change))


@pytest.mark.parametrize(
    ("part", "why"),
    [
        (b"[" + b"[]," * 1_000_000 + b"[]]", "values"),
        (b"[" * 900 + b"]" * 900, "deeper"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "number"),
        (b"no JSON", "Expecting value"),
        (b'"' + b"a" * (messages.MAX_MESSAGE + 1) + b'"', "characters"),
    ],
    ids=["values", "depth", "digits", "no JSON", "length"],
)
def test_a_part_that_is_too_large_or_no_json_is_not_read(part, why):
    with pytest.raises(ValueError, match=why):
        messages.unpack(part)


def test_half_of_a_surrogate_pair_can_be_written_afterwards():
    assert messages.unpack(json.dumps({"text": "\ud800"}).encode()) == {"text": "?"}


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


@settings(max_examples=500, deadline=None)
@given(st.lists(mutated(), max_size=4))
def test_what_passes_leaves_a_notebook_that_can_be_written(sent):
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
