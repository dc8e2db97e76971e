"""Probes on latents that tell everything, nothing, or something about the class."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from scipy.stats import binom

from src.representation import Representation, represent
from src.usefulness import Accuracy, ProbeResults, accuracy, plot_usefulness, probe

MODEL = object()


def representation(latents: torch.Tensor, labels: torch.Tensor, classes: str = "012", model=MODEL) -> Representation:
    return Representation(model, torch.zeros(len(latents), 1, 2, 2), labels, list(classes), latents)


def pair(encode) -> tuple[Representation, Representation]:
    """600 training and 900 validation images of 3 classes, and the latents that ``encode`` gives to labels."""
    labels = torch.arange(600) % 3, torch.arange(900) % 3
    return tuple(representation(encode(part), part) for part in labels)


def rings(labels: torch.Tensor) -> torch.Tensor:
    """Each class on a circle of its own around 0."""
    angles = 2 * torch.pi * torch.rand(len(labels))
    return (labels + 1).unsqueeze(1) * torch.stack([angles.cos(), angles.sin()], dim=1)


def test_latents_that_are_the_class_tell_everything():
    result = probe(*pair(lambda labels: torch.nn.functional.one_hot(labels, 3).float()))
    assert result.linear.value == result.neighbours.value == 1
    assert result.chance == pytest.approx(1 / 3)


def test_noise_tells_nothing():
    """The standard error is 0.016; both bounds together fail for one seed in 10,000."""
    result = probe(*pair(lambda labels: torch.randn(len(labels), 4)))
    assert result.linear.value == pytest.approx(1 / 3, abs=0.064)
    assert result.neighbours.value == pytest.approx(1 / 3, abs=0.064)


def test_rings_are_told_apart_by_neighbours_and_not_by_a_line():
    result = probe(*pair(rings))
    assert result.neighbours.value > 0.98
    assert result.linear.value < 0.6


def test_linear_probe_does_not_depend_on_the_scale_of_latents_and_neighbours_do():
    def encode(labels: torch.Tensor) -> torch.Tensor:
        torch.manual_seed(len(labels))
        return torch.stack([labels + 0.2 * torch.randn(len(labels)), torch.randn(len(labels))], dim=1)

    plain = probe(*pair(encode))
    scaled = probe(*pair(lambda labels: encode(labels) * torch.tensor([0.001, 1])))
    assert scaled.linear == plain.linear
    assert scaled.neighbours.value < plain.neighbours.value - 0.3


@pytest.mark.parametrize("n_latents", [1, 4])
def test_constant_latents_tell_no_more_than_the_most_frequent_class(n_latents):
    labels = torch.tensor([0] * 50 + [1] * 30 + [2] * 20)
    constant = representation(torch.full((100, n_latents), 0.7), labels)
    result = probe(constant, constant)
    assert result.linear.value == result.chance == 0.5


def test_chance_is_that_of_the_class_that_is_most_frequent_in_training():
    train = representation(torch.randn(10, 2), torch.tensor([0] * 6 + [1] * 4), "ab")
    val = representation(torch.randn(10, 2), torch.tensor([0] * 3 + [1] * 7), "ab")
    assert probe(train, val).chance == 0.3


def test_classes_are_matched_by_name():
    latents = torch.tensor([[0.0], [1.0], [2.0]]).repeat(20, 1)
    train = representation(latents, torch.tensor([0, 1, 2]).repeat(20), "abc")
    val = representation(latents[1:3], torch.tensor([0, 1]), "bc")
    assert probe(train, val).neighbours.value == 1


@pytest.mark.parametrize("kind", ["tiny_ae", "tiny_vae"])
def test_models_are_probed_as_they_are_represented(request, kind, images):
    model = request.getfixturevalue(kind)(20, 3)
    result = probe(represent(model, images), represent(model, images))
    assert result.chance < result.neighbours.value <= 1


def test_fewer_images_than_neighbours():
    few = representation(torch.tensor([[0.0], [1.0]]), torch.tensor([0, 1]), "ab")
    assert probe(few, few).linear.value == 1


def test_the_same_call_gives_the_same_result():
    train, val = pair(rings)
    state = torch.get_rng_state()
    assert probe(train, val) == probe(train, val)
    assert torch.equal(torch.get_rng_state(), state)


def test_one_class_is_an_error():
    one = representation(torch.randn(10, 2), torch.zeros(10, dtype=torch.long), "7")
    with pytest.raises(ValueError, match=r"tylko jedna klasa \(7\)"):
        probe(one, one)


def test_classes_missing_in_training_are_an_error():
    train = representation(torch.randn(10, 2), torch.arange(10) % 2, "01")
    val = representation(torch.randn(10, 2), torch.arange(10) % 4, "0189")
    with pytest.raises(ValueError, match="klasy, których nie ma w treningowym: 8, 9"):
        probe(train, val)


def test_representations_of_two_models_are_an_error():
    labels = torch.arange(10) % 2
    train, val = (representation(torch.randn(10, 2), labels, "01", model=object()) for _ in range(2))
    with pytest.raises(ValueError, match="tego samego modelu"):
        probe(train, val)


@pytest.mark.parametrize(
    ("n_right", "n_images", "low", "high"),
    [(0, 10, 0, 0.2775), (10, 10, 0.7225, 1), (81, 263, 0.2553, 0.3662)],  # the last from Newcombe (1998)
)
def test_interval_of_wilson(n_right, n_images, low, high):
    result = accuracy(n_right, n_images)
    assert result.value == n_right / n_images
    assert (result.low, result.high) == pytest.approx((low, high), abs=1e-4)
    assert 0 <= result.low <= result.value <= result.high <= 1


def test_interval_covers_the_truth_in_95_percent_of_samples():
    """Exact, a sum over all outcomes; on average over accuracies Wilson's interval is close to its level."""
    n_images, coverage = 100, []
    intervals = [accuracy(k, n_images) for k in range(n_images + 1)]
    for truth in np.linspace(0.02, 0.98, 49):
        covering = [k for k, interval in enumerate(intervals) if interval.low <= truth <= interval.high]
        coverage.append(binom.pmf(covering, n_images, truth).sum())
    assert np.mean(coverage) == pytest.approx(0.95, abs=0.01)


