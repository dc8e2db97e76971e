"""The page of reference results is what the numbers say."""

import re

import pandas as pd
import pytest

from benchmarks import reference
from src.sweep import MEASURES

SETTINGS = [(beta, z) for grid in reference.WHOLE_GRIDS for beta in grid["beta"] for z in grid["n_latent_features"]]


def table(arguments: pd.DataFrame, **measures: float) -> pd.DataFrame:
    """As ``sweep`` makes it: each measure 0.5 unless it is given."""
    return arguments.assign(**(dict.fromkeys(MEASURES, 0.5) | {"active_units": 7, "error": None} | measures))


@pytest.fixture
def whole() -> pd.DataFrame:
    return table(pd.DataFrame(SETTINGS, columns=["beta", "n_latent_features"]), reconstruction=90.2, kl=18.5)


@pytest.fixture
def assignment() -> pd.DataFrame:
    """Three seeds."""
    return table(pd.DataFrame({"seed": [1, 2, 3]}), reconstruction=100.0, kl=pd.Series([17.0, 18.5, 17.0]))


def rows(text: str) -> list[list[str]]:
    """Cells of all tables of a page."""
    return [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]


def test_every_training_is_on_the_page_in_order(whole, assignment):
    found = [row for row in rows(reference.page(whole, assignment)) if len(row) == 9][1:]
    assert [(int(row[0]), int(row[1])) for row in found] == sorted(SETTINGS)
    assert found[0][2:] == ["108.7", "90.2", "18.5", "7 of 2", "0.5", "0.500", "0.500"]


def test_every_known_value_is_compared(whole, assignment):
    found = [row for row in rows(reference.page(whole, assignment)) if len(row) == 7][1:]
    assert len(found) == len(reference.KNOWN)
    assert ["1", "10", "−ELBO", "108.7", "108.7", "+0.0 %", "yes"] in found
    assert ["1", "50", "−ELBO", "102.0 to 104.0", "108.7", "+4.5 %", "**no**"] in found
    assert ["1", "2", "−ELBO", "153.0", "108.7", "−29.0 %", "**no**"] in found
    assert ["10", "10", "active latents", "5 to 7", "7", "+0.0 %", "yes"] in found


def test_bands_are_those_over_seeds(whole, assignment):
    found = [row for row in rows(reference.page(whole, assignment)) if len(row) == 4][1:]
    assert found[:2] == [["−ELBO", "117.0", "117.5", "118.5"], ["KL", "17.0", "17.5", "18.5"]]
    assert "From 3 seeds" in reference.page(whole, assignment)


@pytest.mark.parametrize(
    ("value", "difference"),
    [(5, 0), (6, 0), (7, 0), (4, -0.2), (10.5, 0.5)],
    ids=["low", "in", "high", "below", "above"],
)
def test_difference_is_to_the_nearer_end(value, difference):
    assert reference.Known(1, 10, "active_units", 5, 7, 0).difference(value) == pytest.approx(difference)


def test_known_values_are_of_trainings_that_are_made():
    assert {(known.beta, known.n_latent_features) for known in reference.KNOWN} <= set(SETTINGS)


def test_tables_are_unbroken(whole, assignment):
    """A blank line within a table would end it."""
    assert not re.search(r"\|\n\n\|", reference.page(whole, assignment))
