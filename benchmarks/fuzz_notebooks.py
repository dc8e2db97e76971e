"""Hostile notebooks without end: what reads submissions must stand each of them.

A real submission's JSON is changed in a few places: values of another type, keys and cells that are missing, doubled,
huge or deep, hostile texts. Whatever comes out, the intake and the repair give a valid notebook with each cell of the
release once, or say why the file cannot be read, in little time.
"""

from __future__ import annotations

import json
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import nbformat
from hypothesis import given
from hypothesis import strategies as st
from nbformat import NotebookNode

from coursekit import experiments, facts, flags, pictures, similar
from coursekit.advice import advice
from coursekit.data import ROOT
from coursekit.intake import read_submission
from coursekit.repair import repair

RELEASE = ROOT / "release" / "vae" / "vae.ipynb"
LONGEST = 10.0
"""Seconds of CPU time that reading one of these notebooks may take."""
MAX_CHARS = 2_000_000
"""Characters from which a notebook is not made larger."""
TEXTS = [
    "",
    "\ud800",
    "\0",
    "\x1b[2J\u202e",
    "%a\n" * 120,
    "%a (\n" * 9,
    "!pip install x\n" * 20,
    "a" * 2_000 + " ?",
    "x = 1" + "\n" * 20_000,
    "(" * 3_000,
    "-" * 3_000 + "1",
    "a" + ".b" * 3_000,
    'f"' + "{a}" * 2_000 + '"',
    "try:\n pass\nfinally:\n pass",
    "if x:\n  y",
    "  y = 1",
    "return 1",
    "def f(:\n",
    "get_ipython().run_line_magic('a', 'b')",
    "for a, b in [(1, 2)] * 3: train_ae(a, lr=b)",
    "attachment:a.png <attachment:ż (1).png> attachment:((",
    "| a |\n|---|\n| 1 |",
    "# %%\n# In [1]:\n#coding\n",
    "vae_encoder",
    "answer_1b",
    "../../x",
    "\u2028\r\x0b\x85",
    "9" * 4_400,
    "x" * 60_000,
]
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.sampled_from(TEXTS),
    st.sampled_from(TEXTS),
    st.text(st.characters(), max_size=20),
    st.dictionaries(st.sampled_from(sorted(TEXTS)), st.sampled_from(TEXTS), max_size=3),
    st.builds(list),
    st.builds(dict),  # new ones, for they may be changed
    st.sampled_from([90, 480, 900]).map(lambda depth: _deep(depth)),
    st.sampled_from([1_000, 200_000]).map(lambda number: [0] * number),
    st.builds(lambda: [[]] * 10_000),
    st.sampled_from(TEXTS).map(lambda text: [text, ["x"], 5, text]),
)
READ = {
    "id",
    "cell_type",
    "source",
    "metadata",
    "nbgrader",
    "grade_id",
    "points",
    "outputs",
    "attachments",
    "data",
    "text",
}
"""Keys of what grading reads, where half of the changes are made."""
CHANGES = ("replace", "replace", "delete", "double", "rename", "swap", "many", "wrap")


def _deep(depth: int) -> Any:
    value: Any = 1
    for level in range(depth):
        value = [value] if level % 2 else {"a": value}
    return value


def _places(value: Any, depth: int = 0) -> list[tuple[Any, Any]]:
    """Each place in a JSON value, as its container and its key there, so far as they are not deep."""
    keys = list(value) if isinstance(value, dict) else list(range(min(len(value), 200)))
    found = [(value, key) for key in keys]
    for key in keys:
        if isinstance(value[key], (dict, list)) and depth < 8:
            found += _places(value[key], depth + 1)
    return found


def submission() -> dict[str, Any]:
    """A notebook as it is handed in, with every kind of output and a picture."""
    nb = nbformat.read(RELEASE, as_version=4)
    for cell in nb.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = "x = 1\nplt.show()"
    kinds = (
        ("stream", {"name": "stdout", "text": "a\nb\n"}),
        ("error", {"ename": "E", "evalue": "v", "traceback": ["t"]}),
    )
    shown = (
        ("display_data", {"data": {"image/png": "aGE=", "text/html": "<table>"}}),
        ("execute_result", {"data": {"text/plain": "3"}}),
    )
    code = nbformat.v4.new_code_cell("train_ae(lr=1)", id="own-code")
    code.outputs = [nbformat.v4.new_output(kind, **data) for kind, data in (*kinds, *shown)]
    text = nbformat.v4.new_markdown_cell(
        "![](attachment:a.png)", id="own-text", attachments={"a.png": {"image/png": "aGE="}}
    )
    nb.cells[10:10] = [code, text]
    content: dict[str, Any] = json.loads(nbformat.writes(nb))
    return content


