"""What is trained: a loss between image and reconstruction, or Pyro's ELBO, and the parts of each.

Evidence lower bound of an image x (Kingma and Welling, 2014, https://arxiv.org/abs/1312.6114):

    ELBO(x) = E_q[log p(x|z)] - KL(q(z|x) || p(z)),

both terms in nats. Estimated from one draw z ~ q(z|x), as Pyro's ``Trace_ELBO`` does, the KL term is
log q(z|x) - log p(z). (Of several draws, ``num_particles``, the parts are those of the last.)
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pyro
import pyro.distributions as dist
import torch
from pyro.infer import ELBO, Trace_ELBO
from pyro.poutine.messenger import Messenger
from pyro.poutine.util import site_is_subsample
from torch import nn

from src.evaluation import frozen
from src.latents import is_standard, normal_parameters

Parts = dict[str, float]
"""Means over the images of a batch, by name."""


class Objective(Protocol):
    """What ``train_ae`` minimises."""

    @property
    def posterior(self) -> tuple[torch.Tensor, torch.Tensor] | None:
        """``z_loc`` and ``z_scale`` of the last batch, (batch, Z) each; None where there is no such q(z|x)."""

    def __call__(self, x: torch.Tensor) -> tuple[torch.Tensor, Parts]:
        """From images (batch, channels, height, width) to the loss to minimise, (), and its parts."""


def make_objective(model: nn.Module, loss_fn: Callable, loss_fn_args: Sequence | None) -> Objective:
    """The objective that ``train_ae`` minimises.

    :param loss_fn: ``loss_fn(reconstruction, x)`` when there are no ``loss_fn_args``,
        else ``loss_fn(model, guide, x)``
    :param loss_fn_args: None, or Pyro's (model, guide)
    :raises ValueError: the two do not fit together
    """
    if isinstance(loss_fn, ELBO):
        raise ValueError("Jako loss_fn podaj metodę: pyro.infer.Trace_ELBO().differentiable_loss.")
    if loss_fn_args is None:
        if isinstance(getattr(loss_fn, "__self__", None), ELBO):
            raise ValueError(
                "Funkcja kosztu z biblioteki Pyro potrzebuje modelu i guide'a: "
                "podaj loss_fn_args=(model.model, model.guide)."
            )
        return ReconstructionObjective(model, loss_fn)
    if len(loss_fn_args) != 2 or not all(callable(function) for function in loss_fn_args):
        raise ValueError("loss_fn_args musi być parą funkcji: (model.model, model.guide).")
    return ElboObjective(model, loss_fn, *loss_fn_args)


class ReconstructionObjective:
    """A loss between an image and its reconstruction."""

    posterior = None

    def __init__(self, autoencoder: nn.Module, loss_fn: Callable):
        self.autoencoder = autoencoder
        self.loss_fn = loss_fn

    def __call__(self, x: torch.Tensor) -> tuple[torch.Tensor, Parts]:
        """Parts: ``loss``, as ``loss_fn`` gives it, and ``mse``, mean over pixels."""
        reconstruction = self.autoencoder(x)
        loss = self.loss_fn(reconstruction, x)
        mse = nn.functional.mse_loss(reconstruction.detach(), x)
        return loss, {"loss": loss.item(), "mse": mse.item()}


class ElboObjective:
    """Minus ELBO, a sum over the batch, in nats."""

    def __init__(self, autoencoder: nn.Module, loss_fn: Callable, model: Callable, guide: Callable):
        self.autoencoder = autoencoder
        self.loss_fn = loss_fn
        self.model_sites = SiteRecorder()
        self.guide_sites = SiteRecorder()
        self.model = self.model_sites(model)
        self.guide = self.guide_sites(guide)
        elbo = getattr(loss_fn, "__self__", None)
        self.is_single_draw = type(elbo) is Trace_ELBO and elbo.num_particles == 1
        self.is_checked = False

    def __call__(self, x: torch.Tensor) -> tuple[torch.Tensor, Parts]:
        """Parts, each a sum over the event and a mean over the batch, in nats per image: ``loss``, as
        ``loss_fn`` gives it; ``reconstruction``, -log p(x|z); ``kl``, log q(z|x) - log p(z), the last two
        without any scaling by ``poutine.scale``. And ``mse`` of the mean of p(x|z), mean over pixels.

        The first call leaves Pyro's validation as it is set; the later ones, of the same model, go without.
        """
        if self.is_checked:
            with pyro.validation_enabled(False):
                loss = self.loss_fn(self.model, self.guide, x)
        else:
            self._first_forward(x)
            loss = self.loss_fn(self.model, self.guide, x)
            self.is_checked = True
        total = loss.item()
        return loss, {"loss": total / len(x)} | self._parts(total, len(x))

    @property
    def posterior(self) -> tuple[torch.Tensor, torch.Tensor] | None:
        """``z_loc`` and ``z_scale`` of the last batch, (batch, Z) each.

        None where there is not one latent variable with a normal q(z|x) of such a shape and the prior N(0, I).
        """
        guide, model = self.guide_sites.latent, self.model_sites.latent
        if len(guide) != 1 or guide.keys() != model.keys():
            return None
        (name,) = guide
        posterior, prior = (normal_parameters(sites[name].distribution) for sites in (guide, model))
        if prior is None or not is_standard(*prior) or posterior is None or posterior[0].ndim != 2:
            return None
        return posterior

    def _first_forward(self, x: torch.Tensor) -> None:
        """A model may learn the image size from its first forward pass, and need it in ``model``."""
        with frozen(self.autoencoder):
            self.autoencoder(x)

    @torch.no_grad()
    def _parts(self, loss: float, n_images: int) -> Parts:
        """Parts of the loss, a sum over the batch, at the draw that it was computed from."""
        observed, prior, posterior = self.model_sites.observed, self.model_sites.latent, self.guide_sites.latent
        if not observed:
            raise ValueError("Funkcja model nie ma zmiennej obserwowanej: brakuje pyro.sample(..., obs=x).")
        log_q = {name: site.log_prob() for name, site in posterior.items()}
        log_p = {name: prior[name].log_prob() for name in posterior}
        likelihood, *others = observed.values()
        scaled_alike = all(site.scale > 0 for site in (*prior.values(), *posterior.values(), likelihood))
        if self.is_single_draw and not others and prior.keys() == posterior.keys() and scaled_alike:
            # loss = s_q log q(z|x) - s_p log p(z) - s_x log p(x|z), where each s is a scale: the last term, the one
            # that takes long, has been computed already.
            latent_terms = sum(posterior[name].scale * log_q[name] - prior[name].scale * log_p[name] for name in log_q)
            reconstruction = (loss - latent_terms) / likelihood.scale
        else:
            reconstruction = -sum(site.log_prob() for site in observed.values())
        mse = nn.functional.mse_loss(likelihood.distribution.mean, likelihood.value)  # type: ignore[attr-defined]
        kl = sum(log_q[name] - log_p[name] for name in log_q)
        return {"reconstruction": reconstruction / n_images, "kl": kl / n_images, "mse": mse.item()}


@dataclass(frozen=True)
class Site:
    """A random variable of one call, its value, and the number by which the call scales its log-probability.

    scale: not a number where it differs from element to element, or some are masked.
    """

    distribution: dist.Distribution
    value: torch.Tensor
    scale: float

    def log_prob(self) -> float:
        """Log-probability of the value, a sum over events and batch, in nats, not scaled."""
        return self.distribution.log_prob(self.value).sum().item()


class SiteRecorder(Messenger):
    """Remembers the random variables of the last call, by name."""

    def __init__(self) -> None:
        super().__init__()
        self.latent: dict[str, Site] = {}
        self.observed: dict[str, Site] = {}

    def __enter__(self) -> Any:
        self.latent.clear()
        self.observed.clear()
        return super().__enter__()

    def _pyro_post_sample(self, msg: Any) -> None:
        if not site_is_subsample(msg):
            sites = self.observed if msg["is_observed"] else self.latent
            scale = torch.as_tensor(msg["scale"])
            one_number = scale.numel() == 1 and msg["mask"] is None
            sites[msg["name"]] = Site(msg["fn"], msg["value"], scale.item() if one_number else math.nan)
