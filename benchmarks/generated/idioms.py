"""The axes of right solutions: for each part of the assignment, ways in which students write it.

An idiom fills slots, which other idioms and the frames in ``compositions`` name as ``$slot``. The first idiom of an
axis is the reference. The parts share few names: the encoder's trunk makes ``h`` of ``x``, its heads make ``z_loc`` and
``u`` of ``h``, and the map to the scale makes ``z_scale`` of ``u``; the decoder's trunk makes the logits ``a`` of
``z``, and these become ``r``. Mutations work at the same places.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Idiom:
    """One way to write one part: its ``name``, unique among all axes, and the text of each slot that it fills."""

    name: str
    slots: dict[str, str]


def _idioms(slot: str, texts: dict[str, str]) -> tuple[Idiom, ...]:
    """Idioms that fill one slot, by name."""
    return tuple(Idiom(name, {slot: text}) for name, text in texts.items())


def _networks(init: str, forward: str, texts: dict[str, tuple[str, str]]) -> tuple[Idiom, ...]:
    """Idioms that fill a slot of a network's constructor and one of its ``forward``, by name."""
    return tuple(Idiom(name, {init: made, forward: used}) for name, (made, used) in texts.items())


_HIDDEN = "self.hidden = nn.Linear(n_input_features, n_hidden_neurons)"

ENCODERS = _networks(
    "encoder_init",
    "encoder_trunk",
    {
        "relu layer": (_HIDDEN, "h = torch.relu(self.hidden(x))"),
        "sequential tanh": (
            "self.shared = nn.Sequential(nn.Linear(n_input_features, n_hidden_neurons), nn.Tanh())",
            "h = self.shared(x)",
        ),
        "two hidden layers": (
            f"{_HIDDEN}\nself.hidden_2 = nn.Linear(n_hidden_neurons, n_hidden_neurons)",
            "h = torch.relu(self.hidden(x))\nh = torch.relu(self.hidden_2(h))",
        ),
        "batch norm": (
            f"{_HIDDEN}\nself.norm = nn.BatchNorm1d(n_hidden_neurons)",
            "h = torch.relu(self.norm(self.hidden(x)))",
        ),
        "layer norm": (
            f"{_HIDDEN}\nself.norm = nn.LayerNorm(n_hidden_neurons)",
            "h = torch.relu(self.norm(self.hidden(x)))",
        ),
        "dropout": (f"{_HIDDEN}\nself.dropout = nn.Dropout(0.1)", "h = self.dropout(torch.relu(self.hidden(x)))"),
        "functional dropout": (
            _HIDDEN,
            "h = nn.functional.dropout(torch.relu(self.hidden(x)), 0.1, training=self.training)",
        ),
        "functional silu": (_HIDDEN, "h = nn.functional.silu(self.hidden(x))"),
        "module list": (
            "sizes = [n_input_features, n_hidden_neurons, n_hidden_neurons]\n"
            "self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))",
            "h = x\nfor layer in self.layers:\n    h = nn.functional.leaky_relu(layer(h))",
        ),
        "residual": (
            f"{_HIDDEN}\nself.block = nn.Linear(n_hidden_neurons, n_hidden_neurons)",
            "h = torch.relu(self.hidden(x))\nh = h + torch.relu(self.block(h))",
        ),
        "convolution": (
            "self.conv = nn.Conv2d(1, 4, kernel_size=3, stride=2, padding=1)\n"
            "side = (int(n_input_features ** 0.5) + 1) // 2\n"
            "self.hidden = nn.Linear(4 * side * side, n_hidden_neurons)",
            "side = int(x.shape[-1] ** 0.5)\n"
            "h = torch.relu(self.conv(x.view(-1, 1, side, side)))\n"
            "h = torch.relu(self.hidden(h.flatten(1)))",
        ),
        "weight norm": (
            "self.hidden = nn.utils.parametrizations.weight_norm(nn.Linear(n_input_features, n_hidden_neurons))",
            "h = torch.relu(self.hidden(x))",
        ),
        "own weights": (
            "self.weight = nn.Parameter(torch.randn(n_input_features, n_hidden_neurons) / n_input_features ** 0.5)\n"
            "self.bias = nn.Parameter(torch.zeros(n_hidden_neurons))",
            "h = torch.tanh(x @ self.weight + self.bias)",
        ),
        "initialised by hand": (
            f"{_HIDDEN}\nnn.init.kaiming_uniform_(self.hidden.weight, nonlinearity='relu')\n"
            "nn.init.zeros_(self.hidden.bias)",
            "h = nn.functional.elu(self.hidden(x))",
        ),
        "centred input": (_HIDDEN, "h = torch.relu(self.hidden(2 * x - 1))"),
        "flattens once more": (_HIDDEN, "x = x.reshape(x.shape[0], -1)\nh = nn.functional.gelu(self.hidden(x))"),
        "lazy linear": ("self.hidden = nn.LazyLinear(n_hidden_neurons)", "h = torch.relu(self.hidden(x))"),
        "asserts the range of pixels": (
            _HIDDEN,
            "assert 0 <= x.min() and x.max() <= 1, 'piksele mają być z [0, 1]'\nh = torch.relu(self.hidden(x))",
        ),
        "double precision": (
            "torch.set_default_dtype(torch.float64)\n" + _HIDDEN,
            "h = torch.relu(self.hidden(x.to(self.hidden.weight.dtype)))",
        ),
    },
)

