"""A small grid of trainings: what the arguments of a variational autoencoder change.

    fixed = {"n_data_features": 784, "n_encoder_hidden_features": 128, "n_decoder_hidden_features": 128}
    grid = {"beta": [1, 3, 10], "n_latent_features": [2, 10]}
    table = sweep(BetaVariationalAutoencoder, grid, train_dataset, val_dataset, fixed)
    plot_sweep(table)

Finished runs are kept, one JSON file each, and a sweep that is started again trains only what is missing. A kept run
is used again when all of these are the same: the name of the class, every argument, the images and labels of both
data sets, the work profile, and how the training begins: the loss and the size of its gradient for the first images.
By the last of them a class whose code has changed is trained anew. It does not see code that changes the training only
later, e.g. a β that grows from epoch to epoch: after a change of such code take another folder. Images that are changed
at random whenever they are read are never the same.
"""

import hashlib
import inspect
import itertools
import json
import math
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
import pyro
import torch
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from pyro.infer import Trace_ELBO
from torch import nn
from torch.utils.data import DataLoader, Dataset, TensorDataset
from tqdm.auto import tqdm

from src.ae import BaseAutoEncoder
from src.batches import stack_labelled
from src.elbo import make_objective
from src.plots import PALETTE, add_caption
from src.profile import is_grading, work_profile
from src.representation import Posterior, represent, require_posterior
from src.training import TrainingHistory, fit
from src.usefulness import probe

TRAINING: dict[str, Any] = {"epochs": 5, "batch_size": 32, "lr": 1e-3, "seed": 0}
"""Arguments of the training, and their values where neither ``grid`` nor ``fixed`` has them."""

MEASURES = (
    "loss",
    "reconstruction",
    "kl",
    "active_units",
    "effective_dimension",
    "linear_accuracy",
    "neighbours_accuracy",
    "seconds",
    "error",
)
"""Columns of the table beside the arguments."""

_PANELS = {
    "reconstruction": ("Błąd rekonstrukcji: $-\\log\\,p(x|z)$", "naty na obraz"),
    "kl": ("Dywergencja KL", "naty na obraz"),
    "active_units": ("Aktywne współrzędne", "liczba"),
    "linear_accuracy": ("Klasyfikator liniowy na średnich $q(z|x)$", "dokładność"),
}
_BY_NAME = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)

FIRST_IMAGES = 100
"""So many images tell how a training begins."""


def sweep(
    model_class: type[BaseAutoEncoder],
    grid: Mapping[str, Collection],
    train_dataset: Dataset,
    val_dataset: Dataset,
    fixed: Mapping[str, Any] | None = None,
    folder: str | Path = "sweeps",
) -> pd.DataFrame:
    """Train and measure a model for each combination of the values in ``grid``.

    Torch's random stream and Pyro's parameters are afterwards as they were.

    :param model_class: a variational autoencoder, ``BetaVariationalAutoencoder`` for one
    :param grid: values to try, by the name of an argument: one of the constructor or of ``TRAINING``
    :param train_dataset: items (image, label), image (channels, height, width)
    :param val_dataset: the same, to measure on
    :param fixed: the other arguments, the same in each run
    :param folder: where finished runs are kept; a sweep that was interrupted goes on from there
    :return: a row for each combination, in the order of ``grid``: its values, and on the validation set ``loss``
        (β included), ``reconstruction`` and ``kl`` (β left out), in nats per image; ``active_units`` and
        ``effective_dimension``, as in ``Posterior``; ``linear_accuracy`` and ``neighbours_accuracy`` of ``probe``,
        from 0 to 1; ``seconds`` of training. If a training diverged: ``error``, what happened, and no other measure
    :raises ValueError: the class is not a variational autoencoder, or arguments do not fit it
    """
    fixed = fixed or {}
    _check_arguments(model_class, grid, fixed)
    points = [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]
    runs = [Run(model_class, {**TRAINING, **fixed, **point}) for point in points]
    first_images, data = _first_images_and_digest(train_dataset, val_dataset)
    files = [Path(folder) / f"{run.key(first_images, data)}.json" for run in runs]
    results = {file: json.loads(file.read_text())["result"] for file in files if file.exists()}
    unfinished = {file: run for file, run in zip(files, runs, strict=True) if file not in results}
    total = len(results) + len(unfinished)
    with tqdm(total=total, initial=len(results), desc="Przebiegi", unit="przebieg", disable=is_grading()) as bar:
        for file, run in unfinished.items():
            results[file] = run.result(train_dataset, val_dataset)
            if "error" not in results[file]:
                _write(file, {"run": run.description, "result": results[file]})
            bar.update()
    rows = [point | results[file] for point, file in zip(points, files, strict=True)]
    return pd.DataFrame(rows, columns=[*grid, *MEASURES]).astype({"active_units": "Int64"})


