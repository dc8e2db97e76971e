import subprocess
import sys

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from torch.utils.data import TensorDataset

from coursekit.data import ROOT
from src.analysis import AutoEncoderAnalyzer
from src.utils import AutoEncoderAnalyzer as AnalyzerOfNotebook

ANALYSES = {
    "compare_reconstruction_with_original": lambda analyzer: analyzer.compare_reconstruction_with_original(),
    "compare_samplings": lambda analyzer: analyzer.compare_samplings(),
    "average_points_per_class": lambda analyzer: analyzer.average_points_per_class(),
    "analyze_features": lambda analyzer: analyzer.analyze_features(torch.zeros(3), steps=4),
    "analyze_tsne": lambda analyzer: analyzer.analyze_tsne(),
}
each_analysis = pytest.mark.parametrize("analysis", ANALYSES.values(), ids=ANALYSES.keys())


def picture() -> np.ndarray:
    """The mosaic that was drawn last."""
    return plt.gca().images[0].get_array()


def test_the_notebook_gets_this_class():
    assert AnalyzerOfNotebook is AutoEncoderAnalyzer


def test_the_notebook_does_not_wait_for_libraries_that_only_analyses_need():
    asked = "import sys, src.utils; print(*{'sklearn', 'pandas', 'ipywidgets'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_averages_are_mean_latents_of_the_classes(tiny_ae, images):
    model = tiny_ae(20, 3)
    x, labels = images.tensors
    averages = AutoEncoderAnalyzer(model, images).averages
    expected = torch.stack([model.encoder_forward(x[labels == label]).mean(dim=0) for label in range(3)])
    torch.testing.assert_close(averages, expected)


def test_averages_have_the_name_that_earlier_notebooks_use(tiny_vae, images):
    analyzer = AutoEncoderAnalyzer(tiny_vae(20, 3), images, n_samplings=2)
    assert analyzer._averages is analyzer.averages


def test_averages_of_a_vae_are_near_the_means_of_its_posteriors(tiny_vae):
    model, x = tiny_vae(20, 3), torch.rand(3000, 1, 5, 4)
    loc, scale = model.posterior(x)
    averages = AutoEncoderAnalyzer(model, TensorDataset(x, torch.zeros(3000)), n_samplings=2).averages
    standard_error = scale.square().mean().sqrt().item() / 6000**0.5
    torch.testing.assert_close(averages[0], loc.mean(dim=0), atol=5 * standard_error, rtol=0)


def test_labels_need_be_neither_small_nor_in_order(tiny_ae):
    x = torch.rand(4, 1, 5, 4)
    analyzer = AutoEncoderAnalyzer(tiny_ae(20, 3), TensorDataset(x, torch.tensor([70, -2, 70, 5])))
    analyzer.average_points_per_class()
    assert [label.get_text() for label in plt.gca().get_xticklabels()] == ["-2", "5", "70"]
    torch.testing.assert_close(analyzer.averages[1], analyzer.model.encoder_forward(x[3:])[0])


def test_every_item_is_encoded_once_for_all_analyses(tiny_vae):
    class Counting(tiny_vae):
        n_encoded = 0

        def encoder_forward(self, x):
            self.n_encoded += len(x)
            return super().encoder_forward(x)

    model = Counting(20, 3)
    dataset = TensorDataset(torch.rand(1001, 1, 5, 4), torch.arange(1001) % 2)
    analyzer = AutoEncoderAnalyzer(model, dataset, n_samplings=2)
    assert model.n_encoded == 0
    for analysis in ANALYSES.values():
        analysis(analyzer)
    assert model.n_encoded == 2 * 1001


def test_samplings_differ_and_reconstructions_come_from_the_same_draw(tiny_vae, images):
    model = tiny_vae(20, 3)
    analyzer = AutoEncoderAnalyzer(model, images, n_samplings=2)
    analyzer.compare_reconstruction_with_original()
    pair = picture()
    analyzer.compare_samplings()
    samplings = picture()
    np.testing.assert_array_equal(samplings[: pair.shape[0]], pair)
    latents = analyzer._encoding.latents
    assert not torch.equal(latents[0], latents[1])
    second = model.decoder_forward(latents[1, :1]).detach()[0, 0]
    np.testing.assert_allclose(samplings[12:17, :4], second, rtol=1e-5)


def test_originals_are_one_of_each_class(tiny_ae, images):
    AutoEncoderAnalyzer(tiny_ae(20, 3), images).compare_reconstruction_with_original()
    for label in range(3):  # the first three images have labels 0, 1, 2
        original = images.tensors[0][label, 0].numpy()
        np.testing.assert_array_equal(picture()[:5, 5 * label : 5 * label + 4], original)


