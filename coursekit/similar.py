"""Pairs of suspiciously alike solutions in a class.

copydetect compares them: it renames every variable to V and every function to F, takes all runs of 25 characters
of what is then left (winnowing with a window of 1, so that results do not depend on Python's random hashes), and takes
off those that the released notebook has too. Before that, comments, docstrings and formatting are taken off here.
The likeness of two solutions is the share of the one's own code that the other has too, the larger of the two shares,
so that code added to a copy does not hide it.

Solutions of this assignment are short, about 1100 such characters, and right ones are naturally alike. The limit was
chosen on `corpus/wheats`; `tests/coursekit/test_similar.py` does the like again. Of 93 pairs of whole solutions put
together from the wheats, with no cell in common, the most alike have 0.65, and of 1000 put together at random 0.74. A
copy with other names, comments and formatting has 0.98 or more. A copy of four cells in five has 0.93 in the median and
is above the limit in 17 cases of 20. The wheats as they are say nothing: 425 of their 946 pairs are above the limit,
because a wheat shares all cells but one or two with the reference.

A pair is a reason to look, not a proof. Where task 3 is left out the rest is alike by chance now and then.
"""

import ast
import io
from collections import Counter
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
from copydetect import CodeFingerprint, compare_files
from copydetect.utils import filter_code
from nbformat import NotebookNode
from rich import box
from rich.table import Table
from rich.text import Text

from coursekit import isolated, python_cells, shield
from coursekit.intake import read_submission
from coursekit.isolated import EndedError, RaisedError
from coursekit.problems import students
from coursekit.submission import READING

ALIKE = 0.8
"""The likeness from which a pair is named."""
RUN = 25
"""Characters of the shortest piece of code that counts as the same; a name is one character."""
LEAST = 500
"""Characters of own code, counted so, of which a likeness says something: about half a solution."""
MOST = 100_000
"""Characters of code that is compared; a solution has about 6000."""
NAME_CELL = "header-name"
"""Id of the cell that holds the student's name."""
_WITH_DOCSTRING = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


class NotReleasedError(Exception):
    """The released notebook is missing, without which nothing can be told from the student's own code."""


@dataclass(frozen=True)
class Pair:
    """Two students; likeness: see above; equal_lines: share of the lines of code that are equal to the letter."""

    first: str
    second: str
    likeness: float
    equal_lines: float


@dataclass(frozen=True)
class Similarity:
    """pairs: those alike, the most alike first; compared: how many solutions; left_out: why others were not, by
    student; code: what each student has written, cells of the released notebook left out."""

    pairs: list[Pair]
    compared: int
    left_out: dict[str, str]
    code: dict[str, str]

    def as_dict(self) -> dict[str, Any]:
        """What was found as JSON-ready data, without the students' code."""
        data = asdict(self)
        del data["code"]
        return data


@dataclass(frozen=True)
class Template:
    """The released notebook: sources of its cells, and hashes of the runs in its code, each once."""

    sources: frozenset[str]
    hashes: np.ndarray


@dataclass(frozen=True)
class Solution:
    """A student's own code: as written, without comments and formatting, and its fingerprint."""

    code: str
    plain: str
    fingerprint: CodeFingerprint


def of_class(course: Path, assignment: str) -> Similarity:
    """Compare what everybody in `submitted/` has handed in; it need not be graded.

    Raises NotReleasedError, and NobodyError of `coursekit.problems`.
    """
    release = course / "release" / assignment / f"{assignment}.ipynb"
    if not release.exists():
        raise NotReleasedError(f"{release} is missing: run `nbgrader generate_assignment {assignment}`.")
    isolated.preload(__name__)
    template = read_template(nbformat.read(release, as_version=4))
    solutions, left_out = {}, {}
    for student in students(course):
        path = course / "submitted" / student / assignment / release.name
        try:
            own = isolated.call(read_own_code, str(path), str(release), bounds=READING)
        except (EndedError, RaisedError) as error:
            left_out[student] = f"cannot be read: {str(error).splitlines()[0]}"
            continue
        if own is None:
            left_out[student] = "no notebook that can be read"
            continue
        solution = read_solution(own, template)
        if objection := _objection(solution):
            left_out[student] = objection
        else:
            solutions[student] = solution
    pairs = [compare(*names, *(solutions[name] for name in names)) for names in combinations(solutions, 2)]
    alike = sorted(
        (pair for pair in pairs if pair.likeness >= ALIKE),
        key=lambda pair: (-pair.likeness, -pair.equal_lines, pair.first, pair.second),
    )
    return Similarity(alike, len(solutions), left_out, {name: each.code for name, each in solutions.items()})


