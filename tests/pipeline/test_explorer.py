"""The sliders of `src.explorer` in JupyterLab, in a real browser: moving one draws another image."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from coursekit import data
from tests.pipeline.jupyterlab import TOKEN, jupyter

pytestmark = pytest.mark.slow

MODEL = """\
import os

from coursekit.solution import MODELS, solution_names

globals().update(solution_names((*MODELS, "data", "vae_training")))
os.environ["COURSE_PROFILE"] = "study"
"""
EXPLORE = """\
from src.explorer import explore
from src.representation import represent

explore(represent(vae_model, val_dataset))
"""


def test_a_slider_changes_the_image(tmp_path, page, screenshots):
    cells = [new_code_cell(MODEL), new_code_cell(EXPLORE)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=cells, metadata=kernel), tmp_path / "explore.ipynb")
    with jupyter(tmp_path, COURSE_PROFILE="grading", PYTHONPATH=str(data.ROOT)) as address:  # a short training
        page.goto(f"{address}/lab/tree/explore.ipynb?token={TOKEN}")
        page.get_by_text("| Idle").wait_for()  # before that the menus are not all there
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        sliders = page.get_by_role("slider")
        sliders.first.wait_for()
        assert sliders.count() == 10
        image = page.locator("img.widget-image")
        for act in (page.get_by_role("button", name="Losowy obraz").click, lambda: sliders.first.press("ArrowRight")):
            before = image.get_attribute("src")
            act()
            page.wait_for_function("([image, before]) => image.src != before", arg=[image.element_handle(), before])
        page.locator(".jp-OutputArea-output", has=image).screenshot(path=screenshots / "explorer.png")
