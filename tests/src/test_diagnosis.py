"""Signs of a wrong model, from posteriors of which all is known, and from small models trained rightly and wrongly."""

import math

import matplotlib.pyplot as plt
import numpy as np
import pyro
import pyro.distributions as dist
import pytest
import torch
from matplotlib.patches import Circle
from pyro.infer import Trace_ELBO
from torch import nn
from torch.utils.data import TensorDataset

from src.diagnosis import diagnose, explained_variance, plot_corner, plot_posterior_against_prior
from src.representation import Posterior, represent

N_IMAGES = 400


class Repeater(nn.Module):
    """p(x|z) with the mean ``gain`` * z_0 + ``offset`` in each of 4 pixels."""

    def __init__(self, gain: float, offset: float):
        super().__init__()
        self.gain, self.offset = gain, offset

    def model(self, x: torch.Tensor) -> None:
        z = pyro.sample("z", dist.Normal(torch.zeros(len(x), 3), 1.0).to_event(2))
        mean = (self.gain * z[:, 0] + self.offset).view(-1, 1, 1, 1).expand(-1, 1, 2, 2)
        pyro.sample("x", dist.Normal(mean, 1.0).to_event(4), obs=x)


def posterior_of(activity: list[float], variance: list[float], gain: float = 1.0, offset: float = 0.0) -> Posterior:
    """3 latents whose means have just this ``activity`` and standard deviations whose squares are ``variance``.

    All pixels of an image are its value in a list of mean 0 and variance 1, which the first latent follows.
    """
    order = torch.linspace(-1, 1, N_IMAGES)
    values = (order - order.mean()) / order.std(correction=0)
    z_loc = values.unsqueeze(1) * torch.tensor(activity).sqrt()
    z_scale = torch.tensor(variance).sqrt().expand(N_IMAGES, -1)
    images = values.view(-1, 1, 1, 1).expand(-1, 1, 2, 2)
    return Posterior(Repeater(gain, offset), images, torch.arange(N_IMAGES) % 3, ["0", "1", "2"], z_loc, z_scale)


@pytest.mark.parametrize(
    ("activity", "variance", "kinds"),
    [
        pytest.param([0.9, 0.9, 0.9], [0.1, 0.1, 0.1], ["healthy"], id="strong latents"),
        pytest.param([0.05, 0.5, 0.999], [0.95, 0.5, 0.001], ["healthy"], id="weak and strong latents"),
        pytest.param([4.0, 5.0, 4.0], [0.1, 0.1, 0.1], ["healthy"], id="small beta, short training"),
        pytest.param([0.0, 0.0, 0.0], [1.0, 1.0, 1.0], ["collapsed"], id="collapsed"),
        pytest.param([0.9, 0.0, 0.0], [0.1, 1.0, 1.0], ["inactive"], id="two dead latents"),
        pytest.param([2.7, 2.0, 1.0], [0.3, 1.0, 2.0], ["wide"], id="right posterior times sqrt(3)"),
        pytest.param([0.0, 0.0, 0.0], [3.0, 3.0, 3.0], ["collapsed", "wide"], id="collapsed, times sqrt(3)"),
        pytest.param([2.7, 0.0, 2.7], [0.3, 3.0, 0.3], ["inactive", "wide"], id="a dead latent, times sqrt(3)"),
        pytest.param([0.3, 0.3, 0.2], [0.03, 0.03, 0.1], ["narrow"], id="right posterior divided by sqrt(3)"),
        pytest.param([1.0, 1.0, 1.0], [1e-6, 1e-6, 1e-6], ["vanishing"], id="plain autoencoder, of variance 1"),
        pytest.param([1.0, 1.0, 1.0], [2e-4, 2e-4, 2e-4], ["healthy"], id="standard deviation of 0.014"),
        pytest.param([1.0, 1.2, 0.0], [0.2, 0.1, 1.25], ["inactive"], id="noise of a short training"),
    ],
)
def test_signs(activity, variance, kinds):
    gain = activity[0] ** -0.5 if activity[0] else 0.0
    assert diagnose(posterior_of(activity, variance, gain)).kinds == kinds


def test_untrained_model_is_told_nothing_else():
    diagnosis = diagnose(posterior_of([0.0, 0.0, 0.0], [3.0, 3.0, 3.0], gain=0.0, offset=0.8))
    assert diagnosis.kinds == ["untrained"]
    assert "-0.64" in diagnosis.findings[0].message


