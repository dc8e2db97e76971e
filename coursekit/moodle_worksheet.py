"""Moodle's grading worksheet: a CSV file with a line for each participant of an assignment, downloaded from Moodle.

Collecting takes names and times of submission from it; `coursekit.moodle` fills in the grades. Moodle reads back only
its own headings and dates, and English dates alone: so the worksheet is downloaded and uploaded with Moodle in English.
"""

import csv
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

IDENTIFIER, NAME, EMAIL, STATUS = "Identifier", "Full name", "Email address", "Status"
SUBMITTED, GRADE, MAXIMUM = "Last modified (submission)", "Grade", "Maximum grade"
MODIFIED, COMMENT = "Last modified (grade)", "Feedback comments"
DATE = "%A, %d %B %Y, %I:%M %p"
"""Moodle's date in English: `Wednesday, 25 November 2026, 3:38 AM`."""
NUMBER = re.compile(r"(?<!\d)\d+$")


class WorksheetError(ValueError):
    """The file is not what Moodle gives for a worksheet; the message says what is wrong and what to do."""


@dataclass(frozen=True)
class Worksheet:
    """rows: cells by heading, by the participant's number."""

    path: Path
    headings: tuple[str, ...]
    rows: dict[str, dict[str, str]]

    def submitted(self, student: str, zone: ZoneInfo) -> datetime | None:
        """When a participant handed in last; None where the worksheet does not tell. Raises WorksheetError."""
        text = self.rows.get(student, {}).get(SUBMITTED, "")
        if text in ("", "-"):
            return None
        try:
            return datetime.strptime(text, DATE).replace(tzinfo=zone)
        except ValueError as error:
            raise WorksheetError(f"{self.path}: the date {text!r} is not in English. {DOWNLOAD_AGAIN}") from error


DOWNLOAD_AGAIN = "Download the worksheet with Moodle in English, and leave it as it is: docs/moodle.md says how."


def newest(folder: Path) -> Worksheet | None:
    """The worksheet that was put last into a folder with downloads; None where there is none. Raises WorksheetError."""
    found = max(folder.glob("*.csv"), key=lambda path: path.stat().st_mtime, default=None)
    return read(found) if found else None


def read(path: Path) -> Worksheet:
    """Read a worksheet. Raises WorksheetError where a column or a participant's number is missing."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            table = [row for row in csv.reader(file) if row]
    except (UnicodeDecodeError, csv.Error) as error:
        raise WorksheetError(f"{path} cannot be read ({error}). {DOWNLOAD_AGAIN}") from error
    # Older versions of Moodle write `Maximum Grade`.
    headings = tuple(heading.strip().capitalize() for heading in table[0]) if table else ()
    missing = [heading for heading in (IDENTIFIER, GRADE, MODIFIED) if heading not in headings]
    if missing:
        raise WorksheetError(
            f"{path} has no column {', '.join(missing)}; its headings are: {', '.join(headings)}. {DOWNLOAD_AGAIN}"
        )
    rows = {}
    for line in table[1:]:
        row = dict(zip(headings, line, strict=False))
        number = NUMBER.search(row[IDENTIFIER])
        if not number or len(line) != len(headings):
            raise WorksheetError(f"{path}: no line of a participant: {', '.join(line)[:100]}. {DOWNLOAD_AGAIN}")
        rows[number.group()] = row
    return Worksheet(path, headings, rows)
