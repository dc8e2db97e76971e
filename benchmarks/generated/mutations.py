"""Wrong by one conceptual mistake: edits of slots, which fit whatever idioms a composition is made of.

What a mutation must fail is what a fair grader says: one cause has one price. Where a mistake is carried into a later
cell, or makes numbers there that nobody can judge, checks of those `may` fail too. What the checks do otherwise today
stands in ``expected.KNOWN``, not here.
"""

from dataclasses import dataclass


def _ids(task: str, *names: str) -> frozenset[str]:
    return frozenset(f"{task}.{name}" for name in names)


TRAINED = _ids("1a", "trained_elbo", "trained_posterior") | _ids("3", "trained_kl", "trained_variance")
TASK_2 = _ids("2", "entries", "same_classifier", "accuracy", "trained_on_train", "weak_on_raw") | _ids(
    "2", "latents_informative", "times", "encoders_untouched"
)
TASK_3 = _ids("3", "beta_argument", "beta_one", "beta_loss", "posterior_scale", "prior_scale", "likelihood_scale")
ENCODER = _ids("1a", "encoder_shapes", "scale_positive", "loc_range", "scale_range", "scale_depends_on_x") | _ids(
    "1a", "separate_heads"
)


@dataclass(frozen=True)
class Mutation:
    """One mistake.

    name: unique; wrong: what the student got wrong; edits: new text by slot, ``$_`` for what the composition has there;
    fails: ids of the checks that must fail, "a|b" where one of the two is enough; may: of those that may fail as well;
    says: what a message or a hint must contain to name the mistake, one of these, in lower case; unfit: idioms that it
    does not fit, because it would change nothing there, or another thing.
    """

    name: str
    wrong: str
    edits: dict[str, str]
    fails: tuple[str, ...]
    says: tuple[str, ...]
    may: frozenset[str] = frozenset()
    unfit: frozenset[str] = frozenset()


_OF_GUIDE = {"before_posterior", "posterior", "latent_of_guide", "plate_of_guide"}
_ELBO = frozenset({"1a.elbo"})
_LATER = TRAINED | TASK_2
_OF_POSITIVE = ("dodatni", "większych od zera", "nan")
_OF_LOC = ("z_loc mieści się", "dowolną liczbą rzeczywistą")
_OF_RANGE = ("z_scale mieści się", "większą od 1")
_OF_X = ("takie samo dla różnych obrazów", "na podstawie tego obrazu")
_OF_GRADIENT = ("gradient",)
_OF_SHAPES = ("kształt", "rozmiary")
_OF_DRAW = ("próbk",)
_OF_NOISE = ("szum", "kolejne wywołania")
_OF_RESTORE = ("kształt obrazu", "rekonstrukcj", "dekodera")
_OF_DECODER = ("prawdopodobieństwo z przedziału", "wartości od 0 do 1")


def _loc(name: str, wrong: str, expression: str) -> Mutation:
    return Mutation(
        name,
        wrong,
        {"encoder_end": f"z_loc = {expression}"},
        ("1a.loc_range",),
        _OF_LOC,
        _LATER | {"1a.separate_heads"},
    )


def _scale(
    name: str, wrong: str, scale: str, *fails: str, says: tuple[str, ...], may: frozenset[str] = _ELBO
) -> Mutation:
    return Mutation(name, wrong, {"scale": f"z_scale = {scale}"}, fails, says, may | _LATER)


def _pixels(name: str, wrong: str, pixels: str, *fails: str, says: tuple[str, ...] = _OF_DECODER) -> Mutation:
    return Mutation(name, wrong, {"pixels": f"r = {pixels}"}, fails, says, _LATER | _ELBO)


def _draw(
    name: str, wrong: str, *fails: str, says: tuple[str, ...] = _OF_DRAW, unfit: str = "", **edits: str
) -> Mutation:
    ids = tuple(f"1a.encoder_forward_{part}" for part in fails)
    also = {"traced guide"} if {"before_sample", "flatten_to_sample"} & set(edits) else set()
    return Mutation(name, wrong, edits, ids, says, TASK_2, frozenset(filter(None, {unfit, *also})))


def _restore(name: str, wrong: str, restored: str) -> Mutation:
    return Mutation(name, wrong, {"restored": restored}, ("1a.decoder_forward",), _OF_RESTORE, _LATER)


def _model(name: str, wrong: str, *fails: str, says: tuple[str, ...], unfit: str = "", **edits: str) -> Mutation:
    ids = tuple(f"1a.{part}" for part in fails)
    may = _LATER | TASK_3 | {"1a.gradients", "1a.elbo", "1a.model", "1a.guide"} - set(ids)
    carried = {"traced guide"} if _OF_GUIDE & set(edits) else set()
    return Mutation(name, wrong, edits, ids, says, may, frozenset(carried) | frozenset(filter(None, unfit.split("; "))))


def _beta(
    name: str, wrong: str, *fails: str, says: tuple[str, ...], may: str = "", unfit: str = "", **edits: str
) -> Mutation:
    ids = tuple(f"3.{part}" for part in fails)
    also = TRAINED | {f"3.{part}" for part in may.split()}
    return Mutation(name, wrong, edits, ids, says, also, frozenset(filter(None, unfit.split("; "))))


_LINEAR_SCALE = ("1a.scale_positive",)

