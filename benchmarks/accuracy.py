"""How often the checks are wrong: every sample solution, over many seeds.

usage: python -m benchmarks.accuracy [--seeds 30] [--chaff-seeds 3] [--repeats 10] [--only NAME ...] [--workers 2]

Prints false rejections (a wheat that fails a check), false acceptances (a chaff that fails none of the checks
that name its mistake) and wrong check ids (a chaff that fails others, or not all, of the checks in its
header), and exits 1 unless all three are zero. Writes every outcome to build/accuracy.json. Ctrl-C ends with what
has been judged so far.

Training takes most of the time, so the networks of a sample are trained at every tenth seed (--repeats) and judged at
ten: what changes from seed to seed is everything that the checks draw. How trained networks differ from
seed to seed is measured by `make calibrate`; --repeats 1 trains anew at each seed.
"""

import argparse
import json
import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.runs import run_corpus
from coursekit import corpus
from coursekit.trial import Outcome
from grader_tests.session import cells as grade_cells
from grader_tests.session import list_checks, run_checks
from grader_tests.student import Student
from grader_tests.verdict import PASSED

ROOT = Path(__file__).resolve().parent.parent

console = Console(soft_wrap=True)


def all_checks() -> frozenset[str]:
    """Ids of the checks of all grade cells."""
    return frozenset(mark.kwargs["id"] for cell in grade_cells() for mark in list_checks(cell))


def check_cell(cell: str, student: Student, seed: int) -> list[Any]:
    """Results of the checks of a grade cell."""
    return run_checks(cell, student, seed).results


@dataclass
class Tally:
    """Counts over runs, and a line for each run that was judged wrongly; ``checks``: ids of all."""

    checks: frozenset[str]
    runs: dict[str, int] = field(default_factory=lambda: {"wheat": 0, "chaff": 0})
    false_rejections: int = 0
    false_acceptances: int = 0
    wrong_ids: int = 0
    lines: list[str] = field(default_factory=list)

    def add(self, sample: corpus.Sample, outcome: Outcome) -> None:
        """Count one run."""
        self.runs[sample.kind] += 1
        failed = [result for result in outcome.results if result.verdict != PASSED]
        fails = set(sample.fails)
        missed = fails - {r.id for r in failed} | self.checks - {r.id for r in outcome.results}
        unasked = [r for r in failed if r.id not in sample.fails]
        if not missed and not unasked:
            return
        if sample.kind == "wheat":
            self.false_rejections += 1
        elif missed == fails:
            self.false_acceptances += 1
        else:
            self.wrong_ids += 1
        self.lines.append(
            f"{sample.kind} {sample.name}, seed {outcome.seed}: "
            f"passes {sorted(missed) or 'nothing'} that it should fail"
        )
        self.lines += [f"    fails {r.id} ({r.verdict}): {r.message}" for r in unasked]
        self.lines += [f"    cell {cell}: {error.partition(chr(10))[0]}" for cell, error in outcome.errors.items()]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=30, help="seeds for wheats")
    parser.add_argument("--chaff-seeds", type=int, default=3, help="seeds for chaffs")
    parser.add_argument("--repeats", type=int, default=10, help="seeds in a row that judge the same trained networks")
    parser.add_argument("--only", nargs="*", help="names of samples")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    options = parser.parse_args()

    seeds = {"wheat": options.seeds, "chaff": options.chaff_seeds}
    samples = {s.name: s for s in corpus.load_all() if not options.only or s.name in options.only}
    if unknown := sorted(set(options.only or ()) - set(samples)):
        parser.error(f"there is no sample {', '.join(unknown)}")
    wanted = [(sample, seeds[sample.kind]) for sample in samples.values()]
    tally, outcomes, started = Tally(all_checks()), [], time.perf_counter()
    try:
        for outcome in run_corpus(wanted, check_cell, options.workers, console, repeats=options.repeats):
            tally.add(samples[outcome.sample], outcome)
            outcomes.append(outcome)
    except KeyboardInterrupt:
        console.print("Stopped; this is what has been judged so far.")
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
        {
            "sample": o.sample,
            "seed": o.seed,
            "errors": o.errors,
            "grade_cells": grade_cells(),
            "checks": {r.id: {"verdict": r.verdict, "message": r.message, "seconds": r.seconds} for r in o.results},
        }
        for o in sorted(outcomes, key=lambda o: (o.sample, o.seed))
    ]
    (build / "accuracy.json").write_text(json.dumps({"seconds": seconds, "runs": rows}, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    sys.exit(main())
