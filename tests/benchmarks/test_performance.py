"""What is computed from the measurements, and the page that tells both."""

from typing import Any

import matplotlib.pyplot as plt
import pytest

from benchmarks import performance
from benchmarks.performance import Model, figure, page

RESULT = {"a number": [1.0, "<=", 2.0, True], "another": [3.0, "<=", 2.0, False]}
RUN = {"seconds": 60.0, "phases": {"training, VAE": 20.0}, "products": {"training, VAE": 2.0}, "hand_written": 10.0}
SPEED: dict[str, Any] = {"plain loops": RUN, "study": RUN, "grading": RUN, "results": RESULT}
CLASS: dict[str, Any] = {
    "runs": {
        name: {"submissions": n, "seconds": seconds, "cpu": 10.0, "machine_gib": 2.0}
        for name, n, seconds in (
            ("whole, 2 workers", 100, 610.0),
            ("whole, 1 worker", 100, 1210.0),
            ("sample, 2 workers", 20, 126.0),
        )
    },
    "stock, seconds a submission": {"wheat": 300.0},
    "kinds": {"wheat": 100},
    "seconds by part": {"training": 9.0, "checks": 2.9},
    "results": RESULT,
}
SCALE: dict[str, Any] = {"milliseconds": {"10": 90.0, "1000": 100.0}, "results": RESULT}


@pytest.fixture
def model() -> Model:
    return Model(CLASS, SCALE)


def test_two_runs_give_the_time_of_a_worker_and_of_the_start(model):
    assert (model.worker, model.start) == pytest.approx((12.0, 5.0))
    assert model.seconds(20, 1) == pytest.approx(245.0)
    assert model.seconds(20, 2) == pytest.approx(125.0)  # with a processor for the coordinator


def test_more_workers_help_until_the_coordinator_is_the_slower_one(model):
    assert model.saturation == pytest.approx(120.0)
    assert model.seconds(1000, 100) == pytest.approx(5 + 120)
    assert model.seconds(1000, 240) == model.seconds(1000, 1000) == pytest.approx(5 + 100)


def test_page_tells_what_was_measured_and_what_was_missed(model):
    text = page(SPEED, CLASS, SCALE, model)
    assert "| another | 3 | <= 2 | **missed** |" in text
    assert "| training, VAE | 20.0 | 20.0 | 10.0 | 2.0 |" in text
    assert "| gradebook and files | 0.10 | 1 % |" in text
    assert "this gives 1205 s for the class with one worker" in text
    assert "where 1210 s were measured" in text


def test_figure_shows_all_four(model, tmp_path, monkeypatch):
    monkeypatch.setattr(performance, "FIGURE", tmp_path / "figure.png")
    figure(SPEED, CLASS, SCALE, model)
    assert plt.imread(tmp_path / "figure.png").std() > 0.05
    assert plt.get_fignums() == []
