"""What goes back to Moodle is what Moodle reads, and nothing that is not final; the table shows everybody."""

import csv
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from nbgrader.api import Gradebook

from coursekit import moodle, records
from coursekit.data import ROOT
from coursekit.moodle import ExportError
from coursekit.moodle_worksheet import Worksheet
from coursekit.points import Points, Student
from coursekit.results import GRADED, Result
from tests.coursekit.conftest import nbgrader, whole_record

pytestmark = pytest.mark.slow

COMMENT = "=1+1 <b>Dobrze</b> 👍🏽\n" + "ż" * 50_000
PEOPLE = {
    "anna_nowak": ("1001", "Anna", "Nowak-Lis"),
    "igor_sowa": ("1002", "=Igor", "O'Sowa"),
    "ewa_lis": ("1003", None, None),
    "ola_król": ("1004", "Ola", "Król"),
    "jan_kowalski": ("1005", "Jan", "Kowalski"),
    "zofia_żak": ("1006", "Zofia", "Żak"),
    "adam_mazur": ("1007", "Adam", "Mazur"),
}
"""Students of the graded class as Moodle knows them. The others are not in Moodle."""
GRADED_BY_HAND = ("1001", "1002", "1003", "1006", "1007")
HEADINGS = (
    "Identifier", "Full name", "Email address", "Status", "Grade", "Maximum grade", "Last modified (submission)",
    "Online text", "Last modified (grade)", "Feedback comments",
)  # fmt: skip
MODIFIED = "Monday, 2 November 2026, 9:00 AM"


def as_from_moodle(course: Path) -> None:
    """Give the students the ids that collecting from Moodle gives, and grade the written answers of some."""
    with sqlite3.connect(course / "gradebook.db") as db:
        for old, (new, first, last) in PEOPLE.items():
            db.execute("UPDATE student SET id = ?, first_name = ?, last_name = ? WHERE id = ?", (new, first, last, old))
            db.execute("UPDATE submitted_assignment SET student_id = ? WHERE student_id = ?", (new, old))
            for step in ("submitted", "autograded", "feedback"):
                (course / step / old).rename(course / step / new)
            records.path(course, "vae", old).rename(records.path(course, "vae", new))
    db.close()
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        gradebook.add_student("1008", first_name="Ewa", last_name="Nieobecna")
        gradebook.find_assignment("vae").duedate = datetime(2026, 11, 24, 12, 0)
        gradebook.find_submission("vae", "1002").timestamp = datetime(2026, 11, 24, 13, 30)
        for student in GRADED_BY_HAND:
            (notebook,) = gradebook.find_submission("vae", student).notebooks
            for grade in notebook.grades:
                if grade.needs_manual_grade:
                    grade.manual_score, grade.needs_manual_grade = 0.5, False
        gradebook.find_submission("vae", "1002").notebooks[0].late_submission_penalty = 0.25
        gradebook.find_submission("vae", "1001").notebooks[0].comments[0].manual_comment = COMMENT
        gradebook.db.commit()
    anew = course / "submitted" / "1006" / "vae"
    (anew / "timestamp.txt").write_text("2026-11-25 12:00:00")
    with (anew / "vae.ipynb").open("a") as notebook:
        notebook.write("\n")


def write_worksheet(course: Path, maximum: str) -> None:
    path = course / "downloaded" / "vae" / "archive" / "Grades.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(HEADINGS)
        for number, first, last in (*PEOPLE.values(), ("1008", "Ewa", "Nieobecna")):
            if number != "1007":
                name = f"{first} {last}" if first else ""
                rows.writerow(
                    [f"Participant {number}", name, "", "", "", maximum, "-", "=tekst", MODIFIED, "od człowieka"]
                )


def export(course: Path, to: Path, *options: str, code: int = 0) -> str:
    """Run stock `nbgrader export`; returns what it says."""
    exporter = "--exporter=coursekit.moodle.MoodleExporter"
    done = nbgrader(course, "export", exporter, f"--to={to}", *options)
    assert done.returncode == code, done.stderr
    return done.stderr


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def exported(whole_class, tmp_path_factory) -> tuple[Path, Path, str]:
    """A graded class from Moodle, the folder that it was exported to, and what was said. To be read only."""
    course = Path(shutil.copytree(whole_class, tmp_path_factory.mktemp("moodle") / "a course", symlinks=True))
    as_from_moodle(course)
    write_worksheet(course, "7.00")
    return course, course.parent / "out", export(course, course.parent / "out")