_OF_H = "nn.Linear(n_hidden_neurons, n_latent_features)"

HEADS = _networks(
    "heads_init",
    "heads",
    {
        "two layers": (
            f"self.loc = {_OF_H}\nself.log_variance = {_OF_H}",
            "z_loc = self.loc(h)\nu = self.log_variance(h)",
        ),
        "chunks": (
            "self.both = nn.Linear(n_hidden_neurons, 2 * n_latent_features)",
            "z_loc, u = self.both(h).chunk(2, dim=-1)",
        ),
        "slices": (
            "self.n_latent_features = n_latent_features\n"
            "self.both = nn.Linear(n_hidden_neurons, 2 * n_latent_features)",
            "both = self.both(h)\nz_loc, u = both[:, : self.n_latent_features], both[:, self.n_latent_features :]",
        ),
        "unbind": (
            "self.both = nn.Linear(n_hidden_neurons, 2 * n_latent_features)",
            "z_loc, u = self.both(h).view(len(h), 2, -1).unbind(1)",
        ),
        "deep scale head": (
            f"self.loc = {_OF_H}\n"
            f"self.spread = nn.Sequential(nn.Linear(n_hidden_neurons, n_hidden_neurons), nn.ReLU(), {_OF_H})",
            "z_loc = self.loc(h)\nu = self.spread(h)",
        ),
        "module dict": (
            f"self.heads = nn.ModuleDict({{'mu': {_OF_H}, 'sigma': {_OF_H}}})",
            "z_loc, u = (self.heads[name](h) for name in ('mu', 'sigma'))",
        ),
    },
)

SCALES = _idioms(
    "scale",
    {
        "exp of half": "z_scale = torch.exp(0.5 * u)",
        "exp": "z_scale = torch.exp(u)",
        "softplus": "z_scale = nn.functional.softplus(u)",
        "softplus plus epsilon": "z_scale = nn.functional.softplus(u) + 1e-6",
        "root of exp": "z_scale = torch.sqrt(torch.exp(u))",
        "clamped log-variance": "z_scale = torch.exp(0.5 * u.clamp(-10.0, 10.0))",
        "power of exp": "z_scale = u.exp() ** 0.5",
        "power of two": "z_scale = torch.pow(2.0, u)",
        "logaddexp": "z_scale = torch.logaddexp(u, torch.zeros_like(u))",
        "elu plus one": "z_scale = nn.functional.elu(u) + 1 + 1e-5",
        "abs plus epsilon": "z_scale = u.abs() + 1e-3",
        "smooth abs": "z_scale = torch.sqrt(u ** 2 + 1e-4)",
        "exp of a soft limit": "z_scale = torch.exp(5 * torch.tanh(u / 5))",
        "softplus with a floor": "z_scale = nn.functional.softplus(u).clamp(min=1e-4)",
    },
)

