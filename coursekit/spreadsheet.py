"""Tables as files, CSV and XLSX: the same bytes for the same table, and no cell that a spreadsheet would calculate."""

import csv
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import xlsxwriter

from coursekit.terminal import printable

Cell = str | float | None
FORMULA = frozenset("=+-@\N{MINUS SIGN}＝＋－＠﹦﹢﹣﹫")
"""A cell that begins so may be calculated, and send what stands in other cells away (OWASP, CSV injection)."""
SEPARATORS = frozenset(";|\t\r\n")
"""Where a new cell begins for a program that does not part cells at commas alone: Excel in Polish takes `;`, and quotes
mean nothing to it in the middle of what it takes for a cell, so that a line end parts cells too."""
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML, and so XLSX, cannot hold, nor UTF-8."""
PIECE = 16_000
"""Letters of a text that stand in one cell: Excel takes 32 767 units, and an emoji has two."""


def safe(cell: Cell) -> Cell:
    """The cell, with an apostrophe before what would be a formula, wherever a program may see a cell begin.

    Blanks, quotes and what nobody sees do not hide a formula. A lone `-` is none: Moodle's empty date.
    """
    if not isinstance(cell, str) or cell == "-":
        return cell
    text = CONTROLS.sub("�", cell)
    parts = ["'"] if text.startswith(("\t", "\r")) else []
    begins = True
    for letter in text:
        if begins and letter in FORMULA:
            parts.append("'")
        parts.append(letter)
        begins = letter in SEPARATORS or (begins and _is_passed_over(letter))
    return "".join(parts)


def _is_passed_over(letter: str) -> bool:
    """Whether a cell may begin after this: it is a blank, a quote, or not to be seen."""
    return letter == '"' or letter.isspace() or printable(letter) != letter


def pieces(text: str) -> list[str]:
    """A text cut into what fits into a cell each."""
    return [text[start : start + PIECE] for start in range(0, len(text), PIECE)]


def write_csv(path: Path, headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    """Write a table in UTF-8, with commas between cells and points in numbers."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([map(safe, row) for row in (headings, *rows)])


def write_xlsx(path: Path, title: str, headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    """Write a table as a sheet, whose headings and first column stay where they are."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": datetime(2000, 1, 1)})
        sheet = book.add_worksheet(title[:31])
        bold = book.add_format({"bold": True})
        sheet.write_row(0, 0, [safe(heading) for heading in headings], bold)
        for number, row in enumerate(rows, start=1):
            sheet.write_row(number, 0, [safe(cell) for cell in row])
        sheet.freeze_panes(1, 1)
        sheet.autofit(max_width=300)
