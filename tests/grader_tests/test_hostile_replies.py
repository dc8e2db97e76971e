"""The checks, asked of students whose replies are right ones with something changed: see `benchmarks.fuzz_replies`."""

import math
import resource

import pytest
from hypothesis import HealthCheck, settings

from benchmarks import fuzz_replies
from benchmarks.fuzz_replies import EVERY, Change
from grader_tests.session import cells

EXAMPLES = 60
MORE_MIB = 700
"""What a grader may take beyond what it takes for right replies, where checks ask for many more draws."""
EVERYWHERE = {
    **{f"number {value:.3g}": ("every number", value) for value in (0, -0.0, -1, 5e-324, 1e308, math.nan, math.inf)},
    "number that no float holds": ("every number", 10**400),
    "truth for a number": ("every number", True),
    "nothing for a number": ("every number", None),
    "text for a number": ("every number", "x"),
    "long text": ("every text", "ą" * 5000),
    "empty lists": ("every list", 0),
    "long lists": ("every list", 1000),
    **{f"arrays of {value:.3g}": ("every array", value) for value in (0.0, -0.0, 1e308, -1e308, math.nan, math.inf)},
    **{f"arrays of shape {shape}": ("every shape", shape) for shape in ((), (0,), (0, 10), (1,), (32, 10), (3000, 10))},
}
"""What becomes of all numbers, lists or arrays of all replies."""


@pytest.mark.slow
def test_no_reply_breaks_a_check_or_fills_the_memory():
    fuzz_replies.right()
    before = peak()
    settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )(fuzz_replies.test_replies)()
    assert peak() - before < MORE_MIB


def peak() -> float:
    """The most memory that this process has had, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@pytest.mark.slow
@pytest.mark.parametrize(("how", "value"), EVERYWHERE.values(), ids=EVERYWHERE)
def test_the_same_in_every_place_breaks_no_check(how, value):
    for cell in cells():
        for call in (EVERY, 1):
            fuzz_replies.require_verdicts(fuzz_replies.report_on(cell, [Change(call, 0, how, value)]))
