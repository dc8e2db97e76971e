"""Checks of task 3 on new β-VAEs with known networks in place of the student's: no trained model is needed.

The loss decides: whoever reaches −E[log p(x|z)] + β KL, by whatever technique, passes. Where the loss is
wrong, the scale of each role (posterior, prior, likelihood) says which mistake it is.
"""

import contextlib
from dataclasses import dataclass

import numpy as np
import pytest

from grader_tests import oracles
from grader_tests.evidence import ask_losses, dark_noise, judged_losses, random_stub
from grader_tests.student import ProbeError
from grader_tests.trained import BETA_RIGHT
from grader_tests.verdict import check, require

SIZES, IMAGE, BATCH = (784, 128, 128, 10), (1, 28, 28), 32
"""As in the notebook: sizes that somebody wrote in by hand are a matter of task 1a."""
UNEQUAL = (784, 24, 40, 7)
BETAS = (1.0, 0.5, 2.0, 4.0)


@dataclass
class BetaEvidence:
    """What the losses of new β-VAEs show, one entry per β of ``betas``.

    refused: why there is no loss for others; agrees: the loss is the β-VAE's; loss, expected: means (nats per image);
    effective: the weight that the KL has in the loss; posterior, prior, likelihood: the factor by which each role's
    log-probability is scaled.
    """

    betas: list[float]
    refused: dict[float, ProbeError]
    agrees: list[bool]
    loss: np.ndarray
    expected: np.ndarray
    effective: np.ndarray
    posterior: np.ndarray
    prior: np.ndarray
    likelihood: np.ndarray

    @property
    def argument_respected(self) -> bool:
        """Whether the weight of the KL changes with the constructor's argument at all."""
        return float(np.ptp(self.effective)) > max(0.05 * np.abs(self.effective).max(), 1e-3)

    @property
    def asked(self) -> str:
        """For which β."""
        return f"dla β = {numbers(self.betas)}"

    def target(self) -> np.ndarray:
        """The factor that posterior and prior should have: β, or what stands in its place everywhere."""
        return np.array(self.betas) if self.argument_respected else np.full(len(self.betas), np.median(self.posterior))


@pytest.fixture(scope="module")
def evidence(student, module_seeds):
    rng = np.random.default_rng(module_seeds())
    x, stub = dark_noise(rng, BATCH, *IMAGE), random_stub(rng, BATCH, SIZES[3], SIZES[0])
    request = {"cls": "BetaVariationalAutoencoder", "sizes": SIZES, "stub": stub}
    betas, refused = list(BETAS), {}
    try:
        losses, agrees = judged_losses(student, x, betas, module_seeds(), betas=betas, **request)
    except ProbeError:
        seed = module_seeds()
        refused = {beta: error for beta in BETAS if (error := refusal(student, beta, x=x, seed=seed, **request))}
        betas = [beta for beta in BETAS if beta not in refused]
        if 1.0 not in betas or len(betas) < 2:
            raise
        losses, agrees = judged_losses(student, x, betas, seed, betas=betas, **request)
    student.notes[BETA_RIGHT] = float(all(agrees) and not losses.own_draws)
    if not all(agrees) and not student.notes.get("1a.elbo", 1.0):
        with contextlib.suppress(ProbeError):
            if own := beside_own_vae(student, x, stub, betas, refused, module_seeds()):
                return own
    log_q = oracles.normal_log_prob(losses.z, losses.loc[:, None], losses.scale[:, None]).sum(axis=-1)
    log_p = oracles.normal_log_prob(losses.z, 0.0, 1.0).sum(axis=-1)
    log_x = oracles.bernoulli_log_prob(x.reshape(BATCH, -1), losses.probabilities).sum(axis=-1)
    expected = [losses.expected(x, row, beta).mean() for row, beta in enumerate(betas)]
    in_factors = np.array([shares(*row) for row in zip(losses.factor_term, log_q, log_p, log_x, strict=True)]).T
    return BetaEvidence(
        betas=betas,
        refused=refused,
        agrees=agrees,
        loss=losses.loss.mean(axis=1) / BATCH,
        expected=np.array(expected) / BATCH,
        effective=(losses.loss + log_x).mean(axis=1) / (log_q - log_p).mean(axis=1),
        posterior=np.median(losses.guide_term / log_q, axis=1) - in_factors[0],
        prior=np.median(losses.prior_term / log_p, axis=1) + in_factors[1],
        likelihood=np.median(losses.likelihood_term / log_x, axis=1) + in_factors[2],
    )


