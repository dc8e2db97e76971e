"""Small models and data for the tests of the students' package."""

import matplotlib.pyplot as plt
import pyro
import pyro.distributions as dist
import pytest
import torch
from torch import nn
from torch.utils.data import TensorDataset

from src.ae import BaseAutoEncoder


class TinyAutoencoder(BaseAutoEncoder):
    """A linear layer to the latents, a linear layer with a sigmoid back."""

    def __init__(self, n_pixels: int, n_latent_features: int):
        encoder = nn.Linear(n_pixels, n_latent_features)
        decoder = nn.Sequential(nn.Linear(n_latent_features, n_pixels), nn.Sigmoid())
        super().__init__(encoder, decoder, n_latent_features)
        self.input_shape: torch.Size | None = None

    def encoder_forward(self, x: torch.Tensor) -> torch.Tensor:
        self.input_shape = x.shape[1:]
        return self.encoder(x.flatten(1))

    def decoder_forward(self, z: torch.Tensor) -> torch.Tensor:
        return self.decoder(z).view(-1, *self.input_shape)


class TinyVae(TinyAutoencoder):
    """The reference variational autoencoder, without hidden layers; ``beta`` scales the latent sites."""

    def __init__(self, n_pixels: int, n_latent_features: int, beta: float = 1.0):
        super().__init__(n_pixels, n_latent_features)
        self.encoder = nn.Linear(n_pixels, 2 * n_latent_features)
        self.beta = beta

    def posterior(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        loc, log_variance = self.encoder(x.flatten(1)).chunk(2, dim=1)
        return loc, torch.exp(0.5 * log_variance)

    def encoder_forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.input_shape is None:
            self.input_shape = x.shape[1:]
        return dist.Normal(*self.posterior(x)).rsample()

    def model(self, x: torch.Tensor) -> None:
        pyro.module("decoder", self.decoder)
        with pyro.plate("data", len(x)):
            prior = dist.Normal(torch.zeros(len(x), self.n_latent_features), 1.0).to_event(1)
            with pyro.poutine.scale(scale=self.beta):
                z = pyro.sample("latent", prior)
            pixels = self.decoder(z).view(-1, *self.input_shape)
            pyro.sample("obs", dist.Bernoulli(pixels, validate_args=False).to_event(3), obs=x)

    def guide(self, x: torch.Tensor) -> None:
        pyro.module("encoder", self.encoder)
        with pyro.plate("data", len(x)), pyro.poutine.scale(scale=self.beta):
            pyro.sample("latent", dist.Normal(*self.posterior(x)).to_event(1))


@pytest.fixture(autouse=True)
def _same_conditions(monkeypatch: pytest.MonkeyPatch):
    """Study profile, a fixed seed, no figure left over, Pyro with no parameters of an earlier test."""
    monkeypatch.delenv("COURSE_PROFILE", raising=False)
    torch.manual_seed(0)
    pyro.clear_param_store()
    plt.close("all")
    yield
    plt.close("all")


@pytest.fixture
def grading(monkeypatch: pytest.MonkeyPatch) -> None:
    """The work profile of grading."""
    monkeypatch.setenv("COURSE_PROFILE", "grading")


@pytest.fixture
def tiny_ae() -> type[TinyAutoencoder]:
    return TinyAutoencoder


@pytest.fixture
def tiny_vae() -> type[TinyVae]:
    return TinyVae


@pytest.fixture
def images() -> TensorDataset:
    """70 grey images of 5 x 4 pixels, labels 0..2."""
    return TensorDataset(torch.rand(70, 1, 5, 4), torch.arange(70) % 3)
