"""The report on a class as one HTML page that needs no other file and no network."""

from __future__ import annotations

import base64
import contextlib
import io
import math
import re
from datetime import datetime
from difflib import HtmlDiff
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from coursekit import isolated
from coursekit.isolated import Bounds, EndedError
from coursekit.points import BONUS
from coursekit.report import Report
from coursekit.similar import ALIKE, Similarity

BIN = 0.5
"""Points of a bar of the histograms."""
SIDE_BY_SIDE = 20
"""Pairs that are shown side by side; the list has all."""
COMPARING = Bounds(memory=2**30, cpu=10, wall=120)
MOST_LINES = 400
"""Lines of code that are shown side by side: difflib's time grows with their cube."""


def write(report: Report, page: Path) -> None:
    """Write the page, and the folder of it. Raises OSError."""
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(render(report), encoding="utf-8", errors="replace")  # a folder's name may be no text


def render(report: Report) -> str:
    """The page; plain text in it is escaped."""
    environment = Environment(
        loader=PackageLoader("coursekit"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html").render(
        report=report,
        now=datetime.now().astimezone(),
        plots=[
            histogram([total.points for total in report.totals], report.maximum, "Points without the bonus"),
            histogram([total.bonus for total in report.totals], report.bonus_maximum, f"Bonus: task {BONUS}"),
        ],
        side_by_side=side_by_side(report.similar),
        alike=ALIKE,
    )


def histogram(values: list[float], maximum: float, title: str) -> dict[str, str]:
    """A plot as a data URI, `src`, with a `title`, and `alt`, a text that says the same."""
    bars = math.ceil(max([maximum, *values]) / BIN) or 1
    counts = [0] * bars
    for value in values:
        counts[min(bars - 1, max(0, int(value / BIN)))] += 1
    figure = Figure(figsize=(4.5, 3), layout="constrained")
    axes = figure.subplots()
    axes.bar([BIN * bar for bar in range(bars)], counts, BIN, align="edge", color="#2a6496", edgecolor="white")
    axes.set(xlabel="points", ylabel="students", xlim=(0, BIN * bars), ylim=(0, max([*counts, 1]) * 1.1))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(integer=True))
    axes.spines[["top", "right"]].set_visible(False)
    svg = io.BytesIO()
    figure.savefig(svg, format="svg")
    said = [f"{BIN * bar:g} to {BIN * (bar + 1):g} points: {count}" for bar, count in enumerate(counts) if count]
    return {
        "title": title,
        "alt": f"Histogram, students by points. {'; '.join(said) or 'Nobody'}.",
        "src": f"data:image/svg+xml;base64,{base64.b64encode(svg.getvalue()).decode()}",
    }


def side_by_side(found: Similarity) -> dict[tuple[str, str], Markup | None]:
    """Tables of the code of the most alike pairs, by their names; None where there is too much of it."""
    shown: dict[tuple[str, str], Markup | None] = {}
    for pair in found.pairs[:SIDE_BY_SIDE]:
        first, second = (_without_marks(found.code[name]).splitlines() for name in (pair.first, pair.second))
        shown[pair.first, pair.second] = None
        if max(len(first), len(second)) <= MOST_LINES:
            with contextlib.suppress(EndedError):  # the time depends on the code too
                shown[pair.first, pair.second] = Markup(isolated.call(difference, first, second, bounds=COMPARING))
    return shown


def difference(first: list[str], second: list[str]) -> str:
    """Lines of code side by side, as a table of HTML; for a process of its own."""
    return HtmlDiff(tabsize=4).make_table(first, second).replace("&nbsp;", " ")  # it escapes the code


def _without_marks(code: str) -> str:
    """Code without control characters, by which HtmlDiff marks differences."""
    return re.sub(r"[^\t\n -\U0010ffff]", "\N{REPLACEMENT CHARACTER}", code)
