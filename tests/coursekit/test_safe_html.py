"""Texts of students as HTML: nothing but the whitelist, whatever they write; and no text takes long."""

import base64
import io
import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbconvert import HTMLExporter
from nbformat import NotebookNode, v4
from PIL import Image

from coursekit import safe_html
from coursekit.safe_html import MAX_CHARS, as_html, as_typed, html_of, inert, make_inert

settings.register_profile("safe_html", max_examples=100, deadline=None)
settings.load_profile("safe_html")

FRAGMENTS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "</div>", "</pre>", "<!--",
    "-->", "<style>", "</style>", "<math>", "<mtext>", "<annotation-xml encoding='text/html'>",
    "<a href='javascript:alert(1)'>", "<iframe srcdoc=x>", "[x](javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)", "[x]: javascript:alert(1)", "<javascript:alert(1)>",
    "![x](attachment:a.png)", "![x](http://h/a.png)", "[x](https://h/a 'b')", "$", "$$", "\\text{", "\\href{", "}{",
    "}", "{", "\\begin{align}", "\\end{align}", "\\", "\\\\", "&lt;", "&#36;", "&#x24;", "&colon;", "`", "```",
    "~~~html\n", "* ", "# ", "> ", "1. ", "    ", "\n\n", "\n", "\t", "\r", "\0", "\x0b", "\u2028", "", "---", "\n",
    " a ", " b ", "\n", "---", "---", "\n", "<div class='tex2jax_ignore mathjax_ignore' style='contain: paint'>",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=8), max_size=25).map("".join)


