"""A composition: an idiom for each axis and perhaps a mutation, which give the solution cells of a notebook."""

import io
import itertools
import re
import textwrap
import tokenize
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from benchmarks.generated.idioms import AXES, Idiom
from benchmarks.generated.mutations import Mutation

IDIOMS = {idiom.name: idiom for axis in AXES.values() for idiom in axis}
REFERENCE = {axis: idioms[0].name for axis, idioms in AXES.items()}
TASK_2_AXES = ("classifier", "latents", "store")
"""Axes of that task."""

FRAMES = {
    "vae_encoder": """\
class VEncoder(nn.Module):
    def __init__(self, n_input_features: int, n_hidden_neurons: int, n_latent_features: int):
        super().__init__()
        $encoder_sizes
        $encoder_init
        $heads_init

    $encoder_decorator
    def forward(self, x: torch.Tensor):
        $encoder_start
        $encoder_trunk
        $encoder_middle
        $heads
        $scale
        $encoder_end
        return $encoder_result
""",
    "vae_decoder": """\
class VDecoder(nn.Module):
    def __init__(self, n_latent_features: int, n_hidden_neurons: int, n_output_features: int):
        super().__init__()
        $decoder_sizes
        $decoder_init

    def forward(self, z: torch.Tensor):
        $decoder_start
        $decoder_trunk
        $pixels
        $decoder_end
        return r
""",
    "vae_model": """\
class VariationalAutoencoder(BaseAutoEncoder):
    def __init__(
        self,
        n_data_features: int,
        n_encoder_hidden_features: int,
        n_decoder_hidden_features: int,
        n_latent_features: int,
    ):
        super().__init__(
            encoder=VEncoder(n_data_features, n_encoder_hidden_features, n_latent_features),
            decoder=VDecoder(n_latent_features, n_decoder_hidden_features, n_data_features),
            n_latent_features=n_latent_features,
        )
        self.input_shape = None
        self.n_pixels = n_data_features

    def encoder_forward(self, x: torch.Tensor) -> torch.Tensor:
        self.input_shape = x.shape[1:]
        x = $flatten_to_sample
        z_loc, z_scale = self.encoder(x)
        $before_sample
        $sample
        $after_sample
        return z

    def decoder_forward(self, z: torch.Tensor) -> torch.Tensor:
        r = self.decoder(z)
        $before_restore
        return $restored

    def model(self, x: torch.Tensor):
        pyro.module("decoder", self.decoder)
        with $plate_of_model:
            z = pyro.sample($latent, $prior)
            $likelihood

    def guide(self, x: torch.Tensor):
        pyro.module("encoder", self.encoder)
        with $plate_of_guide:
            z_loc, z_scale = $encoded
            $before_posterior
            pyro.sample($latent_of_guide, $posterior)
""",
    "classification": """\
X_train, y_train = zip(*train_dataset)
X_train = torch.stack(X_train)
X_val, y_val = zip(*val_dataset)
X_val = torch.stack(X_val)

import time

$classifier


def encode(model, images):
    model.eval()
    with torch.no_grad():
        $latents


def features(name, images):
    if name == "raw":
        return images.flatten(1).numpy()
    return encode({"ae": ae_model, "vae": $vae_of_results}[name], images)


def evaluate(name, classifier):
    train, val = features(name, X_train), features(name, X_val)
    labels, val_labels = np.array(y_train), np.array(y_val)
    $before_fit
    start = time.perf_counter()
    classifier.fit(train, labels)
    fitted = time.perf_counter()
    predictions = classifier.predict(val)
    predicted = time.perf_counter()
    accuracy = float(np.mean(predictions == val_labels))
    fit_time, predict_time = fitted - start, predicted - fitted
    $after_fit
    return {"classifier": classifier, "accuracy": accuracy, "fit_time": fit_time, "predict_time": predict_time}


$store
$after_store
""",
    "beta_vae": '''\
$beta_helpers
$beta_before

class BetaVariationalAutoencoder($beta_parent):
    """The VAE with beta times the KL term."""

    $beta_init

    $beta_methods
''',
}