OF_ENCODER = (
    _loc("loc through relu", "the mean is cut off at zero", "torch.relu(z_loc)"),
    _loc("loc through sigmoid", "the mean is kept in (0, 1)", "torch.sigmoid(z_loc)"),
    _loc("loc through tanh", "the mean is kept in (-1, 1)", "torch.tanh(z_loc)"),
    _loc("loc through softmax", "the means sum to one", "torch.softmax(z_loc, dim=-1)"),
    _loc("loc through softplus", "the mean is always positive", "nn.functional.softplus(z_loc)"),
    _loc("absolute loc", "the mean is never negative", "z_loc.abs()"),
    _loc("loc through hardtanh", "the mean is cut off at -1 and 1", "nn.functional.hardtanh(z_loc)"),
    _loc("loc of unit length", "the vector of means is normalised", "nn.functional.normalize(z_loc, dim=-1)"),
    _scale("scale of relu", "zero is no standard deviation", "torch.relu(u)", *_LINEAR_SCALE, says=_OF_POSITIVE),
    _scale("absolute scale", "it touches zero", "u.abs()", *_LINEAR_SCALE, says=_OF_POSITIVE),
    _scale("square as scale", "it touches zero", "u ** 2", *_LINEAR_SCALE, says=_OF_POSITIVE),
    _scale("linear scale", "it may be negative", "u", *_LINEAR_SCALE, says=_OF_POSITIVE),
    _scale(
        "scale of sine",
        "it may be negative",
        "1 + 1.5 * torch.sin(u)",
        *_LINEAR_SCALE,
        says=_OF_POSITIVE,
        may=_ELBO | {"1a.scale_range"},
    ),
    _scale("negative scale", "the sign is wrong", "-torch.exp(0.5 * u)", *_LINEAR_SCALE, says=_OF_POSITIVE),
    _scale(
        "logarithm of the scale",
        "the head's output is taken for its logarithm",
        "torch.log(u)",
        *_LINEAR_SCALE,
        says=_OF_POSITIVE,
        may=_ELBO | ENCODER | {"1a.gradients"},
    ),
    _scale(
        "exponent of an exponent",
        "it is at least 1, and overflows",
        "torch.exp(torch.exp(u))",
        "1a.scale_positive|1a.scale_range",
        says=(*_OF_POSITIVE, *_OF_RANGE, "nieskończon"),
        may=_ELBO | {"1a.scale_depends_on_x", "1a.gradients"},
    ),
    _scale(
        "root of a linear scale",
        "a negative number has no root",
        "torch.sqrt(u)",
        *_LINEAR_SCALE,
        says=_OF_POSITIVE,
        may=_ELBO | ENCODER | {"1a.gradients"},
    ),
    _scale(
        "leaky relu as scale", "it may be negative", "nn.functional.leaky_relu(u)", *_LINEAR_SCALE, says=_OF_POSITIVE
    ),
    _scale(
        "clamped linear scale",
        "a clamp has no slope below its limit",
        "u.clamp(1e-3, 100)",
        "1a.scale_positive|1a.gradients|1a.scale_range",
        says=(*_OF_POSITIVE, "gładk", "gradient"),
    ),
    _scale(
        "tanh as scale",
        "it may be negative",
        "torch.tanh(u)",
        *_LINEAR_SCALE,
        says=_OF_POSITIVE,
        may=_ELBO | {"1a.scale_range"},
    ),
    _scale("scale through sigmoid", "it never exceeds 1", "torch.sigmoid(u)", "1a.scale_range", says=_OF_RANGE),
    _scale(
        "scale through softmax",
        "scales sum to one",
        "torch.softmax(u, dim=-1)",
        "1a.scale_range",
        says=_OF_RANGE,
        may=_ELBO | {"1a.scale_positive"},
    ),
    _scale(
        "scale of at least one",
        "no latent can be known well",
        "nn.functional.softplus(u) + 1",
        "1a.scale_range",
        says=_OF_RANGE,
    ),
    _scale(
        "scale of a bounded exponent",
        "it is kept in (0.37, 2.7)",
        "torch.exp(torch.tanh(u))",
        "1a.scale_range",
        says=_OF_RANGE,
    ),
    _scale(
        "inverse of one plus a square",
        "it never exceeds 1",
        "1 / (1 + u ** 2)",
        "1a.scale_range",
        says=_OF_RANGE,
        may=_ELBO | {"1a.scale_positive"},
    ),
    _scale(
        "constant scale",
        "the encoder has no scale",
        "torch.ones_like(z_loc)",
        "1a.scale_depends_on_x",
        says=_OF_X,
        may=frozenset({"1a.scale_range"}),
    ),
    _scale(
        "small constant scale",
        "the encoder has no scale",
        "torch.full_like(z_loc, 0.1)",
        "1a.scale_depends_on_x",
        says=_OF_X,
        may=frozenset({"1a.scale_range"}),
    ),
    Mutation(
        "scale averaged over the batch",
        "one scale serves all images",
        {"encoder_end": "z_scale = z_scale.mean(dim=0, keepdim=True).expand_as(z_loc)"},
        ("1a.scale_depends_on_x",),
        _OF_X,
        _LATER | _ELBO | {"1a.scale_range"},
    ),
    Mutation(
        "scale as a parameter",
        "a learnt scale is the same for every image",
        {
            "heads_init": "$_\nself.free = nn.Parameter(torch.zeros(n_latent_features))",
            "scale": "z_scale = torch.exp(self.free).expand_as(z_loc)",
        },
        ("1a.scale_depends_on_x",),
        _OF_X,
        _LATER | {"1a.scale_range"},
    ),
    Mutation(
        "detached scale",
        "no gradient reaches the scale's head",
        {"encoder_end": "z_scale = z_scale.detach()"},
        ("1a.gradients",),
        _OF_GRADIENT,
        _LATER,
    ),
    Mutation(
        "detached loc",
        "no gradient reaches the mean's head",
        {"encoder_end": "z_loc = z_loc.detach()"},
        ("1a.gradients",),
        _OF_GRADIENT,
        _LATER,
    ),
    Mutation(
        "detached hidden layer",
        "no gradient reaches the first layers",
        {"encoder_middle": "h = h.detach()"},
        ("1a.gradients",),
        _OF_GRADIENT,
        _LATER,
    ),
    Mutation(
        "hidden layer's data",
        "no gradient reaches the first layers",
        {"encoder_middle": "h = h.data"},
        ("1a.gradients",),
        _OF_GRADIENT,
        _LATER,
    ),
    Mutation(
        "hidden layer through NumPy",
        "no gradient passes NumPy",
        {"encoder_middle": "h = torch.from_numpy(h.detach().numpy())"},
        ("1a.gradients",),
        _OF_GRADIENT,
        _LATER,
    ),
    Mutation(
        "no_grad around the encoder",
        "the encoder has no gradients",
        {"encoder_decorator": "@torch.no_grad()"},
        ("1a.gradients",),
        _OF_GRADIENT,
        _LATER,
    ),
    Mutation(
        "rounded means",
        "rounding has no slope",
        {"encoder_end": "z_loc = z_loc.round()"},
        ("1a.gradients",),
        _OF_GRADIENT,
        _LATER | {"1a.separate_heads"},
    ),
    Mutation(
        "hidden layers in a plain list",
        "torch does not find the layers",
        {
            "encoder_init": "self.layers = [nn.Linear(n_input_features, n_hidden_neurons)]",
            "encoder_trunk": "h = torch.relu(self.layers[0](x))",
        },
        ("1a.gradients",),
        (*_OF_GRADIENT, "modulelist", "list"),
        _LATER | _ELBO,
    ),
    Mutation(
        "layers made in forward",
        "new weights at every call",
        {
            "encoder_init": "self.n = n_hidden_neurons",
            "encoder_trunk": "h = torch.relu(nn.Linear(x.shape[-1], self.n)(x))",
        },
        ("1a.gradients|1a.elbo",),
        (*_OF_GRADIENT, "__init__"),
        _LATER | _ELBO | {"1a.gradients"},
    ),
    Mutation(
        "scale is a function of loc",
        "one head gives both",
        {"scale": "z_scale = torch.exp(0.5 * z_loc)"},
        ("1a.separate_heads",),
        ("funkcją samego z_loc", "osobn"),
        _LATER | {"1a.scale_depends_on_x"},
    ),
    Mutation(
        "softplus of loc as scale",
        "one head gives both",
        {"scale": "z_scale = nn.functional.softplus(z_loc)"},
        ("1a.separate_heads",),
        ("funkcją samego z_loc", "osobn"),
        _LATER,
    ),
    Mutation(
        "outputs in the wrong order",
        "the scale comes first",
        {"encoder_result": "z_scale, z_loc"},
        ("1a.scale_positive", "1a.loc_range"),
        (*_OF_POSITIVE, "kolejno"),
        _LATER | _ELBO | {"1a.gradients", "1a.scale_range", "1a.separate_heads"},
    ),
    Mutation(
        "one tensor of both",
        "a pair is due",
        {"encoder_result": "torch.cat([z_loc, z_scale], dim=-1)"},
        ("1a.encoder_shapes",),
        ("pary", "dwa osobne"),
        _LATER
        | ENCODER
        | {
            "1a.encoder_forward_distribution",
            "1a.encoder_forward_independence",
            "1a.gradients",
            "1a.elbo",
            "1a.decoder_forward",
        },
    ),
    Mutation(
        "three outputs",
        "a pair is due",
        {"encoder_result": "z_loc, z_scale, h"},
        ("1a.encoder_shapes",),
        ("pary", "dwa osobne"),
        _LATER
        | ENCODER
        | {
            "1a.encoder_forward_distribution",
            "1a.encoder_forward_independence",
            "1a.gradients",
            "1a.elbo",
            "1a.decoder_forward",
        },
    ),
    Mutation(
        "one scale per image",
        "a scale for each latent is due",
        {"encoder_end": "z_scale = z_scale.mean(dim=-1, keepdim=True)"},
        ("1a.encoder_shapes",),
        _OF_SHAPES,
        _LATER | ENCODER,
    ),
    Mutation(
        "squeezed outputs",
        "a batch of one loses its dimension",
        {"encoder_end": "z_loc, z_scale = z_loc.squeeze(), z_scale.squeeze()"},
        ("1a.encoder_shapes",),
        _OF_SHAPES,
        _LATER,
    ),
    Mutation(
        "10 latents in the encoder",
        "the constructor's argument is ignored",
        {"encoder_sizes": "n_latent_features = 10"},
        ("1a.encoder_shapes",),
        _OF_SHAPES,
        _LATER,
    ),
    Mutation(
        "784 inputs in the encoder",
        "the constructor's argument is ignored",
        {"encoder_sizes": "n_input_features = 784"},
        ("1a.encoder_shapes",),
        _OF_SHAPES,
        _LATER | {"1a.gradients"},
        frozenset({"lazy linear"}),
    ),
    Mutation(
        "128 neurons in the encoder",
        "the constructor's argument is ignored",
        {"encoder_sizes": "n_hidden_neurons = 128"},
        ("1a.encoder_shapes|1a.gradients",),
        _OF_SHAPES,
        _LATER,
    ),
    Mutation(
        "batch of 32 in the encoder",
        "the last batch may be smaller",
        {"encoder_start": "x = x.view(32, -1)"},
        ("1a.encoder_shapes",),
        _OF_SHAPES,
        _LATER,
    ),
    Mutation(
        "encoder that samples",
        "the encoder returns a draw and not the mean",
        {"encoder_end": "z_loc = z_loc + z_scale * torch.randn_like(z_scale)"},
        ("1a.elbo",),
        ("próbk", "los", "ujemne elbo"),
        _LATER | {"1a.separate_heads"},
    ),
    Mutation(
        "noise on the input of the encoder",
        "the encoder gives other means at each call",
        {"encoder_start": "x = x + 0.5 * torch.randn_like(x)"},
        ("1a.elbo",),
        ("próbk", "los", "ujemne elbo"),
        _LATER | {"1a.scale_positive"},
        frozenset({"asserts the range of pixels"}),
    ),
    Mutation(
        "encoder that fails",
        "the forward pass raises",
        {"encoder_start": "raise ValueError('x')"},
        ("1a.encoder_shapes",),
        ("wyjątek",),
        _LATER
        | ENCODER
        | {
            "1a.encoder_forward_distribution",
            "1a.encoder_forward_independence",
            "1a.gradients",
            "1a.elbo",
            "1a.decoder_forward",
        },
    ),
)

