"""Checks of task 2: the classifiers in ``classification_results``, asked on real images.

An entry that is missing, or whose classifier cannot be asked, is told by one check, and the others judge the rest.
"""

import re
import zlib
from dataclasses import dataclass

import numpy as np
import pytest

from grader_tests import mnist
from grader_tests.student import ProbeError, Reply
from grader_tests.trained import (
    NETWORKS,
    VAE_WEIGHTS,
    bands,
    encode,
    linear_share,
    measure,
    reconstruction_error,
    require_representation,
)
from grader_tests.verdict import check, require

KEYS = ("raw", "ae", "vae")
KINDS = (*KEYS, "vae_mean", "vae_again", "vae_once_more")
NAMES = {"raw": "piksele", "ae": "autokoder", "vae": "VAE"}
INPUTS = {"raw": "pikselach z przedziału [0, 1]", "ae": "wektorach z ae_model", "vae": "wektorach z vae_model"}
FRESH = 3000
STEP, NEAR = 5, 0.025
"""On every fifth validation image causes of a wrong accuracy are tried. Of 2,000 images an accuracy is within NEAR of
the one of all 10,000, which is 2.5 standard errors."""
MIN_GAIN, CLEAR_GAIN = 0.02, 0.4
"""By how much an accuracy on 10,000 images must be above guessing: six standard errors of guessing one of ten. And from
where on nobody asks whether that was chance, see ``require_labels``."""
MIN_AGREEMENT = 0.65
"""Share of images on which refits agree; what agrees on less depends on chance."""
MIN_ALIKE = 0.3
"""Adjusted Rand index of labels learnt from right and from shuffled ones; 0 is expected where labels count."""
MAX_TIME = 3600
SECONDS = (
    "fit_time i predict_time jako liczb sekund, na przykład różnic dwóch odczytów time.perf_counter() "
    "(z timedelta: .total_seconds())"
)
WANTED = {
    "accuracy": "accuracy jako liczby od 0 do 1, na przykład 0.831",
    "fit_time": SECONDS,
    "predict_time": SECONDS,
    "classifier": "classifier jako nauczonego obiektu z metodą predict",
}
WRITTEN = re.compile(r"\s*((?:\d{1,9}:){0,2})(\d{1,9}(?:\.\d{1,20})?(?:e[-+]?\d{1,2})?)\s*(%?)", re.IGNORECASE)
"""A number at the start of a text: hours and minutes, the rest, a percent sign."""
CAUSES = {
    "bytes": "na pikselach 0..255 ma około {:.3f}: na takich się uczył, a mają to być piksele z przedziału [0, 1]",
    "other": "na wektorach drugiego modelu ma około {:.3f}: pomylono modele",
    **dict.fromkeys(
        ("StandardScaler", "MinMaxScaler", "MaxAbsScaler", "centred", "normalised"),
        "na cechach przeskalowanych ma około {:.3f}: skalowano je poza klasyfikatorem, a skaler ma być jego częścią "
        "(Pipeline)",
    ),
}
"""What a classifier may have learnt on instead, by name in the reply of the probe."""


@dataclass
class Results:
    """What ``classification_results`` holds.

    rows: entries by key; shared: keys whose classifiers are one object; vae_there: whether there is a ``vae_model``.
    """

    rows: dict[str, Reply]
    shared: list[str]
    vae_there: bool

    def fitted(self) -> list[str]:
        """Keys of the entries with a classifier; raises ProbeError where there are not two to be compared."""
        found = [key for key in KEYS if key in self.rows and "class" in self.rows[key]]
        if len(found) < 2:
            raise ProbeError(
                "Do porównania potrzeba nauczonych klasyfikatorów w co najmniej dwóch wpisach; "
                + (f"jest tylko we wpisie {found[0]!r}." if found else "nie ma żadnego.")
            )
        return found


@pytest.fixture(scope="module")
def results(student, module_rng, module_seeds):
    """The entries; worth nothing where something else than a model of task 1a is passed off as the VAE."""
    reply = student.probe("classification_entries", seed=module_seeds())
    rows = {row.text("key"): row for row in reply.items("entries")}
    there = bool(reply.number("vae_there"))
    genuine = reply.number("vae_of_its_class") and student.notes.get(NETWORKS, 1.0)
    if "vae" in rows and there and not genuine:
        x, loc, _ = encode(student, "vae_model", module_rng, module_seeds)
        require_representation(linear_share(x, loc))
    return Results(rows, reply.texts("shared"), there)


