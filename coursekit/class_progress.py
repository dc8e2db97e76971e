"""What `python -m coursekit grade` shows: a bar, a line for each finished student, and a summary."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from coursekit.grade import Plan
from coursekit.terminal import entry, printable

MAX_CHARS = 2_000
"""Of an error's message; the log has all of it."""


class ClassProgress:
    """A bar with the rate and the time left, and counts of what became of the submissions."""

    def __init__(self, console: Console, total: int) -> None:
        self._bar = Progress(
            TextColumn("grading"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=console,
        )
        self._task: TaskID = self._bar.add_task("", total=total, rate="")
        self._console = console
        self._started = time.monotonic()
        self._counts = {"graded": 0, "broken": 0, "flagged": 0, "failed": 0}

    def __enter__(self) -> ClassProgress:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def tell(self, student: str, outcome: dict[str, Any] | Exception) -> None:
        """One submission has come to its end: its record, or what prevented one."""
        if isinstance(outcome, Exception):
            self._counts["failed"] += 1
            self._console.print(_failure(student, outcome))
        else:
            self._counts[outcome["status"]] += 1
            self._counts["flagged"] += bool(outcome["flags"])
            self._console.print(_line(student, outcome))
        done = sum(self._counts[key] for key in ("graded", "broken", "failed"))
        rate = f"{60 * done / (time.monotonic() - self._started):.1f} a minute"
        self._bar.update(self._task, completed=done, rate=rate)

    def summary(self, left: int) -> str:
        """Counts of what was done, and of submissions left alone."""
        seconds = time.monotonic() - self._started
        counts = ", ".join(f"{count} {name}" for name, count in self._counts.items())
        return f"{counts}; {left} left as they are; {seconds:.0f} s"


def _failure(student: str, error: Exception) -> Text:
    message = str(error)
    more = " …" if len(message) > MAX_CHARS else ""
    return Text.assemble(f"{printable(student)}  ", ("not graded", "bold red"), f": {entry(message[:MAX_CHARS])}{more}")


def _line(student: str, record: dict[str, Any]) -> Text:
    points = sum(record["points"].values())
    remarks = sorted({flag["kind"] for flag in record["flags"]})
    if not record["sandbox"]["enabled"]:
        remarks.append("sandbox off")
    return Text.assemble(
        f"{printable(student)}  {points:.2f} points, {record['seconds']:.0f} s",
        ("  broken" if record["status"] == "broken" else "", "bold red"),
        ("  " + printable(", ".join(remarks)) if remarks else "", "yellow"),
    )


def plan_table(plan: Plan, assignment: str) -> Table:
    """Who would be graded, and why."""
    table = Table(
        title=f"{assignment}: {len(plan.reasons)} to grade",
        box=box.SIMPLE,
        caption=f"{plan.left} left as they are",
    )
    table.add_column("student", overflow="fold")
    table.add_column("why", no_wrap=True)
    for student, reason in plan.reasons.items():
        table.add_row(Text(printable(student)), reason)
    return table
