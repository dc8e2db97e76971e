"""Text that is not the instructor's, as HTML that does nothing in a browser but be read.

One way for all of it: Markdown becomes HTML, formulas become MathML, pictures come from the cell itself, and then
everything passes a whitelist of tags, attributes and values. `make_inert` writes the result back into the cells of a
submitted notebook, so that it is harmless wherever the notebook is opened, by programs too that render raw HTML.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
import warnings
from copy import deepcopy
from html import escape, unescape
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import tostring

import nh3
from latex2mathml.converter import Converter
from markdown_it import MarkdownIt
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from nbconvert.filters import Highlight2HTML
from nbformat import NotebookNode, v4
from PIL import Image

MAX_CHARS = 100_000
"""A longer text is shown as it was typed, up to here."""
CUT = "\n[Dalszą część pominięto: tekst jest za długi, by go tu pokazać]"
MAX_CODE, MAX_LINE = 50_000, 400
"""Characters of code and of a line of it; longer code is not coloured, for which the time grows with their product."""
MAX_FORMULA = 2_000
"""Characters; a longer formula is shown as it was typed."""
MAX_FORMULAS = 1_000
"""Of one text; the others are shown as they were typed."""
MAX_ENVIRONMENTS = 100
"""A text with more `\\begin{` has no formulas of this kind: the end of each is looked for in all that follows."""
MAX_TAGS, MAX_ENTITIES = 20_000, 2 * MAX_CHARS
"""A text that needs more is shown as it was typed: the whitelist's parser takes the square of their number."""
MAX_PIXELS = 25_000_000
"""A larger picture, which a browser would need 100 MB for, is left out."""
PICTURES = {"image/png": "PNG", "image/jpeg": "JPEG"}
"""Kinds of pictures that are shown, and what Pillow calls them."""

OPEN = '<div class="tex2jax_ignore mathjax_ignore" style="contain: paint; overflow-x: auto">'
CLOSE = "</div>"
"""Around an inert text: MathJax does not read it, and nothing is painted outside it."""
ENTITIES = {"\n": "&#10;", "$": "&#36;", "\\": "&#92;"}
"""What Markdown or MathJax would read in HTML."""

