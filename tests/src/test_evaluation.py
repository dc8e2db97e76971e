import pytest
import torch
from torch import nn

from src.evaluation import frozen


def test_inside_the_model_is_evaluated_without_gradients():
    model = nn.Sequential(nn.Linear(2, 2), nn.Dropout())
    with frozen(model):
        assert not model.training
        assert not model[1].training
        assert not model(torch.ones(1, 2)).requires_grad


def test_each_module_gets_its_own_mode_back():
    model = nn.Sequential(nn.Linear(2, 2), nn.Dropout())
    model[1].eval()
    with frozen(model):
        pass
    assert model.training
    assert not model[1].training


def test_random_numbers_drawn_inside_do_not_count():
    state = torch.get_rng_state()
    with frozen(nn.Identity()):
        torch.rand(5)
    assert torch.equal(torch.get_rng_state(), state)


def test_the_mode_comes_back_after_an_error():
    model = nn.Linear(2, 2)
    with pytest.raises(KeyError), frozen(model):
        raise KeyError
    assert model.training
