"""The widget without a browser: what its sliders and buttons do to the image."""

import io
import statistics
import time
from types import SimpleNamespace

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import TensorDataset

from src.explorer import Explorer, explore
from src.plots import bitmap
from src.representation import represent


@pytest.fixture
def posterior(tiny_vae, images):
    return represent(tiny_vae(20, 3), images)


@pytest.fixture
def in_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the kernel of a notebook."""
    monkeypatch.setattr("src.explorer.get_ipython", lambda: SimpleNamespace(kernel=object()))


def shown(explorer: Explorer) -> np.ndarray:
    """The image that the browser would show."""
    return np.asarray(Image.open(io.BytesIO(explorer.image.value)))


def drawn(posterior, latent_code: torch.Tensor) -> np.ndarray:
    """The decoder's image of a latent, (Z,)."""
    return np.asarray(bitmap(posterior.decode(latent_code.unsqueeze(0)).unsqueeze(0), tile_pixels=252))


def test_first_the_mean_latent_is_shown(posterior):
    explorer = Explorer(posterior)
    np.testing.assert_array_equal(shown(explorer), drawn(posterior, posterior.z_loc.mean(dim=0)))


def test_an_encoder_that_ignores_images_is_shown_too(tiny_vae, images):
    model = tiny_vae(20, 3)
    torch.nn.init.zeros_(model.encoder.weight)
    torch.nn.init.zeros_(model.encoder.bias)
    posterior = represent(model, images)
    np.testing.assert_array_equal(shown(Explorer(posterior)), drawn(posterior, torch.zeros(3)))


def test_a_slider_moves_its_own_latent(posterior):
    explorer = Explorer(posterior)
    before = explorer.image.value
    explorer.sliders[1].value = explorer.sliders[1].max
    expected = posterior.z_loc.mean(dim=0)
    expected[1] = explorer.sliders[1].max
    assert explorer.image.value != before
    np.testing.assert_array_equal(shown(explorer), drawn(posterior, expected))


def test_moves_add_up(posterior):
    explorer = Explorer(posterior)
    for latent, value in enumerate([0.1, -0.2, 0.3]):
        explorer.sliders[latent].value = value
    np.testing.assert_array_equal(shown(explorer), drawn(posterior, torch.tensor([0.1, -0.2, 0.3])))


def test_sliders_are_ordered_by_kl_and_say_so(posterior):
    sliders = Explorer(posterior).sliders
    assert list(sliders) == posterior.by_kl.tolist()
    for latent, slider in sliders.items():
        assert slider.description == f"z[{latent}], KL {posterior.kl_per_latent[latent]:.2f}"


def test_sliders_reach_the_latent_of_every_image(posterior):
    for latent, slider in Explorer(posterior).sliders.items():
        assert slider.min < posterior.z_loc[:, latent].min()
        assert slider.max > posterior.z_loc[:, latent].max()


def test_a_jump_shows_a_random_image_and_moves_the_sliders(posterior):
    explorer = Explorer(posterior)
    explorer.random_button.click()
    index = next(i for i in range(70) if explorer.origin.value.startswith(f"Start: obraz {i} (klasa {i % 3})"))
    np.testing.assert_array_equal(shown(explorer), drawn(posterior, posterior.z_loc[index]))
    for latent, slider in explorer.sliders.items():
        assert slider.value == posterior.z_loc[index, latent].item()


def test_jumps_differ_from_one_another_but_not_from_explorer_to_explorer(posterior):
    origins = []
    for explorer in (Explorer(posterior), Explorer(posterior)):
        for _ in range(2):
            explorer.random_button.click()
            origins.append(explorer.origin.value)
    assert origins[0] != origins[1]
    assert origins[:2] == origins[2:]


def test_a_jump_shows_no_image_in_between(posterior):
    explorer, seen = Explorer(posterior), []
    explorer.image.observe(lambda change: seen.append(change["new"]), names="value")
    explorer.random_button.click()
    assert len(seen) == 1


def test_back_to_the_mean(posterior):
    explorer = Explorer(posterior)
    first = explorer.image.value
    explorer.random_button.click()
    explorer.sliders[0].value = 0.5
    explorer.mean_button.click()
    assert explorer.image.value == first
    assert explorer.origin.value == "Start: średni wektor ukryty"


def test_looking_around_leaves_the_data_the_model_and_the_random_stream_alone(posterior):
    z_loc, state = posterior.z_loc.clone(), torch.get_rng_state()
    posterior.model.train()
    explorer = Explorer(posterior)
    explorer.random_button.click()
    explorer.sliders[0].value = 0.5
    assert torch.equal(posterior.z_loc, z_loc)
    assert torch.equal(torch.get_rng_state(), state)
    assert posterior.model.training


def test_of_many_latents_those_with_the_largest_kl_have_sliders(tiny_vae, images):
    posterior = represent(tiny_vae(20, 14), images)
    explorer = Explorer(posterior)
    explorer.random_button.click()
    assert list(explorer.sliders) == posterior.by_kl[:10].tolist()
    index = int(explorer.origin.value.split()[2])
    np.testing.assert_array_equal(shown(explorer), drawn(posterior, posterior.z_loc[index]))


def test_colour_images_and_one_latent(tiny_vae):
    posterior = represent(tiny_vae(72, 1), TensorDataset(torch.rand(9, 3, 6, 4), torch.zeros(9)))
    assert shown(Explorer(posterior)).shape == (63 * 6, 63 * 4, 3)


def test_every_control_has_a_name(posterior):
    explorer = Explorer(posterior)
    for control in (*explorer.sliders.values(), explorer.random_button, explorer.mean_button):
        assert control.description


def test_redraw_follows_the_hand(posterior):
    explorer, seconds = Explorer(posterior), []
    for step in range(20):
        start = time.perf_counter()
        explorer.sliders[0].value = (step + 1) / 40
        seconds.append(time.perf_counter() - start)
    print(f"redraw: {1000 * statistics.median(seconds):.2f} ms")
    assert statistics.median(seconds) < 0.05


def test_a_notebook_gets_the_widget(posterior, in_notebook):
    assert isinstance(explore(posterior), ipywidgets.Widget)
    assert not plt.get_fignums()


@pytest.mark.parametrize("shell", [None, SimpleNamespace()], ids=["script", "terminal of IPython"])
def test_elsewhere_one_figure_is_drawn(posterior, monkeypatch, shell):
    monkeypatch.setattr("src.explorer.get_ipython", lambda: shell)
    assert explore(posterior) is None
    assert len(plt.get_fignums()) == 1


def test_grading_shows_nothing(posterior, in_notebook, grading):
    assert explore(posterior) is None
    assert not plt.get_fignums()


def test_a_plain_autoencoder_is_told_what_applies_to_it(tiny_ae, images):
    with pytest.raises(ValueError, match=r"Suwaki.* tylko autokoderów wariacyjnych"):
        explore(represent(tiny_ae(20, 3), images))
