import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from pyro.infer import Trace_ELBO
from torch import nn
from torch.utils.data import ConcatDataset, DataLoader, IterableDataset, Subset, TensorDataset

from src.profile import GRADING_STEPS
from src.representation import represent
from src.training import fit, train_ae


def loaders(images: TensorDataset) -> dict[str, DataLoader]:
    """40 images to train on and 30 to validate on; 16 leave a short last batch in both."""
    return {
        "train_loader": DataLoader(Subset(images, range(40)), batch_size=16, shuffle=True),
        "val_loader": DataLoader(Subset(images, range(40, 70)), batch_size=16),
    }


def pyro_loss(vae) -> dict:
    return {"loss_fn": Trace_ELBO().differentiable_loss, "loss_fn_args": (vae.model, vae.guide)}


def written_out(model: nn.Module, epochs: int, loader: DataLoader, lr: float, loss_of) -> list[float]:
    """Mean loss of each epoch of the loop that a textbook prints."""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    means = []
    for _ in range(epochs):
        total = 0.0
        for x, _ in loader:
            optimizer.zero_grad()
            loss, scale = loss_of(x)
            loss.backward()
            optimizer.step()
            total += loss.item() * scale
        means.append(total / 40)
    return means


def test_autoencoder_is_trained_as_by_a_loop_written_out(tiny_ae, images):
    trained, expected = tiny_ae(20, 3), tiny_ae(20, 3)
    expected.load_state_dict(trained.state_dict())
    data, loss_fn = loaders(images), nn.MSELoss()
    torch.manual_seed(3)
    losses = written_out(expected, 3, data["train_loader"], 1e-2, lambda x: (loss_fn(expected(x), x), len(x)))
    torch.manual_seed(3)
    history = train_ae(trained, epochs=3, **data, lr=1e-2, loss_fn=loss_fn)
    assert history.train["loss"] == pytest.approx(losses, rel=1e-5)
    for name, value in expected.state_dict().items():
        torch.testing.assert_close(trained.state_dict()[name], value)


def test_vae_is_trained_as_by_a_loop_written_out(tiny_vae, images):
    trained, expected = tiny_vae(20, 3), tiny_vae(20, 3)
    expected.load_state_dict(trained.state_dict())
    data, loss_fn = loaders(images), Trace_ELBO().differentiable_loss
    expected.input_shape = (1, 5, 4)
    torch.manual_seed(3)
    losses = written_out(
        expected, 3, data["train_loader"], 1e-2, lambda x: (loss_fn(expected.model, expected.guide, x), 1)
    )
    torch.manual_seed(3)
    history = train_ae(trained, epochs=3, **data, lr=1e-2, **pyro_loss(trained))
    assert history.train["loss"] == pytest.approx(losses, rel=1e-5)
    for name, value in expected.state_dict().items():
        torch.testing.assert_close(trained.state_dict()[name], value)


def test_validation_is_the_mean_over_all_images(tiny_ae, images):
    model, data = tiny_ae(20, 3), loaders(images)
    history = train_ae(model, epochs=2, **data, lr=1e-2, loss_fn=nn.L1Loss())
    x = images.tensors[0][40:]
    assert history.val["mse"][-1] == pytest.approx(((model(x) - x) ** 2).mean().item(), rel=1e-5)
    assert history.val["loss"][-1] == pytest.approx((model(x) - x).abs().mean().item(), rel=1e-5)


def test_validation_does_not_change_the_training(tiny_vae, images):
    start, trained = tiny_vae(20, 3), []
    for n_val in (5, 30):
        model = tiny_vae(20, 3)
        model.load_state_dict(start.state_dict())
        data = loaders(images) | {"val_loader": DataLoader(Subset(images, range(n_val)))}
        torch.manual_seed(3)
        trained.append(train_ae(model, epochs=2, **data, lr=1e-2, **pyro_loss(model)).train)
    assert trained[0] == trained[1]


def test_validation_is_in_evaluation_mode_and_training_is_not(tiny_ae, images):
    modes = []

    class Watched(tiny_ae):
        def encoder_forward(self, x):
            modes.append(self.training)
            return super().encoder_forward(x)

    model = Watched(20, 3)
    train_ae(model, epochs=2, **loaders(images), lr=1e-2, loss_fn=nn.MSELoss())
    assert modes == [True, True, True, False] * 2
    assert not model.training


def test_history_of_a_vae_has_the_parts_of_the_loss(tiny_vae, images):
    model = tiny_vae(20, 3)
    history = train_ae(model, epochs=2, **loaders(images), lr=1e-2, **pyro_loss(model))
    for values in (history.train, history.val):
        assert set(values) == {"loss", "mse", "reconstruction", "kl"}
        np.testing.assert_allclose(values["loss"], np.add(values["reconstruction"], values["kl"]), rtol=1e-5)


