"""Scores of codes whose disentanglement is known from how they are made.

Seeds are fixed, and bounds are at least four standard errors wide: a new seed would fail in less than 1 % of runs.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from src.disentanglement import (
    FEWEST_IMAGES,
    dci,
    disentanglement,
    gap,
    information_share,
    plot_disentanglement,
    squared_correlation,
)
from src.factors import FACTORS, measure_factors
from src.representation import Representation, represent

N = 4000
RNG = np.random.default_rng(0)
FACTORS_OF_CODES = RNG.uniform(-1, 1, size=(N, 3))
NOISE = RNG.normal(size=(N, 3))
TURN = np.array([[1, -1, 0], [1, 1, 0], [0, 0, 2**0.5]]) / 2**0.5
"""By 45 degrees in the plane of the first two factors."""


def mig(latents: np.ndarray) -> float:
    return gap(information_share(latents, FACTORS_OF_CODES))


def sap(latents: np.ndarray) -> float:
    return gap(squared_correlation(latents, FACTORS_OF_CODES))


@pytest.fixture(autouse=True)
def _no_warnings():
    """A division by zero is a failure."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def test_identity_code_is_disentangled():
    scores = dci(FACTORS_OF_CODES, FACTORS_OF_CODES)
    assert mig(FACTORS_OF_CODES) == pytest.approx(1, abs=0.05)
    assert sap(FACTORS_OF_CODES) == pytest.approx(1, abs=0.01)
    assert scores.disentanglement == pytest.approx(1, abs=0.02)
    assert scores.completeness == pytest.approx(1, abs=0.02)
    assert scores.informativeness == pytest.approx([1, 1, 1], abs=0.01)


def test_order_sign_and_scale_of_latents_change_nothing():
    other = FACTORS_OF_CODES[:, [2, 0, 1]] * [-3, 0.01, 100]
    assert mig(other) == pytest.approx(mig(FACTORS_OF_CODES), abs=1e-6)
    assert sap(other) == pytest.approx(sap(FACTORS_OF_CODES))
    assert dci(other, FACTORS_OF_CODES).disentanglement == pytest.approx(1, abs=0.02)


def test_a_curved_code_is_known_to_mig_better_than_to_sap():
    curved = FACTORS_OF_CODES**2 * np.sign(FACTORS_OF_CODES) + 3 * (FACTORS_OF_CODES > 0)
    assert sap(curved) < 0.9
    assert sap(FACTORS_OF_CODES) - sap(curved) > 0.1
    assert dci(curved, FACTORS_OF_CODES).disentanglement == pytest.approx(1, abs=0.02)


def test_duplicated_latents_have_no_gap_and_are_not_complete():
    twice = np.tile(FACTORS_OF_CODES, 2)
    scores = dci(twice, FACTORS_OF_CODES)
    assert mig(twice) == pytest.approx(0, abs=1e-9)
    assert sap(twice) == pytest.approx(0, abs=1e-9)
    assert scores.disentanglement == pytest.approx(1, abs=0.02)
    assert scores.completeness == pytest.approx(1 - np.log(2) / np.log(6), abs=0.1)  # two halves of six latents


def test_one_latent_of_two_factors_is_complete_and_not_disentangled():
    """The mean of two factors of equal weight: each is known from one latent, which serves both."""
    latents = FACTORS_OF_CODES[:, :2].mean(axis=1, keepdims=True)
    scores = dci(latents, FACTORS_OF_CODES[:, :2])
    assert scores.completeness == pytest.approx(1)
    assert scores.disentanglement == pytest.approx(0, abs=1e-9)


def test_rotation_makes_all_scores_fall():
    turned = FACTORS_OF_CODES @ TURN
    scores, before = dci(turned, FACTORS_OF_CODES), dci(FACTORS_OF_CODES, FACTORS_OF_CODES)
    assert sap(turned) == pytest.approx(1 / 3, abs=0.06)  # of three factors only one is not turned
    assert mig(turned) < mig(FACTORS_OF_CODES) - 0.5
    assert scores.disentanglement < before.disentanglement - 0.3
    assert scores.completeness < before.completeness - 0.3


def test_constant_latents_score_zero():
    constant = np.full((N, 3), 0.7)
    scores = dci(constant, FACTORS_OF_CODES)
    assert mig(constant) == 0
    assert sap(constant) == pytest.approx(0, abs=1e-12)
    assert (scores.disentanglement, scores.completeness) == (0, 0)
    assert scores.informativeness.tolist() == [0, 0, 0]
    assert (scores.importances == 0).all()


def test_dead_latents_beside_live_ones_change_nothing():
    with_dead = np.hstack([FACTORS_OF_CODES, np.zeros((N, 2))])
    scores = dci(with_dead, FACTORS_OF_CODES)
    assert mig(with_dead) == pytest.approx(mig(FACTORS_OF_CODES), abs=0.05)
    assert scores.disentanglement == pytest.approx(1, abs=0.02)
    assert (scores.importances[:, 3:] == 0).all()


