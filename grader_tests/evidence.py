"""Inputs and comparisons that the checks of several tasks share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from . import oracles
from .oracles import Array
from .student import Reply, Student


def random_images(rng: np.random.Generator, batch: int, side: int) -> Array:
    """Grey noise in [0, 1]: (batch, 1, side, side), in the networks' precision."""
    return rng.uniform(0, 1, (batch, 1, side, side)).astype(np.float32)


def random_stub(rng: np.random.Generator, batch: int, latent: int, data: int) -> dict[str, Any]:
    """Known networks for the probe ``losses``: loc, scale (batch, latent), weight (latent, data), bias (data,)."""
    return {
        "loc": rng.normal(0, 1.5, (batch, latent)),
        "scale": np.exp(rng.uniform(np.log(0.2), np.log(1.5), (batch, latent))),
        "weight": rng.normal(0, 1, (latent, data)),
        "bias": rng.normal(0, 1, data),
    }


def judged_losses(
    student: Student, x: Array, kl_weights: Sequence[float], seed: int, **request: Any
) -> tuple[Reply, list[bool]]:
    """A reply of the probe ``losses`` on x (B, 1, H, W), and for each of its rows whether its losses are
    those of a VAE with that weight of the KL.

    They agree draw by draw, to single precision; or, for solutions that use another unbiased estimate of the
    same loss (an analytic KL, say), in the mean within 7 standard errors of 200 draws (false alarms < 1e-9),
    which are only made where the first few do not agree. A row whose networks are not the known ones (``stub``),
    where those were asked for, does not agree: else constants that fit each other would.
    """
    stub = request.get("stub")
    few = student.probe("losses", x=x, draws=8, seed=seed, **request)
    agree = [_known(few, row, stub) and _exactly(few, x, row, beta) for row, beta in enumerate(kl_weights)]
    if all(agree):
        return few, agree
    many = student.probe("losses", x=x, draws=200, seed=seed, **request)
    rows = enumerate(kl_weights)
    return many, [_known(many, row, stub) and (_exactly(many, x, row, beta) or _on_average(many, x, row, beta))
                  for row, beta in rows]


def expected_losses(reply: Reply, x: Array, row: int, beta: float) -> Array:
    """What the losses of a row of a ``losses`` reply should be: (draws,), nats summed over the batch."""
    z, loc, scale, probabilities = (reply.array(name)[row] for name in ("z", "loc", "scale", "probabilities"))
    return oracles.beta_vae_loss(x.reshape(len(x), -1), probabilities, z, loc, scale, beta)


def _known(reply: Reply, row: int, stub: dict[str, Any] | None) -> bool:
    """Whether a row of a ``losses`` reply comes from the known networks, where there are any."""
    if stub is None:
        return True
    z, loc, scale, probabilities = (reply.array(name)[row] for name in ("z", "loc", "scale", "probabilities"))
    known = 1 / (1 + np.exp(-(z @ stub["weight"] + stub["bias"])))
    pairs = ((loc, stub["loc"]), (scale, stub["scale"]), (probabilities, known))
    return all(got.shape == there.shape and np.allclose(got, there, atol=1e-3) for got, there in pairs)


def _precision(expected: Array) -> float:
    return 2e-4 * float(np.abs(expected).max()) + 1e-2


def _exactly(reply: Reply, x: Array, row: int, beta: float) -> bool:
    expected = expected_losses(reply, x, row, beta)
    return bool(np.abs(reply.array("loss")[row] - expected).max() < _precision(expected))


def _on_average(reply: Reply, x: Array, row: int, beta: float) -> bool:
    expected = expected_losses(reply, x, row, beta)
    difference = reply.array("loss")[row] - expected
    error = 7 * difference.std() / np.sqrt(len(difference))
    return bool(abs(difference.mean()) < error + _precision(expected))
