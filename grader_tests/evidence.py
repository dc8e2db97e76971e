"""Inputs and comparisons that the checks of several tasks share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import oracles
from .oracles import Array
from .student import ProbeError, Student


def grey_noise(rng: np.random.Generator, *shape: int) -> Array:
    """Noise of this shape in [0, 1], in the networks' precision and in the 256 grey levels of a picture.

    (With more of them a question is twice as long, and ipykernel reads every character of it in Python.)
    """
    return (rng.integers(0, 256, shape) / 255).astype(np.float32)


def dark_noise(rng: np.random.Generator, *shape: int) -> Array:
    """Noise as :func:`grey_noise`, but most of it is dark: whoever rounds the pixels loses much of it."""
    dark = rng.integers(0, 115, shape) / 255
    return np.where(rng.random(shape) < 0.7, dark, grey_noise(rng, *shape)).astype(np.float32)


def random_stub(rng: np.random.Generator, batch: int, latent: int, data: int) -> dict[str, Any]:
    """Known networks for the probe ``losses``, in the networks' precision: loc, scale (batch, latent), weight
    (latent, data), bias (data,).

    Probabilities stay within 0.001 and 0.999, where no guard against log 0 changes them, and most are dark: so images
    that were changed before they are observed have another likelihood in the mean, too.
    """
    stub = {
        "loc": rng.normal(0, 1.5, (batch, latent)),
        "scale": np.exp(rng.uniform(np.log(0.2), np.log(1.5), (batch, latent))),
        "weight": rng.normal(0, 0.12, (latent, data)),
        "bias": rng.normal(-1, 0.4, data),
    }
    return {name: values.astype(np.float32) for name, values in stub.items()}


SCALE_FORM = "what the encoder returns in the place of the standard deviation, an index of SCALE_FORMS"
"""Key of the student's notes: set where guide and encoder_forward agree on how to make the deviation of it."""
SCALE_FORMS = ("odchylenie standardowe", "wariancję", "logarytm wariancji", "logarytm odchylenia")
DEVIATION, VARIANCE = 0, 1


def deviation(form: int, second: Array) -> Array:
    """The standard deviation that an encoder means whose second output has this form."""
    with np.errstate(all="ignore"):  # what is no number is judged by those who asked
        return (second, np.sqrt(second), np.exp(second / 2), np.exp(second))[form]


def second_output(form: int, deviation: Array) -> Array:
    """What an encoder of this form returns for a standard deviation."""
    with np.errstate(all="ignore"):
        return (deviation, deviation**2, 2 * np.log(deviation), np.log(deviation))[form]


def scale_form(student: Student) -> int:
    """The form of the encoder's second output, as it has been noted."""
    return int(student.notes.get(SCALE_FORM, DEVIATION))


@dataclass(frozen=True)
class Losses:
    """A reply of the probe ``losses`` in arrays: R rows (one for each β), n draws, B images, D pixels, Z latents.

    loss, guide_term, prior_term, likelihood_term, factor_term: (R, n), nats summed over the batch; z: (R, n, B, Z);
    loc, scale: (R, B, Z), or (R, B, 1) the scale; probabilities: (R, n, B, D); wander: (R,), by how much loc differs
    when the encoder is asked again; asked: whether the loss used the networks;
    own_draws: whether z was drawn here, because the guide has no latent variable, and not in the loss.
    """

    loss: Array
    guide_term: Array
    prior_term: Array
    likelihood_term: Array
    factor_term: Array
    z: Array
    loc: Array
    scale: Array
    probabilities: Array
    wander: Array
    asked: bool
    own_draws: bool

    def expected(self, x: Array, row: int, beta: float) -> Array:
        """What the losses of a row should be for images x (B, 1, H, W): (n,), nats summed over the batch."""
        flat = x.reshape(len(x), -1)
        return oracles.beta_vae_loss(flat, self.probabilities[row], self.z[row], self.loc[row], self.scale[row], beta)


def ask_losses(
    student: Student, sizes: Sequence[int], x: Array, draws: int, probe: str = "losses", **request: Any
) -> Losses:
    """A reply of the probe ``losses`` on x (B, 1, H, W) for networks of ``sizes``, see there; raises ProbeError.

    Without a latent variable in the guide, z is drawn here where known networks (``stub``) answer.
    """
    form, stub = scale_form(student), request.get("stub")
    if stub is not None:
        request["stub"] = stub | {"scale": second_output(form, stub["scale"]).astype(np.float32)}
    if probe == "losses":
        request |= {"sizes": sizes, "x": x}
    reply = student.probe(probe, draws=draws, **request)
    rows, batch, data, latent = len(request.get("betas", (None,))), len(x), sizes[0], sizes[-1]
    scalars = {name: reply.array(name, (rows, draws)) for name in ("loss", *TERMS)}
    scales = 1 if reply.shape("scale")[-1:] == (1,) else latent  # one for all latents is named by the encoder's checks
    loc, scale = reply.array("loc", (rows, batch, latent)), reply.array("scale", (rows, batch, scales))
    if "z" in reply:
        z = reply.array("z", (rows, draws, batch, latent))
        probabilities = reply.array("probabilities", (rows, draws, batch, data))
    elif stub is not None:
        noise = np.random.default_rng(request["seed"]).normal(size=(rows, draws, batch, latent))
        z = stub["loc"] + stub["scale"] * noise
        probabilities = known_probabilities(stub, z)
    else:
        raise ProbeError("Metoda guide nie ma zmiennej ukrytej: brakuje w niej pyro.sample bez obs.")
    return Losses(
        **scalars,
        z=z,
        loc=loc,
        scale=deviation(form, scale),
        probabilities=probabilities,
        wander=reply.array("wander", (rows,)),
        asked=bool(reply.number("asked")),
        own_draws="z" not in reply,
    )


