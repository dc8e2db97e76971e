"""Stock `nbgrader zip_collect` brings everything that Moodle's zip holds to its student, and writes nowhere else."""

import csv
import io
import json
import os
import shutil
import zipfile
from pathlib import Path, PurePosixPath

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.utils import parse_utc
from typer.testing import CliRunner

from coursekit import collected, moodle_zip, shield
from coursekit.__main__ import app
from coursekit.collected import COLLECTED, NO_NOTEBOOK, NOT_COPIED, NOT_DOWNLOADED, Collected
from tests.coursekit.conftest import nbgrader, solution

pytestmark = pytest.mark.slow

MONDAY, TUESDAY = (2026, 11, 23, 12, 0, 0), (2026, 11, 24, 12, 30, 0)
WORKSHEET = [
    ("Identifier", "Full name", "Email address", "Status", "Grade", "Maximum grade", "Last modified (submission)",
     "Last modified (grade)", "Feedback comments"),
    ("Participant 101", "Jan Kowalski", "jan@example.org", "Submitted for grading", "", "7.00",
     "Sunday, 22 November 2026, 11:59 PM", "-", ""),
    ("Participant 199", "Ewa Nieobecna", "ewa@example.org", "No submission", "", "7.00", "-", "-", ""),
]  # fmt: skip


def zipped(files: dict[str, str | bytes], time: tuple[int, ...] = MONDAY) -> bytes:
    """A zip of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, content in files.items():
            file.writestr(zipfile.ZipInfo(name, time), content)
    return buffer.getvalue()


def download(course: Path, files: dict[str, str | bytes], name: str = "KURS-VAE-7.zip", time=MONDAY) -> Path:
    """Put Moodle's zip where `nbgrader zip_collect ps` looks for it."""
    path = course / "downloaded" / "ps" / "archive" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(zipped(files, time))
    return path


def write_worksheet(course: Path, rows=WORKSHEET) -> Path:
    path = course / "downloaded" / "ps" / "archive" / "Grades-KURS-VAE-7.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


def files_of(course: Path, student: str) -> dict[str, str]:
    """What lies in a student's folder, but for the time."""
    folder = course / "submitted" / student / "ps"
    paths = [path for path in folder.rglob("*") if path.is_file() and path.name != "timestamp.txt"]
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(paths)}


def state_of(course: Path, student: str) -> Collected:
    return next(each for each in collected.of_class(course, "ps").students if each.student == student)


def collect(course: Path, *options: str, code: int = 0) -> str:
    done = nbgrader(course, "zip_collect", "ps", *options)
    assert done.returncode == code, done.stderr
    return done.stderr


@pytest.fixture
def course(tiny_course, tmp_path) -> Path:
    return Path(shutil.copytree(tiny_course, tmp_path / "a course"))


FILE = "assignsubmission_file"
CLASS = {
    f"Jan Kowalski_101_{FILE}/ps.ipynb": "jan",
    f"Żaneta Gęś-Wójcik_102_{FILE}_/src/ps.ipynb": "żaneta",  # Moodle before 4.1
    f"Anna Maria O'Brien_103_{FILE}_ps (1).ipynb": "anna",  # not in folders
    f"Uczestnik_104_{FILE}/Zadanie VAE.ipynb": "blind",
    "Ola Lis_105_assignsubmission_onlinetext/onlinetext.html": "<p>Nie zdążyłam</p>",
    f"Piotr Lis_106_{FILE}/ps.ipynb.zip": zipped({"ps.ipynb": "piotr", "dane/a.csv": "1"}),
    f"Adam Lis_107_{FILE}/ps.ipynb.zip": "not a zip",
    f"Kuba Lis_108_{FILE}/okna.zip": zipped({"praca\\ps.ipynb": "kuba", "../../../../evil": "x"}),
    f"Mira Lis_109_{FILE}/timestamp.txt": "2020-01-01 00:00:00",
    f"Mira Lis_109_{FILE}/ps.ipynb": "mira",
    f"Ewa Lis_110_{FILE}/../../../../evil": "x",
    "../../evil": "x",
    "/evil": "x",
    "ps.ipynb": "whose?",
}


@pytest.fixture(scope="module")
def whole(tiny_course, tmp_path_factory) -> tuple[Path, str]:
    """A course into which a class was collected, and what the command said. To be read only."""
    course = Path(shutil.copytree(tiny_course, tmp_path_factory.mktemp("whole") / "a course"))
    download(course, CLASS)
    write_worksheet(course)
    return course, collect(course)


