"""Public checks: they accept the reference solution, and name what is wrong in a faulty one."""

from typing import Any

import numpy as np
import pyro
import pyro.distributions as dist
import pytest
import torch
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import NearestCentroid
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.utils.data import TensorDataset

from coursekit.solution import solution_source
from src.ae import BaseAutoEncoder
from src.public_checks import CheckError, check_beta_vae, check_classification, check_training, check_vae

SOLUTIONS = ("vae_encoder", "vae_decoder", "vae_model", "beta_vae")


@pytest.fixture
def notebook() -> dict[str, Any]:
    """The classes of the instructor's notebook, fresh for each test, which may break them."""
    namespace: dict[str, Any] = {
        "torch": torch,
        "nn": nn,
        "pyro": pyro,
        "dist": dist,
        "Tuple": tuple,
        "BaseAutoEncoder": BaseAutoEncoder,
    }
    exec(solution_source(SOLUTIONS), namespace)
    return namespace


def not_written(self, *_):
    raise NotImplementedError()


def log_variance_for_scale(self, x):
    hidden = torch.relu(self.hidden(x))
    return self.loc(hidden), self.log_variance(hidden)


def one_tensor(self, x):
    return self.loc(torch.relu(self.hidden(x)))


def wrong_width(self, x):
    hidden = torch.relu(self.hidden(x))
    return hidden, torch.exp(hidden)


def fixed_size(self, x):
    return self.loc(x.view(-1, 784)), torch.ones(len(x), 3)


def nan_scale(self, x):
    hidden = torch.relu(self.hidden(x))
    return self.loc(hidden), torch.sqrt(self.log_variance(hidden))


def no_activation(self, z):
    return self.output(torch.relu(self.hidden(z)))


def sampling_decoder(self, z):
    return torch.bernoulli(torch.sigmoid(self.output(torch.relu(self.hidden(z)))))


def decoder_that_ignores_its_weights(self, z):
    return torch.sigmoid(z.mean(dim=1, keepdim=True).expand(-1, self.output.out_features))


def mean_instead_of_sample(self, x):
    self.input_shape = x.shape[1:]
    return self.encoder(x.flatten(start_dim=1))[0]


def flat_images(self, z):
    return self.decoder(z)


@pytest.mark.parametrize(
    ("class_name", "method", "fault", "message"),
    [
        ("VEncoder", "forward", not_written, r"VEncoder\.forward: ta część nie jest jeszcze napisana"),
        ("VEncoder", "__init__", not_written, r"VariationalAutoencoder\(.*nie jest jeszcze napisana"),
        ("VEncoder", "forward", log_variance_for_scale, "musi być dodatnie"),
        ("VEncoder", "forward", one_tensor, r"oczekiwano pary \(z_loc, z_scale\)"),
        ("VEncoder", "forward", wrong_width, r"kształcie \(5, 3\), a otrzymano \(5, 16\)"),
        ("VEncoder", "forward", fixed_size, "kod zgłosił wyjątek RuntimeError"),
        ("VEncoder", "forward", nan_scale, "z_scale: wśród wartości jest NaN"),
        ("VDecoder", "forward", no_activation, r"prawdopodobieństwa.*\[0, 1\]"),
        ("VDecoder", "forward", sampling_decoder, "Dekoder niczego nie losuje"),
        ("VDecoder", "forward", decoder_that_ignores_its_weights, "nie zależy od wag dekodera"),
        ("VariationalAutoencoder", "encoder_forward", mean_instead_of_sample, "losować nowe próbki"),
        ("VariationalAutoencoder", "decoder_forward", flat_images, r"kształcie \(5, 1, 8, 8\)"),
    ],
)
def test_fault_of_vae_is_named(notebook, class_name, method, fault, message):
    setattr(notebook[class_name], method, fault)
    with pytest.raises(AssertionError, match=message):
        check_vae(notebook["VariationalAutoencoder"])


def test_model_and_guide_without_random_variables_are_named(notebook):
    class Empty(notebook["VariationalAutoencoder"]):
        def model(self, x):
            pass

        guide = model

    with pytest.raises(AssertionError, match=r"nie wywołują pyro\.sample"):
        check_vae(Empty)


def test_own_exception_of_student_is_the_cause(notebook):
    notebook["VEncoder"].forward = fixed_size
    with pytest.raises(AssertionError) as caught:
        check_vae(notebook["VariationalAutoencoder"])
    assert isinstance(caught.value.__cause__, RuntimeError)


@pytest.mark.parametrize("fault", [not_written, fixed_size])
def test_student_sees_the_message_and_own_lines_only(notebook, fault):
    notebook["VEncoder"].forward = fault
    with pytest.raises(CheckError) as raised:
        check_vae(notebook["VariationalAutoencoder"])
    shown = raised.value._render_traceback_()
    lines = [line for line in shown if line.startswith("    ")]
    assert " ".join(shown[: -len(lines)]) == str(raised.value)
    own = f"    {fault.__name__}, wiersz {fault.__code__.co_firstlineno + 1}: "
    assert [line for line in lines if line.startswith(own)]
    assert not [line for line in lines if "_running" in line or "_check" in line or "_call_impl" in line]