OF_DECODER = (
    _pixels("no activation of pixels", "logits are no probabilities", "a", "1a.decoder_range"),
    _pixels("relu on pixels", "it has no upper limit", "torch.relu(a)", "1a.decoder_range"),
    _pixels("tanh on pixels", "it reaches -1", "torch.tanh(a)", "1a.decoder_range"),
    _pixels("softmax over pixels", "pixels sum to one", "torch.softmax(a, dim=-1)", "1a.decoder_range"),
    _pixels(
        "sigmoid twice", "neither black nor white can be drawn", "torch.sigmoid(torch.sigmoid(a))", "1a.decoder_range"
    ),
    _pixels("softplus on pixels", "it has no upper limit", "nn.functional.softplus(a)", "1a.decoder_range"),
    Mutation(
        "pixels up to 255",
        "a probability is at most 1",
        {"pixels": "r = 255 * torch.sigmoid(a)"},
        ("1a.decoder_range",),
        _OF_DECODER,
        _LATER | _ELBO | {"1a.gradients"},  # log p(x|z) has no slope there
    ),
    _pixels("exp on pixels", "it has no upper limit", "torch.exp(a)", "1a.decoder_range"),
    _pixels("sigmoid of relu", "no pixel can be black", "torch.sigmoid(torch.relu(a))", "1a.decoder_range"),
    _pixels("softmax over the batch", "images depend on one another", "torch.softmax(a, dim=0)", "1a.decoder_range"),
    Mutation(
        "noise on z in the decoder",
        "the decoder draws",
        {"decoder_start": "z = z + 0.3 * torch.randn_like(z)"},
        ("1a.decoder_deterministic",),
        ("losuje", "różne wyniki", "próbk"),
        _LATER | _ELBO,
    ),
    Mutation(
        "pixels drawn in the decoder",
        "samples are no probabilities",
        {"decoder_end": "r = torch.bernoulli(r)"},
        ("1a.decoder_deterministic",),
        ("losuje", "różne wyniki", "próbk"),
        _LATER | _ELBO | {"1a.gradients"},
    ),
    Mutation(
        "dropout that stays on",
        "functional dropout does not know eval()",
        {"decoder_start": "z = nn.functional.dropout(z, 0.2)"},
        ("1a.decoder_deterministic",),
        ("losuje", "różne wyniki", "próbk"),
        _LATER | _ELBO | {"1a.gradients"},
    ),
    Mutation(
        "detached z in the decoder",
        "the encoder learns nothing of the reconstruction",
        {"decoder_start": "z = z.detach()"},
        ("1a.gradients",),
        _OF_GRADIENT,
        _LATER,
    ),
    Mutation(
        "detached logits",
        "the decoder has no gradients",
        {"pixels": "a = a.detach()\n$_"},
        ("1a.gradients",),
        _OF_GRADIENT,
        _LATER,
    ),
    Mutation(
        "rounded pixels",
        "rounding has no slope",
        {"decoder_end": "r = r.round()"},
        ("1a.gradients",),
        _OF_GRADIENT,
        _LATER | _ELBO,
    ),
    Mutation(
        "decoder that ignores z",
        "images do not depend on the latents",
        {"decoder_start": "z = torch.zeros_like(z)"},
        ("1a.gradients",),
        _OF_GRADIENT,
        _LATER | {"1a.decoder_range"},
    ),
    Mutation(
        "squeezed pixels",
        "a batch of one loses its dimension",
        {"decoder_end": "r = r.squeeze()"},
        ("1a.decoder_shapes",),
        _OF_SHAPES,
        _LATER,
    ),
    Mutation(
        "784 pixels in the decoder",
        "the constructor's argument is ignored",
        {"decoder_sizes": "n_output_features = 784"},
        ("1a.decoder_shapes",),
        _OF_SHAPES,
        _LATER,
    ),
    Mutation(
        "10 latents in the decoder",
        "the constructor's argument is ignored",
        {"decoder_sizes": "n_latent_features = 10"},
        ("1a.decoder_shapes",),
        _OF_SHAPES,
        _LATER,
    ),
    Mutation(
        "128 neurons in the decoder",
        "the constructor's argument is ignored",
        {"decoder_sizes": "n_hidden_neurons = 128"},
        ("1a.decoder_shapes|1a.gradients",),
        _OF_SHAPES,
        _LATER,
    ),
    Mutation(
        "batch of 32 in the decoder",
        "the last batch may be smaller",
        {"decoder_start": "z = z.view(32, -1)"},
        ("1a.decoder_shapes",),
        _OF_SHAPES,
        _LATER,
    ),
    Mutation(
        "decoder that returns images",
        "flat reconstructions are due",
        {"decoder_end": "side = int(r.shape[1] ** 0.5)\nr = r.view(-1, side, side)"},
        ("1a.decoder_shapes",),
        _OF_SHAPES,
        _LATER | _ELBO | {"1a.decoder_range", "1a.decoder_deterministic", "1a.gradients"},
    ),
    Mutation(
        "decoder's layers in a plain list",
        "torch does not find the layers",
        {
            "decoder_init": "self.layers = [nn.Linear(n_latent_features, n_hidden_neurons),\n"
            "               nn.Linear(n_hidden_neurons, n_output_features)]",
            "decoder_trunk": "a = self.layers[1](torch.relu(self.layers[0](z)))",
        },
        ("1a.gradients",),
        (*_OF_GRADIENT, "modulelist", "list"),
        _LATER | _ELBO | {"1a.decoder_range"},
    ),
)

