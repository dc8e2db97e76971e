"""Maps of latents whose shape is known."""

import math
import warnings

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from src.embedding import pca, plot_maps, stratified, trust, tsne
from src.representation import Representation

LATENTS = np.random.default_rng(0).normal(size=(300, 5)) * [4, 2, 0.1, 0.1, 0.1]


def representation(latents: torch.Tensor, n_classes: int = 3) -> Representation:
    n_images = len(latents)
    labels = torch.arange(n_images) % n_classes
    return Representation(None, torch.zeros(n_images, 1, 2, 2), labels, [str(c) for c in range(n_classes)], latents)


def titles() -> list[str]:
    return [axis.get_title() for axis in plt.gcf().axes]


@pytest.mark.parametrize(("n_points", "expected"), [(30, [15, 9, 6]), (1, [1, 1, 1]), (None, [50, 30, 20])])
def test_stratified_takes_the_first_of_each_class_in_its_proportion(n_points, expected):
    labels = torch.repeat_interleave(torch.tensor([50, 30, 20]))
    chosen = stratified(labels, n_points)
    assert labels[chosen].bincount().tolist() == expected
    assert chosen.tolist() == [start + i for start, n in zip((0, 50, 80), expected, strict=True) for i in range(n)]


def test_pca_keeps_the_directions_of_the_largest_variance():
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(5, 5))).Q
    plane = pca(LATENTS @ turn)
    correlation = np.corrcoef(plane.T, LATENTS[:, :2].T)[:2, 2:]
    np.testing.assert_allclose(np.abs(correlation.diagonal()), 1, atol=0.01)
    np.testing.assert_allclose(plane.std(axis=0), LATENTS[:, :2].std(axis=0), rtol=0.01)


@pytest.mark.parametrize("project", [pca, tsne])
@pytest.mark.parametrize(
    "points",
    [
        pytest.param(LATENTS[:50, :1], id="one feature"),
        pytest.param(LATENTS[:50, :2], id="two features"),
        pytest.param(LATENTS[:50, :1] * np.ones(3), id="one direction"),
        pytest.param(LATENTS[:50] * [1, 0, 0, 0, 0], id="one that varies"),
        pytest.param(np.full((50, 4), 0.5), id="constant"),
        pytest.param(LATENTS[:2], id="two points"),
        pytest.param(LATENTS[:4], id="four points"),
    ],
)
def test_any_points_have_a_place_on_the_plane(project, points):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plane = project(points.astype("float32"))
    assert plane.shape == (len(points), 2)
    assert np.isfinite(plane).all()


@pytest.mark.parametrize("project", [pca, tsne])
@pytest.mark.parametrize("n_features", [1, 5])
def test_the_same_points_have_the_same_places(project, n_features):
    points = LATENTS[:60, :n_features]
    np.testing.assert_array_equal(project(points), project(points))


def test_trust_is_that_of_its_formula():
    latents, plane, k = LATENTS[:30], LATENTS[:30, 1:3], 5
    orders = [np.linalg.norm(points[:, None] - points, axis=2).argsort(axis=1) for points in (latents, plane)]
    ranks = orders[0].argsort(axis=1)  # 0 of the point itself
    penalty = sum(max(0, ranks[i, j] - k) for i in range(30) for j in orders[1][i, 1 : k + 1])
    assert trust(latents, plane) == pytest.approx(1 - 2 * penalty / (30 * k * (60 - 3 * k - 1)))


def test_trust_in_an_isometry_is_full():
    assert trust(LATENTS[:, :2], LATENTS[:, 1::-1] + 3) == 1


def test_trust_in_a_random_map_is_a_half():
    """The standard error is about 0.01."""
    plane = np.random.default_rng(2).normal(size=(300, 2))
    assert trust(LATENTS, plane) == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize("latents", [np.full((50, 3), 0.7), LATENTS[:10]], ids=["constant", "too few"])
def test_trust_is_not_defined_without_neighbours(latents):
    assert math.isnan(trust(latents, latents[:, :2]))


def test_maps_show_the_chosen_points_of_each_class_and_its_mean():
    plot_maps(representation(torch.from_numpy(LATENTS)), n_points=60)
    left, right = plt.gcf().axes
    for axis in (left, right):
        assert [len(points.get_offsets()) for points in axis.collections] == [20, 20, 20]
        assert [text.get_text() for text in axis.texts] == ["0", "1", "2"]
    assert left.get_legend() is None
    assert len(right.get_legend().get_texts()) == 3


def test_trust_is_in_the_titles():
    """Two features are their own map, but for the place of the origin."""
    plot_maps(representation(torch.from_numpy(LATENTS[:150, :2])))
    assert titles()[0] == "PCA (wiarygodność: 1.000)"
    assert titles()[1].startswith("t-SNE (wiarygodność: 0.9")


@pytest.mark.parametrize(
    ("latents", "n_classes"),
    [
        pytest.param(torch.randn(60, 1), 3, id="one latent"),
        pytest.param(torch.full((60, 2), 0.7), 3, id="constant"),
        pytest.param(torch.randn(3, 4), 3, id="one image of each class"),
        pytest.param(torch.randn(1, 4), 1, id="one image"),
        pytest.param(torch.randn(60, 4), 1, id="one class"),
        pytest.param(torch.randn(90, 4), 30, id="many classes"),
    ],
)
def test_maps_of_degenerate_representations(latents, n_classes):
    plot_maps(representation(latents, n_classes))
    offsets = [points.get_offsets() for axis in plt.gcf().axes for points in axis.collections]
    assert len(offsets) == 2 * n_classes
    assert np.isfinite(np.concatenate(offsets)).all()
    has_neighbours = len(latents) > 10 and latents.std() > 0
    assert all(("nieokreślona" in title) != has_neighbours for title in titles())


def test_random_stream_stays_as_it_was():
    torch_state, numpy_state = torch.get_rng_state(), np.random.get_state()[1].copy()
    plot_maps(representation(torch.from_numpy(LATENTS[:60])))
    assert torch.equal(torch.get_rng_state(), torch_state)
    np.testing.assert_array_equal(np.random.get_state()[1], numpy_state)


def test_grading_draws_nothing(grading):
    plot_maps(representation(torch.from_numpy(LATENTS)))
    assert not plt.get_fignums()
