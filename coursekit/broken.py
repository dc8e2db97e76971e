"""Malformed submissions that judge the intake: ``corpus/broken``.

Each file there holds a header, in the format of ``coursekit.corpus``, and a function that damages a sound
submission which has just been built::

    # ---
    # jupyter:
    #   corpus:
    #     title: the file ends in the middle
    #     points: {1a: 0, 2: 0, 3: 0}
    #     told: "plik jest ucięty"
    #     readable: false
    # ---

    def damage(folder: Path) -> None:
        ...

``points`` are those that must be earned all the same. ``told`` is a part of what the student must read in the
autograded notebook; without it there must be no remark on the file. ``readable`` says whether something other than
the blank notebook was graded. The submission solves task 1a alone, which is quickly graded. ``student`` gives the
student another name than the file's.
"""

import json
import runpy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbformat import NotebookNode

from coursekit import corpus

NOTEBOOK = "vae.ipynb"
TASK_1A = ("vae_encoder", "vae_decoder", "vae_model")
OTHER_TASKS = ("classification", "beta_vae")


@dataclass(frozen=True)
class Broken:
    """One malformed submission; ``coursekit.broken`` describes the fields."""

    name: str
    title: str
    points: dict[str, float]
    told: str
    readable: bool
    student: str
    damage: Callable[[Path], None]


def load_all() -> list[Broken]:
    """All malformed submissions, sorted by name. Raises CorpusError."""
    return [load(path) for path in sorted((corpus.CORPUS / "broken").glob("*.py"))]


def load(path: Path) -> Broken:
    """The malformed submission in the file ``path``. Raises CorpusError where the header or the function is missing."""
    header = corpus.read_header(path, jupytext.read(path), {"title": str, "points": dict, "readable": bool})
    damage = runpy.run_path(str(path)).get("damage")
    if damage is None:
        raise corpus.CorpusError(f"{path}: no function `damage(folder)`")
    return Broken(
        name=path.stem,
        title=header["title"],
        points={str(task): float(points) for task, points in header["points"].items()},
        told=header.get("told", ""),
        readable=header["readable"],
        student=header.get("student", path.stem),
        damage=damage,
    )


def build(broken: Broken, release: Path, source: Path, target_folder: Path) -> None:
    """Write what the student hands in into ``target_folder``, ``submitted/<student>/vae``.

    release, source: notebooks as of :func:`coursekit.corpus.build_submission`.
    """
    sample = corpus.load(corpus.CORPUS / "wheats" / "scale_softplus.py")
    cells = dict.fromkeys(OTHER_TASKS, "pass") | {
        name: cell for name, cell in corpus.solution_cells(sample, source, release).items() if name in TASK_1A
    }
    corpus.build_submission(replace(sample, reference=False, cells=cells), release, source, target_folder)
    broken.damage(target_folder)


@contextmanager
def edit(folder: Path) -> Iterator[NotebookNode]:
    """The notebook in a submission's folder, written back at the end, valid or not."""
    path = folder / NOTEBOOK
    notebook = nbformat.read(path, as_version=4)
    yield notebook
    path.write_text(json.dumps(notebook, ensure_ascii=False, indent=1))


def position(notebook: NotebookNode, grade_id: str) -> int:
    """Where the cell with the nbgrader id ``grade_id`` stands."""
    return [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells].index(grade_id)


def cell(notebook: NotebookNode, grade_id: str) -> Any:
    """The cell with the nbgrader id ``grade_id``."""
    return notebook.cells[position(notebook, grade_id)]
