"""Changed notebooks, made at random, are read; `benchmarks/fuzz.py` makes more of them."""

import json

import pytest

from benchmarks import fuzz_notebooks
from benchmarks.fuzz_notebooks import check, submission


def test_random_changes():
    assert fuzz_notebooks.fuzz_notebooks(seconds=5, seed=1) >= 20


def test_it_can_fail(tmp_path, monkeypatch):
    monkeypatch.setattr(fuzz_notebooks, "repair", lambda cells, given: (cells[1:], []))
    with pytest.raises(AssertionError):
        check(json.dumps(submission()), tmp_path)
