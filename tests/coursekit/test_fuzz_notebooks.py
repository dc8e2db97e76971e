"""Changed notebooks, made at random, are read; `benchmarks/fuzz.py` makes more of them."""

import json

import pytest
from hypothesis import HealthCheck, settings

from benchmarks import fuzz_notebooks
from benchmarks.fuzz_notebooks import check, submission

test_random_changes = settings(
    max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)(fuzz_notebooks.test_notebooks)


def test_it_can_fail(tmp_path, monkeypatch):
    monkeypatch.setattr(fuzz_notebooks, "repair", lambda cells, given: (cells[1:], []))
    with pytest.raises(AssertionError):
        check(json.dumps(submission()), tmp_path)
