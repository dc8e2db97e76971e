"""JSON is measured before anything is built from it, in linear time and little memory."""

import contextlib
import json
import math
import subprocess
import sys
import time

import pytest

from grader_tests.bounded_json import MAX_DIGITS, loads

LIMITS = {"chars": 1000, "nodes": 20, "depth": 5}


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        "text",
        -1.5e300,
        10**400,
        [],
        {"a": {"b": [1, 2, {"c": None}]}},
        'quotes " and \\ backslashes \\" [[[[[[ {{{{{{ ,,,,,,,,,,,,,,,,,,,,,,,,',
        ["\\", '"', '\\"', "]"],
        {'"': '["', "\\": ","},
        "ąę ☂ 😀",
        [[[[[1]]]]],
        list(range(18)),
    ],
)
@pytest.mark.parametrize("ascii_only", [True, False])
def test_what_lies_within_the_limits_is_read(value, ascii_only):
    text = json.dumps(value, ensure_ascii=ascii_only)
    assert loads(text, **LIMITS) == loads(text.encode(), **LIMITS) == value


def test_it_reads_what_json_reads():
    assert math.isnan(loads("NaN", **LIMITS))
    assert loads("-Infinity", **LIMITS) == -math.inf
    assert loads('"\\ud83d"', **LIMITS) == loads('"\ud83d"', **LIMITS) == "\ud83d"
    assert loads(b"\xef\xbb\xbf[1]", **LIMITS) == [1]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('"' + "x" * 1000 + '"', "1002 characters"),
        ("[" + "1," * 20 + "1]", "more than 20 values"),
        ("[" + "[]," * 10 + "1]", "more than 20 values"),
        (json.dumps({str(n): n for n in range(10)}), "more than 20 values"),
        ('["",' * 11, "more than 20 values"),
        ('"' * 50, "more than 20 values"),
        ("[[[[[[1]]]]]]", "deeper than 5"),
        ('{"a":' * 6 + "1" + "}" * 6, "deeper than 5"),
        ("[]" + "]" * 50, "Extra data"),
        ("", "Expecting value"),
        ("{", "."),
        ('"open', "Unterminated"),
        ('"open\\', "Unterminated"),
        ("[1 2]", "."),
        ("\\", "Expecting value"),
        ('\\"[', "Expecting value"),
    ],
)
def test_everything_else_is_refused_with_the_reason(text, reason):
    with pytest.raises(ValueError, match=reason):
        loads(text, **LIMITS)


@pytest.mark.parametrize("number", ["1" * (MAX_DIGITS + 1), "0." + "1" * MAX_DIGITS, "1e" + "1" * MAX_DIGITS])
def test_a_number_is_no_longer_than_any_that_somebody_needs(number):
    with pytest.raises(ValueError, match="number of more than"):
        loads(f"[{number}]", chars=10**6, nodes=20, depth=5)


def test_bytes_that_are_no_utf_8_are_refused():
    for text in ("[[[[[[1]]]]]]".encode("utf-16"), b"[\xff]"):
        with pytest.raises(ValueError, match=r"."):
            loads(text, **LIMITS)


SHAPES = {
    "one string": ('["', "x", '"]'),
    "escaped quotes": ('["', '\\"', '"]'),
    "an open string": ('["', '\\"', ""),
    "an open string with an open escape": ('["', '\\"', "\\"),
    "lists": ("[", "[],", "1]"),
    "strings": ("[", '"",', '""]'),
    "strings of backslashes": ("[", '"\\\\",', '""]'),
    "numbers": ("", "1 ", ""),
    "digits": ("", "1", ""),
    "long numbers": ("", "1" * MAX_DIGITS + " ", ""),
    "open brackets": ("", "[", ""),
    "brackets and strings": ("", '["', ""),
    "closed brackets": ("[]", "]", ""),
    "quotes": ("", '"', ""),
    "spaces": ("", " ", ""),
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_its_time_is_linear(shape):
    """Four times the text takes 16 times as long where it is quadratic."""
    seconds = {size: min(time_of(shape, size) for _ in range(3)) for size in (1_000_000, 4_000_000)}
    assert seconds[4_000_000] < 8 * seconds[1_000_000] + 0.02


def time_of(shape, size):
    start, repeated, end = shape
    text = start + repeated * (size // len(repeated)) + end
    begun = time.process_time()
    with contextlib.suppress(ValueError):
        loads(text, chars=10**8, nodes=10**6, depth=50)
    return time.process_time() - begun


SIXTY_MB_OF_LISTS = """
import resource, sys
from grader_tests.bounded_json import loads
text = "[" + "[]," * 20_000_000 + "1]"
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    loads(text, chars=10**8, nodes=10**6, depth=50)
except ValueError as error:
    assert "values" in str(error)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_sixty_megabytes_of_lists_take_no_more_than_a_few_copies_of_them():
    result = subprocess.run([sys.executable, "-c", SIXTY_MB_OF_LISTS], capture_output=True, text=True, check=True)
    kibibytes = int(result.stdout)
    assert kibibytes < 200_000
