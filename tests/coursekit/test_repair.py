"""Cells of a submission are put in order, and the student's own work stays."""

from copy import deepcopy

import nbformat
import pytest
from jsonschema import ValidationError
from nbformat import NotebookNode, v4
from nbgrader.nbgraderformat import SchemaTooNewError, SchemaTooOldError

from coursekit.data import ROOT
from coursekit.intake import grade_id_of
from coursekit.repair import repair
from coursekit.submission import require_sound


def index(nb: NotebookNode, grade_id: str) -> int:
    return next(i for i, cell in enumerate(nb.cells) if grade_id_of(cell) == grade_id)


def slots(cells: list[NotebookNode]) -> list[str]:
    return [cell.metadata.nbgrader.grade_id for cell in cells if "nbgrader" in cell.metadata]


def sources(cells: list[NotebookNode]) -> list[str]:
    return [cell.source for cell in cells]


def in_slot(cells: list[NotebookNode], grade_id: str) -> NotebookNode:
    (cell,) = [cell for cell in cells if grade_id_of(cell) == grade_id]
    return cell


@pytest.fixture
def pattern(released):
    """The released cells."""
    return released.cells


ALL = ["given", "add", "test_add", "answer", "given_2", "multiply", "test_multiply"]


def test_sound_notebook_is_left_alone(solved, pattern):
    before = deepcopy(solved.cells)
    cells, notes = repair(solved.cells, pattern)
    assert sources(cells) == sources(before)
    assert notes == []


def test_released_assignment_needs_no_repair():
    pattern = nbformat.read(ROOT / "release" / "vae" / "vae.ipynb", as_version=4).cells
    cells, notes = repair(deepcopy(pattern), pattern)
    assert cells == pattern
    assert notes == []


def test_own_cells_stay_between_their_neighbours(solved, pattern):
    solved.cells.insert(index(solved, "test_add"), v4.new_code_cell("print(add(1))"))
    before = sources(solved.cells)
    cells, notes = repair(solved.cells, pattern)
    assert sources(cells) == before
    assert notes == []


@pytest.mark.parametrize("stub_first", [True, False])
def test_of_a_solution_and_its_stub_the_solution_is_kept_alone(solved, released, pattern, stub_first):
    place = index(solved, "add")
    solved.cells.insert(place if stub_first else place + 1, deepcopy(released.cells[index(released, "add")]))
    cells, notes = repair(solved.cells, pattern)
    assert "return a + base" in in_slot(cells, "add").source
    assert [cell.source for cell in cells if "NotImplementedError" in cell.source] == []
    assert notes == ["Te komórki były powielone; oceniono po jednej, ostatniej zmienionej kopii: `add`."]


def test_of_two_solutions_the_last_is_graded_and_the_other_kept_as_own(solved, pattern):
    place = index(solved, "add")
    older = deepcopy(solved.cells[place])
    older.source = "def add(a):\n    return 0"
    solved.cells.insert(place, older)
    cells, _ = repair(solved.cells, pattern)
    assert "return a + base" in in_slot(cells, "add").source
    assert "def add(a):\n    return 0" in sources(cells)
    assert len({cell.id for cell in cells}) == len(cells)


def test_of_given_code_and_a_changed_copy_the_given_is_kept(solved, pattern):
    copy = deepcopy(solved.cells[index(solved, "given")])
    copy.source = "base = 99"
    solved.cells.insert(index(solved, "given"), copy)
    cells, _ = repair(solved.cells, pattern)
    assert in_slot(cells, "given").source == "base = 10"
    assert "base = 99" in sources(cells)


@pytest.mark.parametrize("grade_id", ALL)
def test_missing_cell_comes_back_in_its_place(solved, pattern, grade_id):
    del solved.cells[index(solved, grade_id)]
    cells, notes = repair(solved.cells, pattern)
    assert slots(cells) == ALL
    assert notes == [f"Brakowało komórek zadania; wstawiono je z powrotem: `{grade_id}`."]


