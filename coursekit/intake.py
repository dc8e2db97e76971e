"""Reading what students hand in, whatever it is: the notebook that was asked for, else another one, else a script.

Where nothing can be read, the blank notebook of the release takes its place, so that the student gets a feedback page
that says why. `submitted/` is never written. `coursekit.repair` then puts the cells in order.
"""

import codecs
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode, v4
from nbformat.v4.rwbase import rejoin_lines

from coursekit import shield

LIMIT_MB = 200
CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")  # as nbformat demands
DEPTH = 3
"""How many folders deep a notebook is looked for."""
MOST = 20
"""How many files of a folder are read, at most, to find the solution."""
SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
CELL_MARK = re.compile(r"^# ?(?:%%|In ?\[[\d ]*\]).*$", re.MULTILINE)
"""Where a cell starts in a script: as Jupyter exports a notebook, and as VS Code and jupytext do."""


class UnreadableError(ValueError):
    """A submitted file is no notebook; the message, a Polish clause for the student, says why."""


@dataclass
class Intake:
    """What was found in a submission's folder.

    status: "ok", "renamed" or "unreadable"; notes: Polish sentences for the student.
    """

    status: str = "ok"
    notes: list[str] = field(default_factory=list)


def read_submission(path: Path, release: Path) -> tuple[NotebookNode, Intake]:
    """The submitted notebook expected at `path`, and what was found.

    Falls back to another file in the folder, then to the blank notebook at `release`.
    """
    candidates = _candidates(path, release)
    if not candidates:
        return blank(release, f"W oddanym folderze nie ma pliku `{path.name}` ani innego notatnika.")
    found = max(candidates, key=lambda each: _merit(each, path, release)) if len(candidates) > 1 else candidates[0]
    others = [each for each in candidates if each != found]
    intake = _ordinary(found, others) if found == path else _renamed(found, others, path)
    try:
        nb = parse(found, intake.notes)
    except UnreadableError as error:
        return blank(release, f"Nie udało się odczytać pliku {_named(found, path.parent)}: {error}.")
    intake.notes += _notes_on_given_files(found.parent, release.parent)
    return nb, intake


def _candidates(path: Path, release: Path) -> list[Path]:
    """The file at `path` and other notebooks in its folder and below; scripts where there is no notebook."""
    files = [
        file
        for depth in range(DEPTH + 1)
        for file in sorted(path.parent.glob("*/" * depth + "*"))
        if _is_own(file, path.parent, release.parent)
    ]
    notebooks = [file for file in files if ".ipynb" in file.name.lower()]
    scripts = [
        file for file in files if file.suffix.lower() == ".py" and not Path(release.parent, *file.parts[-2:]).exists()
    ]
    expected = [path] if path.exists() else []
    return (expected + (notebooks or ([] if expected else scripts)))[:MOST]


def _is_own(file: Path, folder: Path, release: Path) -> bool:
    """Whether a file may be a student's solution: not hidden, not behind a link, and no file of the assignment."""
    relative = file.relative_to(folder)
    if any(part.startswith((".", "__")) for part in relative.parts) or (release / relative).exists():
        return False
    return file.is_file() and file.resolve() == folder.resolve() / relative


def _merit(file: Path, expected: Path, release: Path) -> tuple[bool, bool, int, float]:
    """How well a file will do as the solution: a filled one, the one asked for, the likest, the latest."""
    modified = file.stat().st_mtime
    try:
        cells = parse(file, []).cells
    except UnreadableError:
        return False, file == expected, -1, modified
    given = nbformat.read(release, as_version=4).cells
    sources = {cell.source.strip() for cell in cells}
    ids = {grade_id for cell in cells if (grade_id := grade_id_of(cell))}
    untouched = {cell.source.strip() for cell in given}
    solutions = {grade_id_of(cell) for cell in given if cell.metadata.get("nbgrader", {}).get("solution")}
    filled = any(grade_id_of(cell) in solutions and cell.source.strip() not in untouched for cell in cells)
    likeness = sum(grade_id_of(cell) in ids or cell.source.strip() in sources for cell in given)
    return filled, file == expected, likeness, modified


def _ordinary(found: Path, others: list[Path]) -> Intake:
    names = ", ".join(_named(other, found.parent) for other in others)
    return Intake(notes=[f"Oceniono plik `{found.name}`; innych notatników nie oceniano: {names}."] if others else [])


