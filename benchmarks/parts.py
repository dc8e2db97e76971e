"""The parts of grading that time is counted to, from the record of a submission."""

from typing import Any

from coursekit.execute import START
from grader_tests.session import cells as grade_cells

PARTS = ("start and imports", "training", "checks", "other cells")


def seconds_by_part(record: dict[str, Any]) -> dict[str, float]:
    """Seconds of the execution of a submission by part."""
    seconds = dict.fromkeys(PARTS, 0.0)
    for cell, value in record["timings"].items():
        seconds[_part_of(cell)] += value
    return seconds


def _part_of(cell: str) -> str:
    """What a cell counts to; by its nbgrader id, or START for the start of the kernel."""
    if cell in (START, "imports"):
        return "start and imports"
    if cell in grade_cells():
        return "checks"
    return "training" if cell.endswith("_training") else "other cells"
