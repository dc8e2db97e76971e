"""Time and memory of the kit against plain loops, on one submission, in one run: `python -m benchmarks.speed`.

Executes the same right submission (a) as a student with `src/utils.py` replaced by `plain_loops.py`, (b) as a
student with the kit's `src`, and (c) grades it with the stock `nbgrader autograde`. Prints the seconds of each phase,
the ratios and the final losses, writes build/speed.json, and exits 1 when a number is missed. One thread throughout.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import nbformat
import psutil
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.parts import seconds_by_part
from benchmarks.tables import as_json, reached, results_table
from benchmarks.watch import Watch
from coursekit import corpus, records
from coursekit.data import ROOT, link
from coursekit.demo import hand_in, make_course, nbgrader
from coursekit.execute import START
from coursekit.solution import solution_source

WORK = ROOT / "build" / "speed"
PLAIN_OVER_GRADING, PLAIN_OVER_STUDY, GRADING_GIB, LOSS_TOLERANCE, OVER_LOOP = 15.0, 5.0, 1.5, 0.05, 1.5
"""What must be reached: two ratios at least; memory, the relative difference of losses, and the time of a training over
that of a loop written by hand, at most."""
PHASES = {
    "ae_training": "training, AE",
    "vae_training": "training, VAE",
    "bvae_training": "training, β-VAE",
    "imports": "imports",
    "data": "data",
    "classification": "classification",
}
"""What an executed cell counts to, by nbgrader id; everything else that takes time is an analysis."""
HAND_WRITTEN = """
import time
def hand_written():
    torch.manual_seed(2021)
    model = VariationalAutoencoder(
        n_data_features=784, n_encoder_hidden_features=128, n_decoder_hidden_features=128, n_latent_features=10
    )
    images = torch.stack([image for image, _ in train_dataset])
    model(images[:1])  # it learns the image size from its first forward pass
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    elbo = pyro.infer.Trace_ELBO().differentiable_loss
    torch.set_num_threads(1)
    start = time.perf_counter()
    with pyro.validation_enabled(False):
        for _ in range(20):
            for batch in torch.randperm(len(images)).split(32):
                optimizer.zero_grad()
                elbo(model.model, model.guide, images[batch]).backward()
                optimizer.step()
    return time.perf_counter() - start
