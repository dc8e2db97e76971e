"""Training of an autoencoder."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice

import torch
from torch import nn
from torch.nn.parameter import is_lazy
from torch.utils.data import DataLoader, IterableDataset
from tqdm.auto import tqdm

from src.adam import Adam
from src.batches import evaluation_batches, image_batches
from src.elbo import Objective, Parts, make_objective
from src.evaluation import frozen
from src.latents import ACTIVE, activity, kl_from_prior
from src.plots import plot_history
from src.profile import GRADING_STEPS, is_grading


@dataclass(repr=False)
class TrainingHistory:
    """Mean values of each epoch, by name: ``loss`` and ``mse``, with Pyro also ``reconstruction`` and ``kl``.

    Training values are means over the epoch, while the model changes; validation values are taken at its
    end. ``mse`` is a mean over pixels. With Pyro the others are in nats per image (sum over the pixels or
    latent features, mean over images); ``reconstruction`` is -log p(x|z), ``kl`` the divergence, unscaled.

    Of a variational autoencoder, on validation images at the end of each epoch: ``kl_per_latent``,
    KL(q(z|x) || p(z)) of each latent in closed form, in nats per image; ``active_units``, how many latents are
    active. Empty where q(z|x) is not normal or p(z) is not N(0, I).
    """

    train: dict[str, list[float]] = field(default_factory=dict)
    val: dict[str, list[float]] = field(default_factory=dict)
    kl_per_latent: list[list[float]] = field(default_factory=list)
    active_units: list[int] = field(default_factory=list)

    def append(self, train: Parts, val: Parts) -> None:
        """Add one epoch."""
        for values, means in ((self.train, train), (self.val, val)):
            for name, mean in means.items():
                values.setdefault(name, []).append(mean)

    def append_latents(self, z_loc: torch.Tensor, z_scale: torch.Tensor) -> None:
        """Add one epoch's latents of all validation images, (N, Z) each."""
        self.kl_per_latent.append(kl_from_prior(z_loc, z_scale).mean(dim=0).tolist())
        self.active_units.append(int((activity(z_loc) > ACTIVE).sum()))

    def __len__(self) -> int:
        """Number of epochs."""
        return len(self.train["loss"])

    def __repr__(self) -> str:
        loss, mse = self.val["loss"][-1], self.val["mse"][-1]
        return f"Historia treningu: liczba epok: {len(self)}; walidacja: koszt {loss:.4g}, MSE {mse:.4g}"


def train_ae(
    model: nn.Module,
    epochs: int,
    train_loader: DataLoader,
    val_loader: DataLoader,
    lr: float,
    loss_fn: Callable,
    loss_fn_args: Sequence | None = None,
) -> TrainingHistory:
    """Train an autoencoder with Adam, then plot how the training went. The model ends in evaluation mode.

    :param model: autoencoder; ``model(x)`` is the reconstruction of x
    :param epochs: passes over the training set, at least 1
    :param train_loader: batches of training images, (batch, channels, height, width), labels are ignored
    :param val_loader: batches of validation images
    :param lr: learning rate
    :param loss_fn: ``loss_fn(model(x), x)``, e.g. ``nn.MSELoss()``, or, with ``loss_fn_args``,
        ``loss_fn(*loss_fn_args, x)``, e.g. ``Trace_ELBO().differentiable_loss``, a sum over the batch
    :param loss_fn_args: for Pyro: ``(model.model, model.guide)``
    :raises ValueError: arguments do not fit together, or a loader gives no batch
    :raises RuntimeError: the loss became NaN or infinite
    """
    history = fit(model, epochs, train_loader, val_loader, lr, loss_fn, loss_fn_args)
    if not is_grading():
        plot_history(history.train, history.val, history.kl_per_latent, history.active_units)
    return history


def fit(
    model: nn.Module,
    epochs: int,
    train_loader: DataLoader,
    val_loader: DataLoader,
    lr: float,
    loss_fn: Callable,
    loss_fn_args: Sequence | None = None,
    keep_bar: bool = True,
) -> TrainingHistory:
    """Train as ``train_ae`` does, without a figure.

    :param keep_bar: whether the progress bar stays on the screen afterwards
    """
    if epochs < 1:
        raise ValueError(f"Liczba epok (epochs) musi wynosić co najmniej 1, a podano {epochs}.")
    epochs, steps, val_steps = (1, GRADING_STEPS, 1) if is_grading() else (epochs, None, None)
    objective = make_objective(model, loss_fn, loss_fn_args)
    train_batches, val_batches = image_batches(train_loader), evaluation_batches(val_loader)
    _complete_lazy_layers(model, val_batches)
    optimizer = Adam(model.parameters(), lr)
    history = TrainingHistory()
    try:
        with _quick_arithmetic(model), _progress_bars(epochs, train_loader, keep_bar) as (epoch_bar, step_bar):
            for epoch in range(1, epochs + 1):
                train = _train_epoch(model, objective, islice(train_batches, steps), optimizer, epoch, step_bar)
                val, latents = _validate(model, objective, islice(val_batches, val_steps))
                history.append(train, val)
                if latents is not None:
                    history.append_latents(*latents)
                epoch_bar.set_postfix_str(f"walidacja: koszt {history.val['loss'][-1]:.4g}", refresh=False)
                epoch_bar.update()
    finally:
        model.eval()
    return history


