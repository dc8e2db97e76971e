"""Pictures pasted into Markdown cells: nbconvert gives up a whole page for one link that leads to none of them.

That ends formgrader's page of the submission as well as the student's. A link leads nowhere where a cell was copied
without its pictures, and, for nbconvert, where a name has blanks or Polish letters, which Jupyter encodes in the link.
"""

import re
from urllib.parse import unquote
from zlib import crc32

from nbformat import NotebookNode

from coursekit import shield
from coursekit.advice import listed

LINK = re.compile(r"(?<=<)attachment:([^<>\n]+)(?=>)|attachment:((?:[^()\s<>\"']++|\([^()\s]*+\))++)")
PLAIN = re.compile(r"[A-Za-z0-9_.-]+")
"""Names that are the same in a link."""
SENTENCE = "Brakowało obrazków, do których prowadzą odnośniki w komórkach tekstowych: {}. Wklej je jeszcze raz."
"""What the student is told; {} lists them."""


def mend(cells: list[NotebookNode]) -> list[str]:
    """Give pictures plain names, and make a link without a picture one to a file; tells the latter in Polish."""
    missing = [name for cell in cells if cell.cell_type == "markdown" for name in _mend_cell(cell)]
    return [SENTENCE.format(listed([f"`{name}`" for name in dict.fromkeys(missing)]))] if missing else []


def _mend_cell(cell: NotebookNode) -> list[str]:
    """Names of missing pictures."""
    pictures = {name: content for name, content in cell.get("attachments", {}).items() if content}
    kept, missing = NotebookNode(), []

    def replacement(link: re.Match[str]) -> str:
        name = unquote(link[1] or link[2])
        if name not in pictures:
            missing.append(shield.quotable(name[:100]))
            return link[0].removeprefix("attachment:")
        plain = name if PLAIN.fullmatch(name) else f"obraz-{crc32(name.encode()):x}"
        kept[plain] = pictures[name]
        return f"attachment:{plain}"

    cell.source = LINK.sub(replacement, cell.source)
    if kept:
        cell.attachments = kept
    else:
        cell.pop("attachments", None)
    return missing
