"""Measures of a model that the notebook trained, and the bands they must lie in."""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from . import figures, mnist, oracles
from .evidence import ask_losses, deviation, scale_form
from .student import ProbeError, Reply, Student, error_in
from .verdict import WrongError, require

BANDS_FILE = Path(__file__).parent / "bands.json"
IMAGES, EXAMPLES, PIXELS = 1000, 10, 784
MIN_GAIN, GAIN_ERRORS = 1.5, 4
"""Nats per image, and standard errors, by which images must be likelier under their own latents than under others'.

Where the decoder ignores z, or z is noise, the gain is 0 within its error. Right solutions have 18.7 at least (144
trainings of all of them), wrong ones that learn something all the same 2.5 and 6.2 errors, and those that learn nothing
0.7 at most. To ask for more than the mean image of the training set gives would be no stricter: right solutions are
5.1 nats better than it, but some of those that learn something are up to 3 nats worse."""
MIN_REPRESENTATION = 0.3
"""Share of the variance of latents that a coarse, linear function of the image explains, see `oracles.linear_share`.
Right solutions have 0.9, networks that nothing has trained 0.56, noise 0.05 ± 0.01."""
MORE_EPOCHS = (1, 2, 3, 5, 7, 10, 13, 16, 19)
"""After which a model that has not learnt yet is measured again: with the one of the grading profile they are the 20 of
the assignment. A probe trains for 3 at most, far within its time limit."""
LOSS_CHECKS = ("1a.gradients", "1a.model", "1a.guide", "1a.elbo")
"""Checks that name what is wrong with the loss, or keeps weights from following it."""
VAE_WEIGHTS = {part: f"weights of vae_model after its training, {part}" for part in ("encoder", "decoder")}
SCALE_FIXED = "whether z_scale, and nothing else, stays as it was made because no gradient reaches it"
BETA_RIGHT = "whether the loss of a new β-VAE is right, and tells of its draws"
NETWORKS = "whether a network of task 1a has answered in the right form"
"""Keys of the student's notes, the first by network."""


@dataclass(frozen=True)
class Measures:
    """A trained VAE on validation images, nats per image.

    negative_elbo: KL − E[log p(x|z)] (β = 1, whatever the model was trained for), one sample an image;
    gain, gain_error: by how much images are likelier under their own latents than under other images', and its
    standard error; representation: how far latents are a function of the image, see ``oracles.linear_share``;
    kl: closed form; variances: aggregate posterior variance E[σ²] + Var[μ] of each latent (Z,);
    images, outputs: some of the images and what the decoder made of them (EXAMPLES, PIXELS).
    """

    negative_elbo: float
    gain: float
    gain_error: float
    representation: float
    kl: float
    variances: oracles.Array
    images: oracles.Array
    outputs: oracles.Array

    @property
    def variance(self) -> float:
        """The median over the latents."""
        return float(np.median(self.variances))


def measure_when_learnt(
    student: Student, model: str, rng: np.random.Generator, seeds: Callable[[], int], causes: Collection[str]
) -> Measures:
    """Measures of a model of the notebook: after its training, or after as many more epochs as bring it to its bands.

    Grading trains for one epoch, and a right solution may need more of the assignment's twenty. So one that lies
    outside is trained on; where that does not help, it is judged as the notebook left it. None is trained on where one
    of the checks ``causes`` has not passed: what is wrong with training has been said then. Raises ProbeError, also
    where the notebook's training has ended in an error.
    """
    training = model.replace("_model", "_training")
    if student.notes.get(error_in(training)):
        raise ProbeError(f"Trening tego modelu przerwał błąd (komórka {training}).")
    first = measured = measure(student, model, rng, seeds)
    if all(student.notes.get(cause, 1.0) for cause in causes):
        more = iter(MORE_EPOCHS)
        with contextlib.suppress(ProbeError, StopIteration):  # it cannot be trained on, or has been as long as it may
            while not _has_learnt(model, measured):
                measured = measure(student, model, rng, seeds, next(more))
            return measured
    return first


