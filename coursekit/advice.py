"""What in a student's code cannot work while it is graded: told in Polish, found without executing anything."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

from nbformat import NotebookNode

from coursekit import python_cells

SENTENCES = {
    "name": "Nie podano imienia i nazwiska: uzupełnij komórkę {}.",
    "syntax": "Błąd składni, przez który nic z tych komórek nie zostało wykonane: {}.",
    "unread": f"Te komórki nie zostały sprawdzone przed wykonaniem, bo są zbyt długie (ponad "
    f"{python_cells.MAX_CHARS} znaków) albo mają zbyt wiele poleceń IPythona: {{}}.",
    "input": "Przy ocenianiu nikt nie odpowie na pytanie `input()`, więc wykonanie tych komórek na nim się kończy: {}.",
    "install": "Przy ocenianiu nie ma internetu i niczego się nie instaluje; dostępne są tylko biblioteki, "
    "których używa zadanie: {}.",
    "widget": "Przy ocenianiu nikt nie poruszy widżetami; liczą się ich wartości początkowe: {}.",
    "magic": "To, co utworzono w komórkach z takim poleceniem, nie istnieje poza nimi: {}.",
}
"""What the student is told, in this order; {} lists the cells."""

_PATTERNS = {
    "name": re.compile(r'NAME = ""\s*\Z'),
    "magic": re.compile(
        r"\s*%%(?:timeit|writefile|file|html|javascript|js|latex|markdown|svg|"
        r"bash|sh|script|perl|ruby|python3?|pypy)\b"
    ),
}
"""What is found at the start of a cell."""

_INSTALLERS = {"pip", "pip3", "conda", "mamba", "uv", "apt", "apt-get"}
MAX_NAMED = 10
"""Cells that are named in a sentence."""


def advice(cells: list[NotebookNode]) -> list[str]:
    """Polish sentences on the code cells that are the student's own or solutions, and not given ones."""
    found: dict[str, list[str]] = defaultdict(list)
    for cell in cells:
        marks = cell.metadata.get("nbgrader", {})
        if cell.cell_type != "code" or marks.get("locked"):
            continue
        name = marks.get("grade_id") or cell.source.strip().split("\n")[0][:40].replace("`", "'")
        for kind in _found_in(cell.source):
            line = f" (wiersz {error_line(cell.source)})" if kind == "syntax" else ""
            found[kind].append(f"`{name}`{line}")
    return [sentence.format(listed(found[kind])) for kind, sentence in SENTENCES.items() if kind in found]


def listed(names: list[str]) -> str:
    """The first names of cells, and in Polish how many more there are."""
    more = len(names) - MAX_NAMED
    return ", ".join(names[:MAX_NAMED]) + (f" i jeszcze {more}" if more > 0 else "")


def _found_in(source: str) -> Iterator[str]:
    """Kinds of what a cell holds."""
    for kind, pattern in _PATTERNS.items():
        if pattern.match(source):
            yield kind
    if any(map(_installs, source.splitlines())):
        yield "install"
    try:
        python_cells.check(source)
        nodes = list(ast.walk(python_cells.parse(source)))
    except python_cells.UnreadError:
        yield "unread"
        return
    except SyntaxError:
        yield "syntax"
        return
    if any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "input" for node in nodes
    ):
        yield "input"
    if any(_imports_widgets(node) for node in nodes):
        yield "widget"


def _installs(line: str) -> bool:
    """Whether a line is a magic or a shell command that installs something."""
    command = line.lstrip()
    if command[:1] not in ("!", "%"):
        return False
    words = command[1:].split(maxsplit=3)
    if len(words) > 2 and "python" in words[0] and words[1] == "-m":
        words = words[2:]
    return bool(words) and words[0] in _INSTALLERS


def _imports_widgets(node: ast.AST) -> bool:
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
    return "ipywidgets" in [*names, node.module if isinstance(node, ast.ImportFrom) else None]


def error_line(source: str) -> int | None:
    """The line of a cell where it stops being Python; None where all of it is, or where that is not known."""
    try:
        python_cells.check(source)
    except python_cells.UnreadError:
        return None
    except SyntaxError as error:
        return error.lineno or 1
    return None