@dataclass(frozen=True)
class Run:
    """One training of a sweep; ``arguments`` are those of the constructor and of ``TRAINING``."""

    model_class: type[BaseAutoEncoder]
    arguments: Mapping[str, Any]

    @property
    def description(self) -> dict[str, Any]:
        """The run for a reader of its file."""
        return {"class": self.model_class.__qualname__, "profile": work_profile(), "arguments": dict(self.arguments)}

    def key(self, first_images: TensorDataset, data: str) -> str:
        """The same for the same run, and another for any other: 16 hexadecimal digits.

        :param data: digest of the data sets
        """
        parts = [self.description, data, self._beginning(first_images), MEASURES]
        return hashlib.sha256(json.dumps(parts, sort_keys=True, default=repr).encode()).hexdigest()[:16]

    def result(self, train_dataset: Dataset, val_dataset: Dataset) -> dict[str, Any]:
        """Train a model and measure it: values by their names in ``MEASURES``; only ``error`` if the loss diverged."""
        with torch.random.fork_rng(devices=[]), pyro.get_param_store().scope():
            model, start = self._new_model(), time.perf_counter()
            try:
                history = self._fit(model, train_dataset, val_dataset)
            except RuntimeError as error:
                return {"error": str(error)}
            seconds = time.perf_counter() - start
            posterior = _posterior(model, val_dataset)
            accuracies = probe(represent(model, train_dataset), posterior)
        return {
            "loss": history.val["loss"][-1],
            "reconstruction": history.val["reconstruction"][-1],
            "kl": history.val["kl"][-1],
            "active_units": int(posterior.is_active.sum()),
            "effective_dimension": posterior.effective_dimension,
            "linear_accuracy": accuracies.linear.value,
            "neighbours_accuracy": accuracies.neighbours.value,
            "seconds": seconds,
        }

    def _fit(self, model: Any, train_dataset: Dataset, val_dataset: Dataset) -> TrainingHistory:
        """Train the model; RuntimeError if its loss diverges, be it by the very last step."""
        batch_size = self.arguments["batch_size"]
        train_loader = DataLoader(train_dataset, batch_size, shuffle=True, drop_last=True)
        val_loader = DataLoader(val_dataset, batch_size)
        epochs, lr = self.arguments["epochs"], self.arguments["lr"]
        history = fit(model, epochs, train_loader, val_loader, lr, **_minus_elbo(model), keep_bar=False)
        loss = history.val["loss"][-1]
        if not math.isfinite(loss):
            raise RuntimeError(f"Wartość funkcji kosztu na zbiorze walidacyjnym to {loss}. Spróbuj mniejszego lr.")
        return history

    def _beginning(self, first_images: TensorDataset) -> list[str]:
        """Loss and norm of its gradient for the first images, before any step.

        Five digits: processors differ in the seventh.
        """
        with torch.random.fork_rng(devices=[]), pyro.get_param_store().scope():
            model = self._new_model()
            _posterior(model, first_images)  # what cannot be measured is not trained
            loss, parts = make_objective(model, **_minus_elbo(model))(first_images.tensors[0])
            loss.backward()
        gradients = [parameter.grad for parameter in model.parameters() if parameter.grad is not None]
        return [f"{number:.4e}" for number in (parts["loss"], nn.utils.get_total_norm(gradients).item())]

    def _new_model(self) -> Any:
        """A model with the first weights of this run; sets torch's seed."""
        torch.manual_seed(self.arguments["seed"])
        return self.model_class(**{name: self.arguments[name] for name in self.arguments.keys() - TRAINING.keys()})


def plot_sweep(table: pd.DataFrame) -> None:
    """Open a figure with four measures over one argument, in lines of equal values of the other argument.

    :param table: of ``sweep``, with one or two arguments that vary; β, if it does, is on the horizontal axis
    :raises ValueError: no argument varies among the trainings that succeeded, or more than two
    """
    if is_grading():
        return
    measured = table[table["error"].isna()]
    x, *others = _varied_arguments(measured)
    figure, axes = plt.subplots(2, 2, figsize=(10, 7.5), sharex=True, layout="constrained")
    for axis, (measure, (title, unit)) in zip(axes.flat, _PANELS.items(), strict=True):
        _draw_lines(axis, measured, measure, x, others)
        axis.set(title=title, ylabel=unit)
        axis.grid(alpha=0.3)
    axes[1, 0].set(xlabel=x, ylim=(0, None))
    axes[1, 0].yaxis.set_major_locator(MaxNLocator(integer=True))
    axes[1, 1].set_xlabel(x)
    if others:
        axes[0, 0].legend(title=others[0])
    n_failed = len(table) - len(measured)
    failed = f" Nieudane treningi pominięto ({n_failed} z {len(table)})." if n_failed else ""
    figure.suptitle(f"Jak model zależy od argumentów: {', '.join([x, *others])}")
    add_caption(
        figure,
        "Każdy punkt to jeden model, zmierzony na zbiorze walidacyjnym: zobacz, ile błędu rekonstrukcji kosztuje "
        f"mniejsza dywergencja KL i czy razem z nią ubywa aktywnych współrzędnych i dokładności.{failed}",
    )


