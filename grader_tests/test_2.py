"""Checks of task 2: the classifiers in ``classification_results``, asked on real images."""

import zlib
from dataclasses import dataclass

import numpy as np
import pytest

from grader_tests import mnist
from grader_tests.student import ProbeError
from grader_tests.trained import (
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
FRESH = 3000


@pytest.fixture(scope="module")
def entries(student, module_rng, module_seeds):
    """The entries of ``classification_results`` by key; worth nothing where the latents of the VAE are noise."""
    rows = student.probe("classification_entries", seed=module_seeds()).items("entries")
    found = {row.text("key"): row for row in rows}
    if "vae" in found:
        x, loc, _ = encode(student, "vae_model", module_rng, module_seeds)
        require_representation(linear_share(x, loc))
    return found


def complete(entries):
    missing = [key for key in KEYS if key not in entries or "class" not in entries[key]]
    if missing:
        raise ProbeError(f"Brak nauczonego klasyfikatora we wpisach: {', '.join(missing)}.")


@dataclass
class Splits:
    """Real images (N, 28, 28) of 0..255 with their labels: the notebook's training rows, validation, neither."""

    train: tuple[np.ndarray, np.ndarray]
    val: tuple[np.ndarray, np.ndarray]
    fresh: tuple[np.ndarray, np.ndarray]


@pytest.fixture(scope="module")
def splits(student, module_rng, module_seeds):
    images, labels = mnist.images(train=True)
    known = student.probe("training_rows", seed=module_seeds()).column("checksums", most=mnist.N_TRAIN)
    used = np.isin([zlib.crc32(image) for image in images], known)
    if (~used).sum() < FRESH:
        raise ProbeError(
            f"Zbiór train_dataset ma teraz {used.sum()} z {len(images)} obrazów treningowych, więc nie zostały takie, "
            "których klasyfikator nie widział. Do eksperymentów utwórz zbiór o innej nazwie."
        )
    fresh = module_rng.choice(np.flatnonzero(~used), FRESH, replace=False)
    found = Splits((images[used], labels[used]), mnist.images(train=False), (images[fresh], labels[fresh]))
    rows = {"train": np.flatnonzero(used), "val": mnist.N_TRAIN + np.arange(len(found.val[0])), "fresh": fresh}
    labels = {"train": found.train[1], "val": found.val[1]}  # those of the fresh images stay here
    student.probe("keep_splits", rows=rows, labels=labels)
    return found


@pytest.fixture(scope="module")
def accuracies(student, entries, splits, module_seeds):
    """Accuracy that the student's classifiers reach on the validation and the fresh images, by (split, kind)."""
    complete(entries)
    return {
        (split, kind): value
        for split in ("val", "fresh")
        for kind, value in ask_accuracies(student, splits, split, KINDS, module_seeds()).items()
    }


def ask_accuracies(student, splits, split, kinds, seed):
    """Accuracy on the split of that name for each kind of input (see the probe ``predictions``)."""
    _, labels = getattr(splits, split)
    reply = student.probe("predictions", split=split, kinds=list(kinds), seed=seed)
    return {kind: float((reply.array(kind, labels.shape) == labels).mean()) for kind in kinds}


@pytest.fixture(scope="module")
def refitted(student, entries, splits, module_seeds):
    """Labels for the fresh images by the classifiers of latents, as they are and fitted anew on either split."""
    complete(entries)
    return student.probe(
        "refitted_predictions",
        fits={"train": ["train"], "val": ["val"], "both": ["train", "val"]},
        queries="fresh",
        seed=module_seeds(),
    )


@check(
    "2.entries",
    "0.20",
    "classification_results ma trzy kompletne wpisy",
    "Uzupełnij słownik tak, jak opisano w treści zadania: wpisy raw, ae i vae, w każdym nauczony klasyfikator, "
    "accuracy, fit_time i predict_time.",
)
def test_entries(entries):
    for key in KEYS:
        require(key in entries, f"brakuje wpisu {key!r}.", "wpisów 'raw', 'ae' i 'vae'.")
        missing = [name for name in ("accuracy", "fit_time", "predict_time") if name not in entries[key]]
        missing += [] if "class" in entries[key] else ["classifier"]
        require(not missing, f"we wpisie {key!r} brakuje: {', '.join(missing)}.", "wszystkich czterech pól.")
        value = entries[key].number("accuracy")
        require(0 <= value <= 1, f"accuracy we wpisie {key!r} to {value:g}.", "ułamka od 0 do 1.")


@check(
    "2.same_classifier",
    "0.20",
    "Ten sam klasyfikator i te same hiperparametry w trzech wariantach",
    "Porównanie reprezentacji jest uczciwe, gdy zmienia się tylko wejście klasyfikatora.",
)
def test_same_classifier(entries):
    complete(entries)
    for field, what in (("class", "klasy"), ("parameters", "hiperparametry")):
        values = {key: entries[key].text(field) for key in KEYS}
        require(len(set(values.values())) == 1, f"różne {what}: {values}.", "takich samych we wszystkich wpisach.")


@check(
    "2.accuracy",
    "0.30",
    "Podane accuracy zgadza się z policzonym na zbiorze walidacyjnym",
    "Accuracy licz na zbiorze walidacyjnym, z przewidywań klasyfikatora, który jest w tym samym wpisie, i na "
    "reprezentacji z modelu, którego dotyczy wpis.",
)
def test_accuracy(student, entries, accuracies, splits, seeds):
    # Pixels and a plain autoencoder give the same predictions again: 0.006 admits rounding to two decimals.
    # Latents of a VAE are drawn anew: their accuracy has a standard deviation of about 0.002; 0.02 is 7 of them
    # and the rounding. What several draws of the same latents differ by is added.
    for key, tolerance in (("raw", 0.006), ("ae", 0.006), ("vae", 0.02)):
        reported = entries[key].number("accuracy")
        found = [accuracies["val", kind] for kind in KINDS if kind.startswith(key)]
        if key == "vae":
            tolerance += np.ptp([accuracies["val", kind] for kind in ("vae", "vae_again", "vae_once_more")])
        nearest = min(found, key=lambda value: abs(value - reported))
        require(
            abs(nearest - reported) <= tolerance, f"we wpisie {key!r} podano {reported:.4f}.", f"około {nearest:.4f}."
        )
    reported, on_val = entries["raw"].number("accuracy"), accuracies["val", "raw"]
    if reported != pytest.approx(on_val, abs=1e-6):  # a step is 1e-4, and float32 is right to 1e-7
        on_train = ask_accuracies(student, splits, "train", ["raw"], seeds())["raw"]
        require(
            reported != pytest.approx(on_train, abs=1e-6),
            f"we wpisie 'raw' podano accuracy ze zbioru treningowego ({reported:.4f}).",
            f"accuracy ze zbioru walidacyjnego ({on_val:.4f}).",
        )


@check(
    "2.trained_on_train",
    "0.25",
    "Klasyfikatory uczono na zbiorze treningowym",
    "Zbiór walidacyjny służy tylko do oceny. Klasyfikator uczony na nim wypada tam lepiej niż na obrazach, "
    "których nie widział.",
)
def test_trained_on_train(accuracies, refitted):
    # Difference of two accuracies on 10,000 and 3,000 images: standard error below 0.0104; 0.06 is more than 5 of them.
    for key in KEYS:
        kinds = [kind for kind in KINDS if kind.startswith(key)]
        seen, unseen = min(((accuracies["val", k], accuracies["fresh", k]) for k in kinds), key=lambda a: a[0] - a[1])
        require(
            seen - unseen < 0.06,
            f"({NAMES[key]}) accuracy {seen:.3f} na zbiorze walidacyjnym, ale {unseen:.3f} "
            "na obrazach spoza obu zbiorów.",
            "podobnych wartości, bo żaden z tych obrazów nie służył do nauki.",
        )
    own = refitted.array("ae_own", (FRESH,))
    agreement = {fit: float((own == refitted.array(f"ae_{fit}", (FRESH,))).mean()) for fit in ("train", "val", "both")}
    for fit, where in (("val", "walidacyjnym"), ("both", "treningowym i walidacyjnym razem")):
        # A classifier without randomness equals its refit; one with it may be near any, and is judged above alone.
        require(
            agreement[fit] < 0.99 or agreement[fit] <= agreement["train"] + 0.005,
            f"klasyfikator zgadza się w {agreement[fit]:.1%} z nauczonym na zbiorze {where}, a tylko w "
            f"{agreement['train']:.1%} z nauczonym na treningowym.",
            "nauki na zbiorze treningowym.",
        )


@check(
    "2.weak_on_raw",
    "0.20",
    "Na samych pikselach klasyfikator jest słaby",
    "Silny klasyfikator radzi sobie z MNIST bez pomocy reprezentacji i niczego o niej nie mówi. Weź prostszy.",
)
def test_weak_on_raw(accuracies):
    value = accuracies["val", "raw"]
    require(value < 0.93, f"accuracy na pikselach to {value:.3f}.", "wartości poniżej 0,93.")


@check(
    "2.latents_informative",
    "0.15",
    "Klasyfikatory na wektorach ukrytych są lepsze niż zgadywanie",
    "Sprawdź, czy klasyfikator dostaje wektory ukryte z właściwego modelu i etykiety w tej samej kolejności.",
)
def test_latents_informative(accuracies, refitted, splits):
    require(
        accuracies["val", "ae"] > 0.25,
        f"(autokoder) accuracy {accuracies['val', 'ae']:.3f}.",
        "wartości wyraźnie powyżej 0,1.",
    )
    # How much the latents of the VAE tell is a matter of task 1a: the classifier must make of them what one that
    # is fitted anew makes of them.
    possible = float((refitted.array("vae_train", (FRESH,)) == splits.fresh[1]).mean())
    value = max(accuracies["fresh", "vae"], accuracies["fresh", "vae_mean"])
    require(value > possible - 0.1, f"(VAE) accuracy {value:.3f}.", f"około {possible:.3f} na tych wektorach ukrytych.")


@check(
    "2.times",
    "0.10",
    "Zmierzono czas uczenia i wnioskowania",
    "Zmierz czas przed i po fit oraz przed i po predict, na przykład przez time.perf_counter(), i podaj różnicę "
    "w sekundach.",
)
def test_times(entries):
    for key in KEYS:
        require(key in entries, f"brakuje wpisu {key!r}.", "czasów w każdym wpisie.")
        for name in ("fit_time", "predict_time"):
            value = entries[key].number(name)
            require(0 < value < 3600, f"{name} we wpisie {key!r} to {value:g} s.", "dodatniej liczby sekund.")


@check(
    "2.encoders_untouched",
    "0.10",
    "Autokodery nie były douczane przy klasyfikacji",
    "Sprawdzamy reprezentację, która już powstała: klasyfikator uczy się na wektorach ukrytych, a wagi kodera "
    "się nie zmieniają.",
)
def test_encoders_untouched(student, entries, rng, seeds):
    error = reconstruction_error(student, "ae_model", rng, seeds)
    require_below("ae_mse", error, "ae_model rekonstruuje teraz obrazy z błędem MSE {:.4f}.")
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
