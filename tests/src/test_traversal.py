"""Where a traversal takes the latents, against closed forms."""

import pytest
import torch

from src.representation import Posterior
from src.traversal import aggregate_values, traversal, traversal_values


def posterior_of(z_loc: torch.Tensor, z_scale: torch.Tensor) -> Posterior:
    """A posterior without a model."""
    return Posterior(None, torch.zeros(len(z_loc), 1, 2, 2), torch.zeros(len(z_loc)), ["0"], z_loc, z_scale)


def test_a_dead_latent_goes_where_the_prior_is():
    values = aggregate_values(posterior_of(torch.zeros(100, 1), torch.ones(100, 1)))
    torch.testing.assert_close(traversal_values(values, 2), torch.tensor([[-1.96, 1.96]]), atol=0.01, rtol=0)


def test_values_of_certain_latents_are_their_means():
    z_loc = torch.tensor([[1.0, 5.0], [2.0, -3.0]])
    values = aggregate_values(posterior_of(z_loc, torch.zeros(2, 2)))
    assert values.shape == (40, 2)
    assert values.unique(dim=0).tolist() == [[1.0, 5.0], [2.0, -3.0]]


def test_values_have_the_mean_and_variance_of_the_aggregate_posterior():
    posterior = posterior_of(3 * torch.randn(200, 2) + 5, torch.rand(200, 2))
    values = aggregate_values(posterior)
    torch.testing.assert_close(values.mean(dim=0), posterior.z_loc.mean(dim=0))
    torch.testing.assert_close(values.var(dim=0), posterior.aggregate_variance, rtol=0.01, atol=0)


def test_values_go_evenly_between_the_quantiles():
    values = torch.stack([torch.linspace(0, 1, 1001), torch.linspace(-40, 40, 1001)], dim=1)
    expected = torch.stack([torch.linspace(0.025, 0.975, 5), torch.linspace(-38, 38, 5)])
    torch.testing.assert_close(traversal_values(values, 5), expected)


def test_each_feature_alone_is_set_to_its_values():
    latents = traversal([10.0, 20.0], torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
    assert latents[0].tolist() == [[1, 20], [2, 20], [3, 20]]
    assert latents[1].tolist() == [[10, 4], [10, 5], [10, 6]]


def test_one_step_is_an_error():
    with pytest.raises(ValueError, match=r"\(steps\).*co najmniej 2, a podano 1"):
        traversal_values(torch.zeros(9, 3), 1)


@pytest.mark.parametrize("code", [torch.zeros(2), torch.zeros(1, 3)])
def test_latent_code_of_another_size_is_an_error(code):
    with pytest.raises(ValueError, match=r"latent_code ma wymiary .*\(3,\)"):
        traversal(code, torch.zeros(3, 4))