def test_restored_code_comes_after_own_code_and_before_released_text(solved, pattern):
    """A check must see what the student wrote in its place; an analysis must see given code."""
    place = index(solved, "test_add")
    solved.cells[place] = v4.new_code_cell("def add(a):\n    return a + 10")
    cells, _ = repair(solved.cells, pattern)
    at = [cell.source for cell in cells].index("def add(a):\n    return a + 10")
    assert cells[at + 1].metadata.nbgrader.grade_id == "test_add"
    assert cells[at + 2].source == "print('analiza')"


def test_deleted_solution_comes_back_without_its_stub(solved, pattern):
    """The student may have defined everything in one cell; a stub after it would undo that."""
    solved.cells[index(solved, "add")].source += "\n\ndef multiply(a):\n    return a * 3"
    del solved.cells[index(solved, "multiply")]
    cells, _ = repair(solved.cells, pattern)
    assert in_slot(cells, "multiply").source.startswith("# Komórki `multiply` nie było")


def test_moved_cells_go_back_in_order(solved, pattern):
    solved.cells.insert(0, solved.cells.pop(index(solved, "test_multiply")))
    cells, notes = repair(solved.cells, pattern)
    assert slots(cells) == ALL
    assert notes == ["Przywrócono kolejność komórek zadania, bo nie na swoim miejscu były: `given`."]


def test_lost_metadata_come_back_by_cell_id(solved, pattern):
    for cell in solved.cells:
        cell.metadata = NotebookNode()
    cells, notes = repair(solved.cells, pattern)
    assert slots(cells) == ALL
    assert in_slot(cells, "answer").source == "Bo dodawanie jest przemienne."
    assert len(notes) == 1
    assert notes[0].startswith("Przywrócono oznaczenia")


def test_lost_metadata_and_ids_come_back_by_source_and_place(solved, pattern):
    for cell in solved.cells:
        cell.metadata, cell.id = NotebookNode(), v4.nbbase.random_cell_id()
    cells, notes = repair(solved.cells, pattern)
    assert slots(cells) == ALL
    assert in_slot(cells, "answer").source == "Bo dodawanie jest przemienne."
    assert "def add(a):\n    return a + base" in sources(cells)
    assert any(note.startswith("Brakowało komórki odpowiedzi; za odpowiedź uznano") for note in notes)


@pytest.mark.parametrize(
    "damaged",
    [
        {},
        [],
        "x",
        {"grade_id": None},
        {"grade_id": ["add"]},
        {"grade_id": "other"},
        {"grade_id": "add"},
        {"grade_id": "add", "schema_version": 99},
    ],
)
def test_damaged_metadata_are_restored(solved, pattern, damaged):
    solved.cells[index(solved, "add")].metadata = NotebookNode(nbgrader=damaged)
    cells, _ = repair(solved.cells, pattern)
    original = next(cell for cell in pattern if cell.id == "add")
    assert in_slot(cells, "add").metadata == original.metadata
    assert "return a + base" in in_slot(cells, "add").source


def test_raised_points_are_put_back_and_told(solved, pattern):
    solved.cells[index(solved, "test_add")].metadata.nbgrader.points = 100
    cells, notes = repair(solved.cells, pattern)
    assert in_slot(cells, "test_add").metadata.nbgrader.points == 2
    assert "`test_add`" in notes[0]


def test_unknown_cells_lose_their_marks_and_stay(solved, pattern):
    marks = {"grade_id": "test_more", "grade": True, "points": 50}
    solved.cells.append(v4.new_code_cell("1 + 1", metadata={"nbgrader": marks}))
    cells, notes = repair(solved.cells, pattern)
    assert cells[-1].source == "1 + 1"
    assert "nbgrader" not in cells[-1].metadata
    assert notes == ["Komórki o nieznanych oznaczeniach potraktowano jak zwykłe: `1 + 1`."]


