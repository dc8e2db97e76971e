"""Samples that judge the grader: ``corpus/wheats`` are right, ``corpus/chaffs`` wrong in one way,
``corpus/attacks`` hostile.

A sample is a Python file in jupytext's percent format. Its header says what a grader must find, and each cell
replaces the notebook's solution cell of that id; cells that are not there come from the reference solution::

    # ---
    # jupyter:
    #   corpus:
    #     title: ReLU as the activation of the scale
    #     # Wrong because ReLU gives exact zeros, which are not a standard deviation.
    #     points: {1a: 1.38, 2: 1.5, 3: 1.5}
    #     fails: [1a.scale_positive]
    # ---

    # %% grade_id="vae_encoder"
    class VEncoder(nn.Module):
        ...

``reference: false`` in the header leaves the cells that are not there as the released, empty stubs.

An attack has no ``fails``. Its header says what it ``attempts``, the most ``points`` that it may earn, and which
``flags`` must stand in its record; two more kinds of cells make it hostile::

    # %% after="vae_model"
    the student's own cell, which follows the cell of that id

    # %% build="submission"
    code that changes the submission: `notebook`, and files in `folder`; it runs in this process, and what it puts in
    the notebook's place stays there

Attacks are executed in the sandbox and nowhere else: ``load_all`` names them only where they are asked for.
"""

import contextlib
import json
import os
import shutil
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

CORPUS = Path(__file__).resolve().parent.parent / "corpus"
KINDS = {"wheats": "wheat", "chaffs": "chaff", "attacks": "attack"}
SOLUTIONS = ("wheat", "chaff")
_SOLUTION_MARKS = ("BEGIN SOLUTION", "END SOLUTION")  # as nbgrader finds them: anywhere in a line


class CorpusError(ValueError):
    """A sample solution that cannot be used; the message names the file and what to change there."""


@dataclass(frozen=True)
class Sample:
    """One sample.

    name: the file's name without its suffix; kind: "wheat", "chaff" or "attack"; title: what the sample is, one line;
    points: expected autograded points by task ("1a", "2", "3"), empty where they are not filled in yet;
    fails: ids of exactly the checks that must fail; cells: source by grade_id;
    reference: whether the reference solution stands in for the other cells (else the released stubs do).
    Of an attack also: attempts: what it tries, one sentence; flags: kinds of flags that its record must hold;
    own_cells: (grade_id, source) of cells that follow the cell of that id; build: code that changes the submission.
    """

    name: str
    kind: str
    title: str
    points: dict[str, float]
    fails: tuple[str, ...]
    cells: dict[str, str]
    reference: bool = True
    attempts: str = ""
    flags: tuple[str, ...] = ()
    own_cells: tuple[tuple[str, str], ...] = ()
    build: str = ""


def load_all(kind: str | None = None, known_checks: Collection[str] | None = None) -> list[Sample]:
    """All solutions, right and wrong, or the samples of one ``kind``, sorted by name within a kind.

    Raises as :func:`load`.
    """
    return [
        load(path, known_checks)
        for folder, its_kind in KINDS.items()
        if its_kind in ((kind,) if kind else SOLUTIONS)
        for path in sorted((CORPUS / folder).glob("*.py"))
    ]


def load(path: Path, known_checks: Collection[str] | None = None) -> Sample:
    """The sample in the file ``path``, which lies in a folder named after its kind (``wheats``, ...).

    known_checks: ids of all checks there are; where given, ``fails`` may name no other.
    Raises CorpusError where the folder, the header or a cell is not as the format says.
    """
    if path.parent.name not in KINDS:
        raise CorpusError(f"{path}: a sample belongs in a folder named {' or '.join(KINDS)}")
    kind = KINDS[path.parent.name]
    notebook = jupytext.read(path)
    own = {"attempts": str, "flags": list} if kind == "attack" else {"fails": list}
    header = read_header(path, notebook, {"title": str, "points": dict, **own})
    fails = tuple(header.get("fails", ()))
    unknown = sorted(set(fails) - set(fails if known_checks is None else known_checks))
    if unknown:
        raise CorpusError(f"{path}: `fails` names checks that do not exist: {', '.join(unknown)}")
    return Sample(
        name=path.stem,
        kind=kind,
        title=header["title"],
        points={str(task): float(points) for task, points in header["points"].items()},
        fails=fails,
        cells=_cells(path, notebook),
        reference=header.get("reference", True),
        attempts=header.get("attempts", ""),
        flags=tuple(header.get("flags", ())),
        own_cells=tuple((cell.metadata.after, cell.source) for cell in notebook.cells if "after" in cell.metadata),
        build="\n\n".join(cell.source for cell in notebook.cells if "build" in cell.metadata),
    )