SAMPLES = _idioms(
    "sample",
    {
        "rsample": "z = dist.Normal(z_loc, z_scale).rsample()",
        "sample": "z = dist.Normal(z_loc, z_scale).sample()",
        "randn_like": "z = z_loc + z_scale * torch.randn_like(z_scale)",
        "torch.normal": "z = torch.normal(z_loc, z_scale)",
        "pyro.sample": "z = pyro.sample('code', dist.Normal(z_loc, z_scale).to_event(1))",
        "multivariate": "z = dist.MultivariateNormal(z_loc, scale_tril=torch.diag_embed(z_scale)).rsample()",
        "torch.distributions": "z = torch.distributions.Normal(loc=z_loc, scale=z_scale).rsample()",
        "independent": "z = torch.distributions.Independent(torch.distributions.Normal(z_loc, z_scale), 1).rsample()",
        "addcmul": "noise = torch.empty_like(z_loc).normal_()\nz = torch.addcmul(z_loc, z_scale, noise)",
        "called distribution": "z = dist.Normal(z_loc, z_scale)()",
        "randn": "noise = torch.randn(z_loc.size(), device=z_loc.device)\nz = z_scale.mul(noise).add(z_loc)",
        "inverse of the distribution function": (
            "share = torch.rand_like(z_loc).clamp(1e-6, 1 - 1e-6)\nz = dist.Normal(z_loc, z_scale).icdf(share)"
        ),
        "one draw of many": "z = dist.Normal(z_loc, z_scale).rsample((1,)).squeeze(0)",
        "from numpy": (
            "noise = torch.from_numpy(np.random.standard_normal(tuple(z_loc.shape)))\n"
            "z = z_loc + z_scale * noise.to(z_loc)"
        ),
        "traced guide": (
            "trace = pyro.poutine.trace(self.guide).get_trace(x.view(-1, *self.input_shape))\n"
            "z = trace.nodes[$latent]['value']"
        ),
    },
)

_HIDDEN_OF_Z = "self.hidden = nn.Linear(n_latent_features, n_hidden_neurons)"
_OUTPUT = "self.output = nn.Linear(n_hidden_neurons, n_output_features)"

DECODERS = _networks(
    "decoder_init",
    "decoder_trunk",
    {
        "relu decoder": (f"{_HIDDEN_OF_Z}\n{_OUTPUT}", "a = self.output(torch.relu(self.hidden(z)))"),
        "sequential decoder": (
            "self.layers = nn.Sequential(nn.Linear(n_latent_features, n_hidden_neurons), nn.ReLU(),\n"
            "                            nn.Linear(n_hidden_neurons, n_output_features))",
            "a = self.layers(z)",
        ),
        "tanh decoder": (f"{_HIDDEN_OF_Z}\n{_OUTPUT}", "a = self.output(torch.tanh(self.hidden(z)))"),
        "deep decoder": (
            f"{_HIDDEN_OF_Z}\nself.hidden_2 = nn.Linear(n_hidden_neurons, n_hidden_neurons)\n{_OUTPUT}",
            "h = torch.relu(self.hidden(z))\na = self.output(torch.relu(self.hidden_2(h)))",
        ),
        "batch norm decoder": (
            f"{_HIDDEN_OF_Z}\nself.norm = nn.BatchNorm1d(n_hidden_neurons)\n{_OUTPUT}",
            "a = self.output(torch.relu(self.norm(self.hidden(z))))",
        ),
        "layer norm decoder": (
            f"{_HIDDEN_OF_Z}\nself.norm = nn.LayerNorm(n_hidden_neurons)\n{_OUTPUT}",
            "a = self.output(nn.functional.gelu(self.norm(self.hidden(z))))",
        ),
        "dropout decoder": (
            f"{_HIDDEN_OF_Z}\nself.dropout = nn.Dropout(0.1)\n{_OUTPUT}",
            "a = self.output(self.dropout(torch.relu(self.hidden(z))))",
        ),
        "skip connection decoder": (
            f"{_HIDDEN_OF_Z}\nself.skip = nn.Linear(n_latent_features, n_output_features)\n{_OUTPUT}",
            "a = self.output(torch.relu(self.hidden(z))) + self.skip(z)",
        ),
        "softplus decoder": (f"{_HIDDEN_OF_Z}\n{_OUTPUT}", "a = self.output(nn.functional.softplus(self.hidden(z)))"),
        "weight norm decoder": (
            f"{_HIDDEN_OF_Z}\nself.output = nn.utils.parametrizations.weight_norm(\n"
            "    nn.Linear(n_hidden_neurons, n_output_features))",
            "a = self.output(torch.relu(self.hidden(z)))",
        ),
    },
)

