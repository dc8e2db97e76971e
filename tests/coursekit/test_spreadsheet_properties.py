"""However a spreadsheet takes a CSV apart, no cell of it is a formula."""

import csv
import io
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.spreadsheet import safe, write_csv

HOSTILE = st.text(st.sampled_from("=+-@＝－\u2212;|,\t\r\n \"' \u200b\ufeff\xa0\u202e\x00\x0bax1"), max_size=12)
CELLS = st.one_of(HOSTILE, st.text(max_size=5), st.floats(allow_nan=False), st.none(), st.just("-"))
ROWS = st.builds(lambda student, rest: [student, *rest], HOSTILE, st.lists(CELLS, min_size=1, max_size=3))
TABLES = st.lists(ROWS.filter(lambda row: row[0] != "-"), min_size=1, max_size=4)
"""The first cell of a row is a student's id, a text."""
NUMBER = re.compile(r"[+-]?[0-9.,]+(e[+-]?[0-9]+)?|-inf")


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet may calculate a cell: by what can be seen of it first, quotes aside."""
    seen = "".join(letter for letter in cell if letter.isprintable() and not letter.isspace()).lstrip('"')
    begins = unicodedata.normalize("NFKC", seen[:1]) in tuple("=+-@\u2212")
    return begins and not NUMBER.fullmatch(seen) and seen.rstrip('"') != "-"


@pytest.fixture(scope="module")
def path(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("tables") / "table.csv"


@settings(max_examples=800, deadline=None, derandomize=True)
@given(rows=TABLES)
def test_no_cell_is_a_formula_whatever_parts_the_cells(path, rows):
    write_csv(path, ["student", "name"], rows)
    text = path.read_text(encoding="utf-8")
    for separator in (",", ";", "\t", "|"):
        for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
            file = io.StringIO(text, newline="")
            for row in csv.reader(file, delimiter=separator, quoting=quoting):
                if separator != "," or quoting == csv.QUOTE_MINIMAL:  # nobody reads commas without quotes
                    assert not [cell for cell in row if is_formula(cell)]


@settings(max_examples=300, deadline=None, derandomize=True)
@given(text=st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30))
def test_text_without_the_beginning_of_a_formula_stays_as_it_is(text):
    ordinary = re.sub(r"[=+\-@\u2212＝＋－＠﹦﹢﹣﹫\ufffe\uffff]", "", text)
    assert safe(ordinary) == ordinary


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("a;=HYPERLINK(1)", "a;'=HYPERLINK(1)"),
        ('a; "=1', "a; \"'=1"),
        ("a|@SUM(1)", "a|'@SUM(1)"),
        ("a\n=1", "a\n'=1"),
        ("a\t\u200b=1", "a\t\u200b'=1"),
        ("  ＝1", "  '＝1"),
        ("&lt;=1", "&lt;'=1"),
        ("a;b=1; c -d", "a;b=1; c -d"),
        ("Nowak-Lis; 2+2", "Nowak-Lis; 2+2"),
    ],
)
def test_examples(cell, shown):
    assert safe(cell) == shown


def test_time_grows_with_the_length_alone():
    assert len(safe(';\t "' * 250_000 + "=")) == 1_000_002
