"""Checks of task 1a on ``vae_model`` as the notebook trained it."""

import pytest

from grader_tests.trained import band_text, inside, measure
from grader_tests.verdict import check, require


@pytest.fixture(scope="module")
def trained(student, module_rng, module_seeds):
    return measure(student, "vae_model", module_rng, module_seeds)


@check("1a.trained_elbo", "0.15", "Wytrenowany VAE rekonstruuje cyfry, a ukryta reprezentacja niesie informację",
       "Jeśli strata spada zbyt wolno albo KL jest bliskie zera, sprawdź, czy rekonstrukcja zależy od wektora "
       "ukrytego i czy gradient dociera do kodera.")
def test_trained_elbo(trained):
    require(inside("vae_negative_elbo", trained.negative_elbo),
            f"po treningu −ELBO wynosi {trained.negative_elbo:.1f} nata na obraz.", f"{band_text('vae_negative_elbo')}.")
    require(inside("vae_kl", trained.kl), f"po treningu KL wynosi {trained.kl:.2f} nata na obraz.", f"{band_text('vae_kl')}.")


@check("1a.trained_posterior", "0.15", "Po treningu wektory ukryte mają rozkład zbliżony do priora",
       "Wektory ukryte całego zbioru powinny razem układać się w rozkład zbliżony do N(0, 1). Jeśli wariancja jest "
       "inna, sprawdź z_scale i wyraz KL.")
def test_trained_posterior(trained):
    require(inside("vae_variance", trained.variance),
            f"wariancja zagregowanego posteriora (E[σ²] + Var[μ]) to {trained.variance:.2f}.", f"{band_text('vae_variance')}.")
