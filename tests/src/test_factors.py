"""Slant, thickness and width of strokes drawn with known ones."""

import numpy as np
import pytest
import torch

from src.factors import FACTORS, measure_factors

SLANT, THICKNESS, WIDTH = range(3)


def box(height: float, width: float, slant: float = 0.0, centre: tuple[float, float] = (20.0, 20.0)) -> torch.Tensor:
    """A box sheared by ``slant`` degrees to the right, its edges blurred within a pixel: (1, 1, 41, 41)."""
    rows, columns = torch.meshgrid(torch.arange(41.0), torch.arange(41.0), indexing="ij")
    y = rows - centre[0]
    x = columns - centre[1] + np.tan(np.radians(slant)) * y
    inside = [(size / 2 + 0.5 - offset.abs()).clamp(0, 1) for size, offset in ((height, y), (width, x))]
    return (inside[0] * inside[1]).view(1, 1, 41, 41)


def ring(radius: float, thickness: float) -> torch.Tensor:
    """A circle, its edges blurred within a pixel: (1, 1, 41, 41)."""
    rows, columns = torch.meshgrid(torch.arange(41.0) - 20, torch.arange(41.0) - 20, indexing="ij")
    distance = (torch.hypot(rows, columns) - radius).abs()
    return (thickness / 2 + 0.5 - distance).clamp(0, 1).view(1, 1, 41, 41)


def measured(images: torch.Tensor) -> np.ndarray:
    """Factors of one image."""
    return measure_factors(images)[0]


@pytest.mark.parametrize("slant", [-40, -15, 0, 15, 40])
@pytest.mark.parametrize("width", [3, 9])
def test_slant_of_a_sheared_bar(slant, width):
    assert measured(box(24, width, slant))[SLANT] == pytest.approx(slant, abs=0.5)


def test_mirrored_slant_changes_its_sign():
    image = torch.rand(1, 1, 28, 28) ** 4
    image, mirrored = measured(image), measured(image.flip(-1))
    assert abs(image[SLANT]) > 0.1
    np.testing.assert_allclose(mirrored, image * [-1, 1, 1], atol=1e-9)


@pytest.mark.parametrize("thickness", [1, 2, 3, 4.5, 7])
def test_thickness_of_a_bar_in_closed_form(thickness):
    length = 30
    expected = thickness * length / (length + thickness)
    assert measured(box(length, thickness))[THICKNESS] == pytest.approx(expected, rel=0.05)
    assert measured(box(thickness, length))[THICKNESS] == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize("thickness", [2, 3, 5])
def test_thickness_of_a_ring_which_has_no_ends(thickness):
    assert measured(ring(12, thickness))[THICKNESS] == pytest.approx(thickness, rel=0.03)


def test_thickness_is_across_the_stroke_even_where_it_is_slanted():
    slant, across = 40, 4
    image = box(30, across / np.cos(np.radians(slant)), slant)
    length = 30 / np.cos(np.radians(slant))
    assert measured(image)[THICKNESS] == pytest.approx(across * length / (length + across), rel=0.06)


@pytest.mark.parametrize("slant", [-30, 0, 30])
@pytest.mark.parametrize("width", [3, 8, 15])
def test_width_is_that_of_the_box_before_it_was_sheared(width, slant):
    assert measured(box(20, width, slant))[WIDTH] == pytest.approx(width, abs=0.4)


def test_width_of_a_ring_in_closed_form():
    assert measured(ring(12, 1))[WIDTH] == pytest.approx(1.5**0.5 * 24, rel=0.01)


@pytest.mark.parametrize("centre", [(12.0, 12.0), (14.0, 27.0)])
def test_translation_changes_nothing(centre):
    np.testing.assert_allclose(measured(box(16, 4, 20, centre)), measured(box(16, 4, 20)), atol=1e-9)


def test_a_stroke_at_the_border_is_as_thick_as_one_in_the_middle():
    at_border = torch.zeros(1, 1, 28, 28)
    at_border[..., 4:24, :3] = 1
    assert measured(at_border)[THICKNESS] == pytest.approx(measured(at_border.roll(10, dims=-1))[THICKNESS])


@pytest.mark.parametrize(("scale", "offset"), [(255, 0), (0.5, 0), (3.2, -0.4)])
def test_brightness_and_normalisation_change_nothing(scale, offset):
    image = box(18, 4, 10).double()
    np.testing.assert_allclose(measured(scale * image + offset), measured(image), atol=1e-6)


def test_colour_counts_as_the_mean_of_its_channels():
    image = torch.rand(1, 3, 9, 7)
    np.testing.assert_allclose(measured(image), measured(image.mean(dim=1, keepdim=True)), rtol=1e-5)


@pytest.mark.parametrize("value", [0.0, 0.7])
def test_empty_images_are_nan_and_others_are_not(value):
    factors = measure_factors(torch.cat([torch.full((1, 1, 41, 41), value), box(18, 4)]))
    assert np.isnan(factors).all(axis=1).tolist() == [True, False]


@pytest.mark.parametrize(
    ("rows", "columns", "width"),
    [
        pytest.param(slice(3, 4), slice(2, 3), 1, id="pixel"),
        pytest.param(slice(3, 4), slice(1, 9), 8, id="row"),
        pytest.param(slice(1, 9), slice(3, 4), 1, id="column"),
    ],
)
def test_the_smallest_strokes(rows, columns, width):
    image = torch.zeros(1, 1, 10, 10)
    image[..., rows, columns] = 1
    factors = measured(image)
    assert factors[[SLANT, WIDTH]] == pytest.approx([0, width], abs=1e-6)
    assert 0 < factors[THICKNESS] <= 1


def test_batches_do_not_matter():
    images = torch.rand(1003, 1, 6, 5)
    factors = measure_factors(images)
    assert factors.shape == (1003, len(FACTORS))
    np.testing.assert_allclose(factors[[0, 999, 1000, 1002]], measure_factors(images[[0, 999, 1000, 1002]]))
