"""What students wrote commands no terminal and fakes no line of a log, whatever command shows it."""

import io
import json
import logging
import os
import pty
import re
import shutil
import subprocess
import sys
import threading
import time
import unicodedata
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbgrader.api import Gradebook
from rich.table import Table
from rich.text import Text
from typer.testing import CliRunner

from coursekit import records, terminal
from coursekit.__main__ import app
from coursekit.class_progress import ClassProgress
from coursekit.grade import LOG, log_to_file
from coursekit.terminal import Printable, SafeConsole, printable, printable_lines, to_json
from tests.coursekit.conftest import nbgrader, solution, whole_record

HOSTILE = (
    "\x1b[41;5m \x1b[2J\x1b[1;1H \x1b]0;title\x07 \x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\ \x1b]52;c;eA==\x07 "
    "\x9b41;5m \x9d0;t\x9c \x90q\x9c a\rb a\bb \u202egnp\u202c \u2066x\u2069 \u200b\u2028\x7f\x0b\x0c\x85"
)
"""Colours, cursor, title, link, clipboard, the same in C1, overwriting, and letters that turn round what is shown."""
OWN = re.compile(r"\x1b\[(?:[0-9;]*m|\?25[lh]|2K|1A)|\x1b\(B|\r")
"""What rich and nbgrader's log themselves send to a terminal: colours, and what moves bars and spinners."""


def is_shown(letter: str) -> bool:
    return letter == "\n" or (letter == " " or unicodedata.category(letter)[0] not in "CZ")


def not_shown(text: str) -> set[str]:
    """Characters of an output that have no place on a terminal."""
    return {letter for letter in text if not is_shown(letter)}


class TestPrintable:
    @settings(max_examples=500, deadline=None, derandomize=True, database=None)
    @given(text=st.text(st.characters(), max_size=30))
    def test_every_letter_is_shown_one_for_one(self, text):
        shown = printable(text)
        assert len(shown) == len(text)
        assert not not_shown(shown)
        assert "\n" not in shown
        assert printable(shown) == shown
        assert printable_lines(text).count("\n") == text.count("\n")

    def test_ordinary_text_stays(self):
        text = "Zażółć gęślą jaźń – 日本 👍🏽 ‘x’ \N{COMBINING DOT ABOVE}"
        assert printable(text) == text
        assert printable_lines(f"{text}\n\t{text}") == f"{text}\n\t{text}"

    @pytest.mark.parametrize(
        "letter", ["\u3164", "\ufe0f", "\U000e0101", "\u2800", "\U0001d159", "\u115f", "\ue000", "\ud800", "\u0378"]
    )
    def test_what_nobody_sees_is_shown(self, letter):
        assert printable(f"a{letter}b") == "a�b"

    @settings(max_examples=100, deadline=None, derandomize=True, database=None)
    @given(data=st.recursive(st.text(st.characters()) | st.integers(), lambda each: st.dictionaries(st.text(), each)))
    def test_json_says_what_it_was(self, data):
        text = to_json({"x": data})
        assert json.loads(text) == {"x": data}
        assert not not_shown(text)


class TestConsole:
    def printed(self, *things: object, **options: object) -> str:
        file = io.StringIO()
        SafeConsole(file=file, force_terminal=True, width=100).print(*things, **options)
        return OWN.sub("", file.getvalue().replace("\x1b[41;5m", "not rich's own: \x00"))

    def things(self) -> list[object]:
        table = Table(title=HOSTILE, caption=HOSTILE)
        table.add_column(HOSTILE)
        table.add_row(HOSTILE)
        table.add_row(Text(HOSTILE))
        return [HOSTILE, Text(HOSTILE), Text(HOSTILE, no_wrap=True), table, Text("x", "link http://evil\x07")]

    def test_nothing_that_commands_is_sent(self):
        for thing in self.things():
            assert not not_shown(self.printed(thing))
            assert not not_shown(self.printed(thing, style="bold red", soft_wrap=True))

    def test_marks_of_a_text_mean_nothing(self):
        table = Table()
        table.add_column("[red]x[/]")
        table.add_row("[link=http://x]:smile:[/link]")
        assert "[red]x[/]" in self.printed(table)
        assert "[link=http://x]:smile:[/link]" in self.printed(table)

    def test_what_rich_would_leave_out_is_shown(self):
        assert "a�b" in self.printed("a\x07b")

    def test_columns_keep_their_width(self):
        table = Table()
        table.add_column("a")
        for text in ("\x1b\x1b\x1b", "\u200b\u200b", "abc"):
            table.add_row(text)
        lines = [line for line in self.printed(table).splitlines() if "│" in line]
        assert len({len(line) for line in lines}) == 1


