"""What a trained model must show: objects that only look like one do not."""

import numpy as np
import pytest

from grader_tests import mnist, trained
from grader_tests.student import Reply
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

    def probe(self, name, model, seed, rows=None, z=None):
        if name == "trained_encode":
            loc, scale = self._encode(images_of(rows))
            return Reply({"loc": loc, "scale": scale})
        return Reply({"output": self._decode(z)})


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
