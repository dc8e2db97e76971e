"""Figures of what the decoder makes of latents: which latents are decoded, and where their images stand."""

import os

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from torch.utils.data import TensorDataset

from src.generation import plot_grid, plot_interpolation, plot_samples, plot_traversals, save_traversal_gif
from src.plots import bitmap, mosaic
from src.representation import represent
from src.traversal import aggregate_values, traversal_values

FIGURES = {
    "samples": lambda posterior: plot_samples(posterior, rows=2, columns=3),
    "interpolation": lambda posterior: plot_interpolation(posterior, 0, 1, steps=4),
    "grid": lambda posterior: plot_grid(posterior, steps=4),
    "traversals": lambda posterior: plot_traversals(posterior, posterior.z_loc[0], steps=4),
}
each_figure = pytest.mark.parametrize("draw", FIGURES.values(), ids=FIGURES.keys())


def picture() -> np.ndarray:
    """The mosaic that was drawn last."""
    return plt.gca().images[0].get_array()


def assert_drawn(images: torch.Tensor) -> None:
    """The last mosaic consists of these images, (rows, columns, channels, height, width)."""
    np.testing.assert_allclose(picture(), mosaic(images), atol=1e-6)


@pytest.fixture
def posterior(tiny_vae, images):
    """Of a model with three latents of clearly different KL, the largest for z[2] and the least for z[1]."""
    model = tiny_vae(20, 3)
    with torch.no_grad():
        model.encoder.weight[:3] = torch.randn(3, 20) * torch.tensor([[0.5], [0.1], [2.0]])
        model.encoder.bias.zero_()
    posterior = represent(model, images)
    assert posterior.by_kl.tolist() == [2, 0, 1]
    return posterior


def test_samples_are_decoded_draws_from_the_prior(posterior):
    plot_samples(posterior, rows=2, columns=5, seed=3)
    z = torch.randn(10, 3, generator=torch.Generator().manual_seed(3))
    assert_drawn(posterior.decode(z).unflatten(0, (2, 5)))


def test_another_seed_gives_other_samples(posterior):
    plot_samples(posterior, 2, 2, seed=0)
    first = picture()
    plot_samples(posterior, 2, 2, seed=1)
    assert not np.allclose(first, picture())


@pytest.mark.parametrize("kind", ["tiny_ae", "tiny_vae"])
def test_interpolation_is_a_straight_line_between_two_originals(request, kind, images):
    representation = represent(request.getfixturevalue(kind)(20, 3), images)
    plot_interpolation(representation, 4, 9, steps=3)
    start, end = representation.latents[[4, 9]]
    decoded = representation.decode(torch.stack([start, (start + end) / 2, end]))
    assert_drawn(torch.cat([images.tensors[0][[4]], decoded, images.tensors[0][[9]]]).unsqueeze(0))
    labels = [label.get_text() for label in plt.gca().get_xticklabels()]
    assert labels == ["oryginał", "0%", "50%", "100%", "oryginał"]
    assert plt.gcf().get_suptitle() == "Od obrazu 4 (klasa 1) do obrazu 9 (klasa 0)"


@pytest.mark.parametrize(("first", "second", "name"), [(70, 0, "first"), (0, -1, "second")])
def test_interpolation_between_images_that_are_not_there(posterior, first, second, name):
    with pytest.raises(ValueError, match=f"{name} musi być numerem obrazu w zbiorze, od 0 do 69"):
        plot_interpolation(posterior, first, second)


def test_grid_is_at_quantiles_of_the_prior_and_the_other_latents_are_zero(posterior):
    plot_grid(posterior, steps=2)
    quartile = 0.67449  # of N(0, 1)
    z = torch.zeros(2, 2, 3)
    z[:, :, 2] = torch.tensor([[-quartile, quartile], [-quartile, quartile]])  # largest KL: to the right
    z[:, :, 0] = torch.tensor([[quartile, quartile], [-quartile, -quartile]])  # second: up
    assert_drawn(posterior.decode(z.flatten(0, 1)).unflatten(0, (2, 2)))
    assert [label.get_text() for label in plt.gca().get_yticklabels()] == ["0.7", "-0.7"]