@st.composite
def notebooks(draw: st.DrawFn) -> str:
    """JSON texts of changed submissions; a few are cut off."""
    content = submission()
    for _ in range(draw(st.integers(1, 12))):
        places = _places(content)
        if draw(st.booleans()):
            places = [place for place in places if place[1] in READ] or places
        container, key = places[draw(st.integers(0, len(places) - 1))]
        change = draw(st.sampled_from(CHANGES))
        if change == "replace":
            container[key] = draw(LEAVES)
        elif change == "delete":
            del container[key]
        elif change == "rename" and isinstance(container, dict):
            container[draw(st.sampled_from(TEXTS))] = container.pop(key)
        elif change == "double" and isinstance(container, list):
            container.insert(draw(st.integers(0, len(container))), json.loads(json.dumps(container[key])))
        elif change == "many" and isinstance(container, list):
            text = json.dumps(container[key])
            number = min(draw(st.sampled_from([20, 300])), MAX_CHARS // len(text))
            container[key:key] = [json.loads(text) for _ in range(number)]
        elif change == "swap":
            other, its = places[draw(st.integers(0, len(places) - 1))]
            if key in range(len(container)) or isinstance(container, dict):
                container[key] = json.loads(json.dumps(other[its])) if its in _keys(other) else None
        elif change == "wrap":
            container[key] = draw(st.sampled_from([[container[key]], {"a": container[key]}]))
        if not content or len(json.dumps(content)) > MAX_CHARS:
            break
    text = json.dumps(content)
    return text[: draw(st.integers(0, len(text)))] if draw(st.integers(0, 30)) == 0 else text


def _keys(container: Any) -> Any:
    return container if isinstance(container, dict) else range(len(container))


def check(text: str, folder: Path) -> None:
    """Read a submission with this notebook as autograding and the other commands do.

    Raises AssertionError where something is wrong, and whatever a reader raises.
    """
    path = folder / "vae.ipynb"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    given = nbformat.read(RELEASE, as_version=4).cells
    start = time.process_time()
    nb, intake = read_submission(path, RELEASE)
    own = similar.own_code(nb, frozenset())
    cells, repairs = repair(nb.cells, given)
    repairs += pictures.mend(cells)
    told = [*intake.notes, *repairs, *advice(cells)]
    result = nbformat.v4.new_notebook(cells=cells)
    flags.scan(result)
    parts = facts._parts(cells, given)
    for part in parts:
        facts._figures(cells[0])
        experiments.of([cell.source for cell in part.own if cell.cell_type == "code"], [], [own["code"]])
    spent = time.process_time() - start
    assert spent < LONGEST, f"{spent:.0f} s"
    with warnings.catch_warnings(action="error"):
        nbformat.validate(result)
    nbformat.writes(result).encode()
    slots = [cell.metadata.nbgrader.grade_id for cell in given if "nbgrader" in cell.metadata]
    assert [cell.metadata.nbgrader.grade_id for cell in cells if "nbgrader" in cell.metadata] == slots
    assert {part.answer for part in parts} == {"answer_1b", "answer_2", "answer_3"}
    assert all(_is_like(cell, pattern) for cell, pattern in _pairs(cells, given))
    assert all(len(sentence) < 5_000 for sentence in told)
    json.dumps(told, ensure_ascii=False).encode()


def _pairs(cells: list[NotebookNode], given: list[NotebookNode]) -> list[tuple[NotebookNode, NotebookNode]]:
    marked = ([cell for cell in each if "nbgrader" in cell.metadata] for each in (cells, given))
    return list(zip(*marked, strict=True))


def _is_like(cell: NotebookNode, pattern: NotebookNode) -> bool:
    locked = pattern.metadata.nbgrader.locked
    return (
        cell.cell_type == pattern.cell_type
        and cell.metadata == pattern.metadata
        and (not locked or cell.source.split() == pattern.source.split())
    )


@given(notebooks())
def test_notebooks(text: str) -> None:
    """Whatever becomes of a submission's JSON, it is read."""
    with tempfile.TemporaryDirectory() as folder:
        check(text, Path(folder))