SEAMS = {
    "encoder_sizes": "",
    "encoder_decorator": "",
    "encoder_start": "",
    "encoder_middle": "",
    "encoder_end": "",
    "encoder_result": "z_loc, z_scale",
    "decoder_sizes": "",
    "decoder_start": "",
    "decoder_end": "",
    "flatten_to_sample": "$flatten",
    "before_sample": "",
    "after_sample": "",
    "before_restore": "",
    "restored": "$restore",
    "plate_of_model": "$plate",
    "plate_of_guide": "$plate",
    "before_posterior": "",
    "latent_of_guide": "$latent",
    "likelihood_of_beta": "$likelihood",
    "beta_prior": "$beta",
    "beta_posterior": "$beta",
    "beta_before": "",
    "beta_parent": "VariationalAutoencoder",
    "vae_of_results": "vae_model",
    "before_fit": "",
    "after_fit": "",
    "after_store": "",
}
"""Slots that no idiom fills: where mutations put something."""


@dataclass(frozen=True)
class Composition:
    """A solution.

    choices: name of an idiom by axis; mutation: what the student got wrong, if anything.
    """

    choices: dict[str, str] = field(default_factory=lambda: dict(REFERENCE))
    mutation: Mutation | None = None

    def __str__(self) -> str:
        """The mutation, and the idioms that are not the reference's."""
        own = [f"{axis}: {name}" for axis, name in self.choices.items() if name != REFERENCE[axis]]
        return f"{self.mutation.name + ' in ' if self.mutation else ''}{'; '.join(own) or 'the reference'}"

    @property
    def idioms(self) -> set[str]:
        """Names of the idioms that are not the reference's."""
        return set(self.choices.values()) - set(REFERENCE.values())

    def cells(self) -> dict[str, str]:
        """Sources of the solution cells by grade id."""
        slots = dict(SEAMS)
        for axis, name in self.choices.items():
            if axis != "names":
                slots |= IDIOMS[name].slots
        if self.mutation:
            for slot, text in self.mutation.edits.items():
                slots[f"original_{slot}"] = slots[slot]
                slots[slot] = text.replace("$_", f"$original_{slot}")
        renamed = IDIOMS[self.choices["names"]].slots
        return {grade_id: rename(fill(frame, slots), renamed) for grade_id, frame in FRAMES.items()}


def right(rng: np.random.Generator) -> Composition:
    """A right composition, every idiom of an axis equally likely."""
    return Composition({axis: _one_of(rng, idioms).name for axis, idioms in AXES.items()})


def wrong(rng: np.random.Generator, mutation: Mutation, allowed: Callable[[set[str]], bool]) -> Composition:
    """A composition that the mutation fits, with it; ``allowed``: whether these idioms may be in it."""
    while True:
        composition = Composition(right(rng).choices, mutation)
        if fits(composition) and allowed(set(composition.choices.values())):
            return composition


def fits(composition: Composition) -> bool:
    """Whether the mutation, if any, changes what it is meant to change there."""
    return composition.mutation is None or not set(composition.choices.values()) & composition.mutation.unfit


def _one_of(rng: np.random.Generator, idioms: tuple[Idiom, ...]) -> Idiom:
    return idioms[rng.integers(len(idioms))]


def fill(text: str, slots: dict[str, str]) -> str:
    """The text with every ``$slot`` filled, and those in what fills it; a slot alone in its line keeps the indent."""
    while "$" in text:
        alone = re.compile(r"^( *)\$(\w+)$", flags=re.MULTILINE)
        while alone.search(text):
            text = alone.sub(lambda found: textwrap.indent(slots[found[2]], found[1]), text)
        text = re.sub(r"\$(\w+)", lambda found: slots[found[1]], text)
    return text


def rename(source: str, names: dict[str, str]) -> str:
    """The source with these local names replaced."""
    if not names:
        return source
    lines = source.splitlines(keepends=True)
    tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    for before, token in reversed(list(itertools.pairwise(tokens))):
        if token.type == tokenize.NAME and token.string in names and before.string != ".":
            row, column = token.start
            line = lines[row - 1]
            lines[row - 1] = line[:column] + names[token.string] + line[column + len(token.string) :]
    return "".join(lines)