OF_SAMPLING = (
    _draw(
        "mean in place of a sample",
        "nothing is drawn",
        "distribution",
        "independence",
        after_sample="z = z_loc",
        says=(*_OF_NOISE, *_OF_DRAW),
    ),
    _draw(
        "loc plus scale",
        "nothing is drawn",
        "distribution",
        "independence",
        after_sample="z = z_loc + z_scale",
        says=(*_OF_NOISE, *_OF_DRAW),
    ),
    _draw(
        "sample of the prior",
        "z does not depend on the image",
        "distribution",
        after_sample="z = torch.randn_like(z_loc)",
    ),
    _draw(
        "variance for a standard deviation",
        "the scale is squared",
        "distribution",
        before_sample="z_scale = z_scale ** 2",
        says=("odchylenie, czy wariancję",),
    ),
    _draw(
        "standard deviation for a variance",
        "the scale's root is taken",
        "distribution",
        before_sample="z_scale = z_scale.sqrt()",
        says=("odchylenie, czy wariancję",),
    ),
    _draw(
        "exponent of the scale",
        "the scale is taken for its logarithm",
        "distribution",
        before_sample="z_scale = torch.exp(z_scale)",
    ),
    _draw(
        "exponent of half the scale",
        "the scale is taken for a log-variance",
        "distribution",
        before_sample="z_scale = torch.exp(0.5 * z_scale)",
    ),
    _draw(
        "softplus of the scale",
        "the map is applied twice",
        "distribution",
        before_sample="z_scale = nn.functional.softplus(z_scale)",
    ),
    _draw(
        "noise without scale",
        "the scale is ignored",
        "distribution",
        before_sample="z_scale = torch.ones_like(z_scale)",
    ),
    _draw("half the scale", "the noise is too weak", "distribution", before_sample="z_scale = z_scale / 2"),
    _draw("noise without loc", "the mean is left out", "distribution", before_sample="z_loc = torch.zeros_like(z_loc)"),
    _draw(
        "mean of ten samples",
        "averaging makes the noise weaker",
        "distribution",
        after_sample="z = torch.stack([dist.Normal(z_loc, z_scale).sample() for _ in range(10)]).mean(dim=0)",
    ),
    _draw(
        "noise twice",
        "the sample gets noise again",
        "distribution",
        after_sample="z = z + z_scale * torch.randn_like(z_scale)",
    ),
    _draw("uniform noise", "rand is no randn", "distribution", sample="z = z_loc + z_scale * torch.rand_like(z_scale)"),
    _draw(
        "standardised uniform noise",
        "the noise is not normal",
        "distribution",
        sample="z = z_loc + z_scale * (torch.rand_like(z_scale) - 0.5) * 12 ** 0.5",
        says=("rozkład próbek nie jest normalny",),
    ),
    _draw(
        "Laplace noise",
        "the noise is not normal",
        "distribution",
        sample="z = dist.Laplace(z_loc, z_scale / 2 ** 0.5).rsample()",
        says=("rozkład próbek nie jest normalny",),
    ),
    _draw(
        "positive noise",
        "the noise is never negative",
        "distribution",
        sample="z = z_loc + z_scale * torch.randn_like(z_scale).abs()",
    ),
    _draw(
        "sample cut off at two",
        "latents are clamped",
        "distribution",
        "independence",
        after_sample="z = z.clamp(-2, 2)",
    ),
    _draw(
        "image transposed before it is encoded",
        "the guide's encoder gets pixels in another order",
        "distribution",
        flatten_to_sample="x.transpose(-1, -2).reshape(len(x), -1)",
    ),
    _draw(
        "image of 0 to 255 encoded",
        "the guide's encoder gets another range",
        "distribution",
        flatten_to_sample="255 * $_",
        unfit="asserts the range of pixels",
    ),
    _draw(
        "one noise vector for the batch",
        "images share their noise",
        "independence",
        sample="z = z_loc + z_scale * torch.randn(z_loc.shape[-1])",
        says=_OF_NOISE,
    ),
    _draw(
        "one noise number per image",
        "latents share their noise",
        "independence",
        sample="z = z_loc + z_scale * torch.randn(len(z_loc), 1)",
        says=_OF_NOISE,
    ),
    _draw(
        "seed before each draw",
        "each call repeats the noise",
        "independence",
        sample="torch.manual_seed(0)\nnp.random.seed(0)\n$_",
        says=("szum", "ziarn", "kolejne wywołania"),
    ),
    _draw(
        "noise kept",
        "the noise is drawn once",
        "independence",
        sample="if not hasattr(self, 'noise') or self.noise.shape != z_loc.shape:\n"
        "    self.noise = torch.randn_like(z_loc)\nz = z_loc + z_scale * self.noise",
        says=_OF_NOISE,
    ),
    Mutation(
        "batch of 32 in encoder_forward",
        "the last batch may be smaller",
        {"flatten_to_sample": "x.reshape(32, -1)"},
        ("1a.encoder_forward_distribution|1a.encoder_forward_independence",),
        _OF_SHAPES,
        _LATER | {"1a.encoder_forward_distribution", "1a.encoder_forward_independence", "1a.decoder_forward"},
    ),
    Mutation(
        "784 pixels in encoder_forward",
        "images may have another size",
        {"flatten_to_sample": "x.reshape(-1, 784)"},
        ("1a.encoder_forward_distribution|1a.encoder_forward_independence",),
        _OF_SHAPES,
        _LATER | {"1a.encoder_forward_distribution", "1a.encoder_forward_independence", "1a.decoder_forward"},
    ),
    Mutation(
        "pair in place of a sample",
        "encoder_forward returns the parameters",
        {"after_sample": "z = (z_loc, z_scale)"},
        ("1a.encoder_forward_distribution|1a.encoder_forward_independence",),
        _OF_DRAW,
        _LATER | {"1a.encoder_forward_distribution", "1a.encoder_forward_independence"},
    ),
    _restore("flat reconstruction", "the image's shape is not restored", "r"),
    _restore("28 by 28 in decoder_forward", "images may have another size", "r.view(-1, 1, 28, 28)"),
    _restore("transposed image", "rows and columns are exchanged", "($_).transpose(-1, -2)"),
    _restore(
        "batch put last", "pixels of different images are mixed", "r.reshape(*self.input_shape, -1).permute(3, 0, 1, 2)"
    ),
    _restore("second sigmoid", "the decoder has one already", "torch.sigmoid($_)"),
    _restore("rounded reconstruction", "probabilities are due", "($_).round()"),
    _restore("negative image", "white for black", "1 - ($_)"),
    _restore("drawn reconstruction", "probabilities are due", "torch.bernoulli(($_).clamp(0, 1))"),
    _restore(
        "noise on the reconstruction", "the image is not what the decoder gave", "$_ + 0.1 * torch.randn_like($_)"
    ),
    _restore("channel left out", "the image's shape is not restored", "($_).squeeze(1)"),
    _restore("flipped image", "rows come in the wrong order", "($_).flip(-1)"),
)