class TestClass:
    """One download with everything in it."""

    @pytest.mark.parametrize(
        ("student", "files"),
        [
            ("101", {"ps.ipynb": "jan"}),
            ("102", {"src/ps.ipynb": "żaneta"}),
            ("103", {"ps (1).ipynb": "anna"}),
            ("104", {"Zadanie VAE.ipynb": "blind"}),
            ("105", {"onlinetext/onlinetext.html": "<p>Nie zdążyłam</p>"}),
            ("106", {"ps.ipynb_zip/dane/a.csv": "1", "ps.ipynb_zip/ps.ipynb": "piotr"}),
            ("107", {"ps.ipynb.zip": "not a zip"}),
            ("108", {"okna_zip/praca/ps.ipynb": "kuba"}),
            ("109", {"ps.ipynb": "mira"}),
        ],
    )
    def test_everything_comes_to_its_student(self, whole, student, files):
        assert files_of(whole[0], student) == files

    def test_nothing_is_written_elsewhere(self, whole):
        course, _ = whole
        assert not list(course.parent.rglob("evil"))
        assert sorted(path.name for path in (course / "submitted").iterdir()) == [str(n) for n in range(101, 110)]

    def test_what_is_refused_is_said(self, whole):
        _, said = whole
        outside = "its path leads out of the folder of submissions"
        assert f"Left out: KURS-VAE-7.zip: ../../evil ({outside})" in said
        assert f"Left out: KURS-VAE-7.zip: /evil ({outside})" in said
        assert f"Left out: okna_zip/../../../../evil ({outside})" in said
        assert "Left out: KURS-VAE-7.zip: ps.ipynb (no participant number in its name" in said

    @pytest.mark.parametrize(
        ("student", "time"),
        [
            ("101", "2026-11-22 22:59:00"),  # of the worksheet, which outweighs the zip
            ("102", "2026-11-23 11:00:00"),
            ("109", "2026-11-23 11:00:00"),  # not that of the student's own timestamp.txt
        ],
    )
    def test_time_of_submission_is_in_utc(self, whole, student, time):
        text = (whole[0] / "submitted" / student / "ps" / "timestamp.txt").read_text()
        assert str(parse_utc(text)) == time

    @pytest.mark.parametrize(
        ("student", "name"),
        [
            ("101", ("Jan", "Kowalski", "jan@example.org")),
            ("102", ("Żaneta", "Gęś-Wójcik", None)),
            ("103", ("Anna Maria", "O'Brien", None)),
            ("104", (None, None, None)),
            ("199", ("Ewa", "Nieobecna", "ewa@example.org")),
        ],
    )
    def test_names_are_in_the_gradebook(self, whole, student, name):
        with Gradebook(f"sqlite:///{whole[0]}/gradebook.db") as gradebook:
            found = gradebook.find_student(student)
            assert (found.first_name, found.last_name, found.email) == name

    @pytest.mark.parametrize(
        ("student", "state", "note"),
        [
            ("101", COLLECTED, None),
            ("105", NO_NOTEBOOK, "There is onlinetext/onlinetext.html."),
            ("109", COLLECTED, "nbgrader would take it for the time of submission"),
            ("199", NOT_DOWNLOADED, "Moodle says: No submission"),
        ],
    )
    def test_everybody_is_in_the_table(self, whole, student, state, note):
        found = state_of(whole[0], student)
        assert found.state == state
        assert note is None if not found.notes else note in "\n".join(found.notes)

    def test_command(self, whole):
        done = CliRunner().invoke(app, ["collected", "ps", "--course", str(whole[0])])
        assert done.exit_code == 0
        assert "ps: 9 of 10 students collected" in done.output
        assert "Ewa Nieobecna" in done.output
        assert "no participant number" in " ".join(done.output.split())

    def test_command_gives_json(self, whole):
        done = CliRunner().invoke(app, ["collected", "ps", "--course", str(whole[0]), "--json"])
        found = json.loads(done.output)
        assert found["students"][0] == {
            "student": "101",
            "name": "Jan Kowalski",
            "state": "collected",
            "submitted": "2026-11-22T22:59:00+00:00",
            "notes": [],
        }
        assert len(found["refused"]) == 4


