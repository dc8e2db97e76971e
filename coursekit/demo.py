"""A sample class, graded: submissions built from `corpus/`, in a course of its own under `build/demo`.

The demo course is a copy of the settings and the source, not the repository's course with other folders: so
its gradebook, its students and its release never meet those of a real class, and nbgrader's stock commands run
in it as an instructor types them.
"""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat

from coursekit import corpus
from coursekit.data import ROOT

COURSE = ROOT / "build" / "demo"
ASSIGNMENT = "vae"
SAMPLES = (
    "scale_exp",
    "two_hidden_layers",
    "blank_stub",
    "scale_sigmoid",
    "decoder_without_sigmoid",
    "encoder_forward_loc",
    "classifier_fit_on_validation",
    "beta_guide_only",
    "crash_in_encoder",
)
"""Right solutions first, then wrong ones; each becomes a student."""
ANSWER = "Im większe β, tym mniejsza dywergencja KL i tym mniej używanych współrzędnych ukrytych."


def grade_class(say: Callable[[str], None]) -> None:
    """Make the demo course anew: release, submissions, autograding, feedback. Raises as `nbgrader`."""
    say("Generating the release of the demo course")
    make_course(COURSE)
    students = _hand_in_class()
    say(f"Grading {len(students)} submissions (nbgrader autograde {ASSIGNMENT})")
    nbgrader(COURSE, "autograde", on_line=lambda line: _tell_progress(line, students, say))
    say(f"Writing feedback pages (nbgrader generate_feedback {ASSIGNMENT})")
    nbgrader(COURSE, "generate_feedback")


def make_course(course: Path) -> None:
    """A course in `course`, emptied before: settings, source and release. Raises as `nbgrader`."""
    shutil.rmtree(course, ignore_errors=True)
    course.mkdir(parents=True)
    shutil.copy(ROOT / "nbgrader_config.py", course)
    shutil.copytree(ROOT / "source", course / "source", ignore=shutil.ignore_patterns("data", "__pycache__"))
    nbgrader(course, "generate_assignment")


def hand_in(course: Path, student: str, sample: corpus.Sample) -> Path:
    """Write a sample solution as the submission of `student`; returns the path of the notebook."""
    source, release = (course / step / ASSIGNMENT / f"{ASSIGNMENT}.ipynb" for step in ("source", "release"))
    return corpus.build_submission(sample, release, source, course / "submitted" / student / ASSIGNMENT)


def nbgrader(course: Path, command: str, *options: str, on_line: Callable[[str], None] = lambda line: None) -> None:
    """Run a stock command in a course; the log goes to `<command>.log` there, and line by line to `on_line`.

    Raises RuntimeError with the end of the log when the command fails.
    """
    log = course / f"{command}.log"
    with (
        log.open("w") as file,
        subprocess.Popen(
            [sys.executable, "-m", "nbgrader", command, ASSIGNMENT, *options],
            cwd=course,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        assert process.stdout is not None
        for line in process.stdout:
            file.write(line)
            on_line(line)
    if process.returncode != 0:
        raise RuntimeError(f"`nbgrader {command} {ASSIGNMENT}` failed; end of {log}:\n{log.read_text()[-3000:]}")


def _hand_in_class() -> list[str]:
    """Write the submissions of the class; returns the names of the students, in the order of grading."""
    samples = {sample.name: sample for sample in corpus.load_all()}
    students = [f"{number:02}_{name}" for number, name in enumerate((*SAMPLES, "truncated_file"), start=1)]
    for student, name in zip(students, SAMPLES, strict=False):
        notebook = hand_in(COURSE, student, samples[name])
        if name != "blank_stub":
            _answer(notebook)
    broken = COURSE / "submitted" / students[-1] / ASSIGNMENT / notebook.name
    broken.parent.mkdir(parents=True)
    broken.write_bytes(notebook.read_bytes()[:50_000])
    return students


def _answer(path: Path) -> None:
    """Fill the written answers of the notebook at `path`."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = ANSWER
    nbformat.write(notebook, path)


def _tell_progress(line: str, students: list[str], say: Callable[[str], None]) -> None:
    if "Sanitizing" in line:
        student = next(student for student in students if f"/{student}/" in line)
        say(f"  {students.index(student) + 1}/{len(students)} {student}")
