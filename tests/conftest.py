"""Shared by all tests: one OpenMP thread, the real MNIST, and a graded class."""

import os

os.environ["OMP_NUM_THREADS"] = "1"  # before torch is imported, here or in a kernel

import fcntl
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_output
from playwright.sync_api import Browser, sync_playwright

from coursekit import corpus, data, demo


@pytest.fixture(scope="session")
def mnist_raw() -> Path:
    """Folder of the four raw MNIST files, checked."""
    raw = data.DATA / "MNIST" / "raw"
    assert not data.broken(raw), "MNIST is missing or broken: run `make data`"
    return raw


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write golden pages anew; look at them afterwards")
    parser.addoption("--update-screenshots", action="store_true", help="write the pictures of docs/images anew")


CLASS = {
    "adam_mazur": "wheats/two_hidden_layers",
    "anna_nowak": "wheats/scale_exp",
    "ewa_lis": "chaffs/classifier_fit_on_validation",
    "igor_sowa": "chaffs/beta_guide_only",
    "jan_kowalski": "chaffs/scale_sigmoid",
    "marek_zima": "chaffs/crash_in_encoder",
    "ola_król": "chaffs/blank_stub",
    "piotr_wójcik": "chaffs/beta_guide_only",
    "tomasz_wilk": "attacks/forge_ast_transformer",
    "zofia_żak": "chaffs/decoder_softmax",
}
"""The graded class by student; igor_sowa and piotr_wójcik have handed in the same. One more has a broken file."""
BROKEN = "ula_maj"
CARELESS = "ewa_lis"
"""Has cells of her own that cannot work, and an answer with a heading and without its picture."""


@pytest.fixture(scope="session")
def whole_class(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The graded class with feedback, made once for all processes of pytest-xdist. To be read only: see below."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "class"
    folder.mkdir(exist_ok=True)
    course = folder / "a course"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            make_class(course)
            (folder / "done").touch()
    return course


def make_class(course: Path) -> None:
    """Hand in, grade and give feedback, by the commands that an instructor types."""
    demo.make_course(course)
    (course / ".course_secret").write_text("5e" * 32)  # so that its messages are the same in every run
    for student, name in CLASS.items():
        notebook = demo.hand_in(course, student, corpus.load(corpus.CORPUS / f"{name}.py"))
        run_by_hand(notebook)
        if student == CARELESS:
            be_careless(notebook)
    broken = course / "submitted" / BROKEN / "vae" / notebook.name
    broken.parent.mkdir(parents=True)
    broken.write_bytes(notebook.read_bytes()[:50_000])
    subprocess.run([sys.executable, "-m", "coursekit", "grade", "--course", str(course)], cwd=data.ROOT, check=True)
    demo.nbgrader(course, "generate_feedback")


def be_careless(notebook: Path) -> None:
    """Add what a page of feedback must stand, see CARELESS."""
    nb = nbformat.read(notebook, as_version=4)
    cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): index for index, cell in enumerate(nb.cells)}
    answer = cells["answer_1b"]
    nb.cells[answer].source = "# Wnioski\n\n![wykres](attachment:brak.png)\n\nIm większe β, tym gorzej."
    own = ("%pip install umap-learn", "from collections import Mapping  # its error names the file of the module")
    nb.cells[answer:answer] = [new_code_cell(source) for source in own]
    nbformat.write(nb, notebook)


def run_by_hand(notebook: Path) -> None:
    """Let every code cell show an output, as a notebook does that its student has executed."""
    nb = nbformat.read(notebook, as_version=4)
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs = [new_output("stream", name="stdout", text="rec 93.1  kl 14.2\n")]
    nbformat.write(nb, notebook)


@pytest.fixture
def graded_class(whole_class: Path, tmp_path: Path) -> Path:
    """A copy of the graded class for one test, which may change it."""
    return Path(shutil.copytree(whole_class, tmp_path / "a course", symlinks=True))


@pytest.fixture
def screenshots(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Where a test puts the screenshots that it makes."""
    return data.ROOT / "docs" / "images" if request.config.getoption("--update-screenshots") else tmp_path


LONGEST_FIRST = [
    "tests/pipeline/test_attacks.py",
    "tests/pipeline/test_nothing_lost.py",
    "tests/pipeline/test_grade.py",
    "tests/grader_tests/test_corpus.py",
    "tests/pipeline/test_broken.py",
    "tests/pipeline/test_autograde.py",
]
"""Files of many minutes: a worker of pytest-xdist that begins one of them last would work alone in the end. The attacks
grade two classes at once: beside them run the files that wait for much, and after them what computes all the time."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the longest files first."""

    def rank(item: pytest.Item) -> int:
        file = item.path.relative_to(data.ROOT).as_posix()
        return LONGEST_FIRST.index(file) if file in LONGEST_FIRST else len(LONGEST_FIRST)

    items.sort(key=rank)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's chromium. Where it is missing the test fails: a page that nobody has opened is not tested."""
    executable = shutil.which("chromium")
    assert executable, "chromium is not installed: apt-get install chromium"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield opened
        opened.close()
