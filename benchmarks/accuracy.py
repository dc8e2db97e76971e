"""How often the checks are wrong: every sample solution, over many seeds.

usage: python -m benchmarks.accuracy [--seeds 30] [--chaff-seeds 3] [--only NAME ...] [--workers 2]

Prints false rejections (a wheat that fails a check), false acceptances (a chaff that fails none of the checks
that name its mistake) and wrong check ids (a chaff that fails others, or not all, of the checks in its header),
and exits 1 unless all three are zero. Writes every outcome to build/accuracy.json.
"""

import argparse
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

os.environ.update(COURSE_PROFILE="grading", OMP_NUM_THREADS="1", MPLBACKEND="agg")

import nbformat
from rich.console import Console
from rich.progress import Progress

from coursekit import corpus
from coursekit.trial import Cell, Outcome, run_samples
from grader_tests.session import cells as grade_cells
from grader_tests.verdict import PASSED

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "source" / "vae" / "vae.ipynb"
RELEASE = ROOT / "release" / "vae" / "vae.ipynb"
NETWORKS = ("vae_encoder", "vae_decoder", "vae_model")
PIECE = 12  # samples of one job: enough to share the training of the reference networks, few enough to balance

console = Console()


def cells_of(sample: corpus.Sample) -> list[Cell]:
    """The given, solution and grade cells of a sample as a notebook would execute them."""
    solutions = corpus.solution_cells(sample, SOURCE, RELEASE)
    cells = []
    for cell in nbformat.read(SOURCE, as_version=4).cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if cell.cell_type == "code" and grade_id is not None:
            cells.append((grade_id, solutions.get(grade_id, cell.source)))
    return cells


def jobs(samples: Iterable[corpus.Sample], seeds: Iterable[int]) -> list[tuple[dict[str, list[Cell]], int]]:
    """Samples with the same networks go together, in pieces, once a seed."""
    groups: dict[tuple[str, ...], dict[str, list[Cell]]] = {}
    for sample in samples:
        cells = cells_of(sample)
        networks = tuple(source for grade_id, source in cells if grade_id in NETWORKS)
        groups.setdefault(networks, {})[sample.name] = cells
    pieces = []
    for group in sorted(groups.values(), key=len, reverse=True):
        names = list(group)
        pieces += [{name: group[name] for name in names[i : i + PIECE]} for i in range(0, len(names), PIECE)]
    return [(piece, seed) for seed in seeds for piece in pieces]


def run_job(job: tuple[dict[str, list[Cell]], int]) -> list[Outcome]:
    """Outcomes of the samples of one job."""
    samples, seed = job
    return list(run_samples(samples, seed, ROOT))


@dataclass
class Tally:
    """Counts over runs, and a line for each run that was judged wrongly."""

    runs: dict[str, int] = field(default_factory=lambda: {"wheat": 0, "chaff": 0})
    false_rejections: int = 0
    false_acceptances: int = 0
    wrong_ids: int = 0
    lines: list[str] = field(default_factory=list)

    def add(self, sample: corpus.Sample, outcome: Outcome) -> None:
        """Count one run."""
        self.runs[sample.kind] += 1
        failed = [result for result in outcome.results if result.verdict != PASSED]
        missed, unasked = set(sample.fails) - {r.id for r in failed}, [r for r in failed if r.id not in sample.fails]
        if not missed and not unasked:
            return
        if sample.kind == "wheat":
            self.false_rejections += 1
        elif missed == set(sample.fails):
            self.false_acceptances += 1
        else:
            self.wrong_ids += 1
        self.lines.append(f"{sample.kind} {sample.name}, seed {outcome.seed}: "
                          f"passes {sorted(missed) or 'nothing'} that it should fail")
        self.lines += [f"    fails {r.id} ({r.verdict}): {r.message}" for r in unasked]
        self.lines += [f"    cell {cell}: {error}" for cell, error in outcome.errors.items()]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=30, help="seeds for wheats")
    parser.add_argument("--chaff-seeds", type=int, default=3, help="seeds for chaffs")
    parser.add_argument("--only", nargs="*", help="names of samples")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    options = parser.parse_args()

    samples = {s.name: s for s in corpus.load_all() if not options.only or s.name in options.only}
    work = [
        job
        for kind, seeds in (("wheat", options.seeds), ("chaff", options.chaff_seeds))
        for job in jobs([s for s in samples.values() if s.kind == kind], range(1, seeds + 1))
    ]
    tally, started = Tally(), time.perf_counter()
    outcomes = []
    with Progress(console=console) as progress, multiprocessing.get_context("fork").Pool(options.workers) as pool:
        bar = progress.add_task("samples", total=sum(len(piece) for piece, _ in work))
        for batch in pool.imap_unordered(run_job, work):
            for outcome in batch:
                tally.add(samples[outcome.sample], outcome)
                outcomes.append(outcome)
                progress.advance(bar)
    write_results(outcomes, time.perf_counter() - started)
    for line in tally.lines:
        console.print(line, markup=False, highlight=False)
    console.print(f"false rejections / wheat runs: {tally.false_rejections} / {tally.runs['wheat']}")
    console.print(f"false acceptances / chaff runs: {tally.false_acceptances} / {tally.runs['chaff']}")
    console.print(f"wrong check ids: {tally.wrong_ids}   ({time.perf_counter() - started:.0f} s)")
    return int(bool(tally.lines))


def write_results(outcomes: list[Outcome], seconds: float) -> None:
    """Every outcome as JSON in build/accuracy.json."""
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    rows = [
        {"sample": o.sample, "seed": o.seed, "errors": o.errors, "grade_cells": grade_cells(),
         "checks": {r.id: {"verdict": r.verdict, "message": r.message, "seconds": r.seconds} for r in o.results}}
        for o in sorted(outcomes, key=lambda o: (o.sample, o.seed))
    ]
    (build / "accuracy.json").write_text(json.dumps({"seconds": seconds, "runs": rows}, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    sys.exit(main())