def measured(row, name):
    """The number that an entry gives, or means by a text such as "83.10%" or "0:00:01.5"; None where there is none."""
    value, percent = None, False
    if name in row:
        value = row.number(name)
    elif f"{name}_text" in row:
        text = row.text(f"{name}_text").replace(",", ".")
        found = WRITTEN.match(text)
        if found:
            value, percent = float(found[2]), bool(found[3])
            for power, part in enumerate(reversed(found[1].split(":")[:-1]), start=1):
                value += 60**power * int(part)
    if name == "accuracy" and value is not None and (percent or 1 < value <= 100):
        value /= 100
    return value


@dataclass
class Answer:
    """accuracy: of a classifier's labels; guess: what labels as frequent as these get when they are dealt at random."""

    accuracy: float
    guess: float


@dataclass
class Answers:
    """What the classifiers answer for a split: an Answer by kind, or by key the text of why there is none."""

    by_kind: dict[str, Answer]
    silent: dict[str, str]

    def of(self, key):
        """The answers of an entry's classifier."""
        return [answer for kind, answer in self.by_kind.items() if kind.partition("_")[0] == key]


def ask(student, split, labels, kinds, seed):
    """The answers of the classifiers on the split of that name (see the probe ``predictions``)."""
    reply = student.probe("predictions", split=split, kinds=list(kinds), seed=seed)
    found, silent = {}, {}
    for kind in kinds:
        try:
            if f"{kind}_error" in reply:
                raise ProbeError(reply.text(f"{kind}_error"))
            found[kind] = answer(reply.array(kind, labels.shape), labels)
        except ProbeError as error:
            silent.setdefault(kind.partition("_")[0], str(error))
    told = {kind.partition("_")[0] for kind in found}
    return Answers(found, {key: reason for key, reason in silent.items() if key not in told})


def answer(predicted, labels):
    """The Answer of predicted labels (N,)."""
    guess = sum((predicted == digit).mean() * (labels == digit).mean() for digit in range(10))
    return Answer(float((predicted == labels).mean()), float(guess))


@pytest.fixture(scope="module")
def on_val(student, results, module_seeds):
    """Answers on the 10,000 validation images."""
    labels = mnist.images(train=False)[1]
    kinds = [kind for kind in KINDS if kind.partition("_")[0] in results.fitted()]
    halves = {"val": slice(None), "first half": slice(None, None, 2), "second half": slice(1, None, 2)}
    rows = {name: mnist.N_TRAIN + np.arange(len(labels))[rows] for name, rows in halves.items()}
    known = {name: labels[rows] for name, rows in halves.items()}
    shuffled = np.random.default_rng(module_seeds()).permutation(known["first half"])
    student.probe(
        "keep_splits",
        rows=rows | {"first half, shuffled": rows["first half"]},
        labels=known | {"first half, shuffled": shuffled},
    )
    return ask(student, "val", labels, kinds, module_seeds())


@dataclass
class Training:
    """train: labels of the notebook's training rows; fresh: of images that are in neither split."""

    train: np.ndarray
    fresh: np.ndarray


@pytest.fixture(scope="module")
def training(student, results, module_rng, module_seeds):
    """The training rows and fresh images, kept for probes; or the ProbeError that says why they are not known."""
    results.fitted()
    try:
        return find_training(student, module_rng, module_seeds)
    except ProbeError as error:
        return error


def find_training(student, rng, seeds):
    images, labels = mnist.images(train=True)
    known = student.probe("training_rows", seed=seeds()).column("checksums", most=mnist.N_TRAIN)
    used = np.isin([zlib.crc32(image) for image in images], known)
    if (~used).sum() < FRESH:
        raise ProbeError(
            f"Zbiór train_dataset ma teraz {used.sum()} z {len(images)} obrazów treningowych, więc nie zostały takie, "
            "których klasyfikator nie widział. Do eksperymentów utwórz zbiór o innej nazwie."
        )
    fresh = rng.choice(np.flatnonzero(~used), FRESH, replace=False)
    rows = {"train": np.flatnonzero(used), "fresh": fresh}
    student.probe("keep_splits", rows=rows, labels={"train": labels[used]})  # those of the fresh images stay here
    return Training(labels[used], labels[fresh])


@dataclass
class Mismatch:
    """An accuracy that its classifier does not reach.

    given: what the entry says; found: what the classifier has, None where it does not answer; cause: a Polish clause,
    where one is known; elsewhere: whether the cause is that it has learnt on other inputs, where it has what was given.
    """

    given: float
    found: float | None
    cause: str = ""
    elsewhere: bool = False