@pytest.mark.parametrize(("n_latents", "caption"), [(2, "równie prawdopodobny"), (3, "Przekrój przestrzeni")])
def test_grid_says_whether_it_shows_the_whole_latent_space(tiny_vae, images, n_latents, caption):
    plot_grid(represent(tiny_vae(20, n_latents), images), steps=6)
    assert caption in plt.gcf().texts[-1].get_text().replace("\n", " ")


def test_grid_of_one_latent_is_an_error(tiny_vae, images):
    with pytest.raises(ValueError, match=r"co najmniej dwóch cech.*plot_traversals"):
        plot_grid(represent(tiny_vae(20, 1), images))


def test_traversals_are_ordered_by_kl_and_start_from_the_code(posterior):
    code = [0.5, -0.5, 1.0]
    plot_traversals(posterior, code, steps=4, n_latents=2)
    values = traversal_values(aggregate_values(posterior), 4)
    z = torch.tensor(code).repeat(2, 4, 1)
    z[0, :, 2], z[1, :, 0] = values[2], values[0]
    assert_drawn(posterior.decode(z.flatten(0, 1)).unflatten(0, (2, 4)))


def test_traversals_are_labelled_with_kl_and_range(posterior):
    plot_traversals(posterior, torch.zeros(3))
    rows = [label.get_text() for label in plt.gca().get_yticklabels()]
    assert rows == [f"z[{latent}]: {posterior.kl_per_latent[latent]:.2f} nata" for latent in (2, 0, 1)]
    low, high = traversal_values(aggregate_values(posterior), 2)[2]
    assert plt.gca().texts[0].get_text() == f"{low:.1f} … {high:.1f}"


def test_a_dead_latent_changes_nothing(tiny_vae, images):
    model = tiny_vae(20, 2)
    with torch.no_grad():
        model.encoder.weight[[1, 3]] = 0
        model.encoder.bias[[1, 3]] = 0
        model.decoder[0].weight[:, 1] = 0
    plot_traversals(represent(model, images), [0.0, 0.0], steps=3)
    dead = picture()[6:11]
    np.testing.assert_array_equal(dead[:, 0:4], dead[:, 10:14])
    assert [label.get_text() for label in plt.gca().get_yticklabels()][1] == "z[1]: 0.00 nata"
    assert plt.gca().texts[1].get_text() == "-2.0 … 2.0"


def test_animation_shows_all_latents_there_and_back_without_end(posterior, tmp_path):
    path = save_traversal_gif(posterior, tmp_path / "cechy.gif", torch.zeros(3), steps=4, n_latents=2)
    with Image.open(path) as animation:
        assert (animation.n_frames, animation.info["loop"]) == (6, 0)
        frames = []
        for index in range(6):
            animation.seek(index)
            frames.append(np.asarray(animation.convert("L")))
    np.testing.assert_array_equal(frames[4], frames[2])
    np.testing.assert_array_equal(frames[5], frames[1])
    low, high = traversal_values(aggregate_values(posterior), 2)[[2, 0]].T
    for frame, (of_largest, of_second) in ((frames[0], low), (frames[3], high)):
        decoded = posterior.decode(torch.tensor([[0, 0, of_largest], [of_second, 0, 0]]))
        tiles = np.asarray(bitmap(decoded.unsqueeze(0), tile_pixels=84))
        np.testing.assert_array_equal(frame[-len(tiles) :], tiles)


def test_animation_replaces_an_older_one(posterior, tmp_path):
    path = str(tmp_path / "cechy.gif")
    save_traversal_gif(posterior, path, torch.zeros(3), steps=9)
    save_traversal_gif(posterior, path, torch.zeros(3), steps=2)
    with Image.open(path) as animation:
        assert animation.n_frames == 2
    assert os.listdir(tmp_path) == ["cechy.gif"]


