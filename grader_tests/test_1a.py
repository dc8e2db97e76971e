"""Checks of task 1a on new networks: no trained model is needed."""

import contextlib
import math
from dataclasses import dataclass

import numpy as np
import pytest

from grader_tests import figures, oracles
from grader_tests.evidence import (
    DEVIATION,
    SCALE_FORM,
    SCALE_FORMS,
    VARIANCE,
    ask_losses,
    dark_noise,
    deviation,
    grey_noise,
    judged_losses,
    random_stub,
    scale_form,
    second_output,
)
from grader_tests.student import ProbeError, Reply
from grader_tests.trained import NETWORKS, SCALE_FIXED
from grader_tests.verdict import check, require

SIZES = (784, 128, 128, 10)  # D = 28 x 28 pixels, encoder's and decoder's hidden neurons, Z
BATCH = 32  # all as in the notebook, so that only the checks of shapes see sizes that somebody wrote in by hand
IMAGE = (1, 28, 28)
DECODER_SIZES = [SIZES[3], SIZES[2], SIZES[0]]
SMALL, SMALL_IMAGE = (64, 16, 16, 6), (1, 8, 8)
ONLY_28 = "metoda {} działa tylko dla obrazów 28 × 28."
ANY_SIZE = "rozmiarów z x.shape, a nie z konkretnych liczb."
MORE_HIDDEN = 160  # neurons, to see whether the number is used
GAINS = (1.0, 4.0, 16.0, 64.0, 256.0, 1024.0)
MILD_GAINS = (1.0, 1.5, 2.0, 3.0, 4.0)
MAX_MILD = 8.0  # means up to here are what training gives: a scale that is positive for all of them is positive


def encoder_sizes(sizes):
    return [sizes[0], sizes[1], sizes[3]]


@pytest.fixture(scope="module", autouse=True)
def note_of_networks(student):
    """Note whether the encoder or the decoder answers in the right form: else neither can have been trained."""
    student.notes[NETWORKS] = 0.0
    with contextlib.suppress(ProbeError):
        encode_scaled(student, lambda: 0, np.zeros((BATCH, SIZES[0])), gains=(1.0,))
        student.notes[NETWORKS] = 1.0
    with contextlib.suppress(ProbeError):
        decode(student, z=np.zeros((BATCH, SIZES[3])))
        student.notes[NETWORKS] = 1.0


@pytest.fixture(scope="module", autouse=True)
def note_of_scale_form(student, note_of_networks, module_seeds):
    """Note what the encoder returns in the place of z_scale, where guide and encoder_forward carry it through."""
    rng = np.random.default_rng(module_seeds())
    student.notes[SCALE_FORM] = DEVIATION
    with contextlib.suppress(ProbeError):
        known = known_values(rng, SIZES, IMAGE)
        (site,) = student.probe("sites", function="guide", sizes=SIZES, seed=module_seeds(), **known).items("sites", 1)
        reply = student.probe(
            "draw_latents",
            **{name: known[name] for name in ("x", "loc", "scale")},
            sizes=SIZES,
            draws=200,
            seed=module_seeds(),
        )
        drawn = reply.array("samples", (200, *known["loc"].shape)).std(axis=0)
        for form in range(1, len(SCALE_FORMS)):
            scale = deviation(form, known["scale"])
            if has_density(site, known["points"], known["loc"], scale) and is_near(drawn, scale):
                student.notes[SCALE_FORM] = form


def is_near(drawn, scale):
    """Whether standard deviations of 200 draws are those: half of the ratios then differ from 1 by less than 0.034."""
    with np.errstate(all="ignore"):
        return np.median(np.abs(np.log(drawn / scale))) < 0.07


