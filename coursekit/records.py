"""What is written down about the grading of one submission: ``records/<assignment>/<student>.json``.

`docs/record.schema.json` describes the fields. A record is written as the very last step of a grading, in one
move of a finished file: so a submission is graded if and only if its record names the hash of its autograded notebook.
"""

import hashlib
import json
import os
import tempfile
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from coursekit import shield

KEY = "coursekit"
"""Key of a notebook's metadata under which the record grows while the submission is graded."""
SCHEMA = 1
"""Version of the description of the fields."""


class RecordError(ValueError):
    """A record that cannot be read; the message names the file and what to do."""


def path(course: Path, assignment: str, student: str) -> Path:
    """Where the record of a submission lies."""
    return course / "records" / assignment / f"{student}.json"


def load(course: Path, assignment: str, student: str) -> dict[str, Any]:
    """The record of a submission.

    Raises FileNotFoundError where it has not been graded to the end, and RecordError where the file is damaged.
    """
    file = path(course, assignment, student)
    try:
        record = json.loads(file.read_text())
    except ValueError as error:
        raise RecordError(_damaged(file, str(error))) from error
    if not isinstance(record, dict) or record.get("schema") != SCHEMA:
        raise RecordError(_damaged(file, f"it is no record of schema {SCHEMA}"))
    return record


def _damaged(file: Path, why: str) -> str:
    relative = Path(*file.parts[-3:])
    return f"{relative} cannot be read ({why}). Grade again: `python -m coursekit grade {file.parent.name}` mends it."


class NoRecordError(LookupError):
    """A submission without a record; the message says why, or names the students with a similar name."""


def find(course: Path, assignment: str, student: str) -> Path:
    """Path of the record of a submission. Raises NoRecordError where there is none."""
    found = path(course, assignment, student)
    if found.is_file():
        return found
    if (course / "submitted" / student / assignment).is_dir():
        raise NoRecordError(f"{student} has not been graded to the end: run `nbgrader autograde {assignment}`.")
    known = sorted({each.stem for each in found.parent.glob("*.json")})
    near = get_close_matches(student, known)
    hint = f"Did you mean {' or '.join(near)}?" if near else f"There are {len(known)} records, and no name is near."
    raise NoRecordError(f"There is no record of {student} in {found.parent.resolve()}. {hint}")


def finish(assignment: str, student: str, notebooks: list[str]) -> None:
    """Write the record of the submission that nbgrader has just graded.

    ``student`` may be nbgrader's pattern for all; ``notebooks``: paths of the submitted notebooks of one student.
    nbgrader calls this from the root of the course. Raises SystemExit, which ends the command, where the record
    cannot be written; without it the submission counts as not graded.
    """
    course, submitted = Path.cwd(), Path(notebooks[0])
    student = submitted.parent.parent.name
    autograded = course / "autograded" / student / assignment / submitted.name
    found = json.loads(autograded.read_text())["metadata"].get(KEY, {})
    record = {
        "schema": SCHEMA,
        "assignment": assignment,
        "student": student,
        **found,
        "submission_sha256": {
            shield.printable(str(file.relative_to(submitted.parent))): sha256(file)
            for file in sorted(submitted.parent.rglob("*"), key=str)
            if _is_hashed(file)
        },
        "autograded_sha256": sha256(autograded),
    }
    try:
        write(path(course, assignment, student), record)
    except OSError as error:  # nbgrader would swallow it, and go on
        raise SystemExit(
            f"Stopped: the record of {submitted.parent} cannot be written ({error}). Free some space, or "
            "make the folder writable, and give the same command again: it goes on from here."
        ) from error


def _is_hashed(file: Path) -> bool:
    """Whether a submitted file is a notebook or script that is safe to read."""
    return (
        file.suffix in (".ipynb", ".py") and not shield.objection(file) and file.stat().st_size <= shield.LARGEST_FILE
    )


def write(target: Path, record: dict[str, Any]) -> None:
    """Write a record so that at any moment there is the old one or the new one, whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.stem}.")
    try:
        with os.fdopen(descriptor, "w") as file:
            json.dump(record, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)  # interrupted after it was replaced, it is the new record
        raise


def sha256(file: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
