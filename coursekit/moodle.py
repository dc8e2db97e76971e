"""What goes back to Moodle and to the university: an export plugin of nbgrader, which writes four files an assignment.

`<assignment>-moodle-grades.csv`: Moodle's grading worksheet, with the lines of those who have a final grade. It is made
from the worksheet that Moodle gives, because Moodle reads back only its own headings, numbers and dates, and skips
without a word a grade above its maximum. A grade has a point, which Moodle's English takes.
`<assignment>-moodle-feedback.zip`: their feedback pages, in the folders that Moodle's upload of feedback files knows.
`<assignment>-points.csv` and `.xlsx`: everybody, with a column for each check.

Somebody whose written answers wait for a person, or who has handed in anew since, gets no grade and no page in Moodle.
"""

import html
import os
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.apps import ExportApp
from nbgrader.plugins import ExportPlugin
from traitlets import Enum

from coursekit import moodle_worksheet, results
from coursekit.course import GradebookError, find_assignment, gradebook_url
from coursekit.moodle_worksheet import COMMENT, GRADE, IDENTIFIER, MAXIMUM, MODIFIED, NAME, Worksheet, WorksheetError
from coursekit.points import BONUS
from coursekit.results import GRADED, Result
from coursekit.spreadsheet import CONTROLS, Cell, pieces, write_csv, write_xlsx


def export_class(course: Path, assignment: str, to: Path) -> None:
    """Run nbgrader's export of an assignment with the plugin.

    Raises GradebookError, and SystemExit, as nbgrader does, where it fails.
    """
    gradebook_url(course, assignment)  # becomes the working folder
    app = ExportApp()
    app.initialize([f"--to={to}", "--exporter=coursekit.moodle.MoodleExporter", f"--assignment=['{assignment}']"])
    app.start()


class ExportError(ValueError):
    """Nothing can be exported; the message says what to do."""


class MoodleExporter(ExportPlugin):
    """Writes the files of each assignment into the folder `--to`, `export` where none is given."""

    bonus = Enum(
        ["add", "cap"],
        default_value="add",
        help="Points of the bonus task: on top, or up to the points of the others.",
    ).tag(config=True)

    def export(self, gradebook: Gradebook) -> None:
        """Write all files, each in one move; nothing is written, and the command ends, where one cannot be made."""
        assignments = self.assignment or [each.name for each in gradebook.assignments]
        folder = Path(self.to or "export")
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".unfinished-") as unfinished:
            try:
                for assignment in assignments:
                    self._write(gradebook, assignment, Path(unfinished))
            except (ExportError, WorksheetError, GradebookError) as error:
                self.parent.fail(f"Nothing has been exported: {error}")
            for assignment in assignments:  # of an export that had a worksheet
                (folder / f"{assignment}-moodle-grades.csv").unlink(missing_ok=True)
            for file in sorted(Path(unfinished).iterdir()):
                os.replace(file, folder / file.name)
                self.log.info("Wrote %s", folder / file.name)

    def _write(self, gradebook: Gradebook, assignment: str, folder: Path) -> None:
        coursedir = self.parent.coursedir
        maximum = results.most(find_assignment(gradebook, assignment), self.bonus)
        found = self._chosen(results.of_class(gradebook, coursedir, assignment))
        for state, number in sorted(Counter(result.state for result in found).items()):
            self.log.info("%s: %s: %d", assignment, state, number)
        for result in found:
            if result.reason:
                self.log.warning("%s is left out: %s", result.student, result.reason)
        table = points_table(found, self.bonus)
        write_csv(folder / f"{assignment}-points.csv", *table)
        write_xlsx(folder / f"{assignment}-points.xlsx", assignment, *table)
        worksheet = moodle_worksheet.newest(Path(coursedir.root, "downloaded", assignment, "archive"))
        final = self._in_moodle([result for result in found if result.state == GRADED], worksheet)
        if worksheet:
            filled = grades_table(worksheet, final, maximum, self.bonus)
            write_csv(folder / f"{assignment}-moodle-grades.csv", *filled)
        self._zip_pages(folder / f"{assignment}-moodle-feedback.zip", assignment, final)

    def _chosen(self, found: list[Result]) -> list[Result]:
        """Those that `--student` names, or all."""
        wanted = set(map(str, self.student))
        if unknown := wanted - {result.student for result in found}:
            raise ExportError(f"the gradebook knows no student {', '.join(sorted(unknown))}.")
        return [result for result in found if not wanted or result.student in wanted]

    def _in_moodle(self, final: list[Result], worksheet: Worksheet | None) -> list[Result]:
        """Those whom Moodle knows by their number; the others are named in a warning."""
        if worksheet is None:
            self.log.warning("No file with grades for Moodle: put its grading worksheet where docs/moodle.md says.")
        known = [each for each in final if (each.student in worksheet.rows if worksheet else each.student.isdecimal())]
        if others := sorted({each.student for each in final} - {each.student for each in known}):
            self.log.warning("Not for Moodle, which has no such participant: %s", ", ".join(others))
        return known

    def _zip_pages(self, path: Path, assignment: str, final: list[Result]) -> None:
        """Put feedback pages into the folders by which Moodle finds the student: it reads the number in their names."""
        coursedir = self.parent.coursedir
        with zipfile.ZipFile(path, "w") as file:
            for result in final:
                pages = Path(coursedir.format_path(coursedir.feedback_directory, result.student, assignment))
                found = sorted(pages.glob("*.html"))
                if not found:
                    self.log.warning("No feedback page of %s: run `nbgrader generate_feedback`.", result.student)
                name = CONTROLS.sub(" ", result.name).replace("_", " ").replace("/", " ") or "Participant"
                for page in found:
                    entry = zipfile.ZipInfo(f"{name}_{result.student}_assignsubmission_file_/{page.name}")
                    file.writestr(entry, page.read_bytes(), zipfile.ZIP_DEFLATED)


