"""The statistical checks of ``encoder_forward`` on numbers whose distribution is known.

A right solution gives independent standard normal residuals. The bounds are at 6.5 standard errors and more, so
that a check raises a false alarm in less than one of 10⁶ gradings; 200 right ones at a fixed seed must all pass.
"""

import numpy as np
import pytest

from grader_tests import test_1a as checks
from grader_tests.verdict import WrongError

SHAPE = (400, 64, 6)  # calls, images, latents


def normal(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=SHAPE)


def test_right_noise_always_passes():
    for seed in range(200):
        checks.require_normal_noise(normal(seed))
        checks.test_encoder_forward_independence(normal(seed))


def repeated(r: np.ndarray) -> np.ndarray:
    return np.broadcast_to(r[:1], r.shape)


WRONG_DISTRIBUTION = {
    "shifted by a half": lambda r: r + 0.5,
    "one latent shifted": lambda r: r + np.array([0.5, 0, 0, 0, 0, 0]),
    "half as wide": lambda r: 0.5 * r,
    "wider by a half": lambda r: 1.5 * r,
    "no noise": lambda r: 0 * r,
    "uniform of the same variance": lambda r: np.random.default_rng(1).uniform(-(3**0.5), 3**0.5, r.shape),
    "always the same and half as wide": lambda r: 0.5 * repeated(r),
}
DEPENDENT = {
    "always the same": repeated,
    "shared by the images": lambda r: np.broadcast_to(r[:, :1], r.shape),
    "shared by the latents": lambda r: np.broadcast_to(r[:, :, :1], r.shape),
    "drifting from call to call": lambda r: np.cumsum(r, axis=0) / np.sqrt(np.arange(1, len(r) + 1))[:, None, None],
}


@pytest.mark.parametrize("change", WRONG_DISTRIBUTION.values(), ids=WRONG_DISTRIBUTION)
def test_another_distribution_is_found(change):
    for seed in range(20):
        with pytest.raises(WrongError):
            checks.require_normal_noise(change(normal(seed)))


@pytest.mark.parametrize("change", DEPENDENT.values(), ids=DEPENDENT)
def test_dependent_noise_is_found_and_called_so(change):
    for seed in range(20):
        with pytest.raises(WrongError):
            checks.test_encoder_forward_independence(change(normal(seed)))


def test_the_same_right_noise_each_time_is_no_wrong_distribution():
    for seed in range(20):
        checks.require_normal_noise(repeated(normal(seed)))
