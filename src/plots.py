"""Figures: the history of a training, mosaics of images, a map of the latent space."""

import math
import textwrap
from collections.abc import Mapping, Sequence

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from PIL import Image

_HISTORY_TITLES = {
    "loss": "Funkcja kosztu",
    "mse": "Błąd średniokwadratowy (MSE)",
    "reconstruction": "Błąd rekonstrukcji: $-\\log\\,p(x|z)$",
    "kl": "Dywergencja KL",
}
PALETTE = matplotlib.color_sequences["petroff10"]
"""Ten colours that people with any colour vision can tell apart (Petroff, 2021, https://arxiv.org/abs/2107.02270)."""
_TILE_INCHES = 0.7
_WIDEST_INCHES = 14.0
_NARROWEST_INCHES = 6.0
_BAR_INCHES = 0.3
_MOST_TICKS = 40
_LETTER_INCHES = 0.09
_CAPTION_POINTS = 9
_CAPTION_LETTER_INCHES = 0.073
_CAPTION_LINE_INCHES = 0.17


def plot_history(
    train: Mapping[str, Sequence[float]],
    val: Mapping[str, Sequence[float]],
    kl_per_latent: Sequence[Sequence[float]] = (),
    active_units: Sequence[int] = (),
) -> None:
    """Open one figure with a panel for each quantity: its training and validation value in each epoch.

    :param train: values of each epoch, by name: ``loss``, ``mse`` and, for a Pyro loss, ``reconstruction``
        and ``kl``; all but ``mse`` are then in nats per image
    :param val: the same of the validation set
    :param kl_per_latent: KL of each latent in each epoch, (epochs, Z), validation set, nats per image
    :param active_units: number of active latents in each epoch
    """
    rows = len(train) // 2 + (len(kl_per_latent) > 0)
    figure, axes = plt.subplots(rows, 2, figsize=(10, 0.6 + 3 * rows), layout="constrained")
    epochs = range(1, len(train["loss"]) + 1)
    for axis, name in zip(axes.flat, sorted(train, key=list(_HISTORY_TITLES).index), strict=False):
        axis.plot(epochs, train[name], marker=".", label="zbiór treningowy")
        axis.plot(epochs, val[name], marker=".", label="zbiór walidacyjny")
        axis.set_title(_HISTORY_TITLES[name])
        if "kl" in train and name != "mse":
            axis.set_ylabel("naty na obraz")
    axes.flat[0].legend()
    if kl_per_latent:
        _plot_latents(axes.flat[-2], axes.flat[-1], epochs, kl_per_latent, active_units)
        add_caption(
            figure,
            "Współrzędna, której KL spada do zera, przestaje nieść informację o obrazie i nie jest aktywna.",
        )
    for axis in axes.flat:
        axis.set_xlabel("epoka")
        axis.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axis.grid(alpha=0.3)
    figure.suptitle("Przebieg treningu")


def _plot_latents(
    left: Axes,
    right: Axes,
    epochs: Sequence[int],
    kl_per_latent: Sequence[Sequence[float]],
    active_units: Sequence[int],
) -> None:
    """Panels of what the latents do during training."""
    kl = np.array(kl_per_latent)
    order = kl[-1].argsort()[::-1]
    shades = plt.get_cmap("cividis")(np.linspace(0, 0.9, len(order)))
    for colour, index in zip(shades, order, strict=True):
        left.plot(epochs, kl[:, index], marker=".", color=colour)
    left.set(title="KL każdej współrzędnej (zbiór walidacyjny)", ylabel="naty na obraz")
    right.plot(epochs, active_units, marker=".", color="black", drawstyle="steps-mid")
    right.set(title="Aktywne współrzędne (zbiór walidacyjny)", ylim=(-0.4, kl.shape[1] + 0.4))
    right.yaxis.set_major_locator(MaxNLocator(integer=True))


def plot_mosaic(
    images: torch.Tensor,
    row_labels: Sequence[str],
    column_labels: Sequence[str],
    title: str,
    right_labels: Sequence[str] = (),
    caption: str = "",
) -> None:
    """Open a figure with images in a table, all on one scale from 0 (black) to 1 (white).

    The table is drawn as a single image, and its place is computed, not searched for: a hundred small axes
    would take seconds.

    :param images: (rows, columns, channels, height, width), 1 channel (grey) or 3 (colour)
    :param row_labels: at the left end of each row
    :param column_labels: above each column
    :param right_labels: at the right end of each row
    :param caption: below the table, how to read it
    """
    rows, columns, _, height, width = images.shape
    picture = mosaic(images)
    axis = _table_axis(picture.shape[1] / picture.shape[0], columns, title, row_labels, right_labels, caption)
    axis.imshow(picture, cmap="gray", vmin=0, vmax=1, interpolation="nearest", aspect="auto")
    axis.set_xticks(_tile_centres(columns, width), column_labels)
    axis.set_yticks(_tile_centres(rows, height), row_labels)
    axis.tick_params(length=0, top=True, labeltop=True, labelbottom=False)
    axis.spines[:].set_visible(False)
    for y, label in zip(axis.get_yticks(), right_labels, strict=False):
        axis.text(picture.shape[1] + 1, y, label, va="center")


