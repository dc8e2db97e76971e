"""What students wrote, on its way to a terminal or a log: characters that command one are shown, not sent.

A student's text reaches the instructor's terminal in many ways: names of folders and files, error messages, values of
arguments, the first line of a cell. Escape sequences in it could move the cursor, set the window's title, write to
the clipboard or paint a line that the kit never printed. Each character that is not printable is shown as `�`, one
for one, so that columns keep their widths; JSON says which it was (`to_json`).

All that the kit prints goes through `SafeConsole`; all that nbgrader logs goes through `Printable`, which
`nbgrader_config.py` puts into every command of nbgrader.
"""

import json
import logging
import re
from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.style import Style
from rich.text import Text

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U00016fe4\U0001cf00\U0001d159\U000e0100-\U000e01ef]"
)
"""Letters and marks that Unicode calls printable and that nobody sees: those that it lists as ignorable by default
(`DerivedCoreProperties.txt`), and four whose glyph is empty (braille, Khitan, Znamenny, musical notation)."""
_CHUNK = re.compile(r"[^\n\t]+")


def printable(text: str) -> str:
    """A text of one line, each character that would not be seen in its place as `�`: line ends and tabs too."""
    if not text.isprintable():
        text = "".join(letter if letter.isprintable() else REPLACEMENT for letter in text)
    return INVISIBLE.sub(REPLACEMENT, text)


def printable_lines(text: str) -> str:
    """As `printable`, but a text may have lines and tabs."""
    return _CHUNK.sub(lambda chunk: printable(chunk[0]), text)


def entry(text: str) -> str:
    """As `printable_lines`, for a log or a list: all lines but the first are indented, so that none looks like a new
    entry."""
    return printable_lines(text).replace("\n", "\n    ")


def to_json(data: Any) -> str:
    """JSON of the data, in lines, with letters as they are and every character that `printable` hides as `\\uXXXX`."""
    text = json.dumps(data, ensure_ascii=False, indent=1)
    return "".join(
        letter if letter == "\n" or printable(letter) == letter else json.dumps(letter)[1:-1] for letter in text
    )


class SafeConsole(Console):
    """A console that sends no control character but its own: whatever it is given, as a text or within a table.

    Square brackets, colons and numbers of a text mean nothing to it either: no markup, no emoji, no highlighting.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, emoji=False, highlight=False, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        """A string as a text of rich's."""
        return super().render_str(printable_lines(text), **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """The segments of an object. Texts are made printable before they are laid out, all others after."""
        if isinstance(renderable, Text):
            renderable = renderable.copy()
            renderable.plain = printable_lines(renderable.plain)
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(printable_lines(segment.text), _without_link(segment.style))


class Printable(logging.Filter):
    """Makes what is logged printable. Further lines of a message are indented, so that none looks like a new one."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record in place; none is left out."""
        if not getattr(record, "is_printable", False):
            record.is_printable = True
            record.msg, record.args = entry(record.getMessage()), ()
            if record.exc_info and not record.exc_text:
                record.exc_text = logging.Formatter().formatException(record.exc_info)
            record.exc_text = record.exc_text and "    " + entry(record.exc_text)
            record.stack_info = record.stack_info and "    " + entry(record.stack_info)
        return True


def guard(*where: logging.Filterer) -> None:
    """Make all that these loggers or handlers get printable; a second time changes nothing."""
    for each in where:
        if not any(isinstance(found, Printable) for found in each.filters):
            each.addFilter(Printable())


def _without_link(style: Style | None) -> Style | None:
    return style.update_link() if style and style.link else style
