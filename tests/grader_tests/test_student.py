"""Both backends answer alike, and no answer of a kernel is believed."""

import types

import numpy as np
import pytest
from torch.utils.data import Subset

from coursekit import data
from grader_tests import mnist, probes, wire
from grader_tests.student import REPLY_MIME, ChannelStudent, KernelStudent, ProbeError, Reply

X = np.random.default_rng(1).uniform(0, 1, (4, 1, 8, 8))
SIZES = [64, 16, 16, 3]
LATENT = np.random.default_rng(2).normal(0, 1, (4, 3))
STUB = {"loc": LATENT, "scale": np.full((4, 3), 0.5), "weight": np.ones((3, 64)), "bias": np.zeros(64)}
QUESTIONS = [
    ("decode", {"sizes": [3, 16, 64], "z": LATENT, "gain": 4.0, "repeat": 2}, ["output"]),
    ("draw_latents", {"sizes": SIZES, "x": X, "loc": LATENT, "scale": np.ones((4, 3)), "draws": 3}, ["samples"]),
    ("restore", {"sizes": SIZES, "z": LATENT, "image_shape": [1, 8, 8]}, ["image", "output"]),
    ("losses", {"cls": "VariationalAutoencoder", "sizes": SIZES, "x": X, "draws": 2}, ["loss", "z", "prior_term"]),
    (
        "losses",
        {"cls": "BetaVariationalAutoencoder", "sizes": SIZES, "x": X, "draws": 2, "betas": [0.5, 2.0], "stub": STUB},
        ["loss", "guide_term", "likelihood_term"],
    ),
]


@pytest.mark.parametrize(("name", "arguments", "fields"), QUESTIONS, ids=[name for name, _, _ in QUESTIONS])
def test_backends_answer_alike(here, there, name, arguments, fields):
    one, other = (student.probe(name, **arguments, seed=11) for student in (here, there))
    for field in fields:
        np.testing.assert_allclose(whole(one, field), whole(other, field), rtol=1e-6)


def whole(reply, field):
    """An array of a reply, whatever its shape."""
    return reply.array(field, reply.shape(field))


def test_encoders_of_several_gains_have_the_same_weights(here, there):
    x = X.reshape(4, 64).astype(np.float32)
    one, other = (
        s.probe("encode", sizes=[64, 16, 3], x=x, gains=[1.0, 4.0], seed=11).items("items") for s in (here, there)
    )
    (alone,) = here.probe("encode", sizes=[64, 16, 3], x=x, gains=[4.0], seed=11).items("items")
    for field in ("loc", "scale"):
        np.testing.assert_array_equal(whole(one[1], field), whole(alone, field))
        assert not np.allclose(whole(one[0], field), whole(one[1], field))
        for a, b in zip(one, other, strict=True):
            np.testing.assert_allclose(whole(a, field), whole(b, field), rtol=1e-6)


def test_a_kept_split_has_the_images_of_its_rows(here, monkeypatch):
    train, val = (mnist.images(train)[0] for train in (True, False))
    monkeypatch.setenv("COURSE_MNIST", str(data.DATA / "MNIST"))
    here.probe(
        "keep_splits", rows={"a": np.array([59_999, 3]), "b": np.array([60_002])}, labels={"a": np.array([1, 2])}
    )
    np.testing.assert_array_equal(probes._kept["a"][0], train[[59_999, 3]])
    np.testing.assert_array_equal(probes._kept["a"][1], [1, 2])
    np.testing.assert_array_equal(probes._kept["b"][0], val[[2]])


def test_rows_of_a_subset_are_those_that_the_classifier_saw(here):
    images = types.SimpleNamespace(data=np.arange(20, dtype=np.uint8).reshape(5, 2, 2))
    here.namespace["train_dataset"] = images
    every = here.probe("training_rows").column("checksums", 5)
    here.namespace["train_dataset"] = Subset(Subset(images, [4, 2, 0]), [0, 2])
    np.testing.assert_array_equal(here.probe("training_rows").column("checksums", 5), every[[4, 0]])


def test_an_answer_repeats_with_its_seed_only(here):
    arguments = {"sizes": SIZES, "x": X, "loc": LATENT, "scale": np.ones((4, 3)), "draws": 1}
    first, again, another = (whole(here.probe("draw_latents", **arguments, seed=s), "samples") for s in (5, 5, 6))
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, another)


def test_probes_leave_random_states_and_parameters_alone(kernel, there):
    note = "import pyro; print(torch.rand(3).tolist(), np.random.rand(3).tolist(), len(pyro.get_param_store()))"
    seeded = "torch.manual_seed(1); np.random.seed(1)"
    kernel.run(seeded)
    expected = kernel.run(note)[0]["text"]
    kernel.run(seeded)
    for name, arguments, _ in QUESTIONS:
        there.probe(name, **arguments, seed=3)
    assert kernel.run(note)[0]["text"] == expected


def test_a_students_exception_is_told(namespace):
    class Broken(namespace["VEncoder"]):
        def forward(self, x):
            raise ZeroDivisionError("dzielenie przez zero\nwith a long listing")

    student = KernelStudent({**namespace, "VEncoder": Broken})
    with pytest.raises(ProbeError, match=r"^Kod zgłosił wyjątek ZeroDivisionError: dzielenie przez zero$"):
        student.probe("encode", sizes=[64, 16, 3], x=X.reshape(4, 64))


def test_a_missing_name_is_told(here):
    with pytest.raises(ProbeError, match="W notatniku nie ma vae_model"):
        here.probe("trained_decode", model="vae_model", z=LATENT, epochs=0)


def answering(*outputs):
    return ChannelStudent(lambda source: list(outputs))


@pytest.mark.parametrize(
    "outputs",
    [
        [],
        [{"output_type": "stream", "text": "1.0"}],
        [{"output_type": "display_data", "data": {REPLY_MIME: 7}}],
        [{"output_type": "display_data", "data": {REPLY_MIME: "{}"}}],
        [{"output_type": "display_data", "data": {REPLY_MIME: wire.encode([1, 2], wire.REPLY)}}],
        [{"output_type": "error", "ename": "KeyError", "evalue": "x"}],
    ],
    ids=["nothing", "text", "no string", "no message", "no fields", "error"],
)
def test_no_sensible_answer_is_an_error(outputs):
    with pytest.raises(ProbeError):
        answering(*outputs).probe("encode")


@pytest.mark.parametrize(
    "value",
    ["text", None, [1.0], {"a": 1.0}, np.array(["a"]), np.zeros((2, 4)), np.zeros((2, 3), dtype=complex)],
    ids=["text", "none", "list", "dict", "strings", "shape", "complex"],
)
def test_a_field_of_another_kind_is_an_error(value):
    with pytest.raises(ProbeError):
        Reply({"loc": value}).array("loc", (2, 3))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 10**400, -(10**400), True, "1", None, [1], np.ones(1)])
def test_a_number_is_finite(value):
    with pytest.raises(ProbeError):
        Reply({"accuracy": value}).number("accuracy")