_PRIOR = ("prior",)
_IMAGE = ("obraz", "obs=x", "bernoulli")
_POSTERIOR = ("posterior", "koder")
_PLATE = ("plate",)

OF_MODEL = (
    _model("prior with mean one", "N(0, I) is given", "model", "elbo", says=_PRIOR, prior_loc="1.0 + $_"),
    _model("wide prior", "N(0, I) is given", "model", "elbo", says=_PRIOR, prior_scale="3.0 * $_"),
    _model("narrow prior", "N(0, I) is given", "model", "elbo", says=_PRIOR, prior_scale="0.1 * $_"),
    _model(
        "Laplace prior",
        "N(0, I) is given",
        "model|1a.elbo",
        says=_PRIOR,
        prior="dist.Laplace(x.new_zeros(len(x), self.n_latent_features), 0.5 ** 0.5).to_event(1)",
        unfit="weighted distribution",
    ),
    _model(
        "normal likelihood",
        "a Bernoulli is given",
        "model",
        "elbo",
        says=_IMAGE,
        likelihood="image = $decoded.view(x.shape)\n"
        'pyro.sample("obs", dist.Normal(image, 1.0).to_event(3), obs=$observed)',
    ),
    _model(
        "observation left out",
        "nothing is learnt from the data",
        "model",
        says=("obserwowan", "obs=x"),
        likelihood='image = $decoded.view(x.shape)\npyro.sample("obs", dist.Bernoulli(image).to_event(3))',
    ),
    _model(
        "binarised observation",
        "the grey pixels are lost",
        "model",
        says=("inny tensor", "obs=x"),
        observed="(x > 0.5).to(x.dtype)",
    ),
    _model(
        "rounded observation", "the grey pixels are lost", "model", says=("inny tensor", "obs=x"), observed="x.round()"
    ),
    _model(
        "drawn observation",
        "the pixels are drawn anew",
        "model",
        says=("inny tensor", "obs=x"),
        observed="torch.bernoulli(x)",
    ),
    _model("negative observation", "black for white", "model", says=("inny tensor", "obs=x"), observed="1 - x"),
    _model(
        "observed reconstruction",
        "the image is not compared",
        "model",
        says=("inny tensor", "obs=x"),
        observed="$decoded.view(x.shape).detach()",
    ),
    _model(
        "prior decoded",
        "the decoder does not get z",
        "elbo",
        says=("elbo", "dekoder", "wektor"),
        decoded="self.decoder(torch.zeros_like(z))",
    ),
    _model(
        "second sigmoid in the model",
        "the decoder has one already",
        "model",
        "elbo",
        says=_IMAGE,
        decoded="torch.sigmoid($_)",
    ),
    _model(
        "averaged likelihood",
        "a mean over pixels is no log-probability",
        "model",
        "elbo",
        says=("przeskalowane",),
        likelihood="with pyro.poutine.scale(scale=1 / 784):\n    $_",
    ),
    _model(
        "no plate in the model", "images are independent", "model", says=_PLATE, plate_of_model="pyro.poutine.trace()"
    ),
    _model(
        "no plate in the guide", "images are independent", "guide", says=_PLATE, plate_of_guide="pyro.poutine.trace()"
    ),
    _model(
        "guide of the prior",
        "the encoder is not used",
        "guide",
        "elbo",
        says=_POSTERIOR,
        before_posterior="z_loc, z_scale = torch.zeros_like(z_loc), torch.ones_like(z_scale)",
    ),
    _model(
        "variance in the guide",
        "the scale is squared",
        "guide",
        "elbo",
        says=_POSTERIOR,
        before_posterior="z_scale = z_scale ** 2",
    ),
    _model(
        "root of the scale in the guide",
        "the scale is taken for a variance",
        "guide",
        "elbo",
        says=_POSTERIOR,
        before_posterior="z_scale = z_scale.sqrt()",
    ),
    _model(
        "exponent of the scale in the guide",
        "the scale is taken for its logarithm",
        "guide",
        "elbo",
        says=_POSTERIOR,
        before_posterior="z_scale = torch.exp(z_scale)",
    ),
    _model(
        "scale of one in the guide",
        "the encoder's scale is not used",
        "guide",
        "elbo",
        says=_POSTERIOR,
        before_posterior="z_scale = torch.ones_like(z_scale)",
    ),
    _model(
        "detached mean in the guide",
        "no gradient reaches the encoder's mean",
        "gradients",
        says=_OF_GRADIENT,
        before_posterior="z_loc = z_loc.detach()",
    ),
    _model(
        "detached parameters in the guide",
        "no gradient reaches the encoder",
        "gradients",
        says=_OF_GRADIENT,
        before_posterior="z_loc, z_scale = z_loc.detach(), z_scale.detach()",
    ),
    _model(
        "another name in the guide",
        "Pyro matches sites by name",
        "guide",
        says=("nazyw", "nazwie"),
        latent_of_guide='"kod"',
    ),
    _model(
        "latents are no event",
        "a plate holds images and not latents",
        "model",
        "guide",
        says=("to_event", "log_prob"),
        prior="dist.Normal($prior_loc, $prior_scale).expand([len(x), self.n_latent_features])",
        posterior="dist.Normal(z_loc, z_scale)",
        unfit="weighted distribution",
    ),
)

