"""What the sandbox is worth and what it costs, in one run: `make attack`.

Runs the tests of `corpus/attacks` and `corpus/broken`, times a submission with and without the sandbox in turns,
and grades 200 submissions in one process. Run it alone: it counts kernels and temporary files that appear.
Prints the numbers, writes build/attack.json, and exits 1 when one is missed.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import psutil
from nbformat.v4 import new_code_cell
from rich.console import Console
from rich.progress import Progress

from benchmarks.tables import reached, results_table
from coursekit import corpus
from coursekit.data import ROOT
from coursekit.demo import hand_in, make_course, nbgrader

WORK = ROOT / "build" / "attack"
ROUNDS, IN_A_ROW = 5, 200
BLANK = corpus.load(corpus.CORPUS / "chaffs" / "blank_stub.py")
OVERHEAD_SECONDS, GROWTH_MIB, MEMORY_MIB, LONGEST_SECONDS = 1.0, 50.0, 2048.0, 400.0
"""What must be reached, at most."""
WITHOUT_TORCH = "import sys\nsys.modules['torch'] = None"
"""First cell of the submissions in a row: what is measured is the grader, and so the kernel has nothing to load."""
WARM_UP = 10
"""Gradings after which the grader's memory is taken as its size: by then all that it imports is there."""


def main() -> int:
    """Run all, print and write the numbers; 0 when all are reached."""
    console = Console()
    attacks, broken = defeated("attacks"), defeated("broken")
    with Progress(console=console) as progress:
        overhead = sandbox_overhead(progress)
        growth, processes, files = in_a_row(progress)
    results = {
        "attacks that succeeded": (len(attacks["failed"]), "<=", 0),
        "broken submissions handled wrongly": (len(broken["failed"]), "<=", 0),
        "largest process that grades an attack, MiB": (attacks["most"]["peak"] / 2**20, "<=", MEMORY_MIB),
        "longest grading of an attack, seconds": (attacks["most"]["seconds"], "<=", LONGEST_SECONDS),
        "sandbox, seconds a submission": (overhead, "<=", OVERHEAD_SECONDS),
        f"growth of the grader in {IN_A_ROW} gradings, MiB": (growth, "<=", GROWTH_MIB),
        "processes left": (processes, "<=", 0),
        "files left in the temporary folder": (files, "<=", 0),
    }
    console.print(results_table(results))
    for what, found in (("attacks defeated", attacks), ("broken submissions handled", broken)):
        console.print(f"{what}: {found['total'] - len(found['failed'])} / {found['total']}")
        for name in found["failed"]:
            console.print(f"    {name}", markup=False)
    numbers = {name: value for name, (value, _, _) in results.items()}
    (ROOT / "build" / "attack.json").write_text(
        json.dumps({"attacks": attacks, "broken": broken, "results": numbers}, indent=1)
    )
    return 0 if reached(results) else 1


def defeated(kind: str) -> dict:
    """Run tests/pipeline/test_<kind>.py: how many samples of the corpus there are, the names of failed tests, and the
    most that any test has seen of each property that it records."""
    report = ROOT / "build" / f"{kind}.xml"
    tests = f"tests/pipeline/test_{kind}.py"
    subprocess.run([sys.executable, "-m", "pytest", "-q", tests, f"--junitxml={report}"], cwd=ROOT)
    cases = list(ElementTree.parse(report).iter("testcase"))
    if not cases:
        raise RuntimeError(f"tests/pipeline/test_{kind}.py ran no test")
    failed = [case.get("name", "") for case in cases if {"failure", "error"} & {part.tag for part in case}]
    most: dict[str, float] = {}
    for seen in (each for case in cases for each in case.iter("property")):
        most[seen.get("name", "")] = max(most.get(seen.get("name", ""), 0.0), float(seen.get("value", "nan")))
    return {
        "total": len(list((ROOT / "corpus" / kind).glob("*.py"))),
        "tests": len(cases),
        "failed": failed,
        "most": most,
    }


def sandbox_overhead(progress: Progress) -> float:
    """Median over rounds of the seconds that the sandbox adds to one grading, both ways in turns."""
    course = _course("overhead")
    hand_in(course, "student", BLANK)
    task = progress.add_task("with and without the sandbox", total=ROUNDS)
    differences = []
    for _ in range(ROUNDS):
        seconds = {}
        for sandbox in (True, False):
            start = time.perf_counter()
            nbgrader(course, "autograde", "--force", f"--GradeExecute.sandbox={sandbox}")
            seconds[sandbox] = time.perf_counter() - start
        differences.append(seconds[True] - seconds[False])
        progress.advance(task)
    return statistics.median(differences)


def in_a_row(progress: Progress) -> tuple[float, int, int]:
    """Grade IN_A_ROW submissions by one command: growth of its memory (MiB) after WARM_UP, processes and files left."""
    course = _course("in_a_row")
    for number in range(IN_A_ROW):
        path = hand_in(course, f"student_{number:03}", BLANK)
        notebook = nbformat.read(path, as_version=4)
        notebook.cells.insert(0, new_code_cell(WITHOUT_TORCH))
        nbformat.write(notebook, path)
    task = progress.add_task("in a row", total=IN_A_ROW)
    grader = psutil.Process()
    sizes: list[int] = []
    temporary = Path(tempfile.gettempdir())
    before, files = _processes(), set(temporary.iterdir())

    def watch(line: str) -> None:
        if "Sanitizing" in line:
            (command,) = [child for child in grader.children() if "nbgrader" in " ".join(child.cmdline())]
            sizes.append(command.memory_info().rss)
            progress.advance(task)

    nbgrader(course, "autograde", on_line=watch)
    left = _processes() - before
    return (max(sizes[WARM_UP:]) - sizes[WARM_UP]) / 2**20, len(left), len(set(temporary.iterdir()) - files)


def _processes() -> set[int]:
    """Processes that the sandbox may have left: bubblewrap and kernels."""
    return {
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if {"bwrap", "connection.json"} & {Path(part).name for part in process.info["cmdline"] or ()}
    }


def _course(name: str) -> Path:
    course = WORK / name
    make_course(course)
    return course


if __name__ == "__main__":
    sys.exit(main())
