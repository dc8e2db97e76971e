import math
from collections.abc import Callable

import pyro
import pyro.distributions as dist
import pytest
import torch
from pyro.infer import Trace_ELBO
from torch import nn
from torch.distributions.utils import clamp_probs

from src.elbo import bernoulli_log_prob, make_objective, normal_log_prob

N_IMAGES = 4000


def standard_normal_kl(loc: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    """KL(N(loc, scale^2) || N(0, 1)) of each image, in nats (Kingma and Welling, 2014, appendix B)."""
    return 0.5 * (loc**2 + scale**2 - 1 - 2 * scale.log()).sum(dim=1)


def elbo_parts(vae, x: torch.Tensor) -> dict[str, float]:
    loss_fn = Trace_ELBO().differentiable_loss
    return make_objective(vae, loss_fn, (vae.model, vae.guide))(x)[1]


def test_kl_is_the_closed_form(tiny_vae):
    vae, x = tiny_vae(20, 3), torch.rand(N_IMAGES, 1, 5, 4)
    loc, scale = vae.posterior(x)
    expected = standard_normal_kl(loc, scale)
    z = dist.Normal(loc, scale).sample()
    single_draw = (dist.Normal(loc, scale).log_prob(z) - dist.Normal(0, 1).log_prob(z)).sum(dim=1)
    standard_error = (single_draw - expected).std().item() / N_IMAGES**0.5
    assert elbo_parts(vae, x)["kl"] == pytest.approx(expected.mean().item(), abs=4 * standard_error)


def test_reconstruction_of_a_decoder_that_ignores_z_is_the_binary_cross_entropy(tiny_vae):
    vae, x = tiny_vae(20, 3), torch.rand(50, 1, 5, 4)
    nn.init.zeros_(vae.decoder[0].weight)
    p = torch.sigmoid(vae.decoder[0].bias)
    flat = x.flatten(1)
    expected = -(flat * p.log() + (1 - flat) * (1 - p).log()).sum(dim=1).mean()
    parts = elbo_parts(vae, x)
    assert parts["reconstruction"] == pytest.approx(expected.item(), rel=1e-5)
    assert parts["mse"] == pytest.approx(((flat - p) ** 2).mean().item(), rel=1e-5)


@pytest.mark.parametrize("beta", [1.0, 3.0])
def test_loss_is_reconstruction_plus_beta_times_kl(tiny_vae, beta):
    parts = elbo_parts(tiny_vae(20, 3, beta), torch.rand(50, 1, 5, 4))
    assert parts["loss"] == pytest.approx(parts["reconstruction"] + beta * parts["kl"], rel=1e-5)


def test_posterior_where_the_prior_is_written_without_a_batch(tiny_vae):
    class Unbatched(tiny_vae):
        def model(self, x):
            z = pyro.sample("latent", dist.Normal(torch.zeros(3), 1.0).expand([3]).to_event(1))
            pyro.sample("obs", dist.Bernoulli(self.decoder(z).view(-1, 1, 5, 4)).to_event(4), obs=x.round())

        def guide(self, x):
            pyro.sample("latent", dist.Normal(*self.posterior(x)).to_event(2))

    vae, x = Unbatched(20, 3), torch.rand(6, 1, 5, 4)
    objective = make_objective(vae, Trace_ELBO().differentiable_loss, (vae.model, vae.guide))
    with pyro.validation_enabled(False):  # Pyro itself asks for a plate
        objective(x)
    torch.testing.assert_close(objective.posterior, vae.posterior(x))


def test_no_posterior_where_latents_are_no_vectors(tiny_vae):
    class Scalar(tiny_vae):
        def model(self, x):
            with pyro.plate("data", len(x)):
                z = pyro.sample("latent", dist.Normal(torch.zeros(len(x)), 1.0))
                pixels = self.decoder(z.unsqueeze(1)).view(-1, *self.input_shape)
                pyro.sample("obs", dist.Bernoulli(pixels).to_event(3), obs=x)

        def guide(self, x):
            loc, scale = self.posterior(x)
            with pyro.plate("data", len(x)):
                pyro.sample("latent", dist.Normal(loc.squeeze(1), scale.squeeze(1)))

    vae = Scalar(20, 1)
    objective = make_objective(vae, Trace_ELBO().differentiable_loss, (vae.model, vae.guide))
    objective(torch.rand(6, 1, 5, 4).round())
    assert objective.posterior is None


@pytest.mark.parametrize("scaled", ["whole model", "guide masked", "image by image", "two draws"])
def test_reconstruction_is_minus_log_p_of_x_however_the_loss_is_scaled(tiny_vae, scaled):
    vae, x = tiny_vae(20, 3), torch.rand(50, 1, 5, 4)
    vae(x)
    model, guide, loss_fn = vae.model, vae.guide, Trace_ELBO(num_particles=1 + (scaled == "two draws"))
    if scaled == "whole model":
        model = pyro.poutine.scale(model, scale=0.25)
    elif scaled == "guide masked":
        guide = pyro.poutine.mask(guide, mask=torch.arange(50) < 20)
    elif scaled == "image by image":
        model = pyro.poutine.scale(model, scale=torch.linspace(0.1, 2, 50))
    probabilities = []
    vae.decoder.register_forward_hook(lambda module, arguments, output: probabilities.append(output))
    parts = make_objective(vae, loss_fn.differentiable_loss, (model, guide))(x)[1]
    expected = nn.functional.binary_cross_entropy(probabilities[-1], x.flatten(1), reduction="sum").item() / 50
    assert parts["reconstruction"] == pytest.approx(expected, rel=1e-5)


def test_the_loss_itself_is_the_sum_that_pyro_gives(tiny_vae):
    vae, x = tiny_vae(20, 3), torch.rand(50, 1, 5, 4)
    vae(x)
    loss_fn = Trace_ELBO().differentiable_loss
    torch.manual_seed(1)
    expected = loss_fn(vae.model, vae.guide, x)
    torch.manual_seed(1)
    loss, parts = make_objective(vae, loss_fn, (vae.model, vae.guide))(x)
    assert loss.item() == expected.item()
    assert parts["loss"] == pytest.approx(expected.item() / 50)


ONE_DRAW = Trace_ELBO().differentiable_loss
EACH = torch.linspace(0.1, 2, 50)
LEARNT = nn.Parameter(torch.ones(()))
"""Scales: of each of 50 images, and one with a gradient."""
WRITTEN_OUT = {
    "as given": lambda vae: (ONE_DRAW, vae.model, vae.guide),
    "guide scaled": lambda vae: (ONE_DRAW, vae.model, pyro.poutine.scale(vae.guide, scale=3.0)),
    "model scaled": lambda vae: (ONE_DRAW, pyro.poutine.scale(vae.model, scale=torch.tensor(0.25)), vae.guide),
}
LEFT_TO_PYRO = {
    "guide masked": lambda vae: (ONE_DRAW, vae.model, pyro.poutine.mask(vae.guide, mask=torch.arange(50) < 20)),
    "image by image": lambda vae: (
        ONE_DRAW,
        pyro.poutine.scale(vae.model, scale=EACH),
        vae.guide,
    ),
    "scale learnt": lambda vae: (
        ONE_DRAW,
        vae.model,
        pyro.poutine.scale(vae.guide, scale=LEARNT),
    ),
    "two draws": lambda vae: (Trace_ELBO(num_particles=2).differentiable_loss, vae.model, vae.guide),
    "without a gradient through z": lambda vae: (ONE_DRAW, vae.model, guide_without_gradient(vae)),
}
"""Loss, model and guide of a VAE."""


def guide_without_gradient(vae) -> Callable:
    class Normal(dist.Normal):
        has_rsample = False

    def guide(x: torch.Tensor) -> None:
        with pyro.plate("data", len(x)):
            pyro.sample("latent", Normal(*vae.posterior(x)).to_event(1))

    return guide


def assert_like_pyro(objective, vae, x, loss_fn, model, guide) -> None:
    """The same loss, gradients and use of the random stream."""
    found = []
    for evaluate in (lambda: objective(x)[0], lambda: loss_fn(model, guide, x)):
        torch.manual_seed(1)
        vae.zero_grad()
        loss = evaluate()
        loss.backward()
        found.append((loss.detach(), [parameter.grad.clone() for parameter in vae.parameters()], torch.rand(3)))
    torch.testing.assert_close(*found, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", [*WRITTEN_OUT, *LEFT_TO_PYRO])
def test_later_calls_too_are_like_pyro(tiny_vae, name):
    vae, x = tiny_vae(20, 3), torch.rand(50, 1, 5, 4)
    arguments = (WRITTEN_OUT | LEFT_TO_PYRO)[name](vae)
    objective = make_objective(vae, arguments[0], arguments[1:])
    objective(x)
    assert_like_pyro(objective, vae, x, *arguments)
    assert objective.is_written_out == (name in WRITTEN_OUT)


def test_a_loss_that_becomes_another_is_left_to_pyro(tiny_vae):
    vae, x, scale = tiny_vae(20, 3), torch.rand(50, 1, 5, 4), [1.0]

    def guide(x: torch.Tensor) -> None:
        with pyro.poutine.scale(scale=scale[0]):
            vae.guide(x)

    objective = make_objective(vae, ONE_DRAW, (vae.model, guide))
    objective(x)
    assert_like_pyro(objective, vae, x, ONE_DRAW, vae.model, guide)
    scale[0] = EACH
    torch.manual_seed(1)
    loss = objective(x)[0]
    torch.manual_seed(1)
    vae.guide(x)  # what the objective has drawn before it saw the other scale
    assert loss.item() == pytest.approx(ONE_DRAW(vae.model, guide, x).item())
    assert_like_pyro(objective, vae, x, ONE_DRAW, vae.model, guide)


def bernoulli_in_double(p: torch.Tensor) -> dist.Bernoulli:
    return dist.Bernoulli(p.double(), validate_args=False)


def test_log_probability_of_pixels_is_that_of_pytorch_in_double_precision():
    """And so is the gradient, of all probabilities, 0 and 1 too, and of pixels between black and white."""
    p = torch.cat([torch.zeros(20), torch.ones(20), torch.rand(1000), torch.logspace(-9, -1, 100)])
    x = torch.rand(len(p)).where(torch.rand(len(p)) < 0.5, torch.rand(len(p)).round())
    found = []
    for log_prob in (bernoulli_log_prob, lambda p, x: bernoulli_in_double(clamp_probs(p)).log_prob(x.double()).sum()):
        given = p.clone().requires_grad_()
        value = log_prob(given, x)
        found.append((value.detach().float(), *torch.autograd.grad(value, given)))
    torch.testing.assert_close(*found, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("shape", [(50, 3), (1, 3), ()], ids=["a mean for each image", "one mean for all", "a number"])
def test_log_probability_of_latents_is_that_of_pytorch(shape):
    loc, scale = torch.randn(shape, requires_grad=True), torch.rand(shape).mul(3).exp().div(10).requires_grad_()
    z = torch.randn(50, 3, requires_grad=True)
    found = []
    for value in (normal_log_prob(loc, scale, z), torch.distributions.Normal(loc, scale).log_prob(z).sum()):
        found.append((value.detach(), *torch.autograd.grad(value, (loc, scale, z))))
    torch.testing.assert_close(*found, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("given", ["logits", "probs"])
def test_reconstruction_of_extreme_pixels_is_as_they_were_given(tiny_vae, given):
    """Logits tell more of a sure pixel than probabilities do, and are not turned into them."""

    class Sure(tiny_vae):
        def model(self, x):
            with pyro.plate("data", len(x)):
                pyro.sample("latent", dist.Normal(torch.zeros(len(x), 3), 1.0).to_event(1))
                logits = torch.full_like(x, 50.0)
                pixels = dist.Bernoulli(logits=logits) if given == "logits" else dist.Bernoulli(torch.sigmoid(logits))
                pyro.sample("obs", pixels.to_event(3), obs=x)

    expected = 20 * {"logits": 50.0, "probs": -math.log(torch.finfo(torch.float32).eps)}[given]
    assert elbo_parts(Sure(20, 3), torch.zeros(6, 1, 5, 4))["reconstruction"] == pytest.approx(expected, rel=1e-5)


def test_pyro_checks_the_first_call_only_and_keeps_its_setting(tiny_vae):
    vae, x = tiny_vae(20, 3), torch.rand(50, 1, 5, 4)
    seen = []

    def model(x: torch.Tensor) -> None:
        seen.append(pyro.infer.is_validation_enabled())
        vae.model(x)

    objective = make_objective(vae, Trace_ELBO().differentiable_loss, (model, vae.guide))
    with pyro.validation_enabled(True):
        objective(x)
        objective(x)
        assert pyro.infer.is_validation_enabled()
    assert seen == [True, False]


def test_parts_of_a_plain_loss(tiny_ae):
    ae, x = tiny_ae(20, 3), torch.rand(50, 1, 5, 4)
    loss, parts = make_objective(ae, nn.L1Loss(), None)(x)
    assert parts["loss"] == loss.item() == (ae(x) - x).abs().mean().item()
    assert parts["mse"] == pytest.approx(((ae(x) - x) ** 2).mean().item())


def test_a_model_without_an_observed_site_is_an_error(tiny_vae):
    vae = tiny_vae(20, 3)

    def model(x: torch.Tensor) -> None:
        with pyro.plate("data", len(x)):
            pyro.sample("latent", dist.Normal(torch.zeros(len(x), 3), 1.0).to_event(1))

    with pytest.raises(ValueError, match="obs=x"):
        make_objective(vae, Trace_ELBO().differentiable_loss, (model, vae.guide))(torch.rand(5, 1, 5, 4))


def test_pyro_loss_without_model_and_guide_is_an_error(tiny_vae):
    with pytest.raises(ValueError, match="loss_fn_args="):
        make_objective(tiny_vae(20, 3), Trace_ELBO().differentiable_loss, None)


def test_the_elbo_object_in_place_of_its_method_is_an_error(tiny_vae):
    vae = tiny_vae(20, 3)
    with pytest.raises(ValueError, match="differentiable_loss"):
        make_objective(vae, Trace_ELBO(), (vae.model, vae.guide))


@pytest.mark.parametrize("wrong", [(), (print,), (print, "guide")])
def test_arguments_other_than_two_functions_are_an_error(tiny_vae, wrong):
    with pytest.raises(ValueError, match=r"model\.model, model\.guide"):
        make_objective(tiny_vae(20, 3), Trace_ELBO().differentiable_loss, wrong)
