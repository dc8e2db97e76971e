"""One submission, from whatever was handed in to a notebook that nbgrader can grade, in a process of its own.

The process reads and repairs it, and makes what the student wrote harmless. It may fail, run out of time or memory:
then the blank notebook of the release takes the place of the submission, and the student is told why.
"""

from __future__ import annotations

import logging
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode, v4
from nbgrader.nbgraderformat import MetadataValidator

from coursekit import isolated, pictures, safe_html, submitted_outputs
from coursekit.advice import Modules, advice
from coursekit.intake import Intake, blank, read_submission
from coursekit.isolated import Bounds, EndedError, RaisedError
from coursekit.repair import repair

READING = Bounds(memory=3 * 2**29, cpu=60, wall=600)
"""Of the largest notebook that is accepted, 200 MB, reading takes some seconds."""
WHY = {
    "memory": "zabrakło na to pamięci",
    "time": "trwało to zbyt długo",
    "crash": "program, który go czytał, przestał działać",
}
"""What the student is told, by the reason of an EndedError."""
UNUSUAL = (
    "Nie udało się odczytać oddanego folderu, bo {}. Usuń wyniki komórek (Edit → Clear Outputs of All Cells) i to, co "
    "do rozwiązania nie należy."
)
_TEXT = str.maketrans(dict.fromkeys("<>[]$\\&\r\n", "\N{REPLACEMENT CHARACTER}"))
"""Takes from a sentence, which may quote a name of the student's, what could be more than text in Markdown."""


def read(path: Path, release: Path, notes: list[str], log: logging.Logger) -> NotebookNode:
    """The sanitised notebook of the submission expected at ``path``.

    Args:
        path: Of the notebook; another file of the folder may be read in its place.
        release: The released notebook.
        notes: Polish sentences for the student about the folder.
        log: Is told what the process did not survive.

    Raises:
        ValidationError, SchemaTooOldError: The released notebook cannot be used.
    """
    require_sound(release, release.stat().st_mtime_ns)
    try:
        text = isolated.call(sanitised, str(path), str(release), notes, bounds=READING)
    except (EndedError, RaisedError) as error:
        log.error("%s cannot be read: %s", path.parent, error)
        why = WHY[error.reason if isinstance(error, EndedError) else "crash"]
        nb, intake = blank(release, UNUSUAL.format(why))
        intake.notes += notes
        return _sanitised(nb, intake, path.parent, release)
    return nbformat.reads(text, as_version=4)


def sanitised(path: str, release: str, notes: list[str]) -> str:
    """The same as JSON; for a process of its own. Raises whatever a hostile file provokes."""
    nb, intake = read_submission(Path(path), Path(release))
    intake.notes += notes
    nb = _sanitised(nb, intake, Path(path).parent, Path(release))
    nbformat.validate(nb)
    return nbformat.writes(nb)


@lru_cache(maxsize=16)
def require_sound(release: Path, changed: int) -> None:
    """Raise ValidationError or SchemaTooOldError where the nbgrader metadata of a release are damaged, or of another
    version; once a class. changed: when the file was."""
    MetadataValidator().validate_nb(nbformat.read(release, as_version=4))


def _sanitised(nb: NotebookNode, intake: Intake, folder: Path, release: Path) -> NotebookNode:
    """``nb`` of ``folder``, with exactly one cell in each slot of the release, and nothing that acts in a browser.

    Leaves the findings in its metadata: `intake`, `repairs` and `advice` on the code (Polish sentences). A Markdown
    cell on top tells them all.
    """
    given = nbformat.read(release, as_version=4)
    cells, repairs = repair(nb.cells, given.cells)
    repairs += pictures.mend(cells)
    hints = [] if intake.status == "unreadable" else advice(cells, Modules(folder, release.parent))
    # The submitted metadata stay out: another kernel, states of widgets, an earlier report.
    findings = {"intake": asdict(intake), "repairs": repairs, "advice": hints}
    submitted = v4.new_notebook(cells=cells, metadata={**given.metadata, "coursekit": findings})
    clean = safe_html.make_inert(submitted, given)
    submitted_outputs.set_aside(clean)
    if told := intake.notes + repairs + hints:
        lines = [
            "**Uwagi programu oceniającego o oddanym pliku**",
            "",
            *(f"- {note.translate(_TEXT)}" for note in told),
        ]
        clean.cells.insert(0, v4.new_markdown_cell("\n".join(lines)))
    return clean
