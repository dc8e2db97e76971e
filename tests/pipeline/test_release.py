"""The released assignment is what nbgrader makes of the instructor's version, and gives nothing away."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.preprocessors import OverwriteCells

ROOT = Path(__file__).resolve().parents[2]
SOURCE, RELEASE = ROOT / "source" / "vae", ROOT / "release" / "vae"


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """A copy of the course in which the assignment has just been generated."""
    folder = tmp_path_factory.mktemp("course")
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    for name in ("source", "src"):
        shutil.copytree(ROOT / name, folder / name, symlinks=True, ignore=shutil.ignore_patterns("data", "__pycache__"))
    # nbgrader calls alembic by name
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "generate_assignment", "vae"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


def files(folder: Path) -> dict[str, bytes]:
    """Contents of the files of a release, by their path in it; not what a run leaves there."""
    left_behind = {"__pycache__", ".ipynb_checkpoints", "data"}
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not left_behind & set(path.relative_to(folder).parts)
    }


def graded(notebook: Path) -> dict[str, nbformat.NotebookNode]:
    """Cells that nbgrader knows, by their id."""
    return {
        cell.metadata.nbgrader.grade_id: cell
        for cell in nbformat.read(notebook, as_version=4).cells
        if "nbgrader" in cell.metadata
    }


def test_release_is_generated_from_the_source(course):
    expected, committed = files(course / "release" / "vae"), files(RELEASE)
    assert committed.keys() == expected.keys()
    stale = [name for name in expected if committed[name] != expected[name]]
    assert not stale, "run: nbgrader generate_assignment vae --force"


def test_every_module_is_released():
    missing = {path.name for path in (ROOT / "src").glob("*.py")} - {path.name for path in (RELEASE / "src").iterdir()}
    assert not missing, "link it in source/vae/src, then run: make release"


@pytest.mark.parametrize(
    "secret",
    ["BEGIN SOLUTION", "HIDDEN TESTS", "grader_tests", "MARK SCHEME", "Klucz oceny", "log_variance", "poutine.scale"],
)
def test_release_does_not_hold(secret):
    assert secret not in (RELEASE / "vae.ipynb").read_text("utf-8")


@pytest.mark.parametrize("cell_id", ["answer_1b", "answer_2", "answer_3"])
def test_answers_wait_to_be_written(cell_id):
    assert graded(RELEASE / "vae.ipynb")[cell_id].source == "TU WPISZ ODPOWIEDŹ"


@pytest.mark.parametrize("cell_id", ["question_1b", "question_2", "question_3"])
def test_grader_sees_the_mark_scheme_again(course, cell_id):
    resources = {"nbgrader": {"notebook": "vae", "assignment": "vae", "db_url": f"sqlite:///{course / 'gradebook.db'}"}}
    notebook = nbformat.read(RELEASE / "vae.ipynb", as_version=4)
    OverwriteCells().preprocess(notebook, resources)
    cells = {cell.id: cell.source for cell in notebook.cells}
    assert "Klucz oceny" in cells[cell_id]


def test_points_are_five_and_two():
    points = {
        cell_id: cell.metadata.nbgrader.points
        for cell_id, cell in graded(SOURCE / "vae.ipynb").items()
        if cell.metadata.nbgrader.grade
    }
    assert points == {
        "test_1a": 1.2,
        "test_1a_training": 0.3,
        "answer_1b": 1.5,
        "test_2": 1.5,
        "answer_2": 0.5,
        "test_3": 1.2,
        "test_3_training": 0.3,
        "answer_3": 0.5,
    }


def test_source_notebook_has_no_outputs():
    cells = nbformat.read(SOURCE / "vae.ipynb", as_version=4).cells
    assert not [cell.id for cell in cells if cell.get("outputs") or cell.get("execution_count")]


def test_assignment_links_every_module_of_src():
    links = {path.name: os.readlink(path) for path in (SOURCE / "src").iterdir() if path.is_symlink()}
    assert links == {path.name: f"../../../src/{path.name}" for path in (ROOT / "src").glob("*.py")}


def test_folder_of_links_holds_nothing_else():
    others = {path.name for path in (SOURCE / "src").iterdir() if not path.is_symlink()} - {"__pycache__"}
    assert not others