class TestProgress:
    """What `python -m coursekit grade` shows while it grades."""

    def shown(self, student: str, outcome: object) -> str:
        file = io.StringIO()
        with ClassProgress(SafeConsole(file=file, width=200), total=1) as progress:
            progress.tell(student, outcome)
        return file.getvalue()

    def test_hostile_names_flags_and_errors(self):
        flags = [{"kind": HOSTILE, "cell": HOSTILE, "detail": HOSTILE}]
        for outcome in (whole_record(flags=flags), RuntimeError(HOSTILE)):
            assert not not_shown(self.shown(HOSTILE, outcome))

    def test_no_line_looks_like_anothers(self):
        fake = "x\nbob  4.50 points, 1 s"
        for shown in (self.shown(fake, whole_record()), self.shown("eve", RuntimeError(fake))):
            assert not [line for line in shown.splitlines() if line.startswith("bob")]

    def test_an_endless_message_is_cut(self):
        assert len(self.shown("eve", RuntimeError("x" * 10_000_000))) < 20_000


class TestLog:
    def logged(self, *arguments: object, **options: object) -> str:
        file = io.StringIO()
        logger, handler = logging.Logger("nbgrader"), logging.StreamHandler(file)
        handler.setFormatter(logging.Formatter("[nbgrader | %(levelname)s] %(message)s"))
        logger.addHandler(handler)
        terminal.guard(logger, handler)
        terminal.guard(logger)
        assert len(logger.filters) == len(handler.filters) == 1
        logger.error(*arguments, **options)
        return file.getvalue()

    def test_hostile_message_and_argument(self):
        assert not not_shown(self.logged(HOSTILE))
        assert not not_shown(self.logged("Converting %s (%d)", HOSTILE, 3))

    def test_no_line_of_a_message_begins_a_new_entry(self):
        fake = "x\n[nbgrader | INFO] all is well"
        try:
            raise ValueError(f"{HOSTILE}{fake}")
        except ValueError:
            shown = self.logged(fake, exc_info=True, stack_info=True)
        assert not not_shown(shown)
        first, *more = shown.splitlines()
        assert first == "[nbgrader | ERROR] x"
        assert all(line.startswith("    ") for line in more)

    def test_the_log_of_grading_a_class(self, tmp_path):
        log = logging.Logger("nbgrader")
        log_to_file(SimpleNamespace(log=log, coursedir=SimpleNamespace(root=tmp_path)))
        logging.captureWarnings(False)
        log.error("%s\n2026-01-01 ERROR fake", HOSTILE)
        written = (tmp_path / LOG).read_text()
        assert not not_shown(written)
        assert "\n2026-01-01 ERROR fake" not in written

    def test_every_command_of_nbgrader_logs_so(self, tiny_course, tmp_path, released):
        """By `nbgrader_config.py`: names of folders and files are in its lines, and what the code has printed."""
        course = Path(shutil.copytree(tiny_course, tmp_path / "a course"))
        folder = course / "submitted" / "x\x1b[41;5m\x9b2J\u202e" / "ps"
        folder.mkdir(parents=True)
        nb = solution(released)
        nb.cells[3].source += f"\nraise ValueError({HOSTILE!r})"
        nbformat.write(nb, folder / "ps.ipynb")
        (folder / "a\x1b]0;t\x07").symlink_to("/etc/passwd")
        done = nbgrader(course, "autograde", "ps")
        assert "x�[41;5m�2J�" in done.stderr
        assert not not_shown(OWN.sub("", done.stderr.replace("\x1b[41;5m", "\x00")))


STUDENTS = ["\x1b[41;5mred", "\x9b2Jclear", "turn\u202edlo", "a\nbob  4.50 points, 1 s", "title\x1b]0;x\x07", "[bold]x"]


@pytest.fixture(scope="module")
def hostile_class(tiny_course, tmp_path_factory) -> Path:
    """A class that looks graded, of students whose folders, files, code and records are full of control characters."""
    course = Path(shutil.copytree(tiny_course, tmp_path_factory.mktemp("hostile") / "a course"))
    released = nbformat.read(course / "release" / "ps" / "ps.ipynb", as_version=4)
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        for student in STUDENTS:
            gradebook.add_student(student, first_name=HOSTILE, last_name="a;=1")
            gradebook.add_submission("ps", student)
    nb = solution(released)
    loop = f"for value in [{HOSTILE!r}, {'x' * 9!r}]:\n    train_ae(model, mode=value, lr=0x{'f' * 6_000})\n"
    code = "".join(f"total_{n} = sum(each * {n} for each in range({n}))\n" for n in range(40))
    nb.cells[3].source = f"# {HOSTILE}\n{code}{nb.cells[3].source}"
    nb.cells.insert(5, nbformat.v4.new_code_cell(loop, id="own"))
    for student in STUDENTS:
        for step in ("submitted", "autograded"):
            (course / step / student / "ps").mkdir(parents=True)
            nbformat.write(nb, course / step / student / "ps" / "ps.ipynb")
        records.write(records.path(course, "ps", student), hostile_record(course, student))
    without_reports = hostile_record(course, STUDENTS[0])
    del without_reports["reports"]
    records.write(records.path(course, "ps", STUDENTS[0]), without_reports)
    (course / "submitted" / os.fsdecode(b"\xff\x1b") / "ps").mkdir(parents=True)
    archive = course / "downloaded" / "ps"
    archive.mkdir(parents=True)
    entry = {"file": HOSTILE, "why": HOSTILE}
    taken = {"student": "1", "name": HOSTILE, "source": HOSTILE, "submitted": HOSTILE, "time_from": "zip"}
    found = {
        "collected": [taken | {"files": [HOSTILE, "x.py"], "refused": [entry]}, taken | {"files": [], "refused": []}],
        "refused": [entry],
        "missing": [{"student": "2", "name": HOSTILE, "status": HOSTILE}],
    }
    records.write(archive / "collected.json", found)
    return course


