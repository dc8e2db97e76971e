"""Facts for the person who grades the written answers: what stands in a submission, never what it is worth.

They are computed when they are asked for and not kept in the record: whether somebody else has handed in the same
text may change with every submission that comes, and a stored answer would then be wrong.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from coursekit import experiments
from coursekit.experiments import Experiments
from coursekit.intake import grade_id_of, read_submission
from coursekit.repair import bare, repair


@dataclass(frozen=True)
class Facts:
    """What belongs to one written answer.

    answer: its grade id; words: of the answer, numbers included; figures: images in outputs of the student's own code
    and pasted into the texts; tables: in the same places; experiments: in the student's own code; same_text: who else
    has handed in the same words.
    """

    answer: str
    words: int
    figures: int
    tables: int
    experiments: Experiments
    same_text: list[str]


@dataclass
class _Part:
    """The notebook between two written answers: the student's own cells, and the answer itself."""

    answer: str = ""
    text: str = ""
    own: list[NotebookNode] = field(default_factory=list)


def of_student(course: Path, assignment: str, student: str) -> list[Facts]:
    """Facts on each written answer of a submission, in the notebook's order.

    Reads all submissions as grading does; a file that cannot be read has the blank answers. Raises FileNotFoundError
    where the assignment has not been released.
    """
    release = _released(course, assignment)
    given = nbformat.read(release, as_version=4).cells
    cells = _cells(course / "submitted" / student / assignment, release)
    others = {
        folder.parent.name: _texts(_cells(folder, release), given)
        for folder in sorted(course.glob(f"submitted/*/{assignment}"))
        if folder.parent.name != student
    }
    locked = [cell.source for cell in given if cell.cell_type == "code" and _is(cell, "locked")]
    modules = [file.read_text() for file in sorted(release.parent.glob("*/*.py"))]
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    return [
        Facts(
            part.answer,
            len(_words(part.text)),
            sum(map(_figures, part.own)),
            sum(map(_tables, part.own)),
            experiments.of([cell.source for cell in part.own if cell.cell_type == "code"], locked, [*modules, *code]),
            [name for name, texts in others.items() if _words(part.text) and texts[part.answer] == _words(part.text)],
        )
        for part in _parts(cells, given)
    ]


def _released(course: Path, assignment: str) -> Path:
    folder = course / "release" / assignment
    for notebook in sorted(folder.glob("*.ipynb")):
        return notebook
    raise FileNotFoundError(f"There is no notebook in {folder}: run `nbgrader generate_assignment {assignment}`.")


def _cells(folder: Path, release: Path) -> list[NotebookNode]:
    """The cells of a submission, in order as for grading, with the outputs that were handed in."""
    submitted, _ = read_submission(folder / release.name, release)
    cells, _ = repair(submitted.cells, nbformat.read(release, as_version=4).cells)
    return cells


def _texts(cells: list[NotebookNode], given: list[NotebookNode]) -> dict[str, list[str]]:
    """The words of each written answer, by its grade id."""
    return {part.answer: _words(part.text) for part in _parts(cells, given)}


def _parts(cells: list[NotebookNode], given: list[NotebookNode]) -> list[_Part]:
    """The notebook in parts, one a written answer; own cells right below an answer belong to it."""
    parts = [_Part()]
    for cell, own in zip(cells, _are_own(cells, given), strict=True):
        if parts[-1].answer and not (own and grade_id_of(cell) is None):
            parts.append(_Part())
        if cell.cell_type == "markdown" and _is(cell, "solution") and _is(cell, "grade"):
            parts[-1].answer = str(grade_id_of(cell))
            parts[-1].text = cell.source if own else ""
        if own:
            parts[-1].own.append(cell)
    return [part for part in parts if part.answer]


def _are_own(cells: list[NotebookNode], given: list[NotebookNode]) -> list[bool]:
    """Which cells the student has written: added or changed ones, a copy of a given cell too."""
    known = {cell.id: bare(cell.source) for cell in given}
    sources = [bare(cell.source) for cell in cells]
    own = [
        known.get(cell.id) != source and not _is(cell, "locked") for cell, source in zip(cells, sources, strict=True)
    ]
    # Editors may have given new ids to given cells: as many of a source as are missing are given.
    kept = Counter(source for source, its in zip(sources, own, strict=True) if not its)
    missing = Counter(known.values()) - kept
    for place, source in enumerate(sources):
        if own[place] and missing[source] > 0:
            own[place] = False
            missing[source] -= 1
    return own


def _is(cell: NotebookNode, mark: str) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get(mark, False))


def _words(text: str) -> list[str]:
    """Words and numbers of a text; case, marks and spaces make no difference."""
    return re.findall(r"\w+(?:[.,]\d+)*", text.casefold())


def _figures(cell: NotebookNode) -> int:
    """Images in the outputs of a cell, or pasted into its text."""
    pasted = [kind for files in cell.get("attachments", {}).values() for kind in files]
    shown = [any(kind.startswith("image/") for kind in data) for data in _shown(cell)]
    return sum(kind.startswith("image/") for kind in pasted) + sum(shown)


def _tables(cell: NotebookNode) -> int:
    """Tables in the outputs of a cell, or in its text."""
    if cell.cell_type == "markdown":
        return _markdown_tables(cell.source)
    return sum(
        _text(data, "text/html").count("<table") or _markdown_tables(_text(data, "text/markdown"))
        for data in _shown(cell)
    )


def _shown(cell: NotebookNode) -> list[dict[str, Any]]:
    return [output.data for output in cell.get("outputs", []) if "data" in output]


def _text(data: dict[str, Any], kind: str) -> str:
    """One form of an output; a file has it whole or in lines."""
    return "".join(data.get(kind, ""))


def _markdown_tables(text: str) -> int:
    """Tables of Markdown by the line below their head, such as `|:---|:---:|`."""
    lines = [line.strip() for line in text.splitlines()]
    return sum({"|", "-"} <= set(line) <= set("|-: ") for line in lines)
