"""Reading what students hand in, whatever it is: stock `nbgrader autograde` never stops at a malformed file.

Two of nbgrader's own extension points, named in `nbgrader_config.py`: `normalise_names` (the pre-convert
hook) sees to it that a notebook under another name is looked at, and `SubmissionExporter` reads it. A file
that cannot be read is replaced by the blank notebook of the release, so that the student gets a feedback page
that says why. `submitted/` is never written. `coursekit.repair` then puts the cells in order, and the
findings of both into `nb.metadata["coursekit"]`.
"""

import codecs
import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode, v4

LIMIT_MB = 200
CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")    # as nbformat demands


class UnreadableError(ValueError):
    """A submitted file is no notebook; the message, a Polish clause for the student, says why."""


@dataclass
class Intake:
    """What was found in a submission's folder.

    status: "ok", "renamed" or "unreadable"; notes: Polish sentences for the student.
    """

    status: str = "ok"
    notes: list[str] = field(default_factory=list)


def normalise_names(assignment: str, student: str, notebooks: list[str]) -> None:
    """Add to `notebooks`, nbgrader's own list of the paths to convert, the released names that are missing.

    nbgrader drops the other notebooks as unknown, and `SubmissionExporter` reads one of them instead of the
    missing file. nbgrader calls this from the root of the course.
    """
    folder = Path(notebooks[0]).parent
    for released in sorted(Path("release", assignment).glob("*.ipynb")):
        expected = folder / released.name
        if not expected.exists():
            notebooks.append(str(expected))


