"""The instructor's notebook as Python: sources of its cells, and the names that these define."""

import contextlib
import io
from collections.abc import Collection
from typing import Any

import nbformat

from coursekit.data import ROOT

SOURCE = ROOT / "source" / "vae" / "vae.ipynb"
MODELS = ("imports", "ae_networks", "ae_model", "vae_encoder", "vae_decoder", "vae_model", "beta_vae")
"""Cells that define the models, and what these need, by nbgrader id."""


def solution_source(grade_ids: Collection[str]) -> str:
    """The cells with these nbgrader ids as one source, in the order of the notebook."""
    cells = nbformat.read(SOURCE, as_version=4).cells
    return "\n\n".join(c.source for c in cells if c.metadata.get("nbgrader", {}).get("grade_id") in grade_ids)


def solution_names(grade_ids: Collection[str]) -> dict[str, Any]:
    """What these cells define, executed in the kit's folder; what they print is left out."""
    names: dict[str, Any] = {"__name__": "__main__"}
    with contextlib.chdir(ROOT), contextlib.redirect_stdout(io.StringIO()):
        exec(solution_source(grade_ids), names)
    return names
