"""What a model makes of a data set, against closed forms."""

import math

import pyro
import pyro.distributions as dist
import pytest
import torch
from torch import nn
from torch.utils.data import TensorDataset

from src.representation import Posterior, Representation, is_variational, represent, require_posterior


def posterior_of(z_loc: torch.Tensor, z_scale: torch.Tensor) -> Posterior:
    """A posterior without a model."""
    n_images = len(z_loc)
    return Posterior(None, torch.zeros(n_images, 1, 2, 2), torch.zeros(n_images), ["0"], z_loc, z_scale)


def test_posterior_is_the_encoders(tiny_vae, images):
    model = tiny_vae(20, 3)
    posterior = represent(model, images)
    z_loc, z_scale = model.posterior(images.tensors[0])
    torch.testing.assert_close(posterior.z_loc, z_loc.detach())
    torch.testing.assert_close(posterior.z_scale, z_scale.detach())
    torch.testing.assert_close(posterior.images, images.tensors[0])
    assert posterior.classes == ["0", "1", "2"]


def test_plain_autoencoder_has_latents_only(tiny_ae, images):
    model = tiny_ae(20, 3)
    representation = represent(model, images)
    assert type(representation) is Representation
    torch.testing.assert_close(representation.latents, model.encoder_forward(images.tensors[0]).detach())


def test_beta_changes_nothing(tiny_vae, images):
    plain, strong = tiny_vae(20, 3), tiny_vae(20, 3, beta=7.0)
    strong.load_state_dict(plain.state_dict())
    torch.testing.assert_close(represent(plain, images).kl, represent(strong, images).kl)


def test_model_and_random_stream_stay_as_they_were(tiny_vae, images):
    model = tiny_vae(20, 3).train()
    state = torch.get_rng_state()
    represent(model, images)
    assert model.training
    assert torch.equal(torch.get_rng_state(), state)


def test_kl_per_latent_is_the_mean_over_images():
    posterior = posterior_of(torch.randn(50, 4), torch.rand(50, 4) + 0.1)
    torch.testing.assert_close(posterior.kl_per_latent, posterior.kl.mean(dim=0))


def test_latents_are_ordered_by_kl():
    z_loc = torch.tensor([[1.0, 3.0, 0.0, 2.0]]) * torch.tensor([[1.0], [-1.0]])
    assert posterior_of(z_loc, torch.ones(2, 4)).by_kl.tolist() == [1, 3, 0, 2]


def test_variance_of_the_aggregate_posterior_is_that_of_draws_from_it():
    z_loc, z_scale = 3 * torch.randn(200, 2) + 5, torch.rand(200, 2)
    draws = z_loc + z_scale * torch.randn(20_000, 200, 2)
    expected = draws.flatten(0, 1).var(dim=0)
    torch.testing.assert_close(posterior_of(z_loc, z_scale).aggregate_variance, expected, rtol=0.01, atol=0)


def test_dead_latents_are_not_active():
    z_loc = torch.cat([torch.randn(100, 2), torch.full((100, 3), 0.7)], dim=1)
    posterior = posterior_of(z_loc, torch.ones(100, 5))
    assert posterior.is_active.tolist() == [True, True, False, False, False]


@pytest.mark.parametrize(
    ("z_loc", "dimension"),
    [
        pytest.param(torch.eye(4).repeat(2, 1) * torch.cat([torch.ones(4, 1), -torch.ones(4, 1)]), 4, id="equal"),
        pytest.param(torch.randn(30, 1).repeat(1, 5), 1, id="the same five times"),
        pytest.param(torch.full((30, 5), 2.0), 0, id="constant"),
        pytest.param(torch.randn(30, 1), 1, id="one latent"),
    ],
)
def test_effective_dimension_counts_directions(z_loc, dimension):
    assert posterior_of(z_loc, torch.ones_like(z_loc)).effective_dimension == pytest.approx(dimension, rel=1e-5)


def test_effective_dimension_does_not_depend_on_the_axes():
    z_loc = torch.randn(500, 3) * torch.tensor([3.0, 1.0, 0.1])
    rotation = torch.linalg.qr(torch.randn(3, 3)).Q
    turned = posterior_of(z_loc @ rotation, torch.ones(500, 3))
    assert turned.effective_dimension == pytest.approx(
        posterior_of(z_loc, torch.ones(500, 3)).effective_dimension, rel=1e-4
    )


def test_class_means(tiny_ae, images):
    representation = represent(tiny_ae(20, 3), images)
    expected = [representation.latents[images.tensors[1] == label].mean(dim=0) for label in range(3)]
    torch.testing.assert_close(representation.class_means, torch.stack(expected))


