"""What no student may read: found in a text that students get."""

import html
import re
from pathlib import Path

import nbformat

from coursekit.data import ROOT

_HIDDEN = re.compile(r"BEGIN (?:HIDDEN TESTS|MARK SCHEME)[ ->]*\n(.*?)\n[#< !-]*END ", re.DOTALL)


def hidden_lines() -> set[str]:
    """The lines of hidden tests and mark schemes in the instructor's notebook, without marks of lists and bold type."""
    source = nbformat.read(ROOT / "source" / "vae" / "vae.ipynb", as_version=4)
    texts = [text for cell in source.cells for text in _HIDDEN.findall(cell.source)]
    return {line.strip(" -*") for text in texts for line in text.split("\n")} - {""}


def leaks(text: str) -> list[str]:
    """Lines of hidden tests and mark schemes, names of the checks' code, tracebacks and paths of this machine.

    text: plain, or a page, of which tags are searched too, and what stands between them as people read it.
    """
    forbidden = {"grader_tests", "HIDDEN TESTS", "MARK SCHEME", "Traceback (most", str(ROOT), str(Path.home())}
    read = html.unescape(re.sub(r"<[^>]*>", "", text))
    return sorted(each for each in forbidden | hidden_lines() if each in text or each in read)
