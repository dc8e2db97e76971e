"""What a student has trained is counted, and what varied is named, from the code alone."""

import pytest

from coursekit import experiments
from coursekit.experiments import Experiments

GIVEN = """
lr = 1e-3
vae_model = VariationalAutoencoder(n_data_features=28 * 28, n_latent_features=10)
train_dataloader = DataLoader(train_dataset, batch_size=32, shuffle=True)
val_loader = DataLoader(val_dataset, batch_size=32, shuffle=False)
train_ae(vae_model, epochs=20, lr=lr)
"""
OTHER_CLASS = "ae_model = Autoencoder(784, 2)\ntrain_ae(ae_model, epochs=5, lr=1.0)"
DEFINED = """
class Autoencoder(BaseAutoEncoder):
    def __init__(self, n_data_features, n_latent_features):
        pass
class VariationalAutoencoder(BaseAutoEncoder):
    def __init__(self, n_data_features, n_latent_features):
        pass
def train_ae(model, epochs, *, lr):
    pass
"""
FUNCTION = """
def experiment(n_latent, rate=1e-3):
    model = VariationalAutoencoder(784, n_latent)
    train_ae(model, 20, lr=rate)
    return model
"""


def found(*own: str) -> Experiments:
    return experiments.of(list(own), [GIVEN, OTHER_CLASS], [DEFINED, *own])


def test_nothing_was_tried():
    assert found("print(vae_model)") == Experiments(0, False, {})


def test_one_training_differs_from_the_given_one_of_its_class():
    assert found("model = VariationalAutoencoder(784, 50)\ntrain_ae(model, 20, lr=0.001)") == Experiments(
        1, False, {"n_latent_features": [10, 50]}
    )


def test_values_by_name_are_those_of_the_cell():
    cell = "lr = {}\nmodel = Autoencoder(784, 2)\ntrain_ae(model, epochs=5, lr=lr)"
    assert found(cell.format(0.1), cell.format(0.01)).varied == {"lr": [0.01, 0.1, 1.0]}


@pytest.mark.parametrize(
    ("source", "trained", "at_least"),
    [
        ("for n in [2, 10, 50]:\n    experiment(n)", 3, False),
        ("for n in range(2, 6):\n    for m in (1, 2):\n        experiment(n, m)", 8, False),
        ("sizes = [2, 10]\nfor place, n in enumerate(sizes):\n    experiment(n)", 2, False),
        ("models = {n: experiment(n) for n in (2, 10)}", 2, False),
        ("experiment(2)\nfor n in sizes_of(x):\n    experiment(n)", 2, True),
        ("while loss > 1:\n    experiment(2)", 1, True),
        ("for n in range(10_000_000_000):\n    experiment(n)", 1, True),
        ("def both():\n    experiment(2)\n    experiment(3)\nboth()", 1, False),
        ("%matplotlib inline\nexperiment(2)", 1, False),
    ],
)
def test_trainings_are_counted(source, trained, at_least):
    counted = found(FUNCTION, source)
    assert (counted.trained, counted.at_least) == (trained, at_least)


def test_loops_and_functions_vary_arguments():
    source = "for n, rate in [(2, 0.1), (50, 0.01)]:\n    experiment(n, rate=rate)\nexperiment(2)"
    varied = found(FUNCTION, source).varied
    assert varied["n_latent"] == [2, 50]
    assert varied["rate"] == [0.001, 0.01, 0.1]


def test_values_may_stand_in_an_earlier_cell():
    assert found(FUNCTION, "sizes = [2, 10]", "for n in sizes:\n    experiment(n)") == Experiments(
        2, False, {"n_latent": [2, 10]}
    )


def test_a_function_of_an_earlier_part_is_known():
    again = experiments.of(["experiment(2)\nexperiment(3)"], [], [DEFINED, FUNCTION])
    assert again == Experiments(2, False, {"n_latent": [2, 3]})


def test_switches_of_the_loaders_do_not_vary():
    loaders = "DataLoader(a, batch_size=32, shuffle=True)\nDataLoader(b, batch_size=64, shuffle=False)"
    assert found(loaders).varied == {"batch_size": [32, 64]}


@pytest.mark.parametrize(
    "hostile",
    [
        "to nie jest kod (",
        "x = " + "-" * 5000 + "1\ntrain_ae(m)",
        "for x in " + "[" * 90 + "]" * 90 + ":\n    pass",
        "(" * 1000,
        "train_ae(*m, **k)\nVariationalAutoencoder(*m)",
        "x = {[]: 1}\nfor x in {[]}: pass",
    ],
)
def test_hostile_code_is_read_like_any(hostile):
    assert found(hostile, "train_ae(model, 20, lr=1)").trained >= 1


def test_a_deep_sum_is_no_literal():
    assert found("x = 1" + "+1" * 900 + "\ntrain_ae(model, x, lr=1)").trained == 1
