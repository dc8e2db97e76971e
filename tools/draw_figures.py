"""Draw the two figures of the assignment and embed them in the instructor's notebook.

Usage: python tools/draw_figures.py [NOTEBOOK]

Each figure lives as an attachment of the markdown cell that shows it. Running the script renews the
attachments and changes nothing else.
"""

import base64
import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import daft
import matplotlib
import nbformat
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Polygon, Rectangle

NOTEBOOK = Path(__file__).resolve().parents[1] / "source" / "vae" / "vae.ipynb"

WIDTH, DPI = 7.0, 150  # inches and dots an inch: a notebook shows the figure some 700 px wide
INK = "#1f2933"
GENERATIVE, VARIATIONAL = "#14508c", "#b3431e"
LATENT_FILL, DATA_FILL = "#ffe3b8", "#d6e6f5"


def draw_autoencoder() -> Figure:
    """The autoencoder as a chain x -> f -> h -> g -> r, the heights showing the narrowing in the middle."""
    figure = Figure(figsize=(WIDTH, 3.1))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, 14), ylim=(-3.5, 2.7), aspect="equal")
    axes.axis("off")

    columns = {"x": (1.3, 2.0, DATA_FILL), "h": (7.0, 0.8, LATENT_FILL), "r": (12.7, 2.0, DATA_FILL)}
    for name, (center, half_height, fill) in columns.items():
        _box(axes, center, half_height, fill, rf"$\mathbf{{{name}}}$")
    _trapezoid(axes, (2.9, 2.0), (5.4, 0.8), "koder\n$f$")
    _trapezoid(axes, (8.6, 0.8), (11.1, 2.0), "dekoder\n$g$")
    for start, end in ((1.75, 2.85), (5.45, 6.55), (7.45, 8.55), (11.15, 12.25)):
        axes.add_patch(_arrow((start, 0), (end, 0), color=INK))

    captions = {
        1.3: "wejście\n$\\mathbf{x}$",
        7.0: "reprezentacja ukryta\n$\\mathbf{h} = f(\\mathbf{x})$",
        12.7: "rekonstrukcja\n$\\mathbf{r} = g(\\mathbf{h})$",
    }
    for center, caption in captions.items():
        axes.text(center, -2.25, caption, ha="center", va="top", fontsize=12, color=INK, linespacing=1.5)
    return figure


def draw_graphical_model() -> Figure:
    """The VAE in plate notation: solid arrows generate (theta), dashed arrows infer (phi)."""
    grid, node = 2.0, 1.5  # centimetres: one step of the grid, and the diameter of a node
    model = daft.PGM(
        shape=(8.2, 3.9), origin=(0, 0), grid_unit=grid, node_unit=node, line_width=1.4, node_ec=INK, dpi=DPI
    )
    model.add_plate((3.0, 0.3, 2.2, 3.4), label="$N$", position="bottom right", fontsize=15, rect_params={"ec": INK})
    model.add_node("phi", r"$\phi$", 1.0, 2.95, fixed=True, offset=(0, 8), fontsize=18)
    model.add_node("theta", r"$\theta$", 6.9, 2.95, fixed=True, offset=(0, 8), fontsize=18)
    model.add_node("z", r"$\mathbf{z}$", 4.1, 2.95, fontsize=19, plot_params={"fc": LATENT_FILL})
    model.add_node("x", r"$\mathbf{x}$", 4.1, 1.0, fontsize=19, observed=True, plot_params={"fc": DATA_FILL})
    for start, end in (("theta", "z"), ("theta", "x"), ("z", "x")):
        model.add_edge(start, end, plot_params={"ec": GENERATIVE, "fc": GENERATIVE, "head_width": 0.16})

    axes = model.render()
    # daft draws straight, solid arrows; the dashed ones are ours: phi -> z, and x -> z bent around z -> x
    z, x, radius = (4.1 * grid, 2.95 * grid), (4.1 * grid, 1.0 * grid), node / 2
    dashed: dict[str, Any] = {"color": VARIATIONAL, "linestyle": (0, (4, 3))}
    axes.add_patch(_arrow((1.1 * grid, z[1]), (z[0] - radius, z[1]), **dashed))
    axes.add_patch(
        _arrow((x[0] - radius, x[1] + 0.1), (z[0] - 0.8 * radius, z[1] - 0.6 * radius), bend=-0.35, **dashed)
    )
    caption = {"y": 1.15 * grid, "va": "center", "fontsize": 12, "linespacing": 1.4}
    axes.text(0.35 * grid, s="linia przerywana:\naproksymacja", color=VARIATIONAL, **caption)
    axes.text(6.0 * grid, s="linia ciągła:\nmodel generatywny", color=GENERATIVE, **caption)
    return axes.figure


def embed(notebook_path: Path) -> None:
    """Renew the figures in the notebook; each goes into the markdown cell that refers to it.

    Raises ValueError when no cell, or more than one, refers to a figure.
    """
    notebook = nbformat.read(notebook_path, as_version=nbformat.NO_CONVERT)
    for name, draw in FIGURES.items():
        cells = [cell for cell in notebook.cells if f"(attachment:{name})" in cell.source]
        if len(cells) != 1:
            raise ValueError(f"{notebook_path}: {len(cells)} cells show 'attachment:{name}', expected one")
        cells[0].attachments = {name: {"image/png": base64.b64encode(to_png(draw())).decode("ascii")}}
    nbformat.write(notebook, notebook_path)


def to_png(figure: Figure) -> bytes:
    """The figure as PNG; no software version in the metadata, so that a redraw gives the same bytes."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI, facecolor="white", metadata={"Software": None})
    return buffer.getvalue()


def _box(axes: Axes, center: float, half_height: float, fill: str, label: str) -> None:
    axes.add_patch(Rectangle((center - 0.4, -half_height), 0.8, 2 * half_height, fc=fill, ec=INK, lw=1.4))
    axes.text(center, 0, label, ha="center", va="center", fontsize=17, color=INK)


def _trapezoid(axes: Axes, left: tuple[float, float], right: tuple[float, float], label: str) -> None:
    """A layered network; `left` and `right` are (x, half of the height) of its two sides."""
    (x0, h0), (x1, h1) = left, right
    axes.add_patch(Polygon([(x0, -h0), (x0, h0), (x1, h1), (x1, -h1)], fc="#eef0f2", ec=INK, lw=1.4))
    axes.text((x0 + x1) / 2, 0, label, ha="center", va="center", fontsize=13, color=INK, linespacing=1.5)


def _arrow(
    start: tuple[float, float], end: tuple[float, float], *, color: str, linestyle: Any = "-", bend: float = 0.0
) -> FancyArrowPatch:
    return FancyArrowPatch(
        start,
        end,
        arrowstyle="-|>",
        mutation_scale=15,
        lw=1.4,
        color=color,
        linestyle=linestyle,
        connectionstyle=f"arc3,rad={bend}",
        shrinkA=0,
        shrinkB=0,
    )


FIGURES: dict[str, Callable[[], Figure]] = {
    "autokoder.png": draw_autoencoder,
    "autokoder_wariacyjny.png": draw_graphical_model,
}

if __name__ == "__main__":
    matplotlib.use("Agg")
    embed(Path(sys.argv[1]) if len(sys.argv) > 1 else NOTEBOOK)
