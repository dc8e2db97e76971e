"""No file of a submission that is not a plain one gets into grading, and none stops it."""

import os
import shutil
import stat
from datetime import datetime
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from coursekit import shield
from tests.coursekit.conftest import nbgrader, solution

NO_EXECUTION = """
c.Autograde.autograde_preprocessors = ["nbgrader.preprocessors.SaveAutoGrades"]
"""
SECRET = "### BEGIN SOLUTION"  # stands in the instructor's notebook alone


@pytest.fixture
def submission(tmp_path) -> Path:
    """A submission's folder with a plain file."""
    folder = tmp_path / "submitted" / "eve" / "ps"
    folder.mkdir(parents=True)
    (folder / "plain.py").write_text("x = 1")
    return folder


class TestFindUnsafe:
    """One folder at a time."""

    def found(self, submission, **more) -> dict[str, str]:
        return {
            str(path.relative_to(submission)): why
            for path, why in shield.find_unsafe(submission, ["data"], **more).items()
        }

    def test_plain_files_are_safe(self, submission):
        (submission / "a" / "b").mkdir(parents=True)
        (submission / "a" / "b" / "c.csv").write_text("1")
        assert self.found(submission) == {}

    @pytest.mark.parametrize("name", ["x", "new\nline", "br[ack]et*?", ".hidden", os.fsdecode(b"\xff"), "two words"])
    def test_links_and_pipes(self, submission, name):
        (submission / name).symlink_to("plain.py")
        (submission / "folder").mkdir()
        os.mkfifo(submission / "folder" / name)
        assert self.found(submission) == {name: shield.LINK, f"folder/{name}": shield.SPECIAL}

    def test_links_to_folders_and_to_nowhere(self, submission, tmp_path):
        (submission / "folder").symlink_to(tmp_path)
        (submission / "nowhere").symlink_to("missing")
        assert self.found(submission) == {"folder": shield.LINK, "nowhere": shield.LINK}

    def test_hard_links(self, submission, tmp_path):
        (tmp_path / "other").write_text("secret")
        os.link(tmp_path / "other", submission / "mine")
        assert self.found(submission) == {"mine": shield.HARD_LINK}

    def test_large_sparse_file(self, submission):
        with (submission / "sparse").open("wb") as file:
            file.truncate(100 * 2**30)
        assert self.found(submission) == {"sparse": shield.LARGE}

    def test_no_right_to_read(self, submission, monkeypatch):
        monkeypatch.setattr(shield.os, "access", lambda path, mode: path.name not in ("closed", "closed.txt"))
        (submission / "closed").mkdir()
        (submission / "closed.txt").touch()
        assert self.found(submission) == {"closed": shield.CLOSED, "closed.txt": shield.CLOSED}

    def test_names_of_the_assignment_are_taken(self, submission):
        (submission / "src").write_text("a file where a folder must be")
        (submission / "more" / "help.py").mkdir(parents=True)
        given = {"src/ae.py", "more/help.py", "plain.py"}
        assert self.found(submission, given=given) == {"src": shield.TAKEN, "more/help.py": shield.TAKEN}

    def test_deep_folders(self, submission):
        (submission / "/".join("d" * 100)).mkdir(parents=True)
        (submission / ("long" * 60) / ("name" * 60) / ("of a" * 60) / ("file" * 60) / ("here" * 60)).mkdir(parents=True)
        assert list(self.found(submission).values()) == [shield.DEEP] * 2

    def test_what_nbgrader_ignores_is_no_matter(self, submission):
        (submission / "data").symlink_to("/")
        (submission / "ps.ipynb").symlink_to("/etc/passwd")
        assert self.found(submission) == {}

    @pytest.mark.parametrize("limit", ["MAX_FILES", "MAX_SIZE", "MAX_NAMED"])
    def test_too_much_of_anything_leaves_out_the_folder(self, submission, monkeypatch, limit):
        monkeypatch.setattr(shield, limit, 3)
        for number in range(4):
            (submission / f"link {number}").symlink_to("plain.py")
        assert self.found(submission) == {".": shield.MANY}

    def test_large_files_are_left_out_but_not_notebooks(self, submission, monkeypatch):
        monkeypatch.setattr(shield, "LARGEST_FILE", 3)
        for name in ("large.csv", "large.ipynb"):
            (submission / name).write_text("1234")
        assert self.found(submission) == {"large.csv": shield.LARGE, "plain.py": shield.LARGE}

    @pytest.mark.parametrize(
        "suffix",
        [
            "HTML",
            "Htm",
            "xhtml",
            "svg",
            "SVG",
            "xml",
            "XML",
            "xsl",
            "xslt",
            "rdf",
            "atom",
            "mml",
            "kml",
            "smil",
            "wsdl",
            "js",
            "mjs",
            "css",
        ],
    )
    def test_what_a_browser_might_execute_is_left_out(self, submission, suffix):
        (submission / f"evil.{suffix}").write_text("<script></script>")
        assert self.found(submission) == {f"evil.{suffix}": shield.LIVE}

    @pytest.mark.parametrize(
        "name", ["a.csv", "b.py", "c.PNG", "d.pt", "e.npz", "f.npy", "g.pkl", "h.md", "i", "j.jpg"]
    )
    def test_what_students_hand_in_is_copied(self, submission, name):
        (submission / name).write_text("1")
        assert self.found(submission) == {}

    @pytest.mark.parametrize("linked", ["eve", "eve/ps"])
    def test_link_in_place_of_the_folder(self, submission, tmp_path, linked):
        place = tmp_path / "submitted" / linked
        place.rename(tmp_path / "elsewhere")
        place.symlink_to(tmp_path / "elsewhere")
        assert self.found(submission) == {".": shield.LINK}


