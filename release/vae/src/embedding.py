"""Maps of the latent space: its points on a plane, and how far the plane can be trusted."""

import math

import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness

from src.plots import add_caption, add_class_legend, draw_map
from src.profile import is_grading
from src.representation import Representation

NEIGHBOURS = 5
"""How many neighbours of each point on the plane are looked up in the latent space."""


def plot_maps(representation: Representation, n_points: int = 2500) -> None:
    """Open a figure with two maps of the latents, PCA and t-SNE, each with the means of the classes.

    PCA is linear: it keeps directions and large distances, but may lay over each other what is apart. t-SNE keeps
    neighbours, but distances between its groups mean little. ``trust`` in each map stands in its title.

    :param n_points: how many latents to show, each class in its proportion; time and memory grow with its square
    """
    if is_grading():
        return
    chosen = stratified(representation.labels, n_points)
    latents = representation.latents[chosen].numpy()
    latents_and_means = np.concatenate([latents, representation.class_means.numpy()])
    labels = representation.labels[chosen].numpy()
    figure = plt.figure(figsize=(13, 6.5), layout="constrained")
    axes = figure.subplots(1, 2)
    for axis, (name, project) in zip(axes, {"PCA": pca, "t-SNE": tsne}.items(), strict=True):
        points, means = np.split(project(latents_and_means), [len(latents)])
        title = f"{name} (wiarygodność: {_number(trust(latents, points))})"
        draw_map(axis, points, labels, means, representation.classes, title)
    add_class_legend(axes[-1])
    figure.suptitle("Przestrzeń ukryta i średnie klas")
    add_caption(
        figure,
        "Wiarygodność 1 oznacza, że sąsiedzi na mapie są sąsiadami także w przestrzeni ukrytej, a 0.5 – że są nimi "
        "przypadkiem; na mapie t-SNE odległości między skupiskami mówią niewiele.",
    )


def stratified(labels: torch.Tensor, n_points: int | None) -> torch.Tensor:
    """Indices of the first images of each class, as many as is the class's share of ``n_points``, at least one.

    :param labels: (N,)
    :param n_points: about how many indices; None gives all, class after class
    """
    share = 1.0 if n_points is None else min(1.0, n_points / len(labels))
    members = [(labels == label).nonzero().flatten() for label in labels.unique()]
    return torch.cat([indices[: max(1, round(share * len(indices)))] for indices in members])


def pca(points: np.ndarray) -> np.ndarray:
    """Coordinates along the two directions of the largest variance: (N, features) -> (N, 2).

    Principal component analysis (Pearson, 1901, https://doi.org/10.1080/14786440109462720). A direction that is
    not there, as in a single feature, has coordinate 0.
    """
    n_directions = min(2, int(np.count_nonzero(np.ptp(points, axis=0))))
    plane = np.zeros((len(points), 2))
    if n_directions > 0:
        plane[:, :n_directions] = PCA(n_directions).fit_transform(points)
    return plane


def tsne(points: np.ndarray) -> np.ndarray:
    """t-SNE: (N, features) -> (N, 2), the same for the same points.

    Van der Maaten and Hinton, 2008, https://www.jmlr.org/papers/v9/vandermaaten08a.html. With fewer iterations, fewer
    neighbours and a coarser ``angle`` than scikit-learn's own, a map of 2,500 latents keeps as much of the
    neighbourhoods (trustworthiness 0.9915, as with those) in a third of the time.
    """
    has_two_directions = points.shape[1] > 1 and np.ptp(points, axis=0).any()
    tsne = TSNE(
        init="pca" if has_two_directions else "random",
        perplexity=min(20.0, (len(points) - 1) / 3),
        max_iter=400,
        angle=0.8,
        random_state=0,
    )
    return tsne.fit_transform(points)


def trust(latents: np.ndarray, plane: np.ndarray) -> float:
    """Trustworthiness of a map (Venna and Kaski, 2001, https://doi.org/10.1007/3-540-44668-0_68), from 0 to 1.

    1 - 2 / (N k (2N - 3k - 1)) Σ_i Σ_j (r(i, j) - k), where j are those of the k = ``NEIGHBOURS`` nearest points of
    i on the plane that are not among its k nearest latents, and r(i, j) is the rank of j among the latents by
    distance from i. A random map has about 0.5.

    :param latents: (N, features)
    :param plane: (N, 2)
    :return: NaN where there are no neighbours: all latents are the same, or N is not larger than 2k
    """
    if len(latents) <= 2 * NEIGHBOURS or not np.ptp(latents, axis=0).any():
        return math.nan
    return float(trustworthiness(latents, plane, n_neighbors=NEIGHBOURS))


def _number(value: float) -> str:
    return "nieokreślona" if math.isnan(value) else f"{value:.3f}"
