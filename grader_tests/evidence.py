"""Inputs and comparisons that the checks of several tasks share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from . import oracles
from .oracles import Array
from .student import ProbeError, Reply, Student


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


def judged_losses(
    student: Student, x: Array, kl_weights: Sequence[float], seed: int, **request: Any
) -> tuple[Reply, list[bool]]:
    """A reply of the probe ``losses`` on x (B, 1, H, W), and for each of its rows whether its losses are
    those of a VAE with that weight of the KL.

    They agree draw by draw, to single precision; or, for solutions that use another unbiased estimate of the
    same loss (an analytic KL, say), in the mean within 7 standard errors of 200 draws (false alarms < 1e-9),
    which are only made where the first few do not agree. Raises ProbeError where known networks (``stub``) were asked
    for and others answer: else constants that fit each other would do.
    """
    few = _ask_losses(student, x=x, draws=8, seed=seed, **request)
    agree = [_exactly(few, x, row, beta) for row, beta in enumerate(kl_weights)]
    if all(agree):
        return few, agree
    many = _ask_losses(student, x=x, draws=200, seed=seed, **request)
    rows = enumerate(kl_weights)
    return many, [_exactly(many, x, row, beta) or _on_average(many, x, row, beta) for row, beta in rows]


def _ask_losses(student: Student, stub: dict[str, Any] | None = None, **request: Any) -> Reply:
    if stub is None:
        return student.probe("losses", **request)
    reply = student.probe("losses", stub=stub, **request)
    z = reply.array("z")
    if z.shape[-1:] != stub["loc"].shape[-1:]:
        raise ProbeError(f"Wektory ukryte mają kształt {z.shape}, a podstawiona sieć ma ich {stub['loc'].shape[-1]}.")
    with np.errstate(over="ignore"):
        known = {**stub, "probabilities": 1 / (1 + np.exp(-(z @ stub["weight"] + stub["bias"])))}
    if not all(_near(reply.array(name), known[name]) for name in ("loc", "scale", "probabilities")):
        raise ProbeError("Sprawdzarka podstawiła znane sieci, ale odpowiedź nie pochodzi od nich.")
    return reply


def _near(got: Array, there: Array) -> bool:
    """Whether an array, in single precision, has the last axes and the values of another."""
    return got.shape[-there.ndim :] == there.shape and np.allclose(got, there, atol=1e-3, equal_nan=True)


def expected_losses(reply: Reply, x: Array, row: int, beta: float) -> Array:
    """What the losses of a row of a ``losses`` reply should be: (draws,), nats summed over the batch."""
    z, loc, scale, probabilities = (reply.array(name)[row] for name in ("z", "loc", "scale", "probabilities"))
    return oracles.beta_vae_loss(x.reshape(len(x), -1), probabilities, z, loc, scale, beta)


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
