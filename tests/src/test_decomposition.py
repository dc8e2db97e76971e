"""The parts of the ELBO against closed forms of a linear Gaussian model."""

import dataclasses
import itertools
import math

import matplotlib.pyplot as plt
import numpy as np
import pyro
import pyro.distributions as dist
import pytest
import torch
from torch import nn
from torch.utils.data import TensorDataset

from src.ae import BaseAutoEncoder
from src.decomposition import ElboParts, decompose, observed_sites, plot_bounds, plot_kl_per_latent
from src.representation import Posterior, represent

N_PIXELS, N_LATENTS, NOISE = 6, 2, 0.5


class LinearGaussianVae(BaseAutoEncoder):
    """p(z) = N(0, I), p(x|z) = N(Wz, NOISE² I), with orthogonal columns of W, so that p(z|x) has independent latents.

    The guide is p(z|x) with its mean moved by ``shift`` and its standard deviation times ``stretch``; ``beta`` scales
    the latent sites.
    """

    def __init__(self, shift: float = 0.0, stretch: float = 1.0, beta: float = 1.0):
        super().__init__(nn.Identity(), nn.Linear(N_LATENTS, N_PIXELS, bias=False), N_LATENTS)
        columns = torch.linalg.qr(torch.randn(N_PIXELS, N_LATENTS, generator=torch.Generator().manual_seed(1))).Q
        self.decoder.weight = nn.Parameter(columns * torch.tensor([2.0, 0.7]))
        self.shift, self.stretch, self.beta = shift, stretch, beta

    def exact_posterior(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        weight = self.decoder.weight
        precision = 1 + weight.square().sum(dim=0) / NOISE**2
        return x.flatten(1) @ weight / NOISE**2 / precision, precision.rsqrt().expand(len(x), -1)

    def posterior(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        loc, scale = self.exact_posterior(x)
        return loc + self.shift, scale * self.stretch

    def log_evidence(self, x: torch.Tensor) -> torch.Tensor:
        """log p(x) of each image: (n,)."""
        covariance = self.decoder.weight @ self.decoder.weight.T + NOISE**2 * torch.eye(N_PIXELS)
        return dist.MultivariateNormal(torch.zeros(N_PIXELS), covariance).log_prob(x.flatten(1))

    def encoder_forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.posterior(x)[0]

    def decoder_forward(self, z: torch.Tensor) -> torch.Tensor:
        return self.decoder(z).view(-1, 1, 2, 3)

    def model(self, x: torch.Tensor) -> None:
        with pyro.plate("data", len(x)):
            with pyro.poutine.scale(scale=self.beta):
                z = pyro.sample("z", dist.Normal(torch.zeros(len(x), N_LATENTS), 1.0).to_event(1))
            pyro.sample("x", self.likelihood(z), obs=x)

    def likelihood(self, z: torch.Tensor) -> dist.Distribution:
        return dist.Normal(self.decoder_forward(z), NOISE).to_event(3)

    def guide(self, x: torch.Tensor) -> None:
        with pyro.plate("data", len(x)), pyro.poutine.scale(scale=self.beta):
            pyro.sample("z", dist.Normal(*self.posterior(x)).to_event(1))


@pytest.fixture
def dataset() -> TensorDataset:
    """300 images from the linear Gaussian model."""
    model = LinearGaussianVae()
    with torch.no_grad():
        x = model.decoder_forward(torch.randn(300, N_LATENTS))
    return TensorDataset(x + NOISE * torch.randn(x.shape), torch.arange(300) % 3)


def test_bounds_of_the_exact_posterior_are_the_evidence(dataset):
    model = LinearGaussianVae()
    parts = decompose(represent(model, dataset))
    evidence = model.log_evidence(dataset.tensors[0]).mean().item()
    assert list(parts.bounds) == [1, 10, 100]
    assert list(parts.bounds.values()) == pytest.approx([evidence] * 3, abs=1e-4)


def test_elbo_lies_below_the_evidence_by_the_divergence_from_the_exact_posterior(dataset):
    """30,000 draws; false alarms: 1 in 16,000 seeds (four standard errors of the mean)."""
    model = LinearGaussianVae(shift=0.2, stretch=1.5)
    x = dataset.tensors[0]
    parts = decompose(represent(model, dataset))
    gap = torch.distributions.kl_divergence(
        torch.distributions.Normal(*model.posterior(x)), torch.distributions.Normal(*model.exact_posterior(x))
    )
    expected = (model.log_evidence(x) - gap.sum(dim=1)).mean().item()
    deviation = math.sqrt(_variance_of_log_likelihood(model, x) / 30_000)
    assert parts.elbo == pytest.approx(expected, abs=4 * deviation)


def test_reconstruction_is_the_mean_over_the_posterior(dataset):
    """30,000 draws; false alarms: 1 in 16,000 seeds (four standard errors of the mean)."""
    model = LinearGaussianVae(shift=0.2, stretch=1.5)
    x = dataset.tensors[0]
    loc, scale = model.posterior(x)
    error = (x - model.decoder_forward(loc)).square().sum(dim=(1, 2, 3))
    spread = (scale.square() * model.decoder.weight.square().sum(dim=0)).sum(dim=1)
    expected = (error + spread) / (2 * NOISE**2) + N_PIXELS * math.log(NOISE * math.sqrt(2 * math.pi))
    deviation = math.sqrt(_variance_of_log_likelihood(model, x) / 30_000)
    reconstruction = decompose(represent(model, dataset)).reconstruction
    assert reconstruction == pytest.approx(expected.mean().item(), abs=4 * deviation)


def _variance_of_log_likelihood(model: LinearGaussianVae, x: torch.Tensor) -> float:
    """Var_q[log p(x|z)], mean over images, from 1,000 draws an image."""
    loc, scale = model.posterior(x)
    z = loc + scale * torch.randn(1000, *loc.shape)
    error = x.flatten(1) - model.decoder(z)
    return (error.square().sum(dim=2) / (2 * NOISE**2)).var(dim=0).mean().item()


def test_kl_is_exact(dataset):
    posterior = represent(LinearGaussianVae(shift=0.2), dataset)
    assert decompose(posterior, (1,)).kl == pytest.approx(posterior.kl_per_latent.sum().item(), rel=1e-5)


def test_bound_of_one_draw_is_the_elbo_from_all_draws(dataset):
    """30,000 draws; false alarms: 1 in 16,000 seeds (four standard errors of the mean).

    The two differ by log q(z|x) - log p(z), drawn or exact: with z = μ + σε it is μσε + (σ² - 1)ε² / 2 and a constant.
    """
    posterior = represent(LinearGaussianVae(shift=0.2, stretch=1.5), dataset)
    mean, square = posterior.z_loc, posterior.z_scale.square()
    variance = (mean.square() * square + (square - 1).square() / 2).sum(dim=1).mean().item()
    parts = decompose(posterior)
    assert parts.bounds[1] == pytest.approx(parts.elbo, abs=4 * math.sqrt(variance / 30_000))


@pytest.mark.parametrize(("shift", "stretch"), [(0.0, 3.0), (1.0, 0.5), (-0.3, 1.2)])
def test_bounds_that_share_draws_are_in_order(dataset, shift, stretch):
    """Jensen's inequality holds for the very draws: there are no false alarms."""
    bounds = list(decompose(represent(LinearGaussianVae(shift, stretch), dataset), (1, 2, 10, 100)).bounds.values())
    assert all(lower < higher for lower, higher in itertools.pairwise(bounds))


def test_bounds_stay_below_the_evidence(dataset):
    """L_100 lies 0.008 nats below log p(x), its estimate has a standard error of 0.001: no false alarm in practice."""
    model = LinearGaussianVae(stretch=2.0)
    evidence = model.log_evidence(dataset.tensors[0]).mean().item()
    assert evidence - 0.05 < decompose(represent(model, dataset)).bounds[100] < evidence


def test_number_that_does_not_divide_the_draws(dataset):
    bounds = decompose(represent(LinearGaussianVae(), dataset), (7, 3)).bounds
    evidence = LinearGaussianVae().log_evidence(dataset.tensors[0]).mean().item()
    assert dict(bounds) == pytest.approx({3: evidence, 7: evidence}, abs=1e-4)


def test_beta_does_not_enter(dataset):
    plain, strong = (LinearGaussianVae(stretch=1.5, beta=beta) for beta in (1.0, 7.0))
    assert decompose(represent(plain, dataset)) == decompose(represent(strong, dataset))


def test_no_other_scaling_enters(dataset):
    class Scaled(LinearGaussianVae):
        def model(self, x):
            with pyro.poutine.scale(scale=7.0):
                super().model(x)

    assert decompose(represent(Scaled(), dataset)) == decompose(represent(LinearGaussianVae(), dataset))


@pytest.mark.parametrize(
    "likelihood",
    [
        pytest.param(lambda p: dist.Bernoulli(p, validate_args=False).to_event(3), id="probabilities"),
        pytest.param(lambda p: dist.Bernoulli(logits=p.logit(), validate_args=False).to_event(3), id="logits"),
        pytest.param(lambda p: dist.Normal(p, 0.3).to_event(3), id="normal"),
        pytest.param(lambda p: dist.ContinuousBernoulli(p).to_event(3), id="continuous Bernoulli"),
        pytest.param(lambda p: dist.Laplace(p, 1.0).to_event(3), id="Laplace"),
    ],
)
def test_likelihood_is_the_models_own(tiny_vae, images, likelihood):
    class Other(tiny_vae):
        def model(self, x):
            with pyro.plate("data", len(x)):
                z = pyro.sample("latent", dist.Normal(torch.zeros(len(x), 3), 1.0).to_event(1))
                pyro.sample("obs", likelihood(self.decoder_forward(z)), obs=x)

    x, z = images.tensors[0], torch.randn(70, 3)
    model = Other(20, 3)
    model(x)
    (site,) = observed_sites(model, x, z)
    torch.testing.assert_close(site.distribution.log_prob(x), likelihood(model.decoder_forward(z)).log_prob(x))


def test_several_observed_variables_are_added(dataset):
    class Twice(LinearGaussianVae):
        def model(self, x):
            super().model(x)
            pyro.sample("again", dist.Normal(torch.zeros(len(x), 2), 1.0).to_event(2), obs=torch.zeros(len(x), 2))

    one, two = (decompose(represent(kind(), dataset), (1,)) for kind in (LinearGaussianVae, Twice))
    assert two.reconstruction - one.reconstruction == pytest.approx(math.log(2 * math.pi), abs=1e-4)


def test_batch_may_be_one_event(dataset):
    class OneEvent(LinearGaussianVae):
        def model(self, x):
            z = pyro.sample("z", dist.Normal(torch.zeros(len(x), N_LATENTS), 1.0).to_event(2))
            pyro.sample("x", dist.Normal(self.decoder_forward(z), NOISE).to_event(4), obs=x)

    one, batch = (decompose(represent(kind(), dataset), (1, 10)) for kind in (OneEvent, LinearGaussianVae))
    assert one == batch


def test_images_are_drawn_from_the_whole_data_set(dataset):
    """Sorted by brightness, the first images would be the dark ones."""
    x = torch.linspace(0, 3, 300).view(300, 1, 1, 1).expand(300, 1, 2, 3)
    posterior = represent(LinearGaussianVae(), TensorDataset(x, torch.zeros(300)))
    part, whole = (decompose(posterior, (1,), n_images=n) for n in (100, 300))
    assert (part.n_images, whole.n_images) == (100, 300)
    assert part.kl == pytest.approx(whole.kl, rel=0.2)
    assert decompose(posterior, (1,)).n_images == 300


def test_same_call_gives_the_same_numbers_and_leaves_no_trace(tiny_vae, images):
    model = tiny_vae(20, 3).train()
    posterior = represent(model, images)
    state = torch.get_rng_state()
    assert decompose(posterior) == decompose(posterior)
    assert model.training
    assert torch.equal(torch.get_rng_state(), state)


def test_colour_images_and_one_latent(tiny_vae):
    x = torch.rand(20, 3, 5, 4)
    parts = decompose(represent(tiny_vae(60, 1), TensorDataset(x, torch.zeros(20))))
    assert math.isfinite(parts.elbo)


def test_plain_autoencoder_is_refused(tiny_ae, images):
    representation = represent(tiny_ae(20, 3), images)
    for analysis in (decompose, plot_kl_per_latent):
        with pytest.raises(ValueError, match="tylko autokoderów wariacyjnych"):
            analysis(representation)


@pytest.mark.parametrize("arguments", [{"importance_samples": ()}, {"importance_samples": (0, 1)}, {"n_images": 0}])
def test_numbers_below_one_are_refused(tiny_vae, images, arguments):
    with pytest.raises(ValueError, match="co najmniej 1"):
        decompose(represent(tiny_vae(20, 3), images), **arguments)


def test_model_that_observes_nothing_is_named(tiny_vae, images):
    class Blind(tiny_vae):
        def model(self, x):
            with pyro.plate("data", len(x)):
                pyro.sample("latent", dist.Normal(torch.zeros(len(x), 3), 1.0).to_event(1))

    with pytest.raises(ValueError, match="nie ma zmiennej obserwowanej"):
        decompose(represent(Blind(20, 3), images))


def test_likelihood_of_another_shape_is_named(tiny_vae, images):
    class Broadcast(tiny_vae):
        def model(self, x):
            with pyro.plate("data", len(x)):
                z = pyro.sample("latent", dist.Normal(torch.zeros(len(x), 3), 1.0).to_event(1))
                pyro.sample("obs", dist.Normal(self.decoder_forward(z), 1.0).to_event(2), obs=x)

    with pytest.raises(ValueError, match=r"kształt \(70, 70, 5, 4\)"):
        decompose(represent(Broadcast(20, 3), images))


def test_nan_in_the_decoder_is_named(tiny_vae, images):
    model = tiny_vae(20, 3)
    nn.init.constant_(model.decoder[0].weight, math.nan)
    with pytest.raises(ValueError, match="NaN"), pyro.validation_enabled(False):
        decompose(represent(model, images))


def posterior_of(z_loc: torch.Tensor) -> Posterior:
    """A posterior without a model, standard deviations of 1."""
    n_images = len(z_loc)
    return Posterior(None, torch.zeros(n_images, 1, 2, 2), torch.zeros(n_images), ["0"], z_loc, torch.ones_like(z_loc))


def test_bars_are_in_the_order_of_kl_and_tell_active_latents():
    plot_kl_per_latent(posterior_of(torch.tensor([[1.0, 3.0, 0.5, 2.0], [-1.0, -3.0, 0.5, -2.0]])))
    axis = plt.gca()
    active, inactive = axis.containers
    assert [label.get_text() for label in axis.get_xticklabels()] == ["1", "3", "0", "2"]
    assert [bar.get_height() for bar in active] == [4.5, 2.0, 0.5]
    assert [bar.get_height() for bar in inactive] == [0.125]
    assert [bar.get_hatch() for bar in (*active, *inactive)] == [None, None, None, "////"]
    assert [text.get_text() for text in axis.get_legend().get_texts()] == ["aktywna", "nieaktywna"]
    assert "aktywne cechy: 3 z 4" in axis.get_title()
    assert "KL razem 7.1" in axis.get_title()


@pytest.mark.parametrize("n_latents", [1, 45, 200])
def test_any_number_of_latents_fits(n_latents):
    plot_kl_per_latent(posterior_of(torch.randn(50, n_latents) * torch.logspace(0, -3, n_latents)))
    figure = plt.gcf()
    figure.canvas.draw()
    labels = [label.get_window_extent() for label in plt.gca().get_xticklabels()]
    assert all(left.x1 < right.x0 for left, right in itertools.pairwise(labels))
    title = plt.gca().title.get_window_extent()
    assert title.x0 >= 0
    assert title.x1 <= figure.bbox.width


def test_constant_means_leave_no_active_bar():
    plot_kl_per_latent(posterior_of(torch.zeros(5, 3)))
    assert [text.get_text() for text in plt.gca().get_legend().get_texts()] == ["nieaktywna"]


PARTS = ElboParts(reconstruction=80.0, kl=20.0, bounds={1: -100.0, 10: -98.0, 100: -97.5}, n_images=50)


def test_bars_add_up_to_minus_elbo():
    plot_bounds(PARTS)
    reconstruction, kl, elbo = plt.gcf().axes[0].patches
    assert (reconstruction.get_y(), reconstruction.get_height()) == (0, 80)
    assert (kl.get_y(), kl.get_height()) == (80, 20)
    assert (elbo.get_y(), elbo.get_height()) == (0, 100)


@pytest.mark.parametrize("bounds", [PARTS.bounds, {5: -98.0}])
def test_bounds_are_drawn_at_their_number_of_draws(bounds):
    plot_bounds(dataclasses.replace(PARTS, bounds=bounds))
    elbo, curve = plt.gcf().axes[1].lines
    np.testing.assert_array_equal(curve.get_xydata(), [(k, -bound) for k, bound in bounds.items()])
    assert set(elbo.get_ydata()) == {100}


def test_grading_draws_nothing(grading):
    plot_kl_per_latent(posterior_of(torch.randn(5, 3)))
    plot_bounds(PARTS)
    assert plt.get_fignums() == []
