"""Analyses of a trained autoencoder: reconstructions, class means, single latent features, the latent space."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from sklearn.manifold import TSNE
from torch.utils.data import Dataset

from src.ae import BaseAutoEncoder
from src.batches import EVALUATION_BATCH, stack_dataset
from src.evaluation import frozen
from src.plots import plot_map, plot_mosaic, tile_centres
from src.profile import is_grading

TRAVERSAL_QUANTILES = (0.025, 0.975)
"""A latent feature is moved between these quantiles of its own values over the data set."""


@dataclass(frozen=True)
class Encoding:
    """A data set and its latents, from one pass over it.

    images: (N, channels, height, width); labels: (N,), index of the class; classes: names of the classes;
    latents: (samplings, N, latent features)
    """

    images: torch.Tensor
    labels: torch.Tensor
    classes: list[str]
    latents: torch.Tensor


class AutoEncoderAnalyzer:
    """Plots that show what an autoencoder has learnt.

    The data set is encoded once, when first needed, and every analysis uses that one pass: a
    reconstruction is decoded from the very latent that the other analyses see. The model is evaluated in
    evaluation mode and left in the mode it had.
    """

    def __init__(self, model: BaseAutoEncoder, dataset: Dataset, n_samplings: int = 1):
        """
        :param model: trained autoencoder
        :param dataset: items (image, label), image (channels, height, width) or (height, width)
        :param n_samplings: how many latents to draw for each image (1 is enough if encoding is not random)
        """
        if n_samplings < 1:
            raise ValueError(f"n_samplings musi wynosić co najmniej 1, a podano {n_samplings}.")
        self.model = model
        self.dataset = dataset
        self.n_samplings = n_samplings

    @cached_property
    def averages(self) -> torch.Tensor:
        """Mean latent of each class, in the order of labels: (classes, latent features)."""
        encoding = self._encoding
        latents = encoding.latents.mean(dim=0)
        return torch.stack(
            [latents[encoding.labels == index].mean(dim=0) for index in range(len(encoding.classes))]
        )

    @property
    def _averages(self) -> torch.Tensor:
        """The name under which the notebook asks for ``averages``."""
        return self.averages

    def compare_reconstruction_with_original(self) -> None:
        """Show the first image of each class and its reconstruction."""
        if is_grading():
            return
        encoding, chosen = self._encoding, self._first_of_each_class()
        reconstructions = self._decode(encoding.latents[0, chosen])
        images = torch.stack([encoding.images[chosen], reconstructions])
        plot_mosaic(images, ["oryginał", "rekonstrukcja"], encoding.classes, "Oryginały i rekonstrukcje")

    def compare_samplings(self) -> None:
        """Show the first image of each class and a reconstruction from each of its latents."""
        if is_grading():
            return
        if self.n_samplings == 1:
            print("Do porównania próbek potrzeba co najmniej dwóch: podaj n_samplings większe niż 1.")
            return
        encoding, chosen = self._encoding, self._first_of_each_class()
        reconstructions = [self._decode(latents) for latents in encoding.latents[:, chosen]]
        rows = ["oryginał", *(f"próbka {number}" for number in range(1, self.n_samplings + 1))]
        images = torch.stack([encoding.images[chosen], *reconstructions])
        plot_mosaic(images, rows, encoding.classes, "Rekonstrukcje z kilku próbek tego samego rozkładu")

    def average_points_per_class(self) -> None:
        """Show the image decoded from the mean latent of each class."""
        if is_grading():
            return
        images = self._decode(self.averages).unsqueeze(0)
        plot_mosaic(images, ["obraz"], self._encoding.classes, "Obrazy ze średnich wektorów ukrytych klas")

    def analyze_features(self, latent_code: torch.Tensor | Sequence[float], steps: int) -> None:
        """Show how each latent feature alone changes the image.

        :param latent_code: (latent features,), the latent to start from
        :param steps: images in a row; the feature goes evenly from the 2.5 % to the 97.5 % quantile of its
            own values over the data set, the other features keep their values
        """
        if is_grading():
            return
        values = self._traversal(steps)
        codes = torch.as_tensor(latent_code, dtype=values.dtype).repeat(*values.shape, 1)
        n_features = len(values)
        codes[torch.arange(n_features), :, torch.arange(n_features)] = values
        images = self._decode(codes.flatten(0, 1)).unflatten(0, values.shape)
        rows = [f"$z_{{{index}}}$" for index in range(n_features)]
        plot_mosaic(images, rows, [""] * steps, "Zmiana pojedynczych cech ukrytych")

    def analyze_tsne(self, n_points: int | None = 2500) -> None:
        """Show the latents on a plane (t-SNE), with the mean of each class.

        :param n_points: how many latents to show, each class in its proportion; None shows all
        """
        if is_grading():
            return
        encoding = self._encoding
        chosen = self._stratified(n_points)
        points = torch.cat([encoding.latents[0, chosen], self.averages]).numpy()
        tsne = TSNE(
            init="pca" if points.shape[1] > 1 else "random",
            perplexity=min(30.0, (len(points) - 1) / 3),
            random_state=0,
        )
        plane = tsne.fit_transform(points)
        n = len(chosen)
        plot_map(
            plane[:n],
            encoding.labels[chosen].numpy(),
            plane[n:],
            encoding.classes,
            "Przestrzeń ukryta (t-SNE)",
        )

    @cached_property
    def _encoding(self) -> Encoding:
        """One pass over the data set."""
        images, labels = stack_dataset(self.dataset)[:2]
        if images.dim() == 3:
            images = images.unsqueeze(1)
        values, indices = labels.unique(return_inverse=True)
        with frozen(self.model):
            latents = torch.stack(
                [
                    torch.cat([self.model.encoder_forward(x) for x in images.split(EVALUATION_BATCH)])
                    for _ in range(self.n_samplings)
                ]
            )
        return Encoding(images, indices, [str(value) for value in values.tolist()], latents)

    def _decode(self, latents: torch.Tensor) -> torch.Tensor:
        """Images of latents: (n, latent features) -> (n, channels, height, width)."""
        with frozen(self.model):
            return self.model.decoder_forward(latents).reshape(-1, *self._encoding.images.shape[1:])

    def _first_of_each_class(self) -> list[int]:
        """Index in the data set of the first image of each class."""
        encoding = self._encoding
        return [int((encoding.labels == index).nonzero()[0]) for index in range(len(encoding.classes))]

    def _traversal(self, steps: int) -> torch.Tensor:
        """Values that each latent feature takes in ``analyze_features``: (latent features, steps)."""
        latents = self._encoding.latents.flatten(0, 1).numpy()
        low, high = np.quantile(latents, TRAVERSAL_QUANTILES, axis=0)
        return torch.as_tensor(np.linspace(low, high, steps, axis=1), dtype=self._encoding.latents.dtype)

    def _stratified(self, n_points: int | None) -> torch.Tensor:
        """Indices of the first images of each class, as many as is the class's share of ``n_points``."""
        labels = self._encoding.labels
        share = 1.0 if n_points is None else min(1.0, n_points / len(labels))
        members = [(labels == index).nonzero().flatten() for index in range(len(self._encoding.classes))]
        return torch.cat([indices[: max(1, round(share * len(indices)))] for indices in members])
