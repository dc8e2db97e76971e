"""The commands of the VAE course kit, beside nbgrader's own. `docs/commands.md` lists them with their exit codes."""

import os
import sys
import traceback
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Annotated, Any, NoReturn

import typer
from rich.text import Text

from coursekit.terminal import SafeConsole, to_json

app = typer.Typer(
    help=f"{__doc__}\n\nExit code 2: the command was not understood.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
console = SafeConsole()
errors = SafeConsole(stderr=True)


def _is_course(folder: Path) -> Path:
    if not (folder / "nbgrader_config.py").is_file():
        raise typer.BadParameter(f"there is no nbgrader_config.py in {folder.resolve()}")
    return folder


Assignment = Annotated[str, typer.Argument(help="name of the assignment")]
Course = Annotated[
    Path, typer.Option(help="folder of the course, with its nbgrader_config.py", callback=_is_course, metavar="FOLDER")
]
Json = Annotated[bool, typer.Option("--json", help="print JSON, for other programs")]


def _print_json(data: Any) -> None:
    typer.echo(to_json(data))


def _stop(error: Exception) -> NoReturn:
    """End with exit code 1, and say why where it does not get into JSON."""
    errors.print(str(error), style="bold red", soft_wrap=True)
    raise typer.Exit(1) from error


@app.command()
def doctor(assignment: Assignment = "vae", course: Course = Path(), as_json: Json = False) -> None:
    """Check whether the machine and the course are ready to grade, and say how to mend what is not.

    Exit codes: 0 ready (warnings too), 1 something must be mended.
    """
    from coursekit.doctor import FAILS, examine, table

    findings = examine(course.resolve(), assignment)
    if as_json:
        _print_json({name: asdict(finding) for name, finding in findings.items()})
    else:
        console.print(table(findings))
    if any(finding.state == FAILS for finding in findings.values()):
        raise typer.Exit(1)


@app.command()
def data() -> None:
    """Put MNIST into data/, and link it into the folders where the notebook runs.

    Exit codes: 0 it is there, 1 it could not be fetched or something is in the way.
    """
    from coursekit.data import ROOT, DataError, link, provide

    try:
        replaced = provide(say=console.print)
        for folder in (ROOT / "source" / "vae", ROOT / "release" / "vae"):
            if folder.is_dir():
                link(folder)
    except (DataError, FileExistsError) as error:
        _stop(error)
    console.print(f"MNIST: {'fetched' if replaced else 'already there'}, SHA-256 checked")


@app.command()
def tools() -> None:
    """Install missing system tools with apt, or print the command that does.

    Exit codes: 0, also where something is still missing; 1 apt failed.
    """
    from subprocess import CalledProcessError

    from coursekit.tools import install

    try:
        still_missing = install()
    except CalledProcessError as error:
        _stop(error)
    if still_missing:
        console.print(
            Text.assemble(
                ("System tools are missing.", "bold yellow"),
                f" Grading needs them; install them with:\n    sudo apt-get install -y {' '.join(still_missing)}",
            )
        )
    else:
        console.print("System tools: all there")


@app.command()
def demo() -> None:
    """Grade a sample class from corpus/ in build/demo.

    Exit codes: 0 graded, 1 a command of nbgrader failed.
    """
    from coursekit.demo import grade_class

    try:
        grade_class(say=console.print)
    except RuntimeError as error:
        _stop(error)


@app.command()
def grade(
    assignment: Assignment = "vae",
    course: Course = Path(),
    student: Annotated[list[str] | None, typer.Option(help="grade only this one; may be given several times")] = None,
    only_new: Annotated[bool, typer.Option("--only-new", help="leave alone what was ever graded")] = False,
    force: Annotated[bool, typer.Option("--force", help="grade again what is graded")] = False,
    retry_broken: Annotated[bool, typer.Option("--retry-broken", help="grade again what could not be read")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="show what would be graded, and do nothing")] = False,
    workers: Annotated[int, typer.Option(help="processes on this machine", min=1)] = os.cpu_count() or 1,
    scheduler: Annotated[str | None, typer.Option(help="a running Dask scheduler, tcp://host:port")] = None,
    no_sandbox: Annotated[
        bool, typer.Option("--no-sandbox", help="run submitted code with all your rights; every report says so")
    ] = False,
) -> None:
    """Grade a class, many submissions at once, like `nbgrader autograde`.

    Ctrl-C stops; the same command goes on. Exit codes: 0 all graded, 1 nothing or not all could be graded, 130 stopped.
    """
    from nbgrader.converters.base import NbGraderException

    from coursekit import grade as grading
    from coursekit.class_progress import ClassProgress, plan_table
    from coursekit.course import GradebookError, open_course
    from coursekit.pool import PoolError
    from coursekit.sandbox import NoSandboxError
    from coursekit.worker import VersionsDifferError

    nbgrader = open_course(course.resolve(), assignment)
    grading.log_to_file(nbgrader)
    if no_sandbox:
        nbgrader.config.GradeExecute.sandbox = False
        console.print(Text.assemble(("SANDBOX OFF:", "bold red"), " submitted code runs with all your rights"))
    choice = grading.Choice(tuple(student or ()), only_new, force, retry_broken)
    try:
        plan = grading.plan(nbgrader, choice)
        if dry_run or not plan.reasons:
            console.print(plan_table(plan, assignment))
            return
        with ClassProgress(console, len(plan.reasons)) as progress:
            summary = grading.grade(nbgrader, list(plan.reasons), workers, scheduler, progress.tell)
    except (NbGraderException, GradebookError, PoolError, VersionsDifferError, NoSandboxError) as error:
        console.print(str(error), style="bold red", soft_wrap=True)
        console.print(f"The log is {grading.LOG} in the course's folder.")
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        console.print("Stopped. What was finished is in the gradebook; the same command goes on from here.")
        raise typer.Exit(130) from None
    console.print(progress.summary(plan.left))
    if summary.failed:
        raise typer.Exit(1)