@pytest.fixture(scope="module")
def mismatches(student, results, on_val, training, module_seeds):
    """The entries whose accuracy is not the one of their classifier, by key."""
    found = {}
    for key in results.fitted():
        given = measured(results.rows[key], "accuracy")
        if given is None:
            continue
        answers = on_val.of(key)
        if not answers:
            found[key] = Mismatch(given, None)
            continue
        # Pixels and a plain autoencoder give the same predictions again: 0.006 admits rounding to two decimals.
        # Latents of a VAE are drawn anew: their accuracy has a standard deviation of about 0.002; 0.02 is 7 of them
        # and the rounding. What several draws of the same latents differ by is added.
        tolerance = 0.006
        if key == "vae":
            draws = [a.accuracy for kind, a in on_val.by_kind.items() if kind in ("vae", "vae_again", "vae_once_more")]
            tolerance = 0.02 + (np.ptp(draws) if draws else 0)
        nearest = min((a.accuracy for a in answers), key=lambda value: abs(value - given))
        if abs(nearest - given) > tolerance:
            found[key] = explained(student, training, key, Mismatch(given, nearest), module_seeds)
    return found


def explained(student, training, key, mismatch, seeds):
    """The mismatch of an entry with its cause, where something explains it."""
    given, found = mismatch.given, mismatch.found
    if abs(1 - given - found) < NEAR / 2 and abs(given - found) > NEAR:
        return Mismatch(given, found, "podano odsetek błędów zamiast odsetka trafień")
    labels = mnist.images(train=False)[1][::STEP]
    known = not isinstance(training, ProbeError)
    if known and given > found:
        on_train = ask(student, "train", training.train, [key], seeds()).of(key)
        if on_train and abs(on_train[0].accuracy - given) < NEAR / 2:
            return Mismatch(given, found, "tyle ma na zbiorze treningowym")
    try:
        reply = student.probe(
            "predictions_on_other_inputs",
            key=key,
            split="val",
            step=STEP,
            scaled_by="train" if known else "val",
            seed=seeds(),
        )
        reached = {name: answer(reply.array(name, labels.shape), labels).accuracy for name in CAUSES if name in reply}
    except ProbeError:
        return mismatch
    name = min(reached, key=lambda name: abs(reached[name] - given), default="")
    if name and abs(reached[name] - given) < NEAR and reached[name] > found + 2 * NEAR:
        return Mismatch(given, found, CAUSES[name].format(reached[name]), elsewhere=True)
    return mismatch


@check(
    "2.entries",
    "0.20",
    "classification_results ma trzy kompletne wpisy",
    "Uzupełnij słownik tak, jak opisano w treści zadania: wpisy raw, ae i vae, w każdym nauczony klasyfikator, "
    "accuracy, fit_time i predict_time.",
)
def test_entries(results):
    flaws, wanted = [], {}
    for key in KEYS:
        if key not in results.rows:
            flaws.append(f"brakuje wpisu {key!r}")
            wanted["wpisów 'raw', 'ae' i 'vae'"] = None
            continue
        found = flaws_of(results.rows[key])
        missing = [name for name, what in found.items() if not what]
        told = [what for what in found.values() if what] + ([f"brakuje: {', '.join(missing)}"] if missing else [])
        if told:
            flaws.append(f"we wpisie {key!r} {', '.join(told)}")
            wanted |= dict.fromkeys(WANTED[name] for name in found)
    require(not flaws, f"{'; '.join(flaws)}.", f"{'; '.join(wanted)}.")


def flaws_of(row):
    """Fields of an entry that are not as they should be, each with what is there; nothing where it is missing."""
    found = {}
    for name in WANTED:
        if f"{name}_is" in row:
            what = row.text(f"{name}_is").removeprefix("NoneType ")
            found[name] = f"{name} to {f'napis {what[4:]}' if what.startswith('str ') else what}"
        elif ("class" if name == "classifier" else name) not in row:
            found[name] = ""
        elif name == "accuracy" and not 0 <= row.number(name) <= 1:
            value = row.number(name)
            found[name] = f"accuracy to {value:g}" + (" (w procentach?)" if 1 < value <= 100 else "")
    return found