def _renamed(found: Path, others: list[Path], expected: Path) -> Intake:
    why = (
        f"W pliku `{expected.name}` nie ma rozwiązania, które da się odczytać"
        if expected in others
        else f"W oddanym folderze nie było pliku `{expected.name}`"
    )
    several = " – z kilku plików ten, który najbardziej przypomina rozwiązanie" if set(others) - {expected} else ""
    return Intake("renamed", [f"{why}; oceniono plik {_named(found, expected.parent)}{several}."])


def _named(file: Path, folder: Path) -> str:
    return f"`{shield.printable(str(file.relative_to(folder)))}`"


def _notes_on_given_files(folder: Path, release: Path) -> list[str]:
    """What the student is told where modules of the assignment were left out or changed; nbgrader puts them back."""
    missing, changed = [], []
    for given in sorted(release.glob("*/*.py")):
        own, name = folder / given.relative_to(release), str(given.relative_to(release))
        if not own.exists():
            missing.append(name if own.parent.is_dir() else own.parent.name)
        elif shield.objection(own) or not _same_lines(own, given):
            changed.append(name)
    return [
        sentence.format(", ".join(f"`{name}`" for name in dict.fromkeys(names)))
        for names, sentence in (
            (missing, "W oddanym folderze brakowało plików zadania; przy ocenianiu użyto wydanych: {}."),
            (
                changed,
                "Pliki zadania były zmienione, a przy ocenianiu użyto wydanych; własny kod umieść w notatniku: {}.",
            ),
        )
        if names
    ]


def _same_lines(own: Path, given: Path) -> bool:
    """Whether two files differ in line ends at most; a file that is far too large is not read."""
    small = own.stat().st_size <= 2 * given.stat().st_size
    return small and own.read_bytes().splitlines() == given.read_bytes().splitlines()


def grade_id_of(cell: NotebookNode) -> str | None:
    """The nbgrader id in a cell's metadata, which a student's editor may have damaged."""
    metadata = cell.metadata.get("nbgrader")
    grade_id = metadata.get("grade_id") if isinstance(metadata, dict) else None
    return grade_id if isinstance(grade_id, str) else None


def blank(release: Path, what: str) -> tuple[NotebookNode, Intake]:
    """The blank notebook, for a submission that cannot be read. what: a Polish sentence that says why."""
    advice = (
        f"Oceniono pusty szablon zadania. Otwórz swój notatnik w Jupyterze, zapisz go pod nazwą "
        f"`{release.name}`, sprawdź, czy po ponownym otwarciu jest cały, i oddaj go jeszcze raz."
    )
    return nbformat.read(release, as_version=4), Intake("unreadable", [what, advice])


def parse(path: Path, notes: list[str]) -> NotebookNode:
    """Read a notebook of any version and encoding, or a script; what had to be converted is added to `notes`.

    The result is valid nbformat 4.5 whatever the file held; the metadata of the whole are left out.
    Raises `UnreadableError`.
    """
    text = _decode(_bytes(path), notes)
    if path.suffix.lower() == ".py":
        notes.append("To skrypt, a nie notatnik: podzielono go na komórki, ale wykresów i wyników w nim nie ma.")
        return v4.new_notebook(cells=_script_cells(text))
    data = _load(text)
    version = data.get("nbformat")
    if isinstance(version, int) and version < 4:
        try:
            data = nbformat.reads(json.dumps(data), as_version=4)
        except Exception as error:  # the converters trust their input and raise whatever they meet
            raise UnreadableError(f"to uszkodzony notatnik w starym formacie {version}") from error
        notes.append(f"Notatnik zapisano w starym formacie {version}; przekształcono go do nowego.")
    if not isinstance(data.get("cells"), list):
        raise UnreadableError("plik nie zawiera komórek notatnika")
    cells = [_rebuilt(raw) for raw in data["cells"] if isinstance(raw, dict)]
    make_ids_unique(cells)
    return rejoin_lines(v4.new_notebook(cells=cells))  # on disk the texts of outputs are lists of lines


def _bytes(path: Path) -> bytes:
    if why := shield.objection(path):
        raise UnreadableError(why)
    size = path.stat().st_size
    if size > LIMIT_MB * 2**20:
        raise UnreadableError(
            f"plik ma {size / 2**20:.0f} MB, a dopuszczalne jest {LIMIT_MB} MB – usuń "
            "wyniki komórek (Edit → Clear Outputs of All Cells) i zapisz go ponownie"
        )
    content = path.read_bytes()
    if not content.strip():
        raise UnreadableError("plik jest pusty")
    return content