def known_probabilities(stub: dict[str, Any], z: Array) -> Array:
    """What the known decoder of ``stub`` answers for z (..., Z): (..., D)."""
    with np.errstate(over="ignore"):
        return np.asarray(1 / (1 + np.exp(-(z @ stub["weight"] + stub["bias"]))))


TERMS = ("guide_term", "prior_term", "likelihood_term", "factor_term")


def judged_losses(
    student: Student, x: Array, kl_weights: Sequence[float], seed: int, **request: Any
) -> tuple[Losses, list[bool]]:
    """Losses on x (B, 1, H, W), and for each of their rows whether they are those of a VAE with that weight of the KL.

    They agree draw by draw, to single precision; or, for solutions that use another unbiased estimate of the
    same loss (an analytic KL, say), in the mean within 7 standard errors of 200 draws in all (false alarms < 1e-7),
    which are only made where the first few do not agree. Where these do not either, ``WARM_UP`` losses are
    computed first: the weight of the KL may rise to its value.

    Known networks (``stub``) stand in for the student's; where its code has no use for them, its own answer.
    Raises ProbeError where known networks were asked for and others answer: else constants that fit each other would
    do.
    """
    request |= {"x": x, "seed": seed}
    few = _ask_known(student, draws=8, **request)
    agree = [_exactly(few, x, row, beta) for row, beta in enumerate(kl_weights)]
    if all(agree):
        return few, agree

    draws_pixels = not student.notes.get("1a.decoder_deterministic", 1.0)  # which that check has named
    max_noise = np.inf if draws_pixels else MAX_NOISE

    def in_the_mean(weights: Sequence[float], **change: Any) -> tuple[Losses, list[bool]]:
        many = _ask_known(student, draws=200 // len(kl_weights), **request | change)
        return many, [
            _exactly(many, x, row, w) or _on_average(many, x, row, w, max_noise) for row, w in enumerate(weights)
        ]

    many, agree = in_the_mean(kl_weights)
    if not all(agree) and len(kl_weights) > 1:  # the last β alone says whether there is a warm-up: it takes seconds
        _, warmed = in_the_mean(kl_weights[-1:], betas=request["betas"][-1:], before=WARM_UP)
        if all(warmed):
            warm, warmed = in_the_mean(kl_weights, before=WARM_UP)
            if all(warmed):
                return warm, warmed
    return many, agree


MAX_NOISE = 0.25
"""The share of β KL, or of the KL for β below 1, that noise in the loss may hide. A wrong β makes more difference."""
LARGE_KL = 8.0
"""Nats per image. Known networks have twice as much; where the student's own have less, noise is compared with this."""
WARM_UP = 2000
"""Losses; a warm-up that takes longer than these is not told from a wrong weight."""


def _ask_known(student: Student, stub: dict[str, Any] | None = None, **request: Any) -> Losses:
    if stub is None:
        return ask_losses(student, **request)
    unusable = None
    try:
        losses = ask_losses(student, stub=stub, **request)
    except ProbeError as error:
        unusable = error
    if unusable or not losses.asked:
        try:
            return _ask_own(student, **request)
        except ProbeError as error:
            raise unusable or error from None
    if not losses.own_draws:
        pairs = (
            (losses.loc, stub["loc"]),
            (losses.scale, stub["scale"]),
            (losses.probabilities, known_probabilities(stub, losses.z)),
        )
        if not all(np.allclose(got, there, atol=1e-3, equal_nan=True) for got, there in pairs):  # in single precision
            raise ProbeError("Sprawdzarka podstawiła znane sieci, ale odpowiedź nie pochodzi od nich.")
    return losses


def _ask_own(student: Student, **request: Any) -> Losses:
    """Losses with the student's own networks, which must tell images apart: else the KL could be no part of it."""
    losses = ask_losses(student, gain=3.0, **request)
    if not np.ptp(losses.loc, axis=1).max() > 1e-3:
        raise ProbeError("Koder daje tę samą średnią dla wszystkich obrazów.")
    return losses


def _precision(expected: Array) -> float:
    return 2e-4 * float(np.abs(expected).max()) + 1e-2


def _exactly(losses: Losses, x: Array, row: int, beta: float) -> bool:
    expected = losses.expected(x, row, beta)
    return not losses.own_draws and bool(np.abs(losses.loss[row] - expected).max() < _precision(expected))


def _on_average(losses: Losses, x: Array, row: int, beta: float, max_noise: float) -> bool:
    """Whether the mean over draws is right, and could tell: noise that hides more of the KL proves nothing."""
    expected = losses.expected(x, row, beta)
    divergence = losses.expected(x, row, 1.0) - losses.expected(x, row, 0.0)
    difference = losses.loss[row] - expected
    variance = losses.loss[row].var() + expected.var() if losses.own_draws else difference.var()
    error = 7 * np.sqrt(variance / len(difference))
    tells = error < max_noise * max(1.0, beta) * max(abs(divergence.mean()), LARGE_KL * len(x))
    return bool(tells and abs(difference.mean()) < error + _precision(expected))
