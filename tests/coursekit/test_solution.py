"""The instructor's cells can be had as a source and as names."""

import os

from coursekit.solution import MODELS, solution_names, solution_source


def test_only_the_cells_asked_for_in_the_order_of_the_notebook():
    source = solution_source(["beta_vae", "vae_encoder"])
    assert source.index("class VEncoder") < source.index("class BetaVariationalAutoencoder")
    assert "class VariationalAutoencoder" not in source


def test_names_are_those_of_the_notebook(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = solution_names(MODELS)
    model = names["BetaVariationalAutoencoder"](784, 8, 8, 2, beta=4.0)
    assert model.beta == 4
    assert capsys.readouterr().out == ""
    assert os.getcwd() == str(tmp_path)
