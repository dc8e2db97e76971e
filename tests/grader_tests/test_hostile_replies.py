"""The checks, asked of students whose replies are right ones with something changed: see `benchmarks.fuzz_replies`."""

import resource

import pytest
from hypothesis import HealthCheck, settings

from benchmarks import fuzz_replies
from benchmarks.fuzz_replies import Change
from grader_tests.session import cells
from grader_tests.verdict import BROKEN_CHECK

EXAMPLES = 80
MORE_MIB = 700
"""What a grader may take beyond what it takes for right replies, where checks ask for many more draws."""


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
@pytest.mark.parametrize("value", [10**400, -0.0, float("nan"), None, True, [], {}, "x"], ids=repr)
def test_no_value_in_every_place_breaks_a_check(value):
    for cell in cells():
        changes = [Change(call, part, "replace", value) for call in range(3) for part in range(1, 8)]
        report = fuzz_replies.report_on(cell, changes)
        assert not report.surprises, (cell, report.surprises)
        assert BROKEN_CHECK not in {result.verdict for result in report.results}
