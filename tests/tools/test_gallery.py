"""The gallery shows what its notebook executes, and all of that can be executed."""

import re
from io import StringIO
from pathlib import Path

import jupytext
import pytest
from rich.console import Console

from tools.gallery import HIDDEN, PAGE, SLOW, TEMPLATE, execute, page


def code_of(markdown: str) -> list[str]:
    return re.findall(r"```python\n(.*?)\n```", markdown, re.DOTALL)


def test_page_shows_the_code_of_the_notebook():
    cells = jupytext.read(TEMPLATE).cells
    shown = [cell.source for cell in cells if cell.cell_type == "code" and HIDDEN not in cell.metadata.get("tags", [])]
    assert code_of(PAGE.read_text()) == shown, "run: make gallery"


def test_page_has_the_texts_of_the_notebook():
    page = PAGE.read_text()
    texts = [cell.source for cell in jupytext.read(TEMPLATE).cells if cell.cell_type == "markdown"]
    assert [text for text in texts if text not in page] == [], "run: make gallery"


def test_every_picture_of_the_page_is_there():
    pictures = re.findall(r"!\[.*?\]\((.*?)\)", PAGE.read_text())
    assert len(pictures) > 12
    missing = [name for name in pictures if not (PAGE.parent / name).is_file()]
    assert not missing, "run: make gallery"


@pytest.mark.slow
def test_all_of_it_can_be_executed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COURSE_PROFILE", "grading")  # one epoch for the models; then the notebook sets it anew
    notebook = jupytext.read(TEMPLATE)
    notebook.cells = [cell for cell in notebook.cells if SLOW not in cell.metadata.get("tags", [])]
    execute(notebook, tmp_path, Console(file=StringIO()))
    text, pictures = page(notebook)
    drawing = [code for code in code_of(text) if "plot_" in code]
    assert len(pictures) >= len(drawing) > 8
    assert HIDDEN not in text
    assert "solution_names" not in text
