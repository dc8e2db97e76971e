"""Facts on written answers are those of what was handed in."""

import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode, v4

from coursekit import facts
from coursekit.data import ROOT
from coursekit.facts import Facts
from coursekit.isolated import EndedError

IMAGE = {"image/png": "iVBORw0KGgo=", "text/plain": "<Figure size 640x480>"}
TABLE = {"text/html": "<div><table border='1'></table></div>"}
TRAIN = "model = VariationalAutoencoder(784, 128, 128, {})\ntrain_ae(model, epochs=20, train_loader=a, val_loader=b)"


@pytest.fixture
def course(tmp_path) -> Path:
    """A course with the released assignment, in which nobody has handed in."""
    ignored = shutil.ignore_patterns("data", "__pycache__")
    shutil.copytree(ROOT / "release" / "vae", tmp_path / "release" / "vae", ignore=ignored)
    return tmp_path


@pytest.fixture
def notebook(course) -> NotebookNode:
    return nbformat.read(course / "release" / "vae" / "vae.ipynb", as_version=4)


def hand_in(course: Path, student: str, notebook: NotebookNode) -> Path:
    path = course / "submitted" / student / "vae" / "vae.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def place(notebook: NotebookNode, grade_id: str) -> int:
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]
    return ids.index(grade_id)


def answer(notebook: NotebookNode, grade_id: str, text: str) -> None:
    notebook.cells[place(notebook, grade_id)].source = text


def add(notebook: NotebookNode, below: str, *cells: NotebookNode) -> None:
    at = place(notebook, below) + 1
    notebook.cells[at:at] = cells


def shown(source: str, *outputs: dict) -> NotebookNode:
    return v4.new_code_cell(source, outputs=[v4.new_output("display_data", data=data) for data in outputs])


def of(course: Path, student: str) -> dict[str, Facts]:
    return {each.answer: each for each in facts.of_student(course, "vae", student).answers}


def test_a_blank_notebook_has_nothing(course, notebook):
    hand_in(course, "ala", notebook)
    hand_in(course, "ola", notebook)
    found = of(course, "ala")
    assert list(found) == ["answer_1b", "answer_2", "answer_3"]
    for each in found.values():
        assert (each.words, each.figures, each.tables, each.experiments.trained, each.same_text) == (0, 0, 0, 0, [])


def test_words_are_counted(course, notebook):
    answer(notebook, "answer_2", "Dokładność wynosi 0.83, a *nie* 0,60 – tak!")
    hand_in(course, "ala", notebook)
    assert of(course, "ala")["answer_2"].words == 7


def test_figures_tables_and_trainings_of_own_cells_belong_to_the_answer_below(course, notebook):
    add(notebook, "test_1a_training", shown(TRAIN.format(2), IMAGE, IMAGE), shown(TRAIN.format(50), IMAGE, TABLE))
    add(notebook, "test_3_training", shown("pokaż()", {"text/markdown": "| a | b |\n|---|:-:|\n| 1 | 2 |"}))
    hand_in(course, "ala", notebook)
    found = of(course, "ala")
    first, second, third = found.values()
    assert (first.figures, first.tables, first.experiments.trained) == (3, 1, 2)
    assert first.experiments.varied == {"n_latent_features": [2, 10, 50]}
    assert (second.figures, second.tables, second.experiments.trained) == (0, 0, 0)
    assert (third.figures, third.tables) == (0, 1)


def test_own_cells_right_below_an_answer_belong_to_it(course, notebook):
    add(notebook, "answer_1b", shown("a", IMAGE), v4.new_markdown_cell("| a |\n|---|\n| 1 |"))
    hand_in(course, "ala", notebook)
    first, second, _ = of(course, "ala").values()
    assert (first.figures, first.tables, second.figures, second.tables) == (1, 1, 0, 0)


def test_pictures_and_tables_in_the_answer_count(course, notebook):
    text = "Wyniki:\n\n| cechy | koszt |\n|:---|---:|\n| 2 | 161 |\n\n---\n\n![](attachment:a.png)"
    cell = notebook.cells[place(notebook, "answer_1b")]
    cell.source, cell.attachments = text, {"a.png": {"image/png": IMAGE["image/png"]}}
    hand_in(course, "ala", notebook)
    found = of(course, "ala")["answer_1b"]
    assert (found.figures, found.tables) == (1, 1)


def test_outputs_of_given_cells_are_nobodys_own(course, notebook):
    for cell in notebook.cells:
        if cell.cell_type == "code" and not cell.metadata.get("nbgrader", {}).get("solution"):
            cell.outputs = [v4.new_output("display_data", data=IMAGE)]
            cell.id = v4.nbbase.random_cell_id()  # as an old editor saves it
            cell.source = cell.source.replace("\n", "\r\n")  # as Windows does
    name = next(cell for cell in notebook.cells if cell.source.startswith("NAME"))
    name.outputs = []
    hand_in(course, "ala", notebook)
    assert [each.figures for each in of(course, "ala").values()] == [0, 0, 0]


@pytest.mark.parametrize(("editor", "figures"), [("new", [1, 0, 0]), ("old", [0, 0, 1])])
def test_a_copy_of_a_given_cell_is_the_students_own(editor, figures, course, notebook):
    given = next(cell for cell in notebook.cells if cell.source.startswith("analyzer.compare_samplings"))
    add(notebook, "test_1a_training", shown(given.source))
    for cell in notebook.cells:
        if cell.source == given.source:
            cell.outputs = [v4.new_output("display_data", data=IMAGE)]
            if editor == "old":  # it saves no ids: which of equal cells is the copy cannot be told
                cell.id = v4.nbbase.random_cell_id()
    hand_in(course, "ala", notebook)
    assert [each.figures for each in of(course, "ala").values()] == figures


def test_the_same_words_are_found_whatever_their_case_marks_and_file(course, notebook):
    answer(notebook, "answer_3", "Im większe β, tym mniej cech.")
    hand_in(course, "ala", notebook)
    answer(notebook, "answer_3", "im WIĘKSZE β –\n\ntym mniej **cech**")
    hand_in(course, "ola", notebook).rename(course / "submitted" / "ola" / "vae" / "kopia.ipynb")
    answer(notebook, "answer_3", "Im większe β, tym więcej cech.")
    hand_in(course, "ela", notebook)
    (course / "submitted" / "iga" / "vae").mkdir(parents=True)
    (course / "submitted" / "iga" / "vae" / "vae.ipynb").write_text("{")
    found = of(course, "ala")
    assert found["answer_3"].same_text == ["ola"]
    assert found["answer_1b"].same_text == []


@pytest.mark.parametrize("student", ["ala", "ola"])
def test_who_cannot_be_read_is_named_and_the_others_are_read(course, notebook, monkeypatch, student):
    def call(function, folder, release, bounds):
        if student in folder:
            raise EndedError("memory", "an allocation failed")
        return function(folder, release)

    monkeypatch.setattr(facts.isolated, "call", call)
    hand_in(course, "ala", notebook)
    hand_in(course, "ola", notebook)
    found = facts.of_student(course, "vae", "ala")
    assert found.left_out == {student: "memory (an allocation failed)"}
    assert len(found.answers) == (0 if student == "ala" else 3)


def test_an_assignment_that_was_not_released_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nbgrader generate_assignment vae"):
        facts.of_student(tmp_path, "vae", "ala")
