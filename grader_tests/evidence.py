"""Inputs and comparisons that the checks of several tasks share."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import oracles
from .oracles import Array
from .student import Reply


def random_images(rng: np.random.Generator, batch: int, side: int) -> Array:
    """Grey noise in [0, 1]: (batch, 1, side, side)."""
    return rng.uniform(0, 1, (batch, 1, side, side))


def random_stub(rng: np.random.Generator, batch: int, latent: int, data: int) -> dict[str, Any]:
    """Known networks for the probe ``losses``: loc, scale (batch, latent), weight (latent, data), bias (data,)."""
    return {
        "loc": rng.normal(0, 1.5, (batch, latent)),
        "scale": np.exp(rng.uniform(np.log(0.2), np.log(1.5), (batch, latent))),
        "weight": rng.normal(0, 1, (latent, data)),
        "bias": rng.normal(0, 1, data),
    }


def loss_agrees(reply: Reply, x: Array, row: int, beta: float) -> tuple[bool, float, float]:
    """Whether the losses of row ``row`` of a ``losses`` reply are those of a β-VAE, and both means (nats).

    They agree draw by draw (single precision), or, for solutions that use another unbiased estimate of the
    same loss (an analytic KL, say), in the mean within 7 standard errors of 100 draws (false alarms < 1e-9).
    """
    loss = reply.array("loss")[row]
    z, loc, scale = (reply.array(name)[row] for name in ("z", "loc", "scale"))
    expected = oracles.beta_vae_loss(x.reshape(len(x), -1), reply.array("probabilities")[row], z, loc, scale, beta)
    difference = loss - expected
    precision = 2e-4 * np.abs(expected).max() + 1e-2
    error = 7 * difference.std() / np.sqrt(len(difference))
    exact = np.abs(difference).max() < precision
    agrees = bool(exact or abs(difference.mean()) < error + precision)
    return agrees, float(loss.mean()), float(expected.mean())
