"""What the reference solution reaches: on all of MNIST, against values known from elsewhere, and in the assignment.

usage: python -m benchmarks.reference [--seeds 30]

Trains the classes of source/vae/vae.ipynb by `src.sweep` and writes docs/reference-results.md. Takes about half an
hour; finished runs are kept in build/reference, and a second start goes on from there.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from torch.utils.data import Subset
from torchvision.datasets import MNIST
from torchvision.transforms import ToTensor

from coursekit.data import DATA, ROOT
from coursekit.solution import MODELS, solution_names
from src.sweep import sweep

PAGE = ROOT / "docs" / "reference-results.md"
KEPT = ROOT / "build" / "reference"

WHOLE = {
    "n_data_features": 784,
    "n_encoder_hidden_features": 400,
    "n_decoder_hidden_features": 400,
    "epochs": 15,
    "batch_size": 128,
    "lr": 1e-3,
}
"""On all of MNIST. Network, batch size and learning rate are those of the VAE in pytorch/examples; it has 10 epochs."""
WHOLE_GRIDS = ({"beta": [1], "n_latent_features": [10, 2, 20, 50]}, {"beta": [4, 10], "n_latent_features": [10]})

ASSIGNMENT = {
    "n_data_features": 784,
    "n_encoder_hidden_features": 128,
    "n_decoder_hidden_features": 128,
    "n_latent_features": 10,
    "epochs": 20,
    "batch_size": 32,
    "lr": 1e-3,
}
"""The VAE as the notebook trains it."""
ASSIGNMENT_IMAGES, ASSIGNMENT_SEED = 10_000, 2021
"""Size and choice of the notebook's training set."""

MEASURES = {
    "negative_elbo": "−ELBO",
    "kl": "KL",
    "active_units": "active latents",
    "linear_accuracy": "linear probe",
    "neighbours_accuracy": "5-NN",
}
"""What is compared, and its name on the page."""


@dataclass(frozen=True)
class Known:
    """A value that a measure is known to reach, ``low`` to ``high``; ours may differ by the share ``room``."""

    beta: int
    n_latent_features: int
    measure: str
    low: float
    high: float
    room: float

    def difference(self, value: float) -> float:
        """How far a measured value lies outside, relative to the nearer end; 0 inside, negative below."""
        end = min(max(value, self.low), self.high)
        return (value - end) / end


KNOWN = (
    Known(1, 2, "negative_elbo", 153, 153, 0.02),
    Known(1, 10, "negative_elbo", 108.7, 108.7, 0.02),
    Known(1, 10, "kl", 18.5, 18.5, 0.05),
    Known(1, 10, "active_units", 10, 10, 0),
    Known(1, 10, "linear_accuracy", 0.885, 0.885, 0.02),
    Known(1, 10, "neighbours_accuracy", 0.948, 0.948, 0.02),
    Known(1, 20, "negative_elbo", 104.5, 104.5, 0.02),
    Known(1, 50, "negative_elbo", 102, 104, 0.02),
    Known(4, 10, "negative_elbo", 119.7, 119.7, 0.02),
    Known(4, 10, "kl", 9.4, 9.4, 0.05),
    Known(10, 10, "kl", 3.5, 3.5, 0.05),
    Known(10, 10, "active_units", 5, 7, 0),
)
"""Values that implementations other than this one have reached in the setting of ``WHOLE``."""


def main() -> None:
    """Train what has not been trained yet, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=30, help="trainings in the assignment's setting")
    options = parser.parse_args()
    classes = solution_names(MODELS)
    train, val = (MNIST(str(DATA), train=train, transform=ToTensor()) for train in (True, False))
    beta_vae, vae = classes["BetaVariationalAutoencoder"], classes["VariationalAutoencoder"]
    whole = pd.concat([sweep(beta_vae, grid, train, val, WHOLE, KEPT) for grid in WHOLE_GRIDS], ignore_index=True)
    chosen = np.random.RandomState(ASSIGNMENT_SEED).permutation(len(train))[:ASSIGNMENT_IMAGES]
    seeds = {"seed": range(1, options.seeds + 1)}
    assignment = sweep(vae, seeds, Subset(train, chosen.tolist()), val, ASSIGNMENT, KEPT)
    PAGE.write_text(page(whole, assignment))
    print(f"{PAGE.relative_to(ROOT)} is written")


def page(whole: pd.DataFrame, assignment: pd.DataFrame) -> str:
    """The text of docs/reference-results.md, from the template beside this file.

    :param whole: of ``sweep`` over ``WHOLE_GRIDS``
    :param assignment: of ``sweep`` over seeds
    """
    whole, assignment = (
        table.assign(negative_elbo=table["reconstruction"] + table["kl"]) for table in (whole, assignment)
    )
    whole = whole.sort_values(["beta", "n_latent_features"])
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), undefined=StrictUndefined)
    return environment.get_template("reference.md.jinja").render(
        whole=whole.to_dict("records"),
        comparisons=comparisons(whole),
        bands=assignment[list(MEASURES)].astype(float).agg(["min", "mean", "max"]).to_dict(),
        n_seeds=len(assignment),
        n_images=ASSIGNMENT_IMAGES,
        names=MEASURES,
        whole_setting=WHOLE,
        assignment_setting=ASSIGNMENT,
    )


def comparisons(whole: pd.DataFrame) -> list[dict[str, Any]]:
    """Each known value with what was measured."""
    rows = whole.set_index(["beta", "n_latent_features"])
    found = []
    for known in KNOWN:
        value = rows.loc[(known.beta, known.n_latent_features), known.measure]
        difference = known.difference(value)
        found.append({"known": known, "value": value, "difference": difference, "holds": abs(difference) <= known.room})
    return found


if __name__ == "__main__":
    main()
