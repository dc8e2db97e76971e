"""Commands of the kit: `python -m coursekit --help`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

app = typer.Typer(help=__doc__, no_args_is_help=True, pretty_exceptions_enable=False)
console = Console()


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
def points(
    course: Annotated[Path, typer.Argument(help="folder of the course, with its gradebook.db")] = Path(),
    assignment: str = "vae",
) -> None:
    """Show everybody's points by task, and where the feedback pages lie."""
    from coursekit.points import of_class, table

    console.print(table(of_class(course, assignment), assignment))
    pages = sorted(course.glob(f"feedback/*/{assignment}/{assignment}.html"))
    where = f"{len(pages)} feedback pages, such as {pages[0]}" if pages else "No feedback pages yet"
    console.print(where, soft_wrap=True)


@app.command()
def problems(
    assignment: Annotated[str, typer.Argument(help="name of the assignment")] = "vae",
    course: Annotated[Path, typer.Option(help="folder of the course, with its records/")] = Path(),
) -> None:
    """List the submissions that an instructor should look at: not graded, unreadable, flagged, mended, no sandbox."""
    from coursekit.problems import of_class, table

    console.print(table(of_class(course, assignment), assignment))


if __name__ == "__main__":
    app()
