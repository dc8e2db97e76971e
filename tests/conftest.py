"""Shared by all tests: one OpenMP thread, and the real MNIST."""

import os

os.environ["OMP_NUM_THREADS"] = "1"  # before torch is imported, here or in a kernel

from pathlib import Path

import pytest

from coursekit import data


@pytest.fixture(scope="session")
def mnist_raw() -> Path:
    """Folder of the four raw MNIST files, checked."""
    raw = data.DATA / "MNIST" / "raw"
    assert not data.broken(raw), "MNIST is missing or broken: run `make data`"
    return raw


LONGEST_FIRST = [
    "tests/pipeline/test_attacks.py",
    "tests/grader_tests/test_corpus.py",
    "tests/pipeline/test_broken.py",
    "tests/pipeline/test_nothing_lost.py",
    "tests/pipeline/test_autograde.py",
    "tests/pipeline/test_grade.py",
]
"""Files of many minutes: a worker of pytest-xdist that begins one of them last would work alone in the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the longest files first."""

    def rank(item: pytest.Item) -> int:
        file = item.path.relative_to(data.ROOT).as_posix()
        return LONGEST_FIRST.index(file) if file in LONGEST_FIRST else len(LONGEST_FIRST)

    items.sort(key=rank)
