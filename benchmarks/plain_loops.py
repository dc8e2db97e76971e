"""`train_ae` and `AutoEncoderAnalyzer` written the way most course code is: the yardstick of `benchmarks.speed`.

Stands in for `src/utils.py`, with the same calls and the same results, and nothing done to be quick: items pass
through the DataLoader one by one, errors take a second forward pass, every image gets axes of its own, every
analysis encodes the data again, and t-SNE takes all 10,000 points. Nothing is done to be slow, either.
"""

import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.manifold import TSNE
from torch.nn import functional
from torch.utils.data import DataLoader
from tqdm.auto import tqdm


def train_ae(model, epochs, train_loader, val_loader, lr, loss_fn, loss_fn_args=None):
    """Train with Adam and plot loss and MSE; returns both by split, one value an epoch."""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"train": [], "val": []}
    for _ in tqdm(range(epochs)):
        model.train()
        history["train"].append(run_epoch(model, train_loader, loss_fn, loss_fn_args, optimizer))
        model.eval()
        with torch.no_grad():
            history["val"].append(run_epoch(model, val_loader, loss_fn, loss_fn_args))
    _, axes = plt.subplots(1, 2, figsize=(12, 4))
    for split, values in history.items():
        for axis, title, curve in zip(axes, ("loss", "MSE"), zip(*values, strict=True), strict=True):
            axis.plot(curve, label=split)
            axis.set_title(title)
            axis.legend()
    plt.show()
    return history


def run_epoch(model, loader, loss_fn, loss_fn_args, optimizer=None):
    """Mean loss of a batch and mean MSE; trains where there is an optimizer."""
    losses, errors = [], []
    for x, _ in tqdm(loader, leave=False):
        loss = loss_fn(model(x), x) if loss_fn_args is None else loss_fn(*loss_fn_args, x)
        if optimizer is not None:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            errors.append(functional.mse_loss(model(x), x).item())
        losses.append(loss.item())
    return np.mean(losses), np.mean(errors)


class AutoEncoderAnalyzer:
    """The analyses of the notebook."""

    def __init__(self, model, dataset, n_samplings=1):
        self.model = model.eval()
        self.dataset = dataset
        self.n_samplings = n_samplings

    @property
    def averages(self):
        """Mean latent of each class: (classes, latent features)."""
        latents, labels = self.encode()
        return torch.stack([latents[labels == digit].mean(dim=0) for digit in range(10)])

    _averages = averages

    @torch.no_grad()
    def encode(self):
        """Latents (N, latent features) and labels (N,) of the data set."""
        latents, labels = [], []
        for x, y in DataLoader(self.dataset, batch_size=32):
            latents.append(self.model.encoder_forward(x))
            labels.append(y)
        return torch.cat(latents), torch.cat(labels)

    def first_of_each_class(self):
        """The first image of each class: (10, 1, 28, 28)."""
        firsts = {}
        for x, y in self.dataset:
            firsts.setdefault(int(y), x)
        return torch.stack([firsts[digit] for digit in range(10)])

    def compare_reconstruction_with_original(self):
        """An image of each class above its reconstruction."""
        images = self.first_of_each_class()
        with torch.no_grad():
            show([images, self.model(images)])

    def compare_samplings(self):
        """An image of each class above reconstructions from several draws."""
        images = self.first_of_each_class()
        with torch.no_grad():
            show([images] + [self.model(images) for _ in range(self.n_samplings)])

    def average_points_per_class(self):
        """The image of the mean latent of each class."""
        with torch.no_grad():
            show([self.model.decoder_forward(self.averages)])

    def analyze_features(self, latent_code, steps):
        """Images along each latent feature, over the range of its values."""
        latents, _ = self.encode()
        rows = []
        for feature in range(len(latent_code)):
            codes = latent_code.repeat(steps, 1)
            codes[:, feature] = torch.linspace(latents[:, feature].min(), latents[:, feature].max(), steps)
            with torch.no_grad():
                rows.append(self.model.decoder_forward(codes))
        show(rows)

    def analyze_tsne(self):
        """All latents on a plane, coloured by class."""
        latents, labels = self.encode()
        points = TSNE().fit_transform(latents.numpy())
        plt.figure(figsize=(8, 8))
        plt.scatter(*points.T, c=labels, s=3, cmap="tab10")
        plt.colorbar()


def show(rows):
    """Rows of images, each on axes of its own."""
    _, axes = plt.subplots(len(rows), len(rows[0]), figsize=(len(rows[0]), len(rows)), squeeze=False)
    for axes_row, images in zip(axes, rows, strict=True):
        for axis, image in zip(axes_row, images, strict=True):
            axis.imshow(image.squeeze(), cmap="gray", vmin=0, vmax=1)
            axis.axis("off")