@app.command()
def rerun(
    student: Annotated[str, typer.Argument(help="whose submission")],
    assignment: Assignment = "vae",
    course: Course = Path(),
) -> None:
    """Execute one submission with full trainings and all figures, beside its answers; no grade changes.

    Takes minutes. Exit codes: 0 done; 1 it has not been autograded, or there is no sandbox.
    """
    from coursekit.course import open_course
    from coursekit.rerun import NothingToRunError
    from coursekit.rerun import rerun as run_again
    from coursekit.sandbox import SandboxError

    try:
        for path in run_again(open_course(course.resolve(), assignment), student):
            console.print(f"{path}: open it in JupyterLab beside the formgrader", soft_wrap=True)
    except (NothingToRunError, SandboxError) as error:
        _stop(error)


@app.command()
def points(assignment: Assignment = "vae", course: Course = Path(), as_json: Json = False) -> None:
    """Show everybody's points by task, and where the feedback pages lie.

    Exit codes: 0 shown; 1 there is no gradebook, or it does not know the assignment.
    """
    from coursekit.course import GradebookError, gradebook_url
    from coursekit.points import of_class, table

    try:
        students = of_class(gradebook_url(course, assignment), assignment)
    except GradebookError as error:
        _stop(error)
    if as_json:
        _print_json([student.as_dict() for student in students])
        return
    console.print(table(students, assignment))
    pages = sorted(Path().glob(f"feedback/*/{assignment}/{assignment}.html"))
    where = f"{len(pages)} feedback pages, such as {course / pages[0]}" if pages else "No feedback pages yet"
    console.print(where, soft_wrap=True)


@app.command()
def problems(assignment: Assignment = "vae", course: Course = Path(), as_json: Json = False) -> None:
    """List the submissions that an instructor should look at: not graded, unreadable, not executed, flagged ...

    Exit codes: 0 listed, be there any or not; 1 nobody has handed in anything.
    """
    from coursekit.problems import NobodyError, of_class, table

    try:
        found = of_class(course, assignment)
    except NobodyError as error:
        _stop(error)
    if as_json:
        _print_json([asdict(problem) for problem in found])
    else:
        console.print(table(found, assignment))


