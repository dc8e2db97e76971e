"""One cause, one price; and the message names the cause."""

import re

import numpy as np
import pyro
import pyro.distributions as dist
import pytest
import torch

from coursekit import data
from grader_tests import probes, test_1a, test_3
from grader_tests.session import run_checks
from grader_tests.student import KernelStudent
from grader_tests.trained import kl_weight
from grader_tests.verdict import FAILED, UNANSWERED, WrongError

SHAPE = (400, 64, 10)


def residuals(change):
    """Of encoder_forward, where the noise is what ``change`` makes of z_scale instead of z_scale itself."""
    rng = np.random.default_rng(1)
    scale = np.exp(rng.uniform(np.log(0.05), np.log(5), SHAPE[1:]))
    return change(scale) / scale * rng.normal(size=SHAPE)


@pytest.mark.parametrize("change", [np.square, np.sqrt, np.ones_like], ids=["squared", "root", "without"])
def test_noise_of_another_width_is_told_as_that(change):
    with pytest.raises(WrongError, match="odchylenie próbek"):
        test_1a.require_normal_noise(residuals(change))


@pytest.mark.parametrize(
    ("work", "told"),
    [
        (
            lambda: (
                pyro.poutine.trace(lambda: pyro.sample("obs", dist.Bernoulli(torch.tensor(0.5)), obs=torch.tensor(0.5)))
                .get_trace()
                .log_prob_sum()
            ),
            r"piksele są szare: potrzebne jest validate_args=False\. .*ValueError: Expected value argument",
        ),
        (lambda: dist.Normal(torch.zeros(2), -torch.ones(2)), "Odchylenie standardowe .* nie jest dodatnie"),
        (lambda: torch.zeros(3, 64) @ torch.zeros(784, 5), "Rozmiary nie pasują .*mat1 and mat2"),
        (lambda: torch.zeros(64).reshape(-1, 784), "Rozmiary nie pasują .*shape"),
    ],
    ids=["grey pixels", "negative deviation", "sizes of layers", "sizes of images"],
)
def test_an_exception_is_told_by_its_cause(work, told):
    with pytest.raises(Exception) as caught, pyro.validation_enabled(True):  # noqa: PT011  whatever torch raises
        work()
    assert re.search(told, probes._reason(caught.value))


def test_a_check_that_could_not_run_gives_no_hint(namespace):
    class Broken(namespace["VEncoder"]):
        def forward(self, x):
            raise ZeroDivisionError

    results = run_checks("test_1a", KernelStudent({**namespace, "VEncoder": Broken}), 1).results
    assert {result.verdict for result in results} >= {UNANSWERED}
    assert all(bool(result.hint) == (result.verdict == FAILED) for result in results)


@pytest.mark.parametrize("beta", [3.0, 2.7, 1.0])
def test_the_weight_of_the_kl_in_a_notebooks_model(namespace, monkeypatch, beta):
    monkeypatch.setenv("COURSE_MNIST", str(data.DATA / "MNIST"))
    model = namespace["BetaVariationalAutoencoder"](784, 128, 128, 10, beta=beta)
    student = KernelStudent({**namespace, "bvae_model": model})
    weight, error = kl_weight(student, "bvae_model", np.random.default_rng(1), iter(range(9)).__next__)
    assert weight == pytest.approx(beta, rel=0.02)
    assert 7 * error < 0.02 * beta
    assert model.training


def ask_for_new_weight(namespace, beta_class):
    """The verdicts of task 3 on new models."""
    student = KernelStudent({**namespace, "BetaVariationalAutoencoder": beta_class})
    return {result.id: result.message for result in run_checks("test_3", student, 1).results if result.message}


def test_the_weight_of_the_kl_counts_in_training(namespace):
    class InTraining(namespace["BetaVariationalAutoencoder"]):
        @property
        def beta(self):
            return self.given if self.training else 1.0

        @beta.setter
        def beta(self, value):
            self.given = value

    class InEvaluation(InTraining):
        @property
        def beta(self):
            return 1.0 if self.training else self.given

        @beta.setter
        def beta(self, value):
            self.given = value

    assert not ask_for_new_weight(namespace, InTraining)
    assert "3.beta_loss" in ask_for_new_weight(namespace, InEvaluation)


def test_what_is_in_a_factor_is_found_by_its_parts():
    log_q, log_p, log_x = np.random.default_rng(1).normal((-100, -400, -17000), (12, 20, 50), (8, 3)).T
    terms = (log_q, log_p, log_x)
    assert np.allclose(test_3.shares(3 * log_p - 2 * log_q + 5, *terms), (-2, 3, 0), atol=1e-6)
    assert not test_3.shares(log_q**2, *terms).any()
    assert not test_3.shares(np.zeros(8), *terms).any()
    assert not test_3.shares(np.full(8, np.nan), *terms).any()
