"""What was measured against what must be reached, in one form for all benchmarks."""

from rich.table import Table

Results = dict[str, tuple[float, str, float]]
"""Name -> measured value, ">=" or "<=", bound."""


def is_reached(value: float, sign: str, bound: float) -> bool:
    """Whether a value keeps its bound."""
    return value >= bound if sign == ">=" else value <= bound


def reached(results: Results) -> bool:
    """Whether all are."""
    return all(is_reached(*result) for result in results.values())


def as_json(results: Results) -> dict[str, tuple[float, str, float, bool]]:
    """The numbers with whether they are reached."""
    return {name: (*result, is_reached(*result)) for name, result in results.items()}


def results_table(results: Results) -> Table:
    """One line a number."""
    table = Table("number", "measured", "wanted", "")
    for name, (value, sign, bound) in results.items():
        mark = "ok" if is_reached(value, sign, bound) else "[bold red]missed"
        table.add_row(name, f"{value:.3g}", f"{sign} {bound:g}", mark)
    return table