def _decode(content: bytes, notes: list[str]) -> str:
    """Text of a file in UTF-8, with or without a BOM, or in what Windows programs write instead."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        encoding = "utf-16" if utf16 else "cp1250"
        notes.append(f"Plik nie był zapisany w kodowaniu UTF-8; odczytano go jako {encoding}.")
        return content.decode(encoding, errors="replace")


def _script_cells(text: str) -> list[NotebookNode]:
    """Cells of a Python script; the comments that follow the code of a cell are texts."""
    cells = []
    body = re.sub(r"\A(?:#(?:!|.*coding).*\n)+", "", text.replace("\r\n", "\n"))
    for part in CELL_MARK.split(body):
        lines = part.strip("\n").split("\n")
        end = len(lines)
        while end and (lines[end - 1].startswith("#") or not lines[end - 1].strip()):
            end -= 1
        texts = re.split(r"\n\s*\n", "\n".join(lines[end:]))
        cells += [v4.new_code_cell("\n".join(lines[:end]))] * bool(end)
        cells += [
            v4.new_markdown_cell(re.sub("^# ?", "", each.strip(), flags=re.MULTILINE)) for each in texts if each.strip()
        ]
    return cells


def _load(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
        if SURROGATE.search(text):  # a lone one is legal in JSON but cannot be written to a file again
            data = json.loads(json.dumps(data, ensure_ascii=False).encode("utf-8", "replace"))
    except json.JSONDecodeError as error:
        raise UnreadableError(
            f"to nie jest notatnik Jupytera albo plik jest ucięty (błąd JSON w wierszu "
            f"{error.lineno}, kolumnie {error.colno})"
        ) from error
    except (ValueError, RecursionError) as error:
        raise UnreadableError("to nie jest notatnik Jupytera") from error
    if not isinstance(data, dict):
        raise UnreadableError("to poprawny JSON, ale nie notatnik Jupytera")
    return data


def _rebuilt(raw: dict[str, Any]) -> NotebookNode:
    """A valid cell with what is usable of `raw`; a cell of an unknown type becomes Markdown.

    Made by hand, for nbformat's makers of cells validate each, and `parse` validates them all.
    """
    metadata, source, outputs = raw.get("metadata"), raw.get("source"), raw.get("outputs")
    usable_id = isinstance(raw.get("id"), str) and CELL_ID.fullmatch(raw["id"])
    kind = raw.get("cell_type") if raw.get("cell_type") in ("code", "raw") else "markdown"
    cell: dict[str, Any] = {
        "id": raw["id"] if usable_id else v4.nbbase.random_cell_id(),
        "cell_type": kind,
        "source": "".join(map(str, source)) if isinstance(source, list) else str(source or ""),
        # nbformat has rules for some other keys, and grading needs none of them.
        "metadata": {"nbgrader": metadata["nbgrader"]} if isinstance(metadata, dict) and "nbgrader" in metadata else {},
    }
    if kind == "code":
        usable = filter(_is_output, outputs) if isinstance(outputs, list) else ()
        cell |= {"execution_count": None, "outputs": list(usable)}
    elif kind == "markdown":
        cell |= _attachments(raw)
    return nbformat.from_dict(cell)


def _attachments(raw: dict[str, Any]) -> dict[str, Any]:
    """The pictures pasted into a Markdown cell, as the part of a cell."""
    attachments = raw.get("attachments")
    if not isinstance(attachments, dict) or not all(isinstance(each, dict) for each in attachments.values()):
        return {}
    return {"attachments": attachments}


def _is_output(raw: object) -> bool:
    cell: dict[str, Any] = {
        "id": "x",
        "cell_type": "code",
        "source": "",
        "metadata": {},
        "execution_count": None,
        "outputs": [raw],
    }
    try:  # of a whole notebook, which nbformat validates twenty times faster than a part
        nbformat.validate({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]})
    except nbformat.ValidationError:
        return False
    return True


def make_ids_unique(cells: list[NotebookNode]) -> None:
    """Give every later cell of the same `id` a new one, as nbformat demands."""
    seen: set[str] = set()
    for cell in cells:
        if cell.id in seen:
            cell.id = v4.nbbase.random_cell_id()
        seen.add(cell.id)
