"""Factors of variation that can be measured in an image of a stroke: slant, thickness, width.

How MNIST came to be is not known, so neither are its true generative factors. These are proxies, after Morpho-MNIST
(Castro et al., 2019, https://arxiv.org/abs/1809.10780). They take the brightness above the darkest pixel of an
image as mass, so they suit bright strokes on a dark, even background.
"""

import numpy as np
import torch

from src.batches import EVALUATION_BATCH

FACTORS = ("pochylenie", "grubość kreski", "szerokość")
"""Names of what ``measure_factors`` measures, in the order of its columns."""

TAIL = 0.01
"""The share of an image's mass on the left, and on the right, that does not count to its width."""


def measure_factors(images: torch.Tensor) -> np.ndarray:
    """Slant, thickness and width of each image.

    - Slant, in degrees from -90 to 90, positive to the right: -arctan(μ11 / μ02), where μ11 is the covariance of
      column and row and μ02 the variance of the row, weighted by mass (Castro et al., 2019).
    - Thickness of the stroke, in pixels: 2 · area / perimeter. For a bar of length L and thickness T this is
      T · L / (L + T), as its ends count as sides. Area and perimeter are means over all levels of brightness at
      which the image may be cut, that is the mass and the total variation (coarea formula, Federer, 1959,
      https://www.jstor.org/stable/1993504), so there is neither a threshold nor a skeleton.
    - Width, in pixels: of the parallelogram with the slant of the image that leaves ``TAIL`` of the mass on
      either side (Castro et al., 2019).

    :param images: (N, channels, height, width), any scale of brightness; colour counts as the mean of its channels
    :return: (N, 3), columns as in ``FACTORS``; NaN for an empty image, one that is all of one brightness
    """
    return np.concatenate([_measure(part.double().mean(dim=1).numpy()) for part in images.split(EVALUATION_BATCH)])


def _measure(images: np.ndarray) -> np.ndarray:
    """``measure_factors`` of grey images (n, height, width)."""
    images = images - images.min(axis=(1, 2), keepdims=True)
    total = images.sum(axis=(1, 2), keepdims=True)
    mass = np.divide(images, total, out=np.zeros_like(images), where=total > 0)
    rows, columns = np.indices(images.shape[1:]).reshape(2, -1)
    shear = _shear(mass.reshape(len(mass), -1), rows, columns)
    width = _width(mass.reshape(len(mass), -1), columns - shear[:, None] * rows)
    factors = np.stack([-np.degrees(np.arctan(shear)), _thickness(mass), width], axis=1)
    factors[total.ravel() == 0] = np.nan
    return factors


def _shear(mass: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """μ11 / μ02, how many columns to the right the mass moves from one row to the next: (n,).

    :param mass: (n, pixels), sums to 1 in each image
    :param rows, columns: (pixels,), where each pixel is
    """
    moments = mass @ np.stack([rows, columns, rows * columns, rows**2], axis=1)
    row, column, row_column, row_row = moments.T
    pixel = 1 / 12  # a pixel is a square, not a point: the variance of the row within it
    return (row_column - row * column) / (row_row - row**2 + pixel)


def _thickness(mass: np.ndarray) -> np.ndarray:
    """2 · area / perimeter: (n, height, width) -> (n,); 0 where there is no mass.

    The gradient is taken between pixels, in the middle of each 2 x 2 square: there a straight edge at any of the
    angles 0, 45 and 90 degrees has its exact length.
    """
    padded = np.pad(mass, ((0, 0), (1, 1), (1, 1)))
    down, right = np.diff(padded, axis=1), np.diff(padded, axis=2)
    gradient = np.hypot(down[:, :, 1:] + down[:, :, :-1], right[:, 1:] + right[:, :-1]) / 2
    perimeter = gradient.sum(axis=(1, 2))
    return np.divide(2, perimeter, out=np.zeros_like(perimeter), where=perimeter > 0)


def _width(mass: np.ndarray, position: np.ndarray) -> np.ndarray:
    """How wide a strip holds the mass but for its tails: (n,).

    :param mass: (n, pixels)
    :param position: (n, pixels), the column of each pixel when the slant is undone
    """
    order = position.argsort(axis=1)
    sorted_position = np.take_along_axis(position, order, axis=1)
    cumulated = np.take_along_axis(mass, order, axis=1).cumsum(axis=1)
    ends = [(cumulated >= share).argmax(axis=1) for share in (TAIL, 1 - TAIL)]
    left, right = (sorted_position[np.arange(len(mass)), end] for end in ends)
    return right - left + 1  # from the left side of a pixel to the right side of another