def _has_learnt(model: str, measured: Measures) -> bool:
    """Whether a model lies in all bands of its kind."""
    kind = model.removesuffix("_model")
    values = {"negative_elbo": measured.negative_elbo, "kl": measured.kl, "variance": measured.variance}
    try:
        for name, value in values.items():
            require_inside(f"{kind}_{name}", value, "")
        require_learnt(measured)
    except WrongError:
        return False
    return True


def measure(
    student: Student, model: str, rng: np.random.Generator, seeds: Callable[[], int], epochs: int = 0
) -> Measures:
    """Measures of the notebook's variable ``model`` on 1,000 validation images drawn by ``rng``; raises ProbeError.

    The latents come back in another order: else an object that remembers the images would pass for a decoder.

    epochs: for which the model is trained first, beside those that it has had.
    """
    x, loc, reply = encode(student, model, rng, seeds, epochs)
    scale = deviation(scale_form(student), reply.array("scale", loc.shape))
    z = loc + scale * rng.normal(size=loc.shape)
    order = rng.permutation(IMAGES)
    reply = student.probe("trained_decode", model=model, z=z[order], epochs=epochs, seed=seeds())
    output = np.empty(x.shape)
    output[order] = reply.array("output", x.shape)
    with np.errstate(all="ignore"):  # a wrong network gives NaN, which lies in no band
        kl = float(oracles.gaussian_kl(loc, scale).mean())
        log_x = oracles.bernoulli_log_prob(x, output)
        others = [oracles.bernoulli_log_prob(x, np.roll(output, shift, axis=0)) for shift in (1, 2, 3)]
        gains = log_x - np.mean(others, axis=0)
        representation = linear_share(x, loc)
        variances = oracles.aggregate_variance(loc, scale)
        return Measures(
            negative_elbo=kl - float(log_x.mean()),
            gain=float(gains.mean()),
            gain_error=float(gains.std() / np.sqrt(IMAGES)),
            representation=representation,
            kl=kl,
            variances=variances,
            images=x[:EXAMPLES],
            outputs=output[:EXAMPLES],
        )


def encode(
    student: Student, model: str, rng: np.random.Generator, seeds: Callable[[], int], epochs: int = 0
) -> tuple[oracles.Array, oracles.Array, Reply]:
    """1,000 validation images (B, 784) drawn by ``rng``, the loc (B, Z) that the encoder of the notebook's variable
    ``model`` gives them, and its whole reply; raises ProbeError."""
    if not student.notes.get(NETWORKS, 1.0):
        raise ProbeError("Żadna z sieci z zadania 1a nie działa, więc nie mogły zostać wytrenowane.")
    images, _ = mnist.images(train=False)
    chosen = rng.choice(len(images), IMAGES, replace=False)
    reply = student.probe("trained_encode", model=model, rows=mnist.N_TRAIN + chosen, epochs=epochs, seed=seeds())
    latents = min(reply.shape("loc")[-1:], default=0)
    if latents > PIXELS:  # of which there may be as many as somebody likes, within reason
        raise ProbeError(f"Koder zwraca {latents} cech ukrytych, więcej niż obraz ma pikseli.")
    return images[chosen].reshape(IMAGES, PIXELS) / 255.0, reply.array("loc", (IMAGES, latents)), reply


def reconstruction_error(student: Student, model: str, rng: np.random.Generator, seeds: Callable[[], int]) -> float:
    """MSE, mean over pixels, of the notebook's autoencoder ``model`` on 500 validation images; raises ProbeError."""
    images, _ = mnist.images(train=False)
    chosen = rng.choice(len(images), 500, replace=False)
    x = images[chosen, None] / 255.0
    rows = mnist.N_TRAIN + chosen
    image = student.probe("reconstruct", model=model, rows=rows, seed=seeds()).array("image", x.shape)
    return float(((image - x) ** 2).mean())


