"""A submission's record as a page for the terminal, and the facts on its written answers."""

from __future__ import annotations

from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from coursekit.facts import Found
from coursekit.terminal import entry, printable, printable_lines

VERDICTS = {"passed": "green", "failed": "red", "unanswered": "red", "broken check": "bold yellow"}
GIB = 2**30
MAX_VALUES, MAX_CHARS = 20, 60
"""Values of an argument that are shown, and characters of each."""


def page(record: dict[str, Any]) -> Group:
    """The whole record: status, checks with what was lost, flags, notes, repairs, limits, timings and versions."""
    parts: list[RenderableType] = [_head(record), _checks(record["reports"])]
    parts += _list("Flags, for the instructor only", [_flag(each) for each in record["flags"]])
    parts += _list("Notes on the file, as the student reads them", record["intake"]["notes"])
    parts += _list("Repairs, as the student reads them", record["repairs"])
    parts += _list("Advice on the code, as the student reads it", record.get("advice", []))
    timings = sorted(record["timings"].items(), key=lambda item: -item[1])
    parts += _list("Sandbox", [_sandbox(record["sandbox"])])
    parts += _list("Seconds", [", ".join(f"{name} {seconds:.1f}" for name, seconds in timings if seconds >= 0.05)])
    parts += _list("Versions", [", ".join(f"{name} {version}" for name, version in record["versions"].items())])
    return Group(*parts)


def _head(record: dict[str, Any]) -> Text:
    earned = sum(record["points"].values())
    maximum = sum(report["maximum"] for report in record["reports"])
    status = "green" if record["status"] == "graded" else "bold red"
    return Text.assemble(
        (printable(record["student"]), "bold"),
        f", {record['assignment']}: ",
        (record["status"], status),
        f", file {record['intake']['status']}, {earned:.2f} of {maximum:.2f} automatic points, ",
        f"{record['seconds']:.1f} s, seed {record['seed']}",
    )


def _checks(reports: list[dict[str, Any]]) -> Table:
    """One line a check; where it lost points, what the student is told too."""
    shown = Table(box=box.SIMPLE)
    shown.add_column("check", no_wrap=True)
    shown.add_column("points", no_wrap=True, justify="right")
    shown.add_column("verdict", overflow="fold")
    for report in reports:
        shown.add_row(Text(report["cell"], "bold"), Text(f"{report['points']:.2f}/{report['maximum']:.2f}", "bold"))
        for check in report["checks"]:
            points = f"{float(check['points']):.2f}/{float(check['maximum']):.2f}"
            shown.add_row(Text(f"  {check['id']}"), points, _verdict(check))
    return shown


def _verdict(check: dict[str, Any]) -> Text:
    verdict, title = (check["verdict"], VERDICTS[check["verdict"]]), f": {check['title']}"
    if check["verdict"] == "passed":
        text = Text.assemble(verdict, title, no_wrap=True, overflow="ellipsis")
    else:
        text = Text.assemble(verdict, f"{title} – {printable_lines(check['message'])}")
    return text


def _list(title: str, lines: list[str]) -> list[RenderableType]:
    """A titled list; nothing where there is nothing to list."""
    shown = [_indented(line) for line in lines if line]
    return [Text(title, "bold"), *shown, Text()] if shown else []


def _flag(flag: dict[str, str]) -> str:
    return f"{flag['kind']}, {flag['cell']}: {flag['detail']}"


def _sandbox(sandbox: dict[str, Any]) -> str:
    if not sandbox["enabled"]:
        return "OFF: the submitted code ran with all rights of the instructor."
    if "limits" not in sandbox:
        return "on; no notebook was executed."
    limits = sandbox["limits"]
    return (
        f"{sandbox['mechanism']}, user {sandbox['user']}; memory {limits['memory'] / GIB:g} GiB, "
        f"files {limits['files'] / GIB:g} GiB, one file {limits['file'] / GIB:g} GiB, {limits['processes']} processes, "
        f"{limits['cpu']} s of processor time; held by {sandbox['held_by']}"
    )


def facts_page(found: Found) -> Group:
    """A few lines for each written answer, and whose submissions were left out."""
    parts: list[RenderableType] = [Text("Written answers, for the person who grades them: facts, not a grade", "bold")]
    for each in found.answers:
        tried = each.experiments
        more = " or more" if tried.at_least else ""
        varied = [f"{name} = {_values(values)}" for name, values in tried.varied.items()]
        lines = [
            f"{each.answer}: {_count(each.words, 'word')}, {_count(each.figures, 'figure')}, "
            f"{_count(each.tables, 'table')}; models trained in own cells: {tried.trained}{more}",
            f"  varied: {'; '.join(varied)}" if varied else "",
            f"  the same text: {', '.join(each.same_text)}" if each.same_text else "",
        ]
        parts += [_indented(printable(line)) for line in lines if line]
    for student, why in found.left_out.items():
        parts.append(_indented(printable(f"left out: {student}, {why.splitlines()[0]}")))
    return Group(*parts)


def _values(values: list[object]) -> str:
    """The first values of an argument, and the beginning of each."""
    more = ", …" if len(values) > MAX_VALUES else ""
    return ", ".join(str(value)[:MAX_CHARS] for value in values[:MAX_VALUES]) + more


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _indented(line: str) -> Padding:
    """A line two columns in, and its own spaces."""
    text = entry(line)
    return Padding(Text(text.lstrip()), (0, 0, 0, 2 + len(text) - len(text.lstrip())))