def read_header(path: Path, notebook: NotebookNode, fields: dict[str, type]) -> dict[str, Any]:
    """The header of the sample in the file ``path``, read as ``notebook``.

    fields: what must be there, and of which type. Raises CorpusError where it is not.
    """
    header = notebook.metadata.get("corpus")
    if not isinstance(header, dict):
        raise CorpusError(f"{path}: no header; the file starts with `# ---` and the YAML jupyter: corpus:")
    for field, its_type in fields.items():
        if not isinstance(header.get(field), its_type):
            raise CorpusError(f"{path}: the header has no `{field}` that is a {its_type.__name__}")
    return header


def _cells(path: Path, notebook: NotebookNode) -> dict[str, str]:
    """Sources by grade_id; the other cells of an attack are left out."""
    others = {"after", "build"} if path.parent.name == "attacks" else set()
    cells: dict[str, str] = {}
    for cell in notebook.cells:
        if others & set(cell.metadata):
            continue
        grade_id = cell.metadata.get("grade_id")
        if grade_id is None:
            raise CorpusError(
                f'{path}: a cell without an id; start it with `# %% grade_id="..."`: {cell.source[:80]!r}'
            )
        if grade_id in cells:
            raise CorpusError(f"{path}: two cells have the id {grade_id}; keep one")
        cells[grade_id] = cell.source
    return cells


def solution_cells(sample: Sample, source_notebook: Path, release_notebook: Path) -> dict[str, str]:
    """Sources of all solution cells of a sample, by grade_id, in the order of the notebook.

    source_notebook: the instructor's version; release_notebook: the student's version.
    Raises CorpusError where the sample has a cell that is no solution cell of the notebook.
    """
    defaults = _solutions(source_notebook if sample.reference else release_notebook)
    unknown = sorted(set(sample.cells) - set(defaults))
    if unknown:
        raise CorpusError(
            f"{sample.kind} {sample.name}: no solution cell of {source_notebook} has the id "
            f"{', '.join(unknown)}; there are {', '.join(defaults)}"
        )
    return {**defaults, **sample.cells}


def _solutions(path: Path) -> dict[str, str]:
    return {
        cell.metadata.nbgrader.grade_id: _without_marks(cell.source)
        for cell in nbformat.read(path, as_version=4).cells
        if _is_solution(cell)
    }


def _is_solution(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("solution", False))


def _without_marks(source: str) -> str:
    return "\n".join(line for line in source.split("\n") if not any(mark in line for mark in _SOLUTION_MARKS))


def build_submission(sample: Sample, release_notebook: Path, source_notebook: Path, target_folder: Path) -> Path:
    """Write what a student with this solution hands in, and return the path of the notebook.

    target_folder: the assignment's folder of one student, ``submitted/<student>/vae``; it gets the released
    notebook with every solution cell filled, no outputs, and the released ``src``; then an attack's build runs.
    Raises CorpusError as :func:`solution_cells` does.
    """
    sources = solution_cells(sample, source_notebook, release_notebook)
    notebook = nbformat.read(release_notebook, as_version=4)
    for cell in notebook.cells:
        if _is_solution(cell):
            cell.source = sources[cell.metadata.nbgrader.grade_id]
    header_name(notebook).source = 'NAME = "Jan Kowalski"'
    _insert_own_cells(notebook, sample)
    target_folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(
        release_notebook.parent / "src",
        target_folder / "src",
        dirs_exist_ok=True,
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    path = target_folder / release_notebook.name
    path.unlink(missing_ok=True)
    with _deep_recursion():
        exec(sample.build, {"folder": target_folder, "notebook": notebook})
        if not os.path.lexists(path):  # an attack may hand in a link in its place, or what is no notebook
            path.write_text(json.dumps(notebook, ensure_ascii=False, indent=1))  # valid or not
    return path


@contextlib.contextmanager
def _deep_recursion() -> Iterator[None]:
    """Let an attack nest what it hands in deeper than the stack of whoever builds it leaves room for."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(limit + 5_000)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def header_name(notebook: NotebookNode) -> NotebookNode:
    """The cell in which students write their name."""
    return next(cell for cell in notebook.cells if cell.id == "header-name")


def _insert_own_cells(notebook: NotebookNode, sample: Sample) -> None:
    for grade_id, source in reversed(sample.own_cells):  # so that cells after the same one keep their order
        places = [
            place
            for place, cell in enumerate(notebook.cells)
            if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id
        ]
        if not places:
            raise CorpusError(f"{sample.kind} {sample.name}: no cell of the notebook has the id {grade_id}")
        notebook.cells.insert(places[0] + 1, new_code_cell(source))