class SubmissionExporter(NotebookExporter):
    """nbgrader's reader of notebooks, which takes any file.

    It leaves `resources["coursekit"]`: `release`, the path of the released notebook, and `intake`.
    """

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Convert the notebook at `filename`, or what stands in for it; one already sanitised as it is."""
        assert resources is not None, "nbgrader tells the assignment in `resources`"
        assert self.parent is not None, "nbgrader's converter makes the exporter"
        path, coursedir = Path(filename), self.parent.coursedir
        if Path(coursedir.root, coursedir.submitted_directory) not in path.parents:
            return super().from_filename(filename, resources, **kw)
        assignment = resources["nbgrader"]["assignment"]
        release = Path(coursedir.format_path(coursedir.release_directory, ".", assignment)) / path.name
        if not release.exists():
            raise FileNotFoundError(f"{release} is missing: run `nbgrader generate_assignment {assignment}`")
        nb, intake = read_submission(path, release)
        resources["metadata"] = {"name": path.stem, "path": str(path.parent)}
        resources["coursekit"] = {"release": str(release), "intake": asdict(intake)}
        return self.from_notebook_node(nb, resources, **kw)


def read_submission(path: Path, release: Path) -> tuple[NotebookNode, Intake]:
    """The submitted notebook expected at `path`, and what was found.

    Falls back to another notebook in the folder, then to the blank one at `release`.
    """
    intake = Intake()
    if not path.exists():
        others = sorted(other for other in path.parent.glob("*.ipynb")
                        if not (release.parent / other.name).exists())
        if not others:
            return _blank(release, f"W oddanym folderze nie ma pliku `{path.name}`.")
        path = max(others, key=lambda other: (_likeness(other, release), other.stat().st_mtime))
        intake = Intake("renamed", [_renamed_note(release.name, path.name, len(others))])
    try:
        return parse(path, intake.notes), intake
    except UnreadableError as error:
        return _blank(release, f"Nie udało się odczytać pliku `{path.name}`: {error}.")


def _renamed_note(expected: str, found: str, candidates: int) -> str:
    several = " – z kilku notatników w folderze ten, który najbardziej przypomina zadanie" * (candidates > 1)
    return f"Plik powinien nazywać się `{expected}`; oceniono plik `{found}`{several}."


def _likeness(path: Path, release: Path) -> int:
    """How many cells of the released notebook (by grade id) the one at `path` has; -1 if it is unreadable."""
    def grade_ids(nb: NotebookNode) -> set[str]:
        return {grade_id for cell in nb.cells if (grade_id := grade_id_of(cell))}

    try:
        return len(grade_ids(parse(path, [])) & grade_ids(nbformat.read(release, as_version=4)))
    except UnreadableError:
        return -1


def grade_id_of(cell: NotebookNode) -> str | None:
    """The nbgrader id in a cell's metadata, which a student's editor may have damaged."""
    metadata = cell.metadata.get("nbgrader")
    grade_id = metadata.get("grade_id") if isinstance(metadata, dict) else None
    return grade_id if isinstance(grade_id, str) else None


def _blank(release: Path, what: str) -> tuple[NotebookNode, Intake]:
    advice = (f"Oceniono pusty szablon zadania. Otwórz swój notatnik w Jupyterze, zapisz go pod nazwą "
              f"`{release.name}`, sprawdź, czy po ponownym otwarciu jest cały, i oddaj go jeszcze raz.")
    return nbformat.read(release, as_version=4), Intake("unreadable", [what, advice])


def parse(path: Path, notes: list[str]) -> NotebookNode:
    """Read a notebook of any version and encoding; what had to be converted is added to `notes`.

    The result is valid nbformat 4.5 whatever the file held; the metadata of the whole are left out.
    Raises `UnreadableError`.
    """
    data = _load(_decode(_bytes(path), notes))
    version = data.get("nbformat")
    if isinstance(version, int) and version < 4:
        try:
            data = nbformat.reads(json.dumps(data), as_version=4)
        except Exception as error:      # the converters trust their input and raise whatever they meet
            raise UnreadableError(f"to uszkodzony notatnik w starym formacie {version}") from error
        notes.append(f"Notatnik zapisano w starym formacie {version}; przekształcono go do nowego.")
    if not isinstance(data.get("cells"), list):
        raise UnreadableError("plik nie zawiera komórek notatnika")
    cells = [_rebuilt(raw) for raw in data["cells"] if isinstance(raw, dict)]
    make_ids_unique(cells)
    return v4.new_notebook(cells=cells)


def _bytes(path: Path) -> bytes:
    if not path.is_file():
        raise UnreadableError("to nie jest zwykły plik")
    size = path.stat().st_size
    if size > LIMIT_MB * 2**20:
        raise UnreadableError(f"plik ma {size / 2**20:.0f} MB, a dopuszczalne jest {LIMIT_MB} MB – usuń "
                              "wyniki komórek (Edit → Clear Outputs of All Cells) i zapisz go ponownie")
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


def _load(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
        # Lone surrogates are legal in JSON but cannot be written to a file again.
        data = json.loads(json.dumps(data, ensure_ascii=False).encode("utf-8", "replace"))
    except json.JSONDecodeError as error:
        raise UnreadableError(f"to nie jest notatnik Jupytera albo plik jest ucięty (błąd JSON w wierszu "
                              f"{error.lineno}, kolumnie {error.colno})") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableError("to nie jest notatnik Jupytera") from error
    if not isinstance(data, dict):
        raise UnreadableError("to poprawny JSON, ale nie notatnik Jupytera")
    return data


def _rebuilt(raw: dict[str, Any]) -> NotebookNode:
    """A valid cell with what is usable of `raw`; a cell of an unknown type becomes Markdown."""
    metadata, source, outputs = raw.get("metadata"), raw.get("source"), raw.get("outputs")
    common = {
        "source": "".join(map(str, source)) if isinstance(source, list) else str(source or ""),
        # nbformat has rules for some other keys, and grading needs none of them.
        "metadata": {"nbgrader": nbformat.from_dict(metadata["nbgrader"])}
        if isinstance(metadata, dict) and "nbgrader" in metadata else {},
    }
    if isinstance(raw.get("id"), str) and CELL_ID.fullmatch(raw["id"]):
        common["id"] = raw["id"]
    if raw.get("cell_type") == "code":
        usable = filter(_is_output, outputs) if isinstance(outputs, list) else ()
        return v4.new_code_cell(outputs=[nbformat.from_dict(output) for output in usable], **common)
    if raw.get("cell_type") == "raw":
        return v4.new_raw_cell(**common)
    return v4.new_markdown_cell(**common, **_attachments(raw))


def _attachments(raw: dict[str, Any]) -> dict[str, Any]:
    """The pictures pasted into a Markdown cell, as a keyword argument."""
    attachments = raw.get("attachments")
    if not isinstance(attachments, dict) or not all(isinstance(each, dict) for each in attachments.values()):
        return {}
    return {"attachments": nbformat.from_dict(attachments)}


def _is_output(raw: object) -> bool:
    try:
        v4.nbbase.validate(raw, "output")
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
