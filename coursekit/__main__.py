"""Commands of the kit: `python -m coursekit --help`."""

import json
import os
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

app = typer.Typer(help=__doc__, no_args_is_help=True, pretty_exceptions_enable=False)
console = Console()
errors = Console(stderr=True)


@app.callback()
def main() -> None:
    """Instructor tooling of the VAE course."""


@app.command()
def data() -> None:
    """Put MNIST into data/, and link it into the folders where the notebook runs."""
    from coursekit.data import ROOT, DataError, link, provide

    try:
        replaced = provide(say=console.print)
        for folder in (ROOT / "source" / "vae", ROOT / "release" / "vae"):
            if folder.is_dir():
                link(folder)
    except (DataError, FileExistsError) as error:
        console.print(str(error), style="bold red", markup=False)
        raise typer.Exit(1) from error
    console.print(f"MNIST: {'fetched' if replaced else 'already there'}, SHA-256 checked")


@app.command()
def tools() -> None:
    """Install missing system tools with apt, or print the command that does."""
    from coursekit.tools import install

    still_missing = install()
    if still_missing:
        console.print(
            "[bold yellow]System tools are missing.[/] Grading needs them; install them with:\n"
            f"    sudo apt-get install -y {' '.join(still_missing)}"
        )
    else:
        console.print("System tools: all there")


@app.command()
def demo() -> None:
    """Grade a sample class from corpus/ in build/demo."""
    from coursekit.demo import grade_class

    grade_class(say=console.print)


@app.command()
def grade(
    assignment: Annotated[str, typer.Argument(help="name of the assignment")] = "vae",
    course: Annotated[Path, typer.Option(help="folder of the course, with its nbgrader_config.py")] = Path(),
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
    from coursekit.course import open_course
    from coursekit.pool import PoolError
    from coursekit.worker import VersionsDifferError

    nbgrader = open_course(course.resolve(), assignment)
    grading.log_to_file(nbgrader)
    if no_sandbox:
        nbgrader.config.GradeExecute.sandbox = False
        console.print("[bold red]SANDBOX OFF:[/] submitted code runs with all your rights")
    choice = grading.Choice(tuple(student or ()), only_new, force, retry_broken)
    try:
        plan = grading.plan(nbgrader, choice)
        if dry_run or not plan.reasons:
            console.print(plan_table(plan, assignment))
            return
        with ClassProgress(console, len(plan.reasons)) as progress:
            summary = grading.grade(nbgrader, list(plan.reasons), workers, scheduler, progress.tell)
    except (NbGraderException, PoolError, VersionsDifferError) as error:
        console.print(str(error), style="bold red", markup=False)
        console.print(f"The log is {grading.LOG} in the course's folder.")
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        console.print("Stopped. What was finished is in the gradebook; the same command goes on from here.")
        raise typer.Exit(130) from None
    console.print(progress.summary(plan.left))
    if summary.failed:
        raise typer.Exit(1)


@app.command()
def points(
    course: Annotated[Path, typer.Argument(help="folder of the course, with its gradebook.db")] = Path(),
    assignment: str = "vae",
) -> None:
    """Show everybody's points by task, and where the feedback pages lie."""
    from coursekit.course import open_course
    from coursekit.points import of_class, table

    db_url = open_course(course.resolve(), assignment).coursedir.db_url
    console.print(table(of_class(db_url, assignment), assignment))
    pages = sorted(Path().glob(f"feedback/*/{assignment}/{assignment}.html"))
    where = f"{len(pages)} feedback pages, such as {course / pages[0]}" if pages else "No feedback pages yet"
    console.print(where, soft_wrap=True)


@app.command()
def problems(
    assignment: Annotated[str, typer.Argument(help="name of the assignment")] = "vae",
    course: Annotated[Path, typer.Option(help="folder of the course, with its records/")] = Path(),
) -> None:
    """List the submissions that an instructor should look at: not graded, unreadable, flagged, mended, no sandbox.

    Exit codes: 0 listed, 1 nobody has handed in anything.
    """
    from coursekit.problems import NobodyError, of_class, table

    try:
        console.print(table(of_class(course, assignment), assignment))
    except NobodyError as error:
        _fail(error)


@app.command()
def similar(
    assignment: Annotated[str, typer.Argument(help="name of the assignment")] = "vae",
    course: Annotated[Path, typer.Option(help="folder of the course, with its submitted/")] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """List pairs of suspiciously alike solutions; submissions need not be graded.

    Exit codes: 0 listed, be there pairs or not; 1 nobody has handed in anything, or the assignment is not released.
    """
    from coursekit.problems import NobodyError
    from coursekit.similar import NotReleasedError, of_class, table

    try:
        found = of_class(course, assignment)
    except (NobodyError, NotReleasedError) as error:
        _fail(error)
    if as_json:
        print(json.dumps(found.as_dict(), indent=1))
        return
    console.print(table(found, assignment))


@app.command()
def report(
    assignment: Annotated[str, typer.Argument(help="name of the assignment")] = "vae",
    course: Annotated[Path, typer.Option(help="folder of the course, with its gradebook.db and records/")] = Path(),
    to: Annotated[Path, typer.Option(help="file of the page")] = Path("build/report.html"),
    as_json: Annotated[bool, typer.Option("--json", help="print the numbers as JSON, and write no page")] = False,
) -> None:
    """Write the instructor's report on a graded class: one HTML page, which needs no other file.

    Records that cannot be read are named and left out. Exit codes: 0 written; 1 nobody has handed in anything, nothing
    is graded, the assignment is not released, or the page cannot be written.
    """
    from coursekit.course import open_course
    from coursekit.problems import NobodyError
    from coursekit.report import NothingGradedError, of_class
    from coursekit.report_page import write
    from coursekit.similar import NotReleasedError

    page, folder = to.resolve(), course.resolve()
    try:
        found = of_class(folder, assignment, open_course(folder, assignment).coursedir.db_url)
        if not as_json:
            write(found, page)
    except (NobodyError, NothingGradedError, NotReleasedError, OSError) as error:
        _fail(error)
    for reason in found.damaged.values():
        errors.print(reason, style="bold yellow", markup=False)
    if as_json:
        print(json.dumps(found.as_dict(), indent=1))
    else:
        console.print(f"Report: {page}", soft_wrap=True, markup=False)


def _fail(error: Exception) -> NoReturn:
    errors.print(str(error), style="bold red", markup=False)
    raise typer.Exit(1) from error


if __name__ == "__main__":
    app()
