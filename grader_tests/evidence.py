"""Inputs and comparisons that the checks of several tasks share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import oracles
from .oracles import Array
from .student import ProbeError, Student


def grey_noise(rng: np.random.Generator, *shape: int) -> Array:
    """Noise of this shape in [0, 1], in the networks' precision and in the 256 grey levels of a picture.

    (With more of them a question is twice as long, and ipykernel reads every character of it in Python.)
    """
    return (rng.integers(0, 256, shape) / 255).astype(np.float32)


def random_stub(rng: np.random.Generator, batch: int, latent: int, data: int) -> dict[str, Any]:
    """Known networks for the probe ``losses``, in the networks' precision: loc, scale (batch, latent), weight
    (latent, data), bias (data,)."""
    stub = {
        "loc": rng.normal(0, 1.5, (batch, latent)),
        "scale": np.exp(rng.uniform(np.log(0.2), np.log(1.5), (batch, latent))),
        "weight": rng.normal(0, 1, (latent, data)),
        "bias": rng.normal(0, 1, data),
    }
    return {name: values.astype(np.float32) for name, values in stub.items()}


@dataclass(frozen=True)
class Losses:
    """A reply of the probe ``losses`` in arrays: R rows (one for each β), n draws, B images, D pixels, Z latents.

    loss, guide_term, prior_term, likelihood_term: (R, n), nats summed over the batch; z: (R, n, B, Z); loc, scale:
    (R, B, Z), or (R, B, 1) the scale; probabilities: (R, n, B, D).
    """

    loss: Array
    guide_term: Array
    prior_term: Array
    likelihood_term: Array
    z: Array
    loc: Array
    scale: Array
    probabilities: Array

    def expected(self, x: Array, row: int, beta: float) -> Array:
        """What the losses of a row should be for images x (B, 1, H, W): (n,), nats summed over the batch."""
        flat = x.reshape(len(x), -1)
        return oracles.beta_vae_loss(flat, self.probabilities[row], self.z[row], self.loc[row], self.scale[row], beta)


def ask_losses(student: Student, sizes: Sequence[int], x: Array, draws: int, **request: Any) -> Losses:
    """A reply of the probe ``losses`` on x (B, 1, H, W) for networks of ``sizes``, see there; raises ProbeError."""
    reply = student.probe("losses", sizes=sizes, x=x, draws=draws, **request)
    rows, batch, data, latent = len(request.get("betas", (None,))), len(x), sizes[0], sizes[-1]
    scalars = {name: reply.array(name, (rows, draws)) for name in ("loss", *TERMS)}
    scales = 1 if reply.shape("scale")[-1:] == (1,) else latent  # one for all latents is named by the encoder's checks
    return Losses(
        **scalars,
        z=reply.array("z", (rows, draws, batch, latent)),
        loc=reply.array("loc", (rows, batch, latent)),
        scale=reply.array("scale", (rows, batch, scales)),
        probabilities=reply.array("probabilities", (rows, draws, batch, data)),
    )


TERMS = ("guide_term", "prior_term", "likelihood_term")


def judged_losses(
    student: Student, x: Array, kl_weights: Sequence[float], seed: int, **request: Any
) -> tuple[Losses, list[bool]]:
    """Losses on x (B, 1, H, W), and for each of their rows whether they are those of a VAE with that weight of the KL.

    They agree draw by draw, to single precision; or, for solutions that use another unbiased estimate of the
    same loss (an analytic KL, say), in the mean within 7 standard errors of 200 draws (false alarms < 1e-9),
    which are only made where the first few do not agree. Raises ProbeError where known networks (``stub``) were asked
    for and others answer: else constants that fit each other would do.
    """
    few = _ask_known(student, x=x, draws=8, seed=seed, **request)
    agree = [_exactly(few, x, row, beta) for row, beta in enumerate(kl_weights)]
    if all(agree):
        return few, agree
    many = _ask_known(student, x=x, draws=200, seed=seed, **request)
    rows = enumerate(kl_weights)
    return many, [_exactly(many, x, row, beta) or _on_average(many, x, row, beta) for row, beta in rows]


def _ask_known(student: Student, stub: dict[str, Any] | None = None, **request: Any) -> Losses:
    if stub is None:
        return ask_losses(student, **request)
    losses = ask_losses(student, stub=stub, **request)
    with np.errstate(over="ignore"):
        probabilities = 1 / (1 + np.exp(-(losses.z @ stub["weight"] + stub["bias"])))
    pairs = ((losses.loc, stub["loc"]), (losses.scale, stub["scale"]), (losses.probabilities, probabilities))
    if not all(np.allclose(got, there, atol=1e-3, equal_nan=True) for got, there in pairs):  # in single precision
        raise ProbeError("Sprawdzarka podstawiła znane sieci, ale odpowiedź nie pochodzi od nich.")
    return losses


def _precision(expected: Array) -> float:
    return 2e-4 * float(np.abs(expected).max()) + 1e-2


def _exactly(losses: Losses, x: Array, row: int, beta: float) -> bool:
    expected = losses.expected(x, row, beta)
    return bool(np.abs(losses.loss[row] - expected).max() < _precision(expected))


def _on_average(losses: Losses, x: Array, row: int, beta: float) -> bool:
    expected = losses.expected(x, row, beta)
    difference = losses.loss[row] - expected
    error = 7 * difference.std() / np.sqrt(len(difference))
    return bool(abs(difference.mean()) < error + _precision(expected))
