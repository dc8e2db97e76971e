"""Writes docs/grading-accuracy.md and its figure from build/accuracy.json, build/calibration.json and build/steps.json.

usage: python -m benchmarks.grading_accuracy, after `make accuracy`, `make calibrate` and `python -m benchmarks.steps`.
Raises FileNotFoundError, which names the command, where one of them has not run.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from matplotlib.axes import Axes

from benchmarks.calibrate import REFERENCE, ROOM
from benchmarks.generated.expected import KNOWN
from benchmarks.generated.idioms import AXES
from benchmarks.generated.mutations import MUTATIONS
from coursekit import corpus
from coursekit.data import ROOT
from grader_tests.session import cells, list_checks
from grader_tests.trained import bands
from grader_tests.verdict import PASSED

PAGE = ROOT / "docs" / "grading-accuracy.md"
FIGURE = ROOT / "docs" / "images" / "bands.png"
RESULTS = {
    "make accuracy": "accuracy.json",
    "make calibrate": "calibration.json",
    "python -m benchmarks.steps": "steps.json",
}
UNITS = {"mse": "mean over pixels", "elbo": "nats per image", "kl": "nats per image", "variance": "median over latents"}


def main() -> None:
    """Write the page and the figure."""
    accuracy, calibration = measured("make accuracy"), measured("make calibrate")
    figure(calibration["rows"])
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), undefined=StrictUndefined)
    text = environment.get_template("grading_accuracy.md.jinja").render(
        counts=counts(accuracy["runs"]),
        minutes=accuracy["seconds"] / 60,
        checks=checks(accuracy["runs"]),
        axes={axis: len(idioms) for axis, idioms in AXES.items()},
        mutations=len(MUTATIONS),
        known=KNOWN,
        calibration=calibration,
        steps=measured("python -m benchmarks.steps"),
        bands=bands(),
        room=ROOM,
        ranges=ranges(calibration["rows"]),
    )
    PAGE.write_text(text)
    print(f"{PAGE.relative_to(ROOT)} and {FIGURE.relative_to(ROOT)} are written")


def measured(command: str) -> Any:
    """What a command has measured."""
    path = ROOT / "build" / RESULTS[command]
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing: run `{command}`")
    return json.loads(path.read_text())


def counts(runs: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """By kind: samples, runs, and runs that were judged otherwise than the sample's header says."""
    samples = {sample.name: sample for sample in corpus.load_all()}
    found: dict[str, dict[str, int]] = {}
    for kind in ("wheat", "chaff"):
        own = [run for run in runs if samples[run["sample"]].kind == kind]
        wrong = [run for run in own if failed(run) != set(samples[run["sample"]].fails)]
        found[kind] = {"samples": len({run["sample"] for run in own}), "runs": len(own), "wrong": len(wrong)}
    return found


def failed(run: dict[str, Any]) -> set[str]:
    """Ids of the checks that a run has not passed."""
    return {check for check, result in run["checks"].items() if result["verdict"] != PASSED}


def checks(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """By check: points, title, samples that must fail it, and runs in which it was passed and failed."""
    must_fail = Counter(check for sample in corpus.load_all() for check in sample.fails)
    fails = Counter(check for run in runs for check in failed(run))
    passes = Counter(check for run in runs for check in set(run["checks"]) - failed(run))
    marks = [mark.kwargs for cell in cells() for mark in list_checks(cell)]
    return [
        {**mark, "samples": must_fail[mark["id"]], "passed": passes[mark["id"]], "failed": fails[mark["id"]]}
        for mark in marks
    ]


def ranges(rows: list[dict[str, Any]]) -> dict[str, tuple[float, float]]:
    """By band: the lowest and the highest value of a right solution."""
    right = {name: [row[name] for row in rows if row["kind"] == "wheat" and name in row] for name in ROOM}
    return {name: (min(values), max(values)) for name, values in right.items()}


def figure(rows: list[dict[str, Any]]) -> None:
    """A strip for each band: the band, the reference, the other right solutions, and wrong ones."""
    axes = plt.figure(figsize=(9, 1.1 * len(ROOM) + 0.8), layout="constrained").subplots(len(ROOM), 1)
    for axis, name in zip(axes, ROOM, strict=True):
        draw_band(axis, name, rows)
    handles, labels = axes[0].get_legend_handles_labels()
    axes[0].figure.legend(handles, labels, loc="outside upper center", ncols=4, fontsize=8)
    plt.savefig(FIGURE, dpi=110)
    plt.close()


def draw_band(axis: Axes, name: str, rows: list[dict[str, Any]]) -> None:
    """One strip, on a logarithmic scale; wrong values that are not positive numbers are at the left edge."""
    axis.axvspan(*bands()[name], color="#009E73", alpha=0.2, label="band")
    groups = {
        "reference solution": ([r for r in rows if r["sample"] == REFERENCE], "#0072B2", "o"),
        "other right solutions": (
            [r for r in rows if r["kind"] == "wheat" and r["sample"] != REFERENCE],
            "#56B4E9",
            "o",
        ),
        "wrong solutions": ([r for r in rows if r["kind"] == "chaff"], "#D55E00", "x"),
    }
    low = bands()[name][0] / 10
    for height, (label, (members, colour, marker)) in enumerate(groups.items()):
        values = np.array([row[name] for row in members if row.get(name) is not None], dtype=float)
        values = np.where(np.isfinite(values) & (values > low), values, low)
        axis.plot(values, np.full(len(values), -height), marker, color=colour, alpha=0.6, markersize=4, label=label)
    axis.set(xscale="log", yticks=[], ylim=(-2.6, 0.6))
    axis.set_title(f"{name} ({UNITS[name.rpartition('_')[2]]})", fontsize=9, loc="left")


if __name__ == "__main__":
    main()