class TestSubmittedAt:
    """The file with the time of submission, which nbgrader parses wherever it finds it."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("2026-01-02 03:04:05 UTC", datetime(2026, 1, 2, 3, 4, 5)),
            ("9999-12-31 23:59:59 UTC", datetime(9999, 12, 31, 23, 59, 59)),
        ],
    )
    def test_times(self, submission, text, expected):
        (submission / "timestamp.txt").write_text(text)
        assert shield.submitted_at(submission) == expected

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"yesterday",
            b"\xff\xfe",
            b"9" * 30 + b"h",
            b"2026-01-02" + b" " * 2**20,
            b"9999-12-31 23:59:59 -2359",
            b"0",
        ],
    )
    def test_nonsense(self, submission, content):
        (submission / "timestamp.txt").write_bytes(content)
        assert shield.submitted_at(submission) is None
        assert list(shield.find_unsafe(submission, [])) == [submission / "timestamp.txt"]

    @pytest.mark.parametrize("make", [os.mkdir, os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
    def test_what_is_no_file(self, submission, make):
        make(submission / "timestamp.txt")
        assert shield.submitted_at(submission) is None


def test_names_are_quotable():
    assert shield.quotable("a\nb`c\x1b[31m" + os.fsdecode(b"\xff")) == "a�b'c�[31m�"


@pytest.fixture(scope="module")
def course(tiny_course, tmp_path_factory) -> Path:
    """A graded class in which everybody but alice has something that is no plain file."""
    course = tmp_path_factory.mktemp("unsafe") / "a course"
    shutil.copytree(tiny_course, course)
    with (course / "nbgrader_config.py").open("a") as config:
        config.write(NO_EXECUTION)
    (course / "source" / "ps" / "src").mkdir()
    (course / "source" / "ps" / "src" / "help.py").write_text("helped = True")
    hand_in_class(course)
    done = nbgrader(course, "autograde", "ps")
    remove_nest(course / "submitted" / "deep" / "ps")
    assert done.returncode == 0, done.stderr
    return course


def make_nest(folder: Path, levels: int = 1_500) -> None:
    """Folders in folders, more than Python's recursion may go."""
    for _ in range(levels):
        folder = folder / "d"
        folder.mkdir()


def remove_nest(folder: Path) -> None:
    """From the inside, because pytest's own way to remove its folders is recursive."""
    deepest = folder
    while (deepest / "d").exists():
        deepest = deepest / "d"
    while deepest != folder:
        deepest.rmdir()
        deepest = deepest.parent


def hand_in_class(course: Path) -> None:
    solved = solution(nbformat.read(course / "release" / "ps" / "ps.ipynb", as_version=4))
    source = course / "source" / "ps" / "ps.ipynb"
    folders = {
        name: course / "submitted" / name / "ps"
        for name in (
            "alice",
            "deep",
            "eve",
            "hard",
            "latin",
            "linked",
            "many",
            "pipe",
            "stamp_bad",
            "stamp_pipe",
            "unreachable",
        )
    }
    for folder in folders.values():
        folder.mkdir(parents=True)
        nbformat.write(solved, folder / "ps.ipynb")
    (folders["alice"] / "mine [1].csv").write_text("1, 2")
    (folders["alice"] / "timestamp.txt").write_text("2026-01-02 03:04:05 UTC")
    hand_in_eve(folders["eve"], source)
    (folders["latin"] / "ps.ipynb").rename(folders["latin"] / os.fsdecode(b"caf\xe9.ipynb"))
    shutil.copy(source, folders["stamp_pipe"] / os.fsdecode(b"\xe9.ipynb"))
    for name, make in {
        "hard": lambda path: path.hardlink_to(source),
        "linked": lambda path: path.symlink_to(source),
        "pipe": os.mkfifo,
        "unreachable": lambda path: path.symlink_to("missing"),
    }.items():
        (folders[name] / "ps.ipynb").unlink()
        make(folders[name] / "ps.ipynb")
    for number in range(shield.MAX_FILES):
        (folders["many"] / f"{number}").touch()
    make_nest(folders["deep"])
    (folders["stamp_bad"] / "timestamp.txt").write_text("yesterday, I think")
    os.mkfifo(folders["stamp_pipe"] / "timestamp.txt")
    (course / "submitted" / "mallory").mkdir()
    (course / "submitted" / "mallory" / "ps").symlink_to(folders["alice"])
    (course / "submitted" / "trent").symlink_to("alice")