def read_template(released: NotebookNode) -> Template:
    """What the released notebook gives to everybody."""
    cells = [_fingerprint(_tokens(_plain(cell.source))) for cell in released.cells if cell.cell_type == "code"]
    hashes = np.array(sorted(set().union(*(cell.hashes for cell in cells))))
    return Template(_sources(released), hashes)


def read_own_code(path: str, release: str) -> dict[str, str] | None:
    """`own_code` of the submission expected at `path`; None where no notebook can be read."""
    nb, intake = read_submission(Path(path), Path(release))
    if intake.status == "unreadable":
        return None
    return own_code(nb, _sources(nbformat.read(release, as_version=4)))


def own_code(nb: NotebookNode, given: frozenset[str]) -> dict[str, str]:
    """The student's own code in a submitted notebook: `code` as written, `plain` without comments and formatting, and
    `tokens`, of which fingerprints are made. given: released sources."""
    cells = [
        cell.source
        for cell in nb.cells
        if cell.cell_type == "code" and cell.id != NAME_CELL and cell.source.strip() not in given
    ]
    code = "\n\n".join(cells)
    plain = "\n".join(map(_plain, cells)) if len(code) <= MOST else ""
    return {"code": code, "plain": plain, "tokens": _tokens(plain[:MOST])}


def read_solution(own: dict[str, str], template: Template) -> Solution:
    """The solution with this `own_code`."""
    return Solution(own["code"], own["plain"], _fingerprint(own["tokens"], template.hashes))


def _sources(notebook: NotebookNode) -> frozenset[str]:
    return frozenset(cell.source.strip() for cell in notebook.cells)


def _objection(solution: Solution) -> str:
    """Why a solution is not compared, or nothing."""
    if len(solution.code) > MOST:
        return f"{len(solution.code)} characters of code: more than {MOST} are not compared"
    if solution.fingerprint.token_coverage < LEAST:
        return "too little code of their own to tell"
    return ""


def compare(first: str, second: str, one: Solution, other: Solution) -> Pair:
    """How alike the solutions of two students are."""
    _, shares, _ = compare_files(one.fingerprint, other.fingerprint)
    lines = [Counter(filter(None, solution.plain.splitlines())) for solution in (one, other)]
    equal = 2 * (lines[0] & lines[1]).total() / max(1, lines[0].total() + lines[1].total())
    return Pair(first, second, float(max(shares)), equal)


def _tokens(plain: str) -> str:
    tokens: str = filter_code(plain, "", language="python")[0]
    return tokens


def _fingerprint(tokens: str, template: np.ndarray | None = None) -> CodeFingerprint:
    """Made in the process that compares: the hashes of another are others."""
    return CodeFingerprint("", RUN, 1, boilerplate=template, filter=False, fp=io.StringIO(tokens))


def _plain(source: str) -> str:
    """The code of a cell without comments, docstrings and formatting; as it is where it is no Python."""
    try:
        tree = python_cells.parse(source)
        for node in ast.walk(tree):
            if isinstance(node, _WITH_DOCSTRING) and ast.get_docstring(node, clean=False) is not None:
                node.body = node.body[1:] or [ast.Pass()]
        with python_cells.unreadable_is_syntax_error():
            return ast.unparse(tree)
    except SyntaxError:
        return source


def table(found: Similarity, assignment: str) -> Table:
    """One line a pair."""
    shown = Table(
        title=f"{assignment}: alike solutions among {found.compared}",
        box=box.SIMPLE,
        caption=f"a likeness from {ALIKE:.0%} is a reason to look, not a proof; {len(found.left_out)} not compared",
    )
    shown.add_column("student", overflow="fold")
    shown.add_column("and", overflow="fold")
    shown.add_column("likeness", justify="right")
    shown.add_column("equal lines", justify="right")
    for pair in found.pairs:
        names = (Text(shield.quotable(name)) for name in (pair.first, pair.second))
        shown.add_row(*names, f"{int(100 * pair.likeness)}%", f"{int(100 * pair.equal_lines)}%")
    return shown
