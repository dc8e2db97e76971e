"""Checks of task 1a on ``vae_model`` as the notebook trained it."""

import pytest

from grader_tests import figures
from grader_tests.trained import (
    LOSS_CHECKS,
    VAE_WEIGHTS,
    measure_when_learnt,
    require_inside,
    require_learnt,
    require_variance,
)
from grader_tests.verdict import check


@pytest.fixture(scope="module")
def trained(student, module_rng, module_seeds):
    reply = student.probe("weights_checksum", model="vae_model", seed=module_seeds())
    for part, note in VAE_WEIGHTS.items():  # task 2 asks whether they have changed
        student.notes[note] = reply.number(part)
    return measure_when_learnt(student, "vae_model", module_rng, module_seeds, LOSS_CHECKS)


@check(
    "1a.trained_elbo",
    "0.15",
    "Wytrenowany VAE rekonstruuje cyfry, a ukryta reprezentacja niesie informację",
    "Jeśli strata spada zbyt wolno albo KL jest bliskie zera, sprawdź, czy rekonstrukcja zależy od wektora "
    "ukrytego i czy gradient dociera do kodera.",
)
def test_trained_elbo(trained):
    def draw():
        return figures.reconstructions(trained.images, trained.outputs)

    require_inside("vae_negative_elbo", trained.negative_elbo, "po treningu −ELBO wynosi {:.1f} nata na obraz.", draw)
    require_inside("vae_kl", trained.kl, "po treningu KL wynosi {:.2f} nata na obraz.", draw)
    require_learnt(trained)


@check(
    "1a.trained_posterior",
    "0.15",
    "Po treningu wektory ukryte mają rozkład zbliżony do priora",
    "Wektory ukryte całego zbioru powinny razem układać się w rozkład zbliżony do N(0, 1). Jeśli wariancja jest "
    "inna, sprawdź z_scale i wyraz KL.",
)
def test_trained_posterior(student, trained):
    require_variance(student, "vae_variance", trained, beta=1)
