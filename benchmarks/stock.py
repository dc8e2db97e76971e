"""Autograding as nbgrader does it by itself, for comparison: cells are executed without sandbox and without probes."""

from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import Execute

from coursekit.data import ROOT, link, unlink

SETTINGS = f"""
import sys
sys.path.append({str(ROOT)!r})
c.Autograde.autograde_preprocessors = [
    "benchmarks.stock.ExecuteWithData", "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor", "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades", "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Execute.timeout = 1200
c.Execute.iopub_timeout = 60
"""
"""What is added to the course's settings: nbgrader's own list."""


class ExecuteWithData(Execute):
    """nbgrader's, in a folder where the notebook finds MNIST."""

    def preprocess(self, nb: NotebookNode, resources: Any, km: Any = None) -> tuple[NotebookNode, Any]:
        """Execute ``nb``. Raises RuntimeError where given code ended in an error: then its time means nothing."""
        folder = Path(resources["metadata"]["path"])
        link(folder)
        try:
            nb, resources = super().preprocess(nb, resources, km)
        finally:
            unlink(folder)
        (training,) = (cell for cell in nb.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "ae_training")
        for output in training.outputs:
            if output.output_type == "error":
                raise RuntimeError(f"ae_training was not executed: {output.ename}: {output.evalue}")
        return nb, resources
