"""Checks that students run in the notebook: shapes, ranges and types, and whether training starts.

They help while working; points come from stricter checks, which are not released. Each prints one line when
all is well, and otherwise raises CheckError that says, in Polish, what was found and what was expected.
Random states and Pyro's parameters stay as they were, so that running a check changes no later result.
"""

import functools
import math
import textwrap
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import pyro
import torch
from pyro.infer import Trace_ELBO
from torch import nn
from torch.utils.data import Dataset

from src.ae import BaseAutoEncoder
from src.evaluation import frozen

N_IMAGES, SIDE, N_LATENT = 5, 8, 3
"""Not the sizes of MNIST, so that a network with fixed sizes is noticed."""

SIZES = {
    "n_data_features": SIDE * SIDE,
    "n_encoder_hidden_features": 16,
    "n_decoder_hidden_features": 12,
    "n_latent_features": N_LATENT,
}

INPUTS = ("raw", "ae", "vae")
"""What the classifiers of task 2 are given: pixels, and the latents of two models."""

WEAK_ACCURACY = 0.93
"""On raw pixels the classifier of task 2 must stay below."""


class CheckError(AssertionError):
    """What a check has found. Its cause, if it has one, is an exception of the student's code."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows of the error: the message, and the student's own lines; none of this file or a library."""
        called = traceback.extract_tb(self.__cause__.__traceback__) if self.__cause__ else []
        own = [frame for frame in called if frame.filename != __file__ and "site-packages" not in frame.filename]
        return [
            *textwrap.wrap(str(self), 100),
            *(f"    {frame.name}, wiersz {frame.lineno}: {frame.line}" for frame in own),
        ]


def _told_briefly(check: Callable[..., None]) -> Callable[..., None]:
    """A check whose failed assertions become ``CheckError``."""

    @functools.wraps(check)
    def told(*args: Any, **kwargs: Any) -> None:
        try:
            check(*args, **kwargs)
        except AssertionError as error:
            raise CheckError(str(error)) from error.__cause__

    return told


@_told_briefly
def check_vae(vae_class: type[BaseAutoEncoder]) -> None:
    """Check the networks and methods of a VAE, and that it can be trained.

    :param vae_class: VariationalAutoencoder, as the notebook defines it
    :raises CheckError: something is wrong, or not written yet
    """
    with _isolated():
        _check_autoencoder(_build(vae_class, **SIZES))
    print("Koder, dekoder i klasa VariationalAutoencoder przeszły testy. Dobra robota!")


@_told_briefly
def check_beta_vae(beta_vae_class: type[BaseAutoEncoder]) -> None:
    """Check the same as ``check_vae``, and that beta changes the loss.

    :param beta_vae_class: BetaVariationalAutoencoder, as the notebook defines it
    :raises CheckError: something is wrong, or not written yet
    """
    losses = {}
    for beta in (1.0, 4.0):
        with _isolated():
            model = _build(beta_vae_class, **SIZES, beta=beta)
            _check_autoencoder(model)
            losses[beta] = _loss(model, _images(N_IMAGES)).item()
    assert not math.isclose(losses[1.0], losses[4.0], rel_tol=1e-6), (
        f"Funkcja kosztu modelu o tych samych wagach powinna zależeć od beta, a dla beta=1 i beta=4 "
        f"wynosi tyle samo: {losses[1.0]:.4f}."
    )
    print("Klasa BetaVariationalAutoencoder przeszła testy. Świetnie!")


@_told_briefly
def check_training(model: BaseAutoEncoder, dataset: Dataset) -> None:
    """Check that a VAE has been trained: its loss is lower than with one probability for all pixels.

    :param model: VAE or beta-VAE after training
    :param dataset: items (image, label), image (channels, height, width), values in [0, 1]
    :raises CheckError: the model has not learnt
    """
    assert all(parameter.isfinite().all() for parameter in model.parameters()), (
        "Wśród wag modelu jest NaN lub nieskończoność: trening się nie udał. Sprawdź, czy odchylenie "
        "standardowe jest zawsze dodatnie, a wyjście dekodera mieści się w przedziale [0, 1]."
    )
    images = torch.stack([dataset[index][0] for index in range(100)])
    with _isolated(), frozen(model):
        loss = _loss(model, images).item() / len(images)
    brightness = images.mean()
    entropy = -(brightness * brightness.log() + (1 - brightness) * (1 - brightness).log())
    baseline = images[0].numel() * entropy.item()
    assert loss < baseline, (
        f"Koszt na zbiorze walidacyjnym wynosi {loss:.1f} nata na obraz. Nawet model, który każdemu "
        f"pikselowi przypisuje to samo prawdopodobieństwo, ma koszt {baseline:.1f}. Sprawdź, czy trening "
        "został wykonany na tym modelu i czy koszt podczas treningu malał."
    )
    print(f"Model jest wytrenowany: koszt na zbiorze walidacyjnym to około {loss:.0f} natów na obraz.")