def test_animation_in_colour(tiny_vae, tmp_path):
    posterior = represent(tiny_vae(72, 1), TensorDataset(torch.rand(9, 3, 6, 4), torch.zeros(9)))
    with Image.open(save_traversal_gif(posterior, tmp_path / "cechy.GIF", [0.0])) as animation:
        colours = np.asarray(animation.convert("RGB"))[-1]
    assert not np.array_equal(colours[:, 0], colours[:, 1])


def test_animation_never_replaces_another_kind_of_file(posterior, tmp_path):
    weights = tmp_path / "model.pt"
    weights.write_text("weights")
    with pytest.raises(ValueError, match=r"końcówką .gif zamiast „model.pt”"):
        save_traversal_gif(posterior, weights, torch.zeros(3))
    assert weights.read_text() == "weights"


def test_animation_in_a_folder_that_is_not_there(posterior, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"Nie ma folderu „.*brak”"):
        save_traversal_gif(posterior, tmp_path / "brak" / "cechy.gif", torch.zeros(3))


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        pytest.param(lambda p: plot_samples(p, rows=0), "rows musi wynosić co najmniej 1", id="no rows"),
        pytest.param(lambda p: plot_samples(p, columns=-2), "columns musi .* a podano -2", id="negative columns"),
        pytest.param(lambda p: plot_interpolation(p, 0, 1, steps=1), "steps musi .* 2", id="one step between images"),
        pytest.param(lambda p: plot_grid(p, steps=1), "steps musi .* 2", id="grid of one image"),
        pytest.param(lambda p: plot_traversals(p, [0, 0, 0], steps=1), "steps.* 2", id="one step of a latent"),
        pytest.param(lambda p: plot_traversals(p, [0, 0]), r"latent_code ma wymiary \(2,\)", id="short latent"),
        pytest.param(lambda p: plot_traversals(p, [0, 0, 0], n_latents=0), "n_latents musi", id="no latents"),
    ],
)
def test_arguments_that_make_no_figure(posterior, draw, message):
    with pytest.raises(ValueError, match=message):
        draw(posterior)
    assert not plt.get_fignums()


@pytest.mark.parametrize(
    "analysis",
    [plot_samples, plot_grid, lambda r: plot_traversals(r, [0, 0, 0]), lambda r: save_traversal_gif(r, "a.gif", [0])],
)
def test_a_plain_autoencoder_has_no_prior(tiny_ae, images, analysis):
    with pytest.raises(ValueError, match="tylko autokoderów wariacyjnych"):
        analysis(represent(tiny_ae(20, 3), images))


@each_figure
def test_one_figure_stays_open_with_a_title_and_a_caption(posterior, draw):
    assert draw(posterior) is None
    assert len(plt.get_fignums()) == 1
    assert plt.gcf().get_suptitle()
    assert plt.gcf().texts[-1].get_text().endswith(".")


@each_figure
def test_the_model_and_the_random_stream_stay_as_they_were(posterior, draw):
    posterior.model.train()
    state = torch.get_rng_state()
    draw(posterior)
    assert posterior.model.training
    assert torch.equal(torch.get_rng_state(), state)


@each_figure
def test_the_same_call_gives_the_same_figure(posterior, draw):
    draw(posterior)
    first = picture()
    draw(posterior)
    np.testing.assert_array_equal(first, picture())


@each_figure
def test_colour_images_of_one_class(tiny_vae, draw):
    draw(represent(tiny_vae(72, 2), TensorDataset(torch.rand(9, 3, 6, 4), torch.full((9,), 7))))
    assert picture().shape[-1] == 3


@each_figure
def test_untrained_decoder_that_gives_one_grey(tiny_vae, images, draw):
    model = tiny_vae(20, 2)
    nn.init.zeros_(model.decoder[0].weight)
    draw(represent(model, images))
    assert np.isfinite(picture()).all()


@each_figure
def test_grading_draws_nothing(posterior, draw, grading):
    draw(posterior)
    assert not plt.get_fignums()


def test_grading_saves_the_animation_that_a_cell_may_show(posterior, tmp_path, grading):
    assert save_traversal_gif(posterior, tmp_path / "cechy.gif", torch.zeros(3)).exists()
