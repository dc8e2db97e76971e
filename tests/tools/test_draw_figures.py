"""The figures in the notebook are those that the script draws, and the script changes nothing else."""

import base64
import io
import shutil

import nbformat
import numpy as np
import pytest
from matplotlib import image

from tools.draw_figures import FIGURES, NOTEBOOK, embed, to_png


def attachments(path) -> dict[str, bytes]:
    """PNG files attached to the cells of a notebook, by name."""
    cells = nbformat.read(path, as_version=4).cells
    return {
        name: base64.b64decode(content["image/png"])
        for cell in cells
        for name, content in cell.get("attachments", {}).items()
    }


def pixels(png: bytes) -> np.ndarray:
    """(height, width, channels), values in [0, 1]"""
    return image.imread(io.BytesIO(png))


@pytest.mark.parametrize("name", FIGURES)
def test_figure_in_notebook_is_up_to_date(name):
    drawn, embedded = pixels(to_png(FIGURES[name]())), pixels(attachments(NOTEBOOK)[name])
    assert drawn.shape == embedded.shape, "run: python tools/draw_figures.py"
    # fonts and antialiasing may differ a little between versions of Matplotlib
    assert np.abs(drawn - embedded).mean() < 0.005, "run: python tools/draw_figures.py"


def test_embed_changes_nothing_but_the_figures(tmp_path):
    copy = tmp_path / "vae.ipynb"
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    for cell in notebook.cells:
        cell.pop("attachments", None)
    nbformat.write(notebook, copy)
    embed(copy)
    assert set(attachments(copy)) == set(FIGURES)
    embedded = nbformat.read(copy, as_version=4)
    for cell in embedded.cells:
        cell.pop("attachments", None)
    assert embedded == notebook


def test_notebook_without_a_place_for_a_figure_is_refused(tmp_path):
    copy = tmp_path / "vae.ipynb"
    shutil.copy(NOTEBOOK, copy)
    copy.write_text(copy.read_text("utf-8").replace("attachment:autokoder.png", "autokoder.png"), "utf-8")
    with pytest.raises(ValueError, match=r"0 cells show 'attachment:autokoder\.png'"):
        embed(copy)
