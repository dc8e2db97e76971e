"""Who was collected from Moodle and who was not, and why: from what `coursekit.moodle_zip` has written down."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from coursekit.moodle_zip import MANIFEST
from coursekit.shield import quotable

COLLECTED, NO_NOTEBOOK, NOT_COPIED, NOT_DOWNLOADED = "collected", "no notebook", "not copied", "not in the download"


@dataclass(frozen=True)
class Collected:
    """student: id in nbgrader; state: one of the four above; submitted: in UTC, or nothing; notes: what to know."""

    student: str
    name: str
    state: str
    submitted: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Collection:
    """What a download held: students by id, and files that are nobody's, each with the reason."""

    students: list[Collected]
    refused: list[str]


def of_class(course: Path, assignment: str) -> Collection:
    """What the last `nbgrader zip_collect` found. Raises FileNotFoundError, with what to do, where there was none."""
    downloaded = course / "downloaded" / assignment
    if not (downloaded / MANIFEST).exists():
        raise FileNotFoundError(
            f"Nothing has been collected from Moodle: put its zip into {downloaded / 'archive'} and run "
            f"`nbgrader zip_collect {assignment}`."
        )
    found = json.loads((downloaded / MANIFEST).read_text())
    students = [_collected(entry, course / "submitted" / entry["student"] / assignment) for entry in found["collected"]]
    students += [
        Collected(entry["student"], entry["name"], NOT_DOWNLOADED, "", (f"Moodle says: {entry['status'] or 'none'}",))
        for entry in found["missing"]
    ]
    return Collection(sorted(students, key=lambda each: int(each.student)), list(map(_reason, found["refused"])))


def _collected(entry: dict[str, Any], folder: Path) -> Collected:
    notes = [f"Left out {_reason(each)}" for each in entry["refused"]]
    missing = [name for name in entry["files"] if not (folder / name).exists()]
    if missing:
        state = NOT_COPIED
        notes += [f"{quotable(name)} is not in {folder}: give `nbgrader zip_collect --force`." for name in missing]
    elif any(".ipynb" in name.lower() or name.endswith(".py") for name in entry["files"]):
        state = COLLECTED
    else:
        state = NO_NOTEBOOK
        notes += [f"There is {quotable(name)}." for name in entry["files"]]
    if entry["time_from"] == "zip":
        notes += ["The time is that in the zip."]
    return Collected(entry["student"], entry["name"], state, entry["submitted"], tuple(notes))


def _reason(entry: dict[str, str]) -> str:
    return f"{quotable(entry['file'])}: {entry['why']}"


def table(collection: Collection, assignment: str) -> Table:
    """One line a student."""
    there = sum(each.state in (COLLECTED, NO_NOTEBOOK) for each in collection.students)
    shown = Table(
        title=f"{assignment}: {there} of {len(collection.students)} students collected",
        box=box.SIMPLE,
        caption=Text("\n".join(f"Left out {reason}" for reason in collection.refused)),
        caption_justify="left",
    )
    for heading in ("student", "name", "state", "submitted (UTC)", "notes"):
        shown.add_column(heading, overflow="fold")
    for each in collection.students:
        submitted = each.submitted.removesuffix("+00:00").replace("T", " ")
        name, notes = quotable(each.name) or "–", "\n".join(each.notes)
        shown.add_row(each.student, Text(name), each.state, submitted, Text(notes))
    return shown
