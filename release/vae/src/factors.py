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


def measure_factors(images: torch.Tensor) -> np.ndarray:
    """Slant, thickness and width of each image.

    With μ02, μ20 and μ11 the variance of the row, of the column and their covariance, weighted by mass:

    - Slant, in degrees from -90 to 90, positive to the right: -arctan(μ11 / μ02) (Castro et al., 2019).
    - Width, in pixels: √(12 (μ20 - μ11² / μ02)), that of an evenly filled parallelogram with the slant and the
      spread of the image. What is hollow comes out wider than it is, a ring by a factor of √1.5.
    - Thickness of the stroke, in pixels: 2 · area / perimeter. For a bar of length L and thickness T this is
      T · L / (L + T), as its ends count as sides. Area and perimeter are means over all levels of brightness at
      which the image may be cut, that is the mass and the total variation (coarea formula, Federer, 1959,
      https://www.jstor.org/stable/1993504), so there is neither a threshold nor a skeleton.

    :param images: (N, channels, height, width), any scale of brightness; colour counts as the mean of its channels
    :return: (N, 3), columns as in ``FACTORS``; NaN for an empty image, one that is all of one brightness
    """
    return np.concatenate([_measure(part.double().mean(dim=1).numpy()) for part in images.split(EVALUATION_BATCH)])


def _measure(images: np.ndarray) -> np.ndarray:
    """``measure_factors`` of grey images (n, height, width)."""
    images = images - images.min(axis=(1, 2), keepdims=True)
    total = images.sum(axis=(1, 2), keepdims=True)
    is_drawn = total.ravel() > 0
    mass = images[is_drawn] / total[is_drawn]
    mu02, mu20, mu11 = _second_moments(mass)
    slant = -np.degrees(np.arctan(mu11 / mu02))
    width = np.sqrt(12 * (mu20 - mu11**2 / mu02))
    factors = np.full((len(images), len(FACTORS)), np.nan)
    factors[is_drawn] = np.stack([slant, _thickness(mass), width], axis=1)
    return factors


def _second_moments(mass: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Variance of the row, variance of the column, covariance: (n, height, width) -> (n,) each.

    A pixel is a square, not a point: its own rows, and columns, have a variance of 1/12.
    """
    y, x = np.indices(mass.shape[1:]).reshape(2, -1)
    of_pixels = np.stack([y, x, y**2 + 1 / 12, x**2 + 1 / 12, x * y], axis=1)
    y_mean, x_mean, yy, xx, xy = (mass.reshape(len(mass), -1) @ of_pixels).T
    return yy - y_mean**2, xx - x_mean**2, xy - x_mean * y_mean


def _thickness(mass: np.ndarray) -> np.ndarray:
    """2 · area / perimeter: (n, height, width) -> (n,).

    The area is 1, the sum of the mass, and the perimeter the sum of the length of its gradient. That is taken
    between pixels, in the middle of four: there an edge at 0, 45 or 90 degrees has its exact length.
    """
    padded = np.pad(mass, ((0, 0), (1, 1), (1, 1)))
    down, right = np.diff(padded, axis=1), np.diff(padded, axis=2)
    gradient = np.hypot(down[:, :, 1:] + down[:, :, :-1], right[:, 1:] + right[:, :-1]) / 2
    return 2 / gradient.sum(axis=(1, 2))
