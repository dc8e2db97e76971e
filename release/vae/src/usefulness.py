"""Usefulness of a representation: how well simple classifiers, probes, tell the classes apart from its latents.

A probe is kept simple, so that its accuracy tells about the latents and not about the probe (Alain and Bengio, 2016,
https://arxiv.org/abs/1610.01644): one is linear, the other looks at the nearest latents.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.typing import ColorType
from scipy.stats import binomtest
from sklearn.base import ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from src.plots import PALETTE, add_caption
from src.profile import is_grading
from src.representation import Representation

NEIGHBOURS = 5
"""Nearest latents that vote for a class."""

CONFIDENCE = 0.95
"""Share of samples of validation images whose interval holds the true accuracy."""


@dataclass(frozen=True)
class Accuracy:
    """Share of images whose class was told right, with the ends of its confidence interval; all from 0 to 1."""

    value: float
    low: float
    high: float

    def __repr__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True)
class ProbeResults:
    """Accuracies on validation images of probes that were fitted to training images.

    linear: multinomial logistic regression; neighbours: the ``NEIGHBOURS`` nearest latents
    chance: accuracy, from 0 to 1, of always naming the class that is most frequent in training
    """

    linear: Accuracy
    neighbours: Accuracy
    chance: float


def probe(train: Representation, val: Representation) -> ProbeResults:
    """Fit the probes to the latents of training images and measure them on those of validation images.

    The linear probe sees standardised latents. The neighbours are those in the latent space as it is, by Euclidean
    distance: a latent that hardly varies hardly counts.

    :param train: by the same model as ``val``, of at least two classes
    :param val: of no other classes than ``train``
    :raises ValueError: the two do not fit together, or there is only one class to tell
    """
    x_train, x_val = train.latents.numpy(), val.latents.numpy()
    y_train, y_val = (np.array(part.classes)[part.labels.numpy()] for part in (train, val))
    _check(train, val)
    linear = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    neighbours = KNeighborsClassifier(min(NEIGHBOURS, len(x_train)))
    names, counts = np.unique(y_train, return_counts=True)
    return ProbeResults(
        linear=_accuracy(linear.fit(x_train, y_train), x_val, y_val),
        neighbours=_accuracy(neighbours.fit(x_train, y_train), x_val, y_val),
        chance=float((y_val == names[counts.argmax()]).mean()),
    )


def _check(train: Representation, val: Representation) -> None:
    if train.model is not val.model:
        raise ValueError("Reprezentacje treningowa i walidacyjna muszą pochodzić z tego samego modelu.")
    if len(train.classes) < 2:
        raise ValueError(
            f"W zbiorze treningowym jest tylko jedna klasa ({train.classes[0]}), więc nie ma czego rozróżniać."
        )
    unknown = [name for name in val.classes if name not in train.classes]
    if unknown:
        raise ValueError(
            f"W zbiorze walidacyjnym są klasy, których nie ma w treningowym: {', '.join(unknown)}. "
            "Żaden klasyfikator nie mógł się ich nauczyć."
        )


def _accuracy(classifier: ClassifierMixin, x: np.ndarray, y: np.ndarray) -> Accuracy:
    """Accuracy of a fitted classifier on latents x (N, Z) of classes y (N,)."""
    return accuracy(int((classifier.predict(x) == y).sum()), len(y))


def accuracy(n_right: int, n_images: int) -> Accuracy:
    """Accuracy with its 95 % confidence interval of Wilson (1927, https://doi.org/10.1080/01621459.1927.10502953).

    (p + z² / 2n ± z √(p (1 - p) / n + z² / 4n²)) / (1 + z² / n), where p = ``n_right`` / n, n = ``n_images`` and
    z = 1.96. It covers the choice of validation images, not the chance in training the model.
    """
    interval = binomtest(n_right, n_images).proportion_ci(CONFIDENCE, method="wilson")
    return Accuracy(n_right / n_images, interval.low, interval.high)


def plot_usefulness(results: Mapping[str, ProbeResults]) -> None:
    """Open a figure that compares representations: accuracies of both probes, their intervals, the chance level.

    :param results: of ``probe``, by the name of the representation, on the same validation images
    """
    if is_grading():
        return
    figure = plt.figure(figsize=(9, 1.9 + 0.7 * len(results)), layout="constrained")
    axis = figure.subplots()
    rows = np.arange(len(results))
    chances = [result.chance for result in results.values()]
    axis.vlines(chances, rows - 0.4, rows + 0.4, "black", "dashed", label="zawsze najczęstsza klasa")
    linear = [result.linear for result in results.values()]
    neighbours = [result.neighbours for result in results.values()]
    _plot_accuracies(axis, rows - 0.17, linear, PALETTE[0], "o", "regresja logistyczna")
    _plot_accuracies(axis, rows + 0.17, neighbours, PALETTE[1], "s", f"{NEIGHBOURS} najbliższych sąsiadów")
    axis.set(
        title="Ile o klasie wie przestrzeń ukryta", xlabel="dokładność na zbiorze walidacyjnym", xlim=(-0.02, 1.02)
    )
    axis.set_yticks(rows, results)
    axis.set_ylim(len(results) - 0.5, -0.5)
    axis.grid(axis="x", alpha=0.3)
    figure.legend(loc="outside right center")
    add_caption(
        figure,
        "Znak to dokładność, a odcinek i nawias jej 95-procentowy przedział ufności (Wilsona): im dalej w prawo od "
        "linii przerywanej, tym więcej o klasie wiadomo z wektora ukrytego.",
    )


def _plot_accuracies(
    axis: Axes, y: np.ndarray, accuracies: Sequence[Accuracy], colour: ColorType, marker: str, name: str
) -> None:
    """One probe: accuracies with their intervals, at heights y, and as numbers on the side with more room."""
    values = np.array([accuracy.value for accuracy in accuracies])
    errors = [[a.value - a.low for a in accuracies], [a.high - a.value for a in accuracies]]
    axis.errorbar(values, y, xerr=errors, fmt=marker, markersize=4, color=colour, capsize=5, label=name)
    for accuracy, height in zip(accuracies, y, strict=True):
        end, side, shift = (accuracy.low, "right", -6) if accuracy.value > 0.5 else (accuracy.high, "left", 6)
        axis.annotate(
            repr(accuracy),
            (end, height),
            xytext=(shift, 0),
            textcoords="offset points",
            ha=side,
            va="center",
            fontsize="small",
        )
