"""What the student saw: outputs of the submitted notebook, for the person who grades the written answers.

Autograding executes every cell anew, in a short training that says nothing about the student's experiments. So the
outputs that were handed in are set aside before nbgrader clears them, and come back, labelled, where a person reads.
They are not trusted: only text and pictures are kept, for HTML and scripts would act in the instructor's browser.
"""

from __future__ import annotations

import re
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade

ASIDE = "coursekit_submitted_outputs"
"""Key in a cell's metadata."""
LABEL = "Wyjście z oddanego notatnika (nie odtworzono go przy ocenianiu):"
MOST = 20_000_000
"""Characters of outputs that are kept of one notebook."""
TOO_LARGE = "[Dalsze wyjścia pominięto: oddany notatnik ma ich za dużo]"
_PICTURES = ("image/png", "image/jpeg")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")


def set_aside(nb: NotebookNode) -> None:
    """Put the submitted outputs of each code cell into its metadata, until there are too many."""
    left = MOST
    for cell in nb.cells:
        if cell.cell_type == "code":
            kept = [safe for output in cell.outputs if (safe := _safe(output)) is not None] if left > 0 else []
            left -= sum(len(str(output)) for output in kept)
            if left <= 0 and cell.outputs:
                kept = [_text(TOO_LARGE)]
            cell.metadata[ASIDE] = kept
            cell.outputs = []


class BringBack(NbGraderPreprocessor):
    """Shows the submitted outputs, below a label and the errors of this execution; grade cells show their report."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Bring the outputs of all cells back."""
        for cell in nb.cells:
            submitted = cell.metadata.pop(ASIDE, [])
            if submitted and not is_grade(cell):
                errors = [output for output in cell.outputs if output.output_type == "error"]
                cell.outputs = [*errors, _text(LABEL), *submitted]
        return nb, resources


def _safe(output: NotebookNode) -> NotebookNode | None:
    """The output as text or a picture; None where it is neither."""
    if output.output_type == "stream":
        return _text(output.text)
    if output.output_type == "error":
        return _text(f"{output.ename}: {output.evalue}")
    for kind in _PICTURES:
        picture = output.data.get(kind)
        if isinstance(picture, str) and _BASE64.fullmatch(picture):
            return new_output("display_data", {kind: picture})
    text = output.data.get("text/plain")
    return _text(text) if isinstance(text, str) else None


def _text(text: str) -> NotebookNode:
    return new_output("stream", name="stdout", text=text.rstrip("\n") + "\n")