@pytest.mark.parametrize(
    ("grade_id", "make"),
    [
        ("add", v4.new_markdown_cell),
        ("add", v4.new_raw_cell),
        ("answer", v4.new_code_cell),
    ],
)
def test_changed_type_is_put_back_with_the_students_text(solved, pattern, grade_id, make):
    place = index(solved, grade_id)
    old = solved.cells[place]
    solved.cells[place] = make(old.source, id=old.id, metadata=old.metadata)
    cells, notes = repair(solved.cells, pattern)
    assert in_slot(cells, grade_id).cell_type == old.cell_type
    assert in_slot(cells, grade_id).source == old.source
    assert notes == [f"Przywrócono typ komórek: `{grade_id}`."]


def test_solution_split_in_the_middle_of_its_code_is_joined(solved, pattern):
    """JupyterLab gives both halves the marks of the whole."""
    place = index(solved, "add")
    half = deepcopy(solved.cells[place])
    solved.cells[place].source, half.source = "def add(a):", "    return a + base"
    solved.cells.insert(place + 1, half)
    cells, notes = repair(solved.cells, pattern)
    assert in_slot(cells, "add").source == "def add(a):\n    return a + base"
    assert "    return a + base" not in sources(cells)
    assert notes == ["Złączono komórki, które były rozcięte w środku kodu: `add`."]


def test_solution_split_between_functions_stays_split(solved, pattern):
    place = index(solved, "add")
    half = deepcopy(solved.cells[place])
    half.source = "def helper():\n    return 1"
    solved.cells.insert(place, half)
    cells, _ = repair(solved.cells, pattern)
    assert "return a + base" in in_slot(cells, "add").source
    assert half.source in sources(cells)


@pytest.mark.parametrize(
    ("grade_id", "given"),
    [
        ("add", "test_add"),
        ("add", "given"),
        ("multiply", "test_multiply"),
        ("multiply", "given_2"),
    ],
)
def test_solution_merged_into_a_given_cell_is_kept(solved, pattern, grade_id, given):
    solution = solved.cells.pop(index(solved, grade_id))
    solved.cells[index(solved, given)].source += "\n\n" + solution.source
    cells, notes = repair(solved.cells, pattern)
    assert slots(cells) == ALL
    assert solution.source in in_slot(cells, grade_id).source
    assert in_slot(cells, given).source == in_slot(pattern, given).source
    assert notes[0] == (
        f"Rozwiązanie złączone z komórką, która należy do zadania, potraktowano jak komórkę odpowiedzi: `{grade_id}`."
    )


def test_given_code_comes_before_solutions_that_are_all_there_is(solved, pattern):
    """So that the imports stand before what needs them, and the checks after what they look at."""
    own = [v4.new_code_cell(solved.cells[index(solved, name)].source) for name in ("add", "multiply")]
    cells, _ = repair(own, pattern)
    assert slots(cells) == ALL
    places = {grade_id_of(cell): place for place, cell in enumerate(cells)}
    at = [cell.source for cell in cells].index("def add(a):\n    return a + base")
    assert places["given"] < at < places["test_add"]


def test_changed_given_code_is_put_back_and_told(solved, pattern):
    solved.cells[index(solved, "given")].source = "base = 99"
    cells, notes = repair(solved.cells, pattern)
    assert in_slot(cells, "given").source == "base = 10"
    assert notes == ["Przywrócono treść komórek, które należą do zadania: `given`."]


def test_empty_notebook_becomes_the_released_slots(pattern):
    cells, _ = repair([], pattern)
    assert slots(cells) == ALL


@pytest.mark.parametrize(
    ("marks", "error"),
    [
        ({"schema_version": 2}, SchemaTooOldError),
        ({"schema_version": 4}, SchemaTooNewError),
        ({"points": "2"}, ValidationError),
    ],
)
def test_release_with_marks_that_nbgrader_cannot_read_is_refused(released, tmp_path, marks, error):
    in_slot(released.cells, "test_add").metadata.nbgrader.update(marks)
    path = tmp_path / "ps.ipynb"
    nbformat.write(released, path)
    with pytest.raises(error):
        require_sound(path, path.stat().st_mtime_ns)
