"""No text that a student hands in costs the readers more than its length: each is measured at two sizes."""

import ast
import contextlib
import importlib
import json
import re
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode, v4

from coursekit import advice, experiments, facts, flags, intake, pictures, python_cells, report_page, similar
from coursekit.data import ROOT
from coursekit.repair import repair

TIMES, MOST, SECONDS, NOISE = 4, 10, 10, 0.03
"""How much larger the second input is; how much longer it may take; the longest time, and the shortest that counts."""
SIZE = 10_000
"""Characters of the smaller text."""
RELEASE = ROOT / "release" / "vae" / "vae.ipynb"

PUMPS = [
    *(
        " ",
        "\n",
        " \n",
        "a",
        "1",
        "a ",
        "1 ",
        "_1",
        "1.",
        ".a",
        "%",
        "%%",
        "!",
        "! ",
        "\n!",
        "#",
        "#!\n",
        "=",
        "\\",
        "\r",
    ),
    *(
        '"',
        '\\"',
        "'",
        "(",
        ")",
        "()",
        "(a",
        "[",
        "]",
        "[1",
        "<",
        "<a",
        ">",
        "{",
        "$",
        "|",
        "-",
        "attachment:",
        "<attachment:",
    ),
    *(
        "python ",
        "!python",
        "coding",
        "#coding",
        "# %%",
        "# In [1",
        "In [",
        " at 0x",
        " at 0xa",
        "_assignsubmission_",
        "\\ud8",
    ),
    *("participant 1", "get_ipython().", '"outputs":', '"outputs" : ', "<script", "onload", "&", "&#", "://", "@"),
]
"""What worst cases are made of: each is repeated, alone and between the ends."""
ENDS = [
    ("", ""),
    ("", "\0"),
    ("\n", "\n"),
    ('"', ""),
    ("!", "x"),
    ("<attachment:", ""),
    ("x_", "_assignsubmission_x"),
    ("#", "\n"),
]
METHODS = {"compile", "sub", "subn", "split", "search", "match", "fullmatch", "findall", "finditer"}

INLINE: dict[str, Callable[[str], Any]] = {
    "coursekit.facts._words": facts._words,
    "coursekit.flags._in_text": lambda text: list(flags._in_text(text)),
    "coursekit.flags._in_node": lambda text: list(flags._in_node(ast.Constant(text), 0)),
    "coursekit.report_page._without_marks": report_page._without_marks,
}
"""Functions with patterns that are no constant of their module."""
HARMLESS = {
    "coursekit.seeds._secret",  # the instructor's file
    "coursekit.moodle_zip._owner",  # a pattern that repeats nothing
    "coursekit.moodle_zip._require_short",  # the same
    "grader_tests.probes._as_text",  # runs in the student's process
    "grader_tests.probes._reason",  # the same
}
"""Functions with patterns that need no measuring."""


def seconds(function: Callable[[Any], object], argument: object) -> float:
    start = time.process_time()
    function(argument)
    return time.process_time() - start


def assert_linear(function: Callable[[Any], object], make: Callable[[int], Any], size: int = SIZE) -> None:
    """Measured again where it seems slow: the shortest times count, for a busy machine makes none shorter."""
    small = large = float("inf")
    for _ in range(3):
        small = min(small, seconds(function, make(size)))
        large = min(large, seconds(function, make(TIMES * size)))
        if large < MOST * max(small, NOISE):
            break
    assert large < SECONDS, f"{large:.1f} s for a size of {TIMES * size}"
    assert large < MOST * max(small, NOISE), f"{TIMES} times the size took {large / small:.0f} times as long"


def modules() -> list[str]:
    return [
        ".".join(file.relative_to(ROOT).with_suffix("").parts)
        for package in ("coursekit", "grader_tests")
        for file in sorted((ROOT / package).rglob("*.py"))
        if file.name not in ("__init__.py", "__main__.py")
    ]