@pytest.mark.parametrize(
    ("gain", "offset", "expected"), [(1.0, 0.0, 1), (0.0, 0.0, 0), (0.5, 0.0, 0.75), (0.0, 2.0, -4), (1.0, 1.0, 0)]
)
def test_explained_variance(gain, offset, expected):
    posterior = posterior_of([1.0, 0.0, 0.0], [1.0, 1.0, 1.0], gain, offset)
    assert explained_variance(posterior) == pytest.approx(expected, abs=1e-5)


def test_explained_variance_is_that_of_probabilities_where_the_model_has_logits(tiny_vae, images):
    class Logits(tiny_vae):
        def model(self, x):
            with pyro.plate("data", len(x)):
                z = pyro.sample("latent", dist.Normal(torch.zeros(len(x), 3), 1.0).to_event(1))
                pyro.sample("obs", dist.Bernoulli(logits=self.decoder_forward(z).logit()).to_event(3), obs=x)

    probabilities, logits = tiny_vae(20, 3), Logits(20, 3)
    logits.load_state_dict(probabilities.state_dict())
    with pyro.validation_enabled(False):
        expected = explained_variance(represent(probabilities, images))
        assert explained_variance(represent(logits, images)) == pytest.approx(expected, abs=1e-5)


def test_messages_hold_the_numbers_they_rest_on():
    inactive, wide = diagnose(posterior_of([2.7, 0.0, 2.7], [0.3, 3.0, 0.3], 2.7**-0.5)).findings
    assert "Nieaktywne cechy: 1 z 3" in inactive.message
    assert "E[σ²] cechy 1 wynosi 3.00" in wide.message
    assert "1 z 3" in wide.message
    assert "wygląda na to, że" in wide.message


def test_text_is_a_list_in_lines_of_a_page():
    diagnosis = diagnose(posterior_of([2.7, 0.0, 2.7], [0.3, 3.0, 0.3], 2.7**-0.5))
    lines = str(diagnosis).splitlines()
    assert [line[0] for line in lines if line[0] != " "] == ["•", "•"]
    assert max(map(len, lines)) <= 100


def one_sided(vae: type, part: str) -> type:
    """A variational autoencoder whose beta scales the latent site of one function only."""

    class OneSided(vae):
        beta = 1.0

        def __init__(self, n_pixels: int, n_latent_features: int, beta: float):
            super().__init__(n_pixels, n_latent_features)
            self.weights = {"model": 1.0, "guide": 1.0, part: beta}

        def model(self, x: torch.Tensor) -> None:
            self.beta = self.weights["model"]
            super().model(x)

        def guide(self, x: torch.Tensor) -> None:
            self.beta = self.weights["guide"]
            super().guide(x)

    return OneSided


def trained(model: nn.Module, steps: int = 150) -> Posterior:
    """The posterior of a small model after a training on images with 3 independent parts, of which pixels are noisy."""
    generator = torch.Generator().manual_seed(0)
    parts = torch.randint(2, (N_IMAGES, 3), generator=generator).float().repeat_interleave(10, dim=1)
    x = (0.8 * parts + 0.2 * torch.rand(N_IMAGES, 30, generator=generator)).view(N_IMAGES, 1, 6, 5)
    model(x[:1])
    optimizer, loss_fn = torch.optim.Adam(model.parameters(), lr=0.05), Trace_ELBO().differentiable_loss
    with pyro.validation_enabled(False):
        for _ in range(steps):
            optimizer.zero_grad()
            loss_fn(model.model, model.guide, x).backward()
            optimizer.step()
    return represent(model, TensorDataset(x, torch.zeros(N_IMAGES)))


@pytest.mark.parametrize("beta", [0.1, 3.0, 10.0])
def test_no_alarm_of_a_right_model(tiny_vae, beta):
    """Found in none of 20 seeds for each beta; the seed is fixed."""
    assert set(diagnose(trained(tiny_vae(30, 4, beta))).kinds) <= {"healthy", "inactive", "collapsed"}


@pytest.mark.parametrize(("part", "sign"), [("guide", "wide"), ("model", "narrow")])
def test_beta_on_one_side_of_the_kl_term_is_noticed(tiny_vae, part, sign):
    """Missed in none of 20 seeds; the seed is fixed."""

    assert sign in diagnose(trained(one_sided(tiny_vae, part)(30, 4, beta=4.0))).kinds


def test_untrained_vae_is_noticed(tiny_vae):
    dark = 0.1 * torch.rand(50, 1, 6, 5)
    assert diagnose(represent(tiny_vae(30, 4), TensorDataset(dark, torch.zeros(50)))).kinds == ["untrained"]


