"""A class of 100 on this machine: `python -m benchmarks.class_time [--size 100]`.

A mixed class (right, wrong and malformed submissions of `corpus/`) is graded by `python -m coursekit grade` with two
workers and with one. (Of a few submissions the ratio of the two would hang on the last one, for which a worker waits.)
Every fifth is graded once more with two, for what `performance.py` computes. Against it stands stock, sequential
`nbgrader autograde`, which executes notebooks with plain loops (`plain_loops.py`) and all their analyses: that takes
minutes a submission, so it is timed on three of them, a right, a wrong and a malformed one, two at a time, and each
stands for all of its kind. (A few would be quicker: one in ten wrong ones and one in nine malformed ones do not train.)
Run it alone: processor seconds and memory are the machine's. Prints the numbers, writes build/class.json, and exits 1
when one is missed.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
from rich.console import Console

from benchmarks import stock
from benchmarks.parts import PARTS, seconds_by_part
from benchmarks.tables import Results, as_json, reached, results_table
from benchmarks.watch import Watch
from coursekit import broken, corpus, records
from coursekit.data import ROOT
from coursekit.demo import hand_in, make_course, nbgrader

WORK = ROOT / "build" / "class"
SHARES = {"wheat": 0.5, "chaff": 0.4, "broken": 0.1}
"""Kinds of submissions in a class."""
STOCK_SAMPLE = {"wheat": "scale_exp", "chaff": "beta_guide_only", "broken": "renamed_notebook"}
EVERY = 5
"""One in so many submissions is graded once more, with two workers."""
OVER_STOCK, TWO_OVER_ONE, CPU_SECONDS, START_SHARE, WORKER_GIB = 40.0, 1.8, 20.0, 0.4, 1.5
"""What must be reached: two ratios at least; processor seconds a submission, the share of them in the start of the
kernel and its imports, and memory of a worker with its kernel at most."""


@dataclass(frozen=True)
class Run:
    """One command. seconds: of wall time; cpu: processor seconds; machine_gib: the most memory that the machine had in
    use beyond what it had before."""

    submissions: int
    seconds: float
    cpu: float
    machine_gib: float


def main() -> int:
    """Run all, print and write the numbers; 0 when all are reached."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=100, help="submissions")
    size = parser.parse_args().size
    os.environ["OMP_NUM_THREADS"] = "1"
    console = Console()
    course, kinds = make_class(size)
    some = sorted(kinds)[::EVERY]
    with ThreadPoolExecutor(2) as both:  # one processor each
        seconds = dict(zip(STOCK_SAMPLE, both.map(stock_seconds, STOCK_SAMPLE.items()), strict=True))
    whole = timed(size, lambda: grade(course, 2))
    parts = mean_seconds(course, sorted(kinds))
    points = [points_of(course, sorted(kinds))]
    one = timed(size, lambda: grade(course, 1))
    points.append(points_of(course, sorted(kinds)))
    with WorkerMemory() as worker:  # not of the others: looking takes a tenth of a processor
        sample = timed(len(some), lambda: grade(course, 2, some))
    points.append(points_of(course, sorted(kinds)))
    differing = sum(any(each[student] != points[0][student] for each in points) for student in kinds)
    stock_total = sum(seconds[kind] for kind in kinds.values())
    results: Results = {
        f"stock with plain loops / this kit, {size} submissions": (stock_total / whole.seconds, ">=", OVER_STOCK),
        "one worker / two workers": (one.seconds / whole.seconds, ">=", TWO_OVER_ONE),
        "processor seconds a submission": (whole.cpu / size, "<=", CPU_SECONDS),
        "share of the start and imports": (parts["start and imports"] / sum(parts.values()), "<=", START_SHARE),
        "worker with its kernel, GiB": (worker.gib, "<=", WORKER_GIB),
        "submissions with other points, 1 worker or 2": (differing, "<=", 0),
    }
    console.print(results_table(results))
    console.print(f"{60 * size / whole.seconds:.1f} submissions a minute with two workers")
    numbers = {
        "runs": {
            "whole, 2 workers": asdict(whole),
            "whole, 1 worker": asdict(one),
            "sample, 2 workers": asdict(sample),
        },
        "stock, seconds a submission": seconds,
        "kinds": {kind: list(kinds.values()).count(kind) for kind in SHARES},
        "seconds by part": parts,
        "results": as_json(results),
    }
    (ROOT / "build" / "class.json").write_text(json.dumps(numbers, indent=1))
    return 0 if reached(results) else 1


