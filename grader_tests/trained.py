"""Measures of a model that the notebook trained, and the bands they must lie in."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from . import figures, mnist, oracles
from .student import ProbeError, Student
from .verdict import require

BANDS_FILE = Path(__file__).parent / "bands.json"
IMAGES, EXAMPLES = 1000, 10
VAE_WEIGHTS = {part: f"weights of vae_model after its training, {part}" for part in ("encoder", "decoder")}
SCALE_FIXED = "whether z_scale, and nothing else, stays as it was made because no gradient reaches it"
NETWORKS = "whether a network of task 1a has answered at all"
"""Keys of the student's notes, the first by network."""


@dataclass(frozen=True)
class Measures:
    """A trained VAE on validation images, nats per image.

    negative_elbo: KL − E[log p(x|z)] (β = 1, whatever the model was trained for), one sample an image;
    kl: closed form; variances: aggregate posterior variance E[σ²] + Var[μ] of each latent (Z,); images, outputs: some
    of the images and what the decoder made of them (EXAMPLES, 784).
    """

    negative_elbo: float
    kl: float
    variances: oracles.Array
    images: oracles.Array
    outputs: oracles.Array

    @property
    def variance(self) -> float:
        """The median over the latents."""
        return float(np.median(self.variances))


def measure(student: Student, model: str, rng: np.random.Generator, seeds: Callable[[], int]) -> Measures:
    """Measures of the notebook's variable ``model`` on 1,000 validation images drawn by ``rng``; raises ProbeError.

    The latents come back in another order: else an object that remembers the images would pass for a decoder.
    """
    if not student.notes.get(NETWORKS, 1.0):
        raise ProbeError("Żadna z sieci z zadania 1a nie działa, więc nie mogły zostać wytrenowane.")
    images, _ = mnist.images(train=False)
    chosen = rng.choice(len(images), IMAGES, replace=False)
    x = images[chosen] / 255.0
    reply = student.probe("trained_encode", model=model, rows=mnist.N_TRAIN + chosen, seed=seeds())
    loc = reply.array("loc")
    scale = reply.array("scale", loc.shape)
    z = loc + scale * rng.normal(size=loc.shape)
    order = rng.permutation(IMAGES)
    reply = student.probe("trained_decode", model=model, z=z[order], seed=seeds())
    output = np.empty((IMAGES, 784))
    output[order] = reply.array("output", output.shape)
    with np.errstate(all="ignore"):  # a wrong network gives NaN, which lies in no band
        kl = float(oracles.gaussian_kl(loc, scale).mean())
        log_x = float(oracles.bernoulli_log_prob(x.reshape(IMAGES, -1), output).mean())
        variances = oracles.aggregate_variance(loc, scale)
    return Measures(kl - log_x, kl, variances, x[:EXAMPLES].reshape(-1, 784), output[:EXAMPLES])


def reconstruction_error(student: Student, model: str, rng: np.random.Generator, seeds: Callable[[], int]) -> float:
    """MSE, mean over pixels, of the notebook's autoencoder ``model`` on 500 validation images; raises ProbeError."""
    images, _ = mnist.images(train=False)
    chosen = rng.choice(len(images), 500, replace=False)
    x = images[chosen, None] / 255.0
    rows = mnist.N_TRAIN + chosen
    image = student.probe("reconstruct", model=model, rows=rows, seed=seeds()).array("image", x.shape)
    return float(((image - x) ** 2).mean())


@cache
def bands() -> dict[str, tuple[float, float]]:
    """The calibrated bands: name -> (low, high). Made by ``make calibrate``."""
    return {name: (low, high) for name, (low, high) in json.loads(BANDS_FILE.read_text())["bands"].items()}


def require_variance(student: Student, name: str, measured: Measures, beta: float) -> None:
    """Raise WrongError unless the aggregate posterior variance of a model with this β lies in the band ``name``.

    Where ``z_scale`` is never learnt, the variance is a matter of chance, and `1a.gradients` has named the mistake.
    """
    if not student.notes.get(SCALE_FIXED):
        observed = "wariancja zagregowanego posteriora (E[σ²] + Var[μ]) to {:.2f}."
        require_inside(name, measured.variance, observed, lambda: figures.variances(measured.variances, beta))


def require_inside(name: str, value: float, observed: str, draw: Callable[[], figures.Figure] | None = None) -> None:
    """Raise WrongError, with the figure of ``draw``, unless ``value`` lies in the band ``name``.

    observed: a format with a place for the value.
    """
    low, high = bands()[name]
    require(low <= value <= high, observed.format(value), f"od {low:.3g} do {high:.3g}.", draw)
