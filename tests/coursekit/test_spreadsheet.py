"""What is written is what a spreadsheet reads, and no cell of it is a formula."""

import csv
import time

import openpyxl
import pytest

from coursekit.spreadsheet import pieces, safe, write_csv, write_xlsx

HEADINGS = ["student", "comments"]


def in_csv(path, cell):
    write_csv(path, HEADINGS, [["1", cell]])
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))[1][1]


def in_xlsx(path, cell):
    write_xlsx(path, "vae", HEADINGS, [["1", cell]])
    found = openpyxl.load_workbook(path)["vae"]["B2"]
    assert found.data_type != "f"
    return found.value


BOTH = pytest.mark.parametrize("through", [in_csv, in_xlsx])


@BOTH
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_formula_becomes_text(tmp_path, through, start):
    assert through(tmp_path / "table.xlsx", f"{start}1+1") == f"'{start}1+1"


def test_carriage_return_at_the_start_becomes_text():
    assert safe("\r=1") == "'\r'=1"


@BOTH
@pytest.mark.parametrize(
    "text", ['Dobrze 👍🏽\nŻółć, „tak” i "nie"', "a=1", "{=1}", "http://example.org", "'a", "007", "-"]
)
def test_other_text_stays(tmp_path, through, text):
    assert through(tmp_path / "table.xlsx", text) == text


@BOTH
def test_control_characters_do_not_break_the_file(tmp_path, through):
    assert through(tmp_path / "table.xlsx", "a\x00b\x1b") == "a�b�"


@BOTH
def test_the_longest_piece_fits(tmp_path, through):
    piece = pieces("👍" * 50_000)[0]
    assert through(tmp_path / "table.xlsx", piece) == piece


def test_pieces_add_up():
    text = "".join(map(chr, range(32, 50_032)))
    assert "".join(pieces(text)) == text
    assert pieces("") == []


def test_numbers_stay_numbers(tmp_path):
    assert in_csv(tmp_path / "a", 0.65) == "0.65"
    assert in_xlsx(tmp_path / "b.xlsx", 0.65) == 0.65
    assert in_csv(tmp_path / "a", None) == ""
    assert in_xlsx(tmp_path / "b.xlsx", None) is None


def test_same_bytes_at_another_time(tmp_path):
    write_xlsx(tmp_path / "a", "vae", HEADINGS, [["1", "x"]])
    time.sleep(2.1)  # zips count in two seconds
    write_xlsx(tmp_path / "b", "vae", HEADINGS, [["1", "x"]])
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