def make_class(size: int) -> tuple[Path, dict[str, str]]:
    """A course with submissions of all kinds, drawn with a fixed seed; the kind of each student's."""
    course = WORK / "course"
    make_course(course)
    draw = random.Random(2026)
    samples = {"wheat": corpus.load_all("wheat"), "chaff": corpus.load_all("chaff"), "broken": broken.load_all()}
    kinds = {}
    for number in range(size):
        (kind,) = draw.choices(list(SHARES), list(SHARES.values()))
        student = f"student_{number:03}"
        hand_in_sample(course, student, draw.choice(samples[kind]))
        kinds[student] = kind
    return course, kinds


def hand_in_sample(course: Path, student: str, sample: corpus.Sample | broken.Broken) -> None:
    """Write a sample of any kind as the submission of a student."""
    if isinstance(sample, broken.Broken):
        source, release = (course / step / "vae" / "vae.ipynb" for step in ("source", "release"))
        broken.build(sample, release, source, course / "submitted" / student / "vae")
    else:
        hand_in(course, student, sample)


def grade(course: Path, workers: int, students: list[str] | None = None) -> None:
    """Grade a class, or some of it, anew. Raises CalledProcessError where not all could be graded."""
    chosen = [part for student in students or [] for part in ("--student", student)]
    options = ["--course", str(course), "--workers", str(workers), "--force", *chosen]
    subprocess.run([sys.executable, "-m", "coursekit", "grade", "vae", *options], cwd=ROOT, check=True)


def timed(submissions: int, command: Callable[[], None]) -> Run:
    """What a command took on a machine that does nothing else.

    The processor seconds are the machine's: those of a kernel that is killed in its sandbox reach no parent.
    """
    before = processor_seconds()
    with MachineMemory() as memory:
        start = time.perf_counter()
        command()
        seconds = time.perf_counter() - start
    return Run(submissions, seconds, processor_seconds() - before, memory.gib)


def processor_seconds() -> float:
    """Seconds for which the processors of the machine have been busy."""
    times = psutil.cpu_times()
    return times.user + times.nice + times.system


class MachineMemory(Watch):
    """Watches the machine; ``gib``: the most that was in use beyond what was before."""

    gib = 0.0

    def __init__(self) -> None:
        self._before = psutil.virtual_memory().used

    def look(self) -> None:
        """At what is used now."""
        self.gib = max(self.gib, (psutil.virtual_memory().used - self._before) / 2**30)


class WorkerMemory(Watch):
    """Watches the workers below this process, Dask's processes that execute; ``gib``: the most that one had."""

    period = 0.5
    gib = 0.0

    def look(self) -> None:
        """At what each has now with its kernel; of pages that processes share each has its part."""
        for process in psutil.Process().children(recursive=True):
            try:
                if "spawn_main" in " ".join(process.cmdline()):
                    family = [process, *process.children(recursive=True)]
                    self.gib = max(self.gib, sum(each.memory_full_info().pss for each in family) / 2**30)
            except psutil.Error:
                continue  # it has just ended

    def __exit__(self, *exception: object) -> None:
        """Raises RuntimeError where no worker was seen, so that nothing is known of its memory."""
        super().__exit__(*exception)
        if not self.gib:
            raise RuntimeError("no worker was seen, so nothing is known of its memory")


def mean_seconds(course: Path, students: list[str]) -> dict[str, float]:
    """Mean seconds of a worker for each part of a submission, from the records."""
    found = [seconds_by_part(records.load(course, "vae", student)) for student in students]
    return {part: sum(seconds[part] for seconds in found) / len(found) for part in PARTS}


def points_of(course: Path, students: list[str]) -> dict[str, dict[str, float]]:
    """Points of each student by grade cell, from the records."""
    return {student: records.load(course, "vae", student)["points"] for student in students}


def stock_seconds(sample: tuple[str, str]) -> float:
    """Seconds of stock autograding of one submission, of a kind and name, that trains and analyses by plain loops."""
    kind, name = sample
    course = WORK / f"stock_{kind}"
    make_course(course)
    with (course / "nbgrader_config.py").open("a") as config:
        config.write(stock.SETTINGS)
    utils = course / "source" / "vae" / "src" / "utils.py"
    utils.unlink()
    shutil.copy(Path(__file__).with_name("plain_loops.py"), utils)
    folder = {"wheat": "wheats", "chaff": "chaffs", "broken": "broken"}[kind]
    path = corpus.CORPUS / folder / f"{name}.py"
    hand_in_sample(course, "student", broken.load(path) if kind == "broken" else corpus.load(path))
    start = time.perf_counter()
    nbgrader(course, "autograde")
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