def _complete_lazy_layers(model: nn.Module, batches: Iterable[torch.Tensor]) -> None:
    """Give layers that take their size from their first input (``nn.LazyLinear``) their parameters."""
    if any(is_lazy(parameter) for parameter in model.parameters()):
        with frozen(model):
            model(next(iter(batches)))


def _train_epoch(
    model: nn.Module,
    objective: Objective,
    batches: Iterable[torch.Tensor],
    optimizer: Adam,
    epoch: int,
    bar: tqdm,
) -> Parts:
    """One step for each batch; means over their images."""
    model.train()
    bar.reset()
    means = _Means()
    for step, x in enumerate(batches, start=1):
        optimizer.zero_grad()
        loss, parts = objective(x)
        _check_finite(parts["loss"], epoch, step)
        loss.backward()
        optimizer.step()
        means.add(parts, len(x))
        bar.set_postfix_str(f"koszt {parts['loss']:.4g}", refresh=False)
        bar.update()
    return means.result("train_loader")


def _validate(
    model: nn.Module, objective: Objective, batches: Iterable[torch.Tensor]
) -> tuple[Parts, tuple[torch.Tensor, torch.Tensor] | None]:
    """Means over all images of the batches, and ``z_loc`` and ``z_scale`` of these where the objective knows them."""
    means, posteriors = _Means(), []
    with frozen(model):
        for x in batches:
            means.add(objective(x)[1], len(x))
            posteriors.append(objective.posterior)
    result = means.result("val_loader")
    known = [posterior for posterior in posteriors if posterior is not None]
    if len(known) < len(posteriors):
        return result, None
    z_loc, z_scale = map(torch.cat, zip(*known, strict=True))
    return result, (z_loc, z_scale)


class _Means:
    """Means over images of values that are means over batches, so that a short batch counts for less."""

    def __init__(self) -> None:
        self.sums: dict[str, float] = {}
        self.n_images = 0

    def add(self, parts: Parts, n_images: int) -> None:
        for name, mean in parts.items():
            self.sums[name] = self.sums.get(name, 0.0) + mean * n_images
        self.n_images += n_images

    def result(self, loader_name: str) -> Parts:
        if self.n_images == 0:
            raise ValueError(
                f"{loader_name} nie dał ani jednej porcji danych: zbiór jest pusty "
                "albo mniejszy niż batch_size przy drop_last=True."
            )
        return {name: total / self.n_images for name, total in self.sums.items()}


def _check_finite(loss: float, epoch: int, step: int) -> None:
    if not math.isfinite(loss):
        raise RuntimeError(
            f"Wartość funkcji kosztu to {loss} (epoka {epoch}, krok {step}). Sprawdź, czy odchylenie "
            "standardowe z kodera jest zawsze dodatnie, czy wyjście dekodera mieści się w przedziale [0, 1] "
            "i czy współczynnik uczenia (lr) nie jest za duży."
        )


@contextmanager
def _progress_bars(epochs: int, train_loader: DataLoader, keep_bar: bool) -> Iterator[tuple[tqdm, tqdm]]:
    """Bars of epochs and of the steps of the current epoch; none in grading."""
    steps = None if isinstance(train_loader.dataset, IterableDataset) else len(train_loader)
    with (
        tqdm(total=epochs, desc="Epoki", disable=is_grading(), leave=keep_bar) as epoch_bar,
        tqdm(total=steps, desc="Kroki", disable=is_grading(), leave=False) as step_bar,
    ):
        yield epoch_bar, step_bar


@contextmanager
def _quick_arithmetic(model: nn.Module) -> Iterator[None]:
    """Processor settings for the many small steps of a training; afterwards they are as they were.

    Numbers below 1e-38 become 0: Adam's averages for dead neurons sink so low, where arithmetic is many
    times slower (an epoch of the plain autoencoder took 0.55 s instead of 0.35 s, with equal losses).

    Fully connected layers get one thread: sharing products as small as theirs gains little on an idle
    machine and can make them a hundred times slower on a busy one. Convolutions keep all threads.
    """
    threads = torch.get_num_threads()
    flushed = torch.tensor(1e-40).mul(1).item() == 0
    torch.set_flush_denormal(True)
    if all(parameter.dim() <= 2 for parameter in model.parameters()):
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
        torch.set_flush_denormal(flushed)