# fmt: off
MATH_TAGS = frozenset({
    "math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "msub", "msup", "msubsup", "munder", "mover", "munderover",
    "mfrac", "msqrt", "mroot", "mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom",
})
MATH_ATTRIBUTES = frozenset({
    "display", "displaystyle", "scriptlevel", "mathvariant", "stretchy", "fence", "form", "separator", "accent",
    "accentunder", "movablelimits", "largeop", "symmetric", "minsize", "maxsize", "linethickness", "columnalign",
    "rowlines", "columnlines", "rowspacing", "columnspacing", "width", "height", "depth", "lspace", "rspace", "voffset",
})
TAGS = frozenset({
    "p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "code", "em", "strong", "s", "ul", "ol",
    "li", "table", "thead", "tbody", "tr", "th", "td", "a", "img", "div", "span",
})
# fmt: on
ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
    "th": {"align"},
    "td": {"align"},
    **{tag: set(MATH_ATTRIBUTES) for tag in MATH_TAGS},
}
SET_ATTRIBUTES = {"a": {"target": "_blank"}}
"""A link opens a page of its own, which is told nothing of the one it stands in (`rel`, which nh3 adds)."""
_LINK = re.compile(r"(?:https?://|mailto:)[^\s\\]+", re.IGNORECASE)
_EMBEDDED = re.compile(r"data:(image/png|image/jpeg);base64,([A-Za-z0-9+/]+={0,2})")
_NUMBER = re.compile(r"\d{1,6}")
_MATH_VALUE = re.compile(r"[a-z]+(?:-[a-z]+)*(?: [a-z]+){0,20}|[+-]?[0-3]?(?:\.\d{1,4})?(?:em|ex|px|pt)?")
"""A keyword, or a length of less than four; so is how a cell of a table is aligned."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u2424\ud800-\udfff]")


def as_html(markdown: str, attachments: Any = None) -> str:
    """Markdown as harmless HTML. Tags in it are shown, not obeyed; so is a formula that cannot be read.

    attachments: of its cell, pictures in base64 by name and media type; whatever is not one is not shown.
    """
    if len(markdown) > MAX_CHARS:
        return as_typed(markdown)
    text = without_controls(markdown)
    formulas = _Formulas()
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.use(dollarmath_plugin, allow_labels=False, double_inline=True, renderer=formulas.dollars)
    if text.count("\\begin{") <= MAX_ENVIRONMENTS:
        parser.use(amsmath_plugin, renderer=formulas.environment)
    shown = _Pictures(attachments)
    tokens = parser.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + 3)}"  # those of the page around it end with h3
        elif token.type in ("th_open", "td_open") and "style" in token.attrs:
            token.attrs = {"align": str(token.attrs["style"]).removeprefix("text-align:")}
        for part in token.children or []:
            if part.type == "image":
                part.type, part.content = "html_inline", shown.html(part.attrs.get("src"), part.content)
    html = clean(str(parser.renderer.render(tokens, parser.options, {})))
    return html if _is_moderate(html) else as_typed(text)


def as_typed(text: str) -> str:
    """Any text as harmless HTML that shows it as it was typed."""
    text = without_controls(text) if len(text) <= MAX_CHARS else without_controls(text[:MAX_CHARS]) + CUT
    return clean(f"<pre><code>{escape(text)}</code></pre>")


def _is_moderate(html: str) -> bool:
    return html.count("<") <= MAX_TAGS and html.count("&") <= MAX_ENTITIES


def clean(html: str) -> str:
    """HTML with nothing but what is whitelisted here; other tags go, and their text stays."""
    return nh3.clean(
        html,
        tags=set(TAGS | MATH_TAGS),
        attributes=ATTRIBUTES,
        attribute_filter=_allowed,
        set_tag_attribute_values=SET_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "data"},
        url_relative="deny",
    )


def _allowed(tag: str, attribute: str, value: str) -> str | None:
    """The value of an attribute, None where it is not allowed."""
    if attribute in ("alt", "title"):
        return value
    if tag == "a":
        return value if attribute != "href" or _LINK.fullmatch(value) else None
    if tag == "img":
        embedded = _EMBEDDED.fullmatch(value)
        return value if embedded and is_picture(embedded[1], embedded[2]) else None
    if tag == "ol":
        return value if _NUMBER.fullmatch(value) else None
    return value if _MATH_VALUE.fullmatch(value) else None


def is_picture(kind: str, content: Any) -> bool:
    """Whether `content` is a PNG or JPEG file in base64, of the media type `kind` and not too large to be shown."""
    if kind not in PICTURES or not isinstance(content, str):
        return False
    try:
        file = io.BytesIO(base64.b64decode(content, validate=True))
    except (binascii.Error, ValueError):  # a character that is none of base64's, or not even ASCII
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # MAX_PIXELS is smaller
            with Image.open(file, formats=[PICTURES[kind]]) as picture:  # reads no more than the head
                return picture.width * picture.height <= MAX_PIXELS
    except Exception:  # it is none; what Pillow raises at a damaged file has no common class
        return False


def without_controls(text: str) -> str:
    """Text with one kind of line end, and a replacement character for each character that controls something."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n").replace("\r", "\n"))


def highlighted(code: str, language: str | None = None, metadata: Any = None) -> str:
    """Python code in colours, as HTML: a filter for nbconvert, which calls it with more than it needs.

    Blanks on empty lines are left out: pygments takes the cube of their number.
    """
    lines = [line.rstrip() for line in without_controls(code).split("\n")]
    if len(code) > MAX_CODE or max(map(len, lines)) > MAX_LINE:
        return f'<div class="highlight"><pre>{escape(without_controls(code))}</pre></div>'
    return str(Highlight2HTML(pygments_lexer="ipython3")("\n".join(lines)))