@check(
    "2.same_classifier",
    "0.20",
    "Ten sam klasyfikator i te same hiperparametry w trzech wariantach",
    "Porównanie reprezentacji jest uczciwe, gdy zmienia się tylko wejście klasyfikatora.",
)
def test_same_classifier(results):
    for field, what in (("class", "klasy"), ("parameters", "hiperparametry")):
        values = {key: results.rows[key].text(field) for key in results.fitted()}
        require(len(set(values.values())) == 1, f"różne {what}: {values}.", "takich samych we wszystkich wpisach.")


@check(
    "2.accuracy",
    "0.30",
    "Podane accuracy zgadza się z policzonym na zbiorze walidacyjnym",
    "Accuracy licz na zbiorze walidacyjnym, z przewidywań klasyfikatora, który jest w tym samym wpisie, i na "
    "reprezentacji z modelu, którego dotyczy wpis. Najczęstsze przyczyny niezgodności to cechy przeskalowane poza "
    "klasyfikatorem (skaler ma być jego częścią, czyli Pipeline) i piksele 0..255 zamiast [0, 1].",
)
def test_accuracy(student, results, on_val, mismatches, training, seeds):
    given = {key: measured(results.rows[key], "accuracy") for key in results.fitted()}
    if all(value is None for value in given.values()):
        raise ProbeError("W żadnym wpisie z klasyfikatorem nie ma accuracy, które da się odczytać.")
    require(
        not mismatches,
        "; ".join(mismatch_told(key, mismatch, results, on_val) for key, mismatch in mismatches.items()) + ".",
        "takiego accuracy, jakie klasyfikator z wpisu ma na zbiorze walidacyjnym, "
        f"czyli na {', '.join(INPUTS[key] for key in mismatches)}.",
    )
    reported, on_pixels = given.get("raw"), on_val.of("raw")
    if reported is None or not on_pixels or isinstance(training, ProbeError):
        return
    if reported != pytest.approx(on_pixels[0].accuracy, abs=1e-6):  # a step is 1e-4, and float32 is right to 1e-7
        on_train = ask(student, "train", training.train, ["raw"], seeds()).of("raw")
        require(
            not on_train or reported != pytest.approx(on_train[0].accuracy, abs=1e-6),
            f"we wpisie 'raw' podano accuracy ze zbioru treningowego ({reported:.4f}).",
            f"accuracy ze zbioru walidacyjnego ({on_pixels[0].accuracy:.4f}).",
        )


def mismatch_told(key, mismatch, results, on_val):
    """A Polish clause on an accuracy that its classifier does not reach."""
    told = f"we wpisie {key!r} podano {mismatch.given:.4f}, a klasyfikator na {INPUTS[key]} "
    told += (
        f"ma {mismatch.found:.4f}" if mismatch.found is not None else f"nie odpowiada: {on_val.silent[key].rstrip('.')}"
    )
    if key in results.shared:
        return f"{told}; ten sam obiekt jest w kilku wpisach, a pamięta tylko ostatnie uczenie"
    return f"{told}; {mismatch.cause}" if mismatch.cause else told


@check(
    "2.trained_on_train",
    "0.25",
    "Klasyfikatory uczono na zbiorze treningowym",
    "Zbiór walidacyjny służy tylko do oceny. Klasyfikator uczony na nim wypada tam lepiej niż na obrazach, "
    "których nie widział.",
)
def test_trained_on_train(student, on_val, training, module_seeds, seeds):
    if isinstance(training, ProbeError):
        raise training
    on_fresh = ask(student, "fresh", training.fresh, on_val.by_kind, module_seeds())
    if not on_fresh.by_kind:
        raise ProbeError("; ".join((on_val.silent | on_fresh.silent).values()))
    # Difference of two accuracies on 10,000 and 3,000 images: standard error below 0.0104; 0.06 is more than 5 of them.
    for key in KEYS:
        pairs = [
            (on_val.by_kind[kind].accuracy, fresh.accuracy)
            for kind, fresh in on_fresh.by_kind.items()
            if kind.partition("_")[0] == key
        ]
        if pairs:
            seen, unseen = min(pairs, key=lambda pair: pair[0] - pair[1])
            require(
                seen - unseen < 0.06,
                f"({NAMES[key]}) accuracy {seen:.3f} na zbiorze walidacyjnym, ale {unseen:.3f} "
                "na obrazach spoza obu zbiorów.",
                "podobnych wartości, bo żaden z tych obrazów nie służył do nauki.",
            )
    if on_fresh.of("ae"):
        require_fit_on_train(student, seeds)


