"""A grid of trainings: what is measured, what is kept, what is refused, and the figure."""

import math

import matplotlib.pyplot as plt
import pandas as pd
import pyro
import pytest
import torch
from pyro.infer import Trace_ELBO
from torch import nn
from torch.utils.data import DataLoader, Subset, TensorDataset

import src.sweep
from src.representation import represent
from src.sweep import MEASURES, plot_sweep, sweep
from src.training import fit

FIXED = {"n_pixels": 20, "n_latent_features": 3, "epochs": 2, "batch_size": 10, "lr": 0.01}


@pytest.fixture
def sets(images) -> tuple[Subset, Subset]:
    """40 images to train on and 30 to validate on."""
    return Subset(images, range(40)), Subset(images, range(40, 70))


@pytest.fixture
def trained(monkeypatch) -> list[nn.Module]:
    """The models trained by sweeps so far."""
    models = []

    def remember(model, *args, **kwargs):
        models.append(model)
        return fit(model, *args, **kwargs)

    monkeypatch.setattr(src.sweep, "fit", remember)
    return models


def test_a_row_for_each_combination_in_order(tiny_vae, sets, tmp_path):
    grid = {"beta": [4, 1], "lr": [0.01, 0.001]}
    fixed = {name: value for name, value in FIXED.items() if name not in grid}
    table = sweep(tiny_vae, grid, *sets, fixed, tmp_path)
    assert list(table.columns) == ["beta", "lr", *MEASURES]
    assert table[["beta", "lr"]].values.tolist() == [[4, 0.01], [4, 0.001], [1, 0.01], [1, 0.001]]


def test_a_run_is_measured_as_by_hand(tiny_vae, sets, tmp_path):
    row = sweep(tiny_vae, {"beta": [1, 3]}, *sets, FIXED | {"seed": 7}, tmp_path).iloc[1]
    torch.manual_seed(7)
    model = tiny_vae(20, 3, beta=3)
    loaders = DataLoader(sets[0], 10, shuffle=True), DataLoader(sets[1], 10)
    history = fit(model, 2, *loaders, 0.01, Trace_ELBO().differentiable_loss, (model.model, model.guide))
    posterior = represent(model, sets[1])
    for name in ("loss", "reconstruction", "kl"):
        assert row[name] == history.val[name][-1]
    assert row["active_units"] == posterior.is_active.sum()
    assert row["effective_dimension"] == posterior.effective_dimension
    assert row["loss"] == pytest.approx(row["reconstruction"] + 3 * row["kl"], rel=1e-5)
    assert row["seconds"] > 0


def test_accuracies_are_those_of_classes_that_latents_tell_apart(tiny_vae, tmp_path):
    labels = torch.arange(90) % 3
    images = nn.functional.one_hot(labels, 20).float().view(90, 1, 5, 4)
    table = sweep(tiny_vae, {"beta": [0.1]}, *[TensorDataset(images, labels)] * 2, FIXED | {"epochs": 20}, tmp_path)
    assert table[["linear_accuracy", "neighbours_accuracy"]].values.tolist() == [[1, 1]]


def test_nothing_outside_changes(tiny_vae, sets, tmp_path):
    pyro.param("student's", torch.tensor(1.0))
    state = torch.get_rng_state()
    sweep(tiny_vae, {"beta": [1, 3]}, *sets, FIXED, tmp_path)
    assert torch.equal(torch.get_rng_state(), state)
    assert list(pyro.get_param_store().keys()) == ["student's"]
    assert not plt.get_fignums()


def test_a_run_does_not_depend_on_those_before_it(tiny_vae, sets, tmp_path):
    alone = sweep(tiny_vae, {"beta": [3]}, *sets, FIXED, tmp_path / "alone")
    after_another = sweep(tiny_vae, {"beta": [1, 3]}, *sets, FIXED, tmp_path / "both")[1:].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone.drop(columns="seconds"), after_another.drop(columns="seconds"))


