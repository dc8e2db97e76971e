"""Pictures in Markdown cells, and what nbconvert makes of the cells afterwards."""

import pytest
from nbconvert import HTMLExporter
from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_markdown_cell, new_notebook

from coursekit.pictures import mend

DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="


def cell(source: str, **pictures: dict[str, str]) -> NotebookNode:
    return new_markdown_cell(source, attachments=from_dict(pictures))


def page(mended: NotebookNode) -> str:
    return HTMLExporter().from_notebook_node(new_notebook(cells=[mended]))[0]


@pytest.mark.parametrize(
    ("link", "name"),
    [
        ("attachment:a.png", "a.png"),
        ("attachment:zrzut%20ekranu.png", "zrzut ekranu.png"),
        ("attachment:%CE%B2.png", "β.png"),
        ("attachment:β.png", "β.png"),
        ("attachment:obraz%20(1).png", "obraz (1).png"),
        ("<attachment:zrzut ekranu.png>", "zrzut ekranu.png"),
    ],
)
def test_a_picture_is_shown_whatever_its_name(link, name):
    one = cell(f"Wykres: ![opis]({link})", **{name: {"image/png": DOT}})
    assert mend([one]) == []
    assert f'src="data:image/png;base64,{DOT}"' in page(one)


def test_plain_names_are_left_alone():
    one = cell("![opis](attachment:a.png)", **{"a.png": {"image/png": DOT}})
    before = one.copy()
    mend([one])
    assert one == before


@pytest.mark.parametrize("pictures", [{}, {"brak.png": {}}, {"inny.png": {"image/png": DOT}}])
def test_a_link_without_a_picture_is_told_and_harms_no_page(pictures):
    one = cell("![opis](attachment:brak.png) i ![znowu](attachment:brak.png)", **pictures)
    (told,) = mend([one, new_markdown_cell("bez obrazków")])
    assert told.count("`brak.png`") == 1
    assert 'src="brak.png"' in page(one)