def hostile_record(course: Path, student: str) -> dict:
    record = whole_record(
        student=student,
        assignment=HOSTILE,
        seed=HOSTILE,
        repairs=[HOSTILE],
        advice=[HOSTILE],
        versions={HOSTILE: HOSTILE},
        timings={HOSTILE: 1.0},
        intake={"status": "renamed", "notes": [HOSTILE, "x\x1b[41;5m" * 1_000]},
        flags=[{"kind": HOSTILE, "cell": HOSTILE, "detail": HOSTILE}],
        autograded_sha256=records.sha256(course / "autograded" / student / "ps" / "ps.ipynb"),
    )
    record["sandbox"]["held_by"] = HOSTILE
    for key in ("id", "title", "message"):
        record["reports"][0]["checks"][0][key] = HOSTILE
    record["reports"][0]["checks"][1]["verdict"] = "broken check"
    return record


COMMANDS = [
    ["problems"], ["problems", "--json"], ["points"], ["points", "--json"], ["report", "--to", "out/page.html"],
    ["report", "--json"], ["similar"], ["similar", "--json"], ["collected"], ["collected", "--json"],
    ["export", "--to", "out"], ["grade", "--dry-run"], ["grade", "--student", HOSTILE],
    *[["record", student, *options] for student in (STUDENTS[1], STUDENTS[3]) for options in ([], ["--json"])],
    ["record", HOSTILE],
]  # fmt: skip


def typed(command: list[str], course: Path) -> list[str]:
    name, *options = command
    student = [options.pop(0)] if name == "record" else []
    return [name, *student, "ps", *options, "--course", str(course)]


@pytest.fixture
def course(hostile_class, tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return hostile_class


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(map(ascii, command))[:40])
def test_command_sends_no_control_character(course, command):
    done = CliRunner().invoke(app, typed(command, course))
    assert not isinstance(done.exception, Exception), done.exception
    assert done.output
    assert not not_shown(done.output)
    if "--json" in command:
        json.loads(done.stdout)


@pytest.mark.parametrize(
    "command", [["problems"], ["record", STUDENTS[1]], ["export", "--to", "out"]], ids=lambda c: c[0]
)
def test_command_in_a_terminal_sends_only_its_own(course, command):
    shown = in_terminal([sys.executable, "-m", "coursekit", *typed(command, course)])
    assert "�[41;5m" in shown  # of a name, a note or a flag
    assert not not_shown(OWN.sub("", shown.replace("\x1b[41;5m", "\x00")))


def test_an_error_that_nobody_has_caught_is_shown_so(course):
    """Python's own traceback quotes messages as they are."""
    code = "import runpy, sys, typer\nsys.argv = ['coursekit']\ntyper.Typer.__call__ = lambda *a: 1 / 0\n"
    code += "try:\n    runpy.run_module('coursekit', run_name='__main__')\nexcept Exception as error:\n"
    code += f"    raise ValueError({HOSTILE!r}) from error"
    shown = in_terminal([sys.executable, "-c", code])
    assert "ValueError" in shown
    assert not not_shown(OWN.sub("", shown.replace("\x1b[41;5m", "\x00")))


def in_terminal(command: list[str]) -> str:
    """What a command writes to a terminal."""
    controller, terminal_end = pty.openpty()
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "120"}
    written: list[bytes] = []

    def read() -> None:
        while True:
            try:
                written.append(os.read(controller, 65_536))
            except OSError:  # the other end is closed
                return

    reader = threading.Thread(target=read)
    reader.start()
    done = subprocess.run(command, stdin=terminal_end, stdout=terminal_end, stderr=terminal_end, env=environment)
    os.close(terminal_end)
    reader.join()
    os.close(controller)
    assert done.returncode in (0, 1)
    return b"".join(written).decode()


def test_time_grows_with_the_length_alone():
    started = time.process_time()
    for text in ("\x1b" * 2_000_000, "\n\x1b" * 1_000_000, "a\t" * 1_000_000):
        printable_lines(text)
    assert time.process_time() - started < 5
    assert Printable().filter(logging.makeLogRecord({"msg": "\n" * 1_000_000}))
