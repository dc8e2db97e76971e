"""What crosses between grader and kernel arrives as it was sent, and nothing else gets in."""

import base64
import io
import json
import zipfile
import zlib

import numpy as np
import pytest

from grader_tests import wire


@pytest.mark.parametrize("level", [wire.QUESTION, wire.REPLY])
def test_round_trip_keeps_values_shapes_and_types(level):
    value = {
        "image": np.arange(12, dtype=np.uint8).reshape(3, 4),
        "empty": np.zeros((0, 5)),
        "number": 1.5,
        "nested": [{"a": np.array([True, False])}, None, "ąę"],
        "nan": np.array([np.nan, np.inf]),
    }
    back = wire.decode(wire.encode(value, level))
    for name in ("image", "empty", "nan"):
        np.testing.assert_array_equal(back[name], value[name])
        assert back[name].dtype == value[name].dtype
    assert back["number"] == 1.5
    assert back["nested"][0]["a"].tolist() == [True, False]
    assert back["nested"][1:] == [None, "ąę"]


def forged(npz: bytes) -> str:
    return json.dumps({"tree": {"__array__": 0}, "npz": base64.b64encode(npz).decode()})


def pickled_archive() -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, np.array([{"an": "object"}], dtype=object))
    return zlib.compress(buffer.getvalue())


def growing_archive(claimed: int) -> bytes:
    """Few bytes: an array of zeros in a compressed member, which claims to have so many entries."""
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({claimed},), }}".ljust(117).encode() + b"\n"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("arr_0.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + bytes(20_000))
    return zlib.compress(buffer.getvalue())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no JSON",
        "[]",
        "{}",
        '{"tree": 1}',
        '{"tree": 1, "npz": 7}',
        "[" * 100_000,
        forged(b""),
        forged(b"not compressed"),
        forged(zlib.compress(b"no archive")),
        forged(pickled_archive()),
        forged(zlib.compress(b"x" * 1000)[:-4]),
        forged(zlib.compress(b"PK\x03\x04 no archive")),
        forged(growing_archive(10**15)),
        '{"tree": {"__array__": 1e999}, "npz": 1' + "0" * 5000 + "}",
    ],
    ids=range(15),
)
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        wire.decode(text)


def test_an_array_is_read_once_however_often_it_is_named():
    text = json.loads(wire.encode([np.zeros(1000)], wire.REPLY))
    text["tree"] = [{"__array__": 0}] * 1000
    assert len({id(array) for array in wire.decode(json.dumps(text))}) == 1


def test_a_lone_surrogate_becomes_what_a_file_can_hold():
    (text,) = wire.decode(wire.encode(["a\ud83d"], wire.REPLY))
    assert text.encode() == b"a?"


def test_size_is_limited_before_and_after_unpacking(monkeypatch):
    monkeypatch.setattr(wire, "_MAX_BYTES", 10_000)
    with pytest.raises(ValueError, match="10000 bytes"):
        wire.decode(wire.encode({"zeros": np.zeros(100_000)}, wire.QUESTION))
    with pytest.raises(ValueError, match="more than 10000"):
        wire.decode(forged(growing_archive(2500)))
    monkeypatch.setattr(wire, "_MAX_CHARS", 100)
    with pytest.raises(ValueError, match="characters"):
        wire.decode(wire.encode({"text": "x" * 200}, wire.REPLY))