_ARGUMENT = ("argument", "w konstruktorze", "waga kl")
_KL = ("kl", "mnożnik", "posterior", "prior")
_ALL_ROLES = "posterior_scale prior_scale likelihood_scale"

OF_BETA = (
    _beta(
        "beta ignored",
        "the model is a plain VAE",
        "beta_argument",
        "beta_loss",
        says=_ARGUMENT,
        beta="1.0",
        may=_ALL_ROLES,
    ),
    _beta(
        "constant beta",
        "the argument is overwritten",
        "beta_argument",
        "beta_one",
        "beta_loss",
        says=_ARGUMENT,
        beta="4.0",
        may=_ALL_ROLES,
    ),
    _beta(
        "global beta",
        "the argument is ignored",
        "beta_argument",
        "beta_one",
        "beta_loss",
        says=_ARGUMENT,
        beta_before="beta = 3.0",
        beta="beta",
        may=_ALL_ROLES,
    ),
    _beta(
        "default wins",
        "the argument is overwritten",
        "beta_argument",
        "beta_one",
        "beta_loss",
        says=_ARGUMENT,
        beta_kept="beta = 5.0\n$_",
        may=_ALL_ROLES,
        unfit="before super",
    ),
    _beta(
        "inverse beta",
        "a larger beta regularises less",
        "beta_loss",
        "posterior_scale",
        "prior_scale",
        says=_KL,
        beta="(1 / $_)",
        may="likelihood_scale",
    ),
    _beta(
        "squared beta",
        "beta is applied twice",
        "beta_loss",
        "posterior_scale",
        "prior_scale",
        says=_KL,
        beta="($_ ** 2)",
    ),
    _beta(
        "root of beta",
        "beta is taken for a square",
        "beta_loss",
        "posterior_scale",
        "prior_scale",
        says=_KL,
        beta="($_ ** 0.5)",
    ),
    _beta(
        "beta plus one",
        "the KL term is counted once more",
        "beta_one",
        "beta_loss",
        "posterior_scale",
        "prior_scale",
        says=_KL,
        beta="(1 + $_)",
    ),
    _beta(
        "twice beta",
        "beta is counted twice",
        "beta_one",
        "beta_loss",
        "posterior_scale",
        "prior_scale",
        says=_KL,
        beta="(2 * $_)",
    ),
    _beta(
        "beta of at least one",
        "values below 1 are ignored",
        "beta_loss",
        "posterior_scale",
        "prior_scale",
        says=_KL,
        beta="max(1.0, float($_))",
    ),
    _beta(
        "beta of at most three",
        "large values are ignored",
        "beta_loss",
        "posterior_scale",
        "prior_scale",
        says=_KL,
        beta="min(3.0, float($_))",
    ),
    _beta(
        "whole numbers alone",
        "beta is rounded up",
        "beta_loss",
        "posterior_scale",
        "prior_scale",
        says=_KL,
        beta="float(np.ceil(float($_)))",
    ),
    _beta(
        "beta per latent",
        "beta is divided by the number of latents",
        "beta_one",
        "beta_loss",
        "posterior_scale",
        "prior_scale",
        says=_KL,
        beta="($_ / self.n_latent_features)",
    ),
    _beta(
        "beta per pixel",
        "beta is divided by the number of pixels",
        "beta_one",
        "beta_loss",
        "posterior_scale",
        "prior_scale",
        says=_KL,
        beta="($_ / x[0].numel())",
        may="beta_argument",
    ),
    _beta(
        "guide alone", "the prior is not scaled", "beta_loss", "prior_scale", says=("tylko guide",), beta_prior="1.0"
    ),
    _beta(
        "prior alone",
        "the guide is not scaled",
        "beta_loss",
        "posterior_scale",
        says=("tylko prior",),
        beta_posterior="1.0",
    ),
    _beta(
        "guide inverse",
        "the guide is scaled the wrong way",
        "beta_loss",
        "posterior_scale",
        says=_KL,
        beta_posterior="(1 / ($_))",
    ),
    _beta(
        "prior inverse",
        "the prior is scaled the wrong way",
        "beta_loss",
        "prior_scale",
        says=_KL,
        beta_prior="(1 / ($_))",
    ),
    _beta(
        "guide squared",
        "the guide is scaled twice",
        "beta_loss",
        "posterior_scale",
        says=_KL,
        beta_posterior="($_ ** 2)",
    ),
    _beta(
        "likelihood scaled too",
        "the whole loss is scaled",
        "beta_loss",
        "likelihood_scale",
        says=("cały model", "rekonstrukcj"),
        likelihood_of_beta="with pyro.poutine.scale(scale=$beta):\n    $likelihood",
        unfit="own handler; blocked super",
    ),
    _beta(
        "likelihood alone",
        "the reconstruction is scaled in place of the KL term",
        "beta_loss",
        "posterior_scale",
        "prior_scale",
        "likelihood_scale",
        says=("rekonstrukcj",),
        beta_prior="1.0",
        beta_posterior="1.0",
        likelihood_of_beta="with pyro.poutine.scale(scale=$beta):\n    $likelihood",
        unfit="own handler; blocked super",
    ),
    _beta(
        "likelihood inverse",
        "the loss is divided by beta",
        "beta_loss",
        "posterior_scale",
        "prior_scale",
        "likelihood_scale",
        says=("rekonstrukcj",),
        beta_prior="1.0",
        beta_posterior="1.0",
        likelihood_of_beta="with pyro.poutine.scale(scale=1 / $beta):\n    $likelihood",
        unfit="own handler; blocked super",
    ),
    _beta(
        "whole model and no guide",
        "the reconstruction is scaled and the posterior is not",
        "beta_loss",
        "posterior_scale",
        "likelihood_scale",
        says=("cały model", "rekonstrukcj"),
        beta_posterior="1.0",
        likelihood_of_beta="with pyro.poutine.scale(scale=$beta):\n    $likelihood",
        unfit="own handler; blocked super",
    ),
    _beta(
        "everything scaled",
        "the whole loss is scaled",
        "beta_loss",
        "likelihood_scale",
        says=("cały model", "rekonstrukcj"),
        beta_helpers="",
        beta_methods="def model(self, x):\n    with pyro.poutine.scale(scale=$beta):\n        super().model(x)\n\n"
        "def guide(self, x):\n    with pyro.poutine.scale(scale=$beta):\n        super().guide(x)\n",
    ),
    _beta(
        "handler thrown away",
        "poutine.scale returns a new function",
        "beta_argument",
        "beta_loss",
        says=_ARGUMENT,
        beta_helpers="",
        may=_ALL_ROLES,
        beta_methods="def model(self, x):\n    pyro.poutine.scale(super().model, scale=$beta)\n    super().model(x)\n\n"
        "def guide(self, x):\n    pyro.poutine.scale(super().guide, scale=$beta)\n    super().guide(x)\n",
    ),
    _beta(
        "scaled function not called",
        "model and guide sample nothing",
        "beta_argument",
        "beta_one",
        "beta_loss",
        "posterior_scale",
        "prior_scale",
        "likelihood_scale",
        says=("wyjątek", "tablic", "czytelnej", "stopiteration"),
        beta_helpers="",
        beta_methods="def model(self, x):\n    return pyro.poutine.scale(super().model, scale=$beta)\n\n"
        "def guide(self, x):\n    return pyro.poutine.scale(super().guide, scale=$beta)\n",
    ),
    _beta(
        "nothing sampled in the handler",
        "the handler acts on sites",
        "beta_argument",
        "beta_loss",
        says=_ARGUMENT,
        beta_helpers="",
        may=_ALL_ROLES,
        beta_methods="def model(self, x):\n    with pyro.poutine.scale(scale=$beta):\n        size = x.shape\n"
        "    super().model(x)\n\ndef guide(self, x):\n    with pyro.poutine.scale(scale=$beta):\n"
        "        size = x.shape\n"
        "    super().guide(x)\n",
    ),
    _beta(
        "prior of deviation beta",
        "the prior is not to the power of beta",
        "beta_loss",
        "posterior_scale",
        "prior_scale",
        says=_KL,
        beta_helpers="",
        may="beta_argument",
        beta_methods="def model(self, x):\n    pyro.module('decoder', self.decoder)\n    with $plate:\n"
        "        loc = x.new_zeros(len(x), self.n_latent_features)\n"
        "        z = pyro.sample($latent, dist.Normal(loc, $beta * torch.ones_like(loc)).to_event(1))\n"
        "        $likelihood\n",
    ),
    _beta(
        "beta on the posterior's scale",
        "the posterior itself is changed",
        "beta_loss",
        "posterior_scale",
        "prior_scale",
        says=_KL,
        beta_helpers="",
        may="beta_argument",
        beta_methods="def guide(self, x):\n    pyro.module('encoder', self.encoder)\n    with $plate:\n"
        "        z_loc, z_scale = $encoded\n        z_scale = $beta * z_scale\n"
        "        pyro.sample($latent, $posterior)\n",
    ),
    _beta(
        "beta on the mean",
        "the posterior itself is changed",
        "beta_loss",
        "posterior_scale",
        "prior_scale",
        says=_KL,
        beta_helpers="",
        may="beta_argument",
        beta_methods="def guide(self, x):\n    pyro.module('encoder', self.encoder)\n    with $plate:\n"
        "        z_loc, z_scale = $encoded\n        z_loc = $beta * z_loc\n        pyro.sample($latent, $posterior)\n",
    ),
    _beta(
        "learnt beta",
        "training would make it 0",
        "trained_kl",
        says=("uczon", "parametr", "gradient"),
        beta_kept="$_\nself.learnt = nn.Parameter(torch.tensor(float(beta)))",
        beta="self.learnt",
    ),
    _beta(
        "other networks",
        "the networks of task 1a are not used",
        "subclass",
        says=("sieci",),
        beta_kept="$_\nself.encoder = Encoder2(self.encoder)",
        beta_before="class Encoder2(nn.Module):\n    def __init__(self, encoder):\n        super().__init__()\n"
        "        self.inner = encoder\n\n    def forward(self, x):\n        return self.inner(x)\n",
    ),
    _beta(
        "copied class",
        "the VAE is not extended",
        "subclass",
        says=("dziedziczy",),
        beta_before="Copy = type('Copy', VariationalAutoencoder.__bases__, dict(vars(VariationalAutoencoder)))\n"
        "def _init(self, n_data_features, n_encoder_hidden_features, n_decoder_hidden_features, n_latent_features):\n"
        "    BaseAutoEncoder.__init__(self, VEncoder(n_data_features, n_encoder_hidden_features, n_latent_features),\n"
        "        VDecoder(n_latent_features, n_decoder_hidden_features, n_data_features), n_latent_features)\n"
        "    self.input_shape, self.n_pixels = None, n_data_features\n"
        "Copy.__init__ = _init\n",
        beta_parent="Copy",
        beta_helpers="",
        beta_methods="def model(self, x):\n    pyro.module('decoder', self.decoder)\n    with $plate:\n"
        "        with pyro.poutine.scale(scale=$beta):\n            z = pyro.sample($latent, $prior)\n"
        "        $likelihood\n\ndef guide(self, x):\n    pyro.module('encoder', self.encoder)\n    with $plate:\n"
        "        z_loc, z_scale = $encoded\n"
        "        with pyro.poutine.scale(scale=$beta):\n            pyro.sample($latent, $posterior)\n",
    ),
)