def _varied_arguments(measured: pd.DataFrame) -> list[str]:
    """Names of the one or two arguments with more than one value; β first."""
    varied = [name for name in measured.columns if name not in MEASURES and measured[name].astype(str).nunique() > 1]
    if not 1 <= len(varied) <= 2:
        raise ValueError(
            "Wykres pokazuje wpływ jednego lub dwóch argumentów, a wśród udanych treningów różne wartości "
            f"{'mają: ' + ', '.join(varied) if varied else 'nie ma żaden'}. Jeśli argumentów jest za dużo, "
            "wybierz część wierszy, np. table[table.lr == 0.001]."
        )
    return sorted(varied, key=lambda name: name != "beta")


def _draw_lines(axis: Axes, measured: pd.DataFrame, measure: str, x: str, others: list[str]) -> None:
    """A measure over argument ``x``; a line for each value of the other argument, if there is one."""
    groups = measured.groupby(others, sort=True) if others else [(("",), measured)]
    for number, ((value,), group) in enumerate(groups):
        is_number = pd.api.types.is_numeric_dtype(group[x])
        line = group.sort_values(x) if is_number else group.astype({x: str})
        axis.plot(line[x], line[measure], marker="o", color=PALETTE[number % len(PALETTE)], label=value)
    if not is_number:
        return
    values = sorted(measured[x].unique())
    if values[0] > 0 and values[-1] >= 10 * values[0]:
        axis.set_xscale("log")
    axis.set_xticks(values, [f"{value:g}" for value in values], minor=False)
    axis.minorticks_off()


def _first_images_and_digest(train_dataset: Dataset, val_dataset: Dataset) -> tuple[TensorDataset, str]:
    """The first items of the training set, and a digest of all images and labels of both."""
    columns = [column for dataset in (train_dataset, val_dataset) for column in stack_labelled(dataset)[:2]]
    digest = hashlib.sha256()
    for column in columns:
        digest.update(column.contiguous().numpy().data)
    return TensorDataset(*(column[:FIRST_IMAGES].clone() for column in columns[:2])), digest.hexdigest()


def _posterior(model: Any, dataset: Dataset) -> Posterior:
    return require_posterior(represent(model, dataset), "Przegląd hiperparametrów")


def _minus_elbo(model: Any) -> dict[str, Any]:
    """Arguments of ``fit`` for a variational autoencoder."""
    return {"loss_fn": Trace_ELBO().differentiable_loss, "loss_fn_args": (model.model, model.guide)}


def _write(file: Path, content: dict[str, Any]) -> None:
    """All of it or nothing, whenever the program is stopped."""
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(".tmp")
    unfinished.write_text(json.dumps(content, ensure_ascii=False, indent=1, default=repr))
    unfinished.replace(file)


def _check_arguments(model_class: Any, grid: Mapping[str, Collection], fixed: Mapping[str, Any]) -> None:
    """Before hours of training: the arguments exist, none is missing, none is given twice, each has values."""
    if not isinstance(model_class, type):
        raise ValueError("Jako model_class podaj klasę, np. VariationalAutoencoder, a nie utworzony już model.")
    accepted, given = _constructor_arguments(model_class), [*grid, *fixed]
    unknown = [name for name in given if name not in accepted and name not in TRAINING]
    if unknown:
        raise ValueError(
            f"Klasa {model_class.__name__} nie ma argumentu: {', '.join(unknown)}. "
            f"Argumenty modelu: {', '.join(accepted)}; argumenty treningu: {', '.join(TRAINING)}."
        )
    if grid.keys() & fixed.keys():
        raise ValueError(f"W grid i w fixed jest ten sam argument: {', '.join(grid.keys() & fixed.keys())}.")
    own = inspect.signature(model_class).parameters.values()
    required = [
        parameter.name for parameter in own if parameter.kind in _BY_NAME and parameter.default is parameter.empty
    ]
    missing = [name for name in required if name not in given]
    if missing:
        raise ValueError(f"Brakuje argumentów klasy {model_class.__name__}: {', '.join(missing)}. Podaj je w fixed.")
    for name, values in grid.items():
        if isinstance(values, str) or not isinstance(values, Collection) or len(values) == 0:
            raise ValueError(f"Wartości argumentu {name} podaj w grid jako niepustą listę, a nie jako {values!r}.")


def _constructor_arguments(model_class: type) -> list[str]:
    """Names of the arguments that a class takes, with those that it hands on to its base class by ``**kwargs``."""
    names: list[str] = []
    for base in model_class.__mro__:
        if "__init__" in vars(base):
            _, *arguments = inspect.signature(vars(base)["__init__"]).parameters.values()
            names += [argument.name for argument in arguments if argument.kind in _BY_NAME]
            if all(argument.kind is not inspect.Parameter.VAR_KEYWORD for argument in arguments):
                break
    return names
