import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from src.plots import mosaic, plot_history, plot_map, plot_mosaic


def test_mosaic_puts_each_image_in_its_place():
    images = torch.arange(6.0).div(6).view(2, 3, 1, 1, 1).expand(2, 3, 1, 4, 5)
    picture = mosaic(images)
    assert picture.shape == (2 * 5 - 1, 3 * 6 - 1)
    assert (picture[5:, 12:] == np.float32(5 / 6)).all()
    assert (picture[4] == 1).all()
    assert (picture[:, [5, 11]] == 1).all()


def test_mosaic_keeps_colours_and_cuts_values():
    red = torch.tensor([2.0, -1.0, 0.5]).view(1, 1, 3, 1, 1).expand(1, 2, 3, 4, 4)
    picture = mosaic(red)
    assert picture.shape == (4, 9, 3)
    assert picture[0, 0].tolist() == [1, 0, 0.5]


def test_grey_images_share_one_scale():
    axis = plot_mosaic(torch.full((1, 2, 1, 4, 4), 0.5), ["r"], ["a", "b"], "t")
    assert axis.images[0].get_clim() == (0, 1)


def test_labels_stand_at_the_centres_of_images():
    axis = plot_mosaic(torch.zeros(1, 2, 1, 3, 5), ["r"], ["a", "b"], "t")
    assert axis.get_xticks().tolist() == [2, 8]
    assert axis.get_yticks().tolist() == [1]
    assert [label.get_text() for label in axis.get_xticklabels()] == ["a", "b"]


def test_many_columns_do_not_make_a_figure_too_wide():
    plot_mosaic(torch.zeros(1, 200, 1, 3, 3), ["r"], [""] * 200, "t")
    assert plt.gcf().get_figwidth() < 16


@pytest.mark.parametrize(
    "names", [["loss", "mse"], ["loss", "reconstruction", "kl", "mse"]], ids=["autoencoder", "pyro"]
)
def test_history_has_a_panel_for_each_quantity(names):
    values = {name: [2.0, 1.0, 0.5] for name in names}
    plot_history(values, values)
    axes = plt.gcf().axes
    assert len(axes) == len(names)
    assert axes[0].get_title() == "Funkcja kosztu"
    assert all(len(axis.lines) == 2 and axis.get_xlabel() == "epoka" for axis in axes)
    assert [axis.get_ylabel() for axis in axes].count("naty na obraz") == (3 if "kl" in names else 0)


def test_map_shows_each_class_and_its_mean():
    points, labels = np.random.default_rng(0).normal(size=(40, 2)), np.arange(40) % 20
    plot_map(points, labels, points[:20], [str(index) for index in range(20)], "t")
    axis = plt.gca()
    assert len(axis.collections) == len(axis.texts) == 20
    np.testing.assert_allclose(axis.collections[3].get_offsets(), points[labels == 3])
