"""What is trained: a loss between image and reconstruction, or Pyro's ELBO, and the parts of each.

Evidence lower bound of an image x (Kingma and Welling, 2014, https://arxiv.org/abs/1312.6114):

    ELBO(x) = E_q[log p(x|z)] - KL(q(z|x) || p(z)),

both terms in nats. Estimated from one draw z ~ q(z|x), as Pyro's ``Trace_ELBO`` does, the KL term is
log q(z|x) - log p(z). (Of several draws, ``num_particles``, the parts are those of the last.)
"""

import logging
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
from torch.distributions.utils import clamp_probs

from src.evaluation import frozen
from src.latents import is_reparametrised_normal, is_standard, normal_parameters, unwrapped

logger = logging.getLogger(__name__)

_LOG_SQRT_2_PI = math.log(2 * math.pi) / 2

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
        self.is_mse = type(loss_fn) is nn.MSELoss and loss_fn.reduction == "mean"

    def __call__(self, x: torch.Tensor) -> tuple[torch.Tensor, Parts]:
        """Parts: ``loss``, as ``loss_fn`` gives it, and ``mse``, mean over pixels."""
        reconstruction = self.autoencoder(x)
        loss = self.loss_fn(reconstruction, x)
        mse = loss if self.is_mse else nn.functional.mse_loss(reconstruction.detach(), x)
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
        self.model_at_the_draw = _Replay(self.guide_sites)(self.model)
        elbo = getattr(loss_fn, "__self__", None)
        self.is_single_draw = type(elbo) is Trace_ELBO and elbo.num_particles == 1
        self.is_written_out = False
        self.is_checked = False

    def __call__(self, x: torch.Tensor) -> tuple[torch.Tensor, Parts]:
        """Parts, each a sum over the event and a mean over the batch, in nats per image: ``loss``, as
        ``loss_fn`` gives it; ``reconstruction``, -log p(x|z); ``kl``, log q(z|x) - log p(z), the last two
        without any scaling by ``poutine.scale``. And ``mse`` of the mean of p(x|z), mean over pixels; not a number
        where no observed variable has a mean: ``pyro.factor`` has none.

        The first call leaves Pyro's validation as it is set; the later ones, of the same model, go without.
        """
        if self.is_checked:
            with pyro.validation_enabled(False):
                loss, log_probs = self._evaluate(x)
        else:
            self._first_forward(x)
            loss, log_probs = self._by_pyro(x)
            self.is_written_out = self.is_single_draw and self._can_be_written_out()
            self.is_checked = True
            logger.debug("loss %s", "written out here" if self.is_written_out else "left to Pyro")
        return loss, {"loss": loss.item() / len(x)} | self._parts(log_probs, len(x))

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

    def _evaluate(self, x: torch.Tensor) -> tuple[torch.Tensor, "LogProbs"]:
        """As ``_by_pyro``, with the same use of torch's random stream.

        What ``Trace_ELBO`` computes of one draw is written out here, the sum over the variables of each one's scale and
        log-probability. Pyro takes a fifth longer, for the record that it keeps of both functions.
        """
        if self.is_written_out:
            self.guide(x)
            self.model_at_the_draw(x)
            self.is_written_out = self._can_be_written_out()
        if not self.is_written_out:
            return self._by_pyro(x)
        log_probs = self._log_probs()
        return log_probs.minus_elbo, log_probs

    def _can_be_written_out(self) -> bool:
        """Whether z is drawn with a gradient from a normal q(z|x), and every scale is a number."""
        posterior, prior = self.guide_sites.latent, self.model_sites.latent
        sites = (*posterior.values(), *prior.values(), *self.model_sites.observed.values())
        return (
            posterior.keys() == prior.keys()
            and not self.guide_sites.observed
            and not any(math.isnan(site.scale) for site in sites)
            and all(is_reparametrised_normal(site.distribution) for site in posterior.values())
        )

    def _by_pyro(self, x: torch.Tensor) -> tuple[torch.Tensor, "LogProbs"]:
        """The loss that ``loss_fn`` gives, (), and the log-probabilities at the last draw of it, without gradients."""
        loss = self.loss_fn(self.model, self.guide, x)
        with torch.no_grad():
            return loss, self._log_probs()

    def _log_probs(self) -> "LogProbs":
        """Of the variables of the last calls."""
        observed, prior, posterior = self.model_sites.observed, self.model_sites.latent, self.guide_sites.latent
        if not observed:
            raise ValueError("Funkcja model nie ma zmiennej obserwowanej: brakuje pyro.sample(..., obs=x).")
        return LogProbs(
            posterior=[(site.scale, site.log_prob()) for site in posterior.values()],
            prior=[(prior[name].scale, prior[name].log_prob()) for name in posterior],
            likelihood=[(site.scale, site.log_prob()) for site in observed.values()],
        )

    @torch.no_grad()
    def _parts(self, log_probs: "LogProbs", n_images: int) -> Parts:
        """Parts of the loss but for itself."""
        log_q, log_p, log_x = (
            sum(value.item() for _, value in terms)
            for terms in (log_probs.posterior, log_probs.prior, log_probs.likelihood)
        )
        mse = next(filter(math.isfinite, map(_squared_error, self.model_sites.observed.values())), math.nan)
        return {"reconstruction": -log_x / n_images, "kl": (log_q - log_p) / n_images, "mse": mse}


