"""Latent traversals: one latent goes through its own range of values, the others stay.

The plots of Higgins et al. (2017, https://openreview.net/forum?id=Sy2fzU9gl), but for the range: it comes from
the data set and not from the prior, because a plain autoencoder has no prior, and a variational one need not use
all of it.
"""

from collections.abc import Sequence

import numpy as np
import torch

from src.representation import Posterior

TRAVERSAL_QUANTILES = (0.025, 0.975)
"""A latent is moved between these quantiles of its own values over the data set."""

_VALUES_PER_IMAGE = 20


def aggregate_values(posterior: Posterior) -> torch.Tensor:
    """Values that represent the aggregate posterior of each latent, the mean over images of q(z|x).

    Of each image's q(z|x) its quantiles 1/2n, 3/2n, ..., n = 20 equally likely values: what many draws would give,
    without chance. A latent that carries no information has them near those of the prior.

    :return: (20 N, Z)
    """
    probabilities = (torch.arange(_VALUES_PER_IMAGE) + 0.5) / _VALUES_PER_IMAGE
    noise = torch.special.ndtri(probabilities).to(posterior.z_loc).view(-1, 1, 1)
    return (posterior.z_loc + posterior.z_scale * noise).flatten(0, 1)


def traversal_values(values: torch.Tensor, steps: int) -> torch.Tensor:
    """Where a traversal takes each latent: evenly from one of ``TRAVERSAL_QUANTILES`` to the other.

    :param values: (n, Z), values that the latents take over a data set
    :return: (Z, steps)
    :raises ValueError: fewer than 2 steps
    """
    if steps < 2:
        raise ValueError(f"Liczba kroków (steps) musi wynosić co najmniej 2, a podano {steps}.")
    low, high = np.quantile(values.numpy(), TRAVERSAL_QUANTILES, axis=0)
    return torch.as_tensor(np.linspace(low, high, steps, axis=1), dtype=values.dtype)


def traversal(latent_code: torch.Tensor | Sequence[float], values: torch.Tensor) -> torch.Tensor:
    """Latents that differ from ``latent_code`` in one feature each.

    :param latent_code: (Z,)
    :param values: (Z, steps), what each feature is set to in turn
    :return: (Z, steps, Z)
    :raises ValueError: wrong size of ``latent_code``
    """
    n_features, _ = values.shape
    code = torch.as_tensor(latent_code, dtype=values.dtype)
    if code.shape != (n_features,):
        raise ValueError(f"latent_code ma wymiary {tuple(code.shape)}, a wektor ukryty modelu ({n_features},).")
    latents = code.repeat(*values.shape, 1)
    features = torch.arange(n_features)
    latents[features, :, features] = values
    return latents