def uses(module: str) -> Iterator[tuple[str, bool]]:
    """Statements of a module that use a pattern, by the name that they give, and whether they are no function."""
    tree = ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_text())
    parts = [part for top in tree.body for part in ([top] if not isinstance(top, ast.ClassDef) else top.body)]
    for part in parts:
        for node in ast.walk(part):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {f"re.{method}" for method in METHODS}:
                constant = isinstance(part, (ast.Assign, ast.AnnAssign))
                target = part.targets[0] if isinstance(part, ast.Assign) else getattr(part, "target", None)
                yield f"{module}.{ast.unparse(target) if target else getattr(part, 'name', part)}", constant


USES = sorted({use for module in modules() for use in uses(module)})
CONSTANTS = [name for name, constant in USES if constant]


def patterns(name: str) -> list[re.Pattern]:
    module, _, constant = name.rpartition(".")
    value = getattr(importlib.import_module(module), constant)
    return list(value.values()) if isinstance(value, dict) else [value]


def is_searched(name: str) -> bool:
    """Whether a pattern is looked for anywhere in a text, and not only at its start."""
    module, _, constant = name.rpartition(".")
    text = (ROOT / f"{module.replace('.', '/')}.py").read_text()
    return any(f"{constant}.{method}(" in text for method in METHODS - {"compile", "match", "fullmatch"})


