"""Runs sample solutions through the checks without notebooks: cells in forked processes.

Samples that begin with the same cells share them: they are executed once, and the process forks where the
sources part. So the reference autoencoder is trained once a seed, and a sample that differs in its
classifier only pays for what comes after it. What a cell sees is what it would see in a notebook of its own.
"""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import tempfile
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from grader_tests.session import cells as grade_cells
from grader_tests.student import KernelStudent, Student, error_in

Cell = tuple[str, str]
"""Grade id and source."""


Judge = Callable[[str, Student, int], list[Any]]
"""What is made of a grade cell: from its id, the student and the seed, a list of results."""


@dataclass
class Outcome:
    """What the judge made of one sample at one seed; ``errors``: exceptions of its own cells, by cell;
    ``notes``: what checks remembered for later cells."""

    seed: int
    sample: str = ""
    results: list[Any] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    notes: dict[str, float] = field(default_factory=dict)


def run_samples(samples: dict[str, list[Cell]], seeds: Sequence[int], folder: Path, judge: Judge) -> Iterator[Outcome]:
    """Execute every sample's cells in ``folder`` (it holds ``data`` and ``src``), judge its grade cells.

    samples: name -> cells in notebook order. seeds: the first one seeds the random states after the first cell, so
    networks are trained once; the judge is asked at every one of them, which costs far less: probes put back the
    random states. Yields an outcome for each sample and seed.
    Raises RuntimeError if a process dies without an outcome.
    """
    with tempfile.TemporaryDirectory() as results:
        os.chdir(folder)
        trial = _Trial(seeds[0], Path(results), judge)
        _fork(lambda: trial.grow(samples, 0, {"__name__": "__main__"}, [Outcome(seed) for seed in seeds]))
        for name in samples:
            path = Path(results) / name
            if not path.exists():
                raise RuntimeError(f"sample {name!r}, seed {seeds[0]}: its process died without an outcome")
            yield from pickle.loads(path.read_bytes())


def _fork(work: Callable[[], None]) -> None:
    """Run ``work`` in a forked child and wait for it; its traceback goes to stderr."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            work()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    os.waitpid(pid, 0)


@dataclass(frozen=True)
class _Trial:
    seed: int
    results: Path
    judge: Judge

    def grow(
        self, samples: dict[str, list[Cell]], position: int, namespace: dict[str, Any], outcomes: list[Outcome]
    ) -> None:
        """Execute the cells from ``position`` on, and fork wherever the samples' next cells differ."""
        while True:
            groups: dict[Cell | None, dict[str, list[Cell]]] = {}
            for name, cells in samples.items():
                groups.setdefault(cells[position] if position < len(cells) else None, {})[name] = cells
            if len(groups) > 1:
                for group in groups.values():
                    _fork(partial(self.grow, group, position, namespace, outcomes))
                return
            cell = next(iter(groups))
            if cell is None:
                break
            self.execute(cell, namespace, outcomes)
            position += 1
        for name in samples:
            for outcome in outcomes:
                outcome.sample = name
            (self.results / name).write_bytes(pickle.dumps(outcomes))

    def execute(self, cell: Cell, namespace: dict[str, Any], outcomes: list[Outcome]) -> None:
        """Execute or judge one cell."""
        grade_id, source = cell
        if grade_id in grade_cells():
            for outcome in outcomes:
                outcome.results += self.judge(grade_id, KernelStudent(namespace, outcome.notes), outcome.seed)
            return
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                exec(compile(source, f"<{grade_id}>", "exec"), namespace)
            except Exception as error:
                for outcome in outcomes:
                    outcome.errors[grade_id] = f"{type(error).__name__}: {error}"
                    outcome.notes[error_in(grade_id)] = 1.0
        if grade_id == "imports":
            namespace["np"].random.seed(self.seed)
            namespace["torch"].manual_seed(self.seed)
