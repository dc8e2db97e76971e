"""What no student may read: found in a text that students get."""

import re
from pathlib import Path

import nbformat

from coursekit.data import ROOT

_HIDDEN = re.compile(r"### BEGIN (?:HIDDEN TESTS|MARK SCHEME)\n(.*?)### END", re.DOTALL)


def hidden_lines() -> set[str]:
    """The lines of hidden tests and mark schemes in the instructor's notebook."""
    source = nbformat.read(ROOT / "source" / "vae" / "vae.ipynb", as_version=4)
    texts = [text for cell in source.cells for text in _HIDDEN.findall(cell.source)]
    return {line.strip() for text in texts for line in text.split("\n")} - {""}


def leaks(text: str) -> list[str]:
    """Lines of hidden tests and mark schemes, names of the checks' code, tracebacks and paths of this machine."""
    forbidden = {"grader_tests", "HIDDEN TESTS", "Traceback (most", str(ROOT), str(Path.home())}
    return sorted(each for each in forbidden | hidden_lines() if each in text)
