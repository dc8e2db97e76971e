"""Measures of latents against PyTorch's own distributions."""

import pyro.distributions as dist
import pytest
import torch

from src.latents import activity, is_standard, kl_from_prior, normal_parameters


def test_kl_is_that_of_torch():
    z_loc, z_scale = torch.randn(50, 4), torch.rand(50, 4) + 0.1
    normal, prior = torch.distributions.Normal(z_loc, z_scale), torch.distributions.Normal(0.0, 1.0)
    torch.testing.assert_close(kl_from_prior(z_loc, z_scale), torch.distributions.kl_divergence(normal, prior))


def test_activity_is_the_variance_of_the_means():
    z_loc = torch.tensor([[1.0, 5.0], [3.0, 5.0]])
    torch.testing.assert_close(activity(z_loc), torch.tensor([1.0, 0.0]))


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda loc, scale: dist.Normal(loc, scale), id="elementwise"),
        pytest.param(lambda loc, scale: dist.Normal(loc, scale).to_event(1), id="to_event"),
        pytest.param(lambda loc, scale: dist.MultivariateNormal(loc, scale.square().diag_embed()), id="multivariate"),
    ],
)
def test_parameters_of_a_normal_distribution_however_it_is_written(write):
    loc, scale = torch.randn(7, 3), torch.rand(7, 3) + 0.1
    found = normal_parameters(write(loc, scale))
    torch.testing.assert_close(found, (loc, scale))


@pytest.mark.parametrize(
    "distribution",
    [
        pytest.param(dist.Laplace(torch.zeros(7, 3), 1.0).to_event(1), id="not normal"),
        pytest.param(dist.MultivariateNormal(torch.zeros(7, 3), torch.eye(3) + 0.5), id="not independent"),
    ],
)
def test_other_distributions_have_none(distribution):
    assert normal_parameters(distribution) is None


@pytest.mark.parametrize(("mean", "deviation", "expected"), [(0.0, 1.0, True), (0.0, 0.99, False), (0.01, 1.0, False)])
def test_standard_normal_is_recognised(mean, deviation, expected):
    assert is_standard(torch.full((2, 3), mean), torch.full((2, 3), deviation)) is expected