def test_newer_attempt_wins_whatever_its_names_and_nobody_is_lost(course):
    jan, ola = f"Jan Kowalski_101_{FILE}", f"Ola Lis_105_{FILE}"
    download(course, {f"{jan}/ps.ipynb": "first", f"{jan}/a.txt": "first", f"{ola}/ps.ipynb": "ola"})
    collect(course)
    download(course, {f"{jan}/poprawione.ipynb": "second"}, "KURS-VAE-7 (1).zip", TUESDAY)
    collect(course, "--force")
    assert files_of(course, "101") == {"poprawione.ipynb": "second"}
    assert files_of(course, "105") == {"ps.ipynb": "ola"}
    assert "2026-11-24 11:30" in (course / "submitted" / "101" / "ps" / "timestamp.txt").read_text()


def test_of_two_downloads_of_the_same_time_the_later_one_wins(course):
    name = f"Jan Kowalski_101_{FILE}/ps.ipynb"
    early, late = download(course, {name: "early"}, "b.zip"), download(course, {name: "late"}, "a.zip")
    os.utime(early, (1, 1))
    os.utime(late, (2, 2))
    collect(course)
    assert files_of(course, "101") == {"ps.ipynb": "late"}


def test_folder_that_the_browser_has_unpacked(course):
    folder = course / "downloaded" / "ps" / "archive" / "KURS-VAE-7" / f"Jan Kowalski_101_{FILE}"
    folder.mkdir(parents=True)
    (folder / "ps.ipynb").write_text("jan")
    collect(course)
    assert files_of(course, "101") == {"ps.ipynb": "jan"}


def test_what_a_second_run_has_not_copied_is_said(course):
    download(course, {f"Jan Kowalski_101_{FILE}/ps.ipynb": "first"})
    (course / "submitted" / "101" / "ps").mkdir(parents=True)
    (course / "submitted" / "101" / "ps" / "by hand.ipynb").write_text("by hand")
    assert "use the --force option" in collect(course, code=1)
    assert state_of(course, "101").state == NOT_COPIED
    assert files_of(course, "101") == {"by hand.ipynb": "by hand"}


def test_damaged_zip_is_named_and_nothing_is_collected(course):
    path = download(course, {f"Jan Kowalski_101_{FILE}/ps.ipynb": "jan"})
    path.write_bytes(path.read_bytes()[:-30])
    said = collect(course, code=1)
    assert "Nothing has been collected" in said
    assert f"{path.name} is damaged" in said
    assert not (course / "submitted").exists()


def test_damaged_file_in_a_zip_leaves_the_others(course):
    damaged, sound = f"Jan Kowalski_101_{FILE}/ps.ipynb", f"Ola Lis_105_{FILE}/ps.ipynb"
    path = download(course, {damaged: "x" * 50, sound: "ola"})
    path.write_bytes(path.read_bytes().replace(b"x" * 50, b"y" * 50))
    collect(course)
    assert files_of(course, "105") == {"ps.ipynb": "ola"}
    assert state_of(course, "101").state == NO_NOTEBOOK
    assert "Bad CRC-32" in state_of(course, "101").notes[0]


def test_damaged_zips_that_a_student_has_handed_in_are_left_out(course):
    inner = bytearray(zipped({"żółw.ipynb": "a"}))
    for name in (inner.index("ż".encode()), inner.rindex("ż".encode())):
        inner[name] = 0xFF  # no UTF-8, though the zip says so
    squeezed = io.BytesIO()
    with zipfile.ZipFile(squeezed, "w", zipfile.ZIP_LZMA) as file:
        file.writestr("a.ipynb", "abc" * 1000)
    squeezed = bytearray(squeezed.getvalue())
    squeezed[60:70] = bytes(10)
    folder = f"Jan Kowalski_101_{FILE}"
    files = {f"{folder}/a.zip": bytes(inner), f"{folder}/b.zip": bytes(squeezed), f"Ola Lis_105_{FILE}/ps.ipynb": "ola"}
    download(course, files)
    collect(course)
    assert files_of(course, "105") == {"ps.ipynb": "ola"}
    left_out = [note for note in state_of(course, "101").notes if note.startswith("Left out")]
    assert ["a.zip" in note or "b_zip/a.ipynb" in note for note in left_out] == [True, True]