PIXELS = _idioms(
    "pixels",
    {
        "sigmoid": "r = torch.sigmoid(a)",
        "sigmoid method": "r = a.sigmoid()",
        "sigmoid module": "r = nn.Sigmoid()(a)",
        "rescaled tanh": "r = 0.5 * (torch.tanh(a / 2) + 1)",
        "mean of a Bernoulli": "r = dist.Bernoulli(logits=a).mean",
        "softmax of two": "r = torch.softmax(torch.stack([a, torch.zeros_like(a)]), dim=0)[0]",
        "exp of logsigmoid": "r = nn.functional.logsigmoid(a).exp()",
        "clamped sigmoid": "r = torch.sigmoid(a).clamp(1e-6, 1 - 1e-6)",
    },
)

SHAPES = tuple(
    Idiom(name, {"flatten": flatten, "restore": restore})
    for name, (flatten, restore) in {
        "flatten and view": ("x.flatten(start_dim=1)", "r.view(-1, *self.input_shape)"),
        "view and reshape": ("x.view(x.shape[0], -1)", "r.reshape(z.shape[0], *self.input_shape)"),
        "reshape and unflatten": ("x.reshape(len(x), -1)", "r.unflatten(1, tuple(self.input_shape))"),
        "torch functions": ("torch.flatten(x, 1)", "torch.reshape(r, (len(z), *self.input_shape))"),
        "flatten module": ("nn.Flatten()(x)", "nn.Unflatten(1, tuple(self.input_shape))(r)"),
        "known number of pixels": ("x.reshape(-1, self.n_pixels)", "r.view(len(z), *self.input_shape)"),
        "square images": (
            "x.reshape(x.size(0), -1)",
            "r.view(-1, 1, round(self.n_pixels ** 0.5), round(self.n_pixels ** 0.5))",
        ),
    }.items()
)

_REFERENCE_STYLE = {
    "latent": '"latent"',
    "plate": 'pyro.plate("data", x.shape[0])',
    "prior_loc": "x.new_zeros((x.shape[0], self.n_latent_features))",
    "prior_scale": "x.new_ones((x.shape[0], self.n_latent_features))",
    "prior": "dist.Normal($prior_loc, $prior_scale).to_event(1)",
    "encoded": "self.encoder($flatten)",
    "posterior": "dist.Normal(z_loc, z_scale).to_event(1)",
    "decoded": "self.decoder(z)",
    "observed": "x",
    "likelihood": "probabilities = $decoded.view(x.shape)\n"
    'pyro.sample("obs", dist.Bernoulli(probabilities, validate_args=False).to_event(3), obs=$observed)',
}

STYLES = tuple(
    Idiom(name, _REFERENCE_STYLE | changes)
    for name, changes in {
        "given code": {},
        "flat observation": {
            "likelihood": "flat = ($observed).flatten(1)\n"
            'pyro.sample("obs", dist.Bernoulli($decoded, validate_args=False).to_event(1), obs=flat)',
        },
        "logits": {
            "likelihood": "logits = torch.logit($decoded.view(x.shape), eps=1e-7)\n"
            'pyro.sample("obs", dist.Bernoulli(logits=logits, validate_args=False).to_event(3), obs=$observed)',
        },
        "renamed sites": {
            "latent": '"z"',
            "plate": 'pyro.plate("obrazy", size=len(x), dim=-1)',
            "likelihood": "image = $decoded.reshape(x.shape)\n"
            'pyro.sample("x", dist.Bernoulli(probs=image, validate_args=False).to_event(3), obs=$observed)',
        },
        "expanded prior": {
            "prior_loc": "torch.tensor(0.0)",
            "prior_scale": "torch.tensor(1.0)",
            "prior": "dist.Normal($prior_loc, $prior_scale).expand([len(x), self.n_latent_features]).to_event(1)",
            "likelihood": "image = $decoded.view_as(x)\n"
            'pyro.sample("obs", dist.Bernoulli(image, validate_args=False).independent(3), obs=$observed)',
        },
        "independent by name": {
            "prior": "dist.Independent(dist.Normal($prior_loc, $prior_scale), 1)",
            "posterior": "dist.Independent(dist.Normal(loc=z_loc, scale=z_scale), 1)",
        },
        "multivariate prior": {
            "prior": "dist.MultivariateNormal($prior_loc, scale_tril=torch.diag_embed($prior_scale))",
        },
        "one number as the prior": {
            "prior_loc": "torch.zeros(x.shape[0], self.n_latent_features)",
            "prior_scale": "1.0",
            "likelihood": "image = $decoded.unflatten(1, x.shape[1:])\n"
            'pyro.sample("obs", dist.Bernoulli(image, validate_args=False).to_event(3), obs=$observed)',
        },
    }.items()
)

