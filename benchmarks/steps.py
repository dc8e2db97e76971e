"""How few training steps the checks of a trained model can do with.

usage: python -m benchmarks.steps [--steps 78 156 312] [--seeds 2] [--workers 2]

At each number of steps all wheats are trained and measured, and bands made of their values as `make calibrate` makes
them. Beside them stands every chaff at each check of a trained model that it must fail: how far outside the
nearest band lies it, as a factor? Below 1 it would pass. The numbers go to build/steps.json; the one that grading
takes is `GRADING_STEPS` in src/profile.py.
"""

import argparse
import json
import os
import sys
from pathlib import Path
from unittest.mock import patch

from rich.console import Console
from rich.table import Table

from benchmarks.calibrate import ROOM, UNUSED, band, measure_cell
from benchmarks.runs import run_corpus
from coursekit import corpus
from coursekit.trial import Outcome

MEASURES = {
    "1a.trained_elbo": ("vae_negative_elbo", "vae_kl"),
    "1a.trained_posterior": ("vae_variance",),
    "3.trained_kl": ("bvae_kl", "bvae_negative_elbo"),
    "3.trained_variance": ("bvae_variance",),
}
"""What each check of a trained model compares with a band; outside one of them it fails."""

console = Console()


def main() -> int:
    """Measure at each number of steps, print, and write build/steps.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, nargs="+", default=[78, 156, 312])
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    options = parser.parse_args()
    samples = {
        sample.name: sample
        for sample in corpus.load_all()
        if sample.kind == "wheat" or any(check in MEASURES for check in sample.fails)
    }
    wanted = [(sample, options.seeds) for sample in samples.values()]
    rows = []
    for steps in options.steps:
        with patch("src.training.GRADING_STEPS", steps):  # workers are forked, and so have it too
            outcomes = list(run_corpus(wanted, measure_cell, options.workers, console, skip=UNUSED))
        rows.append({"steps": steps, "checks": distances(samples, outcomes), "measured": measured(outcomes)})
    Path("build").mkdir(exist_ok=True)
    Path("build", "steps.json").write_text(json.dumps({"seeds": options.seeds, "rows": rows}, indent=1))
    table = Table(title="the least factor by which a wrong solution lies outside its band")
    for column in ("steps", *MEASURES):
        table.add_column(column)
    for row in rows:
        nearest = [f"{found['factor']:.2f} {found['sample']}" for found in row["checks"].values()]
        table.add_row(str(row["steps"]), *nearest)
    console.print(table)
    return 0


def distances(samples: dict[str, corpus.Sample], outcomes: list[Outcome]) -> dict[str, dict[str, str | float]]:
    """By check, the chaff that must fail it and lies nearest to passing, and the factor by which it is outside."""
    bands = {}
    for name, room in ROOM.items():
        right = [dict(o.results)[name] for o in outcomes if samples[o.sample].kind == "wheat"]
        bands[name] = band(right, *room)
    nearest = {}
    for check, names in MEASURES.items():
        found = {
            (outcome.sample, outcome.seed): max(outside(dict(outcome.results)[name], *bands[name]) for name in names)
            for outcome in outcomes
            if check in samples[outcome.sample].fails and set(names) <= set(dict(outcome.results))
        }
        (sample, _), factor = min(found.items(), key=lambda item: item[1])
        nearest[check] = {"sample": sample, "factor": factor}
    return nearest


def measured(outcomes: list[Outcome]) -> list[dict[str, str | float]]:
    """What each training has measured."""
    return [{"sample": outcome.sample, "seed": outcome.seed, **dict(outcome.results)} for outcome in outcomes]


def outside(value: float, low: float, high: float) -> float:
    """The factor by which a value lies outside a band: below 1 inside; no number is outside by any factor."""
    if not value > 0:
        return float("inf")
    return max(value / high, low / value)


if __name__ == "__main__":
    sys.exit(main())
