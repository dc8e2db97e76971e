"""Every wheat passes every check; every chaff fails exactly the checks that its header names."""

import pytest
from rich.console import Console

from benchmarks.accuracy import Tally, all_checks
from benchmarks.runs import run_corpus
from coursekit import corpus
from grader_tests.render import as_html, as_text
from grader_tests.session import cells, list_checks
from grader_tests.verdict import Report
from tests.grader_tests.backends import judge_across_channel, judge_with_both
from tests.leaks import leaks

REMEMBERS = "encoder_forward_noise_once"
"""The sample whose answers depend on what it was asked before, and so on which backend asks first."""
MAXIMUM = {"1a": 1.5, "2": 1.5, "3": 1.5}


def checks():
    return {mark.kwargs["id"]: mark.kwargs for cell in cells() for mark in list_checks(cell)}


@pytest.mark.slow
def test_every_sample_is_judged_as_its_header_says():
    """Across the channel, as students are; and every third in this process too, which has to give the same answers."""
    samples = {sample.name: sample for sample in corpus.load_all()}
    third = set(sorted(samples.keys() - {REMEMBERS})[::3])
    tally = Tally(all_checks())
    for names, judge in ((samples.keys() - third, judge_across_channel), (third, judge_with_both)):
        for outcome in run_corpus([(samples[name], 1) for name in sorted(names)], judge, 1, Console(quiet=True)):
            tally.add(samples[outcome.sample], outcome)
            report = Report("", 1, outcome.results)
            shown = report.as_dict()
            assert leaks(as_html(shown)) == leaks(as_text(shown)) == [], outcome.sample
    assert sum(tally.runs.values()) == len(samples)
    assert not tally.lines, "\n".join(tally.lines)


def test_points_in_headers_are_those_of_the_checks_that_pass():
    known = checks()
    for sample in corpus.load_all(known_checks=known):
        expected = dict(MAXIMUM)
        for check in sample.fails:
            expected[check.split(".")[0]] -= float(known[check]["points"])
        assert sample.points == pytest.approx(expected, abs=1e-9), sample.name


def test_every_check_has_a_chaff():
    named = {check for sample in corpus.load_all("chaff") for check in sample.fails if sample.name != "blank_stub"}
    assert named == set(checks())