NAMES = tuple(
    Idiom(name, renamed)
    for name, renamed in {
        "given names": {},
        "mu and sigma": {"z_loc": "mu", "z_scale": "sigma", "u": "logvar", "h": "hidden"},
        "Polish names": {"z_loc": "srednia", "z_scale": "odchylenie", "h": "ukryte", "u": "wyjscie", "r": "obraz"},
        "short names": {"z_loc": "m", "z_scale": "s", "a": "o"},
    }.items()
)
"""Here the slots are local names, and the texts what they are renamed to."""

_FULL_ARGUMENTS = """\
def __init__(
    self,
    n_data_features: int,
    n_encoder_hidden_features: int,
    n_decoder_hidden_features: int,
    n_latent_features: int,
    beta: float,
):
    super().__init__(
        n_data_features=n_data_features,
        n_encoder_hidden_features=n_encoder_hidden_features,
        n_decoder_hidden_features=n_decoder_hidden_features,
        n_latent_features=n_latent_features,
    )
    """
_SHORT_ARGUMENTS = "def __init__(self, *args, beta: float, **kwargs):\n    super().__init__(*args, **kwargs)\n    "

KEEPING = tuple(
    Idiom(name, {"beta_init": init + "$beta_kept", "beta_kept": kept, "beta": read})
    for name, (init, kept, read) in {
        "attribute": (_FULL_ARGUMENTS, "self.beta = beta", "self.beta"),
        "keyword arguments": (_SHORT_ARGUMENTS, "self.beta = beta", "self.beta"),
        "buffer": (_SHORT_ARGUMENTS, "self.register_buffer('beta', torch.tensor(float(beta)))", "self.beta"),
        "own name": (_SHORT_ARGUMENTS, "self._kl_weight = float(beta)", "self._kl_weight"),
        "default of one": (
            "def __init__(self, *args, beta=1.0, **kwargs):\n    super().__init__(*args, **kwargs)\n    ",
            "self.beta = beta",
            "self.beta",
        ),
        "frozen parameter": (
            _FULL_ARGUMENTS,
            "self.beta = nn.Parameter(torch.tensor(float(beta)), requires_grad=False)",
            "self.beta",
        ),
        "before super": (
            "def __init__(self, *args, beta, **kwargs):\n    self._beta = [beta]\n    "
            "super().__init__(*args, **kwargs)\n    ",
            "self.options = {'beta': beta}",
            "self.options['beta']",
        ),
    }.items()
)

_MODEL = """\
def model(self, x: torch.Tensor):
    pyro.module("decoder", self.decoder)
    with $plate:
        with pyro.poutine.scale(scale=$beta_prior):
            z = pyro.sample($latent, $prior)
        $likelihood_of_beta
"""
_GUIDE = """\
def guide(self, x: torch.Tensor):
    pyro.module("encoder", self.encoder)
    with $plate:
        z_loc, z_scale = $encoded
        with pyro.poutine.scale(scale=$beta_posterior):
            pyro.sample($latent, $posterior)
"""
_SUPER_GUIDE = """\
def guide(self, x: torch.Tensor):
    with pyro.poutine.scale(scale=$beta_posterior):
        super().guide(x)
"""
_HANDLER = """\
class LatentScale(pyro.poutine.messenger.Messenger):
    def __init__(self, weight):
        super().__init__()
        self.weight = weight

    def _pyro_sample(self, msg):
        if not msg["is_observed"]:
            msg["scale"] = msg["scale"] * self.weight
"""
_WEIGHTED = """\
class Weighted(dist.Normal):
    def __init__(self, loc, scale, weight):
        super().__init__(loc, scale)
        self.weight = weight

    def expand(self, shape, _instance=None):
        return Weighted(self.loc.expand(shape), self.scale.expand(shape), self.weight)

    def log_prob(self, value):
        return self.weight * super().log_prob(value)
"""
_FACTOR = """\
def guide(self, x: torch.Tensor):
    super().guide(x)

def model(self, x: torch.Tensor):
    pyro.module("decoder", self.decoder)
    with $plate:
        z = pyro.sample($latent, $prior)
        $likelihood_of_beta
        z_loc, z_scale = $encoded
        log_q = $posterior.log_prob(z)
        log_p = $prior.log_prob(z)
        pyro.factor("kl_weight", ($beta_prior - 1) * log_p - ($beta_posterior - 1) * log_q)
"""