def extreme_inputs(rng, data):
    """Images (N, data) in [0, 1]: grey noise, noise of black and white, black, white, stripes."""
    flat = np.stack([np.zeros(data), np.ones(data), np.arange(data) % 2, np.arange(data) // 7 % 2])
    return np.concatenate([grey_noise(rng, 12, data), rng.integers(0, 2, (16, data)), flat]).astype(np.float32)


def encode_second(student, seeds, x, gains=GAINS):
    """Both outputs (gains, B, Z) of one new encoder with its parameters multiplied by each gain."""
    x = x.astype(np.float32)  # what the encoder gets anyway, and half as long to send
    reply = student.probe("encode", sizes=encoder_sizes(SIZES), x=x, gains=list(gains), seed=seeds())
    replies = reply.items("items", len(gains))
    shape = (len(x), SIZES[3])
    return (
        np.stack([reply.array("loc", shape) for reply in replies]),
        np.stack([reply.array("scale", shape) for reply in replies]),
    )


def encode_scaled(student, seeds, x, gains=GAINS):
    """loc and the standard deviation, as `encode_second`: whatever form the second output has."""
    loc, second = encode_second(student, seeds, x, gains)
    return loc, deviation(scale_form(student), second)


def decode(student, z, repeat=1, **request):
    """Outputs (repeat, B, D) of a new decoder for z (B, Z), whatever axes they had beside the batch's."""
    reply = student.probe("decode", sizes=DECODER_SIZES, z=z, repeat=repeat, **request)
    return reply.array("output", (repeat, len(z), SIZES[0]))


def require_hidden_used(student, seeds, cls, sizes, argument):
    """The number of hidden neurons changes the network's parameters, where it has any."""
    few, many = (
        student.probe("parameter_count", cls=cls, sizes=[sizes[0], hidden, sizes[2]], seed=seeds()).number("count")
        for hidden in (sizes[1], MORE_HIDDEN)
    )
    require(
        few != many or few == 0,
        f"{cls} ma tyle samo wag dla {argument} = {sizes[1]} i dla {argument} = {MORE_HIDDEN}.",
        f"warstwy ukrytej o rozmiarze {argument}.",
    )


@check(
    "1a.encoder_shapes",
    "0.10",
    "Koder zwraca parę tensorów o kształcie (batch, latent)",
    "Koder zwraca dwa osobne tensory, po jednej liczbie na cechę ukrytą dla każdego obrazu. Rozmiary bierz "
    "z argumentów konstruktora i z kształtu wejścia, a nie z konkretnych liczb.",
)
def test_encoder_shapes(student, rng, seeds):
    cases = [(1, 784, 10), (7, 784, 10), (10, 784, 10), (4, 784, 1), (32, 784, 10), (5, 400, 3)]
    for batch, data, latent in cases:
        x = grey_noise(rng, batch, data)
        (reply,) = student.probe("encode", sizes=[data, 32, latent], x=x, seed=seeds()).items("items", 1)
        case = f"batch: {batch}, piksele: {data}, cechy ukryte: {latent}"
        require(
            reply.number("parts") == 2,
            f"liczba elementów, które zwraca koder: {reply.number('parts'):.0f} ({case}).",
            "pary (z_loc, z_scale).",
        )
        for name in ("loc", "scale"):
            shape = reply.shape(name)
            require(shape == (batch, latent), f"z_{name} ma kształt {shape} ({case}).", f"({batch}, {latent}).")
        require(
            reply.number("neighbours") < 1e-3,
            f"z_loc obrazu zależy od innych obrazów w batchu ({case}).",
            "w trybie eval() tego samego wyniku dla obrazu osobno i w batchu.",
        )
    require_hidden_used(student, seeds, "VEncoder", encoder_sizes(SIZES), "n_hidden_neurons")


@check(
    "1a.scale_positive",
    "0.12",
    "Odchylenie standardowe jest zawsze dodatnie i skończone",
    "Warstwa liniowa może dać dowolną liczbę. Zastosuj na jej wyjściu funkcję gładką, która każdą liczbę "
    "rzeczywistą zamienia na dodatnią, a zera nie osiąga nigdy.",
)
def test_scale_positive(student, rng, seeds):
    loc, second = encode_second(student, seeds, extreme_inputs(rng, SIZES[0]), gains=MILD_GAINS)
    usual = [0] + [row for row in range(1, len(loc)) if np.abs(loc[row]).max() <= MAX_MILD]
    scale, form = second[usual], scale_form(student)
    require(np.isfinite(scale).all(), "z_scale zawiera NaN lub nieskończoność.", "samych liczb skończonych.")
    smallest = f"najmniejsze z_scale to {scale.min():.4g}."
    if form != DEVIATION:
        smallest += f" Koder zwraca {SCALE_FORMS[form]}, z czego odchylenie liczą dopiero inne metody."
    require((scale > 0).all(), smallest, "liczb większych od zera.", lambda: figures.scales(scale))
    dependent = scale[0][:, np.ptp(scale[0], axis=0) > 0]
    bound = (dependent == scale[0].min()).mean() if dependent.size else 0.0
    require(
        bound < 0.02,
        f"{bound:.0%} wartości z_scale nowego kodera to dokładnie {scale[0].min():.4g}: tam gradient jest zerem, "
        "więc trening ich nie zmieni.",
        "funkcji, która rośnie dla każdej liczby rzeczywistej.",
        lambda: figures.scales(scale),
    )
    require(
        not touches_zero(student, rng, seeds),
        "z_scale schodzi do zera, gdy wejście zmienia się płynnie.",
        "liczb większych od zera dla każdego wejścia.",
    )


def touches_zero(student, rng, seeds, lines=16, points=64):
    """Whether some scale falls to zero inside a line of inputs, as |u| does where u changes sign.

    Lines run from images of black and white to their negatives. On each line and latent the lowest interior point is
    refined up to eight times. A scale that is positive everywhere is nearly the same there as 1/63 of the line away;
    one that touches zero is far lower, and lower than 5e-7: |u| + 1e-6 never gets there, and where u changes sign even
    the root of |u| does.
    """
    latent, seed = SIZES[3], seeds()
    start = rng.integers(0, 2, (lines, SIZES[0])).astype(np.float32)
    line, column = np.indices((lines, latent))
    low, high = np.zeros((lines, latent)), np.ones((lines, latent))
    around = lowest = None
    for step in range(9):
        t = np.linspace(low, high, points, axis=-1)
        reply = student.probe("encode_path", sizes=encoder_sizes(SIZES), start=start, end=1 - start, t=t, seed=seed)
        scale = reply.array("scale", (*t.shape, latent))[line, column, :, column]
        best = np.clip(scale.argmin(axis=-1), 1, points - 2)
        if around is None:
            around = np.minimum(scale[line, column, best - 1], scale[line, column, best + 1])
        lowest = scale[line, column, best]
        if step > 0 and (lowest >= 0.5 * around).all():
            return False  # as high as on both sides: most scales end here
        low, high = t[line, column, best - 1], t[line, column, best + 1]
    return bool(((lowest < 0.01 * around) & (lowest < 5e-7)).any())


@check(
    "1a.loc_range",
    "0.08",
    "Średnia może być ujemna i dowolnie duża",
    "Średnia rozkładu normalnego może być dowolną liczbą rzeczywistą, więc jej wyjścia nie ograniczaj "
    "żadną funkcją aktywacji.",
)
def test_loc_range(student, rng, seeds):
    loc, _ = encode_scaled(student, seeds, extreme_inputs(rng, SIZES[0]))
    low, high = np.nanmin(loc), np.nanmax(loc)
    require(
        low < -30 and high > 30,
        f"przy coraz większych wagach z_loc mieści się w [{low:.3g}, {high:.3g}].",
        "wartości ujemnych i dodatnich, bez granicy, której średnia nie przekroczy.",
    )


@check(
    "1a.scale_range",
    "0.08",
    "Odchylenie standardowe może być małe i duże",
    "Odchylenie standardowe może być dowolną liczbą dodatnią, także większą od 1. Sprawdź, jaki zbiór "
    "wartości ma Twoja funkcja aktywacji.",
)
def test_scale_range(student, rng, seeds):
    _, scale = encode_scaled(student, seeds, extreme_inputs(rng, SIZES[0]))
    finite = np.abs(scale[np.isfinite(scale)])
    low, high = (finite.min(), finite.max()) if finite.size else (np.nan, np.nan)
    require(
        low < 0.2 and high > 6,
        f"przy coraz większych wagach z_scale mieści się w [{low:.3g}, {high:.3g}].",
        "wartości znacznie mniejszych i znacznie większych od 1.",
        (lambda: figures.scales(finite)) if finite.size else None,
    )


@check(
    "1a.scale_depends_on_x",
    "0.08",
    "Odchylenie standardowe zależy od obrazu",
    "Każdy obraz ma własny rozkład ukryty: oba jego parametry wylicza sieć na podstawie tego obrazu.",
)
def test_scale_depends_on_x(student, rng, seeds):
    _, scales = encode_scaled(student, seeds, grey_noise(rng, BATCH, SIZES[0]), gains=(1.0, 4.0))
    scale = scales[-1] if np.isfinite(scales[-1]).all() else scales[0]
    spread = scale.std(axis=0) / (np.abs(scale).mean(axis=0) + 1e-12)
    require(
        spread.max() > 1e-4,
        "z_scale jest takie samo dla różnych obrazów.",
        "innych wartości z_scale dla innych obrazów.",
    )


@check(
    "1a.separate_heads",
    "0.04",
    "Średnia i odchylenie mają osobne wagi",
    "Średnia i odchylenie mogą mieć wspólne wcześniejsze warstwy, ale ostatnia warstwa każdego z nich "
    "potrzebuje własnych wag.",
)
def test_separate_heads(student, rng, seeds):
    seed = seeds()  # one network, asked in batches of the notebook's size
    batches = [encode_scaled(student, lambda: seed, grey_noise(rng, BATCH, SIZES[0]), gains=(2.0,)) for _ in range(5)]
    loc, scale = (np.concatenate(parts, axis=1)[0] for parts in zip(*batches, strict=True))
    require(
        np.ptp(loc, axis=0).max() > 0,
        "z_loc jest takie samo dla wszystkich obrazów.",
        "średniej, która zależy od obrazu.",
    )
    relation = np.array([dependence(loc[:, i], scale[:, i]) for i in range(SIZES[3])])
    require(
        relation.mean() < 0.9,
        "z_scale jest funkcją samego z_loc (ta sama warstwa daje oba).",
        "dwóch parametrów, które mogą się zmieniać niezależnie.",
    )


def dependence(a, b):
    """Chatterjee's xi of a and b (N,): near 1 where b is a function of a, near 0 where they are independent, with a
    standard deviation of 0.63 / sqrt(N); 0 where one of the two is constant. (Chatterjee 2021, A new coefficient of
    correlation, eq. 1.)"""
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return 0.0
    ranks = b[a.argsort()].argsort().argsort()
    return float(1 - 3 * np.abs(np.diff(ranks)).sum() / (len(a) ** 2 - 1))


@check(
    "1a.decoder_shapes",
    "0.07",
    "Dekoder zwraca tensor o kształcie (batch, wyjście)",
    "Rozmiary warstw bierz z argumentów konstruktora; pierwszy wymiar wyniku to zawsze liczba przykładów.",
)
def test_decoder_shapes(student, rng, seeds):
    for batch, latent, data in [(1, 10, 784), (7, 10, 784), (32, 10, 784), (4, 1, 784), (5, 3, 400)]:
        z = rng.normal(0, 1, (batch, latent))
        reply = student.probe("decode", sizes=[latent, 32, data], z=z, seed=seeds())
        shape = reply.column("shape", most=10).tolist()
        sizes = ", ".join(f"{size:g}" for size in shape)
        require(
            shape == [batch, data],
            f"wynik dekodera ma kształt ({sizes}) (wektory ukryte: {batch}).",
            f"({batch}, {data}).",
        )
    require_hidden_used(student, seeds, "VDecoder", DECODER_SIZES, "n_hidden_neurons")


@check(
    "1a.decoder_range",
    "0.12",
    "Dekoder zwraca prawdopodobieństwa pikseli",
    "Każdy piksel ma własne prawdopodobieństwo z przedziału [0, 1], niezależne od pozostałych. Wybierz "
    "funkcję aktywacji, która działa na każdy piksel osobno i obejmuje cały ten przedział.",
)
def test_decoder_range(student, rng, seeds):
    z, seed = rng.normal(0, 3, (BATCH, SIZES[3])), seeds()
    outputs = np.concatenate([decode(student, z, gain=gain, seed=seed) for gain in GAINS])
    low, high = outputs.min(), outputs.max()
    require(low >= -1e-6 and high <= 1 + 1e-6, f"wartości od {low:.4g} do {high:.4g}.", "wartości od 0 do 1.")
    bound = np.isin(outputs[0], (0, 1)).mean()
    require(
        bound < 0.02 or bound == 1,  # with nothing else it draws pixels, or cuts gradients, which other checks say
        f"{bound:.0%} pikseli nowego dekodera to dokładnie 0 lub 1: tam gradient jest zerem, więc trening "
        "ich nie zmieni.",
        "funkcji, która rośnie dla każdej liczby rzeczywistej.",
    )
    flat = outputs.reshape(len(GAINS), -1)
    dark, bright = (flat < 0.1).mean(axis=1).max(), (flat > 0.9).mean(axis=1).max()
    require(
        dark > 0.1 and bright > 0.1,
        f"nawet przy dużych wagach tylko {dark:.0%} pikseli jest prawie czarnych, a {bright:.0%} prawie białych.",
        "obrazów, w których wiele pikseli naraz może być bliskich 0 i wiele bliskich 1.",
    )


@check(
    "1a.decoder_deterministic",
    "0.06",
    "Dekoder nie losuje",
    "Próbkowanie odbywa się poza dekoderem: ten sam wektor ukryty daje zawsze tę samą rekonstrukcję.",
)
def test_decoder_deterministic(student, rng, seeds):
    z = rng.normal(0, 1, (BATCH, SIZES[3]))
    output = decode(student, z, repeat=3, seed=seeds())
    require(
        np.allclose(output[0], output[1], atol=1e-6) and np.allclose(output[0], output[2], atol=1e-6),
        "dekoder daje różne wyniki dla tego samego wektora ukrytego, choć pytamy go w trybie eval().",
        "tego samego wyniku za każdym razem (w trybie eval() także dropout niczego nie losuje).",
    )


@pytest.fixture
def residuals(student, rng, seeds, batch=64, draws=400):
    """(z − loc) / scale (draws, batch, Z) of many calls of ``encoder_forward``: standard normal where it is right."""
    form, shape = scale_form(student), (batch, SIZES[3])
    x = grey_noise(rng, batch, *IMAGE)
    loc = rng.normal(0, 3, shape)
    scale = np.exp(rng.uniform(np.log(0.05), np.log(5), shape))
    second = second_output(form, scale)
    request = {"sizes": SIZES, "x": x, "draws": draws, "seed": seeds()}
    unusable = None
    try:
        reply = student.probe("draw_latents", loc=loc, scale=second, **request)
    except ProbeError as error:
        unusable = error
    if unusable or reply.number("asked") == 0:  # it does not go through encoder.forward: judge it with its own encoder
        try:
            reply = student.probe("draw_own_latents", **request)
        except ProbeError as error:
            raise unusable or error from None
        loc, scale = reply.array("loc", shape), deviation(form, reply.array("scale", shape))
    return (reply.array("samples", (draws, *shape)) - loc) / scale


@check(
    "1a.encoder_forward_distribution",
    "0.12",
    "encoder_forward losuje z rozkładu o podanej średniej i odchyleniu",
    "Wektor ukryty to próbka z rozkładu normalnego o średniej z_loc i odchyleniu standardowym z_scale. "
    "Zwróć uwagę, czy podajesz odchylenie, czy wariancję, i czy średnia nie została pominięta.",
)
def test_encoder_forward_distribution(student, rng, seeds, residuals, site_probe):
    require_normal_noise(residuals)
    x = grey_noise(rng, 5, *SMALL_IMAGE)
    try:
        reply = student.probe("encoder_inputs", sizes=SMALL, x=x, seed=seeds())
    except ProbeError:
        with contextlib.suppress(ProbeError):  # else 1a.guide says it
            require(not site_probe("guide").small, ONLY_28.format("encoder_forward"), ANY_SIZE)
        return
    shapes = {name: reply.shape(name) for name in ("encoder_forward", "guide") if name in reply}
    shape = shapes.get("encoder_forward", (5, SMALL[0]))
    require(
        shape == (5, SMALL[0]),
        f"z 5 obrazów 8 × 8 encoder_forward robi dla kodera tensor {shape}.",
        f"(5, {SMALL[0]}).",
    )
    inputs = {name: reply.array(name, shape) for name in shapes if shapes[name] == shape}
    given = inputs.pop("encoder_forward", None)
    require(
        given is None or any(np.allclose(given, same, atol=1e-6) for same in (x.reshape(5, -1), *inputs.values())),
        "encoder_forward podaje koderowi inne liczby niż guide: piksele są przeskalowane albo przestawione.",
        "tych samych pikseli w tej samej kolejności.",
    )


def require_normal_noise(residuals):
    """Residuals (draws, B, Z) are those of a standard normal distribution."""
    # False alarms: 640 entries of 400 draws, each bound at 6.5 standard errors or more: below 1e-6 in all.
    in_training, afterwards = np.array_split(residuals, 2)
    require(
        afterwards.std(axis=0).max() > 1e-6 or in_training.std(axis=0).max() <= 1e-6,
        "w trybie eval(), czyli po treningu, encoder_forward nie losuje.",
        "próbki w każdym trybie: reprezentacją obrazu jest próbka, a nie średnia.",
    )
    distinct = np.unique(residuals, axis=0)
    repeated = len(distinct) <= 50
    r = distinct.reshape(-1, 1) if repeated else residuals.reshape(len(residuals), -1)
    n = len(r)
    mean, std = r.mean(axis=0), r.std(axis=0)
    worst = np.abs(mean[np.argmax(np.abs(mean) / (std + 1e-3))])
    require(
        (np.abs(mean) < 6.5 * std / np.sqrt(n) + 1e-3).all(),  # of noise as wide as it is: if too wide, that is told
        f"średnia próbek odbiega od z_loc o {worst:.2f} odchylenia standardowego.",
        "średniej równej z_loc.",
    )
    off = std[np.abs(np.log(std + 1e-12)).argmax()]
    require(
        abs(off**2 - 1) < 6.5 * np.sqrt(2 / n),
        f"odchylenie próbek to {off:.3g} wartości z_scale.",
        "odchylenia standardowego równego z_scale.",
    )
    if repeated:
        return  # 1a.encoder_forward_independence says so
    apart = r[:, own_noise(r)]
    fourth = float((apart**4).mean())
    require(
        abs(fourth - 3) < 11 * np.sqrt(96 / apart.size),
        f"rozkład próbek nie jest normalny (czwarty moment {fourth:.2f}).",
        "rozkładu normalnego (moment 3).",
    )


def own_noise(r):
    """Columns of r (draws, n) that do not repeat the noise of an earlier one: noise that is shared counts once."""
    relation = np.abs(np.corrcoef(r.T))
    return [column for column in range(r.shape[1]) if not (relation[column, :column] > 0.99).any()]


@check(
    "1a.encoder_forward_independence",
    "0.06",
    "Każda próbka ma własny, świeży szum",
    "Szum ma mieć taki sam kształt jak z_loc i być losowany od nowa przy każdym wywołaniu, bez ustawiania ziarna.",
)
def test_encoder_forward_independence(residuals):
    # False alarms: 204,480 correlations of 400 draws with bound 8 standard errors: below 1e-10.
    r = residuals.reshape(len(residuals), -1)
    require((r.std(axis=0) > 1e-6).all(), "kolejne wywołania dają te same wektory ukryte.", "za każdym razem nowych.")
    ranks = r.argsort(axis=0).argsort(axis=0)  # Spearman's: a few large numbers prove nothing
    relation = np.abs(np.corrcoef(ranks.T) - np.eye(r.shape[1])).max()
    require(
        relation < 0.4,
        f"szum różnych przykładów lub cech jest wspólny (korelacja {relation:.2f}).",
        "niezależnego szumu dla każdego przykładu i każdej cechy.",
    )
    centred = r - r.mean(axis=0)
    lagged = abs(np.corrcoef(centred[:-1].ravel(), centred[1:].ravel())[0, 1])
    require(lagged < 0.1, f"kolejne wywołania są zależne (korelacja {lagged:.2f}).", "niezależnych losowań.")


@check(
    "1a.decoder_forward",
    "0.06",
    "decoder_forward odtwarza obraz z wyniku dekodera",
    "Rekonstrukcja to wynik dekodera ułożony z powrotem w kształt obrazu wejściowego, piksel po pikselu.",
)
def test_decoder_forward(student, rng, seeds):
    z, output = rng.normal(0, 1, (5, SMALL[3])), rng.uniform(0, 1, (5, SMALL[0]))
    request = {"sizes": SMALL, "z": z, "image_shape": SMALL_IMAGE}
    image, given = None, []
    with contextlib.suppress(ProbeError):  # if it cannot use another decoder, with its own
        reply = student.probe("restore", output=output, seed=seeds(), **request)
        image = reply.array("image", reply.shape("image"))
        given = [reply.array(name, z.shape) for name in ("given", "given_by_model") if name in reply]
    if image is None or image.size != output.size or not np.allclose(image.reshape(5, -1), output, atol=1e-6):
        reply = student.probe("restore", seed=seeds(), **request)
        image, output = reply.array("image", reply.shape("image")), reply.array("output", (5, SMALL[0]))
    require(
        not given or any(np.allclose(given[0], same, atol=1e-5) for same in (z, *given[1:])),
        "decoder_forward podaje dekoderowi inne liczby niż wektor ukryty.",
        "wektora ukrytego bez zmian.",
    )
    require(image.shape == (5, *SMALL_IMAGE), f"rekonstrukcja ma kształt {image.shape}.", "(5, 1, 8, 8).")
    require(
        np.allclose(image.reshape(5, -1), output, atol=1e-6),
        "obraz różni się od wyniku dekodera.",
        "tych samych pikseli w tej samej kolejności.",
    )


@check(
    "1a.gradients",
    "0.06",
    "Gradient rekonstrukcji dociera do wszystkich wag",
    "Na drodze od wejścia do rekonstrukcji nie może być niczego, co odcina gradient: .detach(), .data, "
    "torch.no_grad() ani przejścia przez NumPy.",
)
def test_gradients(student, rng, seeds):
    x = grey_noise(rng, BATCH, *IMAGE)
    reply = student.probe("gradients", sizes=SIZES, x=x, seed=seeds())
    rows = reply.items("parameters")
    used = [row for row in rows if row.number("influence") > 1e-7]
    loose = ", ".join(row.text("name") for row in used if not row.number("registered"))
    require(
        not loose,
        f"sieć korzysta z wag, których nie ma w parameters(): {loose}.",
        "każdej warstwy jako atrybutu sieci (self.warstwa = …) albo w nn.ModuleList, bo innych optymalizator nie zna.",
    )
    require(
        reply.number("unknown") == 0,
        "strata zależy od wag, których nie ma w parameters(), na przykład warstwy tworzonej w forward.",
        "każdej warstwy utworzonej w __init__ jako atrybut sieci.",
    )
    require(
        any(row.number("registered") for row in rows),
        "sieci nie mają żadnych parametrów do wyuczenia.",
        "wag kodera i dekodera.",
    )
    cut = [row for row in used if not abs(row.number("gradient")) > 0]
    student.notes[SCALE_FIXED] = float(bool(cut) and all(row.number("influence_on_first") <= 1e-7 for row in cut))
    names = ", ".join(row.text("name") for row in cut)
    require(not cut, f"gradient nie dociera do: {names}.", "gradientu we wszystkich wagach.")
    partly = [(row.text("name"), row.column("cut", most=2)) for row in used]
    names = ", ".join(f"{name} (z {of_output(output)})" for name, cut in partly for output in cut)
    unused = reply.column("unused", most=2).tolist()
    student.notes[SCALE_FIXED] = student.notes[SCALE_FIXED] or float(unused == [2])
    require(
        not names,
        f"gradient nie dociera do: {names}.",
        "gradientu z każdego wyniku sieci we wszystkich wagach, od których on zależy.",
    )
    require(
        not unused,
        f"gradient nie dociera do {', '.join(of_output(output) for output in unused)} kodera: odcina go guide.",
        "rekonstrukcji, od której gradient płynie przez obydwa wyniki kodera.",
    )
    latents = reply.column("latents", most=SIZES[3]) if "latents" in reply else np.ones(SIZES[3])
    ignored = ", ".join(str(number) for number, gradient in enumerate(latents, 1) if not gradient > 0)
    require(
        not ignored,
        f"rekonstrukcja nie zależy od cech ukrytych o numerach {ignored}.",
        "dekodera, który używa wszystkich cech ukrytych.",
    )


def of_output(number):
    """The encoder's or decoder's output of this number, in the Polish genitive."""
    return {1: "pierwszego wyniku", 2: "drugiego wyniku, z_scale"}.get(number, "wyniku")


def known_values(rng, sizes, image, batch=7):
    """Images, values that stand in for the networks' answers, and points to ask densities at."""
    latents = (batch, sizes[3])
    return {
        "x": grey_noise(rng, batch, *image),
        "loc": rng.normal(0, 1, latents),
        "scale": rng.uniform(0.2, 2, latents),
        "output": rng.uniform(0.05, 0.95, (batch, sizes[0])),
        "points": rng.normal(0, 1.5, (3, *latents)),
    }


@dataclass
class Variables:
    """Random variables of ``model`` or ``guide``, the images that it got, and what its networks answer there.

    small: whether it takes images that are not 28 x 28.
    """

    rows: list[Reply]
    x: np.ndarray
    points: np.ndarray
    networks: dict[str, np.ndarray]
    small: bool


@pytest.fixture
def site_probe(student, rng, seeds):
    """A function that returns the variables of ``model`` or ``guide``; raises ProbeError.

    It asks with known networks; where the function has no use for them, with the student's own. With small images;
    where it takes none, with those of the notebook.
    """

    def ask(function, sizes, image, own):
        known = known_values(rng, sizes, image)
        given = {name: known[name] for name in (("x", "points") if own else known)}
        reply = student.probe("sites", function=function, sizes=sizes, seed=seeds(), **given)
        if not own and not reply.number("asked"):
            raise ProbeError("Metoda nie korzysta z sieci self.encoder i self.decoder.")
        networks = {name: known[name] for name in ("loc", "scale", "output")}
        if own:
            names = ("loc", "scale") if function == "guide" else ("output",)
            networks = {name: reply.array(name, known[name].shape) for name in names}
        return Variables(reply.items("sites"), known["x"], known["points"], networks, sizes == SMALL)

    def variables(function):
        first = None
        for own in (False, True):
            for sizes, image in ((SMALL, SMALL_IMAGE), (SIZES, IMAGE)):
                try:
                    return ask(function, sizes, image, own)
                except ProbeError as error:
                    first = first or error
        raise first

    return variables


def has_density(site, points, mean, stddev):
    """Whether the density of a site at the points is that of independent normal latents."""
    if "densities" not in site:
        return False
    expected = oracles.normal_log_prob(points, mean, stddev).sum(axis=-1)
    return bool(np.allclose(site.array("densities", (len(points),)), expected, rtol=1e-4, atol=1e-2))


def require_normal(site, variables, mean, stddev, what):
    """The site is a normal vector of independent latents for each image, in a plate over the batch."""
    if not has_density(site, variables.points, mean, stddev):
        for field, expected in (("mean", mean), ("stddev", stddev)):
            known = field in site and site.shape(field) == expected.shape
            require(
                known and np.allclose(site.array(field, expected.shape), expected, atol=1e-4),
                f"{what} ma inną {'średnią' if field == 'mean' else 'wartość odchylenia'} niż w podanym kodzie.",
                "rozkładu takiego jak w podanym kodzie.",
            )
        require(
            "densities" not in site,
            f"{what} ma inną gęstość niż w podanym kodzie.",
            "rozkładu normalnego o niezależnych cechach.",
        )
    require_plate(site, len(mean), what)


def require_plate(site, batch, what):
    plates = site.column("plates", most=10).tolist()
    require(
        batch in plates,
        f"{what} nie leży w pyro.plate o rozmiarze batcha.",
        "pyro.plate obejmującego przykłady.",
    )
    shape = site.shape("log_prob")  # one number for an image, unless a plate says that the others are independent too
    require(
        shape[:1] == (batch,) and math.prod(shape) == math.prod(plates),
        f"log_prob ({what}) ma kształt {shape}.",
        f"jednej liczby na przykład, czyli ({batch},); zobacz to_event.",
    )


@check(
    "1a.model",
    "0.05",
    "Model generatywny jest taki, jak podano",
    "Metody model nie trzeba zmieniać: prior N(0, I), obrazy obserwowane przez obs=x, wszystko w pyro.plate.",
)
def test_model(site_probe):
    variables = site_probe("model")
    rows, x = variables.rows, variables.x
    batch = len(x)
    observed = [site for site in rows if site.number("observed")]
    latent = [site for site in rows if not site.number("observed")]
    require(len(observed) == 1, f"liczba obserwowanych zmiennych w model: {len(observed)}.", "jednej: obrazu (obs=x).")
    require(len(latent) == 1, f"liczba zmiennych ukrytych w model: {len(latent)}.", "jednej: wektora ukrytego.")
    latents = variables.points.shape[1:]
    require_normal(latent[0], variables, np.zeros(latents), np.ones(latents), "prior")
    require(
        latent[0].number("factor") == 1 and observed[0].number("factor") == 1,
        "log-prawdopodobieństwa w modelu są przeskalowane.",
        "modelu bez skalowania (to zadanie 3).",
    )
    shape = observed[0].shape("value")
    require(
        math.prod(shape) == x.size and np.allclose(observed[0].array("value", shape).reshape(x.shape), x, atol=1e-6),
        "obserwowany jest inny tensor niż x.",
        "obserwacji obs=x.",
    )
    require_plate(observed[0], batch, "obraz")
    by_image = observed[0].array("log_prob", observed[0].shape("log_prob"))
    expected = oracles.bernoulli_log_prob(x.reshape(batch, -1), variables.networks["output"])
    require(
        np.allclose(by_image.reshape(batch, -1).sum(axis=1), expected, rtol=1e-3, atol=1e-2),
        "prawdopodobieństwo obrazu jest inne niż w rozkładzie Bernoulliego o podanych pikselach.",
        "rozkładu Bernoulliego, którego parametrem jest wynik dekodera.",
    )
    if not variables.small:
        with contextlib.suppress(ProbeError):  # else 1a.guide says it
            require(not site_probe("guide").small, ONLY_28.format("model"), ANY_SIZE)


@check(
    "1a.guide",
    "0.05",
    "Guide jest taki, jak podano",
    "Metody guide nie trzeba zmieniać: jedna zmienna ukryta o tej samej nazwie co w model, z rozkładu "
    "o parametrach, które daje koder.",
)
def test_guide(student, site_probe):
    variables, form = site_probe("guide"), scale_form(student)
    rows = variables.rows
    require(len(rows) == 1, f"liczba zmiennych w guide: {len(rows)}.", "jednej: wektora ukrytego.")
    scale = deviation(form, variables.networks["scale"])
    require_normal(rows[0], variables, variables.networks["loc"], scale, "posterior")
    require(
        form != VARIANCE,
        "koder zwraca wariancję, a odchylenie liczą z niej dopiero guide i encoder_forward.",
        "z_scale jako odchylenia standardowego, którego guide używa wprost.",
    )
    require(
        rows[0].number("factor") == 1,
        "log-prawdopodobieństwo w guide jest przeskalowane.",
        "guide bez skalowania (to zadanie 3).",
    )
    require(variables.small, ONLY_28.format("guide"), ANY_SIZE)
    try:
        names = {site.text("name") for site in site_probe("model").rows if not site.number("observed")}
    except ProbeError:
        return  # 1a.model says what is wrong there
    require(
        not names or rows[0].text("name") in names,
        f"zmienna w guide nazywa się {rows[0].text('name')!r}, a w model: {', '.join(sorted(names))}.",
        "tej samej nazwy w obu metodach.",
    )


@check(
    "1a.elbo",
    "0.05",
    "Funkcja kosztu to ujemne ELBO",
    "Sprawdź, czy koder, dekoder, model i guide razem dają −E[log p(x|z)] + KL: porównaj stratę z wartością "
    "policzoną ręcznie dla zerowych wag.",
)
def test_elbo(student, rng, seeds):
    x, stub = dark_noise(rng, BATCH, *IMAGE), random_stub(rng, BATCH, SIZES[3], SIZES[0])
    require_elbo(student, x, seeds(), "ze znanym koderem i dekoderem", stub=stub)
    for gains, weights in (((0.0,), "zerowych"), ((3.0, 2.0, 1.0), "losowych")):
        try:
            own, gain = own_losses(student, x, gains, seeds)
        except ProbeError:
            if gains == (0.0,) and not gives_numbers(student, x, 0.0, seeds()):
                continue  # normalised weights, w / |w|, have no values there
            raise
        valid = (own.scale > 0).all() and np.abs(own.probabilities - 0.5).max() <= 0.5
        if valid:  # otherwise the checks of the encoder and the decoder say what is wrong
            require_elbo(student, x, seeds(), f"przy {weights} wagach", gain=gain)


def own_losses(student, x, gains, seeds):
    """Losses of the student's own networks, and the first of the gains where no guard against log 0 changes them."""
    for gain in gains:
        own = ask_losses(student, SIZES, x, draws=1, cls="VariationalAutoencoder", gain=gain, seed=seeds())
        if np.abs(own.probabilities - 0.5).max() < 0.499:
            break
    return own, gain


def gives_numbers(student, x, gain, seed):
    """Whether encoder and decoder give finite numbers with their parameters multiplied by ``gain``."""
    try:
        encoded = encode_second(student, lambda: seed, x.reshape(len(x), -1), gains=(gain,))
        decoded = decode(student, np.zeros((len(x), SIZES[3])), gain=gain, seed=seed)
    except ProbeError:
        return False
    return all(np.isfinite(output).all() for output in (*encoded, decoded))


def require_elbo(student, x, seed, when, **request):
    losses, (agrees,) = judged_losses(student, x, [1.0], seed, cls="VariationalAutoencoder", sizes=SIZES, **request)
    require(
        losses.wander.max() <= 1e-3 * (1 + np.abs(losses.loc).max()),
        "koder daje różne z_loc dla tego samego obrazu, choć pytamy go w trybie eval().",
        "tego samego wyniku za każdym razem: losuje dopiero guide.",
    )
    loss, expected = (values.mean() / len(x) for values in (losses.loss[0], losses.expected(x, 0, 1.0)))
    require(agrees, f"{when} strata to {loss:.3f} nata na obraz.", f"{expected:.3f} nata na obraz.")