def test_same_images_are_refused(tiny_vae):
    dataset = TensorDataset(torch.rand(1, 1, 6, 5).expand(7, 1, 6, 5), torch.zeros(7))
    with pytest.raises(ValueError, match="jednakowe"):
        diagnose(represent(tiny_vae(30, 2), dataset))


def test_nan_in_the_decoder_is_named(tiny_vae, images):
    model = tiny_vae(20, 3)
    nn.init.constant_(model.decoder[0].weight, math.nan)
    with pytest.raises(ValueError, match="NaN"):
        diagnose(represent(model, images))


@pytest.mark.parametrize("analysis", [diagnose, plot_posterior_against_prior, plot_corner])
def test_plain_autoencoder_is_refused(tiny_ae, images, analysis):
    with pytest.raises(ValueError, match="tylko autokoderów wariacyjnych"):
        analysis(represent(tiny_ae(20, 3), images))


def test_model_and_random_stream_stay_as_they_were(tiny_vae, images):
    model = tiny_vae(20, 3).train()
    posterior = represent(model, images)
    state = torch.get_rng_state()
    diagnose(posterior)
    plot_corner(posterior)
    assert model.training
    assert torch.equal(torch.get_rng_state(), state)


def test_bars_are_the_aggregate_variance_in_the_order_of_kl():
    posterior = posterior_of([0.0, 0.9, 0.5], [1.0, 0.1, 0.5])
    plot_posterior_against_prior(posterior)
    axis = plt.gca()
    spread, noise = axis.containers
    assert [label.get_text() for label in axis.get_xticklabels()] == ["1", "2", "0"]
    tops = [bar.get_y() + bar.get_height() for bar in noise]
    np.testing.assert_allclose(tops, posterior.aggregate_variance[posterior.by_kl], rtol=1e-5)
    np.testing.assert_allclose([bar.get_height() for bar in spread], [0.9, 0.5, 0], atol=1e-5)
    assert set(axis.lines[0].get_ydata()) == {1}


def test_corner_shows_draws_of_the_two_latents_with_the_largest_kl():
    """400 draws against their mean and standard deviation; false alarms: 1 in 16,000 seeds (four standard errors)."""
    posterior = posterior_of([0.0, 0.9, 0.5], [1.0, 0.1, 0.5])
    plot_corner(posterior)
    joint = plt.gcf().axes[2]
    assert (joint.get_xlabel(), joint.get_ylabel()) == ("z[1]", "z[2]")
    residuals = joint.collections[0].get_offsets() - posterior.z_loc[:, [1, 2]].numpy()
    deviations = np.sqrt([0.1, 0.5])
    assert (np.abs(residuals.mean(axis=0)) < 4 * deviations / math.sqrt(N_IMAGES)).all()
    np.testing.assert_allclose(residuals.std(axis=0), deviations, rtol=4 / math.sqrt(2 * N_IMAGES))
    assert [patch.radius for patch in joint.patches if isinstance(patch, Circle)] == [1, 2, 3]
    legend = plt.gcf().axes[1].get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["0", "1", "2"]


def test_corner_is_the_same_each_time():
    posterior = posterior_of([0.0, 0.9, 0.5], [1.0, 0.1, 0.5])
    plot_corner(posterior)
    plot_corner(posterior)
    first, second = (plt.figure(number).axes[2].collections[0].get_offsets() for number in plt.get_fignums())
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(("n_latents", "n_axes"), [(1, 1), (2, 4)])
@pytest.mark.parametrize("n_classes", [1, 47])
def test_corner_of_few_latents_and_of_one_or_many_classes(tiny_vae, n_latents, n_axes, n_classes):
    x = torch.rand(94, 3, 4, 4)
    plot_corner(represent(tiny_vae(48, n_latents), TensorDataset(x, torch.arange(94) % n_classes)))
    plt.gcf().canvas.draw()
    assert len(plt.gcf().axes) == n_axes


def test_histogram_of_a_latent_goes_with_the_density():
    plot_corner(posterior_of([0.0, 0.0, 0.0], [1.0, 1.0, 1.0]))
    marginal = plt.gcf().axes[0]
    area = sum(bar.get_width() * bar.get_height() for bar in marginal.patches)
    assert area == pytest.approx(1)
    x, density = marginal.lines[0].get_data()
    np.testing.assert_allclose(density, np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi), rtol=1e-5)


def test_grading_draws_nothing(grading):
    posterior = posterior_of([0.0, 0.9, 0.5], [1.0, 0.1, 0.5])
    plot_posterior_against_prior(posterior)
    plot_corner(posterior)
    assert plt.get_fignums() == []
