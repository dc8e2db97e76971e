import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from src.plots import add_caption, bitmap, latent_axis, mosaic, plot_history, plot_map, plot_mosaic


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


@pytest.mark.parametrize(("channels", "mode"), [(1, "L"), (3, "RGB")])
def test_bitmap_is_the_enlarged_mosaic(channels, mode):
    images = torch.rand(1, 2, channels, 3, 4)
    picture = bitmap(images, tile_pixels=21)
    assert picture.mode == mode
    expected = np.kron(mosaic(images), np.ones((5, 5) if channels == 1 else (5, 5, 1)))
    np.testing.assert_allclose(np.asarray(picture) / 255, expected, atol=0.5 / 255 + 1e-6)


def test_bitmap_never_makes_images_smaller():
    assert bitmap(torch.zeros(1, 1, 1, 30, 40), tile_pixels=10).size == (40, 30)


def test_grey_images_share_one_scale():
    plot_mosaic(torch.full((1, 2, 1, 4, 4), 0.5), ["r"], ["a", "b"], "t")
    assert plt.gca().images[0].get_clim() == (0, 1)


def test_labels_stand_at_the_centres_of_images():
    plot_mosaic(torch.zeros(2, 2, 1, 3, 5), ["r", "s"], ["a", "b"], "t", ["1", "2"])
    axis = plt.gca()
    assert axis.get_xticks().tolist() == [2, 8]
    assert axis.get_yticks().tolist() == [1, 5]
    assert [label.get_text() for label in axis.get_xticklabels()] == ["a", "b"]
    assert [(text.get_text(), text.get_position()[1]) for text in axis.texts] == [("1", 1), ("2", 5)]


@pytest.mark.parametrize("columns", [1, 4])
def test_pixels_are_square_and_all_text_is_in_the_figure(columns):
    labels, title = ["a long label of a row"] * 3, "A title that is much longer than a row\nof two lines"
    plot_mosaic(torch.zeros(3, columns, 1, 6, 4), labels, ["a"] * columns, title, ["long label"] * 3)
    figure, axis = plt.gcf(), plt.gca()
    figure.canvas.draw()
    box = axis.get_window_extent()
    assert box.height / (3 * 7 - 1) == pytest.approx(box.width / (columns * 5 - 1))
    for text in (*axis.get_yticklabels(), *axis.get_xticklabels(), *axis.texts, figure._suptitle):
        extent = text.get_window_extent()
        assert extent.x0 >= 0
        assert extent.x1 <= figure.bbox.width
        assert extent.y1 <= figure.bbox.height
    assert figure._suptitle.get_window_extent().y0 >= max(
        label.get_window_extent().y1 for label in axis.get_xticklabels()
    )


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


def test_history_of_a_vae_has_panels_of_its_latents():
    values = {name: [2.0, 1.0] for name in ("loss", "reconstruction", "kl", "mse")}
    plot_history(values, values, [[1.0, 2.0, 0.0], [0.5, 3.0, 0.0]], [2, 2])
    *_, left, right = plt.gcf().axes
    assert [line.get_ydata().tolist() for line in left.lines] == [[2, 3], [1, 0.5], [0, 0]]
    assert right.lines[0].get_ydata().tolist() == [2, 2]


def test_map_shows_each_class_and_its_mean():
    points, labels = np.random.default_rng(0).normal(size=(40, 2)), np.arange(40) % 20
    plot_map(points, labels, points[:20], [str(index) for index in range(20)], "t")
    axis = plt.gca()
    assert len(axis.collections) == len(axis.texts) == 20
    np.testing.assert_allclose(axis.collections[3].get_offsets(), points[labels == 3])


@pytest.mark.parametrize("dpi", [70, 100])
def test_caption_fits_into_a_narrow_figure(dpi):
    figure = plt.figure(figsize=(6, 4), dpi=dpi, layout="constrained")
    add_caption(figure, "Im szersze litery, tym mniej mieści się w wierszu, a podpis ma mieścić się zawsze. " * 3)
    figure.canvas.draw()
    extent = figure._supxlabel.get_window_extent()
    assert extent.x0 >= 0
    assert extent.x1 <= figure.bbox.width


@pytest.mark.parametrize(("n_latents", "labels"), [(1, ["0"]), (3, ["2", "1", "0"]), (200, None)])
def test_latents_are_named_as_far_as_there_is_room(n_latents, labels):
    figure, axis = latent_axis(list(range(n_latents))[::-1], "y")
    ticks = [label.get_text() for label in axis.get_xticklabels()]
    assert ticks == (labels or [str(latent) for latent in range(199, -1, -5)])
    assert axis.get_xticks()[-1] <= n_latents - 1
    assert figure.get_figwidth() < 16
