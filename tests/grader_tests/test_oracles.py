"""The closed forms, against torch.distributions and against each other."""

import numpy as np
import torch
from torch import distributions as dist

from grader_tests import oracles


def some_posterior():
    rng = np.random.default_rng(3)
    return rng.normal(0, 2, (5, 4)), rng.uniform(0.1, 3, (5, 4)), rng.normal(0, 1, (7, 5, 4))


def test_normal_log_prob_is_torchs():
    loc, scale, z = some_posterior()
    expected = dist.Normal(torch.tensor(loc), torch.tensor(scale)).log_prob(torch.tensor(z)).sum(-1)
    np.testing.assert_allclose(oracles.normal_log_prob(z, loc, scale), expected)


def test_gaussian_kl_is_torchs_and_zero_for_the_prior():
    loc, scale, _ = some_posterior()
    posterior = dist.Normal(torch.tensor(loc), torch.tensor(scale))
    expected = dist.kl_divergence(posterior, dist.Normal(0.0, 1.0)).sum(-1)
    np.testing.assert_allclose(oracles.gaussian_kl(loc, scale), expected)
    assert oracles.gaussian_kl(np.zeros((1, 4)), np.ones((1, 4))) == 0


def test_bernoulli_log_prob_is_torchs_for_grey_pixels():
    rng = np.random.default_rng(4)
    x, p = rng.uniform(0, 1, (5, 9)), rng.uniform(0, 1, (5, 9))
    expected = dist.Bernoulli(torch.tensor(p), validate_args=False).log_prob(torch.tensor(x)).sum(-1)
    np.testing.assert_allclose(oracles.bernoulli_log_prob(x, p), expected)


def test_bernoulli_log_prob_is_finite_at_the_ends():
    assert np.isfinite(oracles.bernoulli_log_prob(np.array([0.0, 1.0, 0.5]), np.array([1.0, 0.0, 1.0])))


def test_beta_weighs_the_kl_alone():
    loc, scale, z = some_posterior()
    rng = np.random.default_rng(5)
    x, p = rng.uniform(0, 1, (5, 9)), rng.uniform(0.1, 0.9, (7, 5, 9))
    at = {beta: oracles.beta_vae_loss(x, p, z, loc, scale, beta) for beta in (0.0, 1.0, 3.0)}
    np.testing.assert_allclose(at[0.0], -oracles.bernoulli_log_prob(x, p).sum(-1))
    np.testing.assert_allclose(at[3.0] - at[0.0], 3 * (at[1.0] - at[0.0]))


def test_aggregate_variance_of_posteriors_that_make_up_the_prior():
    rng = np.random.default_rng(6)
    scale = np.full((200_000, 2), 0.6)
    loc = rng.normal(0, 0.8, scale.shape)  # 0.6² + 0.8² = 1
    np.testing.assert_allclose(oracles.aggregate_variance(loc, scale), 1.0, atol=0.02)  # standard error 0.002