def _squared_error(site: "Site") -> float:
    """Mean over pixels of the squared difference of an observed value and its mean; NaN where there is no mean."""
    try:
        mean = site.distribution.mean  # type: ignore[attr-defined]
    except NotImplementedError:
        return math.nan
    return nn.functional.mse_loss(mean, site.value).item()


@dataclass(frozen=True)
class LogProbs:
    """Log-probabilities by role, each variable's scale and its sum over events and batch, (), in nats, not scaled."""

    posterior: list[tuple[float, torch.Tensor]]
    prior: list[tuple[float, torch.Tensor]]
    likelihood: list[tuple[float, torch.Tensor]]

    @property
    def minus_elbo(self) -> torch.Tensor:
        """Scaled log q(z|x) - log p(z) - log p(x|z), ()."""
        weighted = [scale * value for scale, value in self.posterior]
        weighted += [-scale * value for scale, value in (*self.prior, *self.likelihood)]
        return torch.stack(weighted).sum()


@dataclass(frozen=True)
class Site:
    """A random variable of one call, its value, and the number by which the call scales its log-probability.

    scale: not a number where it differs from element to element or is learnt itself, or some elements are masked.
    """

    distribution: dist.Distribution
    value: torch.Tensor
    scale: float

    def log_prob(self) -> torch.Tensor:
        """Log-probability of the value, a sum over events and batch, (), in nats, not scaled."""
        distribution = unwrapped(self.distribution)
        if type(distribution) is dist.Bernoulli and "logits" not in vars(distribution):
            return bernoulli_log_prob(distribution.probs, self.value)
        if type(distribution) is dist.Normal:
            return normal_log_prob(distribution.loc, distribution.scale, self.value)
        return self.distribution.log_prob(self.value).sum()


def bernoulli_log_prob(probabilities: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Σ x log p + (1 − x) log(1 − p), (), in nats, with every p kept as far from 0 and 1 as PyTorch keeps it.

    The same as of PyTorch's ``Bernoulli``, which turns p into logits and those back into logarithms, in a third of the
    time. Of a small p the rounding of 1 − p loses at most 6e-8 nats, and ``log1p`` takes six times as long as ``log``.

    :param probabilities: p, of any shape
    :param x: values, of a shape that fits
    :raises RuntimeError: the shapes do not fit
    """
    p = clamp_probs(probabilities)
    return (x * p.log() + (1 - x) * (1 - p).log()).sum()


def normal_log_prob(loc: torch.Tensor, scale: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Σ −((x − μ) / σ)² / 2 − log σ − log √2π, (), in nats; of small batches PyTorch's own takes twice as long.

    :param loc: μ, of any shape
    :param scale: σ, of a shape that fits
    :param x: values, of a shape that fits
    :raises RuntimeError: the shapes do not fit
    """
    return (((x - loc) / scale).square() / -2 - scale.log() - _LOG_SQRT_2_PI).sum()


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
        named_only = msg["infer"] is not None and msg["infer"].get("_deterministic")  # pyro.deterministic
        if not site_is_subsample(msg) and not named_only:
            sites = self.observed if msg["is_observed"] else self.latent
            sites[msg["name"]] = Site(msg["fn"], msg["value"], _as_number(msg["scale"], msg["mask"]))


def _as_number(scale: float | torch.Tensor, mask: Any) -> float:
    if isinstance(scale, torch.Tensor) and (scale.numel() > 1 or scale.requires_grad):
        return math.nan
    return math.nan if mask is not None else float(scale)


class _Replay(Messenger):
    """Gives the latent variables of a model the values that a guide has drawn."""

    def __init__(self, drawn: SiteRecorder) -> None:
        super().__init__()
        self.drawn = drawn

    def _pyro_sample(self, msg: Any) -> None:
        site = self.drawn.latent.get(msg["name"])
        if site is not None and not msg["is_observed"]:
            msg["value"], msg["done"] = site.value, True
