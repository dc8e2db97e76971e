"""Time and memory of the kit against plain loops, on one submission, in one run: `make bench`.

Executes the same right submission (a) as a student with `src/utils.py` replaced by `plain_loops.py`, (b) as a
student with the kit's `src`, and (c) grades it with the stock `nbgrader autograde`. Prints the ratios and the
final losses, writes build/bench.json, and exits 1 when a number is missed. One thread throughout.
"""

import json
import os
import shutil
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Event, Thread

import nbformat
import psutil
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from coursekit import corpus
from coursekit.data import ROOT, link
from coursekit.demo import hand_in, make_course, nbgrader

WORK = ROOT / "build" / "bench"
PLAIN_OVER_GRADING, PLAIN_OVER_STUDY, GRADING_GIB, LOSS_TOLERANCE = 15.0, 4.0, 1.5, 0.05
"""What must be reached: two ratios at least, memory and the relative difference of losses at most."""

FINAL_LOSSES = """
import json
from src.evaluation import frozen
def final_losses():
    images = torch.stack([image for image, _ in val_dataset])
    elbo = pyro.infer.Trace_ELBO().differentiable_loss
    losses = {}
    with frozen(ae_model):
        losses["ae: MSE"] = nn.functional.mse_loss(ae_model(images), images).item()
    for name, model in (("vae", vae_model), ("bvae", bvae_model)):
        with frozen(model):
            losses[f"{name}: -ELBO, nats per image"] = elbo(model.model, model.guide, images).item() / len(images)
    return losses
print(json.dumps(final_losses()))
"""
"""Losses of the trained models on all validation images, computed alike for both profiles."""


@dataclass
class Run:
    """Seconds of wall time, peak resident memory of the kernel in GiB, and final losses by name."""

    seconds: float
    kernel_gib: float
    losses: dict[str, float]


def main() -> int:
    """Run the three, print and write the numbers; 0 when all are reached."""
    os.environ |= {"OMP_NUM_THREADS": "1", "COURSE_PROFILE": "study"}
    console = Console()
    make_course(WORK)
    (sample,) = [sample for sample in corpus.load_all("wheat") if sample.name == "scale_exp"]
    submission = hand_in(WORK, "student", sample)
    with Progress(console=console) as progress:
        plain = execute(submission, student_folder("plain", submission, "plain_loops.py"), progress)
        study = execute(submission, student_folder("study", submission), progress)
        task = progress.add_task("nbgrader autograde", total=None)
        grading = autograde()
        progress.update(task, total=1, completed=1)
    results = {
        "plain / grading, time": (plain.seconds / grading.seconds, ">=", PLAIN_OVER_GRADING),
        "plain / study, time": (plain.seconds / study.seconds, ">=", PLAIN_OVER_STUDY),
        "kernel in grading, GiB": (grading.kernel_gib, "<=", GRADING_GIB),
        **{
            f"{name}, relative difference": (abs(study.losses[name] / loss - 1), "<=", LOSS_TOLERANCE)
            for name, loss in plain.losses.items()
        },
    }
    reached = {
        name: value >= bound if sign == ">=" else value <= bound for name, (value, sign, bound) in results.items()
    }
    for table in (
        runs_table({"plain loops": plain, "study": study, "grading": grading}),
        results_table(results, reached),
    ):
        console.print(table)
    numbers = {
        "plain": asdict(plain),
        "study": asdict(study),
        "grading": asdict(grading),
        "results": {name: value for name, (value, _, _) in results.items()},
    }
    (ROOT / "build" / "bench.json").write_text(json.dumps(numbers, indent=1))
    return 0 if all(reached.values()) else 1


def student_folder(name: str, submission: Path, utils: str | None = None) -> Path:
    """A student's folder with the kit's `src`, or with `utils` of this folder in place of `src/utils.py`."""
    folder = WORK / name
    shutil.copytree(submission.parent / "src", folder / "src")
    if utils:
        shutil.copy(Path(__file__).with_name(utils), folder / "src" / "utils.py")
    link(folder)
    return folder


def execute(notebook: Path, folder: Path, progress: Progress) -> Run:
    """Execute a notebook in `folder`, from the start of its kernel to the last cell. Raises at an error."""
    nb = nbformat.read(notebook, as_version=4)
    client = NotebookClient(nb, timeout=None, kernel_name="python3", resources={"metadata": {"path": str(folder)}})
    task = progress.add_task(f"executing, {folder.name}", total=len(nb.cells))
    with KernelMemory() as memory:
        start = time.perf_counter()
        with client.setup_kernel():
            for index, cell in enumerate(nb.cells):
                client.execute_cell(cell, index)
                progress.advance(task)
            seconds = time.perf_counter() - start
            nb.cells.append(new_code_cell(FINAL_LOSSES))
            losses = client.execute_cell(nb.cells[-1], len(nb.cells) - 1).outputs[0].text
    nbformat.write(nb, folder / notebook.name)
    return Run(seconds, memory.peak_gib, json.loads(losses))


def autograde() -> Run:
    """Grade the one submission with the stock command, start of nbgrader included."""
    with KernelMemory() as memory:
        start = time.perf_counter()
        nbgrader(WORK, "autograde")
        seconds = time.perf_counter() - start
    return Run(seconds, memory.peak_gib, {})


class KernelMemory:
    """Watches the kernels below this process; `peak_gib` is the largest resident memory one had."""

    def __init__(self) -> None:
        self.peak_gib = 0.0
        self._stop = Event()
        self._thread = Thread(target=self._watch)

    def __enter__(self) -> "KernelMemory":
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.2):
            for process in psutil.Process().children(recursive=True):
                try:
                    if any("ipykernel" in part for part in process.cmdline()):
                        peak = Path(f"/proc/{process.pid}/status").read_text().split("VmHWM:")[1].split()[0]
                        self.peak_gib = max(self.peak_gib, int(peak) / 2**20)
                except (psutil.Error, OSError, IndexError):
                    continue  # it has just ended


def runs_table(runs: dict[str, Run]) -> Table:
    """Times, memory and losses side by side."""
    table = Table("run", "seconds", "kernel, GiB", *runs["study"].losses)
    for name, run in runs.items():
        losses = (f"{loss:.4f}" for loss in run.losses.values())
        table.add_row(name, f"{run.seconds:.1f}", f"{run.kernel_gib:.2f}", *losses)
    return table


def results_table(results: dict[str, tuple[float, str, float]], reached: dict[str, bool]) -> Table:
    """What was measured against what must be reached."""
    table = Table("number", "measured", "wanted", "")
    for name, (value, sign, bound) in results.items():
        table.add_row(name, f"{value:.3g}", f"{sign} {bound:g}", "ok" if reached[name] else "[bold red]missed")
    return table


if __name__ == "__main__":
    sys.exit(main())