def test_an_interrupted_sweep_goes_on(tiny_vae, sets, tmp_path, monkeypatch, trained):
    class Interrupted(tiny_vae):
        def guide(self, x):
            if len(trained) == 3 and not finished:
                raise KeyboardInterrupt
            super().guide(x)

    finished, grid = [], {"beta": [1, 2, 3, 4]}
    with pytest.raises(KeyboardInterrupt):
        sweep(Interrupted, grid, *sets, FIXED, tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
    finished.append(True)
    table = sweep(Interrupted, grid, *sets, FIXED, tmp_path)
    assert [model.beta for model in trained] == [1, 2, 3, 3, 4]
    expected = sweep(Interrupted, grid, *sets, FIXED, tmp_path / "another")
    pd.testing.assert_frame_equal(table.drop(columns="seconds"), expected.drop(columns="seconds"))


def test_a_result_is_written_whole_or_not_at_all(tiny_vae, sets, tmp_path, monkeypatch, trained):
    def stop(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.replace", stop)
        with pytest.raises(KeyboardInterrupt):
            sweep(tiny_vae, {"beta": [1]}, *sets, FIXED, tmp_path)
    assert not list(tmp_path.glob("*.json"))
    sweep(tiny_vae, {"beta": [1]}, *sets, FIXED, tmp_path)
    assert len(trained) == 2


def test_the_same_runs_are_not_trained_again(tiny_vae, sets, tmp_path, trained):
    class SameCode(tiny_vae):
        """Executed again, as a notebook's cell is."""

    tables = [sweep(model_class, {"beta": [1, 3]}, *sets, FIXED, tmp_path) for model_class in [tiny_vae, SameCode]]
    SameCode.__qualname__ = tiny_vae.__qualname__
    tables.append(sweep(SameCode, {"beta": [3, 1]}, *sets, FIXED, tmp_path)[::-1].reset_index(drop=True))
    assert len(trained) == 4
    pd.testing.assert_frame_equal(tables[0], tables[2])


@pytest.mark.parametrize(
    "changed",
    [{"epochs": 3}, {"batch_size": 20}, {"lr": 0.02}, {"seed": 1}, {"n_latent_features": 2}],
    ids=lambda changed: next(iter(changed)),
)
def test_another_argument_is_another_run(tiny_vae, sets, tmp_path, trained, changed):
    for fixed in (FIXED, FIXED | changed):
        sweep(tiny_vae, {"beta": [1]}, *sets, fixed, tmp_path)
    assert len(trained) == 2


def test_code_that_trains_otherwise_is_another_run(tiny_vae, sets, tmp_path, trained):
    class Changed(tiny_vae):
        def posterior(self, x):
            loc, scale = super().posterior(x)
            return loc, 1.01 * scale

    Changed.__qualname__ = tiny_vae.__qualname__
    for model_class in (tiny_vae, Changed):
        sweep(model_class, {"beta": [1]}, *sets, FIXED, tmp_path)
    assert len(trained) == 2


@pytest.mark.parametrize("which", [0, 1], ids=["training", "validation"])
@pytest.mark.parametrize("column", [0, 1], ids=["image", "label"])
def test_other_data_are_another_run(tiny_vae, sets, images, tmp_path, trained, which, column):
    sweep(tiny_vae, {"beta": [1]}, *sets, FIXED, tmp_path)
    images.tensors[column][(39, 69)[which]] = 0.5 if column == 0 else 1
    sweep(tiny_vae, {"beta": [1]}, *sets, FIXED, tmp_path)
    assert len(trained) == 2


def test_another_profile_is_another_run(tiny_vae, sets, tmp_path, trained, monkeypatch, capsys):
    sweep(tiny_vae, {"beta": [1]}, *sets, FIXED, tmp_path)
    assert "Przebiegi" in capsys.readouterr().err
    monkeypatch.setenv("COURSE_PROFILE", "grading")
    sweep(tiny_vae, {"beta": [1]}, *sets, FIXED, tmp_path)
    assert len(trained) == 2
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("batch_size", [10, 40], ids=["in training", "in validation"])
def test_a_training_that_diverges_is_told_and_the_others_go_on(tiny_vae, sets, tmp_path, trained, batch_size):
    fixed = {"n_pixels": 20, "n_latent_features": 3, "epochs": 1, "batch_size": batch_size}
    grid = {"lr": [math.inf, 0.01]}
    table = sweep(tiny_vae, grid, *sets, fixed, tmp_path)
    assert "to nan" in table["error"][0]
    assert table["loss"].isna().tolist() == table["active_units"].isna().tolist() == [True, False]
    assert table["error"].isna().tolist() == [False, True]
    sweep(tiny_vae, grid, *sets, fixed, tmp_path)
    assert len(trained) == 3  # what failed is tried again


def test_arguments_of_the_base_class_can_be_handed_on(tiny_vae, sets, tmp_path):
    class Scaled(tiny_vae):
        def __init__(self, *, strength: float = 1.0, **kwargs):
            super().__init__(**kwargs, beta=strength)

    assert len(sweep(Scaled, {"strength": [1, 2]}, *sets, FIXED, tmp_path)) == 2
    with pytest.raises(ValueError, match=r"nie ma argumentu: gamma\. Argumenty modelu: strength, n_pixels, n_latent"):
        sweep(Scaled, {"gamma": [1]}, *sets, FIXED, tmp_path)


@pytest.mark.parametrize(
    ("grid", "fixed", "message"),
    [
        pytest.param(
            {"bta": [1]}, {}, r"TinyVae nie ma argumentu: bta\. .*: n_pixels, .*, beta; .*: epochs", id="name"
        ),
        pytest.param({"beta": [1]}, {"hidden": 3}, r"TinyVae nie ma argumentu: hidden\.", id="name in fixed"),
        pytest.param({"beta": []}, {}, r"argumentu beta .* niepustą listę", id="empty"),
        pytest.param({"beta": 3}, {}, r"argumentu beta .* niepustą listę, a nie jako 3", id="a number"),
        pytest.param({"beta": "12"}, {}, r"argumentu beta .* niepustą listę, a nie jako '12'", id="a text"),
        pytest.param({"lr": [1]}, {}, r"W grid i w fixed jest ten sam argument: lr", id="twice"),
        pytest.param({"beta": [1], "epochs": [1, 0]}, {}, "co najmniej 1, a podano 0", id="no epochs"),
    ],
)
def test_arguments_that_do_not_fit(tiny_vae, sets, tmp_path, grid, fixed, message):
    given = FIXED | fixed
    if "epochs" in grid:
        del given["epochs"]
    with pytest.raises(ValueError, match=message):
        sweep(tiny_vae, grid, *sets, given, tmp_path)


def test_a_missing_argument_is_named(tiny_vae, sets, tmp_path):
    with pytest.raises(ValueError, match=r"Brakuje argumentów klasy TinyVae: n_latent_features\. Podaj je w fixed"):
        sweep(tiny_vae, {"beta": [1]}, *sets, {"n_pixels": 20}, tmp_path)


def test_a_plain_autoencoder_is_refused_before_any_training(tiny_ae, sets, tmp_path, trained):
    with pytest.raises(ValueError, match="Przegląd hiperparametrów: ta analiza dotyczy tylko autokoderów wariacyjnych"):
        sweep(tiny_ae, {"lr": [1, 2]}, *sets, {"n_pixels": 20, "n_latent_features": 3}, tmp_path)
    assert not trained


def test_a_model_in_place_of_its_class_is_refused(tiny_vae, sets, tmp_path):
    with pytest.raises(ValueError, match="podaj klasę"):
        sweep(tiny_vae(20, 3), {"beta": [1]}, *sets, FIXED, tmp_path)


def test_other_data_than_mnist(tiny_vae, tmp_path):
    colour = TensorDataset(torch.rand(50, 3, 4, 6), torch.arange(50) % 2)
    table = sweep(tiny_vae, {"n_latent_features": [1, 2]}, colour, colour, {"n_pixels": 72, "epochs": 1}, tmp_path)
    assert table["error"].isna().all()
    assert table["effective_dimension"][0] == pytest.approx(1)


def test_one_class_is_refused(tiny_vae, tmp_path):
    one_class = TensorDataset(torch.rand(50, 1, 5, 4), torch.zeros(50))
    with pytest.raises(ValueError, match="tylko jedna klasa"):
        sweep(tiny_vae, {"beta": [1]}, one_class, one_class, FIXED, tmp_path)


def test_first_weights_that_are_nan_are_told(tiny_vae, sets, tmp_path):
    class Broken(tiny_vae):
        def __init__(self, n_pixels: int, n_latent_features: int):
            super().__init__(n_pixels, n_latent_features)
            nn.init.constant_(self.decoder[0].weight, math.nan)

    table = sweep(Broken, {"n_latent_features": [2]}, *sets, {"n_pixels": 20}, tmp_path)
    assert "to nan (epoka 1, krok 1)" in table["error"][0]


def table_of(**arguments: list) -> pd.DataFrame:
    """A table as ``sweep`` makes it, each measure from 0 to 1."""
    n_rows = len(next(iter(arguments.values())))
    numbers = {name: [row / n_rows for row in range(n_rows)] for name in MEASURES}
    return pd.DataFrame(arguments | numbers | {"error": [None] * n_rows})


def test_a_line_over_beta_for_each_value_of_the_other_argument():
    plot_sweep(table_of(n_latent_features=[2, 2, 10, 10], lr=[0.1] * 4, beta=[4, 1, 4, 1]))
    axes = plt.gcf().axes
    assert [axis.get_xlabel() for axis in axes] == ["", "", "beta", "beta"]
    for axis in axes:
        assert [line.get_xydata().tolist() for line in axis.lines] == [[[1, 0.25], [4, 0]], [[1, 0.75], [4, 0.5]]]
    assert [text.get_text() for text in axes[0].get_legend().get_texts()] == ["2", "10"]


@pytest.mark.parametrize(
    ("values", "scale"),
    [([1, 3, 10], "log"), ([1, 2, 4], "linear"), ([0, 5, 50], "linear"), (["a", "b", "c"], "linear")],
)
def test_one_argument_is_one_line(values, scale):
    plot_sweep(table_of(argument=values))
    for axis in plt.gcf().axes:
        assert len(axis.lines) == 1
        assert axis.get_xscale() == scale
    for axis in plt.gcf().axes[-2:]:
        assert [label.get_text() for label in axis.get_xticklabels()] == [str(value) for value in values]


def test_failed_trainings_are_left_out_and_counted():
    table = table_of(lr=[0.1, 1, 10])
    table.loc[2, "error"] = "nan"
    plot_sweep(table)
    assert len(plt.gcf().axes[0].lines[0].get_xdata()) == 2
    assert "Nieudane treningi pominięto (1 z 3)" in plt.gcf().get_supxlabel()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"beta": [1, 2], "lr": [1, 2], "seed": [1, 2]}, "mają: beta, lr, seed.*wybierz część wierszy"),
        ({"beta": [1, 1]}, "nie ma żaden"),
        ({"beta": [], "lr": []}, "nie ma żaden"),
    ],
)
def test_a_table_that_one_figure_cannot_show(arguments, message):
    with pytest.raises(ValueError, match=message):
        plot_sweep(table_of(**arguments))
    assert not plt.get_fignums()


def test_grading_draws_nothing(grading):
    plot_sweep(table_of(beta=[1, 2]))
    assert not plt.get_fignums()
