"""What is written down about the grading of one submission: ``records/<assignment>/<student>.json``.

`docs/record.schema.json` describes the fields. A record is written as the very last step of a grading, in one
move of a finished file: so a submission is graded if and only if its record names the hash of its autograded notebook.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Collection
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

import fastjsonschema

from coursekit import shield
from grader_tests.verdict import BROKEN_CHECK, FAILED, PASSED, UNANSWERED

KEY = "coursekit"
"""Key of a notebook's metadata under which the record grows while the submission is graded."""
SCHEMA = 1
"""Version of the description of the fields."""


LARGEST = 20 * 2**20
"""Bytes of a record that is read; an ordinary one has about 25 thousand."""
_TEXT, _TEXTS = {"type": "string"}, {"type": "array", "items": {"type": "string"}}
_NUMBER = {"type": "number", "minimum": -1e15, "maximum": 1e15}
_NUMBERS = {"type": "object", "additionalProperties": _NUMBER}
_POINTS = {"type": "string", "pattern": r"^[0-9]{1,9}(\.[0-9]{1,9})?$"}


def _fields(**fields: Any) -> dict[str, Any]:
    """Schema of an object that has all these fields; it may have others."""
    return {"type": "object", "required": list(fields), "properties": fields}


_CHECK = _fields(
    id=_TEXT,
    title=_TEXT,
    verdict={"enum": [PASSED, FAILED, UNANSWERED, BROKEN_CHECK]},
    points=_POINTS,
    maximum=_POINTS,
    message=_TEXT,
)
_LIMITS = _fields(memory=_NUMBER, files=_NUMBER, file=_NUMBER, processes=_NUMBER, cpu=_NUMBER)
_SANDBOX: dict[str, Any] = {
    "type": "object",
    "required": ["enabled"],  # the others where a kernel was started in it
    "properties": {
        "enabled": {"type": "boolean"},
        "mechanism": _TEXT,
        "user": _NUMBER,
        "held_by": _TEXT,
        "limits": _LIMITS,
    },
    "dependencies": {"limits": ["mechanism", "user", "held_by"]},
}
NEEDED = _fields(
    assignment=_TEXT,
    student=_TEXT,
    status={"enum": ["graded", "broken"]},
    intake=_fields(status={"enum": ["ok", "renamed", "unreadable"]}, notes=_TEXTS),
    repairs=_TEXTS,
    seed=_TEXT,
    seconds=_NUMBER,
    timings=_NUMBERS,
    sandbox=_SANDBOX,
    versions={"type": "object", "additionalProperties": _TEXT},
    points=_NUMBERS,
    reports={
        "type": "array",
        "items": _fields(cell=_TEXT, points=_NUMBER, maximum=_NUMBER, checks={"type": "array", "items": _CHECK}),
    },
    flags={"type": "array", "items": _fields(kind=_TEXT, cell=_TEXT, detail=_TEXT)},
    autograded_sha256=_TEXT,
)
"""What readers of a record need, as a JSON schema. `docs/record.schema.json` describes all that a grading writes."""
NEEDED["properties"]["advice"] = _TEXTS  # older records have none
_validate = fastjsonschema.compile(NEEDED)


class RecordError(ValueError):
    """A record that cannot be read; the message names the file, what is wrong with it and what to do."""


def path(course: Path, assignment: str, student: str) -> Path:
    """Where the record of a submission lies."""
    return course / "records" / assignment / f"{student}.json"


def load(course: Path, assignment: str, student: str) -> dict[str, Any]:
    """The record of a submission, with every field of `NEEDED`.

    Raises FileNotFoundError where it has not been graded to the end, and RecordError where the file is damaged or
    lacks a field, as after `nbgrader autograde vae --no-execute`.
    """
    record = read(course, assignment, student)
    try:
        _validate(record)
    except fastjsonschema.JsonSchemaValueException as error:
        raise RecordError(
            f"{_shown(path(course, assignment, student))} is not the record of a grading ({_reason(error)}): the "
            "submission was not executed and judged. Grade it again: "
            f"`python -m coursekit grade {assignment} --force --student {student}`."
        ) from error
    return record


def read(course: Path, assignment: str, student: str) -> dict[str, Any]:
    """The record of a submission as it is: of this version of the schema, but it may lack fields. Raises as `load`."""
    file = path(course, assignment, student)
    try:
        with file.open("rb") as stream:
            content = stream.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise ValueError(f"it is larger than {LARGEST >> 20} MB")
        record = json.loads(content.decode(), parse_constant=_no_number)
    except FileNotFoundError:
        raise
    except (OSError, RecursionError, ValueError) as error:
        raise RecordError(_damaged(file, str(error))) from error
    if not isinstance(record, dict) or record.get("schema") != SCHEMA:
        raise RecordError(_damaged(file, f"it is no record of schema {SCHEMA}"))
    return record


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _reason(error: fastjsonschema.JsonSchemaValueException) -> str:
    """Which field is missing or wrong, such as `flags[0].kind must be string`."""
    if error.rule == "required":
        missing = [name for name in error.rule_definition if name not in error.value]
        return f"{'.'.join(map(str, error.path[1:])) or 'it'} lacks {', '.join(missing)}"
    return str(error.message).removeprefix("data.")[:200]


def _damaged(file: Path, why: str) -> str:
    again = f"`python -m coursekit grade {file.parent.name}`"
    return f"{_shown(file)} cannot be read ({why}). Grade again: {again} mends it."


def _shown(file: Path) -> str:
    return shield.quotable("/".join(file.parts[-3:]))


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
        "submission_sha256": hashes(submitted.parent),
        "autograded_sha256": sha256(autograded),
    }
    try:
        write(path(course, assignment, student), record)
    except OSError as error:  # nbgrader would swallow it, and go on
        raise SystemExit(
            f"Stopped: the record of {shield.quotable(str(submitted.parent))} cannot be written "
            f"({shield.quotable(str(error))}). Free some space, or "
            "make the folder writable, and give the same command again: it goes on from here."
        ) from error


def hashes(submission: Path) -> dict[str, str]:
    """Of the notebooks and scripts that are safe to read, by path, of as many bytes as a submission may have."""
    found, left = {}, shield.MAX_SIZE
    for file in shield.walk(submission):
        solution = ".ipynb" in file.name.lower() or file.suffix.lower() == ".py"
        if solution and not shield.objection(file):
            left -= file.stat().st_size
            if left < 0:
                break
            found[_name_in(submission, file)] = sha256(file)
    return found


def has_others(submission: Path, hashed: Collection[str]) -> bool:
    """Whether a submission has files whose names are not in `hashed`, beside the one with its time."""
    return any(
        not file.is_dir() and file != submission / "timestamp.txt" and _name_in(submission, file) not in hashed
        for file in shield.walk(submission)
    )


def _name_in(submission: Path, file: Path) -> str:
    return shield.quotable(str(file.relative_to(submission)))


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
