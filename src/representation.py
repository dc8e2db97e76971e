"""What an autoencoder makes of a data set: the latents of every image and, for a variational one, the posterior q(z|x).

Every other analysis of a trained model starts here:

    posterior = represent(vae_model, val_dataset)

A variational model gives a ``Posterior``; a plain autoencoder a ``Representation``, which is enough for all
analyses that look at latents only.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch.utils.data import Dataset

from src.ae import BaseAutoEncoder
from src.batches import EVALUATION_BATCH, stack_labelled
from src.elbo import Site, SiteRecorder
from src.evaluation import frozen
from src.latents import ACTIVE, activity, is_standard, kl_from_prior, normal_parameters, unwrapped


@dataclass(frozen=True)
class Representation:
    """A data set and its latents, from one pass over it.

    model: the autoencoder that encoded it
    images: (N, channels, height, width)
    labels: (N,), index of the class; classes: names of the classes
    latents: (N, Z); of a variational autoencoder the means ``z_loc`` of q(z|x)
    """

    model: BaseAutoEncoder
    images: torch.Tensor
    labels: torch.Tensor
    classes: list[str]
    latents: torch.Tensor

    @cached_property
    def class_means(self) -> torch.Tensor:
        """Mean latent of each class, in the order of ``classes``: (classes, Z)."""
        return torch.stack([self.latents[self.labels == index].mean(dim=0) for index in range(len(self.classes))])

    def decode(self, latents: torch.Tensor) -> torch.Tensor:
        """Images of latents: (n, Z) -> (n, channels, height, width); of a variational model the mean of p(x|z).

        :raises ValueError: images are NaN or infinite
        """
        with frozen(self.model):
            images = torch.cat([self.model.decoder_forward(part) for part in latents.split(EVALUATION_BATCH)])
        _check_finite("Dekoder", images)
        return images.reshape(-1, *self.images.shape[1:])


@dataclass(frozen=True)
class Posterior(Representation):
    """The representation by a variational autoencoder: q(z|x) = N(z_loc, z_scale²) for each image.

    z_scale: (N, Z), standard deviations; the prior p(z) is N(0, I)
    """

    z_scale: torch.Tensor

    @property
    def z_loc(self) -> torch.Tensor:
        """Means of q(z|x): (N, Z)."""
        return self.latents

    @cached_property
    def kl(self) -> torch.Tensor:
        """KL(q(z|x) || p(z)) of each image and latent, in nats: (N, Z)."""
        return kl_from_prior(self.z_loc, self.z_scale)

    @cached_property
    def kl_per_latent(self) -> torch.Tensor:
        """Mean over images of ``kl``, in nats per image: (Z,)."""
        return self.kl.mean(dim=0)

    @cached_property
    def by_kl(self) -> torch.Tensor:
        """Indices of the latents, the one with the largest KL first: (Z,)."""
        return self.kl_per_latent.argsort(descending=True, stable=True)

    @cached_property
    def aggregate_variance(self) -> torch.Tensor:
        """Variance of each latent under the aggregate posterior, the mean over images of q(z|x): (Z,).

        By the law of total variance E[σ²] + Var[μ]; near 1 where it resembles the prior.
        """
        return self.z_scale.square().mean(dim=0) + self.activity

    @cached_property
    def activity(self) -> torch.Tensor:
        """Var[μ], variance over images of the mean of q(z|x): (Z,)."""
        return activity(self.z_loc)

    @cached_property
    def is_active(self) -> torch.Tensor:
        """Whether a latent carries information about the image, ``activity`` > ``ACTIVE``: (Z,), bool."""
        return self.activity > ACTIVE

    @cached_property
    def effective_dimension(self) -> float:
        """How many directions of the latent space the means use, from 0 (constant means) to Z.

        Participation ratio of the eigenvalues λ of the covariance of ``z_loc``, (Σλ)² / Σλ² (Gao et al., 2017,
        https://doi.org/10.1101/214262): n equal directions give n, and correlated latents count as one.
        """
        covariance = self.z_loc.T.cov(correction=0).reshape(self.z_loc.shape[1], -1).double()
        squares = covariance.square().sum().item()  # Σλ², and the trace is Σλ
        return covariance.trace().item() ** 2 / squares if squares > 0 else 0.0


def represent(model: Any, dataset: Dataset) -> Representation:
    """Encode a data set once, in evaluation mode, without touching the model or torch's random stream.

    :param model: trained ``BaseAutoEncoder``; a variational one has Pyro's ``model`` and ``guide``
    :param dataset: items (image, label), image (channels, height, width) or (height, width)
    :return: a ``Posterior`` of a variational autoencoder, else a ``Representation``
    :raises ValueError: the data set is empty, latents are NaN or infinite, standard deviations are not positive, or
        q(z|x) and p(z) are not the normal distributions, of one vector for each image, that the analyses assume
    """
    images, labels, classes = stack_labelled(dataset)
    with frozen(model):
        model(images[:1])  # a model may learn the image size from its first forward pass
        if not is_variational(model):
            latents = torch.cat([model.encoder_forward(x) for x in images.split(EVALUATION_BATCH)])
            _check_finite("Koder", latents)
            return Representation(model, images, labels, classes, latents)
        _check_prior(model, images[:1])
        parts = [_encode(model, x) for x in images.split(EVALUATION_BATCH)]
        z_loc, z_scale = map(torch.cat, zip(*parts, strict=True))
    _check_finite("Koder", z_loc, z_scale)
    if not (z_scale > 0).all():
        raise ValueError(
            "Koder zwraca odchylenia standardowe (z_scale) ujemne lub równe 0, a muszą być dodatnie. "
            "Sprawdź, czy to, z czego je liczysz, daje wartości dodatnie dla każdego obrazu."
        )
    return Posterior(model, images, labels, classes, z_loc, z_scale)


def is_variational(model: BaseAutoEncoder) -> bool:
    """Whether the model has what makes a variational autoencoder in Pyro: ``model`` and ``guide``."""
    return callable(getattr(model, "model", None)) and callable(getattr(model, "guide", None))


def require_posterior(representation: Representation, analysis: str) -> Posterior:
    """The representation, if it is one by a variational autoencoder.

    :param analysis: what needs it, in Polish and in the nominative, for the message
    :raises ValueError: it is a plain autoencoder's
    """
    if isinstance(representation, Posterior):
        return representation
    raise ValueError(
        f"{analysis}: ta analiza dotyczy tylko autokoderów wariacyjnych. Model {type(representation.model).__name__} "
        "nie ma metod model i guide, więc każdemu obrazowi przypisuje jeden punkt, a nie rozkład q(z|x), "
        "który można porównać z p(z). Dla zwykłego autokodera działają: interpolacje, mapy PCA i t-SNE, "
        "miary użyteczności i rozłączności cech."
    )


def _encode(model: Any, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """``z_loc`` and ``z_scale`` of a batch of images, (batch, Z) each."""
    z_loc, z_scale = _normal(_latent_site(model.guide, x))
    if z_loc.ndim != 2 or len(z_loc) != len(x):
        raise ValueError(
            f"Analizy zakładają jeden wektor ukryty na obraz: średnie q(z|x) dla {len(x)} obrazów mają mieć kształt "
            f"({len(x)}, liczba współrzędnych), a w funkcji guide mają {tuple(z_loc.shape)}. "
            "Sprawdź kształty, które zwraca koder."
        )
    return z_loc, z_scale


def _latent_site(function: Callable, x: torch.Tensor) -> Site:
    """The one latent variable of Pyro's ``model`` or ``guide`` for a batch of images."""
    recorder = SiteRecorder()
    recorder(function)(x)
    if len(recorder.latent) != 1:
        names = ", ".join(recorder.latent) or "żadnej"
        raise ValueError(
            f"Analizy zakładają jedną zmienną ukrytą w funkcjach model i guide, a znaleziono: {names}. "
            "Wektor ukryty losuj w każdej z nich jednym pyro.sample bez obs."
        )
    return next(iter(recorder.latent.values()))


def _normal(site: Site) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and standard deviation of a latent variable, which must be normal and independent from latent to latent."""
    parameters = normal_parameters(site.distribution)
    if parameters is None:
        raise ValueError(
            "Analizy zakładają, że q(z|x) i p(z) to rozkłady normalne o niezależnych współrzędnych, "
            f"a model używa rozkładu {type(unwrapped(site.distribution)).__name__}. Taki model możesz trenować, "
            "ale jego miary trzeba policzyć inaczej."
        )
    return parameters


def _check_prior(model: Any, x: torch.Tensor) -> None:
    mean, deviation = _normal(_latent_site(model.model, x))
    if not is_standard(mean, deviation):
        raise ValueError(
            "Analizy zakładają rozkład a priori p(z) = N(0, I), a w funkcji model jest inny. "
            "Porównaj go z p(z) z treści zadania."
        )


def _check_finite(network: str, *outputs: torch.Tensor) -> None:
    if not all(values.isfinite().all() for values in outputs):
        raise ValueError(
            f"{network} zwraca wartości NaN lub nieskończone, więc nie ma czego analizować. "
            "Sprawdź, czy trening się powiódł."
        )
