"""Moodle's worksheet is read as it is, and a file that is none says so."""

import csv
import os
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from coursekit import moodle_worksheet
from coursekit.moodle_worksheet import WorksheetError

HEADINGS = ["Identifier", "Full name", "Grade", "Maximum Grade", "Last modified (submission)", "Last modified (grade)"]
WARSAW = ZoneInfo("Europe/Warsaw")


def write(path: Path, *rows: list[str]) -> Path:
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows(rows)
    return path


def participant(submitted: str) -> list[str]:
    return ["Participant 101", "Jan Kowalski", "", "7.00", submitted, "-"]


def test_rows_by_number_of_the_participant(tmp_path):
    sheet = moodle_worksheet.read(write(tmp_path / "a.csv", HEADINGS, participant("-")))
    assert sheet.rows["101"]["Full name"] == "Jan Kowalski"
    assert sheet.rows["101"]["Maximum grade"] == "7.00"


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("Wednesday, 1 July 2026, 3:38 PM", datetime(2026, 7, 1, 13, 38, tzinfo=UTC)),
        ("Wednesday, 25 November 2026, 12:05 AM", datetime(2026, 11, 24, 23, 5, tzinfo=UTC)),
        ("-", None),
        ("", None),
    ],
)
def test_time_of_submission(tmp_path, text, time):
    sheet = moodle_worksheet.read(write(tmp_path / "a.csv", HEADINGS, participant(text)))
    assert sheet.submitted("101", WARSAW) == time


def test_participant_who_is_not_in_it_has_no_time(tmp_path):
    assert moodle_worksheet.read(write(tmp_path / "a.csv", HEADINGS)).submitted("101", WARSAW) is None


def test_polish_date_is_refused(tmp_path):
    sheet = moodle_worksheet.read(write(tmp_path / "a.csv", HEADINGS, participant("środa, 25 listopada 2026, 03:38")))
    with pytest.raises(WorksheetError, match="'środa, 25 listopada 2026, 03:38' is not in English"):
        sheet.submitted("101", WARSAW)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "no column Identifier, Grade"),
        ([["Identyfikator", "Ocena"]], "its headings are: Identyfikator, Ocena"),
        ([["Identifier;Grade;Last modified (grade)"]], "no column Identifier"),
        ([HEADINGS, ["Participant 101"]], "no line of a participant: Participant 101"),
        ([HEADINGS, ["Jan Kowalski", *participant("-")[1:]]], "no line of a participant: Jan Kowalski"),
    ],
)
def test_other_files_are_refused(tmp_path, rows, reason):
    with pytest.raises(WorksheetError, match=reason):
        moodle_worksheet.read(write(tmp_path / "a.csv", *rows))


def test_other_encodings_are_refused(tmp_path):
    (tmp_path / "a.csv").write_bytes("Identifier,Grade\nParticipant 101,Żak".encode("cp1250"))
    with pytest.raises(WorksheetError, match="cannot be read"):
        moodle_worksheet.read(tmp_path / "a.csv")


def test_the_newest_of_several(tmp_path):
    for name, time in (("b.csv", 1), ("a.csv", 2)):
        os.utime(write(tmp_path / name, HEADINGS), (time, time))
    newest = moodle_worksheet.newest(tmp_path)
    assert newest is not None
    assert newest.path.name == "a.csv"


def test_none_of_none(tmp_path):
    assert moodle_worksheet.newest(tmp_path) is None
