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
