"""The bands of the checks of trained models, from measurements.

usage: python -m benchmarks.calibrate [--seeds 30] [--variant-seeds 4] [--workers 2]

The reference solution at 30 seeds, and every other wheat at some, is trained in the grading profile and measured
as the checks measure it: the spread between solutions is larger than between seeds. A band reaches
from the lowest to the highest value seen, and beyond both by the factors of ROOM; the bands go to
grader_tests/bands.json, all values to build/calibration.json. How much the models have learnt is measured beside
them, for the limits in grader_tests/trained.py. Chaffs that only training reveals are measured too, at one seed, and
printed beside the bands.
"""

import argparse
import json
import os
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.runs import run_corpus
from coursekit import corpus
from grader_tests.session import inputs_of_module
from grader_tests.student import ProbeError, Student
from grader_tests.trained import BANDS_FILE, measure, reconstruction_error
from src.profile import GRADING_STEPS

ROOM = {
    "ae_mse": (0.5, 1.3),
    "vae_negative_elbo": (0.8, 1.4),
    "vae_kl": (0.15, 1.8),
    "vae_variance": (0.5, 1.8),
    "bvae_negative_elbo": (0.8, 1.4),
    "bvae_kl": (0.03, 1.2),
    "bvae_variance": (0.42, 1.8),
}
"""Factors of the lowest and the highest value seen. A right solution may well learn slower than every wheat (a deeper
network: higher −ELBO, less KL, another variance), so there is much room on that side. The mistakes that only training
shows must stay well outside at every seed: β on the guide alone (variance 2.9 to 3.3 over 10 seeds; 0.26 at most where
β divides the scale of the encoder), any misplaced β (more KL than β = 3 leaves), a collapsed posterior (KL near 0),
a decoder that cannot draw (−ELBO above 500). A model trained with β = 1 must stay inside the variance's band (1.9 at
most), because its mistake has a name already."""
LEARNT = ("gain", "representation")
"""Measures without a band: their lowest value in right solutions is printed."""
MODELS = {"test_1a_training": "vae", "test_3_training": "bvae"}
UNUSED = ("test_1a", "classification", "test_2", "test_3")
REFERENCE = "scale_exp_half_logvar"

console = Console()


def measure_cell(cell: str, student: Student, seed: int) -> list[Any]:
    """(name of a band, value) for each measure of the models that exist at grade cell ``cell``."""
    rng, seeds = inputs_of_module(seed)
    model = MODELS[cell]
    try:
        measured = measure(student, f"{model}_model", rng, seeds)
        names = ("negative_elbo", "kl", "variance", *LEARNT)
        measures = {name: getattr(measured, name) for name in names}
        ae_mse = reconstruction_error(student, "ae_model", rng, seeds)
    except ProbeError:
        return []  # a chaff whose training failed has nothing to measure
    return [("ae_mse", ae_mse), *((f"{model}_{name}", value) for name, value in measures.items())]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=30, help="seeds for the reference solution")
    parser.add_argument("--variant-seeds", type=int, default=4, help="seeds for every other wheat")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    options = parser.parse_args()
    samples = {sample.name: sample for sample in corpus.load_all()}
    seeds = {"wheat": options.variant_seeds, "chaff": 1}
    wanted = [
        (sample, options.seeds if sample.name == REFERENCE else seeds[sample.kind])
        for sample in samples.values()
        if sample.kind == "wheat" or any(".trained_" in check for check in sample.fails)
    ]
    values: dict[str, dict[str, list[float]]] = {"wheat": defaultdict(list), "chaff": defaultdict(list)}
    rows = []
    for outcome in run_corpus(wanted, measure_cell, options.workers, console, skip=UNUSED):
        sample = samples[outcome.sample]
        rows.append({"sample": sample.name, "kind": sample.kind, "seed": outcome.seed, **dict(outcome.results)})
        for name, value in outcome.results:
            values[sample.kind][name].append(value)
    bands = {name: band(values["wheat"][name], *ROOM[name]) for name in sorted(ROOM)}
    settings = {"steps": GRADING_STEPS, "seeds": options.seeds, "variant_seeds": options.variant_seeds}
    BANDS_FILE.write_text(json.dumps({**settings, "bands": bands}, indent=1) + "\n")
    build = Path("build")
    build.mkdir(exist_ok=True)
    (build / "calibration.json").write_text(json.dumps({**settings, "rows": rows}, indent=1))
    console.print(table(bands, rows))
    for name in (f"{model}_{name}" for model in MODELS.values() for name in LEARNT):
        console.print(f"{name}: {min(values['wheat'][name]):.3g} at least")
    return 0


def band(found: list[float], low: float, high: float) -> list[float]:
    """Lowest and highest of the values found, times the factors; four significant digits."""
    return [float(f"{low * min(found):.4g}"), float(f"{high * max(found):.4g}")]


def table(bands: dict[str, list[float]], rows: list[dict[str, Any]]) -> Table:
    """The bands, and the values of chaffs beside them."""
    result = Table(title="bands, and what chaffs measure (bold: outside)")
    for column in ("", *bands):
        result.add_column(column)
    result.add_row("band", *(f"{low:g} … {high:g}" for low, high in bands.values()))
    for row in sorted((r for r in rows if r["kind"] == "chaff"), key=lambda r: r["sample"]):
        cells = []
        for name, (low, high) in bands.items():
            value = row.get(name)
            text = "–" if value is None else f"{value:.4g}"
            cells.append(text if value is None or low <= value <= high else f"[bold]{text}[/]")
        result.add_row(row["sample"], *cells)
    return result


if __name__ == "__main__":
    sys.exit(main())
