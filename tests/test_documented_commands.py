"""The commands that stand in the documentation exist, with the options written there; those for a graded class run."""

import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbgrader.apps
import pytest
import typer
from traitlets import import_item
from traitlets.config import Configurable
from typer.testing import CliRunner

import coursekit.execute
import coursekit.provisioner  # noqa: F401 (settings that a command line may name)
from coursekit.__main__ import app
from coursekit.data import ROOT
from coursekit.points import of_class

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
STARTS = ("python -m coursekit", "nbgrader", "make")
SHELLS = ("", "sh", "bash", "shell", "console")
FENCE = re.compile(r"^( *)(`{3,}|~{3,})([^\n`]*)\n(.*?)^\1\2", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
PLACEHOLDER = re.compile(r"<[\w ]+>|[A-Z]{2,}|\S*…\S*")
"""What stands in a document for something that the reader has to put in."""
KIT = typer.main.get_command(app)
LOOKING = ("points", "problems", "record", "doctor")
"""Verbs that change nothing, and are fast."""
WRITING = (
    *(("python", "-m", "coursekit", verb) for verb in ("export", "grade", "report", "similar")),
    *(("nbgrader", verb) for verb in ("autograde", "db", "export", "generate_feedback")),
)
"""Beginnings of commands that an instructor gives when the class is graded: they write, and change no points."""
NAMES = (("autograde",), ("generate_feedback",))
"""Commands of nbgrader that prose names, without the assignment that they need."""
ANEW, ELSEWHERE = "--force", "--scheduler"
"""Options of commands that grade again, which other tests do, or need another machine."""


@dataclass(frozen=True)
class Command:
    """A command as it stands in a document, without what a shell does with it; where: the document's path."""

    where: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.where}: {shlex.join(self.words)}"


def commands_in(document: Path) -> list[Command]:
    """Commands of the kit, of nbgrader and of make, in blocks of a shell and between backticks."""
    text = document.read_text()
    lines = INLINE.findall(FENCE.sub("", text))
    for _, _, language, block in FENCE.findall(text):
        if language.strip() in SHELLS:
            lines += block.replace("\\\n", " ").splitlines()
    where = document.relative_to(ROOT).as_posix()
    return [Command(where, words) for line in lines for words in split(line)]


def split(line: str) -> list[tuple[str, ...]]:
    """The commands of a line, as words; none where it is prose or the command of another program."""
    found = []
    for part in re.split(r"&&|\|\||[;|]", line.strip().removeprefix("$ ")):
        try:
            words = shlex.split(part, comments=True)
        except ValueError:  # an apostrophe: prose or output
            continue
        while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
            words = words[1:]
        command = " ".join(words)
        known = any(command == start or command.startswith(f"{start} ") for start in STARTS)
        if known and not any(PLACEHOLDER.fullmatch(word) for word in words[3:4]):  # any verb of the kit
            found.append(tuple(words))
    return found


COMMANDS = sorted({command for document in DOCUMENTS for command in commands_in(document)}, key=str)


def of(start: str) -> list[Command]:
    return [command for command in COMMANDS if shlex.join(command.words).startswith(start)]


def kit_arguments(command: Command, course: Path | None = None, student: str = "somebody") -> list[str]:
    """Arguments of a command of the kit; the course written there, and placeholders, are replaced."""
    arguments = [PLACEHOLDER.sub(student, word) for word in command.words[3:]]
    for place, word in enumerate(arguments):
        if word == "--course" and place + 1 < len(arguments):
            arguments[place + 1] = str(course or ROOT)
    return arguments


def parse(arguments: list[str]) -> None:
    """Let the kit's own parser read a command; raises its error where it does not know it."""
    try:
        context = KIT.make_context("coursekit", list(arguments))
        name, verb, rest = KIT.resolve_command(context, [*context._protected_args, *context.args])
        verb.make_context(name, rest, parent=context)
    except typer.Exit:  # --help
        pass


@pytest.mark.parametrize("command", of("python -m coursekit"), ids=str)
def test_the_kit_knows_the_command(command):
    parse(kit_arguments(command))


@pytest.mark.parametrize(
    "arguments", [["no_verb"], ["points", "--no-option"], ["points", "vae", "more"], ["record"]], ids=str
)
def test_the_kit_refuses_what_it_does_not_know(arguments):
    with pytest.raises(typer.TyperException):
        parse(arguments)


def settings() -> dict[str, type]:
    """Every class that can be configured, by its name."""
    found, left = {}, [Configurable]
    while left:
        kind = left.pop()
        found[kind.__name__] = kind
        left += kind.__subclasses__()
    return found