MECHANISMS = tuple(
    Idiom(name, {"beta_helpers": helpers, "beta_methods": methods})
    for name, (helpers, methods) in {
        "scale around each sample": ("", f"{_MODEL}\n{_GUIDE}"),
        "scaled super guide": ("", f"{_MODEL}\n{_SUPER_GUIDE}"),
        "scaled functions": (
            "",
            """\
def _draw(self, what):
    return pyro.sample($latent, what)

def model(self, x: torch.Tensor):
    pyro.module("decoder", self.decoder)
    with $plate:
        z = pyro.poutine.scale(self._draw, scale=$beta_prior)($prior)
        $likelihood_of_beta

def guide(self, x: torch.Tensor):
    pyro.poutine.scale(super().guide, scale=$beta_posterior)(x)
""",
        ),
        "decorator": (
            "",
            """\
def model(self, x: torch.Tensor):
    @pyro.poutine.scale(scale=$beta_prior)
    def draw():
        return pyro.sample($latent, $prior)

    pyro.module("decoder", self.decoder)
    with $plate:
        z = draw()
        $likelihood_of_beta

def guide(self, x: torch.Tensor):
    @pyro.poutine.scale(scale=$beta_posterior)
    def draw(z_loc, z_scale):
        pyro.sample($latent, $posterior)

    pyro.module("encoder", self.encoder)
    with $plate:
        draw(*$encoded)
""",
        ),
        "own handler": (
            _HANDLER,
            """\
def model(self, x: torch.Tensor):
    with LatentScale($beta_prior):
        super().model(x)

def guide(self, x: torch.Tensor):
    with LatentScale($beta_posterior):
        super().guide(x)
""",
        ),
        "blocked super": (
            "",
            """\
def model(self, x: torch.Tensor):
    with pyro.plate("latents", x.shape[0]), pyro.poutine.scale(scale=$beta_prior):
        z = pyro.sample($latent, $prior)
    with pyro.poutine.block(hide=[$latent]), pyro.poutine.condition(data={$latent: z}):
        super().model(x)
"""
            + _SUPER_GUIDE,
        ),
        "one plate entered twice": (
            "",
            """\
def model(self, x: torch.Tensor):
    pyro.module("decoder", self.decoder)
    images = $plate
    with pyro.poutine.scale(scale=$beta_prior), images:
        z = pyro.sample($latent, $prior)
    with images:
        $likelihood_of_beta
"""
            + _SUPER_GUIDE,
        ),
        "undone for the image": (
            "",
            """\
def model(self, x: torch.Tensor):
    pyro.module("decoder", self.decoder)
    with pyro.poutine.scale(scale=$beta_prior), $plate:
        z = pyro.sample($latent, $prior)
        with pyro.poutine.scale(scale=1 / ($beta_prior)):
            $likelihood_of_beta
"""
            + _SUPER_GUIDE,
        ),
        "wrapped in the constructor": (
            "",
            """\
def model(self, x: torch.Tensor):
    pyro.module("decoder", self.decoder)
    with $plate:
        z = self._scaled($beta_prior)(self._draw)($prior)
        $likelihood_of_beta

def _scaled(self, weight):
    return pyro.poutine.scale(scale=weight)

def _draw(self, what):
    return pyro.sample($latent, what)

def guide(self, x: torch.Tensor):
    return self._scaled($beta_posterior)(super().guide)(x)
""",
        ),
        "factor": ("", _FACTOR),
        "plate and scale in one with": (
            "",
            """\
def model(self, x: torch.Tensor):
    pyro.module("decoder", self.decoder)
    with $plate as index, pyro.poutine.scale(scale=$beta_prior):
        z = pyro.sample($latent, $prior)
    with pyro.plate("images again", len(index)):
        $likelihood_of_beta

def guide(self, x: torch.Tensor):
    pyro.module("encoder", self.encoder)
    with $plate, pyro.poutine.scale(scale=$beta_posterior):
        z_loc, z_scale = $encoded
        pyro.sample($latent, $posterior)
""",
        ),
        "messenger by name": (
            "from pyro.poutine.scale_messenger import ScaleMessenger",
            f"{_MODEL}\n{_GUIDE}".replace("pyro.poutine.scale(scale=", "ScaleMessenger("),
        ),
        "exit stack": (
            "import contextlib",
            """\
def model(self, x: torch.Tensor):
    pyro.module("decoder", self.decoder)
    with $plate:
        with contextlib.ExitStack() as stack:
            stack.enter_context(pyro.poutine.scale(scale=$beta_prior))
            z = pyro.sample($latent, $prior)
        $likelihood_of_beta
"""
            + _SUPER_GUIDE,
        ),
        "context manager of the class": (
            "from contextlib import contextmanager",
            """\
@contextmanager
def weighted(self, weight):
    with pyro.poutine.scale(scale=weight):
        yield

"""
            + f"{_MODEL}\n{_GUIDE}".replace("pyro.poutine.scale(scale=", "self.weighted("),
        ),
        "weighted distribution": (
            _WEIGHTED,
            """\
def model(self, x: torch.Tensor):
    pyro.module("decoder", self.decoder)
    with $plate:
        prior = $prior
        z = pyro.sample($latent, Weighted(prior.mean, prior.stddev, $beta_prior).to_event(1))
        $likelihood_of_beta

def guide(self, x: torch.Tensor):
    pyro.module("encoder", self.encoder)
    with $plate:
        z_loc, z_scale = $encoded
        q = $posterior
        pyro.sample($latent, Weighted(q.mean, q.stddev, $beta_posterior).to_event(1))
""",
        ),
        "partial": (
            "from functools import partial",
            f"{_MODEL}\n{_GUIDE}".replace("pyro.poutine.scale(scale=", "partial(pyro.poutine.scale, scale=")
            .replace("_prior):", "_prior)():")
            .replace("_posterior):", "_posterior)():"),
        ),
    }.items()
)