def test_history_of_a_vae_tells_what_its_latents_do(tiny_vae, images):
    model = tiny_vae(20, 3)
    history = train_ae(model, epochs=2, **loaders(images), lr=1e-2, **pyro_loss(model))
    posterior = represent(model, Subset(images, range(40, 70)))
    assert np.shape(history.kl_per_latent) == (2, 3)
    np.testing.assert_allclose(history.kl_per_latent[-1], posterior.kl_per_latent, rtol=1e-5)
    assert history.active_units[-1] == posterior.is_active.sum()


def test_plain_autoencoder_has_no_latents_to_tell_of(tiny_ae, images):
    history = train_ae(tiny_ae(20, 3), epochs=1, **loaders(images), lr=1e-2, loss_fn=nn.MSELoss())
    assert history.kl_per_latent == history.active_units == []


def test_history_is_shown_in_one_line(tiny_ae, images):
    history = train_ae(tiny_ae(20, 3), epochs=2, **loaders(images), lr=1e-2, loss_fn=nn.MSELoss())
    assert repr(history).startswith("Historia treningu: liczba epok: 2; ")
    assert len(repr(history)) < 100


def test_study_draws_one_figure_and_shows_progress(tiny_ae, images, capsys):
    train_ae(tiny_ae(20, 3), epochs=2, **loaders(images), lr=1e-2, loss_fn=nn.MSELoss())
    assert len(plt.get_fignums()) == 1
    assert "Epoki" in capsys.readouterr().err


def test_fit_trains_alike_without_a_figure(tiny_ae, images):
    start, trained = tiny_ae(20, 3), []
    for train in (train_ae, fit):
        plt.close("all")
        model = tiny_ae(20, 3)
        model.load_state_dict(start.state_dict())
        torch.manual_seed(3)
        trained.append(train(model, 2, **loaders(images), lr=1e-2, loss_fn=nn.MSELoss()))
    assert trained[0] == trained[1]
    assert not plt.get_fignums()


def test_grading_trains_one_epoch_in_silence(tiny_ae, images, capsys, grading):
    history = train_ae(tiny_ae(20, 3), epochs=20, **loaders(images), lr=1e-2, loss_fn=nn.MSELoss())
    assert len(history) == 1
    assert not plt.get_fignums()
    assert capsys.readouterr() == ("", "")


def test_grading_takes_no_more_steps_than_it_needs(tiny_ae, images, grading):
    model, steps = tiny_ae(20, 3), []

    def loss(reconstruction, x):
        steps.append(model.training)
        return nn.functional.mse_loss(reconstruction, x)

    many = DataLoader(ConcatDataset([images] * GRADING_STEPS), batch_size=1)
    train_ae(model, 20, many, many, lr=1e-2, loss_fn=loss)
    assert steps == [True] * GRADING_STEPS + [False]


def test_a_stream_of_unknown_length_can_be_trained_on(tiny_ae, images):
    class Stream(IterableDataset):
        def __iter__(self):
            return iter(images)

    stream = DataLoader(Stream(), batch_size=16)
    history = train_ae(tiny_ae(20, 3), 2, stream, stream, lr=1e-2, loss_fn=nn.MSELoss())
    assert len(history) == 2


def test_processor_settings_come_back(tiny_ae, images):
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        train_ae(tiny_ae(20, 3), epochs=1, **loaders(images), lr=1e-2, loss_fn=nn.MSELoss())
        assert torch.get_num_threads() == 2
        assert torch.tensor(1e-40).mul(1).item() > 0
    finally:
        torch.set_num_threads(threads)


def test_no_epochs_are_an_error(tiny_ae, images):
    with pytest.raises(ValueError, match="co najmniej 1, a podano 0"):
        train_ae(tiny_ae(20, 3), epochs=0, **loaders(images), lr=1e-2, loss_fn=nn.MSELoss())


def test_a_training_set_smaller_than_a_whole_batch_is_an_error(tiny_ae, images):
    data = loaders(images) | {"train_loader": DataLoader(images, batch_size=71, drop_last=True)}
    with pytest.raises(ValueError, match=r"train_loader.*drop_last"):
        train_ae(tiny_ae(20, 3), epochs=1, **data, lr=1e-2, loss_fn=nn.MSELoss())


def test_an_empty_validation_set_is_an_error(tiny_ae, images):
    data = loaders(images) | {"val_loader": DataLoader(Subset(images, []))}
    with pytest.raises(ValueError, match=r"val_loader.*pusty"):
        train_ae(tiny_ae(20, 3), epochs=1, **data, lr=1e-2, loss_fn=nn.MSELoss())


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_a_loss_that_is_not_finite_stops_the_training_and_says_where(tiny_ae, images, value):
    factors = iter([1.0] * 5 + [value])
    with pytest.raises(RuntimeError, match=rf"{value} \(epoka 2, krok 2\).*lr"):
        train_ae(tiny_ae(20, 3), epochs=3, **loaders(images), lr=1e-2, loss_fn=lambda r, _: r.mean() * next(factors))