def test_features_go_between_their_own_quantiles(tiny_ae):
    x = torch.rand(500, 1, 5, 4) * torch.linspace(0, 3, 500).view(-1, 1, 1, 1)
    model = tiny_ae(20, 3)
    analyzer = AutoEncoderAnalyzer(model, TensorDataset(x, torch.zeros(500)))
    analyzer.analyze_features(analyzer.averages[0], steps=5)
    latents = model.encoder_forward(x).detach().numpy()
    low, high = np.quantile(latents[:, 1], [0.025, 0.975])
    expected = analyzer.averages[0].repeat(5, 1)
    expected[:, 1] = torch.linspace(float(low), float(high), 5)
    row = model.decoder_forward(expected).detach()[:, 0]
    drawn = [picture()[6:11, 5 * step : 5 * step + 4] for step in range(5)]
    np.testing.assert_allclose(np.stack(drawn), row, rtol=1e-4)


@pytest.mark.parametrize(("code", "steps"), [(torch.zeros(2), 4), (torch.zeros(1, 3), 4), (torch.zeros(3), 1)])
def test_wrong_arguments_of_analyze_features_are_errors(tiny_ae, images, code, steps):
    with pytest.raises(ValueError, match=r"latent_code|steps"):
        AutoEncoderAnalyzer(tiny_ae(20, 3), images).analyze_features(code, steps)


@each_analysis
def test_any_analysis_can_be_first_and_leaves_one_figure_open(tiny_vae, images, analysis):
    assert analysis(AutoEncoderAnalyzer(tiny_vae(20, 3), images, n_samplings=2)) is None
    assert len(plt.get_fignums()) == 1
    assert plt.gca().get_title() or plt.gcf().get_suptitle()


@each_analysis
def test_analyses_leave_the_mode_and_the_random_stream_alone(tiny_vae, images, analysis):
    model = tiny_vae(20, 3)
    analyzer = AutoEncoderAnalyzer(model, images, n_samplings=2)
    state = torch.get_rng_state()
    analysis(analyzer)
    assert model.training
    assert torch.equal(torch.get_rng_state(), state)


@each_analysis
def test_colour_images_of_one_class_and_one_latent(tiny_vae, analysis):
    dataset = TensorDataset(torch.rand(40, 3, 6, 4), torch.full((40,), 7))
    analyzer = AutoEncoderAnalyzer(tiny_vae(72, 1), dataset, n_samplings=2)
    if analysis is ANALYSES["analyze_features"]:
        analyzer.analyze_features(analyzer.averages[0], steps=4)
    else:
        analysis(analyzer)
    assert len(plt.get_fignums()) == 1


def test_colour_is_drawn_in_colour(tiny_ae):
    dataset = TensorDataset(torch.rand(40, 3, 6, 4), torch.zeros(40))
    AutoEncoderAnalyzer(tiny_ae(72, 2), dataset).compare_reconstruction_with_original()
    assert picture().shape == (13, 4, 3)


@each_analysis
def test_grading_draws_nothing(tiny_vae, images, analysis, grading):
    analysis(AutoEncoderAnalyzer(tiny_vae(20, 3), images, n_samplings=2))
    assert not plt.get_fignums()


def test_grading_computes_averages(tiny_vae, images, grading):
    assert AutoEncoderAnalyzer(tiny_vae(20, 3), images).averages.shape == (3, 3)


def test_one_sampling_cannot_be_compared(tiny_ae, images, capsys):
    AutoEncoderAnalyzer(tiny_ae(20, 3), images).compare_samplings()
    assert "n_samplings" in capsys.readouterr().out
    assert not plt.get_fignums()


@pytest.mark.parametrize(("n_points", "shown"), [(30, [15, 9, 6]), (None, [50, 30, 20]), (2500, [50, 30, 20])])
def test_tsne_shows_each_class_in_its_proportion(tiny_ae, n_points, shown):
    dataset = TensorDataset(torch.rand(100, 1, 5, 4), torch.repeat_interleave(torch.tensor([50, 30, 20])))
    AutoEncoderAnalyzer(tiny_ae(20, 3), dataset).analyze_tsne(n_points)
    assert [len(points.get_offsets()) for points in plt.gca().collections] == shown


def test_tsne_of_latents_that_are_all_the_same(tiny_ae, images):
    model = tiny_ae(20, 3)
    torch.nn.init.zeros_(model.encoder.weight)
    AutoEncoderAnalyzer(model, images).analyze_tsne()
    assert all(np.isfinite(points.get_offsets()).all() for points in plt.gca().collections)


def test_latents_that_are_not_numbers_are_an_error(tiny_ae, images):
    model = tiny_ae(20, 3)
    torch.nn.init.constant_(model.encoder.bias, float("nan"))
    with pytest.raises(ValueError, match="NaN"):
        AutoEncoderAnalyzer(model, images).average_points_per_class()


def test_an_empty_dataset_is_an_error(tiny_ae):
    dataset = TensorDataset(torch.rand(0, 1, 5, 4), torch.zeros(0))
    with pytest.raises(ValueError, match="pusty"):
        AutoEncoderAnalyzer(tiny_ae(20, 3), dataset).average_points_per_class()


def test_no_samplings_are_an_error(tiny_ae, images):
    with pytest.raises(ValueError, match="co najmniej 1"):
        AutoEncoderAnalyzer(tiny_ae(20, 3), images, n_samplings=0)
