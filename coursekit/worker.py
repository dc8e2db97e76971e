"""What a worker does: execute and judge one submission that came as data, and return it as data.

A worker needs this environment, bubblewrap and MNIST; it sees no gradebook and no shared folder.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import platform
import tempfile
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat
from traitlets import import_item
from traitlets.config import Config

from coursekit import data
from coursekit.data import ROOT
from coursekit.execute import PACKAGES, GradeExecute
from coursekit.provisioner import private_prefix

JUDGES = ("grader_tests", "coursekit", "src")
"""Folders of the kit whose code a verdict hangs on."""


@dataclass(frozen=True)
class Task:
    """A submission to execute.

    assignment: name of the working folder; executor: import path of the preprocessor that executes; config: nbgrader's
    settings; versions: as of :func:`versions`, where the task comes from; notebooks: sanitised, as JSON, by file
    name; seeds: of their checks; files: contents by path in the folder, the notebooks left out.
    """

    assignment: str
    executor: str
    config: dict
    versions: dict[str, str]
    seeds: dict[str, int]
    notebooks: dict[str, str]
    files: dict[str, bytes]


class VersionsDifferError(RuntimeError):
    """A worker whose packages, or whose copy of the kit, are not the coordinator's: it might judge otherwise."""


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that a verdict hangs on, a hash of the kit's own code, state of MNIST."""
    digest = hashlib.sha256()
    for path in sorted(path for folder in JUDGES for path in (ROOT / folder).glob("*") if path.is_file()):
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return {
        "python": ".".join(platform.python_version_tuple()[:2]),
        **{package: version(package) for package in PACKAGES},
        "code of the kit": digest.hexdigest()[:12],
        "MNIST": _mnist(),
    }


@cache
def _mnist() -> str:
    """Looked at once a process: without it trainings fail, and students would lose points."""
    return "broken or missing (run `make data`)" if data.broken(data.DATA / "MNIST" / "raw") else "whole"


def require_same(expected: dict[str, str], found: dict[str, str], worker: str) -> None:
    """Raise VersionsDifferError, naming every difference, unless a worker has the coordinator's versions."""
    differing = [
        f"{name} {found.get(name, 'missing')} instead of {wanted}"
        for name, wanted in expected.items()
        if found.get(name) != wanted
    ]
    if differing:
        raise VersionsDifferError(
            f"Worker {worker} is refused: {'; '.join(differing)}. "
            "Install requirements.lock and this copy of the kit there."
        )


def execute(task: Task) -> dict[str, str]:
    """The executed and judged notebooks of a task, as JSON, by file name.

    Raises VersionsDifferError, and SandboxError where submitted code cannot be shut in on this machine.
    """
    require_same(task.versions, versions(), platform.node())
    multiprocessing.current_process().daemon = False  # Dask's workers are; those may start no process, as judging does
    with tempfile.TemporaryDirectory(prefix=private_prefix()) as temporary:
        folder = Path(temporary, task.assignment)
        folder.mkdir()
        for name, content in task.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return {name: _executed(task, name, folder) for name in task.notebooks}


def _executed(task: Task, name: str, folder: Path) -> str:
    notebook, _ = _executor(task).preprocess(nbformat.reads(task.notebooks[name], 4), _resources(task, name, folder))
    return nbformat.writes(notebook)


def give_up(task: Task, reason: str) -> dict[str, str]:
    """What stands for the notebooks of a task that could not be executed anywhere: no points, and a broken record."""
    given_up = {}
    for name, text in task.notebooks.items():
        notebook = nbformat.reads(text, as_version=4)
        _executor(task).give_up(notebook, _resources(task, name, Path()), reason)
        given_up[name] = nbformat.writes(notebook)
    return given_up


def _executor(task: Task) -> GradeExecute:
    return import_item(task.executor)(config=Config(task.config))


def _resources(task: Task, name: str, folder: Path) -> dict[str, Any]:
    return {"metadata": {"path": str(folder)}, "coursekit": {"seed": task.seeds[name]}}