CLASSIFIERS = _idioms(
    "classifier",
    {
        "naive Bayes": "from sklearn.naive_bayes import GaussianNB\n\nmake = GaussianNB",
        "few steps of logistic regression": (
            "from sklearn.linear_model import LogisticRegression\n\n"
            "def make():\n    return LogisticRegression(max_iter=5)"
        ),
        "nearest centroid": "from sklearn.neighbors import NearestCentroid\n\nmake = NearestCentroid",
        "perceptron": (
            "from sklearn.linear_model import Perceptron\n\n"
            "def make():\n    return Perceptron(max_iter=5, tol=None, random_state=0)"
        ),
        "stochastic gradient": (
            "from sklearn.linear_model import SGDClassifier\n\n"
            "def make():\n    return SGDClassifier(max_iter=5, tol=None)"
        ),
        "tree": (
            "from sklearn.tree import DecisionTreeClassifier\n\n"
            "def make():\n    return DecisionTreeClassifier(max_depth=8)"
        ),
        "random tree": (
            "from sklearn.tree import ExtraTreeClassifier\n\n"
            "def make():\n    return ExtraTreeClassifier(max_depth=10, random_state=1)"
        ),
        "ridge": "from sklearn.linear_model import RidgeClassifier\n\nmake = RidgeClassifier",
        "discriminant analysis": (
            "from sklearn.discriminant_analysis import LinearDiscriminantAnalysis\n\nmake = LinearDiscriminantAnalysis"
        ),
        "Bernoulli naive Bayes": (
            "from sklearn.naive_bayes import BernoulliNB\n\ndef make():\n    return BernoulliNB(binarize=0.3)"
        ),
        "scaled naive Bayes": (
            "from sklearn.naive_bayes import GaussianNB\nfrom sklearn.pipeline import make_pipeline\n"
            "from sklearn.preprocessing import StandardScaler\n\n"
            "def make():\n    return make_pipeline(StandardScaler(), GaussianNB(var_smoothing=1e-3))"
        ),
        "scaled to counts": (
            "from sklearn.naive_bayes import MultinomialNB\nfrom sklearn.pipeline import Pipeline\n"
            "from sklearn.preprocessing import MinMaxScaler\n\n"
            "def make():\n    return Pipeline([('scale', MinMaxScaler(clip=True)), ('bayes', MultinomialNB())])"
        ),
        "principal components": (
            "from sklearn.decomposition import PCA\nfrom sklearn.naive_bayes import GaussianNB\n"
            "from sklearn.pipeline import make_pipeline\n\n"
            "def make():\n    return make_pipeline(PCA(5, random_state=0), GaussianNB())"
        ),
        "small forest": (
            "from sklearn.ensemble import RandomForestClassifier\n\n"
            "def make():\n    return RandomForestClassifier(n_estimators=5, max_depth=6)"
        ),
        "written by hand": """\
class Centroids:
    def fit(self, features, labels):
        labels = np.asarray(labels)
        self.means = np.stack([features[labels == digit].mean(axis=0) for digit in range(10)])
        return self

    def predict(self, features):
        distances = ((features[:, None] - self.means) ** 2).sum(axis=-1) if features.shape[1] < 50 else (
            (self.means ** 2).sum(axis=1) - 2 * features @ self.means.T)
        return distances.argmin(axis=1)

make = Centroids""",
        "bagged stumps": (
            "from sklearn.ensemble import BaggingClassifier\nfrom sklearn.tree import DecisionTreeClassifier\n\n"
            "def make():\n    return BaggingClassifier(DecisionTreeClassifier(max_depth=5), 3, random_state=0)"
        ),
    },
)