def _table_axis(
    aspect: float, columns: int, title: str, row_labels: Sequence[str], right_labels: Sequence[str], caption: str
) -> Axes:
    """Axes of a table of images in a new figure, just as large as it and the labels around it need.

    :param aspect: width of the table over its height
    """
    table_width = min(_TILE_INCHES * columns, _WIDEST_INCHES)
    table_height = table_width / aspect
    left, right = (0.1 + _text_width(labels) for labels in (row_labels, right_labels))
    top = 0.35 + 0.25 * len(title.splitlines())
    width = max(left + table_width + right, _text_width(title.splitlines()) + 0.5)
    note = wrapped(caption, width)
    bottom = _CAPTION_LINE_INCHES * len(note.splitlines()) + (0.1 if note else 0)
    height = table_height + top + bottom
    figure = plt.figure(figsize=(width, height))
    figure.suptitle(title, y=1 - 0.05 / height)
    figure.text(0.5, 0.05 / height, note, ha="center", va="bottom", fontsize=_CAPTION_POINTS)
    return figure.add_axes((left / width, bottom / height, table_width / width, table_height / height))


def add_caption(figure: Figure, caption: str) -> None:
    """One sentence below a figure with constrained layout: how to read it."""
    figure.supxlabel(wrapped(caption, figure.get_figwidth()), fontsize=_CAPTION_POINTS)


def wrapped(caption: str, width: float) -> str:
    """A caption in lines no longer than ``width`` inches, roughly."""
    return textwrap.fill(caption, int(width / _CAPTION_LETTER_INCHES))


def _text_width(lines: Sequence[str]) -> float:
    """Width of the longest line, in inches, roughly."""
    return _LETTER_INCHES * max(map(len, lines), default=0)


def mosaic(images: torch.Tensor) -> np.ndarray:
    """Join images into one, with white lines of one pixel between them.

    :param images: (rows, columns, channels, height, width); values are cut to 0..1
    :return: (rows * (height + 1) - 1, columns * (width + 1) - 1), with a last dimension of 3 for colour
    """
    rows, columns, channels, height, width = images.shape
    canvas = torch.ones(rows, height + 1, columns, width + 1, channels)
    canvas[:, :height, :, :width] = images.clamp(0, 1).permute(0, 3, 1, 4, 2)
    picture = canvas.reshape(rows * (height + 1), columns * (width + 1), channels)[:-1, :-1]
    return picture.squeeze(-1).numpy()


def bitmap(images: torch.Tensor, tile_pixels: int) -> Image.Image:
    """The mosaic of images for a file or a web page, where one pixel of an image is a square of several.

    :param images: (rows, columns, channels, height, width), 1 channel (grey) or 3 (colour)
    :param tile_pixels: about how wide one image is to be
    :return: grey or RGB, 8 bits
    """
    picture = Image.fromarray(np.rint(255 * mosaic(images)).astype(np.uint8))
    scale = max(1, round(tile_pixels / images.shape[-1]))
    return picture.resize((picture.width * scale, picture.height * scale), Image.Resampling.NEAREST)


def _tile_centres(count: int, size: int) -> np.ndarray:
    """Centres of the tiles of a mosaic along one side, in pixels: (count,)."""
    return np.arange(count) * (size + 1) + (size - 1) / 2


def plot_map(points: np.ndarray, labels: np.ndarray, means: np.ndarray, classes: Sequence[str], title: str) -> None:
    """Open a figure with points of the plane coloured by class, and the mean of each class.

    :param points: (N, 2)
    :param labels: (N,), index of the class of each point
    :param means: (classes, 2)
    :param classes: names of the classes
    """
    axis = plt.figure(figsize=(8, 7), layout="constrained").subplots()
    draw_map(axis, points, labels, means, classes, title)
    add_class_legend(axis)


def draw_map(
    axis: Axes, points: np.ndarray, labels: np.ndarray, means: np.ndarray, classes: Sequence[str], title: str
) -> None:
    """``plot_map`` in the axes of a figure that is open, without a legend."""
    few = len(classes) <= 10
    colours = PALETTE if few else plt.get_cmap("turbo", len(classes))(range(len(classes)))
    for index, name in enumerate(classes):
        x, y = points[labels == index].T
        axis.scatter(x, y, s=10, color=colours[index], alpha=0.6, linewidths=0, label=name)
    for index, name in enumerate(classes):
        badge = {"boxstyle": "circle", "facecolor": "white", "edgecolor": colours[index], "linewidth": 2}
        axis.annotate(name, means[index], ha="center", va="center", fontsize=13, weight="bold", bbox=badge)
    axis.set(title=title, xticks=[], yticks=[])


def add_class_legend(axis: Axes) -> None:
    """Names of the classes that ``draw_map`` has drawn, to the right of it."""
    columns = 1 + (len(axis.collections) - 1) // 25
    axis.legend(title="klasa", markerscale=3, ncols=columns, loc="center left", bbox_to_anchor=(1, 0.5))


def latent_axis(order: Sequence[int], ylabel: str) -> tuple[Figure, Axes]:
    """Open a figure for a bar chart of latents, as wide as they need; the bars are to stand at 0, 1, 2, ...

    :param order: index of the latent at each place; at most ``_MOST_TICKS`` of them are written
    """
    width = min(max(_NARROWEST_INCHES, _BAR_INCHES * len(order)), _WIDEST_INCHES)
    figure = plt.figure(figsize=(width, 4.5), layout="constrained")
    axis = figure.subplots()
    step = math.ceil(len(order) / _MOST_TICKS)
    axis.set_xticks(range(0, len(order), step), [str(latent) for latent in order[::step]])
    centre, half = (len(order) - 1) / 2, max(len(order), 4) / 2 + 0.2
    axis.set(xlabel="numer cechy ukrytej", ylabel=ylabel, xlim=(centre - half, centre + half))
    axis.grid(alpha=0.3, axis="y")
    return figure, axis