def refusal(student, beta, **request):
    """Why there is no loss for this β; None where there is one."""
    try:
        ask_losses(student, draws=1, betas=[beta], **request)
    except ProbeError as error:
        return error
    return None


def beside_own_vae(student, x, stub, betas, refused, seed):
    """The evidence beside the student's own VAE, whose ELBO task 1a has found wrong; None where they do not compare.

    They do where both draw the same latents, and are the same for β = 1: then the VAE's own log-probabilities by role
    stand in the place of the right ones.
    """
    request = {"x": x, "sizes": SIZES, "stub": stub, "draws": 8, "seed": seed}
    vae = ask_losses(student, cls="VariationalAutoencoder", **request)
    found = [ask_losses(student, cls="BetaVariationalAutoencoder", betas=[beta], **request) for beta in betas]
    log_q, log_p, log_x = vae.guide_term[0], vae.prior_term[0], vae.likelihood_term[0]
    same = [np.allclose(found[betas.index(1.0)].loss, vae.loss, rtol=1e-4)]
    same += [np.allclose(vae.loss[0], log_q - log_p - log_x, rtol=1e-4)]
    same += [each.z.shape == vae.z.shape and np.allclose(each.z, vae.z, rtol=1e-4) for each in found]
    if not all(same):
        return None
    expected = np.array([beta * (log_q - log_p) - log_x for beta in betas])
    losses = np.array([each.loss[0] for each in found])
    return BetaEvidence(
        betas=betas,
        refused=refused,
        agrees=[bool(np.allclose(*row, rtol=1e-4)) for row in zip(losses, expected, strict=True)],
        loss=losses.mean(axis=1) / BATCH,
        expected=expected.mean(axis=1) / BATCH,
        effective=(losses + log_x).mean(axis=1) / (log_q - log_p).mean(),
        posterior=np.array([np.median(each.guide_term[0] / log_q) for each in found]),
        prior=np.array([np.median(each.prior_term[0] / log_p) for each in found]),
        likelihood=np.array([np.median(each.likelihood_term[0] / log_x) for each in found]),
    )


def shares(factors, *terms):
    """How much of each of the terms (n,) is in the factors (n,), by least squares; 0 where these are something else."""
    terms = np.stack([*terms, np.ones(len(factors))], axis=1)
    if not factors.any() or not np.isfinite([*factors, *terms.flat]).all():
        return np.zeros(terms.shape[1] - 1)
    found = np.linalg.lstsq(terms, factors, rcond=None)[0]
    return found[:-1] * np.allclose(terms @ found, factors, rtol=1e-3, atol=0.1)


def numbers(values):
    return "; ".join(f"{value:.3g}" for value in values)


@check(
    "3.subclass",
    "0.10",
    "β-VAE dziedziczy po VAE i korzysta z jego sieci",
    "Klasa pochodna potrzebuje tylko tego, co się zmienia: konstruktora, który zapamięta β, oraz metod model i guide.",
)
def test_subclass(student, seeds):
    reply = student.probe("inheritance", sizes=UNEQUAL, image_shape=IMAGE, seed=seeds())
    require(
        reply.number("subclass"),
        "BetaVariationalAutoencoder nie dziedziczy po VariationalAutoencoder.",
        "klasy pochodnej VariationalAutoencoder.",
    )
    require(
        reply.number("encoder") and reply.number("decoder"),
        "model ma inne sieci niż VEncoder i VDecoder.",
        "tych samych sieci co w zadaniu 1a.",
    )
    require(
        reply.number("same_encoder") and reply.number("same_decoder"),
        "dla tych samych argumentów konstruktora sieci mają inne rozmiary niż w VariationalAutoencoder.",
        "konstruktora, który przekazuje klasie bazowej każdy swój argument.",
    )


@check(
    "3.beta_argument",
    "0.15",
    "Argument beta ma wpływ na funkcję kosztu",
    "Zapamiętaj argument konstruktora w obiekcie (self) i używaj tylko jego: nie zmiennej globalnej, nie stałej.",
)
def test_beta_argument(evidence):
    for beta, error in evidence.refused.items():
        require(False, f"dla β = {beta:g}: {error}", "funkcji kosztu dla każdej dodatniej wartości beta.")
    require(
        evidence.argument_respected,
        f"waga KL w stracie to {numbers(evidence.effective)} {evidence.asked}.",
        "wagi równej argumentowi beta podanemu w konstruktorze.",
    )