def unknown_to_nbgrader(arguments: list[str]) -> list[str]:
    """Words of a command of nbgrader that are no subcommand, flag, alias or setting of it."""
    application, words = nbgrader.apps.NbGraderApp(), list(arguments)
    while words and application.subcommands and not words[0].startswith("-"):
        if words[0] not in application.subcommands:
            return words[:1]
        kind = application.subcommands[words.pop(0)][0]
        application = (import_item(kind) if isinstance(kind, str) else kind)()
    names = {"help", "h", "help-all", "version", "generate-config"}
    for known in (*application.flags, *application.aliases):
        names.update(known if isinstance(known, tuple) else [known])
    unknown = []
    for word in words:
        name = word.lstrip("-").split("=")[0]
        owner, _, trait = name.partition(".")
        is_setting = owner in settings() and trait in settings()[owner].class_traits(config=True)
        if word.startswith("-") and name not in names and not is_setting:
            unknown.append(word)
    return unknown


@pytest.mark.parametrize("command", of("nbgrader"), ids=str)
def test_nbgrader_knows_the_command(command):
    assert unknown_to_nbgrader([PLACEHOLDER.sub("somebody", word) for word in command.words[1:]]) == []


@pytest.mark.parametrize(
    ("arguments", "unknown"),
    [
        (["autograd", "vae"], ["autograd"]),
        (["autograde", "vae", "--forse"], ["--forse"]),
        (["db", "student", "ad"], ["ad"]),
        (["autograde", "vae", "--GradeExecute.sandbag=False"], ["--GradeExecute.sandbag=False"]),
        (["autograde", "vae", "--force", "--student=x", "--GradeExecute.sandbox=False"], []),
        (["db", "student", "add", "x", "--last-name=y"], []),
    ],
)
def test_what_nbgrader_does_not_know_is_found(arguments, unknown):
    assert unknown_to_nbgrader(arguments) == unknown


@pytest.mark.parametrize("command", of("make"), ids=str)
def test_make_knows_the_targets(command):
    done = subprocess.run(["make", "-n", *command.words[1:]], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def verbs() -> list[str]:
    return sorted(KIT.commands)


def test_the_table_of_verbs_is_whole():
    rows = re.findall(r"^\| `([\w-]+)` \|", (ROOT / "docs" / "commands.md").read_text(), re.MULTILINE)
    assert sorted(rows) == verbs()


@pytest.mark.parametrize("verb", verbs())
def test_help_tells_the_exit_codes(verb):
    assert re.search(r"Exit codes?: 0", KIT.commands[verb].help)


def test_commands_are_found_in_every_kind_of_place(tmp_path, monkeypatch):
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    document = tmp_path / "a.md"
    document.write_text(
        "Type `make demo`, make what you like, or `make`.\n\n"
        "```\nnbgrader export  # to a file\n              vae: it isn't a command\nmake  it so, isn't it\n```\n\n"
        "1. First\n\n   ```console\n   $ cd x && X=1 python -m coursekit points \\\n       --course y | less\n"
        "   $ python -m coursekit <verb>\n   ```\n\n"
        "```python\nmake = 3\n```\n"
    )
    assert [command.words for command in commands_in(document)] == [
        ("make", "demo"),
        ("make",),
        ("nbgrader", "export"),
        ("python", "-m", "coursekit", "points", "--course", "y"),
    ]


def runs_at_once(command: Command) -> bool:
    arguments = command.words[3:]
    return bool(arguments) and (arguments[0] in LOOKING or bool({"--help", "--dry-run"} & set(arguments)))


@pytest.mark.slow
def test_commands_that_only_look_run(graded_class, monkeypatch):
    monkeypatch.chdir(graded_class)
    looking = [each for each in of("python -m coursekit") if runs_at_once(each)]
    assert {command.words[3] for command in looking} >= set(LOOKING)
    before = sorted(graded_class.rglob("*"))
    for arguments in sorted({tuple(kit_arguments(each, graded_class, "anna_nowak")) for each in looking}):
        done = CliRunner().invoke(app, arguments)
        fine = (0, 1) if arguments[0] == "doctor" else (0,)  # the machine of the tests may lack something
        assert done.exit_code in fine, f"{shlex.join(arguments)}\n{done.output}"
        assert isinstance(done.exception, SystemExit | None)
        assert done.stdout.strip()
    assert sorted(graded_class.rglob("*")) == before


@pytest.mark.slow
def test_commands_that_write_run_and_change_no_points(graded_class):
    gradebook = f"sqlite:///{graded_class}/gradebook.db"
    points = of_class(gradebook, "vae")
    writing = sorted(
        {
            command.words
            for command in COMMANDS
            if any(command.words[: len(start)] == start for start in WRITING)
            and command.words[1:] not in NAMES
            and not {ANEW, ELSEWHERE, "--help", "--dry-run"} & set(command.words)
            and not any(PLACEHOLDER.fullmatch(word) for word in command.words)
        }
    )
    for words in writing:
        program = words[2:] if words[0] == "python" else words
        done = subprocess.run(
            [sys.executable, "-m", *program], cwd=graded_class, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{shlex.join(words)}\n{done.stdout}{done.stderr}"
    assert [start for start in WRITING if not any(words[: len(start)] == start for words in writing)] == []
    assert of_class(gradebook, "vae") == points
