"""Reading what students hand in, whatever it is: the notebook that was asked for, else another one, else a script.

Where nothing can be read, the blank notebook of the release takes its place, so that the student gets a feedback page
that says why. `submitted/` is never written. `coursekit.repair` then puts the cells in order.
"""

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate, groupby, islice, takewhile
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode, v4

from coursekit import shield
from coursekit.submitted_outputs import MOST, MOST_OUTPUTS
from grader_tests import bounded_json

LIMIT_MB = 200
"""Megabytes of a file."""
MAX_VALUES = 3_000_000
"""Values in a notebook's JSON, each line of a text included."""
MAX_OLD_VALUES = 300_000
"""Values in a notebook of an old format, which nbformat converts."""
MAX_TOKENS = 10_000_000
"""Strings, lists and objects of a file with more values that is looked through for outputs to leave out."""
MAX_DEPTH = 100
"""Lists and objects around a value in a notebook's JSON."""
MAX_CELLS = 2_000
MAX_CODE, MAX_TEXT = 1_000_000, 5_000_000
"""Characters of all code cells, and of all others."""
MAX_OUTPUTS, MAX_CELL_OUTPUTS, MAX_OUTPUT_CHARS = MOST_OUTPUTS, 500, MOST
"""Outputs of a notebook and of a cell, and characters of all; those beyond are left out."""
MAX_PICTURES, MAX_PICTURE_CHARS = 500, 2**26
"""Attachments of a notebook, and characters of all; those beyond are left out."""
MAX_NAME = 200
"""Characters of a name that is kept: of an attachment, a type of content, an id."""
CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")  # as nbformat demands
BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*+")
DEPTH = 3
"""How many folders deep a notebook is looked for."""
MOST = 20
"""How many files of a folder are read, at most, to find the solution; together they have no more than LIMIT_MB."""
OUTPUTS_DEPTHS = (4, 6)
"""Where the list of a cell's outputs is in the JSON: in today's format, and in the old ones."""
CELL_MARK = re.compile(r"^# ?(?:%%|In ?\[[\d ]*+\]).*$", re.MULTILINE)
"""Where a cell starts in a script: as Jupyter exports a notebook, and as VS Code and jupytext do."""
TOKEN = re.compile(rb'("outputs"\s*+:\s*+\[)|"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
"""What tells how deep a place in a JSON text lies, and where outputs begin."""
CONFLICT = re.compile(rb"^(?:<{7}|>{7}) ", re.MULTILINE)
"""What Git leaves in a file that it could not merge."""
NBGRADER = ("schema_version", "grade_id", "grade", "solution", "locked", "task", "points", "cell_type", "checksum")
"""What is kept of a cell's nbgrader metadata."""
TOO_MANY_VALUES = (
    f"notatnik ma ponad {MAX_VALUES} wartości, ponad {MAX_DEPTH} poziomów zagnieżdżenia albo liczby dłuższe niż "
    f"{bounded_json.MAX_DIGITS} cyfr – usuń wyniki komórek (Edit → Clear Outputs of All Cells) i zapisz go ponownie"
)


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
    given = nbformat.read(release, as_version=4).cells if len(candidates) > 1 else []
    found = max(candidates, key=lambda each: _merit(each, path, given)) if len(candidates) > 1 else candidates[0]
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
    files = [file for file in shield.walk(path.parent, DEPTH) if _is_own(file, path.parent, release.parent)]
    notebooks = [file for file in files if ".ipynb" in file.name.lower()]
    scripts = [
        file for file in files if file.suffix.lower() == ".py" and not Path(release.parent, *file.parts[-2:]).exists()
    ]
    expected = [path] if path.exists() else []
    found = (expected + (notebooks or ([] if expected else scripts)))[:MOST]
    limit = LIMIT_MB * 2**20
    sizes = [size if (size := file.lstat().st_size) <= limit else 0 for file in found]  # larger ones are not read
    return [file for file, size in zip(found, accumulate(sizes), strict=True) if size <= limit]


def _is_own(file: Path, folder: Path, release: Path) -> bool:
    """Whether a file may be a student's solution: not hidden, not behind a link, and no file of the assignment."""
    relative = file.relative_to(folder)
    if any(part.startswith((".", "__")) for part in relative.parts) or (release / relative).exists():
        return False
    return file.is_file() and file.resolve() == folder.resolve() / relative


def _merit(file: Path, expected: Path, given: list[NotebookNode]) -> tuple[bool, bool, int, float]:
    """How well a file will do as the solution: a filled one, the one asked for, the likest, the latest."""
    modified = file.stat().st_mtime
    try:
        cells = parse(file, []).cells
    except UnreadableError:
        return False, file == expected, -1, modified
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
    return f"`{shield.quotable(str(file.relative_to(folder)))}`"


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
    """Read a notebook of any version and encoding, or a script; what had to be changed is added to `notes`.

    The result is valid nbformat 4.5 whatever the file held; the metadata of the whole are left out, and so is what
    grading and its readers do not need.
    Raises `UnreadableError`.
    """
    content = _bytes(path)
    if path.suffix.lower() == ".py":
        if len(content) > MAX_CODE + MAX_TEXT:
            raise UnreadableError(f"skrypt ma ponad {MAX_CODE + MAX_TEXT} znaków")
        notes.append("To skrypt, a nie notatnik: podzielono go na komórki, ale wykresów i wyników w nim nie ma.")
        cells: list[Any] = list(islice(_script_cells(_utf8(content, notes).decode()), MAX_CELLS + 1))
    else:
        cells = _notebook_cells(_utf8(content, notes), notes)
    if len(cells) > MAX_CELLS:
        raise UnreadableError(f"plik ma ponad {MAX_CELLS} komórek – usuń zbędne i zapisz go ponownie")
    left = _Left()
    rebuilt = [left.cell(raw) for raw in cells if isinstance(raw, dict)]
    notes += left.notes()
    make_ids_unique(rebuilt)
    return v4.new_notebook(cells=rebuilt)


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


def _utf8(content: bytes, notes: list[str]) -> bytes:
    """The content of a file in UTF-8, without a BOM, whatever Windows programs have written instead."""
    try:
        content.decode()
    except UnicodeDecodeError:
        utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        encoding = "utf-16" if utf16 else "cp1250"
        notes.append(f"Plik nie był zapisany w kodowaniu UTF-8; odczytano go jako {encoding}.")
        content = content.decode(encoding, errors="replace").encode()
    return content.removeprefix(codecs.BOM_UTF8)


def _script_cells(text: str) -> Iterator[dict[str, Any]]:
    """Raw cells of a Python script; the comments that follow the code of a cell are texts."""
    lines = text.replace("\r\n", "\n").split("\n")
    head = takewhile(lambda line: line.startswith("#!") or (line.startswith("#") and "coding" in line), lines[:-1])
    for part in CELL_MARK.split("\n".join(lines[len(list(head)) :])):
        lines = part.strip("\n").split("\n")
        end = len(lines)
        while end and (lines[end - 1].startswith("#") or not lines[end - 1].strip()):
            end -= 1
        if end:
            yield {"cell_type": "code", "source": "\n".join(lines[:end])}
        for blank_line, paragraph in groupby(lines[end:], key=lambda line: not line.strip()):
            if not blank_line:
                bare = (line.removeprefix("#").removeprefix(" ") for line in paragraph)
                yield {"cell_type": "markdown", "source": "\n".join(bare)}


def _notebook_cells(content: bytes, notes: list[str]) -> list[Any]:
    """Raw cells of a notebook. Raises UnreadableError."""
    data = _load(content, notes, MAX_VALUES)
    version = data.get("nbformat")
    if version in (1, 2, 3):
        try:
            data = nbformat.reads(json.dumps(_load(content, notes, MAX_OLD_VALUES)), as_version=4)
        except UnreadableError:
            raise
        except Exception as error:  # the converters trust their input and raise whatever they meet
            raise UnreadableError(f"to uszkodzony notatnik w starym formacie {version}") from error
        notes.append(f"Notatnik zapisano w starym formacie {version}; przekształcono go do nowego.")
    cells = data.get("cells")
    if not isinstance(cells, list):
        raise UnreadableError("plik nie zawiera komórek notatnika")
    return cells


def _load(content: bytes, notes: list[str], values: int) -> dict[str, Any]:
    """The JSON of a notebook with at most so many values, where need be without outputs. Raises UnreadableError."""
    try:
        try:
            data = bounded_json.loads(content, len(content), values, MAX_DEPTH)
        except json.JSONDecodeError:
            raise
        except ValueError:
            data = bounded_json.loads(_without_outputs(content), len(content), values, MAX_DEPTH)
            notes.append("Pominięto wyniki komórek: w pliku jest ich za dużo.")
    except json.JSONDecodeError as error:
        if CONFLICT.search(content):
            raise UnreadableError(
                "zostały w nim znaczniki konfliktu Gita – wybierz jedną z wersji (na przykład poleceniem "
                "`git checkout --ours` z nazwą pliku), otwórz notatnik w Jupyterze i zapisz go ponownie"
            ) from error
        raise UnreadableError(
            f"to nie jest notatnik Jupytera albo plik jest ucięty (błąd JSON w wierszu "
            f"{error.lineno}, kolumnie {error.colno})"
        ) from error
    except ValueError as error:
        raise UnreadableError(TOO_MANY_VALUES) from error
    if not isinstance(data, dict):
        raise UnreadableError("to poprawny JSON, ale nie notatnik Jupytera")
    return data


def _without_outputs(content: bytes) -> bytes:
    """The text of a notebook with empty outputs. Raises ValueError where it is too long to be looked through."""
    if content.count(b'"') // 2 + content.count(b"[") + content.count(b"{") > MAX_TOKENS:
        raise ValueError("too many values")
    kept, start, depth, outputs = [], 0, 0, 0
    for token in TOKEN.finditer(content):
        mark = content[token.start()]
        if token.lastindex or mark in b"[{":
            depth += 1
            if token.lastindex and not outputs and depth in OUTPUTS_DEPTHS:
                kept.append(content[start : token.end()])
                outputs = depth
        elif mark in b"]}":
            if depth == outputs:
                start, outputs = token.start(), 0
            depth -= 1
    return b"".join([*kept, content[start:]]) if not outputs else content


class _Left:
    """Makes valid cells of raw ones, as much of them as the limits of a notebook leave."""

    def __init__(self) -> None:
        self.code, self.text = MAX_CODE, MAX_TEXT
        self.outputs, self.output_chars = MAX_OUTPUTS, MAX_OUTPUT_CHARS
        self.pictures, self.picture_chars = MAX_PICTURES, MAX_PICTURE_CHARS
        self.outputs_left_out = self.pictures_left_out = 0

    def notes(self) -> list[str]:
        """Polish sentences on what was left out."""
        notes = []
        if self.outputs_left_out:
            notes.append(
                f"Pominięto część wyników komórek ({self.outputs_left_out}): najwyżej {MAX_CELL_OUTPUTS} w komórce, "
                f"{MAX_OUTPUTS} w notatniku i {MAX_OUTPUT_CHARS // 10**6} MB w sumie. Resztę pracy oceniono."
            )
        if self.pictures_left_out:
            notes.append(
                f"Pominięto część obrazków w komórkach tekstowych ({self.pictures_left_out}): nie są obrazkami albo "
                f"jest ich ponad {MAX_PICTURES} lub ponad {MAX_PICTURE_CHARS // 2**20} MB. Resztę pracy oceniono."
            )
        return notes

    def cell(self, raw: dict[str, Any]) -> NotebookNode:
        """A valid cell with what is usable of `raw`; a cell of an unknown type becomes Markdown.

        Made by hand, for nbformat's makers of cells validate each, and `parse` validates them all.
        Raises UnreadableError where the sources are too long.
        """
        usable_id = isinstance(raw.get("id"), str) and CELL_ID.fullmatch(raw["id"])
        kind = raw.get("cell_type") if raw.get("cell_type") in ("code", "raw") else "markdown"
        source, metadata = raw.get("source"), raw.get("metadata")
        cell: dict[str, Any] = {
            "id": raw["id"] if usable_id else v4.nbbase.random_cell_id(),
            "cell_type": kind,
            "source": _text(str(source) if isinstance(source, (int, float)) and source else source) or "",
            # nbformat has rules for some other keys, and grading needs none of them.
            "metadata": _nbgrader(metadata) if isinstance(metadata, dict) else {},
        }
        if kind == "code":
            self.code -= len(cell["source"])
            cell |= {"execution_count": None, "outputs": self._outputs(raw.get("outputs"))}
        else:
            self.text -= len(cell["source"])
        if kind == "markdown" and (pictures := self._attachments(raw.get("attachments"))):
            cell["attachments"] = pictures
        if self.code < 0 or self.text < 0:
            raise UnreadableError(
                f"komórki z kodem mają razem ponad {MAX_CODE} znaków albo inne ponad {MAX_TEXT} – dane zapisz w "
                "osobnym pliku, wklej mniejsze obrazki i zapisz notatnik ponownie"
            )
        return nbformat.from_dict(cell)

    def _outputs(self, raw: object) -> list[dict[str, Any]]:
        listed = raw if isinstance(raw, list) else []
        usable = [output for each in listed[:MAX_CELL_OUTPUTS] if (output := _output(each))]
        kept: list[dict[str, Any]] = []
        for output in usable:
            chars = _length(output)
            if self.outputs and chars <= self.output_chars:
                self.outputs -= 1
                self.output_chars -= chars
                kept.append(output)
        self.outputs_left_out += len(usable) - len(kept) + max(0, len(listed) - MAX_CELL_OUTPUTS)
        return kept

    def _attachments(self, raw: object) -> dict[str, dict[str, str]]:
        listed = raw if isinstance(raw, dict) else {}
        kept: dict[str, dict[str, str]] = {}
        for name, content in listed.items():
            picture = {kind: data for kind, data in _texts(content).items() if data and BASE64.fullmatch(data)}
            chars = _length(picture)
            if picture and len(name) <= MAX_NAME and self.pictures and chars <= self.picture_chars:
                self.pictures -= 1
                self.picture_chars -= chars
                kept[str(_text(name))] = picture
            else:
                self.pictures_left_out += 1
        return kept


def _text(raw: object) -> str | None:
    """A text, whole or in lines, without lone surrogates, which cannot be written to a file; None where it is none."""
    if isinstance(raw, list):
        raw = "".join(line for line in raw if isinstance(line, str))
    return raw.encode("utf-8", "replace").decode() if isinstance(raw, str) else None


def _texts(raw: object) -> dict[str, str]:
    """The texts in an object, by name."""
    named = raw.items() if isinstance(raw, dict) else ()
    return {
        name: text
        for name, value in named
        if len(name) <= MAX_NAME and name.isprintable() and (text := _text(value)) is not None
    }


def _length(value: object) -> int:
    """Characters of the texts in a JSON value."""
    if isinstance(value, str):
        return len(value)
    return sum(map(_length, value.values())) if isinstance(value, dict) else 0


def _output(raw: object) -> dict[str, Any] | None:
    """A valid output with the texts and pictures of `raw`; None where it is no output."""
    if not isinstance(raw, dict):
        return None
    kind, texts = raw.get("output_type"), _texts(raw)
    if kind == "stream" and texts.get("name") in ("stdout", "stderr") and "text" in texts:
        return {"output_type": kind, "name": texts["name"], "text": texts["text"]}
    if kind == "error" and {"ename", "evalue"} <= set(texts):
        return {"output_type": kind, "ename": texts["ename"], "evalue": texts["evalue"], "traceback": []}
    if kind in ("display_data", "execute_result") and (data := _texts(raw.get("data"))):
        count = {"execution_count": None} if kind == "execute_result" else {}
        return {"output_type": kind, "data": data, "metadata": {}, **count}
    return None


def _nbgrader(metadata: dict[str, Any]) -> dict[str, Any]:
    """What is kept of a cell's metadata."""
    its = metadata.get("nbgrader")
    if not isinstance(its, dict):
        return {}
    usable = {name: its[name] for name in NBGRADER if isinstance(its.get(name), (str, int, float))}
    texts = {name: _text(value[:MAX_NAME]) for name, value in usable.items() if isinstance(value, str)}
    return {"nbgrader": usable | texts}


def make_ids_unique(cells: list[NotebookNode]) -> None:
    """Give every later cell of the same `id` a new one, as nbformat demands."""
    seen: set[str] = set()
    for cell in cells:
        if cell.id in seen:
            cell.id = v4.nbbase.random_cell_id()
        seen.add(cell.id)
