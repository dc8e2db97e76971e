"""The student is told what in the code cannot work while it is graded."""

import pytest
from nbformat import v4

from coursekit.advice import advice, error_line


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("x = 1", None),
        ("%matplotlib inline\n!pip list\n%%time", None),
        ("%%bash\nif [ -e x ]; then echo; fi", None),
        ("await f()", None),
        ("x = '\\d'", None),
        ("x = 1\ndef f(:\n    pass", 2),
        ("def f():\n    x = 1\n  y = 2", 3),
        ("return 3", 1),
        ("(" * 5_000, 1),
        ("x = 1\0", 1),
    ],
)
def test_error_line(source, line, recwarn):
    assert error_line(source) == line
    assert not recwarn.list


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ('NAME = ""', 'Nie podano imienia i nazwiska: uzupełnij komórkę `NAME = ""`.'),
        ("x = (", "zostało wykonane: `x = (` (wiersz 1)."),
        ("n = int(input('?'))", "nikt nie odpowie na pytanie `input()`"),
        ("import os\n!pip install pyro-ppl", "nie ma internetu i niczego się nie instaluje"),
        ("%pip install pyro-ppl", "nie ma internetu i niczego się nie instaluje"),
        ("!{sys.executable} -m pip install x\n!python3 -m pip install x", "nie ma internetu"),
        ("import ipywidgets as w", "nikt nie poruszy widżetami"),
        ("from ipywidgets import interact", "nikt nie poruszy widżetami"),
        ("%%timeit\nx = 1", "nie istnieje poza nimi: `%%timeit`"),
        ("%%html\n<b>x</b>", "nie istnieje poza nimi: `%%html`"),
    ],
)
def test_what_is_told(source, told):
    (said,) = advice([v4.new_code_cell(source)])
    assert told in said


@pytest.mark.parametrize(
    "source",
    [
        'NAME = "Jan"',
        "%%time\nx = 1",
        "%%capture\nx = 1",
        "%matplotlib inline",
        "obj.input(3)",
        "# pip install x",
        "text = 'input()'",
        "import pipeline",
    ],
)
def test_what_needs_no_word(source):
    assert advice([v4.new_code_cell(source)]) == []


@pytest.mark.parametrize("source", ["x = 1\n" * 20_000, "%a\n" * 101, "%a\n" + "x" * 1_001])
def test_a_cell_beyond_the_limits_is_told_and_is_no_error(source):
    (said,) = advice([v4.new_code_cell(source)])
    assert said.startswith("Te komórki nie zostały sprawdzone przed wykonaniem")
    assert error_line(source) is None


def test_of_many_cells_the_first_are_named():
    (said,) = advice([v4.new_code_cell(f"x = {number} +") for number in range(30)])
    assert said.endswith("`x = 9 +` (wiersz 1) i jeszcze 20.")


def test_given_cells_and_texts_need_no_word():
    given = v4.new_code_cell("input()", metadata={"nbgrader": {"locked": True, "grade_id": "given"}})
    assert advice([given, v4.new_markdown_cell("input()")]) == []


def test_a_solution_is_named_by_its_id_and_others_by_their_first_line():
    solution = v4.new_code_cell("input()", metadata={"nbgrader": {"grade_id": "add", "locked": False}})
    (said,) = advice([solution, v4.new_code_cell("y = input()\nz = 1")])
    assert said.endswith(": `add`, `y = input()`.")