def require_fit_on_train(student, seeds):
    """Raise WrongError where the classifier of the autoencoder's latents equals one fitted on other images.

    A classifier without randomness equals its refit; one with it may be near any, and is judged above alone.
    """
    fits = {"train": ["train"], "val": ["val"], "both": ["train", "val"]}
    labels = refit(student, fits, seeds())
    agreement = {fit: float((labels["own"] == labels[fit]).mean()) for fit in fits}
    for fit, where in (("val", "walidacyjnym"), ("both", "treningowym i walidacyjnym razem")):
        if agreement[fit] < 0.99 or agreement[fit] <= agreement["train"] + 0.005:
            continue
        again = refit(student, {fit: fits[fit]}, seeds())
        require(
            (again[fit] != labels[fit]).any(),
            f"klasyfikator zgadza się w {agreement[fit]:.1%} z nauczonym na zbiorze {where}, a tylko w "
            f"{agreement['train']:.1%} z nauczonym na treningowym.",
            "nauki na zbiorze treningowym.",
        )


def refit(student, fits, seed):
    """Labels of the fresh images by the classifier of the autoencoder's latents, its own and by the name of a fit."""
    reply = student.probe("refitted_predictions", key="ae", fits=fits, queries="fresh", seed=seed)
    return {name: reply.array(name, (FRESH,)) for name in ("own", *fits)}


@check(
    "2.weak_on_raw",
    "0.20",
    "Na samych pikselach klasyfikator jest słaby",
    "Silny klasyfikator radzi sobie z MNIST bez pomocy reprezentacji i niczego o niej nie mówi. Weź prostszy.",
)
def test_weak_on_raw(results, on_val, mismatches):
    if "raw" not in results.fitted():
        raise ProbeError("We wpisie 'raw' nie ma nauczonego klasyfikatora.")
    values = [found.accuracy for found in on_val.of("raw")]
    mismatch = mismatches.get("raw")
    if mismatch and (mismatch.elsewhere or not values):  # then the accuracy that was given is all there is
        values.append(mismatch.given)
    if not values:
        raise ProbeError(on_val.silent["raw"])
    require(max(values) < 0.93, f"accuracy na pikselach to {max(values):.3f}.", "wartości poniżej 0,93.")


@check(
    "2.latents_informative",
    "0.15",
    "Klasyfikatory na wektorach ukrytych są lepsze niż zgadywanie",
    "Sprawdź, czy klasyfikator dostaje wektory ukryte z właściwego modelu i etykiety w tej samej kolejności.",
)
def test_latents_informative(student, results, on_val, mismatches, seeds):
    judged = []
    for key in ("ae", "vae"):
        best = max(on_val.of(key), key=lambda found: found.accuracy - found.guess, default=None)
        mismatch = mismatches.get(key)
        if best is not None and best.accuracy > best.guess + MIN_GAIN:
            if best.accuracy < best.guess + CLEAR_GAIN and not mismatch:
                require_labels(student, key, best, seeds)
            judged.append(key)
        elif mismatch and (mismatch.found is None or mismatch.given > mismatch.found):
            judged += [key] if mismatch.elsewhere else []  # what it has learnt on is told by `2.accuracy`
        elif best is not None:
            require(
                is_luck(student, key, seeds),
                f"({NAMES[key]}) accuracy {best.accuracy:.3f}, a na chybił trafił byłoby {best.guess:.3f}.",
                "wartości wyraźnie wyższej.",
            )
            judged.append(key)
    if not judged:
        raise ProbeError("Żaden klasyfikator na wektorach ukrytych nie odpowiada tak, żeby dało się go ocenić.")


def require_labels(student, key, found, seeds):
    """Raise WrongError where refits on half of the validation images are all far better than the classifier.

    Labels in another order are learnt as well as right ones, and are right by chance in up to a third of the images:
    a classifier that divides the space into ten parts gives each digit one of them.
    """
    answers, agreement = refits(student, key, seeds)
    least = min(anew.accuracy for anew in answers)
    require(
        least < found.accuracy + 0.15 or agreement < MIN_AGREEMENT,
        f"({NAMES[key]}) accuracy {found.accuracy:.3f}, a taki sam klasyfikator, uczony na właściwych etykietach, "
        f"ma {least:.3f}.",
        "etykiet w tej samej kolejności co wektory ukryte.",
    )


