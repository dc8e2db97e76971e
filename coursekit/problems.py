"""What an instructor has to look at after autograding, in one list: from the records and the submitted folders."""

from dataclasses import dataclass
from pathlib import Path

from rich import box
from rich.table import Table
from rich.text import Text

from coursekit import records
from coursekit.terminal import entry, printable
from grader_tests.verdict import BROKEN_CHECK

NOT_GRADED, UNREADABLE, NOT_EXECUTED = "not graded", "unreadable", "not executed"
NO_SANDBOX, FLAGGED, MENDED = "no sandbox", "flagged", "mended"
STATES = (NOT_GRADED, UNREADABLE, NOT_EXECUTED, NO_SANDBOX, BROKEN_CHECK, FLAGGED, MENDED)
"""The gravest first: no points at all; the blank notebook graded; no automatic points, for it could not be executed, or
was not (`--no-execute`); graded with all the instructor's rights; points lost by a fault of the kit's own; graded with
flags (`coursekit.flags`); graded after repairs."""

MAX_NOTES, MAX_CHARS = 30, 1_000
"""Of a submission in the table: notes, and characters of each."""


@dataclass(frozen=True)
class Problem:
    """student: the folder's name; state: one of `STATES`; notes: what is wrong, as the student reads it (Polish), and
    the flags, which only the instructor reads."""

    student: str
    state: str
    notes: tuple[str, ...]


class NobodyError(Exception):
    """Nobody has handed in anything; the message says where it was looked for."""


def students(course: Path) -> list[str]:
    """Everybody who has a folder in `submitted/`, sorted by name. Raises NobodyError where there is none."""
    submitted = course / "submitted"
    folders = submitted.iterdir() if submitted.is_dir() else ()
    names = sorted(folder.name for folder in folders if folder.is_dir() and not folder.name.startswith("."))
    if not names:
        raise NobodyError(
            f"Nobody has handed in anything: {submitted} has no student's folder. `--course` names the course's folder."
        )
    return names


def of_class(course: Path, assignment: str) -> list[Problem]:
    """Problems of everybody in `submitted/`, the gravest first; sound submissions are left out.

    Raises as `students`.
    """
    found = [problem for student in students(course) if (problem := _of_student(course, assignment, student))]
    return sorted(found, key=lambda problem: STATES.index(problem.state))


def _of_student(course: Path, assignment: str, student: str) -> Problem | None:
    if not (course / "submitted" / student / assignment).is_dir():
        return Problem(student, NOT_GRADED, (f"There is no folder submitted/{student}/{assignment}.",))
    try:
        record = records.load(course, assignment, student)
    except FileNotFoundError:
        return Problem(student, NOT_GRADED, (f"Run `nbgrader autograde {assignment}`; its log tells what stops it.",))
    except records.RecordError as error:
        return Problem(student, NOT_GRADED, (str(error),))
    intake = record["intake"]
    checks = [check for report in record["reports"] for check in report["checks"]]
    broken = [f"{check['id']}: {check['message']}" for check in checks if check["verdict"] == BROKEN_CHECK]
    notes = (*broken, *intake["notes"], *record["repairs"], *map(_flag_note, record["flags"]))
    if intake["status"] == "unreadable":
        return Problem(student, UNREADABLE, notes)
    if record["status"] == "broken":
        return Problem(student, NOT_EXECUTED, notes)
    if not record["sandbox"]["enabled"]:
        return Problem(student, NO_SANDBOX, notes)
    if broken:
        return Problem(student, BROKEN_CHECK, notes)
    if record["flags"]:
        return Problem(student, FLAGGED, notes)
    return Problem(student, MENDED, notes) if notes else None


def _flag_note(flag: dict[str, str]) -> str:
    return f"[{flag['kind']}] {flag['cell']}: {flag['detail']}"


def _shortened(notes: tuple[str, ...]) -> list[str]:
    """The first notes, and the beginning of each: `record` shows them whole."""
    shown = [note if len(note) <= MAX_CHARS else f"{note[:MAX_CHARS]} …" for note in notes[:MAX_NOTES]]
    return [*shown, f"… and {len(notes) - MAX_NOTES} more"] if len(notes) > MAX_NOTES else shown


def table(problems: list[Problem], assignment: str) -> Table:
    """One line a student."""
    shown = Table(
        title=f"{assignment}: {len(problems)} submissions with problems",
        box=box.SIMPLE,
        caption="unreadable: the blank notebook was graded; the student is told why on the feedback page",
    )
    shown.add_column("student", overflow="fold")
    shown.add_column("state", no_wrap=True)
    shown.add_column("what is wrong", overflow="fold")
    for problem in problems:
        notes = Text("\n".join(map(entry, _shortened(problem.notes))))
        shown.add_row(Text(printable(problem.student)), problem.state, notes)
    return shown