def test_a_bomb_and_a_false_name_cost_nobody_else_anything(course):
    """Two layouts: Jan's name ends in a folder of Ola's, and Ewa has a folder that is called like Ola's."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("0", bytes(150 * 2**20))
        file.writestr("ps.ipynb", "ewa")
    download(
        course,
        {
            f"Ola Lis_105_{FILE}_102_{FILE}/ps.ipynb": "jan's",
            f"Ola Lis_105_{FILE}/Ewa Lis_103_{FILE}_ps.ipynb": "ewa's",
            f"Ewa Lis_103_{FILE}_praca.zip": buffer.getvalue(),
            f"Ola Lis_105_{FILE}/ps.ipynb": "ola",
            f"Ola Lis_105_{FILE}/\x1b[41;5m\x9b2J.txt": "ola",
        },
    )
    rows = [("105", "Ola Lis"), ("102", f"Ola Lis_105_{FILE}"), ("103", "Ewa Lis")]
    write_worksheet(
        course, [WORKSHEET[0], *((f"Participant {n}", name, "", "", "", "", "-", "-", "") for n, name in rows)]
    )
    said = collect(course)
    assert set(files_of(course, "105").values()) == {"ola"}
    assert files_of(course, "103") == {"praca_zip/ps.ipynb": "ewa"}
    assert "may be a file of participant 102 or 105, and the worksheet does not tell whose" in said
    assert "may be a file of participant 103 or 105, and the worksheet does not tell whose" in said
    assert "Left out: praca_zip/0 (the student has more than 64 MB, unpacked)" in said
    assert "\x1b[41" not in said
    assert "\x9b" not in said


def test_worksheet_in_another_language_is_refused(course):
    download(course, {f"Jan Kowalski_101_{FILE}/ps.ipynb": "jan"})
    write_worksheet(course, [("Identyfikator", "Ocena"), ("Uczestnik 101", "")])
    said = collect(course, code=1)
    assert "no column Identifier, Grade, Last modified (grade); its headings are: Identyfikator, Ocena" in said


def test_worksheet_that_a_newer_zip_has_overtaken_is_refused(course):
    """Its times would hide a resubmission from grading."""
    download(course, {f"Jan Kowalski_101_{FILE}/ps.ipynb": "jan"})
    worksheet = write_worksheet(course)
    os.utime(worksheet, (worksheet.stat().st_mtime - 7_200,) * 2)
    assert "is older than KURS-VAE-7.zip: download the worksheet again too" in collect(course, code=1)


def test_nothing_collected_yet(tmp_path):
    (tmp_path / "nbgrader_config.py").touch()
    done = CliRunner().invoke(app, ["collected", "ps", "--course", str(tmp_path)])
    assert done.exit_code == 1
    assert "put its zip into" in done.output


def test_empty_download(course):
    download(course, {})
    collect(course)
    assert collected.of_class(course, "ps") == collected.Collection([], [])


@pytest.mark.parametrize(
    ("limit", "value", "files", "reason"),
    [
        ("moodle_zip.LARGEST_FILE", 3, {"a": "1234"}, "larger than 200 MB"),
        ("moodle_zip.MAX_SIZE", 7, {"a": "1234", "b": "5678"}, "more than 0 MB, unpacked"),
        ("shield.MAX_FILES", 1, {"a": "1", "b": "2"}, "more than 1 files"),
        (None, 0, {"a": "1", "a/b": "2"}, "another file has the same name"),
        (None, 0, {"ż" * 126: "1"}, "its name is too long"),
    ],
)
def test_file_that_cannot_be_unpacked_is_left_out(tmp_path, monkeypatch, limit, value, files, reason):
    if limit:
        module, name = limit.split(".")
        monkeypatch.setattr({"shield": shield, "moodle_zip": moodle_zip}[module], name, value)
    folder = moodle_zip.Folder(tmp_path / "101", 0.0)
    for name, content in files.items():
        member = moodle_zip.Member(name, 0.0, len(content), lambda content=content: io.BytesIO(content.encode()))
        folder.add(PurePosixPath(name), member)
    assert reason in folder.refused[0]["why"]
    assert len(folder.files) == len(files) - 1


def test_other_names_are_graded(course, released):
    solved = nbformat.writes(solution(released))
    download(
        course,
        {
            f"Jan Kowalski_101_{FILE}/ps (1).ipynb": solved,
            f"Ola Lis_105_{FILE}/ps.ipynb.zip": zipped({"Zadanie VAE.ipynb": solved}),
            f"Adam Lis_107_{FILE}/ps.ipynb": solved,
        },
    )
    collect(course)
    done = nbgrader(course, "autograde", "ps")
    assert done.returncode == 0, done.stderr
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        scores = {each.student.id: each.score for each in gradebook.assignment_submissions("ps")}
    assert scores == {"101": 4.0, "105": 4.0, "107": 4.0}
