"""What an instructor sees while a class is graded."""

import io
import re

from rich.console import Console
from rich.text import Text

from coursekit.class_progress import ClassProgress

RECORD = {
    "status": "graded",
    "points": {"test_1a": 0.9, "test_2": 0.6},
    "seconds": 12.3,
    "flags": [{"kind": "patched"}],
    "sandbox": {"enabled": True},
}


def test_a_line_for_each_student_a_bar_and_a_summary():
    terminal = io.StringIO()
    with ClassProgress(Console(file=terminal, force_terminal=True, width=120), total=4) as progress:
        progress.tell("ala", RECORD)
        progress.tell("bob", RECORD | {"status": "broken", "points": {}, "flags": [], "sandbox": {"enabled": False}})
        progress.tell("[bold]cyd", RuntimeError("it was removed"))
    shown = Text.from_ansi(terminal.getvalue()).plain
    assert "ala  1.50 points, 12 s  patched\n" in shown
    assert "bob  0.00 points, 12 s  broken  sandbox off\n" in shown
    assert "[bold]cyd  not graded: it was removed\n" in shown
    assert re.search(r"3/4 \d+\.\d a minute \d+:\d\d", shown.splitlines()[-1])
    assert re.fullmatch(r"1 graded, 1 broken, 1 flagged, 1 failed; 7 left as they are; \d+ s", progress.summary(7))
