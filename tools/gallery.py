"""Draw the gallery of analyses, `make gallery`: docs/gallery.md and its pictures from tools/gallery.md.

That file is a notebook in Markdown (jupytext): text, and code as a student would write it. It is executed from top to
bottom and becomes a page with what the code has printed and drawn, so the page cannot show calls that do not exist.
Models have the sizes of the assignment and are trained as there. Its sweep keeps finished runs in build/gallery.
"""

import os
import re
import shutil
import sys
import time
from pathlib import Path

import jupytext
from nbclient import NotebookClient
from nbconvert import MarkdownExporter
from nbformat import NotebookNode
from rich.console import Console
from rich.progress import Progress
from traitlets.config import Config

from coursekit.data import ROOT
from coursekit.solution import MODELS

TEMPLATE = Path(__file__).with_suffix(".md")
PAGE, PICTURES, WORK = ROOT / "docs" / "gallery.md", ROOT / "docs" / "images" / "gallery", ROOT / "build" / "gallery"
ANIMATION = "traversals.gif"
CELLS = (*MODELS, "data", "ae_training", "vae_training", "bvae_training")
"""Of the instructor's notebook: what defines and trains the models, by nbgrader id."""
WIDGET = "application/vnd.jupyter.widget-view+json"
"""MIME type of an output that only a running kernel can draw."""
HIDDEN, SLOW = "remove-cell", "slow"
"""Tags of cells that the page does not show, and of those that take minutes."""


def execute(notebook: NotebookNode, folder: Path, console: Console) -> None:
    """Execute the cells in ``folder`` and print the seconds of each. Raises CellExecutionError."""
    variables = os.environ | {"PYTHONPATH": str(ROOT), "MPLBACKEND": "module://matplotlib_inline.backend_inline"}
    client = NotebookClient(
        notebook, timeout=None, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    )
    with Progress(console=console) as progress, client.setup_kernel(env=variables):
        for index, cell in enumerate(progress.track(notebook.cells, description="gallery")):
            start = time.perf_counter()
            client.execute_cell(cell, index)
            if cell.cell_type == "code":
                last_line = cell.source.splitlines()[-1]
                console.print(f"{time.perf_counter() - start:6.1f} s  {last_line}", markup=False, highlight=False)


def page(notebook: NotebookNode) -> tuple[str, dict[str, bytes]]:
    """The executed notebook as Markdown, and the pictures by their path beside it.

    Bars of progress are left out, and the alternative text of a picture is the heading that it stands under.
    """
    notebook.metadata.language_info = {"name": "python"}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if WIDGET not in output.get("data", {})]
    config = Config()
    config.TagRemovePreprocessor.enabled = True
    config.TagRemovePreprocessor.remove_cell_tags = [HIDDEN]
    resources = {"output_files_dir": str(PICTURES.relative_to(PAGE.parent)), "unique_key": "gallery"}
    text, resources = MarkdownExporter(config=config).from_notebook_node(notebook, resources=resources)
    sections = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    described = [part.replace("![png]", f"![{part[3:].partition(chr(10))[0]}]") for part in sections]
    return "".join(described), resources["outputs"]


def main() -> int:
    """Execute, write the page and its pictures; 0."""
    WORK.mkdir(parents=True, exist_ok=True)
    notebook = jupytext.read(TEMPLATE)
    execute(notebook, WORK, Console())
    text, pictures = page(notebook)
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    for name, content in pictures.items():
        (PAGE.parent / name).write_bytes(content)
    shutil.copy(WORK / ANIMATION, PICTURES)
    PAGE.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
