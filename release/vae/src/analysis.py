"""Analyses of a trained autoencoder: reconstructions, class means, latent features, the latent space."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch.utils.data import Dataset

from src.ae import BaseAutoEncoder
from src.batches import EVALUATION_BATCH, stack_labelled
from src.evaluation import frozen
from src.plots import plot_map, plot_mosaic
from src.profile import is_grading
from src.traversal import traversal, traversal_values


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
    evaluation mode and left in the mode it had. After further training make a new analyzer.
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
        members = (encoding.labels == index for index in range(len(encoding.classes)))
        return torch.stack([latents[of_class].mean(dim=0) for of_class in members])

    @property
    def _averages(self) -> torch.Tensor:
        """``averages`` under the name that earlier editions of the notebook use."""
        return self.averages

    def compare_reconstruction_with_original(self) -> None:
        """Show the first image of each class and its reconstruction."""
        if is_grading():
            return
        encoding, chosen = self._encoding, self._first_of_each_class()
        images = torch.stack([encoding.images[chosen], self._decode(encoding.latents[0, chosen])])
        title = "Oryginał i rekonstrukcja obrazu z każdej klasy"
        plot_mosaic(images, ["oryginał", "rekonstrukcja"], encoding.classes, title)

    def compare_samplings(self) -> None:
        """Show the first image of each class and a reconstruction from each latent drawn for it."""
        if is_grading():
            return
        if self.n_samplings == 1:
            print("Nie ma czego porównać: podaj n_samplings większe niż 1, np. n_samplings=5.")
            return
        encoding, chosen = self._encoding, self._first_of_each_class()
        reconstructions = [self._decode(latents) for latents in encoding.latents[:, chosen]]
        images = torch.stack([encoding.images[chosen], *reconstructions])
        rows = ["oryginał", *(f"próbka {number}" for number in range(1, self.n_samplings + 1))]
        title = "Rekonstrukcje z kilku próbek wektora ukrytego tego samego obrazu"
        plot_mosaic(images, rows, encoding.classes, title)

    def average_points_per_class(self) -> None:
        """Show the image decoded from the mean latent of each class."""
        if is_grading():
            return
        images = self._decode(self.averages).unsqueeze(0)
        plot_mosaic(
            images, [""], self._encoding.classes, "Obraz zdekodowany ze średniego wektora ukrytego każdej klasy"
        )

    def analyze_features(self, latent_code: torch.Tensor | Sequence[float], steps: int) -> None:
        """Show how each latent feature alone changes the image, one feature in a row.

        :param latent_code: (latent features,), the latent to start from
        :param steps: images in a row, at least 2; along it the feature goes evenly from the 2.5 % to the
            97.5 % quantile of its own values over the data set, and the others stay as in ``latent_code``
        :raises ValueError: wrong size of ``latent_code``, or fewer than 2 steps
        """
        if is_grading():
            return
        values = traversal_values(self._encoding.latents.flatten(0, 1), steps)
        images = self._decode(traversal(latent_code, values).flatten(0, 1)).unflatten(0, values.shape)
        lows = [f"z[{index}]: {low:.1f}" for index, low in enumerate(values[:, 0])]
        highs = [f"{high:.1f}" for high in values[:, -1]]
        columns = ["2,5%", *[""] * (steps - 2), "97,5%"]
        title = "Wpływ pojedynczych cech wektora ukrytego na obraz"
        subtitle = "(w wierszu cecha przechodzi między kwantylami swoich wartości w zbiorze)"
        plot_mosaic(images, lows, columns, f"{title}\n{subtitle}", highs)

    def analyze_tsne(self, n_points: int | None = 2500) -> None:
        """Show the latents on a plane (t-SNE), with the mean of each class.

        :param n_points: how many latents to show, each class in its proportion; None shows all of them
        """
        if is_grading():
            return
        from src.embedding import stratified, tsne  # here, as scikit-learn takes a second to import

        encoding = self._encoding
        chosen = stratified(encoding.labels, n_points)
        plane = tsne(torch.cat([encoding.latents[0, chosen], self.averages]).numpy())
        points, means = plane[: len(chosen)], plane[len(chosen) :]
        labels = encoding.labels[chosen].numpy()
        plot_map(points, labels, means, encoding.classes, "Przestrzeń ukryta (t-SNE) i średnie klas")

    @cached_property
    def _encoding(self) -> Encoding:
        """One pass over the data set."""
        images, indices, classes = stack_labelled(self.dataset)
        with frozen(self.model):
            latents = torch.stack([self._encode(images) for _ in range(self.n_samplings)])
        if not latents.isfinite().all():
            raise ValueError("Koder zwraca wektory ukryte z wartościami NaN lub nieskończonymi.")
        return Encoding(images, indices, classes, latents)

    def _encode(self, images: torch.Tensor) -> torch.Tensor:
        """One latent for each image: (n, channels, height, width) -> (n, latent features)."""
        return torch.cat([self.model.encoder_forward(x) for x in images.split(EVALUATION_BATCH)])

    def _decode(self, latents: torch.Tensor) -> torch.Tensor:
        """Images of latents: (n, latent features) -> (n, channels, height, width)."""
        with frozen(self.model):
            return self.model.decoder_forward(latents).reshape(-1, *self._encoding.images.shape[1:])

    def _first_of_each_class(self) -> list[int]:
        """Index in the data set of the first image of each class."""
        encoding = self._encoding
        return [int((encoding.labels == index).nonzero()[0]) for index in range(len(encoding.classes))]
