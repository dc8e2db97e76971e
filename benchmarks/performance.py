"""Writes docs/performance.md and its figure from what the benchmarks have measured: the last step of `make bench`.

Reads build/speed.json, build/class.json and build/scale.json. Raises FileNotFoundError, naming the benchmark to run.
"""

import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from matplotlib.axes import Axes
from rich.console import Console

from benchmarks.tables import Results, reached, results_table
from coursekit.data import ROOT

PAGE = ROOT / "docs" / "performance.md"
FIGURE = ROOT / "docs" / "images" / "performance.png"
MANY, CLUSTER = 10_000, 64
"""Submissions and workers of the class that is only computed."""


def main() -> int:
    """Write the page and the figure; 0 when all numbers are reached."""
    speed, class_time, scale = (measured(name) for name in ("speed", "class", "scale"))
    model = Model(class_time, scale)
    figure(speed, class_time, scale, model)
    PAGE.write_text(page(speed, class_time, scale, model))
    results: Results = {
        name: tuple(result[:3]) for found in (speed, class_time, scale) for name, result in found["results"].items()
    }
    Console().print(results_table(results), f"{PAGE.relative_to(ROOT)} and {FIGURE.relative_to(ROOT)} are written")
    return 0 if reached(results) else 1


def measured(name: str) -> Any:
    """What a benchmark has measured."""
    path = ROOT / "build" / f"{name}.json"
    if not path.exists():
        module = {"class": "class_time"}.get(name, name)
        raise FileNotFoundError(f"{path} is missing: run `python -m benchmarks.{module}`")
    return json.loads(path.read_text())


class Model:
    """Seconds that a class takes: the slower of the workers, who share it, and the coordinator, who sees all of it.

    T(n, w) = start + max(n * worker / w, n * coordinator): ``worker``, ``coordinator`` in seconds a submission, for
    workers with a processor each. ``worker`` and ``start`` (of the workers) are fitted to the class and to its sample
    with two workers. These share two processors with the coordinator, and take start + n * (worker + coordinator) / 2.
    The class with one worker checks it.
    """

    def __init__(self, class_time: dict[str, Any], scale: dict[str, Any]) -> None:
        whole, sample = (class_time["runs"][name] for name in ("whole, 2 workers", "sample, 2 workers"))
        each = (whole["seconds"] - sample["seconds"]) / (whole["submissions"] - sample["submissions"])
        self.coordinator = list(scale["milliseconds"].values())[-1] / 1000
        self.worker = 2 * each - self.coordinator
        self.start = whole["seconds"] - whole["submissions"] * each

    def seconds(self, submissions: float, workers: float | np.ndarray) -> Any:
        """Of a class with so many submissions and workers."""
        shared = submissions * self.worker / np.asarray(workers, dtype=float)
        return self.start + np.maximum(shared, submissions * self.coordinator)

    @property
    def saturation(self) -> float:
        """Workers beyond which the coordinator is the slower one."""
        return self.worker / self.coordinator


def figure(speed: dict[str, Any], class_time: dict[str, Any], scale: dict[str, Any], model: Model) -> None:
    """One submission by phase, by part of a class, the coordinator over sizes, submissions a minute over workers."""
    axes = plt.figure(figsize=(11, 7.5), layout="constrained").subplots(2, 2)
    _phases(axes[0, 0], speed)
    _parts(axes[0, 1], parts(class_time, model))
    _coordinator(axes[1, 0], scale)
    _throughput(axes[1, 1], class_time, model)
    plt.savefig(FIGURE, dpi=110)
    plt.close()


def _phases(axes: Axes, speed: dict[str, Any]) -> None:
    bottom = np.zeros(2)
    runs = [speed["plain loops"], speed["study"]]
    for phase in runs[0]["phases"]:
        seconds = np.array([run["phases"][phase] for run in runs])
        axes.bar(["plain loops", "study"], seconds, bottom=bottom, label=phase)
        bottom += seconds
    axes.bar(["grading"], [speed["grading"]["seconds"]], color="0.4", label="grading")
    axes.set(ylabel="seconds", title="One submission")
    axes.legend(fontsize=8)


def _parts(axes: Axes, seconds: dict[str, float]) -> None:
    bars = axes.barh(list(seconds), list(seconds.values()))
    total = sum(seconds.values())
    axes.bar_label(bars, [f"{100 * value / total:.0f} %" for value in seconds.values()], padding=3)
    axes.margins(x=0.15)
    axes.invert_yaxis()
    axes.set(xlabel="seconds, mean over the class", title="Where a submission's time goes")


def _coordinator(axes: Axes, scale: dict[str, Any]) -> None:
    milliseconds = {int(size): value for size, value in scale["milliseconds"].items()}
    axes.semilogx(list(milliseconds), list(milliseconds.values()), "o-")
    axes.set_ylim(0, 1.15 * max(milliseconds.values()))
    axes.set(xlabel="submissions", ylabel="ms a submission", title="The coordinator alone")


def _throughput(axes: Axes, class_time: dict[str, Any], model: Model) -> None:
    workers = np.arange(1, 2 * model.saturation)
    axes.plot(workers, 60 * MANY / model.seconds(MANY, workers), label="computed")
    whole = class_time["runs"]["whole, 2 workers"]
    axes.plot(2, 60 * whole["submissions"] / whole["seconds"], "o", label=f"measured, {whole['submissions']}")
    axes.axvline(model.saturation, color="0.6", linestyle="--", label="the coordinator is busy all the time")
    axes.set(xlabel="workers, a processor each", ylabel="submissions a minute", title=f"A class of {MANY:,}")
    axes.legend(fontsize=8)


def parts(class_time: dict[str, Any], model: Model) -> dict[str, float]:
    """Seconds of a submission by part: of its worker, and of the process that owns the gradebook."""
    return class_time["seconds by part"] | {"gradebook and files": model.coordinator}


def page(speed: dict[str, Any], class_time: dict[str, Any], scale: dict[str, Any], model: Model) -> str:
    """The text of docs/performance.md, from the template beside this file."""
    whole, one = (class_time["runs"][name] for name in ("whole, 2 workers", "whole, 1 worker"))
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), undefined=StrictUndefined)
    return environment.get_template("performance.md.jinja").render(
        machine=f"{os.cpu_count()} processors, {platform.machine()}",
        speed=speed,
        scale=scale,
        model=model,
        whole=whole,
        one=one,
        predicted=float(model.seconds(one["submissions"], 1)),
        many=f"{MANY:,}",
        cluster=CLUSTER,
        minutes=float(model.seconds(MANY, CLUSTER)) / 60,
        parts=parts(class_time, model),
        numbers=numbers,
        **{"class": class_time},
    )


def numbers(results: dict[str, list[Any]]) -> str:
    """What was measured against what must be reached, as a table in Markdown."""
    lines = ["| number | measured | wanted | reached |", "|---|---|---|---|"]
    for name, (value, sign, bound, ok) in results.items():
        lines.append(f"| {name} | {value:.3g} | {sign} {bound:g} | {'yes' if ok else '**missed**'} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