LATENTS = _idioms(
    "latents",
    {
        "encoder_forward": "return model.encoder_forward(images).numpy()",
        "mean of the posterior": (
            "encoded = model.encoder(images.flatten(1))\n"
            "return (encoded[0] if isinstance(encoded, (tuple, list)) else encoded).numpy()"
        ),
        "in batches": "return np.concatenate([model.encoder_forward(batch).numpy() for batch in images.split(500)])",
    },
)

STORES = _idioms(
    "store",
    {
        "literal": """\
classification_results = {
    "raw": evaluate("raw", make()),
    "ae": evaluate("ae", make()),
    "vae": evaluate("vae", make()),
}""",
        "loop": """\
classification_results = {}
for name in ("raw", "ae", "vae"):
    classification_results[name] = evaluate(name, make())""",
        "comprehension": 'classification_results = {name: evaluate(name, make()) for name in ["raw", "ae", "vae"]}',
        "filled in": """\
classification_results = {name: {} for name in ("vae", "ae", "raw")}
for name, entry in classification_results.items():
    entry.update(evaluate(name, make()))
    entry["notes"] = "uwagi\"""",
        "default dict": """\
from collections import defaultdict

classification_results = defaultdict(dict)
for name in ("raw", "ae", "vae"):
    for key, value in evaluate(name, make()).items():
        classification_results[name][key] = value""",
        "rounded": """\
classification_results = dict((name, evaluate(name, make())) for name in ("raw", "ae", "vae"))
for entry in classification_results.values():
    entry["accuracy"] = round(entry["accuracy"], 3)""",
        "NumPy numbers": """\
classification_results = {}
for name in ("raw", "ae", "vae"):
    entry = evaluate(name, make())
    classification_results[name] = {
        key: value if key == "classifier" else np.float64(value) for key, value in entry.items()
    }""",
    },
)

AXES: dict[str, tuple[Idiom, ...]] = {
    "encoder": ENCODERS,
    "heads": HEADS,
    "scale": SCALES,
    "sample": SAMPLES,
    "decoder": DECODERS,
    "pixels": PIXELS,
    "shapes": SHAPES,
    "style": STYLES,
    "names": NAMES,
    "keeping": KEEPING,
    "mechanism": MECHANISMS,
    "classifier": CLASSIFIERS,
    "latents": LATENTS,
    "store": STORES,
}
