"""What a trained model must show: objects that only look like one do not."""

import numpy as np
import pytest

from grader_tests import mnist, trained
from grader_tests.student import ProbeError, Reply, error_in
from grader_tests.verdict import WrongError

PIXELS = 784


def images_of(rows):
    both = np.concatenate([mnist.images(train)[0] for train in (True, False)])
    return both[rows].reshape(-1, PIXELS) / 255.0


@pytest.fixture(scope="module")
def components():
    """Mean image (784,), and the ten directions (784, 10) in which images vary most, a standard deviation long."""
    x = mnist.images(train=True)[0][:5000].reshape(-1, PIXELS) / 255.0
    mean = x.mean(axis=0)
    _, spread, directions = np.linalg.svd(x - mean, full_matrices=False)
    return mean, directions[:10].T * spread[:10] / np.sqrt(len(x))


class Model:
    """Answers for a model of two functions: images -> (loc, scale), and z -> images."""

    def __init__(self, encode, decode):
        self.notes = {}
        self._encode, self._decode = encode, decode

    def probe(self, name, model, epochs, seed, rows=None, z=None):
        if name == "trained_encode":
            loc, scale = self._encode(images_of(rows))
            return Reply({"loc": loc, "scale": scale})
        return Reply({"output": self._decode(z)})


class Learner(Model):
    """A model that is good after some more epochs, and until then draws the mean image."""

    def __init__(self, encode, decode, untrained, epochs):
        super().__init__(encode, decode)
        self.asked = []
        self._untrained, self._epochs = untrained, epochs

    def probe(self, name, model, epochs, seed, rows=None, z=None):
        self.asked.append(epochs)
        if name == "trained_decode" and epochs < self._epochs:
            return Reply({"output": self._untrained(z)})
        return super().probe(name, model, epochs, seed, rows, z)


class TestMeasureWhenLearnt:
    """Grading trains for one epoch, the assignment for twenty."""

    @pytest.fixture(autouse=True)
    def wide_bands(self, monkeypatch):
        kinds = ("negative_elbo", "kl", "variance")
        monkeypatch.setattr(trained, "bands", lambda: {f"vae_{kind}": (0.0, 1e4) for kind in kinds})

    def measure(self, learner):
        return trained.measure_when_learnt(learner, "vae_model", np.random.default_rng(1), lambda: 1, ["1a.elbo"])

    @pytest.mark.parametrize("epochs", [0, 1, 4, 19])
    def test_it_is_trained_on_until_it_has_learnt(self, encoders, decoders, epochs):
        learner = Learner(encoders["linear"], decoders["linear"], decoders["the mean image"], epochs)
        trained.require_learnt(self.measure(learner))
        assert epochs <= max(learner.asked) <= epochs + 2

    def test_what_never_learns_is_judged_as_the_notebook_left_it(self, encoders, decoders):
        learner = Learner(encoders["linear"], decoders["linear"], decoders["the mean image"], 20)
        with pytest.raises(WrongError):
            trained.require_learnt(self.measure(learner))
        assert max(learner.asked) == 19  # with the notebook's own epoch those of the assignment

    def test_where_the_cause_has_a_name_nothing_is_trained_on(self, encoders, decoders):
        learner = Learner(encoders["linear"], decoders["linear"], decoders["the mean image"], 1)
        learner.notes["1a.elbo"] = 0.0
        with pytest.raises(WrongError):
            trained.require_learnt(self.measure(learner))
        assert set(learner.asked) == {0}

    def test_a_model_whose_training_crashed_is_not_measured(self, encoders, decoders):
        learner = Learner(encoders["linear"], decoders["linear"], decoders["linear"], 0)
        learner.notes[error_in("vae_training")] = 1.0
        with pytest.raises(ProbeError, match="vae_training"):
            self.measure(learner)
        assert learner.asked == []


def measured(encode, decode):
    return trained.measure(Model(encode, decode), "vae_model", np.random.default_rng(1), lambda: 1)


@pytest.fixture(scope="module")
def encoders(components):
    mean, directions = components
    weights = np.linalg.pinv(directions).T

    def noise(x, seed=3):
        return np.random.default_rng(seed).normal(0, 0.7, (len(x), 10)), np.full((len(x), 10), 0.7)

    return {
        "linear": lambda x: ((x - mean) @ weights, np.full((len(x), 10), 0.1)),
        "noise": noise,
        "noise of the image": lambda x: (
            np.stack([noise(row[None], int(row.sum() * 1000))[0][0] for row in x]),
            np.full((len(x), 10), 0.7),
        ),
        "the prior": lambda x: (np.zeros((len(x), 10)), np.ones((len(x), 10))),
    }


@pytest.fixture(scope="module")
def decoders(components):
    mean, directions = components

    def random_class(z):
        images, labels = mnist.images(train=True)
        means = np.stack([images[labels == digit].mean(axis=0).ravel() / 255 for digit in range(10)])
        return 0.2 * means[z.argmax(axis=1)] + 0.8 * mean

    return {
        "linear": lambda z: np.clip(mean + z @ directions.T, 1e-3, 1 - 1e-3),
        "the mean image": lambda z: np.broadcast_to(np.clip(mean, 1e-3, 1 - 1e-3), (len(z), PIXELS)),
        "the mean image and a little": lambda z: np.clip(mean + 0.01 * np.tanh(z).sum(1, keepdims=True), 1e-3, 0.999),
        "a class that noise chooses": random_class,
    }


def test_a_model_that_has_learnt_shows_it(encoders, decoders):
    found = measured(encoders["linear"], decoders["linear"])
    trained.require_learnt(found)
    trained.require_representation(found.representation)


@pytest.mark.parametrize("encoder", ["noise", "noise of the image", "the prior"])
@pytest.mark.parametrize("decoder", ["the mean image", "the mean image and a little", "a class that noise chooses"])
def test_noise_shows_neither(encoders, decoders, encoder, decoder):
    found = measured(encoders[encoder], decoders[decoder])
    with pytest.raises(WrongError):
        trained.require_learnt(found)
    with pytest.raises(WrongError):
        trained.require_representation(found.representation)


def test_a_decoder_that_ignores_z_has_learnt_nothing_whatever_the_encoder_is(encoders, decoders):
    with pytest.raises(WrongError):
        trained.require_learnt(measured(encoders["linear"], decoders["the mean image"]))


def test_an_encoder_of_noise_has_learnt_nothing_whatever_the_decoder_is(encoders, decoders):
    with pytest.raises(WrongError):
        trained.require_learnt(measured(encoders["noise"], decoders["linear"]))