def test_where_no_code_of_the_student_failed_there_is_the_message_alone(notebook):
    notebook["VDecoder"].forward = no_activation
    with pytest.raises(CheckError) as raised:
        check_vae(notebook["VariationalAutoencoder"])
    shown = raised.value._render_traceback_()
    assert " ".join(shown) == str(raised.value)
    assert max(map(len, shown)) <= 100


@pytest.mark.parametrize(
    ("check", "name"), [(check_vae, "VariationalAutoencoder"), (check_beta_vae, "BetaVariationalAutoencoder")]
)
def test_reference_gets_one_kind_line_and_nothing_on_stderr(notebook, check, name, capsys):
    check(notebook[name])
    printed = capsys.readouterr()
    assert printed.out.count("\n") == 1
    assert printed.err == ""


def test_check_leaves_random_numbers_and_parameters_alone(notebook):
    random_state, parameters = torch.get_rng_state(), set(pyro.get_param_store().keys())
    check_vae(notebook["VariationalAutoencoder"])
    assert torch.equal(torch.get_rng_state(), random_state)
    assert set(pyro.get_param_store().keys()) == parameters


def test_beta_without_effect_is_named(notebook):
    class Plain(notebook["VariationalAutoencoder"]):
        def __init__(self, *args, beta, **kwargs):
            super().__init__(*args, **kwargs)

    with pytest.raises(AssertionError, match="powinna zależeć od beta"):
        check_beta_vae(Plain)


def test_constructor_without_beta_is_named(notebook):
    with pytest.raises(AssertionError, match=r"beta=1\.0\): kod zgłosił wyjątek TypeError"):
        check_beta_vae(notebook["VariationalAutoencoder"])


@pytest.fixture
def blobs() -> TensorDataset:
    """100 small images with labels: a bright square on black, in the left or the right half."""
    images, labels = torch.zeros(100, 1, 8, 8), torch.arange(100) % 2
    images[labels == 0, :, 2:6, 0:3] = 1
    images[labels == 1, :, 2:6, 5:8] = 1
    return TensorDataset(images, labels)


@pytest.fixture
def model(notebook):
    torch.manual_seed(0)
    return notebook["VariationalAutoencoder"](64, 16, 16, 2)


def test_trained_model_passes(model, blobs, capsys):
    images = blobs.tensors[0]
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(100):
        optimizer.zero_grad()
        pyro.infer.Trace_ELBO().differentiable_loss(model.model, model.guide, images).backward()
        optimizer.step()
    check_training(model, blobs)
    assert "Model jest wytrenowany" in capsys.readouterr().out


def test_untrained_model_is_named(model, blobs):
    with pytest.raises(AssertionError, match="Sprawdź, czy trening został wykonany"):
        check_training(model, blobs)


def test_model_with_nan_weights_is_named(model, blobs):
    with torch.no_grad():
        model.encoder.loc.bias.fill_(torch.nan)
    with pytest.raises(AssertionError, match="Wśród wag modelu jest NaN"):
        check_training(model, blobs)


def result(n_features: int, classifier: Any) -> dict[str, Any]:
    """An entry of ``classification_results``, with the classifier fitted on noise."""
    rng = np.random.default_rng(0)
    classifier.fit(rng.random((50, n_features)), np.arange(50) % 10)
    return {"classifier": classifier, "accuracy": 0.5, "fit_time": 0.01, "predict_time": 0.02}


@pytest.fixture
def results() -> dict[str, dict[str, Any]]:
    return {"raw": result(784, GaussianNB()), "ae": result(10, GaussianNB()), "vae": result(10, GaussianNB())}


def test_good_results_pass(results, capsys):
    check_classification(results)
    assert capsys.readouterr().out.count("\n") == 1


def test_scaler_for_some_inputs_leaves_the_classifier_the_same(results):
    results["ae"] = result(10, make_pipeline(StandardScaler(), GaussianNB()))
    check_classification(results)


@pytest.mark.parametrize(
    ("name", "key", "value", "message"),
    [
        ("ae", "accuracy", 87.5, r'\["ae"\]: accuracy to ułamek.*a podano 87\.5'),
        ("vae", "fit_time", "szybko", "fit_time: oczekiwano liczby, a podano 'szybko'"),
        ("vae", "predict_time", -1.0, "predict_time to czas w sekundach, a podano -1"),
        ("raw", "accuracy", 0.97, r"wynosi 0\.970\. To za dobry klasyfikator"),
        ("ae", "classifier", None, "powinien mieć metodę predict"),
        ("ae", "classifier", NearestCentroid(), "tej samej klasy klasyfikatora.*ae: NearestCentroid"),
        ("raw", "classifier", GaussianNB(), r'\["raw"\].*kod zgłosił wyjątek NotFittedError'),
    ],
)
def test_fault_of_a_result_is_named(results, name, key, value, message):
    results[name][key] = value
    with pytest.raises(AssertionError, match=message):
        check_classification(results)


def test_missing_keys_are_named(results):
    del results["vae"], results["ae"]
    with pytest.raises(AssertionError, match="brakuje kluczy: ae, vae; są: raw"):
        check_classification(results)