def make_inert(nb: NotebookNode, release: NotebookNode) -> NotebookNode:
    """The submitted notebook `nb` with texts that do nothing in a browser; code and outputs stay as they are.

    release: the notebook as students got it, whose texts stay. Metadata of students' own cells are left out.
    ``nb`` itself is not changed; the result shares its outputs.
    """
    given = {(cell.cell_type, cell.source): cell for cell in release.cells}
    cells = [_inert_unless_given(cell, given.get((cell.cell_type, cell.source))) for cell in nb.cells]
    return NotebookNode({**nb, "cells": cells})


def _inert_unless_given(cell: NotebookNode, given: NotebookNode | None) -> NotebookNode:
    changes: dict[str, Any] = {} if "nbgrader" in cell.metadata else {"metadata": NotebookNode()}
    if cell.cell_type == "code":
        return NotebookNode({**cell, **changes})
    if given is None:
        return inert(NotebookNode({**cell, **changes}))
    kept = {key: value for key, value in cell.items() if key != "attachments"}  # perhaps not the released ones
    if "attachments" in given:
        changes["attachments"] = deepcopy(given.attachments)
    return NotebookNode({**kept, **changes})


def inert(cell: NotebookNode) -> NotebookNode:
    """A Markdown or raw cell as a Markdown cell of one line of HTML that says the same; an inert one stays."""
    html = as_typed(cell.source) if cell.cell_type == "raw" else html_of(cell)
    return v4.new_markdown_cell(_one_line(html), id=cell.id, metadata=cell.metadata)


def html_of(cell: NotebookNode) -> str:
    """A Markdown cell as harmless HTML, whether it has been made inert or not."""
    source = cell.source
    if source.startswith(OPEN) and source.endswith(CLOSE) and _is_moderate(inner := source[len(OPEN) : -len(CLOSE)]):
        html = clean(inner)
        if _one_line(html) == source:  # else somebody has typed it
            return html
    return as_html(source, cell.get("attachments"))


def _one_line(html: str) -> str:
    for character, entity in ENTITIES.items():
        html = html.replace(character, entity)
    return OPEN + html + CLOSE


class _Formulas:
    """Turns formulas of one text into MathML, which browsers draw themselves."""

    def __init__(self) -> None:
        self.left = MAX_FORMULAS

    def dollars(self, latex: str, options: dict[str, Any]) -> str:
        return self._math(latex, "block" if options["display_mode"] else "inline")

    def environment(self, latex: str) -> str:
        return self._math(latex, "block")

    def _math(self, latex: str, display: str) -> str:
        self.left -= 1
        if self.left >= 0 and len(latex) <= MAX_FORMULA:
            converter = Converter(display=display)
            converter.macros = MappingProxyType({})  # type: ignore[assignment]  # a macro may grow without end
            try:
                formula = converter.convert_to_element(latex)
                for part in formula.iter():
                    part.text = unescape(part.text or "")  # the library writes "&#x003B2;" for a letter
                return tostring(formula, encoding="unicode")
            except Exception:  # no LaTeX, or some that the library cannot read; its errors have no common class
                pass
        return f"<code>{escape(latex)}</code>"


class _Pictures:
    """Pictures of one cell. A text may show its pictures often: twice as many characters as there are in all."""

    def __init__(self, attachments: Any) -> None:
        self.files: dict[str, tuple[str, str]] = {}
        for name, kinds in attachments.items() if isinstance(attachments, dict) else ():
            for kind, content in kinds.items() if isinstance(kinds, dict) else ():
                bare = "".join(content.split()) if isinstance(content, str) else ""
                if is_picture(kind, bare):
                    self.files[name] = kind, bare
        self.left = 2 * sum(len(content) for _, content in self.files.values())

    def html(self, url: Any, alt: str) -> str:
        """The picture that a link leads to, or its name."""
        name = unquote(str(url)).removeprefix("attachment:")
        kind, content = self.files.get(name, ("", ""))
        self.left -= len(content)
        if not content or self.left < 0 or not str(url).startswith("attachment:"):
            return f"[{escape(alt or unquote(str(url)))}]"
        return f'<img src="data:{kind};base64,{content}" alt="{escape(alt)}">'
