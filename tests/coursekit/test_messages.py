"""Messages of a kernel: valid ones pass, and whatever passes leaves a notebook that can be written."""

import json

import pytest
from hypothesis import settings

from benchmarks.fuzz_messages import CONTENTS, message, test_messages
from coursekit import messages
from coursekit.messages import MessageError, accept

test_what_passes_leaves_a_notebook_that_can_be_written = settings(max_examples=300, deadline=None, derandomize=True)(
    test_messages
)
del test_messages  # pytest would find it twice


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
