"""One class of malformed submissions through the stock command: nobody stops it, and everybody gets what is due."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from coursekit import broken, corpus, demo, points, problems, records
from tests.leaks import leaks

pytestmark = pytest.mark.slow

SAMPLES = broken.load_all()
SOUND = ("!first", "ż_last")
"""Students with sound submissions; nbgrader sorts by name, so one is graded before all others and one after them."""
NOTES = "**Uwagi programu oceniającego o oddanym pliku**"


def fingerprint(folder: Path) -> dict[str, str]:
    """Hash, or target, of every file below a folder."""
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in sorted(folder.rglob("*"))
    }


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The class after one command. It is removed in the end: one of its files has 50 MB."""
    course = tmp_path_factory.mktemp("broken")
    demo.make_course(course)
    source, release = (course / step / "vae" / "vae.ipynb" for step in ("source", "release"))
    for sample in SAMPLES:
        broken.build(sample, release, source, course / "submitted" / sample.student / "vae")
    for student in SOUND:
        demo.hand_in(course, student, corpus.load(corpus.CORPUS / "wheats" / "scale_softplus.py"))
    before = fingerprint(course / "submitted")
    demo.nbgrader(course, "autograde")
    demo.nbgrader(course, "generate_feedback")
    assert fingerprint(course / "submitted") == before, "submitted/ was written"
    yield course
    shutil.rmtree(course)


@pytest.fixture(scope="module")
def scores(course: Path) -> dict[str, dict[str, float]]:
    """Points by student and task, without those that only a person gives."""
    return {
        student.name: {task: task_points.score for task, task_points in student.tasks.items() if task != "1b"}
        for student in points.of_class(f"sqlite:///{course}/gradebook.db", "vae")
    }


def autograded(course: Path, student: str) -> NotebookNode:
    return nbformat.read(course / "autograded" / student / "vae" / "vae.ipynb", as_version=4)


def read_by_student(nb: NotebookNode) -> str:
    """The texts and outputs of a notebook, but not its code."""
    outputs = [output for cell in nb.cells if cell.cell_type == "code" for output in cell.outputs]
    return "\n".join(
        [cell.source for cell in nb.cells if cell.cell_type == "markdown"]
        + [output.get("data", {}).get("text/plain", "") for output in outputs]
    )


def test_corpus_is_large_enough_and_its_titles_differ():
    assert len(SAMPLES) >= 25
    assert len({sample.title for sample in SAMPLES}) == len(SAMPLES)


def test_sound_submissions_are_first_and_last():
    assert sorted([*SOUND, *(sample.student for sample in SAMPLES)])[:: len(SAMPLES) + 1] == list(SOUND)


def test_everybody_is_graded(course, scores):
    assert set(scores) == set(os.listdir(course / "submitted")) == {*SOUND, *(sample.student for sample in SAMPLES)}


@pytest.mark.parametrize("student", SOUND)
def test_sound_submissions_get_full_points(scores, student):
    assert scores[student] == pytest.approx({"1a": 1.5, "2": 1.5, "3": 1.5})


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
class TestSample:
    """Each malformed submission."""

    def test_earns_its_points(self, scores, sample):
        assert scores[sample.student] == pytest.approx(sample.points)

    def test_student_is_told(self, course, sample):
        text = read_by_student(autograded(course, sample.student))
        assert sample.told in text
        assert sample.told or NOTES not in text

    def test_page_leaks_nothing(self, course, sample):
        page = (course / "feedback" / sample.student / "vae" / "vae.html").read_text()
        assert leaks(page) == []
        assert str(course) not in page

    def test_record_says_whether_it_was_read(self, course, sample):
        record = records.load(course, "vae", sample.student)
        assert (record["intake"]["status"] == "unreadable") == (not sample.readable)


def test_instructor_gets_one_list(course):
    found = problems.of_class(course, "vae")
    unreadable = {problem.student for problem in found if problem.state == problems.UNREADABLE}
    assert unreadable == {sample.student for sample in SAMPLES if not sample.readable}
    assert not {problem.student for problem in found if problem.state == problems.NOT_GRADED}
    assert found[0].state == problems.UNREADABLE
    assert all(problem.notes for problem in found)


def test_where_no_submission_has_a_notebook_nbgrader_stops_aloud(course):
    """nbgrader's own limit, before anything of the kit runs: nothing is graded, and nothing is lost."""
    with pytest.raises(RuntimeError, match="No notebooks were matched"):
        demo.nbgrader(course, "autograde", "--student=empty_folder", "--force")
    assert records.load(course, "vae", "empty_folder")["status"] == "broken"