class TestClass:
    """A graded class, by the commands that an instructor types."""

    def test_grades_that_moodle_takes(self, exported):
        _, out, _ = exported
        rows = rows_of(out / "vae-moodle-grades.csv")
        assert [(row["Identifier"], row["Full name"], row["Grade"]) for row in rows] == [
            ("Participant 1003", "", "5.75"),
            ("Participant 1004", "Ola Król", "0.00"),
            ("Participant 1001", "Anna Nowak-Lis", "6.00"),
            ("Participant 1002", "'=Igor O'Sowa", "4.90"),
        ]
        assert {row["Last modified (grade)"] for row in rows} == {MODIFIED}
        assert list(rows[0]) == ["Identifier", "Full name", "Grade", "Last modified (grade)", "Feedback comments"]

    def test_comment_is_html_and_whole(self, exported):
        _, out, _ = exported
        comments = {row["Identifier"][-4:]: row["Feedback comments"] for row in rows_of(out / "vae-moodle-grades.csv")}
        escaped = "=1+1 &lt;b&gt;Dobrze&lt;/b&gt; 👍🏽<br>" + "ż" * 50_000
        assert f"<br>{escaped}<br>" in comments["1001"]
        assert comments["1002"].startswith("Zadanie 1a: 1,50 z 1,50 pkt<br>Zadanie 1b: ")
        assert "Zadanie 3 (dodatkowe): 1,15 z 2,00 pkt" in comments["1002"]
        assert "Za oddanie po terminie odjęto 0,25 pkt." in comments["1002"]

    def test_feedback_files_that_moodle_takes(self, exported):
        course, out, _ = exported
        with zipfile.ZipFile(out / "vae-moodle-feedback.zip") as file:
            assert file.namelist() == [
                "Participant_1003_assignsubmission_file_/vae.html",
                "Ola Król_1004_assignsubmission_file_/vae.html",
                "Anna Nowak-Lis_1001_assignsubmission_file_/vae.html",
                "=Igor O'Sowa_1002_assignsubmission_file_/vae.html",
            ]
            page = file.read("Ola Król_1004_assignsubmission_file_/vae.html")
        assert page == (course / "feedback" / "1004" / "vae" / "vae.html").read_bytes()

    def test_everybody_is_in_the_table(self, exported):
        _, out, _ = exported
        states = {row["student"]: row["state"] for row in rows_of(out / "vae-points.csv")}
        assert {student: state for student, state in states.items() if student.isdecimal()} == {
            "1001": "graded",
            "1002": "graded",
            "1003": "graded",
            "1004": "graded",
            "1005": "waits for a person",
            "1006": "newer submission not graded",
            "1007": "graded",
            "1008": "not submitted",
        }
        assert len(states) == 12

    def test_table_shows_lateness_points_and_checks(self, exported):
        _, out, _ = exported
        row = next(row for row in rows_of(out / "vae-points.csv") if row["student"] == "1002")
        expected = {
            "last name": "O'Sowa",
            "first name": "'=Igor",
            "submitted (UTC)": "2026-11-24 13:30",
            "late (h)": "1.5",
            "1a": "1.5",
            "3": "1.15",
            "late penalty": "0.25",
            "total": "4.9",
            "1a.elbo": "0.05",
            "3.beta_loss": "0.0",
        }
        assert {heading: row[heading] for heading in expected} == expected

    def test_long_comment_is_whole_in_both_tables(self, exported):
        _, out, _ = exported
        row = next(row for row in rows_of(out / "vae-points.csv") if row["student"] == "1001")
        assert "".join(row[f"comments {number}"] for number in (1, 2, 3, 4)) == f"'{COMMENT}"
        headings, *rows = openpyxl.load_workbook(out / "vae-points.xlsx")["vae"].iter_rows(values_only=True)
        cells = next(dict(zip(headings, each, strict=True)) for each in rows if each[0] == "1001")
        assert "".join(cells[f"comments {number}"] for number in (1, 2, 3, 4)) == f"'{COMMENT}"
        assert cells["total"] == 6.0

    def test_who_is_not_passed_on_is_said(self, exported):
        said = exported[2]
        assert "vae: waits for a person: 3" in said
        assert "vae: newer submission not graded: 1" in said
        assert "Not for Moodle, which has no such participant: 1007, tomasz_wilk, ula_maj" in said

    def test_own_command_writes_the_same_bytes_at_another_time(self, exported, tmp_path):
        course, out, _ = exported
        command = ["export", "vae", "--course", str(course), "--to", str(tmp_path)]
        subprocess.run([sys.executable, "-m", "coursekit", *command], cwd=ROOT, check=True)
        written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
        assert written == {path.name: path.read_bytes() for path in out.iterdir()}
        assert len(written) == 4

    def test_one_student(self, exported, tmp_path):
        export(exported[0], tmp_path / "out", "--student=['1001']")
        assert [row["student"] for row in rows_of(tmp_path / "out" / "vae-points.csv")] == ["1001"]
        assert len(rows_of(tmp_path / "out" / "vae-moodle-grades.csv")) == 1


def test_another_maximum_in_moodle_ends_the_command_and_leaves_old_files(graded_class, tmp_path):
    as_from_moodle(graded_class)
    write_worksheet(graded_class, "100.00")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "vae-points.csv").write_text("old")
    said = export(graded_class, tmp_path / "out", code=1)
    assert "Nothing has been exported" in said
    assert "has 100.00 as the maximum grade" in said
    assert "the course has 7" in said
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["vae-points.csv"]
    write_worksheet(graded_class, "5.00")
    export(graded_class, tmp_path / "out", "--MoodleExporter.bonus=cap")
    grades = {row["Identifier"][-4:]: row["Grade"] for row in rows_of(tmp_path / "out" / "vae-moodle-grades.csv")}
    assert grades["1001"] == "5.00"