def test_figure_has_each_representation_and_its_intervals():
    wide, narrow = accuracy(57, 100), accuracy(9120, 10_000)
    plot_usefulness({"AE": ProbeResults(wide, narrow, 0.1), "VAE": ProbeResults(narrow, wide, 0.12)})
    axis = plt.gca()
    assert [label.get_text() for label in axis.get_yticklabels()] == ["AE", "VAE"]
    assert axis.get_ylim()[0] > axis.get_ylim()[1]  # the first at the top
    drawn = [container.lines[0].get_xdata().tolist() for container in axis.containers]
    assert drawn == [[0.57, 0.912], [0.912, 0.57]]
    intervals = axis.containers[0].lines[2][0].get_segments()
    np.testing.assert_allclose([ends[:, 0] for ends in intervals], [[wide.low, wide.high], [narrow.low, narrow.high]])
    chances, *_ = axis.collections
    assert [segment[0][0] for segment in chances.get_segments()] == [0.1, 0.12]
    assert "0.912 [0.906, 0.917]" in [text.get_text() for text in axis.texts]


@pytest.mark.parametrize("n_right", [0, 10])
def test_accuracies_at_the_ends_can_be_drawn(n_right):
    plot_usefulness({"VAE": ProbeResults(accuracy(n_right, 10), accuracy(n_right, 10), 0.5)})
    plt.gcf().canvas.draw()


def test_numbers_as_text():
    assert repr(Accuracy(0.5, 0.25, 0.75)) == "0.500 [0.250, 0.750]"


def test_grading_draws_nothing(grading):
    plot_usefulness({"VAE": ProbeResults(accuracy(5, 10), accuracy(5, 10), 0.5)})
    assert not plt.get_fignums()