def is_luck(student, key, seeds):
    """Whether it is no fault of the classifier's that it is no better than guessing.

    Fitted anew with other seeds it may differ so much that it depends on chance, such as a network after one epoch. And
    how much the latents of the VAE tell is a matter of task 1a.
    """
    (anew, *_), agreement = refits(student, key, seeds)
    if agreement < MIN_AGREEMENT and ignores_labels(student, key, seeds):
        return False
    return agreement < MIN_AGREEMENT or (key == "vae" and anew.accuracy < anew.guess + 2 * MIN_GAIN)


def ignores_labels(student, key, seeds):
    """Whether the classifier divides images in the same way after a fit on shuffled labels, as clustering does."""
    from sklearn.metrics import adjusted_rand_score  # not at the top: it takes a second, and few are asked

    fits = {"right": ["first half"], "shuffled": ["first half, shuffled"]}
    reply = student.probe("refitted_predictions", key=key, fits=fits, queries="second half", seed=seeds())
    half = len(mnist.images(train=False)[1]) // 2
    return adjusted_rand_score(*(reply.array(name, (half,)) for name in fits)) > MIN_ALIKE


def refits(student, key, seeds):
    """Answers of three refits of the classifier on half of the validation images, with other seeds, for the other
    half; and the smallest share of images on which the first agrees with another."""
    labels = mnist.images(train=False)[1][1::2]
    fits = {name: ["first half"] for name in ("one", "two", "three")}
    reply = student.probe("refitted_predictions", key=key, fits=fits, queries="second half", seed=seeds(), reseed=True)
    one, *others = (reply.array(name, labels.shape) for name in fits)
    return [answer(each, labels) for each in (one, *others)], min((one == other).mean() for other in others)


@check(
    "2.times",
    "0.10",
    "Zmierzono czas uczenia i wnioskowania",
    "Zmierz czas przed i po fit oraz przed i po predict, na przykład przez time.perf_counter(), i podaj różnicę "
    "w sekundach, bez zaokrąglania.",
)
def test_times(results):
    longest = 0.0
    for name in ("fit_time", "predict_time"):
        times = {key: measured(row, name) for key, row in results.rows.items()}
        times = {key: value for key, value in times.items() if value is not None}
        if not times:
            raise ProbeError(f"W żadnym wpisie nie ma {name}, które da się odczytać.")
        for key, value in times.items():
            require(
                0 <= value < MAX_TIME, f"{name} we wpisie {key!r} to {value:g} s.", f"liczby sekund od 0 do {MAX_TIME}."
            )
        longest = max(longest, *times.values())
    # A short time may have been rounded to zero; not all of them, for 784 pixels of 10,000 images take their time.
    require(longest > 0, "wszystkie czasy to 0 s.", "czasów, które zmierzono, bez zaokrąglania do zera.")


@check(
    "2.encoders_untouched",
    "0.10",
    "Autokodery nie były douczane przy klasyfikacji",
    "Sprawdzamy reprezentację, która już powstała: klasyfikator uczy się na wektorach ukrytych, a wagi kodera "
    "się nie zmieniają.",
)
def test_encoders_untouched(student, results, rng, seeds):
    if not any("class" in results.rows[key] for key in ("ae", "vae") if key in results.rows):
        raise ProbeError("Nie ma klasyfikatora na wektorach ukrytych, więc nie wiadomo, jak powstały.")
    error = reconstruction_error(student, "ae_model", rng, seeds)
    require_below("ae_mse", error, "ae_model rekonstruuje teraz obrazy z błędem MSE {:.4f}.")
    if not results.vae_there and "ae" in results.fitted():  # only the plain autoencoder was there to be used
        return
    now = student.probe("weights_checksum", model="vae_model", seed=seeds())
    changed = [
        part for part, note in VAE_WEIGHTS.items() if student.notes.get(note, now.number(part)) != now.number(part)
    ]
    require(
        changed != ["encoder"],
        "koder w vae_model ma inne wagi niż po treningu, a dekoder te same.",
        "wag, których nauka klasyfikatora nie zmienia.",
    )
    if changed:  # perhaps an experiment of 1b: then it still reconstructs
        measured = measure(student, "vae_model", rng, seeds)
        require_below("vae_negative_elbo", measured.negative_elbo, "vae_model ma teraz −ELBO {:.1f} nata na obraz.")


def require_below(name, value, observed):
    """Raise WrongError unless the value is no worse than in the band, with room for other hyperparameters (1b)."""
    limit = 1.3 * bands()[name][1]
    require(value <= limit, observed.format(value), f"najwyżej {limit:.3g}, jak po samym treningu autokodera.")
