"""Adam changes parameters as torch's own class does, to the last bit."""

import subprocess
import sys
from copy import deepcopy

import pytest
import torch
from torch import nn

from coursekit.data import ROOT
from src.adam import Adam

STEPS = 30


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_steps_are_those_of_torch(dtype):
    torch.manual_seed(0)
    ours = nn.Sequential(nn.Linear(20, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 20)).to(dtype)
    torchs = deepcopy(ours)
    pairs = [
        (ours, Adam(ours.parameters(), lr=0.01)),
        (torchs, torch.optim.Adam(torchs.parameters(), lr=0.01, fused=True)),
    ]
    start = deepcopy(ours.state_dict())
    for x in torch.randn(STEPS, 5, 20, dtype=dtype):
        for model, optimizer in pairs:
            optimizer.zero_grad()
            (model(x) - x).square().mean().backward()
            optimizer.step()
    assert all(torch.equal(one, other) for one, other in zip(ours.parameters(), torchs.parameters(), strict=True))
    assert not any(torch.equal(start[name], parameter) for name, parameter in ours.named_parameters())


def test_a_parameter_begins_when_it_first_has_a_gradient():
    """Its average is corrected for its own number of steps, not for that of the others."""
    ours = [nn.Parameter(torch.ones(3)) for _ in range(2)]
    torchs = [nn.Parameter(torch.ones(3)) for _ in range(2)]
    pairs = [(ours, Adam(ours, lr=0.01)), (torchs, torch.optim.Adam(torchs, lr=0.01, fused=True))]
    for used in (1, 1, 2, 2, 1, 2):
        for parameters, optimizer in pairs:
            optimizer.zero_grad()
            sum(parameter.pow(3).sum() for parameter in parameters[:used]).backward()
            optimizer.step()
    assert all(torch.equal(one, other) for one, other in zip(ours, torchs, strict=True))
    assert not torch.equal(ours[0], ours[1])


def test_gradients_are_forgotten():
    parameter = nn.Parameter(torch.ones(1))
    (3 * parameter).backward()
    Adam([parameter], lr=0.01).zero_grad()
    assert parameter.grad is None


def test_no_gradient_is_no_step():
    parameter = nn.Parameter(torch.ones(1))
    Adam([parameter], lr=0.01).step()
    assert parameter.item() == 1


def test_it_leaves_the_compiler_of_torch_alone():
    """In a process of its own: here others may have loaded it."""
    source = (
        "import sys, torch; from src.adam import Adam; parameter = torch.nn.Parameter(torch.ones(1));"
        "optimizer = Adam([parameter], lr=0.1); parameter.backward(); optimizer.step(); optimizer.zero_grad();"
        "print(parameter.item() < 1, 'torch._dynamo' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", source], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "True False\n"
