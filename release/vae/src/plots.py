"""Figures: the history of a training, mosaics of images, a map of the latent space."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

_TITLES = {
    "loss": "Funkcja kosztu",
    "mse": "Błąd średniokwadratowy (MSE)",
    "reconstruction": "Błąd rekonstrukcji: $-\\log\\,p(x|z)$",
    "kl": "Dywergencja KL",
}


def plot_history(train: Mapping[str, Sequence[float]], val: Mapping[str, Sequence[float]]) -> None:
    """One figure: a panel for each quantity of ``train`` and ``val``, values of each epoch."""
    nats = "kl" in train
    figure, axes = plt.subplots(
        1, len(train), figsize=(4.5 * len(train), 3.6), layout="constrained", squeeze=False
    )
    for axis, name in zip(axes[0], sorted(train, key=list(_TITLES).index)):
        epochs = range(1, len(train[name]) + 1)
        axis.plot(epochs, train[name], marker=".", label="zbiór treningowy")
        axis.plot(epochs, val[name], marker=".", label="zbiór walidacyjny")
        axis.set(title=_TITLES[name], xlabel="epoka")
        axis.set_ylabel("naty na obraz" if nats and name != "mse" else "")
        axis.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axis.grid(alpha=0.3)
    axes[0, 0].legend()
    figure.suptitle("Przebieg treningu")


def plot_mosaic(
    images: torch.Tensor, row_labels: Sequence[str], column_labels: Sequence[str], title: str
) -> Axes:
    """Images in a table, drawn as a single image (a hundred small axes take seconds), on one scale 0..1.

    :param images: (rows, columns, channels, height, width), 1 channel (grey) or 3 (colour)
    :return: the axes, for further marks; image (i, j) is centred at ``tile_centres``
    """
    rows, columns, _, height, width = images.shape
    scale = 0.7
    figure, axis = plt.subplots(
        figsize=(max(scale * columns + 1.6, 4.0), scale * rows + 1.0), layout="constrained"
    )
    axis.imshow(mosaic(images), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    axis.set_xticks(tile_centres(columns, width), column_labels)
    axis.set_yticks(tile_centres(rows, height), row_labels)
    axis.tick_params(length=0)
    axis.xaxis.tick_top()
    axis.spines[:].set_visible(False)
    axis.set_title(title)
    return axis


def tile_centres(count: int, size: int) -> np.ndarray:
    """Centres of ``count`` tiles of ``size`` pixels with a gap of one pixel between them; (count,), pixels."""
    return np.arange(count) * (size + 1) + (size - 1) / 2


def mosaic(images: torch.Tensor) -> np.ndarray:
    """Tiles with white lines between them.

    :param images: (rows, columns, channels, height, width), values cut to 0..1
    :return: (rows * (height + 1) - 1, columns * (width + 1) - 1), or with 3 colours as the last dimension
    """
    rows, columns, channels, height, width = images.shape
    canvas = torch.ones(rows, height + 1, columns, width + 1, channels)
    canvas[:, :height, :, :width] = images.clamp(0, 1).permute(0, 3, 1, 4, 2)
    picture = canvas.reshape(rows * (height + 1), columns * (width + 1), channels)[:-1, :-1]
    return picture.squeeze(-1).numpy()


def plot_map(
    points: np.ndarray, labels: np.ndarray, means: np.ndarray, names: Sequence[str], title: str
) -> None:
    """Points of the plane coloured by class, and the mean of each class.

    :param points: (N, 2)
    :param labels: (N,), class index of each point
    :param means: (classes, 2)
    :param names: name of each class
    """
    figure, axis = plt.subplots(figsize=(8, 7), layout="constrained")
    colours = plt.get_cmap("tab10" if len(names) <= 10 else "nipy_spectral")(
        np.arange(len(names)) if len(names) <= 10 else np.linspace(0, 1, len(names))
    )
    for index, name in enumerate(names):
        axis.scatter(
            *points[labels == index].T, s=8, color=colours[index], alpha=0.6, linewidths=0, label=name
        )
    for index, name in enumerate(names):
        axis.annotate(
            name,
            means[index],
            ha="center",
            va="center",
            fontsize=13,
            weight="bold",
            bbox={"boxstyle": "circle", "facecolor": "white", "edgecolor": colours[index], "linewidth": 2},
        )
    axis.legend(title="klasa", markerscale=3, loc="center left", bbox_to_anchor=(1, 0.5))
    axis.set(title=title, xticks=[], yticks=[])
