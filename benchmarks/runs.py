"""Many sample solutions at many seeds, on all processors."""

import multiprocessing
import os
from collections.abc import Collection, Iterable, Iterator
from functools import partial

# Before torch is imported: workers judge in the profile of grading, one thread each.
os.environ.update(COURSE_PROFILE="grading", OMP_NUM_THREADS="1", MPLBACKEND="agg")

# Loaded here once, and not by every forked sample: what the notebook and its solutions import.
import matplotlib.pyplot  # noqa: F401
import nbformat
import pyro  # noqa: F401
import sklearn.ensemble
import sklearn.linear_model
import sklearn.naive_bayes
import sklearn.neighbors
import sklearn.svm  # noqa: F401
import torchvision  # noqa: F401
from rich.console import Console
from rich.progress import Progress

from coursekit import corpus
from coursekit.data import ROOT
from coursekit.solution import SOURCE
from coursekit.trial import Cell, Judge, Outcome, run_samples

RELEASE = ROOT / "release" / "vae" / "vae.ipynb"
NETWORKS = ("vae_encoder", "vae_decoder", "vae_model")
PIECE = 12
"""Samples of one job: enough to share the training of equal networks, few enough to keep all workers busy."""

Job = tuple[dict[str, list[Cell]], list[int]]
"""Cells of samples by name, and seeds for one training."""


def run_corpus(
    wanted: Iterable[tuple[corpus.Sample, int]],
    judge: Judge,
    workers: int,
    console: Console,
    skip: Collection[str] = (),
    repeats: int = 1,
) -> Iterator[Outcome]:
    """Outcomes of each sample at seeds 1 to the number beside it, as they come; shows progress on ``console``.

    skip: grade ids of cells that are left out; repeats: how many seeds in a row judge the same trained networks.
    """
    jobs = _jobs(wanted, skip, repeats)
    with Progress(console=console) as progress, multiprocessing.get_context("fork").Pool(workers) as pool:
        bar = progress.add_task("samples", total=sum(len(samples) * len(seeds) for samples, seeds in jobs))
        for outcomes in pool.imap_unordered(partial(_run, judge), jobs):
            yield from outcomes
            progress.advance(bar, len(outcomes))


def _run(judge: Judge, job: Job) -> list[Outcome]:
    samples, seeds = job
    return list(run_samples(samples, seeds, ROOT, judge))


def _jobs(wanted: Iterable[tuple[corpus.Sample, int]], skip: Collection[str], repeats: int) -> list[Job]:
    """Jobs of about PIECE samples and one training, in the order of seeds; the same networks side by side."""
    by_seeds: dict[tuple[int, ...], list[tuple[tuple[str, ...], str, list[Cell]]]] = {}
    for sample, seeds in wanted:
        cells = [cell for cell in _cells(sample) if cell[0] not in skip]
        networks = tuple(source for grade_id, source in cells if grade_id in NETWORKS)
        for first in range(1, seeds + 1, repeats):
            together = tuple(range(first, min(first + repeats, seeds + 1)))
            by_seeds.setdefault(together, []).append((networks, sample.name, cells))
    jobs = []
    for together, rows in sorted(by_seeds.items()):
        rows.sort(key=lambda row: row[:2])
        for start in range(0, len(rows), PIECE):
            jobs.append(({name: cells for _, name, cells in rows[start : start + PIECE]}, list(together)))
    return jobs


def _cells(sample: corpus.Sample) -> list[Cell]:
    """The given, solution and grade cells of a sample as a notebook would execute them."""
    return notebook_cells(corpus.solution_cells(sample, SOURCE, RELEASE))


def notebook_cells(solutions: dict[str, str]) -> list[Cell]:
    """The notebook's code cells that have an id, in order, with these sources by id in the place of its own."""
    cells = []
    for cell in nbformat.read(SOURCE, as_version=4).cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if cell.cell_type == "code" and grade_id is not None:
            cells.append((grade_id, solutions.get(grade_id, cell.source)))
    return cells