def assert_all_linear(search: Callable[[str], object]) -> None:
    """Texts that take no time at twice the size are left at that."""
    for start, end in ENDS:
        for pump in PUMPS:

            def make(size: int, start: str = start, pump: str = pump, end: str = end) -> str:
                return start + pump * (size // len(pump)) + end

            if seconds(search, make(SIZE)) > NOISE:
                try:
                    assert_linear(search, make)
                except AssertionError as error:
                    pytest.fail(f"{start!r} + {pump!r} * n + {end!r}: {error}")


def test_patterns_stand_where_they_are_measured():
    functions = {name for name, constant in USES if not constant}
    assert functions == set(INLINE) | HARMLESS, "make it a constant of its module, or add the function to INLINE"


@pytest.mark.parametrize("name", CONSTANTS)
def test_patterns(name):
    for pattern in patterns(name):

        def search(text: str, pattern: re.Pattern = pattern) -> None:
            subject: Any = text.encode() if isinstance(pattern.pattern, bytes) else text
            if is_searched(name):
                for _ in pattern.finditer(subject):
                    pass
            pattern.match(subject)
            pattern.fullmatch(subject)

        assert_all_linear(search)


@pytest.mark.parametrize("name", INLINE)
def test_functions_with_patterns(name):
    assert_all_linear(INLINE[name])


def test_it_can_fail():
    with pytest.raises(AssertionError, match="times as long"):
        assert_linear(re.compile(r"^\s*[!%]", re.MULTILINE).findall, lambda size: "\n" * size, 4_000)


def code(unit: str, start: str = "", end: str = "") -> Callable[[int], str]:
    """Sources of one cell."""
    return lambda size: start + unit * (size // len(unit)) + end


def nested_finally(size: int) -> str:
    source = "x = 1"
    for _ in range(16):
        source = "try:\n x\nfinally:\n" + "\n".join(f" {line}" for line in source.split("\n"))
    return source + "\ny = 1" * (size // 6)


def scopes(size: int) -> str:
    names = ";".join(f"a{number}=1" for number in range(size // 20))
    return f"def f():\n {names}\n " + "lambda:0;" * (size // 20)


CODE = {
    "blank lines": code("\n", "x = 1", "x = 2"),
    "magics": code("%a\n"),
    "magics beside code": code("x=1;" * 30 + "\n%a\n"),
    "hidden magics": code("x = 1\n", "%a (\n" * 50),
    "questions": code("a" * 900 + " b?\n"),
    "one question": code("a", end=" ?"),
    "quotes": code('"""' * 300 + "\n", "%a\n"),
    "one line of quotes": code('"""', "%a\n"),
    "blanks": code(" ", "%a\n", "$"),
    "broken lines": code("\\\n", "%a\n"),
    "prompts": code(">>> a\n", "%a\n"),
    "text in magics": code("%time ", "x = 1\n"),
    "parentheses": code("("),
    "signs": code("-", end="1"),
    "attributes": code("b.", end="c"),
    "names": code("a.b.c.d.e\n"),
    "f-string": code("{a}", 'f"', '"'),
    "imports": code("a.", "import ", "b"),
    "nested finally": nested_finally,
    "returns": lambda size: (
        "def f():\n try:\n" + "  if a:return\n" * (size // 30) + " finally:\n" + "  x;y\n" * (size // 12)
    ),
    "scopes": scopes,
    "pip": code("python", "!", " pip"),
    "pips": code("!python -m pip install a\n"),
    "trainings": code("train_ae(a).", end="b"),
    "assignments": code("a = 1; b = 2; "),
    "values": lambda size: "\n".join(f"a = {number}" for number in range(size // 8)),
    "loops": lambda size: f"rows = [{'(1,2,3),' * (size // 20)}]\n" + "for a, b, c in rows: pass\n" * (size // 50),
    "many loops": lambda size: "\n".join(f"for a{number} in range(9): pass" for number in range(size // 30)),
    "functions": lambda size: "\n".join(f"def f{n}(): f{n - 1}(train_ae())" for n in range(size // 30)),
    "parameters": lambda size: (
        f"def f({','.join(f'a{n}=1' for n in range(size // 14))}): train_ae()\n" + "f()\n" * (size // 8)
    ),
    "classes": lambda size: "\n".join(f"class A{n}(A{n - 1}): pass" for n in range(size // 24)),
}
"""Worst cases of code."""


OF_PYTHON = {"imports", "f-string", "prompts"}
"""Of which Python's own parser, or IPython's reader, takes the square: bounded by MAX_CHARS alone."""


def checked(source: str) -> None:
    with contextlib.suppress(SyntaxError):
        python_cells.check(source)


@pytest.mark.parametrize("kind", CODE)
@pytest.mark.parametrize(
    "read",
    [
        checked,
        lambda source: advice.advice([v4.new_code_cell(source)]),
        lambda source: flags.scan(v4.new_notebook(cells=[v4.new_code_cell(source)])),
        lambda source: experiments.of([source], [], [source]),
        lambda source: similar.own_code(v4.new_notebook(cells=[v4.new_code_cell(source)]), frozenset()),
        lambda source: list(intake._script_cells(source)),
    ],
    ids=["python_cells", "advice", "flags", "experiments", "similar", "script"],
)
def test_code(read, kind):
    if kind in OF_PYTHON:
        assert seconds(read, CODE[kind](python_cells.MAX_CHARS - 100)) < SECONDS / 2
    else:
        assert_linear(read, CODE[kind])


def released() -> list[NotebookNode]:
    return nbformat.read(RELEASE, as_version=4).cells


def slots() -> list[NotebookNode]:
    return [cell for cell in released() if cell.metadata.get("nbgrader", {}).get("solution")]


def copies(size: int, change: Callable[[NotebookNode, int], None]) -> list[NotebookNode]:
    cells = [deepcopy(each) for each in (slots() * size)[:size]]
    for number, cell in enumerate(cells):
        cell.id = f"c{number}"
        change(cell, number)
    return cells


def strip(cell: NotebookNode, number: int) -> None:
    cell.metadata = NotebookNode()
    cell.source = f"x = {number}"


def same_slot(cell: NotebookNode, number: int) -> None:
    cell.update(deepcopy(slots()[0]), id=f"c{number}", source=f"x = {number}\n y")


def halves(cell: NotebookNode, number: int) -> None:
    cell.update(deepcopy(slots()[0]), id=f"c{number}", source=f"if x:\n  {number}" if number % 2 == 0 else "  y")


NOTEBOOKS: dict[str, Callable[[int], list[NotebookNode]]] = {
    "unchanged copies": lambda size: copies(size, lambda cell, number: None),
    "changed copies": lambda size: copies(size, lambda cell, number: cell.update(source=f"x = {number}")),
    "no slots": lambda size: copies(size, strip),
    "copies of one slot": lambda size: copies(size, same_slot),
    "halves": lambda size: copies(size, halves),
    "unknown slots": lambda size: copies(
        size, lambda cell, number: cell.metadata.nbgrader.update(grade_id=f"slot{number}")
    ),
    "texts": lambda size: [v4.new_markdown_cell(f"text {number}") for number in range(size)],
    "pictures": lambda size: [v4.new_markdown_cell("![](attachment:a.png)", attachments={}) for _ in range(size)],
}


@pytest.mark.parametrize("make", NOTEBOOKS.values(), ids=NOTEBOOKS)
def test_cells(make):
    given = released()

    def read(cells: list[NotebookNode]) -> None:
        repaired, _ = repair(cells, given)
        pictures.mend(repaired)
        advice.advice(repaired)
        facts._parts(repaired, given)

    assert_linear(read, make, 200)


def raw(**parts: object) -> bytes:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [], **parts}).encode()


def with_text(unit: str) -> Callable[[int], bytes]:
    """A notebook with a piece of JSON, repeated, in place of its metadata."""
    return lambda size: raw(metadata=0).replace(b'"metadata": 0', b'"metadata": ' + unit.encode() * (size // len(unit)))


def cells_with(**parts: object) -> Callable[[int], bytes]:
    """Notebooks of some cells, which have one part so often that it fills the file."""
    (name,) = parts
    unit = len(json.dumps(parts[name]))
    cell = {"cell_type": "code", "source": "x", "outputs": []}
    return lambda size: raw(cells=[cell, {**cell, name: [parts[name]] * (size // unit)}])


FILES: dict[str, Callable[[int], bytes]] = {
    "lists": with_text("[],"),
    "deep lists": with_text("["),
    "deep objects": with_text('{"a":'),
    "quotes": with_text('"'),
    "escaped quotes": with_text('\\"'),
    "backslashes": with_text("\\"),
    "numbers": with_text("1,"),
    "one number": with_text("1"),
    "fraction": with_text("1.1"),
    "blanks": with_text(" "),
    "outputs": with_text('"outputs": ['),
    "closing": with_text("]"),
    "strings": with_text('"a",'),
    "equal names": with_text('"a": 1,'),
    "lines of outputs": cells_with(outputs={"output_type": "stream", "name": "stdout", "text": ["a"] * 9}),
    "numbers in place of outputs": cells_with(outputs=1),
    "bad outputs": cells_with(outputs={"output_type": "display_data", "data": {"a": {}}}),
    "lines of source": cells_with(source="a\n"),
    "lists in the source": cells_with(source=[["a"]]),
    "surrogates": lambda size: raw(cells=[{"cell_type": "code", "source": "\ud800" * (size // 6)}]),
    "equal ids": lambda size: raw(cells=[{"cell_type": "code", "source": "", "id": "a"}] * (size // 50)),
    "old": lambda size: raw(
        nbformat=3, worksheets=[{"cells": [{"cell_type": "code", "input": ["x"], "outputs": []}] * (size // 60)}]
    ),
    "old headings": lambda size: raw(
        nbformat=3, worksheets=[{"cells": [{"cell_type": "heading", "source": "x", "level": 1}] * (size // 60)}]
    ),
    "utf-16": lambda size: ("[" * size).encode("utf-16"),
    "cp1250": lambda size: b"\xb9" * size,
}


@pytest.mark.parametrize("make", FILES.values(), ids=FILES)
def test_files(make, tmp_path):
    path = tmp_path / "a.ipynb"

    def read(content: bytes) -> None:
        path.write_bytes(content)
        with contextlib.suppress(intake.UnreadableError):
            intake.parse(path, [])

    assert_linear(read, make, 10 * SIZE)


@pytest.mark.parametrize("make", FILES.values(), ids=FILES)
def test_files_without_outputs(make):
    assert_linear(intake._without_outputs, make, 10 * SIZE)


def test_folders(tmp_path):
    def make(size: int) -> Path:
        folder = tmp_path / str(size)
        for number in range(size if not folder.exists() else 0):
            (folder / str(number % 50)).mkdir(parents=True, exist_ok=True)
            (folder / str(number % 50) / f"{number}.ipynb").write_bytes(b"{")
        return folder / "vae.ipynb"

    assert_linear(lambda path: intake.read_submission(path, RELEASE), make, 1_000)