def kl_weight(
    student: Student, model: str, rng: np.random.Generator, seeds: Callable[[], int], draws: int = 20
) -> tuple[float, float]:
    """The weight that the KL has in the loss of the notebook's variable ``model``, and its standard error; raises
    ProbeError. The error is 0 where the loss is made of the one draw that it tells of."""
    images, _ = mnist.images(train=False)
    chosen = rng.choice(len(images), 100, replace=False)
    x = images[chosen, None] / 255.0
    request = {"model": model, "rows": mnist.N_TRAIN + chosen, "seed": seeds()}
    latents = min(student.probe("trained_encode", epochs=0, **request).shape("loc")[-1:], default=0)
    losses = ask_losses(student, (PIXELS, latents), x, draws, probe="trained_losses", **request)
    reconstruction, whole = (losses.expected(x, 0, beta) for beta in (0.0, 1.0))
    divergence = whole - reconstruction
    weights = (losses.loss[0] - reconstruction) / divergence.mean()
    weight = float(weights.mean())
    residuals = weights - weight * divergence / divergence.mean()
    return weight, float(residuals.std() / np.sqrt(draws))


@cache
def bands() -> dict[str, tuple[float, float]]:
    """The calibrated bands: name -> (low, high). Made by ``make calibrate``."""
    return {name: (low, high) for name, (low, high) in json.loads(BANDS_FILE.read_text())["bands"].items()}


def require_learnt(measured: Measures) -> None:
    """Raise WrongError unless latents depend on the image, and what the decoder makes of them on the latent."""
    require_representation(measured.representation)
    require(
        measured.gain >= max(MIN_GAIN, GAIN_ERRORS * measured.gain_error),
        f"obraz jest pod rekonstrukcją z własnego wektora ukrytego prawdopodobniejszy o {measured.gain:.2f} nata niż "
        "pod rekonstrukcją z wektora innego obrazu.",
        "wyraźnej różnicy: kto zawsze rysuje ten sam obraz, na przykład średni, niczego się nie nauczył.",
    )


def linear_share(x: oracles.Array, loc: oracles.Array) -> float:
    """``oracles.linear_share`` of latents that may be anything; NaN where they are no numbers."""
    if not np.isfinite(loc).all():
        return math.nan
    with np.errstate(all="ignore"):
        return oracles.linear_share(x, loc)


def require_representation(share: float) -> None:
    """Raise WrongError unless this share of the variance of latents shows that they depend on the image."""
    found = f"z obrazu wynika tylko {share:.0%} zmienności wektorów ukrytych."
    require(
        share >= MIN_REPRESENTATION,
        "wektory ukryte są stałe albo nie są liczbami." if math.isnan(share) else found,
        "wektorów ukrytych, które zależą od obrazu; szum lub wartości stałe nie są reprezentacją.",
    )


def require_variance(student: Student, name: str, measured: Measures, beta: float) -> None:
    """Raise WrongError unless the aggregate posterior variance of a model with this β lies in the band ``name``.

    Where ``z_scale`` is never learnt, the variance is a matter of chance, and `1a.gradients` has named the mistake.
    """
    require_representation(measured.representation)
    if not student.notes.get(SCALE_FIXED):
        observed = "wariancja zagregowanego posteriora (E[σ²] + Var[μ]) to {:.2f}."
        require_inside(name, measured.variance, observed, lambda: figures.variances(measured.variances, beta))


def require_inside(name: str, value: float, observed: str, draw: Callable[[], figures.Figure] | None = None) -> None:
    """Raise WrongError, with the figure of ``draw``, unless ``value`` lies in the band ``name``.

    observed: a format with a place for the value.
    """
    low, high = bands()[name]
    require(low <= value <= high, observed.format(value), f"od {low:.3g} do {high:.3g}.", draw)
