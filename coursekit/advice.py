"""What in a student's code cannot work while it is graded: told in Polish, found without executing anything."""

import ast
import re
import warnings
from collections import defaultdict
from collections.abc import Iterator

from nbformat import NotebookNode

from coursekit import python_cells

SENTENCES = {
    "name": "Nie podano imienia i nazwiska: uzupełnij komórkę {}.",
    "syntax": "Błąd składni, przez który nic z tych komórek nie zostało wykonane: {}.",
    "input": "Przy ocenianiu nikt nie odpowie na pytanie `input()`, więc wykonanie tych komórek na nim się kończy: {}.",
    "install": "Przy ocenianiu nie ma internetu i niczego się nie instaluje; dostępne są tylko biblioteki, "
    "których używa zadanie: {}.",
    "widget": "Przy ocenianiu nikt nie poruszy widżetami; liczą się ich wartości początkowe: {}.",
    "magic": "To, co utworzono w komórkach z takim poleceniem, nie istnieje poza nimi: {}.",
}
"""What the student is told, in this order; {} lists the cells."""

_PATTERNS = {
    "name": re.compile(r'NAME = ""\s*\Z'),
    "install": re.compile(r"^\s*[!%]\s*(?:\S*python\S* -m )?(?:pip3?|conda|mamba|uv|apt|apt-get)\s", re.MULTILINE),
    "magic": re.compile(
        r"\s*%%(?:timeit|writefile|file|html|javascript|js|latex|markdown|svg|"
        r"bash|sh|script|perl|ruby|python3?|pypy)\b"
    ),
}
"""What is found in the text of a cell; `install` anywhere, the others at its start."""

_LONGEST = 1_000_000
"""Characters of a cell that is read as Python."""


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
    return [sentence.format(", ".join(found[kind])) for kind, sentence in SENTENCES.items() if kind in found]


def _found_in(source: str) -> Iterator[str]:
    """Kinds of what a cell holds."""
    for kind, pattern in _PATTERNS.items():
        if pattern.search(source) if kind == "install" else pattern.match(source):
            yield kind
    try:
        nodes = list(ast.walk(_parsed(source)))
    except SyntaxError:
        yield "syntax"
        return
    if any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "input" for node in nodes
    ):
        yield "input"
    if any(_imports_widgets(node) for node in nodes):
        yield "widget"


def _imports_widgets(node: ast.AST) -> bool:
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
    return "ipywidgets" in [*names, node.module if isinstance(node, ast.ImportFrom) else None]


def error_line(source: str) -> int | None:
    """The line of a cell where it stops being Python; None where all of it is."""
    try:
        _parsed(source)
    except SyntaxError as error:
        return error.lineno or 1
    return None


def _parsed(source: str) -> ast.Module:
    """The syntax tree of a cell, magics included. Raises SyntaxError."""
    if len(source) > _LONGEST:
        return ast.Module([], [])
    tree = python_cells.parse(source)
    with python_cells.unreadable_is_syntax_error(), warnings.catch_warnings(action="ignore"):
        compile(tree, "cell", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)  # finds a lone `return`, too
    return tree
