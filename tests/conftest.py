"""Shared by all tests: one OpenMP thread, the real MNIST, and a graded class."""

import os

os.environ["OMP_NUM_THREADS"] = "1"  # before torch is imported, here or in a kernel

import fcntl
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from coursekit import corpus, data, demo


@pytest.fixture(scope="session")
def mnist_raw() -> Path:
    """Folder of the four raw MNIST files, checked."""
    raw = data.DATA / "MNIST" / "raw"
    assert not data.broken(raw), "MNIST is missing or broken: run `make data`"
    return raw


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
    "zofia_żak": "chaffs/decoder_without_sigmoid",
}
"""The graded class by student; igor_sowa and piotr_wójcik have handed in the same. One more has a broken file."""
BROKEN = "ula_maj"


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
    for student, name in CLASS.items():
        notebook = demo.hand_in(course, student, corpus.load(corpus.CORPUS / f"{name}.py"))
    broken = course / "submitted" / BROKEN / "vae" / notebook.name
    broken.parent.mkdir(parents=True)
    broken.write_bytes(notebook.read_bytes()[:50_000])
    subprocess.run([sys.executable, "-m", "coursekit", "grade", "--course", str(course)], cwd=data.ROOT, check=True)
    demo.nbgrader(course, "generate_feedback")


@pytest.fixture
def graded_class(whole_class: Path, tmp_path: Path) -> Path:
    """A copy of the graded class for one test, which may change it."""
    return Path(shutil.copytree(whole_class, tmp_path / "a course", symlinks=True))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-screenshots", action="store_true", help="write the screenshots in docs/images anew")


@pytest.fixture
def screenshots(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Where a test puts the screenshots that it makes."""
    return data.ROOT / "docs" / "images" if request.config.getoption("--update-screenshots") else tmp_path


LONGEST_FIRST = [
    "tests/pipeline/test_attacks.py",
    "tests/grader_tests/test_corpus.py",
    "tests/pipeline/test_broken.py",
    "tests/pipeline/test_nothing_lost.py",
    "tests/pipeline/test_autograde.py",
    "tests/pipeline/test_grade.py",
]
"""Files of many minutes: a worker of pytest-xdist that begins one of them last would work alone in the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the longest files first."""

    def rank(item: pytest.Item) -> int:
        file = item.path.relative_to(data.ROOT).as_posix()
        return LONGEST_FIRST.index(file) if file in LONGEST_FIRST else len(LONGEST_FIRST)

    items.sort(key=rank)
