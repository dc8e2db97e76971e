"""What the checks, the public ones and ``train_ae`` make of compositions, in this process and its forks: no kernel.

"quick": the checks of 1a and 3 that need no trained model, the public checks of the same classes, and two steps of
``train_ae`` on noise. "task 2": the notebook up to that task; who has the same networks shares their training. "whole":
every code cell of the notebook that has an id. Both train as in grading, on MNIST.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from benchmarks.generated.compositions import Composition
from benchmarks.runs import notebook_cells
from coursekit.data import ROOT
from coursekit.trial import Cell, run_samples
from grader_tests.session import run_checks
from grader_tests.student import Student
from grader_tests.verdict import PASSED, CheckResult

Way = Literal["quick", "task 2", "whole"]
PIECE = 20
"""Compositions of one call: what they have in common is executed once."""
NEEDS_TRAINING = (
    "data",
    "ae_training",
    "vae_training",
    "test_1a_training",
    "classification",
    "test_2",
    "bvae_training",
    "test_3_training",
)
TRAINING_ROWS = 3_000
"""Of the notebook's 10,000, where a composition is judged whole: classifiers are fitted a dozen times each."""

_STEPS = """\
from torch.utils.data import TensorDataset

_loader = DataLoader(TensorDataset(torch.rand(64, 1, 28, 28), torch.zeros(64, dtype=torch.int64)), batch_size=32)
_model = {model}
train_ae(_model, epochs=1, train_loader=_loader, val_loader=_loader, lr=1e-3,
         loss_fn=pyro.infer.Trace_ELBO().differentiable_loss, loss_fn_args=(_model.model, _model.guide))
"""
_EXTRA = {
    "test_1a": [
        ("public_1a", "from src.public_checks import check_vae\n\ncheck_vae(VariationalAutoencoder)"),
        ("steps_1a", _STEPS.format(model="VariationalAutoencoder(784, 128, 128, 10)")),
    ],
    "test_3": [
        ("public_3", "from src.public_checks import check_beta_vae\n\ncheck_beta_vae(BetaVariationalAutoencoder)"),
        ("steps_3", _STEPS.format(model="BetaVariationalAutoencoder(784, 128, 128, 10, beta=3.0)")),
    ],
}
"""What follows a grade cell in the quick way."""


@dataclass(frozen=True)
class Judgement:
    """What was made of one composition.

    results: of the checks; errors: exceptions by cell; way: how it was judged.
    """

    composition: Composition
    results: list[CheckResult]
    errors: dict[str, str]
    way: Way = "quick"

    @property
    def failed(self) -> list[CheckResult]:
        """Results of the checks that did not pass."""
        return [result for result in self.results if result.verdict != PASSED]


def judge(compositions: Sequence[Composition], seed: int, way: Way = "quick") -> Iterator[Judgement]:
    """Judge compositions, in order; inputs and initial weights come from the seed."""
    for start in range(0, len(compositions), PIECE):
        piece = {str(number): c for number, c in enumerate(compositions[start : start + PIECE], start)}
        samples = {name: _cells(composition, way) for name, composition in piece.items()}
        for outcome in run_samples(samples, [seed], ROOT, _check):
            yield Judgement(piece[outcome.sample], outcome.results, outcome.errors, way)


def _check(cell: str, student: Student, seed: int) -> list[Any]:
    return run_checks(cell, student, seed).results


def _cells(composition: Composition, way: Way) -> list[Cell]:
    cells = notebook_cells(composition.cells())
    if way == "quick":
        return [both for cell in cells if cell[0] not in NEEDS_TRAINING for both in (cell, *_EXTRA.get(cell[0], []))]
    last = len(cells) if way == "whole" else [grade_id for grade_id, _ in cells].index("test_2") + 1
    return [
        (grade_id, source.replace("10_000", str(TRAINING_ROWS)) if grade_id == "data" else source)
        for grade_id, source in cells[:last]
    ]
