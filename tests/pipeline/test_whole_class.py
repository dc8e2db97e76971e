"""The class that other tests look at is what they take it for."""

import pytest

from coursekit.points import of_class
from tests.conftest import BROKEN, CLASS

pytestmark = pytest.mark.slow


def test_everybody_of_the_class_is_graded(whole_class):
    totals = {
        s.name: sum(t.score for t in s.tasks.values()) for s in of_class(f"sqlite:///{whole_class}/gradebook.db", "vae")
    }
    assert set(totals) == {*CLASS, BROKEN}
    assert totals["anna_nowak"] == totals["adam_mazur"] == 4.5
    assert totals["igor_sowa"] == totals["piotr_wójcik"] < 4.5
    assert totals["ola_król"] == totals["tomasz_wilk"] == totals[BROKEN] == 0
    assert len(list(whole_class.glob("feedback/*/vae/vae.html"))) == len(totals)
