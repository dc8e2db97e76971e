"""Facts for the person who grades the written answers: what stands in a submission, never what it is worth.

They are computed when they are asked for and not kept in the record: whether somebody else has handed in the same
text may change with every submission that comes, and a stored answer would then be wrong.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from coursekit import experiments, isolated
from coursekit.experiments import Experiments
from coursekit.intake import grade_id_of, read_submission
from coursekit.isolated import EndedError, RaisedError
from coursekit.repair import bare, repair
from coursekit.submission import READING


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


@dataclass(frozen=True)
class Found:
    """answers: facts on each written answer, in the notebook's order; left_out: whose submissions could not be read,
    by student, and why."""

    answers: list[Facts]
    left_out: dict[str, str]


@dataclass
class _Part:
    """The notebook between two written answers: the student's own cells, and the answer itself."""

    answer: str = ""
    text: str = ""
    own: list[NotebookNode] = field(default_factory=list)


def of_student(course: Path, assignment: str, student: str) -> Found:
    """Facts on each written answer of a submission.

    Reads all submissions as grading does, each in a process of its own; a file that cannot be read has the blank
    answers. Raises FileNotFoundError where the assignment has not been released.
    """
    release = _released(course, assignment)
    isolated.preload(__name__)
    left_out: dict[str, str] = {}

    def attempt(read: Callable[[str, str], Any], name: str) -> Any:
        try:
            return isolated.call(read, str(course / "submitted" / name / assignment), str(release), bounds=READING)
        except (EndedError, RaisedError) as error:
            left_out[name] = str(error)
            return None

    answers: list[dict[str, Any]] = attempt(read_answers, student) or []
    others = {each.parent.name for each in course.glob(f"submitted/*/{assignment}")} - {student}
    texts = {name: its for name in sorted(others) if (its := attempt(read_texts, name)) is not None}
    facts = [
        Facts(
            **{name: value for name, value in each.items() if name not in ("text", "experiments")},
            experiments=Experiments(**each["experiments"]),
            same_text=[name for name, its in texts.items() if each["words"] and its[each["answer"]] == each["text"]],
        )
        for each in answers
    ]
    return Found(facts, left_out)


def read_texts(folder: str, release: str) -> dict[str, str]:
    """Of each written answer of a submission, by its grade id, what its words have in common with no other text."""
    given = nbformat.read(release, as_version=4).cells
    return {part.answer: _digest(part.text) for part in _parts(_cells(Path(folder), Path(release)), given)}


def read_answers(folder: str, release: str) -> list[dict[str, Any]]:
    """The fields of `Facts` of each written answer of a submission as JSON-ready data; `text`: as of `read_texts`."""
    given = nbformat.read(release, as_version=4).cells
    cells = _cells(Path(folder), Path(release))
    locked = [cell.source for cell in given if cell.cell_type == "code" and _is(cell, "locked")]
    modules = [file.read_text() for file in sorted(Path(release).parent.glob("*/*.py"))]
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    return [
        {
            "answer": part.answer,
            "words": len(_words(part.text)),
            "figures": sum(map(_figures, part.own)),
            "tables": sum(map(_tables, part.own)),
            "experiments": asdict(
                experiments.of([cell.source for cell in part.own if cell.cell_type == "code"], locked, modules + code)
            ),
            "text": _digest(part.text),
        }
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


def _digest(text: str) -> str:
    return hashlib.sha256(" ".join(_words(text)).encode()).hexdigest()


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