def _classifier(
    name: str, wrong: str, *fails: str, says: tuple[str, ...], may: str = "", unfit: str = "", **edits: str
) -> Mutation:
    ids = tuple(f"2.{part}" for part in fails)
    also = frozenset(f"2.{part}" for part in may.split())
    return Mutation(name, wrong, edits, ids, says, also, frozenset(filter(None, unfit.split("; "))))


_ACCURACY = ("accuracy",)
_TRAINING_SET = ("treningow",)

OF_CLASSIFICATION = (
    _classifier(
        "accuracy in percent",
        "a fraction is due",
        "entries",
        says=("ułamk",),
        after_fit="accuracy = 100 * accuracy",
    ),
    _classifier(
        "error rate as accuracy",
        "the share of wrong answers is reported",
        "accuracy",
        says=_ACCURACY,
        after_fit="accuracy = 1 - accuracy",
    ),
    _classifier(
        "accuracy on the training set",
        "the validation set is due",
        "accuracy",
        says=_ACCURACY,
        after_fit="accuracy = float(np.mean(classifier.predict(train) == labels))",
        unfit="rounded",
    ),
    _classifier("invented accuracy", "nothing was measured", "accuracy", says=_ACCURACY, after_fit="accuracy = 0.5"),
    _classifier(
        "fitted on validation images",
        "they serve the evaluation",
        "trained_on_train",
        says=_TRAINING_SET,
        before_fit="train, labels = val, val_labels",
    ),
    _classifier(
        "fitted on both sets",
        "validation images serve the evaluation",
        "trained_on_train",
        says=_TRAINING_SET,
        before_fit="train, labels = np.concatenate([train, val]), np.concatenate([labels, val_labels])",
    ),
    _classifier(
        "shuffled labels",
        "labels do not fit the images",
        "latents_informative",
        says=("etykiet", "accuracy"),
        before_fit="labels = np.random.permutation(labels)",
    ),
    _classifier(
        "times the wrong way round",
        "start minus end",
        "times",
        says=("dodatni", "czas"),
        after_fit="fit_time, predict_time = -fit_time, -predict_time",
    ),
    _classifier(
        "times of zero",
        "nothing was measured",
        "times",
        says=("dodatni", "czas"),
        after_fit="fit_time = predict_time = 0.0",
    ),
    _classifier(
        "no entry for the autoencoder",
        "three are due",
        "entries",
        says=("brakuje wpisu",),
        may="same_classifier accuracy trained_on_train weak_on_raw latents_informative times",
        after_store='del classification_results["ae"]',
    ),
    _classifier(
        "times left out",
        "they are due",
        "entries",
        says=("brakuje",),
        may="times",
        after_store='for entry in classification_results.values():\n    del entry["fit_time"]',
    ),
    _classifier(
        "classifier left out",
        "it is due",
        "entries",
        says=("brakuje",),
        may="same_classifier accuracy trained_on_train weak_on_raw latents_informative encoders_untouched",
        after_store='for entry in classification_results.values():\n    del entry["classifier"]',
    ),
    _classifier(
        "strong classifier",
        "pixels do well without a representation",
        "weak_on_raw",
        says=("słab", "piksel"),
        classifier="from sklearn.decomposition import PCA\nfrom sklearn.pipeline import make_pipeline\n"
        "from sklearn.svm import SVC\n\ndef make():\n    return make_pipeline(PCA(0.8), SVC())",
    ),
    _classifier(
        "latents of the wrong model",
        "the VAE's are due",
        "accuracy",
        says=("model", "accuracy"),
        may="latents_informative",
        vae_of_results="ae_model",
    ),
    _classifier(
        "features scaled outside",
        "the classifier gets other numbers later",
        "accuracy",
        says=("reprezentacji", "accuracy"),
        may="latents_informative weak_on_raw trained_on_train",
        before_fit="train, val = (f - 100 * train.mean() - 50 for f in (train, val))",
    ),
    _classifier(
        "other classifiers",
        "the representation alone should differ",
        "same_classifier",
        says=("różne",),
        store="$_\nfrom sklearn.dummy import DummyClassifier\n"
        'classification_results["raw"] = evaluate("raw", DummyClassifier())',
    ),
    _classifier(
        "encoder trained on",
        "the representation should stay",
        "encoders_untouched",
        says=("koder",),
        may="accuracy trained_on_train latents_informative",
        after_store="with torch.no_grad():\n    for parameter in vae_model.encoder.parameters():\n"
        "        parameter.add_(0.02 * torch.randn_like(parameter))",
    ),
)

MUTATIONS = (*OF_ENCODER, *OF_DECODER, *OF_SAMPLING, *OF_MODEL, *OF_BETA, *OF_CLASSIFICATION)
