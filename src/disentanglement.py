"""Disentanglement: does each latent stand for one factor of variation, and each factor for one latent?

Three scores of latents (N, Z) against factors (N, F), all from 0 to 1, the best:

- MIG, mutual information gap: how much more one latent knows of a factor than any other latent does;
- SAP, separated attribute predictability: the same for what is known along a straight line;
- DCI, disentanglement, completeness and informativeness: how a forest that sees all latents predicts a factor.

Locatello et al. (2019, https://arxiv.org/abs/1811.12359) compare them, and show that without supervision or further
assumptions nothing makes a representation disentangled.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from scipy.special import entr
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import mutual_info_score
from sklearn.preprocessing import StandardScaler

from src.factors import FACTORS, measure_factors
from src.plots import add_caption
from src.profile import is_grading
from src.representation import Representation

BINS = 20
"""Equal intervals that values are sorted into to estimate information, as many as Locatello et al. (2019) take."""

FEWEST_IMAGES = 1000
"""With fewer, estimates of information say more about the number of bins than about the latents."""

_MOST_LATENTS_WITH_NUMBERS = 16


@dataclass(frozen=True)
class Dci:
    """Scores of Eastwood and Williams (2018).

    importances: (F, Z), share of each latent in the prediction of each factor; a row sums to 1, or is 0 where no
        latent varies
    disentanglement, completeness: from 0 to 1
    informativeness: (F,), share of the variance of each factor that is predicted, from 0 to 1
    """

    importances: np.ndarray
    disentanglement: float
    completeness: float
    informativeness: np.ndarray


@dataclass(frozen=True, repr=False)
class Disentanglement:
    """All scores of a representation.

    factors: names of the factors
    information, correlation: (F, Z), ``information_share`` and ``squared_correlation``; mig, sap: their ``gap``
    dci: scores of Eastwood and Williams
    n_images: how many images these are of; n_empty: how many were left out, as nothing is drawn on them
    """

    factors: Sequence[str]
    information: np.ndarray
    correlation: np.ndarray
    dci: Dci
    n_images: int
    n_empty: int

    @property
    def mig(self) -> float:
        """Mutual information gap (Chen et al., 2018)."""
        return gap(self.information)

    @property
    def sap(self) -> float:
        """Separated attribute predictability (Kumar et al., 2018)."""
        return gap(self.correlation)

    def __repr__(self) -> str:
        return (
            f"MIG {self.mig:.3f}; SAP {self.sap:.3f}; DCI: rozłączność {self.dci.disentanglement:.3f}, "
            f"zupełność {self.dci.completeness:.3f}, informatywność {self.dci.informativeness.mean():.3f}; "
            f"liczba obrazów: {self.n_images} (pominięto pustych: {self.n_empty})"
        )


def disentanglement(representation: Representation, n_images: int = 10_000) -> Disentanglement:
    """How well the latents separate what ``measure_factors`` can measure: slant, thickness and width.

    These are proxies, and the digit, which no latent is asked for, depends on them. So compare models by these
    scores; their size alone says little.

    :param representation: its latents, and its images, which the factors are measured in
    :param n_images: at most so many images are used, drawn at random, the same ones in each call
    :raises ValueError: fewer than ``FEWEST_IMAGES`` images with something on them, or a factor is the same in all
    """
    chosen = np.random.default_rng(0).permutation(len(representation.images))[:n_images]
    factors = measure_factors(representation.images[chosen])
    drawn = ~np.isnan(factors).any(axis=1)
    latents, factors = representation.latents[chosen].double().numpy()[drawn], factors[drawn]
    _check(factors)
    return Disentanglement(
        factors=FACTORS,
        information=information_share(latents, factors),
        correlation=squared_correlation(latents, factors),
        dci=dci(latents, factors),
        n_images=len(factors),
        n_empty=len(chosen) - len(factors),
    )


def _check(factors: np.ndarray) -> None:
    if len(factors) < FEWEST_IMAGES:
        raise ValueError(
            f"Za mało obrazów, żeby ocenić rozłączność cech: {len(factors)} (bez pustych), "
            f"a potrzeba co najmniej {FEWEST_IMAGES}."
        )
    for name, values in zip(FACTORS, factors.T, strict=True):
        if np.ptp(values) == 0:
            raise ValueError(f"Cecha „{name}” jest we wszystkich obrazach taka sama, więc nie ma czego rozłączać.")


def gap(scores: np.ndarray) -> float:
    """Mean over factors of the difference between the largest score of a latent and the second largest.

    Of ``information_share`` this is MIG (Chen et al., 2018, https://arxiv.org/abs/1802.04942), of
    ``squared_correlation`` SAP (Kumar et al., 2018, https://arxiv.org/abs/1711.00848). Where there is
    one latent only, the second largest score is 0: what is not there knows nothing.

    :param scores: (F, Z), from 0 to 1
    """
    ascending = np.sort(np.pad(scores, ((0, 0), (1, 0))), axis=1)
    return float((ascending[:, -1] - ascending[:, -2]).mean())


def information_share(latents: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """I(z; v) / H(v), the share of the entropy of each factor v that each latent z knows: (F, Z), from 0 to 1.

    Both are estimated from counts in ``BINS`` equal intervals. For independent z and v the estimate of I(z; v) is
    not 0 but about (BINS - 1)² / (2 N) nats (Miller, 1955), much the same for all latents, so gaps stay near 0.

    :param latents: (N, Z)
    :param factors: (N, F), none of them constant
    """
    codes, values = (np.apply_along_axis(_binned, 0, columns).T for columns in (latents, factors))
    information = [[mutual_info_score(value, code) for code in codes] for value in values]
    entropy = [mutual_info_score(value, value) for value in values]
    return np.array(information) / np.array(entropy)[:, None]


def _binned(values: np.ndarray) -> np.ndarray:
    """Index of the interval that each value falls into: (N,), from 0 to ``BINS`` - 1."""
    return np.digitize(values, np.histogram_bin_edges(values, BINS)[1:-1])


def squared_correlation(latents: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """R² of the straight line that predicts each factor from each latent alone: (F, Z); 0 of a constant latent.

    cov(z, v)² / (var(z) var(v)), the score of continuous factors in Kumar et al. (2018).

    :param latents: (N, Z)
    :param factors: (N, F), none of them constant
    """
    z, v = (StandardScaler().fit_transform(columns) for columns in (latents, factors))
    return (v.T @ z / len(z)) ** 2


def dci(latents: np.ndarray, factors: np.ndarray) -> Dci:
    """Disentanglement, completeness, informativeness (Eastwood and Williams, 2018, https://openreview.net/forum?id=By-7dz-AZ).

    A random forest predicts each factor f from all latents; R[f, z] is the importance of latent z in it, the
    share of the decrease of variance that splits by z bring.

    - Disentanglement: Σ_z ρ_z (1 - H_F(R[:, z])), where ρ_z = Σ_f R[f, z] / ΣR. 1 where each latent that is used
      at all serves one factor.
    - Completeness: mean over f of 1 - H_Z(R[f]). 1 where each factor is predicted from one latent.
    - Informativeness: R² of the prediction for images that a tree has not seen, at least 0. (The paper gives the
      root of 1 - R², an error.)

    H_n is the entropy of the shares in a row or column, in units of log n; of one factor, or one latent, it is 0.
    The forest is kept small, for speed: 20 trees, each of a quarter of the images.

    :param latents: (N, Z); with constant latents only, all scores are 0
    :param factors: (N, F), none of them constant
    """
    forests = [_forest().fit(latents, factor) for factor in factors.T]
    importances = np.stack([forest.feature_importances_ for forest in forests])
    used = importances.sum(axis=0)
    return Dci(
        importances=importances,
        disentanglement=float(_concentration(importances.T) @ used / max(used.sum(), 1)),
        completeness=float(_concentration(importances).mean()),
        informativeness=np.array([max(0.0, forest.oob_score_) for forest in forests]),
    )


def _forest() -> RandomForestRegressor:
    """Trees of different images, so that each image is predicted by trees that have not seen it."""
    return RandomForestRegressor(n_estimators=20, max_samples=0.25, min_samples_leaf=5, oob_score=True, random_state=0)


def _concentration(importances: np.ndarray) -> np.ndarray:
    """1 - entropy of the shares in each row, in units of its maximum: (rows, n) -> (rows,); 0 of a row of zeros."""
    total = importances.sum(axis=1, keepdims=True)
    shares = np.divide(importances, total, out=np.zeros_like(importances), where=total > 0)
    largest_entropy = np.log(max(importances.shape[1], 2))
    return (total[:, 0] > 0) * (1 - entr(shares).sum(axis=1) / largest_entropy)


def plot_disentanglement(result: Disentanglement) -> None:
    """Open a figure with three heat maps, factors by latents: what MIG, SAP and DCI are computed from."""
    if is_grading():
        return
    n_factors, n_latents = result.information.shape
    width = min(max(7.0, 2.5 + 0.6 * n_latents), 14.0)
    figure = plt.figure(figsize=(width, 2.0 + 3 * (0.9 + 0.35 * n_factors)), layout="constrained")
    dci = result.dci
    panels = {
        f"Udział w informacji o cesze (MIG = {result.mig:.2f})": result.information,
        f"Kwadrat korelacji z cechą (SAP = {result.sap:.2f})": result.correlation,
        f"Ważność w przewidywaniu cechy\n(DCI: rozłączność {dci.disentanglement:.2f}, "
        f"zupełność {dci.completeness:.2f}, informatywność {dci.informativeness.mean():.2f})": dci.importances,
    }
    axes = figure.subplots(len(panels), 1, sharex=True)
    for axis, (title, scores) in zip(axes, panels.items(), strict=True):
        _heat_map(axis, scores, result.factors, title)
    axes[-1].set_xlabel("współrzędna wektora ukrytego z")
    figure.colorbar(axes[0].images[0], ax=axes)
    figure.suptitle("Rozłączność cech w przestrzeni ukrytej")
    left_out = f" Pominięto puste obrazy: {result.n_empty}." if result.n_empty else ""
    add_caption(
        figure,
        "Gdy cechy są rozłączone, w każdym wierszu jest jedno jasne pole, a w każdej kolumnie najwyżej jedno; "
        f"cechy zmierzono w {result.n_images} obrazach.{left_out}",
    )


def _heat_map(axis: Axes, scores: np.ndarray, factors: Sequence[str], title: str) -> None:
    """Scores (F, Z) from 0 to 1 as colours and, where they fit, as numbers."""
    axis.imshow(scores, cmap="cividis", vmin=0, vmax=1, aspect="auto")
    axis.set_title(title, fontsize="medium")
    axis.set_yticks(range(len(factors)), factors)
    if scores.shape[1] <= _MOST_LATENTS_WITH_NUMBERS:
        axis.set_xticks(range(scores.shape[1]))
        for (row, column), score in np.ndenumerate(scores):
            colour = "white" if score < 0.5 else "black"
            axis.text(column, row, f"{score:.2f}", ha="center", va="center", color=colour, fontsize="small")