@_told_briefly
def check_classification(classification_results: Mapping[str, Mapping[str, Any]]) -> None:
    """Check the form of the results of task 2.

    :param classification_results: for "raw", "ae" and "vae" a mapping with classifier, accuracy (fraction),
        fit_time and predict_time (seconds)
    :raises CheckError: something is missing, or of a wrong type or range
    """
    _check_keys("classification_results", classification_results, INPUTS)
    for name in INPUTS:
        _check_result(f'classification_results["{name}"]', classification_results[name])
    _check_same_classifier({name: classification_results[name]["classifier"] for name in INPUTS})
    _check_takes_pixels(classification_results["raw"]["classifier"])
    accuracy = float(classification_results["raw"]["accuracy"])
    assert accuracy < WEAK_ACCURACY, (
        f"Dokładność na surowych pikselach wynosi {accuracy:.3f}. To za dobry klasyfikator do tego "
        f"porównania: wybierz słabszy, o dokładności poniżej {WEAK_ACCURACY}."
    )
    print("Słownik classification_results ma poprawną postać. Tak trzymaj!")


@contextmanager
def _isolated() -> Iterator[None]:
    """Random numbers and Pyro's parameters of the check's own; no warnings, which would cost points."""
    with torch.random.fork_rng(devices=[]), pyro.get_param_store().scope(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.manual_seed(0)
        yield


@contextmanager
def _running(part: str) -> Iterator[None]:
    """Around a call of the student's code: its exception becomes an AssertionError that names the part."""
    try:
        yield
    except NotImplementedError as error:
        raise AssertionError(f"{part}: ta część nie jest jeszcze napisana.") from error
    except Exception as error:
        raise AssertionError(f"{part}: kod zgłosił wyjątek {type(error).__name__}: {_cause(error)}") from error


def _cause(error: Exception) -> str:
    """The text of an exception without Pyro's "Error while computing ...", which stands above the cause."""
    lines = str(error).splitlines()
    return "\n".join(lines[1:] if len(lines) > 1 and lines[0].startswith("Error while computing") else lines)


def _build(autoencoder_class: type, **arguments: Any) -> BaseAutoEncoder:
    """The student's model; ``arguments`` of its constructor."""
    name = autoencoder_class.__name__
    assert issubclass(autoencoder_class, BaseAutoEncoder), f"{name} powinno dziedziczyć po BaseAutoEncoder."
    with _running(f"{name}({', '.join(f'{key}={value}' for key, value in arguments.items())})"):
        return autoencoder_class(**arguments)


def _images(n_images: int) -> torch.Tensor:
    """Random images: (n_images, 1, SIDE, SIDE), values in [0, 1]."""
    return torch.rand(n_images, 1, SIDE, SIDE)


def _check_autoencoder(model: BaseAutoEncoder) -> None:
    model.eval()
    with torch.no_grad():
        _check_encoder(model.encoder)
        _check_decoder(model.decoder)
        for n_images in (N_IMAGES, 1):
            _check_forward(model, _images(n_images))
    _check_training_step(model, _images(N_IMAGES))


def _check_encoder(encoder: nn.Module) -> None:
    part = "VEncoder.forward"
    with _running(part):
        output = encoder(_images(N_IMAGES).flatten(start_dim=1))
    assert isinstance(output, tuple | list), (
        f"{part}: oczekiwano pary (z_loc, z_scale), a otrzymano obiekt typu {type(output).__name__}."
    )
    assert len(output) == 2, f"{part}: oczekiwano pary (z_loc, z_scale), a liczba elementów to {len(output)}."
    for name, value in zip(("z_loc", "z_scale"), output, strict=True):
        _check_tensor(f"{part}: {name}", value, (N_IMAGES, N_LATENT))
    smallest = output[1].min().item()
    assert smallest > 0, (
        f"{part}: z_scale to odchylenie standardowe, więc musi być dodatnie dla każdego wejścia, "
        f"a najmniejsza otrzymana wartość to {smallest:.4g}."
    )


def _check_decoder(decoder: nn.Module) -> None:
    part = "VDecoder.forward"
    z = 3 * torch.randn(N_IMAGES, N_LATENT)
    with _running(part):
        r, again = decoder(z), decoder(z)
    _check_tensor(part, r, (N_IMAGES, SIDE * SIDE))
    _check_probabilities(part, r)
    assert torch.equal(r, again), (
        f"{part}: dla tego samego kodu otrzymano dwa różne wyniki. Dekoder niczego nie losuje; "
        "próbkowanie odbywa się poza nim."
    )


def _check_forward(model: BaseAutoEncoder, images: torch.Tensor) -> None:
    part = f"encoder_forward (liczba obrazów: {len(images)})"
    with _running(part):
        z, another = model.encoder_forward(images), model.encoder_forward(images)
    _check_tensor(part, z, (len(images), N_LATENT))
    assert not torch.equal(z, another), (
        f"{part}: dwa wywołania dla tych samych obrazów dały identyczne kody, "
        "a metoda powinna za każdym razem losować nowe próbki."
    )
    part = f"decoder_forward (liczba obrazów: {len(images)})"
    with _running(part):
        r = model.decoder_forward(z)
    _check_tensor(part, r, tuple(images.shape))
    _check_probabilities(part, r)


def _check_training_step(model: BaseAutoEncoder, images: torch.Tensor) -> None:
    model.train()
    loss = _loss(model, images)
    assert loss.isfinite(), f"Krok treningu: koszt powinien być skończoną liczbą, a wynosi {loss.item()}."
    with _running("Krok treningu (obliczenie gradientu)"):
        loss.backward()
    for name, network in (("kodera", model.encoder), ("dekodera", model.decoder)):
        gradients = [parameter.grad for parameter in network.parameters() if parameter.grad is not None]
        assert any(gradient.any() for gradient in gradients), (
            f"Krok treningu: koszt nie zależy od wag {name}, więc trening ich nie zmieni. Sprawdź, czy "
            "warstwy powstają w __init__ jako atrybuty (self. ...) i czy forward z nich korzysta."
        )


def _loss(model: BaseAutoEncoder, images: torch.Tensor) -> torch.Tensor:
    """Minus ELBO, sum over the images, in nats: ()."""
    with _running("Funkcja kosztu ELBO (metody model i guide)"):
        model.encoder_forward(images)  # a model may learn here the shape of an image
        loss = Trace_ELBO().differentiable_loss(model.model, model.guide, images)
    assert isinstance(loss, torch.Tensor), (
        "Funkcja kosztu ELBO: metody model i guide nie wywołują pyro.sample, więc koszt jest stały."
    )
    return loss


def _check_tensor(part: str, value: Any, shape: tuple[int, ...]) -> None:
    assert isinstance(value, torch.Tensor), (
        f"{part}: oczekiwano tensora, a otrzymano obiekt typu {type(value).__name__}."
    )
    assert tuple(value.shape) == shape, (
        f"{part}: oczekiwano tensora o kształcie {shape}, a otrzymano {tuple(value.shape)}."
    )
    assert value.isfinite().all(), f"{part}: wśród wartości jest NaN lub nieskończoność."


def _check_probabilities(part: str, value: torch.Tensor) -> None:
    low, high = value.min().item(), value.max().item()
    assert 0 <= low <= high <= 1, (
        f"{part}: wartości to prawdopodobieństwa, więc muszą leżeć w przedziale [0, 1], "
        f"a otrzymano wartości od {low:.4g} do {high:.4g}."
    )


def _check_keys(name: str, mapping: Any, keys: tuple[str, ...]) -> None:
    assert isinstance(mapping, Mapping), (
        f"{name}: oczekiwano słownika, a otrzymano obiekt typu {type(mapping).__name__}."
    )
    missing = [key for key in keys if key not in mapping]
    assert not missing, f"{name}: brakuje kluczy: {', '.join(missing)}; są: {', '.join(map(str, mapping))}."


def _check_result(name: str, result: Any) -> None:
    _check_keys(name, result, ("classifier", "accuracy", "fit_time", "predict_time"))
    assert callable(getattr(result["classifier"], "predict", None)), (
        f"{name}: classifier powinien mieć metodę predict, a jest to obiekt typu {type(result['classifier']).__name__}."
    )
    accuracy = _as_number(f"{name}: accuracy", result["accuracy"])
    assert 0 <= accuracy <= 1, f"{name}: accuracy to ułamek poprawnych odpowiedzi, od 0 do 1, a podano {accuracy:.4g}."
    for key in ("fit_time", "predict_time"):
        seconds = _as_number(f"{name}: {key}", result[key])
        assert 0 <= seconds < math.inf, f"{name}: {key} to czas w sekundach, a podano {seconds:.4g}."


def _as_number(name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise AssertionError(f"{name}: oczekiwano liczby, a podano {value!r}.") from error


def _check_same_classifier(classifiers: Mapping[str, Any]) -> None:
    names = {key: type(_final_step(classifier)).__name__ for key, classifier in classifiers.items()}
    assert len(set(names.values())) == 1, (
        "We wszystkich trzech przypadkach należy użyć tej samej klasy klasyfikatora, a użyto: "
        f"{', '.join(f'{key}: {name}' for key, name in names.items())}."
    )


def _final_step(classifier: Any) -> Any:
    """The classifier itself, out of a scikit-learn Pipeline."""
    return classifier.steps[-1][1] if hasattr(classifier, "steps") else classifier


def _check_takes_pixels(classifier: Any) -> None:
    part = 'classification_results["raw"]["classifier"].predict'
    with _running(f"{part} dla dwóch wektorów o długości 784"):
        labels = np.asarray(classifier.predict(np.zeros((2, 784), dtype=np.float32)))
    assert labels.shape == (2,), f"{part}: oczekiwano dwóch etykiet, a otrzymano tablicę o kształcie {labels.shape}."
