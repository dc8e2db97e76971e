"""What crosses between grader and kernel arrives as it was sent, and nothing else gets in."""

import base64
import json
import tracemalloc
import zlib

import numpy as np
import pytest

from grader_tests import wire


@pytest.mark.parametrize("level", [wire.QUESTION, wire.REPLY])
def test_round_trip_keeps_values_shapes_and_types(level):
    value = {
        "image": np.arange(12, dtype=np.uint8).reshape(3, 4),
        "turned": np.arange(6.0).reshape(2, 3).T,
        "big-endian": np.arange(3, dtype=">i4"),
        "scalar": np.array(2.5),
        "empty": np.zeros((0, 5)),
        "number": 1.5,
        "nested": [{"a": np.array([True, False])}, None, "ąę"],
        "nan": np.array([np.nan, np.inf]),
    }
    back = wire.decode(wire.encode(value, level))
    for name in ("image", "turned", "scalar", "empty", "nan"):
        np.testing.assert_array_equal(back[name], value[name])
        assert back[name].dtype == value[name].dtype
    assert back["big-endian"].tolist() == [0, 1, 2]
    assert back["number"] == 1.5
    assert back["nested"][0]["a"].tolist() == [True, False]
    assert back["nested"][1:] == [None, "ąę"]


def test_an_array_that_arrived_can_be_changed():
    (array,) = wire.decode(wire.encode([np.zeros(3)], wire.QUESTION))
    array += 1
    assert array.tolist() == [1, 1, 1]


@pytest.mark.parametrize("array", [np.array(["a"]), np.array([{"an": "object"}]), np.zeros(2, complex)])
def test_an_array_of_anything_else_than_numbers_is_not_sent(array):
    with pytest.raises(TypeError, match="none of numbers"):
        wire.encode(array, wire.REPLY)


def forged(place=None, data: bytes = bytes(64), **changed) -> str:
    packed = base64.b64encode(zlib.compress(data)).decode()
    return json.dumps({"tree": {"__array__": place}, "bytes": packed, **changed})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no JSON",
        "[]",
        "{}",
        '{"tree": 1}',
        '{"tree": 1, "bytes": 7}',
        "[" * 100_000,
        forged(["<f8", [1], 0], bytes=""),
        forged(["<f8", [1], 0], bytes=base64.b64encode(b"not compressed").decode()),
        forged(["<f8", [1], 0], bytes=base64.b64encode(zlib.compress(b"x" * 1000)[:-4]).decode()),
        forged(0),
        forged("<f8"),
        forged(["|O", [1], 0]),
        forged([">f8", [1], 0]),
        forged(["<f8,<f8", [1], 0]),
        forged(["<c16", [1], 0]),
        forged([["<f8"], [1], 0]),
        forged(["<f8", [9], 0]),
        forged(["<f8", [1], 57]),
        forged(["<f8", [1], -8]),
        forged(["<f8", [-1], 0]),
        forged(["<f8", [-1, -1], 0]),
        forged(["<f8", [1.0], 0]),
        forged(["<f8", [True], 0]),
        forged(["<f8", 8, 0]),
        forged(["<f8", [10**15], 0]),
        forged(["<f8", [0, 10**15], 0]),
        forged(["<f8", [0, *[30_000_000] * 7], 0]),
        forged(["<f8", [1] * 33, 0]),
        '{"tree": {"__array__": ["<f8", [1e999], 0]}, "bytes": 1' + "0" * 5000 + "}",
    ],
    ids=range(30),
)
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        wire.decode(text)


def test_arrays_cost_what_their_bytes_cost_however_often_they_are_named():
    text = json.loads(wire.encode([np.zeros(100_000)], wire.REPLY))
    text["tree"] *= 5000
    message = json.dumps(text)
    tracemalloc.start()
    try:
        assert len(wire.decode(message)) == 5000
        assert tracemalloc.get_traced_memory()[1] < 20 * 800_000
    finally:
        tracemalloc.stop()


def test_a_lone_surrogate_becomes_what_a_file_can_hold():
    (text,) = wire.decode(wire.encode(["a\ud83d"], wire.REPLY))
    assert text.encode() == b"a?"


def test_size_is_limited_when_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(wire, "_MAX_BYTES", 10_000)
    with pytest.raises(ValueError, match="10000 bytes"):
        wire.decode(wire.encode({"zeros": np.zeros(100_000)}, wire.QUESTION))
