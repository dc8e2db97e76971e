"""Measures of the latents that an encoder q(z|x) = N(z_loc, z_scale²) gives to a data set."""

from typing import Any

import torch

ACTIVE = 0.01
"""A latent is active when the variance of its mean over the data set is larger (Burda et al., 2016)."""


def kl_from_prior(z_loc: torch.Tensor, z_scale: torch.Tensor) -> torch.Tensor:
    """KL(N(z_loc, z_scale²) || N(0, 1)) of each image and latent, in nats: (N, Z).

    (μ² + σ² − 1 − ln σ²) / 2 (Kingma and Welling, 2014, https://arxiv.org/abs/1312.6114, appendix B).

    :param z_loc: means μ, (N, Z)
    :param z_scale: standard deviations σ, (N, Z)
    """
    return (z_loc.square() + z_scale.square() - 1 - 2 * z_scale.log()) / 2


def activity(z_loc: torch.Tensor) -> torch.Tensor:
    """Variance over images of the mean of each latent, (Z,) (Burda et al., 2016, https://arxiv.org/abs/1509.00519).

    :param z_loc: (N, Z)
    """
    return z_loc.var(dim=0, correction=0)


def normal_parameters(distribution: Any) -> tuple[torch.Tensor, torch.Tensor] | None:
    """Mean and standard deviation of independent normal variables, each in the distribution's own shape.

    :param distribution: one of Pyro's or PyTorch's, however it was written; (N, Z) where it is of N images
    :return: None of any other distribution
    """
    distribution = unwrapped(distribution)
    if not isinstance(distribution, torch.distributions.Normal):
        covariance = getattr(distribution, "covariance_matrix", None)
        if covariance is None or not torch.equal(covariance, covariance.diagonal(dim1=-2, dim2=-1).diag_embed()):
            return None
    return distribution.mean, distribution.stddev


def is_reparametrised_normal(distribution: Any) -> bool:
    """Whether these are independent normal variables with a gradient through their draws."""
    return isinstance(unwrapped(distribution), torch.distributions.Normal) and distribution.has_rsample


def unwrapped(distribution: Any) -> Any:
    """The distribution of which ``to_event`` made one of vectors."""
    while isinstance(distribution, torch.distributions.Independent):
        distribution = distribution.base_dist
    return distribution


def is_standard(mean: torch.Tensor, deviation: torch.Tensor) -> bool:
    """Whether these are the parameters of N(0, I)."""
    return bool(mean.abs().max() < 1e-6 and (deviation - 1).abs().max() < 1e-6)
