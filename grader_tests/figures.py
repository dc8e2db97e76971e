"""Figures that show what a check has found (Polish), for a failed check alone.

matplotlib is loaded when the first one is drawn: commands that draw none start 0.4 s sooner.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

Array = NDArray[np.float64]

FOUND, EXPECTED, ALLOWED = "#0072B2", "#D55E00", "#e8f3ec"
"""Colours that everybody tells apart (Okabe and Ito): the student's values, expected ones, allowed ones."""


MOST = 1e38
"""Larger values are drawn as this, about the largest of single precision: axes have to be finite."""


@dataclass(frozen=True)
class Figure:
    """A picture as an SVG file, and what it shows in words for those who do not see it."""

    svg: bytes
    alt: str

    @property
    def uri(self) -> str:
        """The picture as a `data:` address."""
        return "data:image/svg+xml;base64," + base64.b64encode(self.svg).decode("ascii")


def scales(values: Array) -> Figure:
    """Histogram of the finite ``values`` of z_scale, of any shape, on a logarithmic axis where all are positive.

    Raises ValueError where none is finite.
    """
    values = np.clip(values[np.isfinite(values)], -MOST, MOST)
    canvas = _canvas(height=2.6, layout="constrained")
    axes = canvas.subplots()
    if values.min() > 0:
        low, high = min(values.min(), 1e-2), max(values.max(), 1e2)
        axes.set_xscale("log")
        bins = np.geomspace(low, high, 41).tolist()
    else:
        low, high = 0.0, max(values.max(), 5.0)
        bins = np.linspace(values.min(), high, 41).tolist()
    axes.axvspan(low, high, color=ALLOWED, label="dozwolone")
    axes.hist(values.ravel(), bins, color=FOUND, label="zwrócone")
    axes.set(xlabel="z_scale", ylabel="liczba wartości", title="Wartości z_scale Twojego kodera")
    axes.legend(loc="upper left")
    span = f"od {values.min():.3g} do {values.max():.3g}"
    return _saved(canvas, f"Histogram wartości z_scale: {span}. Dozwolona jest każda liczba dodatnia.")


def variances(variances: Array, beta: float) -> Figure:
    """Aggregate posterior variance of each latent (Z,), beside 1 and, where the model has one, β and 1/β."""
    canvas = _canvas(height=2.6, layout="constrained")
    axes = canvas.subplots()
    heights = np.clip(np.where(np.isfinite(variances), variances, 0), 0, MOST)
    axes.bar(np.arange(1, len(variances) + 1), heights, color=FOUND, label="Twój model")
    axes.axhline(1, color=EXPECTED, label="oczekiwane: około 1")
    if beta != 1:
        axes.axhline(beta, color="black", linestyle="--", label=f"β = {beta:g}: skalowany tylko guide")
        axes.axhline(1 / beta, color="black", linestyle=":", label=f"1/β = {1 / beta:.2g}: skalowany tylko prior")
    axes.set(
        xlabel="cecha ukryta",
        ylabel="E[σ²] + Var[μ]",
        title="Wariancja cech ukrytych na zbiorze walidacyjnym",
        xticks=np.arange(1, len(variances) + 1),
        ylim=(0, 1.7 * max(heights.max(), beta, 1)),
    )
    axes.legend(loc="upper center", ncols=2, fontsize=8)
    numbers = "; ".join(f"{variance:.2f}" for variance in variances)
    return _saved(
        canvas, f"Wykres słupkowy wariancji kolejnych cech ukrytych: {numbers}. Oczekiwane są wartości około 1."
    )


def reconstructions(x: Array, output: Array) -> Figure:
    """Images (N, 784) above what the decoder makes of them (N, 784), values of 0 to 1."""
    canvas = _canvas(height=1.9, layout="compressed")
    axes = canvas.subplots(2, len(x))
    for row, images in zip(axes, (x, output), strict=True):
        for ax, image in zip(row, images, strict=True):
            ax.imshow(np.clip(np.nan_to_num(image.reshape(28, 28)), 0, 1), cmap="gray", vmin=0, vmax=1)
            ax.set(xticks=[], yticks=[])
    axes[0, 0].set_ylabel("obraz")
    axes[1, 0].set_ylabel("Twój VAE")
    return _saved(canvas, f"{len(x)} obrazów ze zbioru walidacyjnego, a pod nimi ich rekonstrukcje z Twojego modelu.")


def _canvas(height: float, layout: Literal["constrained", "compressed"]) -> Canvas:
    from matplotlib.figure import Figure as Canvas

    return Canvas(figsize=(6, height), layout=layout)


def _saved(canvas: Canvas, alt: str) -> Figure:
    import matplotlib

    file = io.BytesIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "coursekit"}):
        canvas.savefig(file, format="svg", metadata={"Date": None})
    return Figure(file.getvalue(), alt)
