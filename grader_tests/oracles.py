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


def linear_share(x: Array, loc: Array) -> float:
    """Share of the variance of latents (B, Z) that a linear function of the images x (B, 784), coarsened to 7 x 7
    blocks, explains: 49 / (B - 1) where latents are noise, near 1 where they follow the image smoothly, NaN where all
    are the same."""
    blocks = x.reshape(-1, 7, 4, 7, 4).mean(axis=(2, 4)).reshape(len(x), 49)
    centred = blocks - blocks.mean(axis=0)
    targets = loc - loc.mean(axis=0)
    products, shared = centred.T @ centred, centred.T @ targets
    explained = np.sum(shared * np.linalg.lstsq(products, shared, rcond=None)[0])
    return float(explained / np.sum(targets**2))


def aggregate_variance(loc: Array, scale: Array) -> Array:
    """Variance of the aggregate posterior per latent, E[σ²] + Var[μ]: (B, Z) -> (Z,); 1 where it matches N(0, I)."""
    return np.mean(scale**2, axis=0) + np.var(loc, axis=0)