def png(width: int = 2, height: int = 2) -> str:
    file = io.BytesIO()
    Image.new("1", (width, height)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


class Elements(HTMLParser):
    """Tags and attributes of a page, as a browser finds them; comments and declarations count as tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str | None]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_comment(self, data):
        self.tags.add("comment")

    handle_decl = handle_pi = unknown_decl = handle_comment


def assert_harmless(html: str) -> None:
    found = Elements(html)
    assert found.tags <= safe_html.TAGS | safe_html.MATH_TAGS
    for tag, name, value in found.attributes:
        allowed = safe_html.ATTRIBUTES.get(tag, set()) | ({"target", "rel"} if tag == "a" else set())
        assert name in allowed, (tag, name)
        if name == "href":
            assert re.match("https?://|mailto:", str(value), re.IGNORECASE), value
        if name == "src":
            assert re.match("data:image/(png|jpeg);base64,", str(value)), value


def in_formgrader(source: str, **more: object) -> str:
    """What nbconvert makes of a cell, as formgrader asks it to."""
    page, _ = HTMLExporter(template_name="basic").from_notebook_node(
        v4.new_notebook(cells=[NotebookNode({**v4.new_markdown_cell(source), **more})])
    )
    return re.search(r"text_cell_render[^>]*>(.*)</div>\s*</div>\s*</div>", page, re.DOTALL)[1].strip()


@given(TEXTS)
def test_nothing_but_the_whitelist_is_left(text):
    assert_harmless(as_html(text, {"a.png": {"image/png": png()}}))


@given(TEXTS)
def test_an_inert_cell_shows_the_same_where_raw_html_is_rendered(text):
    source = inert(v4.new_markdown_cell(text)).source
    page = in_formgrader(source)
    opening = safe_html.OPEN
    assert page.startswith(opening)
    assert page.endswith("</div>")
    assert_harmless(page.removeprefix(opening).removesuffix("</div>"))
    assert sorted(Elements(page).attributes[2:]) == sorted(Elements(as_html(text)).attributes)
    assert "\n" not in source
    assert "$" not in source
    assert "\\" not in source


@given(TEXTS, st.sampled_from(["markdown", "raw"]))
def test_an_inert_cell_stays_as_it_is_and_says_what_was_written(text, kind):
    cell = inert(NotebookNode({**v4.new_raw_cell(text), "cell_type": kind}))
    assert cell.cell_type == "markdown"
    assert inert(cell) == cell
    if kind == "markdown":
        assert html_of(cell) == as_html(text)


@given(TEXTS)
def test_who_types_the_form_of_an_inert_cell_gains_nothing(text):
    assert_harmless(html_of(v4.new_markdown_cell(safe_html.OPEN + text + safe_html.CLOSE)))


@pytest.mark.parametrize(
    ("latex", "shown"),
    [
        (r"\beta\cdot\frac{a}{b}", "<mi>β</mi><mo>·</mo><mfrac>"),
        (r"\text{<script>alert(1)</script>}", "<mtext>&lt;script&gt;alert(1)&lt;/script&gt;</mtext>"),
        (r"\text{&lt;script&gt;}", "<mtext>&lt;script&gt;</mtext>"),
        (r"\href{javascript:alert(1)}{x}", "<mi>x</mi>"),
        (r"\frac{1}{", r"<code>\frac{1}{</code>"),
        (r"\newcommand{\a}{\a\a}\a", r"<code>\newcommand{\a}{\a\a}\a</code>"),
        (r"\hspace{500em}x", "<mspace></mspace><mi>x</mi>"),
    ],
)
def test_formulas(latex, shown):
    assert shown in as_html(f"${latex}$")


def test_markdown_that_students_write():
    html = as_html(
        "# Wnioski\n\n**Im** większe $\\beta$:\n\n1. raz\n\n| a |\n|--:|\n| 1 |\n\n```\nx < y\n```\n[x](https://h/a_b)"
    )
    for part in (
        "<h4>Wnioski</h4>",
        "<strong>Im</strong>",
        "<mi>β</mi>",
        "<ol>\n<li>raz</li>",
        '<td align="right">1</td>',
        "<pre><code>x &lt; y\n</code></pre>",
        '<a href="https://h/a_b" target="_blank" rel="noopener noreferrer">x</a>',
    ):
        assert part in html


@pytest.mark.parametrize(
    "environment", ["\\begin{align}\na&=b\\\\\nc&=d\n\\end{align}", "$$\\begin{cases}a\\\\b\\end{cases}$$"]
)
def test_environments_are_formulas(environment):
    assert "<mtable" in as_html(environment)


@pytest.mark.parametrize(
    ("name", "content", "shown"),
    [
        ("a.png", {"image/png": png()}, True),
        ("a.png", {"image/png": f"{png()[:20]}\n{png()[20:]}"}, True),
        ("a.png", {"image/png": '" onerror="alert(1)'}, False),
        ("a.png", {"image/png": base64.b64encode(b"<svg onload=alert(1)>").decode()}, False),
        ("a.png", {"image/jpeg": png()}, False),
        ("a.png", {"image/svg+xml": png()}, False),
        ("a.png", {"text/html": "<script>alert(1)</script>"}, False),
        ("a.png", {"image/png": ["x"]}, False),
        ("a.png", {"image/png": {"x": 1}}, False),
        ("a.png", {"image/png": png(6000, 6000)}, False),
        ("b.png", {"image/png": png()}, False),
        ("a.png", "text", False),
        ("a.png", None, False),
    ],
)
def test_pictures(name, content, shown):
    html = as_html("![wykres](attachment:a.png)", {name: content})
    assert ("<img" in html) == shown
    assert shown or "[wykres]" in html
    assert_harmless(html)


def test_a_picture_with_a_polish_name_is_found():
    assert "<img" in as_html("![](<attachment:mój wykres.png>)", {"mój wykres.png": {"image/png": png()}})


def test_one_picture_does_not_become_a_thousand():
    assert as_html("![a](attachment:a.png)\n" * 1000, {"a.png": {"image/png": png()}}).count("<img") == 2


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        pytest.param("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;", id="html"),
        pytest.param("![](https://example.org/x.png)", "[https://example.org/x.png]", id="a picture from elsewhere"),
        pytest.param("[x](javascript:alert(1))", "[x](javascript:alert(1))", id="a link that acts"),
        pytest.param(
            "[x](evil.html)", '<a target="_blank" rel="noopener noreferrer">x</a>', id="a file of the student's"
        ),
    ],
)
def test_what_a_student_writes_is_text(markdown, html):
    assert html in as_html(markdown)


SPIRALS = [
    "\\begin{a}", "\\begin{align}", "\\begin{align}x\\end{align}", "*", "**a ", "_a", "[", "![", "[a](", "[a][", "]",
    "[a]: b\n", "$", "$a ", "$$", "$$\n", "$\\text{", "`", "``a` ", ">", "> ", "- ", "  - a\n", "1. ", "<", "<a ",
    "<!--", "\\", "\\\\(", "|", "|a\n", "~~a", "&", "&#", " \n", "\t", "![a](attachment:a.png)", "$x^{$", "<div>",
]  # fmt: skip


def seconds(work, text: str) -> float:
    started = time.process_time()
    work(text)
    return time.process_time() - started


def no_worse_than_linear(work, piece: str, size: int) -> None:
    """Four times the text takes four times the time, not sixteen times."""
    small, large = ((piece * (characters // len(piece) + 1))[:characters] for characters in (size // 4, size))
    before, after = (min(seconds(work, text) for _ in range(3)) for text in (small, large))  # the least disturbed
    assert after < 10 * max(before, 0.05), (piece, before, after)


@pytest.mark.parametrize("piece", SPIRALS)
def test_no_text_takes_long(piece):
    no_worse_than_linear(lambda text: inert(v4.new_markdown_cell(text)), piece, MAX_CHARS)


@pytest.mark.parametrize("piece", ["<div>", "</p>", "<b><p>", "<ul><li>", "&amp;", "x\n", "<div></b>", "<table>"])
def test_no_typed_form_of_an_inert_cell_takes_long(piece):
    no_worse_than_linear(
        lambda text: html_of(v4.new_markdown_cell(safe_html.OPEN + text + safe_html.CLOSE)), piece, 2_000_000
    )


@pytest.mark.parametrize("piece", ["&", "<", "x\n", "$", "\\", "\0", "\r"])
def test_no_text_that_is_too_long_to_be_rendered_takes_long(piece):
    started = time.process_time()
    cell = inert(v4.new_markdown_cell(piece * 5_000_000))
    assert html_of(cell) == as_typed(piece * 5_000_000)
    assert "[Dalszą część pominięto" in cell.source
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "piece", [" \n", "\f\n", "a.", "...", "(", "'", "'''\n", "f'{", "\\\n", "from .\n", "\u2003\n"]
)
def test_no_code_takes_long_to_colour(piece):
    no_worse_than_linear(safe_html.highlighted, piece, 40_000)


@pytest.mark.parametrize(
    "piece", ["{", "x^", "\\frac", "\\left(", "\\sqrt{", "\\begin{array}", "_", "&", "\\text{$", "'"]
)
def test_no_formula_takes_long(piece):
    formula = (piece * safe_html.MAX_FORMULA)[: safe_html.MAX_FORMULA]
    assert seconds(as_html, f"${formula}$\n\n" * 40) < 5


def test_code_keeps_its_colours_and_its_text():
    html = safe_html.highlighted("def f(x):\n    \n    return '<b>'", metadata={"magics_language": "html"})
    assert '<span class="k">def</span>' in html
    assert "&lt;b&gt;" in html
    assert "<b>" not in safe_html.highlighted("'<b>'" + " " * safe_html.MAX_CODE)


def released() -> NotebookNode:
    nb = v4.new_notebook(
        cells=[
            v4.new_markdown_cell("# Zadanie <b>1</b> $x$", id="text", attachments={"a.png": {"image/png": "AAAA"}}),
            v4.new_markdown_cell("TU WPISZ ODPOWIEDŹ", id="answer"),
            v4.new_code_cell("x = 1", id="code"),
        ]
    )
    nb.cells[1].metadata.nbgrader = {"grade_id": "answer", "solution": True}
    return nb


def test_the_released_notebook_stays():
    assert make_inert(released(), released()) == released()


def test_pictures_below_a_released_text_are_the_released_ones():
    nb = released()
    nb.cells[0].attachments = {"a.png": {"image/png": '" onerror="alert(1)'}}
    nb.cells[1].attachments = {"b.png": {"text/html": "<script>"}}
    assert make_inert(nb, released()) == released()


def test_an_answer_becomes_inert_and_keeps_its_marks():
    nb = released()
    nb.cells[1].source = "<script>alert(1)</script>"
    answer = make_inert(nb, released()).cells[1]
    assert "&lt;script&gt;" in answer.source
    assert (answer.id, answer.metadata) == ("answer", released().cells[1].metadata)
    assert nb.cells[1].source == "<script>alert(1)</script>"


def test_raw_cells_and_metadata_of_own_cells():
    nb = released()
    nb.cells += [
        v4.new_raw_cell("<script>", metadata={"raw_mimetype": "text/html", "tags": ["x"]}),
        v4.new_code_cell("y", metadata={"alt": "x", "tags": ["x"]}),
    ]
    *_, raw, code = make_inert(nb, released()).cells
    assert (raw.cell_type, raw.metadata, code.metadata) == ("markdown", {}, {})
    assert "<pre><code>&lt;script&gt;</code></pre>" in raw.source
    assert make_inert(make_inert(nb, released()), released()) == make_inert(nb, released())