def test_decoded_images_have_the_shape_of_the_data(tiny_vae, images):
    model = tiny_vae(20, 3)
    decoded = represent(model, images).decode(torch.zeros(7, 3))
    assert decoded.shape == (7, 1, 5, 4)
    torch.testing.assert_close(decoded[0].flatten(), model.decoder(torch.zeros(3)).detach())


def test_plain_autoencoder_is_told_what_applies_to_it(tiny_ae, images):
    representation = represent(tiny_ae(20, 3), images)
    assert not is_variational(representation.model)
    with pytest.raises(ValueError, match=r"Składniki ELBO: .* TinyAutoencoder nie ma metod model i guide.*działają"):
        require_posterior(representation, "Składniki ELBO")


def test_posterior_is_let_through(tiny_vae, images):
    posterior = represent(tiny_vae(20, 3), images)
    assert require_posterior(posterior, "Składniki ELBO") is posterior


@pytest.mark.parametrize("kind", ["tiny_ae", "tiny_vae"])
def test_nan_weights_are_named(request, kind, images):
    model = request.getfixturevalue(kind)(20, 3)
    nn.init.constant_(model.encoder.weight, math.nan)
    with pyro.validation_enabled(False), pytest.raises(ValueError, match="NaN"):
        represent(model, images)


def test_standard_deviations_must_be_positive(tiny_vae, images):
    class Flat(tiny_vae):
        def posterior(self, x):
            loc, scale = super().posterior(x)
            return loc, 0 * scale

    with pyro.validation_enabled(False), pytest.raises(ValueError, match="dodatnie"):
        represent(Flat(20, 3), images)


def test_nan_weights_of_the_decoder_are_named_when_it_is_needed(tiny_vae, images):
    model = tiny_vae(20, 3)
    nn.init.constant_(model.decoder[0].weight, math.nan)
    with pytest.raises(ValueError, match="Dekoder zwraca wartości NaN"):
        represent(model, images).decode(torch.zeros(1, 3))


def test_another_prior_is_refused(tiny_vae, images):
    class Wide(tiny_vae):
        def model(self, x):
            with pyro.plate("data", len(x)):
                pyro.sample("latent", dist.Normal(torch.zeros(len(x), 3), 2.0).to_event(1))

    with pytest.raises(ValueError, match=r"N\(0, I\)"):
        represent(Wide(20, 3), images)


@pytest.mark.parametrize(
    ("distribution", "name"),
    [
        (lambda loc: dist.Laplace(loc, 1.0).to_event(1), "Laplace"),
        (lambda loc: dist.MultivariateNormal(loc, torch.eye(3) + 0.5), "MultivariateNormal"),
    ],
)
def test_another_posterior_is_refused(tiny_vae, images, distribution, name):
    class Other(tiny_vae):
        def guide(self, x):
            with pyro.plate("data", len(x)):
                pyro.sample("latent", distribution(self.posterior(x)[0]))

    with pytest.raises(ValueError, match=name):
        represent(Other(20, 3), images)


def test_latents_that_are_no_vectors_are_refused(tiny_vae, images):
    class Scalar(tiny_vae):
        def guide(self, x):
            loc, scale = self.posterior(x)
            with pyro.plate("data", len(x)):
                pyro.sample("latent", dist.Normal(loc[:, 0], scale[:, 0]))

    with pytest.raises(ValueError, match=r"mają \(\d+,\)"):
        represent(Scalar(20, 3), images)


def test_normal_distribution_of_independent_latents_may_be_written_as_multivariate(tiny_vae, images):
    class Multivariate(tiny_vae):
        def guide(self, x):
            loc, scale = self.posterior(x)
            with pyro.plate("data", len(x)):
                pyro.sample("latent", dist.MultivariateNormal(loc, scale_tril=torch.diag_embed(scale)))

    model = Multivariate(20, 3)
    torch.testing.assert_close(represent(model, images).z_scale, model.posterior(images.tensors[0])[1].detach())


@pytest.mark.parametrize(
    ("dataset", "message"),
    [
        pytest.param(TensorDataset(torch.zeros(0, 1, 5, 4), torch.zeros(0)), "pusty", id="empty"),
        pytest.param(TensorDataset(torch.zeros(3, 1, 5, 4)), "parami", id="no labels"),
    ],
)
def test_data_that_cannot_be_analysed(tiny_vae, dataset, message):
    with pytest.raises(ValueError, match=message):
        represent(tiny_vae(20, 3), dataset)