def test_independent_noise_scores_about_zero():
    scores = dci(NOISE, FACTORS_OF_CODES)
    assert mig(NOISE) < 0.02
    assert sap(NOISE) < 0.005
    assert scores.disentanglement < 0.02
    assert scores.completeness < 0.02
    assert scores.informativeness.max() < 0.02


def test_information_of_a_discrete_code_in_closed_form():
    """Of two fair and independent bits that make up a factor, a latent that is one of them knows a half."""
    bits = np.stack(np.meshgrid([0, 1], [0, 1], np.arange(250)), axis=-1).reshape(-1, 3)
    factor = 2 * bits[:, :1] + bits[:, 1:2]
    np.testing.assert_allclose(information_share(bits[:, :2], factor), [[0.5, 0.5]], rtol=1e-9)


def test_squared_correlation_is_that_of_numpy():
    latents = FACTORS_OF_CODES @ TURN + 0.3 * NOISE
    expected = np.corrcoef(FACTORS_OF_CODES.T, latents.T)[:3, 3:] ** 2
    np.testing.assert_allclose(squared_correlation(latents, FACTORS_OF_CODES), expected, atol=1e-12)


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        pytest.param([[0.9, 0.2, 0.5], [0.1, 0.1, 0.0]], 0.2, id="mean of 0.4 and 0"),
        pytest.param([[0.6], [0.2]], 0.4, id="one latent: the gap to nothing"),
    ],
)
def test_gap(scores, expected):
    assert gap(np.array(scores)) == pytest.approx(expected)


@pytest.fixture
def representation(tiny_ae) -> Representation:
    """1100 images of random pixels."""
    images = torch.rand(1100, 1, 5, 4)
    return represent(tiny_ae(20, 4), torch.utils.data.TensorDataset(images, torch.arange(1100) % 3))


def with_images(representation: Representation, images: torch.Tensor) -> Representation:
    return Representation(None, images, representation.labels, representation.classes, representation.latents)


def test_latents_that_are_what_is_measured_are_disentangled(representation):
    latents = torch.from_numpy(measure_factors(representation.images))
    result = disentanglement(Representation(None, representation.images, representation.labels, ["0"], latents))
    np.testing.assert_allclose(result.correlation.diagonal(), 1)
    assert result.dci.importances.diagonal().min() > 0.9


def test_result_names_factors_and_counts_images(representation):
    result = disentanglement(representation)
    assert result.factors == FACTORS
    assert result.information.shape == result.correlation.shape == result.dci.importances.shape == (3, 4)
    assert (result.n_images, result.n_empty) == (1100, 0)
    assert result.mig == gap(result.information)
    assert result.sap == gap(result.correlation)


def test_the_same_call_gives_the_same_result(representation):
    state = torch.get_rng_state()
    first, second = (disentanglement(representation, n_images=1000) for _ in range(2))
    assert first.n_images == 1000
    assert repr(first) == repr(second)
    assert torch.equal(torch.get_rng_state(), state)


def test_empty_images_are_left_out_and_counted(representation):
    images = representation.images.clone()
    images[:70] = 0.3
    result = disentanglement(with_images(representation, images))
    assert (result.n_images, result.n_empty) == (1030, 70)
    assert np.isfinite(result.information).all()
    assert "pustych: 70" in repr(result)
    plot_disentanglement(result)
    assert "puste obrazy: 70" in plt.gcf()._supxlabel.get_text().replace("\n", " ")


def test_colour_images_and_one_latent(tiny_ae):
    dataset = torch.utils.data.TensorDataset(torch.rand(1000, 3, 6, 4), torch.zeros(1000))
    plot_disentanglement(disentanglement(represent(tiny_ae(72, 1), dataset)))
    assert len(plt.get_fignums()) == 1


def test_few_images_are_an_error(representation):
    with pytest.raises(ValueError, match=f"Za mało obrazów.*{FEWEST_IMAGES}"):
        disentanglement(representation, n_images=999)


def test_a_factor_that_does_not_vary_is_an_error(representation):
    with pytest.raises(ValueError, match=r"pochylenie.* taka sama"):
        disentanglement(with_images(representation, representation.images[:1].repeat(1100, 1, 1, 1)))


@pytest.mark.parametrize(("n_latents", "numbers"), [(4, 12), (40, 0)])
def test_heat_maps_have_numbers_where_they_fit(representation, tiny_ae, n_latents, numbers):
    dataset = torch.utils.data.TensorDataset(representation.images, representation.labels)
    plot_disentanglement(disentanglement(represent(tiny_ae(20, n_latents), dataset)))
    *heat_maps, _ = plt.gcf().axes
    assert [len(axis.texts) for axis in heat_maps] == [numbers] * 3
    assert [label.get_text() for label in heat_maps[0].get_yticklabels()] == list(FACTORS)


def test_grading_measures_and_does_not_draw(representation, grading):
    plot_disentanglement(disentanglement(representation))
    assert not plt.get_fignums()
