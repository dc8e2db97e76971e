"""Closed forms that the checks compare with, in NumPy: they never enter a student's process.

Shapes: B images, D pixels each, Z latents; all values in nats.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LOG_2PI = float(np.log(2 * np.pi))


def normal_log_prob(z: Array, loc: Array | float, scale: Array | float) -> Array:
    """log N(z; loc, scale²) summed over the last axis: (..., Z) -> (...), nats."""
    standardised = (z - loc) / scale
    return np.sum(-0.5 * standardised**2 - np.log(scale) - 0.5 * LOG_2PI, axis=-1)


def gaussian_kl(loc: Array, scale: Array) -> Array:
    """D_KL(N(loc, scale²) || N(0, I)) for each image: (B, Z) -> (B,), nats. Kingma & Welling 2014, appendix B."""
    return np.sum(0.5 * (loc**2 + scale**2 - 1.0) - np.log(scale), axis=-1)


def bernoulli_log_prob(x: Array, probabilities: Array) -> Array:
    """log Bernoulli(x; p) summed over pixels, x in [0, 1]: (..., D) -> (...), nats.

    p is kept off 0 and 1 by the float32 machine epsilon, as torch.distributions does it.
    """
    eps = float(np.finfo(np.float32).eps)
    p = np.clip(probabilities, eps, 1.0 - eps)
    return np.sum(x * np.log(p) + (1.0 - x) * np.log1p(-p), axis=-1)


def beta_vae_loss(x: Array, probabilities: Array, z: Array, loc: Array, scale: Array, beta: float) -> Array:
    """The one-sample β-VAE loss, summed over the batch: −log p(x|z) + β (log q(z|x) − log p(z)), nats.

    x (B, D); probabilities (draws, B, D); z (draws, B, Z); loc, scale (B, Z) -> (draws,). Higgins et al. 2017.
    """
    log_ratio = normal_log_prob(z, loc, scale) - normal_log_prob(z, 0.0, 1.0)
    return np.sum(-bernoulli_log_prob(x, probabilities) + beta * log_ratio, axis=-1)


def likeness(x: Array, loc: Array) -> float:
    """Whether images that are alike have latents that are near: the correlation, over all pairs, of the squared
    distances of images (B, D) with those of their latents (B, Z); about 0 where latents are noise, NaN where all are
    the same."""
    of_images, of_latents = (_distances(points) for points in (x, loc))
    return float(np.corrcoef(of_images, of_latents)[0, 1])


def _distances(points: Array) -> Array:
    """Squared Euclidean distance of each pair of points (N, D) -> (N (N - 1) / 2,)."""
    centred = points - points.mean(axis=0)
    products = centred @ centred.T
    squares = np.diag(products)
    distances: Array = (squares[:, None] + squares - 2 * products)[np.triu_indices(len(points), 1)]
    return distances


def aggregate_variance(loc: Array, scale: Array) -> Array:
    """Variance of the aggregate posterior per latent, E[σ²] + Var[μ]: (B, Z) -> (Z,); 1 where it matches N(0, I)."""
    return np.mean(scale**2, axis=0) + np.var(loc, axis=0)
