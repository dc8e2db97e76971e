"""Copies are found, also with other names and comments; independent right solutions are not."""

import ast
import json
import shutil
from difflib import SequenceMatcher
from itertools import combinations

import nbformat
import pytest
from nbformat import v4
from typer.testing import CliRunner

from coursekit import corpus, similar
from coursekit.__main__ import app
from coursekit.data import ROOT
from coursekit.isolated import EndedError
from coursekit.problems import NobodyError
from coursekit.similar import ALIKE, NotReleasedError

SOURCE, RELEASE = (ROOT / folder / "vae" / "vae.ipynb" for folder in ("source", "release"))
CELLS = ("vae_encoder", "vae_decoder", "vae_model", "classification", "beta_vae")
STUDENTS = 15
VARIANT = 0.8
"""Wheats more alike than this, letter by letter, are variants by one author."""


@pytest.fixture(scope="module")
def template():
    return similar.read_template(nbformat.read(RELEASE, as_version=4))


@pytest.fixture(scope="module")
def versions():
    """Ways to write each cell rightly: of the wheats and the reference, without variants of one another."""
    reference = corpus.Sample("reference", "wheat", "", {}, (), {})
    found = {cell: [corpus.solution_cells(reference, SOURCE, RELEASE)[cell]] for cell in CELLS}
    for sample in corpus.load_all("wheat"):
        for cell in sample.cells.keys() & set(CELLS):
            if max(SequenceMatcher(None, sample.cells[cell], other).ratio() for other in found[cell]) < VARIANT:
                found[cell].append(sample.cells[cell])
    return found


@pytest.fixture(scope="module")
def independent(versions):
    """Whole solutions, each cell by its own author."""
    return [[versions[cell][number % len(versions[cell])] for cell in CELLS] for number in range(STUDENTS)]


def read(template, sources):
    notebook = v4.new_notebook(cells=[v4.new_code_cell(source) for source in sources])
    return similar.read_solution(similar.own_code(notebook, template.sources), template)


def likeness(one, other):
    return similar.compare("one", "other", one, other).likeness


def disguised(source):
    """The same code with other names, without comments, formatted anew."""
    tree = ast.parse(source)
    given = {name for cell in nbformat.read(RELEASE, as_version=4).cells for name in cell.source.split()}
    given |= {"forward", "model", "guide", "encoder_forward", "decoder_forward", "beta", "classification_results"}
    own = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    own |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)}
    for node in ast.walk(tree):
        for field in ("id", "attr"):
            name = getattr(node, field, None)
            if name in own - given:
                setattr(node, field, f"moja_{name}")
    return ast.unparse(tree)


def test_independent_solutions_are_not_alike(template, independent):
    read_all = [read(template, sources) for sources in independent]
    pairs = [
        (one, other)
        for one, other in combinations(range(STUDENTS), 2)
        if not set(independent[one]) & set(independent[other])
    ]
    assert len(pairs) > 60
    assert max(likeness(read_all[one], read_all[other]) for one, other in pairs) < ALIKE - 0.1


def test_disguised_copies_are_alike(template, independent):
    copies = [(read(template, own), read(template, map(disguised, own))) for own in independent]
    assert min(likeness(*copy) for copy in copies) > 0.95
    assert max(similar.compare("", "", *copy).equal_lines for copy in copies) < 0.9


def test_code_added_to_a_copy_does_not_hide_it(template, independent):
    more = [*independent[0], *independent[1]]
    assert likeness(read(template, independent[0]), read(template, more)) > 0.95


@pytest.fixture
def course(tmp_path, independent):
    """A class of five: a copy, an independent solution, an unreadable file and a blank notebook."""
    (tmp_path / "nbgrader_config.py").touch()
    shutil.copytree(ROOT / "release" / "vae", tmp_path / "release" / "vae", ignore=shutil.ignore_patterns("data"))
    hand_in(tmp_path, "ala <b>", independent[0])
    hand_in(tmp_path, "bob 🦊", map(disguised, independent[0]))
    hand_in(tmp_path, "cyd", independent[3])
    hand_in(tmp_path, "dan", [])
    (tmp_path / "submitted" / "dan" / "vae" / "vae.ipynb").write_text("{")
    hand_in(tmp_path, "eva", [])
    return tmp_path


def hand_in(course, student, sources):
    """The released notebook with these sources in its solution cells."""
    notebook = nbformat.read(RELEASE, as_version=4)
    cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in notebook.cells}
    for grade_id, source in zip(CELLS, sources, strict=False):
        cells[grade_id].source = source
    corpus.header_name(notebook).source = f"NAME = {student!r}"
    folder = course / "submitted" / student / "vae"
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, folder / "vae.ipynb")


def test_class(course):
    found = similar.of_class(course, "vae")
    assert [(pair.first, pair.second) for pair in found.pairs] == [("ala <b>", "bob 🦊")]
    assert found.compared == 3
    assert found.left_out == {
        "dan": "no notebook that can be read",
        "eva": "too little code of their own to tell",
    }


def test_identical_solutions_have_equal_lines(course, independent):
    hand_in(course, "fay", independent[0])
    first = similar.of_class(course, "vae").pairs[0]
    assert (first.first, first.second, first.likeness, first.equal_lines) == ("ala <b>", "fay", 1, 1)


@pytest.mark.parametrize(
    "source",
    ["def f(:\n    pass", "%matplotlib inline\n!ls", "x = " + "(" * 500, "a\0b", "-" * 50_000 + "1"],
    ids=["syntax", "magic", "nested", "null", "deep"],
)
def test_code_that_is_no_python_is_compared_as_it_is(course, independent, source):
    for student in ("ala <b>", "bob 🦊"):
        hand_in(course, student, [*independent[0][:-1], independent[0][-1] + "\n" + source])
    assert similar.of_class(course, "vae").pairs[0].likeness == 1


def test_who_cannot_be_read_is_named_and_the_others_are_compared(course, monkeypatch):
    def call(function, path, release, bounds):
        if "cyd" in path:
            raise EndedError("time", "more than 60 s")
        return function(path, release)

    monkeypatch.setattr(similar.isolated, "call", call)
    found = similar.of_class(course, "vae")
    assert found.left_out["cyd"] == "cannot be read: time (more than 60 s)"
    assert [(pair.first, pair.second) for pair in found.pairs] == [("ala <b>", "bob 🦊")]


def test_too_much_code_is_not_compared(course):
    hand_in(course, "cyd", ["x = 1\n" * 20_000])
    assert similar.of_class(course, "vae").left_out["cyd"].startswith("120000 characters")


def test_nobody_and_no_release(course):
    shutil.rmtree(course / "submitted")
    with pytest.raises(NobodyError, match="Nobody has handed in"):
        similar.of_class(course, "vae")
    shutil.rmtree(course / "release")
    with pytest.raises(NotReleasedError, match="generate_assignment vae"):
        similar.of_class(course, "vae")


def test_command(course):
    done = CliRunner().invoke(app, ["similar", "vae", "--course", str(course)])
    assert done.exit_code == 0
    assert "alike solutions among 3" in done.output
    assert "bob 🦊" in done.output


def test_command_prints_json(course):
    done = CliRunner().invoke(app, ["similar", "vae", "--course", str(course), "--json"])
    assert json.loads(done.output)["pairs"][0]["first"] == "ala <b>"


def test_command_says_that_nobody_has_handed_in(course):
    shutil.rmtree(course / "submitted")
    done = CliRunner().invoke(app, ["similar", "vae", "--course", str(course)])
    assert done.exit_code == 1
    assert "Nobody has handed in" in done.stderr