def points_table(found: list[Result], bonus: str) -> tuple[list[str], list[list[Cell]]]:
    """Headings and a line for each student. Long comments take several columns."""
    tasks = _in_order(result.points.tasks for result in found if result.points)
    checks = _in_order(result.checks for result in found)
    width = max((len(pieces(result.comments)) for result in found), default=0)
    headings = ["student", "last name", "first name", "email", "state", "submitted (UTC)", "late (h)"]
    headings += [*tasks, "late penalty", "total", *checks, *(f"comments {number + 1}" for number in range(width))]
    return headings, [_points_row(result, tasks, checks, bonus, width) for result in found]


def _points_row(result: Result, tasks: list[str], checks: list[str], bonus: str, width: int) -> list[Cell]:
    comments = pieces(result.comments)
    return [
        result.student,
        result.last_name,
        result.first_name,
        result.email,
        result.state,
        f"{result.submitted:%Y-%m-%d %H:%M}" if result.submitted else None,
        round(result.late / 3600, 2) if result.points else None,
        *(round(result.points.tasks[task].score, 2) if result.points else None for task in tasks),
        round(result.penalty, 2) if result.points else None,
        result.total(bonus),
        *(result.checks.get(check) for check in checks),
        *comments,
        *[None] * (width - len(comments)),
    ]


def _in_order(names: Iterable[Iterable[str]]) -> list[str]:
    """Every name once, in the order of the notebook."""
    return list(dict.fromkeys(name for each in names for name in each))


def grades_table(
    worksheet: Worksheet, final: list[Result], maximum: float, bonus: str
) -> tuple[list[str], list[list[Cell]]]:
    """Moodle's worksheet with grades, of those in `final` alone: what is not in it stays in Moodle as it is.

    Raises ExportError where Moodle's maximum grade is not `maximum`: it would skip grades, or take them for percents.
    """
    for student, row in worksheet.rows.items():
        if row.get(MAXIMUM, "").replace(",", ".") not in (f"{maximum:.2f}", f"{maximum:g}"):
            raise ExportError(
                f"{worksheet.path} has {row.get(MAXIMUM) or 'no number'} as the maximum grade (participant {student}), "
                f"and the course has {maximum:g}. Set it in Moodle (Edit settings → Grade → Type: Point, Maximum grade "
                f"{maximum:g}), or change c.MoodleExporter.bonus, and download the worksheet again."
            )
    headings = [each for each in (IDENTIFIER, NAME, GRADE, MODIFIED, COMMENT) if each in worksheet.headings]
    rows: list[list[Cell]] = []
    for result in final:
        new = {GRADE: f"{result.total(bonus):.2f}", COMMENT: moodle_comment(result)}
        rows.append([{**worksheet.rows[result.student], **new}[heading] for heading in headings])
    return headings, rows


def moodle_comment(result: Result) -> str:
    """What the student reads beside the grade, in Polish and in HTML."""
    assert result.points is not None, "only graded students have a comment"
    lines = [
        f"Zadanie {task}{' (dodatkowe)' if task == BONUS else ''}: {_decimal(got.score)} z {_decimal(got.maximum)} pkt"
        for task, got in result.points.tasks.items()
    ]
    if result.penalty:
        lines.append(f"Za oddanie po terminie odjęto {_decimal(result.penalty)} pkt.")
    lines += [*result.comments.splitlines(), "Wszystkie sprawdzenia są opisane w załączonym pliku z oceną."]
    return "<br>".join(map(html.escape, lines))


def _decimal(number: float) -> str:
    return f"{number:.2f}".replace(".", ",")
