import pyro
import pyro.distributions as dist
import pytest
import torch
from pyro.infer import Trace_ELBO
from torch import nn

from src.elbo import make_objective

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
