"""Outputs that are not the grader's, as text and pictures: all else would act in the browser of whoever opens them.

`safe_output` is the one filter, for what was handed in and for what submitted code shows when it is executed.

Autograding executes every cell anew, in a short training that says nothing about the student's experiments. So the
outputs that were handed in are set aside before nbgrader clears them, and come back, labelled, where a person reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from nbconvert.filters import strip_ansi
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import NbGraderPreprocessor

from coursekit.safe_html import PICTURES, is_picture
from coursekit.verdicts import is_judged

ASIDE = "coursekit_submitted_outputs"
"""Key in a cell's metadata."""
LABEL = "Wyjście z oddanego notatnika (nie odtworzono go przy ocenianiu):"
MOST = 20_000_000
"""Characters of outputs that are kept of one notebook, of those handed in and of those of the execution."""
MOST_OUTPUTS = 2_000
"""As many are kept."""
MOST_OF_ERROR = 20_000
"""Characters of an error's message, and of its traceback."""
TOO_LARGE = "[Dalsze wyjścia pominięto: jest ich za dużo]"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def set_aside(nb: NotebookNode) -> None:
    """Put the submitted outputs of each code cell into its metadata, until there are too many."""
    kept = _Kept()
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.metadata[ASIDE] = [_as_text(output) for output in kept.of(cell.outputs)]
            cell.outputs = []


class BringBack(NbGraderPreprocessor):
    """Shows the submitted outputs, below a label and the errors of this execution; grade cells show their report.

    Where none were handed in, it leaves those of the execution. What else the kernel has said of itself goes.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Bring the outputs of all cells back."""
        nb.metadata["language_info"] = {"name": "python", "pygments_lexer": "ipython3"}
        keep_safe(nb)
        for cell in nb.cells:
            submitted = cell.metadata.pop(ASIDE, [])
            if submitted and not is_judged(cell):
                errors = [output for output in cell.outputs if output.output_type == "error"]
                cell.outputs = [*errors, _text(LABEL), *submitted]
        return nb, resources


def keep_safe(nb: NotebookNode) -> None:
    """Leave of the outputs of an execution what `safe_output` does; those of grade cells are the grader's."""
    kept = _Kept()
    for cell in nb.cells:
        if cell.cell_type == "code" and not is_judged(cell):
            if not isinstance(cell.execution_count, int):
                cell.execution_count = None
            cell.outputs = kept.of(cell.outputs)


def safe_output(output: Any) -> NotebookNode | None:
    """The output of a cell as text, an error in text, or a picture; None where it is none of them.

    output: anything. What it says of how it wants to be shown, its metadata, is left out.
    """
    if not isinstance(output, dict):
        return None
    if output.get("output_type") == "error":
        parts = [output.get("ename"), output.get("evalue")]
        name, value = (_without_controls(part)[:MOST_OF_ERROR] if isinstance(part, str) else "" for part in parts)
        lines = output.get("traceback")
        traceback = "\n".join(line for line in lines if isinstance(line, str)) if isinstance(lines, list) else ""
        return new_output("error", ename=name, evalue=value, traceback=[_without_controls(traceback)[-MOST_OF_ERROR:]])
    if output.get("output_type") == "stream":
        text = output.get("text")
        return _text(text, "stderr" if output.get("name") == "stderr" else "stdout") if isinstance(text, str) else None
    data = output.get("data")
    if not isinstance(data, dict):
        return None
    for kind in PICTURES:
        picture = data.get(kind)
        bare = "".join(picture.split()) if isinstance(picture, str) else ""
        if is_picture(kind, bare):
            return new_output("display_data", {kind: bare})
    text = data.get("text/plain")
    return _text(text) if isinstance(text, str) else None


class _Kept:
    """Counts what is kept of a notebook's outputs."""

    def __init__(self) -> None:
        self.characters, self.outputs = MOST, MOST_OUTPUTS

    def of(self, outputs: Iterable[Any]) -> list[NotebookNode]:
        """The safe ones, and a line that says so where the notebook has had its share."""
        kept: list[NotebookNode] = []
        for output in outputs:
            safe = safe_output(output) if self.characters >= 0 and self.outputs > 0 else None
            self.outputs -= 1
            self.characters -= len(str(safe))
            if self.characters < 0 or self.outputs < 0:
                return [*kept, _text(TOO_LARGE)]
            if safe is not None:
                kept.append(safe)
        return kept


def _as_text(output: NotebookNode) -> NotebookNode:
    """An error as text, for it is none of the execution that is graded."""
    return _text(f"{output.ename}: {output.evalue}") if output.output_type == "error" else output


def _text(text: str, name: str = "stdout") -> NotebookNode:
    return new_output("stream", name=name, text=_without_controls(text).rstrip("\n") + "\n")


def _without_controls(text: str) -> str:
    """Text without colours, and with a replacement character for what else would control a terminal."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", strip_ansi(text))
