"""The ELBO of a trained variational autoencoder taken apart, and how far it lies below log p(x).

For an image x (Kingma and Welling, 2014, https://arxiv.org/abs/1312.6114):

    log p(x) >= ELBO(x) = E_q[log p(x|z)] - KL(q(z|x) || p(z)),

and the gap is KL(q(z|x) || p(z|x)). The importance-weighted bound of k draws z_1, ..., z_k ~ q(z|x) closes it as k
grows (Burda, Grosse and Salakhutdinov, 2016, https://arxiv.org/abs/1509.00519):

    L_k(x) = E[log (w_1 + ... + w_k) / k],  w_i = p(x|z_i) p(z_i) / q(z_i|x),   ELBO = L_1 <= L_2 <= ... <= log p(x).

Everything is in nats per image, and weighs the KL term by 1 whatever the model was trained for.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pyro
import torch
from matplotlib.ticker import NullLocator
from pyro.poutine.messenger import Messenger
from pyro.poutine.util import site_is_subsample
from torch.distributions import Normal

from src.batches import EVALUATION_BATCH
from src.elbo import Site, SiteRecorder
from src.evaluation import frozen
from src.latents import unwrapped
from src.plots import PALETTE, add_caption, latent_axis
from src.profile import is_grading
from src.representation import Posterior, Representation, require_posterior

SEED = 2016
"""Of the choice of images and of the draws, so that the same model gives the same numbers."""


@dataclass(frozen=True)
class ElboParts:
    """Means over images, in nats per image.

    reconstruction: E_q[-log p(x|z)], from draws; kl: KL(q(z|x) || p(z)), exact
    bounds: importance-weighted bound L_k of log p(x) by k, the number of draws
    n_images: how many images the means are of
    """

    reconstruction: float
    kl: float
    bounds: Mapping[int, float]
    n_images: int

    @property
    def elbo(self) -> float:
        """E_q[log p(x|z)] - KL(q(z|x) || p(z)); ``bounds[1]`` is the same with the KL term from draws, too."""
        return -self.reconstruction - self.kl


def decompose(
    representation: Representation, importance_samples: Sequence[int] = (1, 10, 100), n_images: int = 1000
) -> ElboParts:
    """Take the ELBO apart: reconstruction, KL, and the importance-weighted bounds above it.

    All bounds share max(k) draws an image: L_k is a mean over disjoint groups of k of them. So where each k divides
    the next, the bounds found here are in order, not only on average (the logarithm is concave).

    :param representation: of a variational autoencoder
    :param importance_samples: numbers k of draws, each at least 1
    :param n_images: how many images of the data set to use, chosen at random with a fixed seed; all, if it has fewer
    :raises ValueError: a plain autoencoder, a number below 1, a model that observes no images, or a likelihood that
        is NaN or infinite
    """
    posterior = require_posterior(representation, "Składniki ELBO")
    if not importance_samples or min(*importance_samples, n_images) < 1:
        raise ValueError("importance_samples i n_images muszą być liczbami całkowitymi równymi co najmniej 1.")
    with frozen(posterior.model):
        torch.manual_seed(SEED)
        chosen = torch.randperm(len(posterior.images))[:n_images]
        batches = [_draws(posterior, batch, max(importance_samples)) for batch in chosen.split(EVALUATION_BATCH)]
    log_likelihoods, log_weights = (torch.cat(parts, dim=1) for parts in zip(*batches, strict=True))
    return ElboParts(
        reconstruction=-log_likelihoods.mean().item(),
        kl=posterior.kl[chosen].sum(dim=1).mean().item(),
        bounds={k: _bound(log_weights, k) for k in sorted(importance_samples)},
        n_images=len(chosen),
    )


def observed_sites(model: Any, x: torch.Tensor, z: torch.Tensor) -> list[Site]:
    """What Pyro's ``model`` observes when its latent variable is z: p(x|z), whatever distribution it is.

    :param model: variational autoencoder
    :param x: (n, channels, height, width), images
    :param z: (n, Z)
    :raises ValueError: the model observes nothing, or not one value of a distribution for each of an image
    """
    recorder = SiteRecorder()
    with recorder, _LatentAt(z):
        model.model(x)
    sites = list(recorder.observed.values())
    if not sites:
        raise ValueError("Funkcja model nie ma zmiennej obserwowanej: brakuje pyro.sample(..., obs=x).")
    for site in sites:
        shape = site.distribution.shape()  # type: ignore[attr-defined]
        if shape != site.value.shape:
            raise ValueError(
                f"Rozkład p(x|z) w funkcji model ma kształt {tuple(shape)}, a obserwowane obrazy "
                f"{tuple(site.value.shape)}. Sprawdź view i to_event: każdy piksel ma mieć jeden własny rozkład."
            )
    return sites


class _LatentAt(Messenger):
    """Sets the latent variable of a call to z (n, Z)."""

    def __init__(self, z: torch.Tensor):
        super().__init__()
        self.z = z

    def _pyro_sample(self, msg: Any) -> None:
        if not msg["is_observed"] and not site_is_subsample(msg):
            msg["value"] = self.z.reshape(msg["fn"].shape())


def _draws(posterior: Posterior, batch: torch.Tensor, n_draws: int) -> tuple[torch.Tensor, torch.Tensor]:
    """log p(x|z) and the logarithm of the importance weight of each draw z ~ q(z|x), both (n_draws, n).

    One draw of all images at a time, so that memory does not grow with the number of draws.

    :param batch: (n,), indices of images
    """
    x, q, p = posterior.images[batch], Normal(posterior.z_loc[batch], posterior.z_scale[batch]), Normal(0.0, 1.0)
    log_likelihoods, log_weights = [], []
    for _ in range(n_draws):
        z = q.sample()
        log_likelihood = _log_likelihood(posterior.model, x, z)
        log_likelihoods.append(log_likelihood)
        log_weights.append(log_likelihood + (p.log_prob(z) - q.log_prob(z)).sum(dim=1))
    return torch.stack(log_likelihoods), torch.stack(log_weights)


def _log_likelihood(model: Any, x: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
    """log p(x|z) of each image, without any scaling by ``poutine.scale``: (n,)."""
    with pyro.validation_enabled(False):  # grey pixels are no values of a Bernoulli variable
        sites = observed_sites(model, x, z)
    terms = [unwrapped(site.distribution).log_prob(site.value) for site in sites]  # before any sum over the batch
    log_likelihood = torch.cat([term.reshape(len(x), -1) for term in terms], dim=1).sum(dim=1)
    if not log_likelihood.isfinite().all():
        raise ValueError("log p(x|z) ma wartości NaN lub nieskończone: sprawdź wagi i wyjście dekodera.")
    return log_likelihood


def _bound(log_weights: torch.Tensor, k: int) -> float:
    """Importance-weighted bound L_k, a mean over images and disjoint groups of k draws.

    :param log_weights: (draws, n)
    """
    n_groups = len(log_weights) // k
    groups = log_weights[: n_groups * k].double().unflatten(0, (n_groups, k))
    return groups.logsumexp(dim=1).mean().item() - math.log(k)


def plot_kl_per_latent(representation: Representation) -> None:
    """Open a figure with the KL divergence of each latent, the largest first, active and inactive told apart.

    The title gives the number of active latents and the effective dimension.

    :param representation: of a variational autoencoder
    :raises ValueError: a plain autoencoder
    """
    posterior = require_posterior(representation, "KL poszczególnych cech ukrytych")
    if is_grading():
        return
    order = posterior.by_kl
    kl, is_active = posterior.kl_per_latent[order].numpy(), posterior.is_active[order].numpy()
    figure, axis = latent_axis(order.tolist(), "KL [naty na obraz]")
    places = np.arange(len(order))
    styles: tuple[tuple[str, np.ndarray, dict[str, Any]], ...] = (
        ("aktywna", is_active, {"color": PALETTE[0]}),
        ("nieaktywna", ~is_active, {"color": "white", "edgecolor": PALETTE[1], "hatch": "////"}),
    )
    for label, members, style in styles:
        if members.any():
            axis.bar(places[members], kl[members], label=label, **style)
    axis.legend()
    axis.set_title(
        f"Ile informacji niosą cechy ukryte: KL razem {kl.sum():.1f} nata na obraz\n"
        f"aktywne cechy: {int(is_active.sum())} z {len(order)}, "
        f"wymiar efektywny: {posterior.effective_dimension:.1f}"
    )
    add_caption(
        figure,
        "Słupek mówi, jak bardzo q(z|x) tej cechy różni się od p(z) średnio na obraz; cecha nieaktywna ma "
        "dla wszystkich obrazów prawie tę samą średnią, więc dekoder nie dowiaduje się z niej niczego o obrazie.",
    )


def plot_bounds(parts: ElboParts) -> None:
    """Open a figure with -ELBO as reconstruction and KL, and beside it the importance-weighted bounds.

    :param parts: from ``decompose``
    """
    if is_grading():
        return
    figure = plt.figure(figsize=(10, 4.5), layout="constrained")
    sum_axis, bounds_axis = figure.subplots(1, 2, width_ratios=(2, 3))
    bars = sum_axis.bar(
        ["rekonstrukcja", "KL", "−ELBO"],
        [parts.reconstruction, parts.kl, -parts.elbo],
        bottom=[0, parts.reconstruction, 0],
        color=PALETTE[:3],
    )
    sum_axis.bar_label(bars, fmt="%.1f", padding=2)
    sum_axis.set(title="−ELBO to rekonstrukcja + KL", ylabel="naty na obraz")
    sum_axis.margins(y=0.1)
    ks, bounds = list(parts.bounds), [-bound for bound in parts.bounds.values()]
    bounds_axis.axhline(-parts.elbo, color=PALETTE[2], linestyle="--", label=f"−ELBO = {-parts.elbo:.1f}")
    bounds_axis.plot(ks, bounds, marker="o", color=PALETTE[4], label="−$L_k$")
    for k, bound in zip(ks, bounds, strict=True):
        bounds_axis.annotate(f"{bound:.1f}", (k, bound), (5, 5), textcoords="offset points")
    bounds_axis.set(title="Górne ograniczenia −log p(x)", xlabel="k, liczba próbek z q(z|x)", xscale="log")
    bounds_axis.set_xticks(ks, [str(k) for k in ks])
    bounds_axis.xaxis.set_minor_locator(NullLocator())
    bounds_axis.margins(0.15, 0.2)
    bounds_axis.grid(alpha=0.3)
    bounds_axis.legend()
    figure.suptitle(f"Składniki ELBO, średnio na {parts.n_images} obrazach")
    add_caption(
        figure,
        "Prawdziwe −log p(x) leży poniżej wszystkich punktów: im więcej próbek, tym bliżej niego, a to, o ile punkty "
        "spadają poniżej linii −ELBO, mówi, jak bardzo q(z|x) różni się co najmniej od dokładnego p(z|x).",
    )