def hand_in_eve(folder: Path, source: Path) -> None:
    (folder / "good.py").write_text("x = 1")
    (folder / "notes.txt").symlink_to(source)
    (folder / "zeros").symlink_to("/dev/zero")
    (folder / "new\nline").symlink_to("/etc/passwd")
    (folder / os.fsdecode(b"caf\xe9")).symlink_to("/etc/passwd")
    (folder / "class").symlink_to(folder.parent.parent)
    (folder / "src").write_text("a file where the course has a folder")
    os.mkfifo(folder / "pipe [1]")
    with (folder / "sparse").open("wb") as file:
        file.truncate(100 * 2**30)


def notes(course: Path, student: str) -> list[str]:
    nb = nbformat.read(course / "autograded" / student / "ps" / "ps.ipynb", as_version=4)
    return nb.metadata["coursekit"]["intake"]["notes"]


def test_everybody_is_graded(course):
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        graded = {submission.student.id for submission in gradebook.assignment_submissions("ps")}
    assert graded == {path.name for path in (course / "submitted").iterdir()}
    assert graded == {path.parent.parent.name for path in (course / "autograded").glob("*/ps/ps.ipynb")}


def test_a_time_of_submission_is_read_where_there_is_one(course):
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        times = {name: gradebook.find_submission("ps", name).timestamp for name in ("alice", "stamp_bad", "stamp_pipe")}
    assert times == {"alice": datetime(2026, 1, 2, 3, 4, 5), "stamp_bad": None, "stamp_pipe": None}


def test_every_grading_is_finished(course):
    assert {path.stem for path in (course / "records" / "ps").glob("*.json")} == {
        path.name for path in (course / "submitted").iterdir()
    }


def test_a_notebook_whose_name_is_no_utf8_is_found(course):
    assert "`caf�.ipynb`" in notes(course, "latin")[0]


def test_only_plain_files_are_copied_and_no_secret(course):
    copied = [path for path in (course / "autograded").rglob("*") if not path.is_dir()]
    assert {path.name for path in copied} == {"ps.ipynb", "mine [1].csv", "good.py", "help.py", "timestamp.txt"}
    assert all(stat.S_ISREG(path.lstat().st_mode) for path in copied)
    assert not [path for path in copied if SECRET in path.read_text()]


def test_the_files_of_the_assignment_are_there(course):
    assert all((path / "src" / "help.py").is_file() for path in (course / "autograded").glob("*/ps"))


def test_plain_work_has_no_notes(course):
    assert notes(course, "alice") == []


def test_the_student_is_told_of_a_time_of_submission_that_is_none(course):
    assert notes(course, "stamp_bad") == [f"Przy ocenianiu pominięto `timestamp.txt` – powód: {shield.NO_TIME}."]


def test_the_student_is_told_what_was_left_out_and_why(course):
    said = notes(course, "eve")
    assert said == [
        f"Przy ocenianiu pominięto `caf�`, `class`, `new�line`, `notes.txt`, `zeros` – powód: {shield.LINK}.",
        f"Przy ocenianiu pominięto `pipe [1]` – powód: {shield.SPECIAL}.",
        f"Przy ocenianiu pominięto `sparse` – powód: {shield.LARGE}.",
        f"Przy ocenianiu pominięto `src` – powód: {shield.TAKEN}.",
    ]


@pytest.mark.parametrize("student", ["many", "mallory", "trent"])
def test_a_folder_left_out_is_told(course, student):
    assert "W oddanym folderze oceniono najwyżej notatnik" in " ".join(notes(course, student))


@pytest.mark.parametrize(
    ("student", "why"),
    [
        ("linked", shield.LINK),
        ("mallory", shield.LINK),
        ("trent", shield.LINK),
        ("hard", shield.HARD_LINK),
        ("pipe", shield.SPECIAL),
    ],
)
def test_a_notebook_that_is_no_plain_file_is_not_read(course, student, why):
    assert f"Nie udało się odczytać pliku `ps.ipynb`: {why}." in notes(course, student)


@pytest.mark.parametrize("name", ["<img src=x>", 'a"b', "a&b", "a\nb", "a\x1b[2Jb", "a\u202eb", "a\u2028b"])
def test_a_students_name_that_pages_or_nbgrader_cannot_stand_is_refused(name):
    assert "Rename it" in shield.unusable(name)
    assert "\n" not in shield.unusable(name)


@pytest.mark.parametrize("name", ["anna_nowak", "1234567", "Zoë O'Neil-Łoś", "a b;=1+1"])
def test_other_names_of_students_are_usable(name):
    assert shield.unusable(name) == ""