print(json.dumps(hand_written()))
"""
"""Seconds of 20 epochs in the shortest loop with the same loss: images in memory, nothing validated or measured."""

MATRIX_PRODUCTS = """
import time
def matrix_products(model):
    layers = [layer for layer in model.modules() if isinstance(layer, nn.Linear)]
    inputs = [torch.rand(32, layer.in_features) for layer in layers]
    gradients = [torch.rand(32, layer.out_features) for layer in layers]
    images = layers[0]  # whose input needs no gradient
    torch.set_num_threads(1)
    start = time.perf_counter()
    with torch.no_grad():
        for _ in range(20 * (len(train_dataset) // 32)):
            for layer, x, gradient in zip(layers, inputs, gradients):
                x @ layer.weight.T, gradient.T @ x
                if layer is not images:
                    gradient @ layer.weight
    return time.perf_counter() - start
print(json.dumps({"training, AE": matrix_products(ae_model), "training, VAE": matrix_products(vae_model)}))
"""
"""Seconds of the matrix products of 20 epochs alone, at the speed of this machine: the floor of every training loop."""

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
    """Seconds of wall time, peak resident memory of the kernel in GiB, final losses by name, seconds by phase.

    cells: seconds by cell, in their order; hand_written, products: seconds of trainings stripped down, see HAND_WRITTEN
    and MATRIX_PRODUCTS.
    """

    seconds: float
    kernel_gib: float
    losses: dict[str, float]
    phases: dict[str, float]
    cells: list[tuple[str, float]]
    hand_written: float = 0.0
    products: dict[str, float] = field(default_factory=dict)


def main() -> int:
    """Run the three, print and write the numbers; 0 when all are reached."""
    os.environ |= {"OMP_NUM_THREADS": "1", "COURSE_PROFILE": "study"}
    console = Console()
    make_course(WORK)
    (sample,) = [sample for sample in corpus.load_all("wheat") if sample.name == "scale_exp"]
    submission = hand_in(WORK, "student", sample)
    # Libraries come from the disk only once: the run that is first shall not pay for all.
    imports = solution_source(("imports",)) + "\nimport benchmarks.plain_loops"
    subprocess.run([sys.executable, "-c", imports], cwd=ROOT, check=True)
    with Progress(console=console) as progress:
        plain = execute(submission, student_folder("plain", submission, "plain_loops.py"), progress)
        study = execute(submission, student_folder("study", submission), progress)
        task = progress.add_task("nbgrader autograde", total=None)
        grading = autograde()
        progress.update(task, total=1, completed=1)
    results = {
        "plain / grading, time": (plain.seconds / grading.seconds, ">=", PLAIN_OVER_GRADING),
        "plain / study, time": (plain.seconds / study.seconds, ">=", PLAIN_OVER_STUDY),
        "training of the VAE, study / written by hand": (
            study.phases["training, VAE"] / study.hand_written,
            "<=",
            OVER_LOOP,
        ),
        "kernel in grading, GiB": (grading.kernel_gib, "<=", GRADING_GIB),
        **{
            f"{name}, relative difference": (abs(study.losses[name] / loss - 1), "<=", LOSS_TOLERANCE)
            for name, loss in plain.losses.items()
        },
    }
    runs = {"plain loops": plain, "study": study, "grading": grading}
    for table in (runs_table(runs), phases_table(runs), results_table(results)):
        console.print(table)
    numbers = {
        **{name: asdict(run) for name, run in runs.items()},
        "results": as_json(results),
    }
    (ROOT / "build" / "speed.json").write_text(json.dumps(numbers, indent=1))
    return 0 if reached(results) else 1


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
        clock = Phases()
        with client.setup_kernel():
            clock.next(START, START)
            for index, cell in enumerate(nb.cells):
                client.execute_cell(cell, index)
                name = cell.metadata.get("nbgrader", {}).get("grade_id", cell.id)
                clock.next(PHASES.get(name, "analyses and figures"), name)
                progress.advance(task)
            losses, hand_written, products = (
                json.loads(client.execute_cell(new_code_cell(source), index).outputs[0].text)
                for source in (FINAL_LOSSES, HAND_WRITTEN, MATRIX_PRODUCTS)
            )
    nbformat.write(nb, folder / notebook.name)
    return Run(clock.total, memory.peak_gib, losses, clock.seconds, clock.cells, hand_written, products)


class Phases:
    """Seconds by phase and by cell, from one call to the next."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.cells: list[tuple[str, float]] = []
        self._last = time.perf_counter()

    @property
    def total(self) -> float:
        """Seconds so far."""
        return sum(self.seconds.values())

    def next(self, phase: str, cell: str) -> None:
        """What has passed since the last call was this phase, and this cell of it."""
        now = time.perf_counter()
        self.seconds[phase] = self.seconds.get(phase, 0.0) + now - self._last
        self.cells.append((cell, now - self._last))
        self._last = now


def autograde() -> Run:
    """Grade the one submission with the stock command, start of nbgrader included."""
    with KernelMemory() as memory:
        start = time.perf_counter()
        nbgrader(WORK, "autograde")
        seconds = time.perf_counter() - start
    record = records.load(WORK, "vae", "student")
    phases = seconds_by_part(record)
    phases["nbgrader"] = seconds - sum(phases.values())
    return Run(seconds, memory.peak_gib, {}, phases, list(record["timings"].items()))


class KernelMemory(Watch):
    """Watches the kernels below this process; `peak_gib` is the largest resident memory one had."""

    peak_gib = 0.0

    def look(self) -> None:
        """At the peaks that the system has counted."""
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


def phases_table(runs: dict[str, Run]) -> Table:
    """Seconds of each phase of the runs that execute the notebook as it is."""
    compared = {name: run for name, run in runs.items() if run.losses}
    table = Table("phase, seconds", *compared)
    for phase in next(iter(compared.values())).phases:
        table.add_row(phase, *(f"{run.phases[phase]:.1f}" for run in compared.values()))
    return table


if __name__ == "__main__":
    sys.exit(main())