@app.command()
def record(
    student: Annotated[str, typer.Argument(help="whose record: the name of the folder in submitted/")],
    assignment: Assignment = "vae",
    course: Course = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="print the record as JSON, for other programs")] = False,
) -> None:
    """Show the record of one submission, and facts for the person who grades the written answers.

    Exit codes: 0 shown; 1 there is no such record, or its file is damaged.
    """
    from coursekit import facts, record_page, records

    try:
        records.find(course, assignment, student)
        found = records.load(course, assignment, student)
        if as_json:
            _print_json(found)
            return
        console.print(record_page.page(found))
        with console.status("Reading the other submissions"):
            answers = facts.of_student(course, assignment, student)
        console.print(record_page.facts_page(answers))
    except (records.NoRecordError, records.RecordError, FileNotFoundError) as error:
        _stop(error)


@app.command()
def collected(
    assignment: Assignment = "vae",
    course: Course = Path(),
    as_json: Json = False,
) -> None:
    """Show who was collected from Moodle's zip by `nbgrader zip_collect`, who was not, and why.

    Exit codes: 0 shown, 1 nothing was collected.
    """
    from coursekit.collected import of_class, table

    try:
        collection = of_class(course, assignment)
    except FileNotFoundError as error:
        _stop(error)
    if as_json:
        _print_json(asdict(collection))
    else:
        console.print(table(collection, assignment))


@app.command()
def export(
    to: Annotated[Path, typer.Option(help="folder for the files; made where there is none")],
    assignment: Assignment = "vae",
    course: Course = Path(),
) -> None:
    """Write the class for Moodle and for spreadsheets: `nbgrader export` with `coursekit.moodle.MoodleExporter`.

    Exit codes: 0 written, 1 not written (the reason is printed).
    """
    from coursekit.course import GradebookError
    from coursekit.moodle import export_class

    try:
        export_class(course.resolve(), assignment, to.resolve())
    except GradebookError as error:
        _stop(error)


@app.command()
def similar(
    assignment: Assignment = "vae",
    course: Course = Path(),
    as_json: Json = False,
) -> None:
    """List pairs of suspiciously alike solutions; submissions need not be graded.

    Exit codes: 0 listed, be there pairs or not; 1 nobody has handed in anything, or the assignment is not released.
    """
    from coursekit.problems import NobodyError
    from coursekit.similar import NotReleasedError, of_class, table

    try:
        found = of_class(course, assignment)
    except (NobodyError, NotReleasedError) as error:
        _stop(error)
    if as_json:
        _print_json(found.as_dict())
        return
    console.print(table(found, assignment))


@app.command()
def report(
    assignment: Assignment = "vae",
    course: Course = Path(),
    to: Annotated[Path, typer.Option(help="file of the page")] = Path("build/report.html"),
    as_json: Annotated[bool, typer.Option("--json", help="print the numbers as JSON, and write no page")] = False,
) -> None:
    """Write the instructor's report on a graded class: one HTML page, which needs no other file.

    Records that cannot be read are named and left out. Exit codes: 0 written; 1 nobody has handed in anything, nothing
    is graded, the assignment is not released, there is no gradebook, or the page cannot be written.
    """
    from coursekit.course import GradebookError
    from coursekit.problems import NobodyError
    from coursekit.report import NothingGradedError, of_class
    from coursekit.report_page import write
    from coursekit.similar import NotReleasedError

    page, folder = to.resolve(), course.resolve()
    try:
        found = of_class(folder, assignment)
        if not as_json:
            write(found, page)
    except (NobodyError, NothingGradedError, NotReleasedError, GradebookError, OSError) as error:
        _stop(error)
    for reason in found.damaged.values():
        errors.print(reason, style="bold yellow")
    if as_json:
        _print_json(found.as_dict())
    else:
        console.print(f"Report: {page}", soft_wrap=True)


def _unforeseen(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Show what nobody has caught, as Python does; what is quoted in it may be a student's."""
    errors.print("".join(traceback.format_exception(kind, error, trace)).rstrip(), soft_wrap=True)


if __name__ == "__main__":
    sys.excepthook = _unforeseen
    app()