@check(
    "3.beta_one",
    "0.10",
    "Dla β = 1 model jest zwykłym VAE",
    "Podstaw β = 1 do wzoru: funkcja kosztu powinna być dokładnie taka jak w zadaniu 1a.",
)
def test_beta_one(evidence):
    require(
        evidence.agrees[evidence.betas.index(1.0)],
        f"dla β = 1 strata to {evidence.loss[evidence.betas.index(1.0)]:.3f} nata na obraz.",
        f"{evidence.expected[evidence.betas.index(1.0)]:.3f}, tak jak w zwykłym VAE.",
    )


@check(
    "3.beta_loss",
    "0.35",
    "β mnoży w funkcji kosztu cały wyraz KL i tylko ten wyraz",
    "KL to różnica dwóch log-prawdopodobieństw: z guide (posterior) i z model (prior). Rekonstrukcja nie jest mnożona.",
)
def test_beta_loss(evidence):
    rows = [row for row, beta in enumerate(evidence.betas) if beta != 1.0]
    wrong = [row for row in rows if not evidence.agrees[row]]
    if wrong:
        row = wrong[-1]
        observed = f"dla β = {evidence.betas[row]:g} strata to {evidence.loss[row]:.3f} nata na obraz."
        require(
            False,
            f"{observed} {diagnosis(evidence)}",
            f"{evidence.expected[row]:.3f}, czyli −log p(x|z) + β·(log q(z|x) − log p(z)).",
        )


def diagnosis(evidence):
    """One Polish sentence that names the mistake where the scale factors show it."""
    scaled = {name: np.allclose(getattr(evidence, name), evidence.betas, rtol=0.02) for name in ROLES}
    plain = {name: np.allclose(getattr(evidence, name), 1, rtol=0.02) for name in ROLES}
    if scaled["posterior"] and plain["prior"] and plain["likelihood"]:
        return "Skalujesz tylko guide: prior w model ma nadal wagę 1, więc to nie jest β·KL."
    if plain["posterior"] and scaled["prior"] and plain["likelihood"]:
        return "Skalujesz tylko prior w model: posterior w guide ma nadal wagę 1, więc to nie jest β·KL."
    if scaled["prior"] and scaled["likelihood"]:
        return "Skalujesz cały model, razem z rekonstrukcją."
    return (
        "Mnożniki log-prawdopodobieństw: "
        + ", ".join(f"{title} {numbers(getattr(evidence, name))}" for name, title in ROLES.items())
        + f" {evidence.asked}."
    )


ROLES = {"posterior": "posterior (guide)", "prior": "prior (model)", "likelihood": "rekonstrukcja (model)"}


def require_factor(evidence, name, target):
    got = getattr(evidence, name)
    fine = all(evidence.agrees) or np.allclose(got, target, rtol=0.02)
    require(
        fine,
        f"mnożnik log-prawdopodobieństwa: {ROLES[name]} to {numbers(got)} {evidence.asked}. {diagnosis(evidence)}",
        f"{numbers(target)}.",
    )


@check(
    "3.posterior_scale",
    "0.20",
    "Log-prawdopodobieństwo posteriora (guide) jest mnożone przez β",
    "Wyraz KL zawiera log q(z|x), a ten jest liczony w guide.",
)
def test_posterior_scale(evidence):
    require_factor(evidence, "posterior", evidence.target())


@check(
    "3.prior_scale",
    "0.20",
    "Log-prawdopodobieństwo priora (model) jest mnożone przez β",
    "Wyraz KL zawiera też log p(z), a ten jest liczony w model: samo skalowanie guide nie wystarczy.",
)
def test_prior_scale(evidence):
    require_factor(evidence, "prior", evidence.target())


@check(
    "3.likelihood_scale",
    "0.10",
    "Rekonstrukcja nie jest skalowana",
    "Handler obejmujący całą metodę model mnoży także rekonstrukcję. Obejmij nim tylko zmienną ukrytą.",
)
def test_likelihood_scale(evidence):
    require_factor(evidence, "likelihood", np.ones(len(evidence.betas)))