def graded_by_hand(course: Path, student: str) -> None:
    """Let a submission look graded to its end, without grading it."""
    for step in ("submitted", "autograded"):
        (course / step / student / "ps").mkdir(parents=True)
    notebook = course / "autograded" / student / "ps" / "ps.ipynb"
    notebook.write_text("{}")
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        gradebook.add_student(student)
        gradebook.add_submission("ps", student)
    digest = records.sha256(notebook)
    records.write(records.path(course, "ps", student), whole_record(student=student, autograded_sha256=digest))


class TestWithoutGrades:
    """A class in which there is nothing to export."""

    @pytest.fixture
    def course(self, tiny_course, tmp_path) -> Path:
        return Path(shutil.copytree(tiny_course, tmp_path / "a course"))

    def test_empty_class(self, course, tmp_path):
        said = export(course, tmp_path / "out")
        assert rows_of(tmp_path / "out" / "ps-points.csv") == []
        assert "No file with grades for Moodle: put its grading worksheet" in said

    def test_nobody_submitted_or_nobody_is_graded(self, course, tmp_path):
        with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
            gradebook.add_student("1001")
            gradebook.add_student("1002")
        (course / "submitted" / "1002" / "ps").mkdir(parents=True)
        said = export(course, tmp_path / "out")
        states = {row["student"]: row["state"] for row in rows_of(tmp_path / "out" / "ps-points.csv")}
        assert states == {"1001": "not submitted", "1002": "not graded"}
        assert "ps: not graded: 1" in said

    @pytest.mark.parametrize("spoil", [lambda record: record.pop("reports"), lambda record: record.clear()])
    def test_points_without_a_whole_record_are_not_passed_on(self, course, tmp_path, spoil):
        """As after `nbgrader autograde vae --no-execute`; the others are exported."""
        graded_by_hand(course, "1001")
        graded_by_hand(course, "1002")
        record = records.load(course, "ps", "1002")
        spoil(record)
        records.write(records.path(course, "ps", "1002"), record)
        said = export(course, tmp_path / "out")
        rows = {row["student"]: (row["state"], row["total"]) for row in rows_of(tmp_path / "out" / "ps-points.csv")}
        assert rows == {"1001": ("waits for a person", "0.0"), "1002": ("not graded", "")}
        assert not record or "1002 is left out: records/ps/1002.json" in said
        assert not record or "it lacks reports" in said

    def test_grades_of_an_export_before_are_removed_where_there_is_no_worksheet(self, course, tmp_path):
        old = tmp_path / "out" / "ps-moodle-grades.csv"
        old.parent.mkdir()
        old.write_text("of last week")
        export(course, tmp_path / "out")
        assert not old.exists()

    @pytest.mark.parametrize(
        ("option", "reason"),
        [
            ("--student=['1009']", "Nothing has been exported: the gradebook knows no student 1009."),
            ("--assignment=['x']", "the gradebook knows no assignment x: run `nbgrader generate_assignment x`."),
        ],
    )
    def test_unknown(self, course, tmp_path, option, reason):
        assert reason in export(course, tmp_path / "out", option, code=1)
        assert not list((tmp_path / "out").iterdir())


def worksheet(**row: str) -> Worksheet:
    cells = {"Identifier": "Participant 101", "Grade": "", "Last modified (grade)": "-", **row}
    return Worksheet(Path("Grades.csv"), tuple(cells), {"101": cells})


RESULT = Result("101", "Jan", "Kowalski", "", GRADED, points=Student("101", {"1a": Points(1.0, 1.5)}))


@pytest.mark.parametrize("maximum", ["7.00", "7", "7,00"])
def test_same_maximum(maximum):
    _, rows = moodle.grades_table(worksheet(**{"Maximum grade": maximum}), [RESULT], 7.0, "add")
    assert rows == [["Participant 101", "1.00", "-"]]


@pytest.mark.parametrize("row", [{"Maximum grade": "5.00"}, {"Maximum grade": ""}, {"Scale": "nie\ntak"}])
def test_another_maximum_or_a_scale(row):
    with pytest.raises(ExportError, match="Set it in Moodle"):
        moodle.grades_table(worksheet(**row), [RESULT], 7.0, "add")


def test_without_a_column_for_comments_there_are_none():
    headings, _ = moodle.grades_table(worksheet(**{"Maximum grade": "7"}), [RESULT], 7.0, "add")
    assert headings == ["Identifier", "Grade", "Last modified (grade)"]


def test_comments_of_different_length_keep_the_columns():
    short = Result("102", "", "", "", GRADED, points=RESULT.points, comments="a")
    long = Result("103", "", "", "", GRADED, points=RESULT.points, comments="b" * 16_001)
    headings, rows = moodle.points_table([RESULT, short, long], "add")
    assert headings[-2:] == ["comments 1", "comments 2"]
    assert [row[-2:] for row in rows] == [[None, None], ["a", None], ["b" * 16_000, "b"]]
    assert {len(row) for row in rows} == {len(headings)}
