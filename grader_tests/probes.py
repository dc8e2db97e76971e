"""What the checks may ask a student's objects. Plain arrays in, plain arrays out: no verdict, no expected value.

This file also runs inside the student's kernel, so it imports nothing of the kit. Every probe takes the
notebook's namespace first, and leaves random states, Pyro's parameter store and the objects as it found them.
Shapes: B images, D = n_input_features values each, Z latents, H x W the sides of an image.
"""

import contextlib
import copy
import io
import os
import pathlib
import re
import sys
import types
import warnings
import weakref
import zlib
from itertools import islice

import numpy as np
import pyro
import torch
from pyro.poutine.messenger import Messenger
from torch.nn.parameter import is_lazy


def answer(namespace, request):
    """The reply to ``request`` = {"probe": name, "arguments": {...}}; a student's exception becomes {"error": text}."""
    probe = _PROBES[request["probe"]]  # outside: a question that nobody can answer is no fault of the student's
    try:
        with _isolated(request["arguments"].pop("seed", 0)):
            return probe(namespace, **request["arguments"])
    except Exception as error:
        return {"error": _reason(error)}


_EXPLANATIONS = {
    r"support \(Boolean": "Rozkład Bernoulliego przyjmuje domyślnie tylko 0 i 1, a piksele są szare: "
    "potrzebne jest validate_args=False.",
    r"parameter scale .*GreaterThan": "Odchylenie standardowe przekazane do rozkładu nie jest dodatnie.",
    r"parameter probs": "Prawdopodobieństwa przekazane do rozkładu wychodzą poza przedział [0, 1].",
    r"cannot be multiplied|is invalid for input of size|must match the size": "Rozmiary nie pasują do siebie: "
    "bierz je z argumentów konstruktora i z kształtu danych.",
    r"same dtype|expected scalar type": "Mieszają się liczby float32 i float64.",
    r"does not require grad": "Wynik nie zależy od wag tak, żeby dało się go zróżniczkować: gradient odcina na "
    "przykład próg, zaokrąglenie, .detach() albo torch.no_grad().",
}
"""What usual exceptions of torch and Pyro mean, by a pattern of their text."""


def _reason(error):
    """An exception of the student's code as one Polish sentence, with the first line of its text that names a cause.

    Pyro puts "Error while computing ..." above the cause, and a listing of its trace below.
    """
    if isinstance(error, _MissingError):
        return f"W notatniku nie ma {error}: komórka, która to tworzy, nie została wykonana bez błędu."
    if isinstance(error, NotImplementedError) and not str(error):
        return "Ta część nie jest jeszcze napisana (kod zgłasza NotImplementedError)."
    if isinstance(error, _UnusableError):
        return str(error)
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    causes = [line for line in lines if not line.startswith("Error while computing")]
    said = f"Kod zgłosił wyjątek {type(error).__name__}: {(causes or lines or [''])[0]}"
    explanations = (text for pattern, text in _EXPLANATIONS.items() if re.search(pattern, str(error)))
    return " ".join([*islice(explanations, 1), said])[:600]


class _MissingError(Exception):
    """A name that the notebook should define is not there."""


class _UnusableError(Exception):
    """What the student's code did cannot be judged; the message says it in Polish."""


@contextlib.contextmanager
def _isolated(seed):
    """Seeded random states, a parameter store of its own and silence; all of it is put back afterwards."""
    numpy_state = np.random.get_state()
    with (
        torch.random.fork_rng(devices=[]),
        pyro.get_param_store().scope(),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        torch.default_generator.manual_seed(seed)  # `torch.manual_seed` writes down the stack for GPUs each time
        np.random.seed(seed % 2**32)
        try:
            yield
        finally:
            np.random.set_state(numpy_state)


def _tensor(array):
    return torch.as_tensor(np.asarray(array), dtype=torch.get_default_dtype())


def _array(value):
    """A tensor as a float32 array; anything else that NumPy takes as numbers, as it is."""
    if isinstance(value, torch.Tensor):
        return value.detach().to("cpu", torch.float32).numpy()
    return np.asarray(value, dtype=np.float32)


def _find(namespace, name):
    if name not in namespace:
        raise _MissingError(name)
    return namespace[name]


def _network(namespace, cls, sizes, gain=1.0):
    """A new VEncoder or VDecoder in eval mode, see ``_set_parameters``."""
    network = _find(namespace, cls)(*sizes)
    network.eval()
    _set_parameters(network, sizes[0], gain)
    return network


@torch.no_grad()
def _set_parameters(network, inputs, gain):
    """Multiply a network's parameters by ``gain``; those that begin at zero or near it are drawn first, as by torch.

    Training may put any number there. Lazy layers first see a batch of vectors of length ``inputs``, as in training.
    """
    if any(is_lazy(parameter) for parameter in network.parameters()):
        network(torch.zeros(32, inputs))
    for parameter in network.parameters():
        bound = parameter.shape[-1] ** -0.5 if parameter.numel() > 1 else 0.0
        if parameter.abs().max() < 0.1 * bound:
            parameter.uniform_(-bound, bound)
        parameter.mul_(gain)


def _vae(namespace, cls, sizes, image_shape, gain=1.0, **extra):
    """A new autoencoder of class ``cls``; sizes = (D, encoder hidden, decoder hidden, Z).

    Its networks are in eval mode, while its own ``training`` says what it says in training: a loss may depend on it.
    """
    data, encoder_hidden, decoder_hidden, latent = sizes
    model = _find(namespace, cls)(
        n_data_features=data,
        n_encoder_hidden_features=encoder_hidden,
        n_decoder_hidden_features=decoder_hidden,
        n_latent_features=latent,
        **extra,
    )
    model.eval()
    model.training = True
    try:
        with torch.no_grad():  # as in training, a model learns the shape of images here
            model.encoder_forward(torch.zeros(1, *image_shape))
    except Exception:  # other questions find out
        with contextlib.suppress(Exception):
            model.input_shape = torch.Size(image_shape)
    for network, inputs in ((model.encoder, data), (model.decoder, latent)):
        with contextlib.suppress(Exception):  # a network that cannot be used is no matter where another stands in
            _set_parameters(network, inputs, gain)
    return model


def _stand_in(network, reply):
    """Put ``reply(input)`` in the place of a network's ``forward``; returns a list that grows with each call."""
    calls = []

    def forward(*arguments, **named):
        calls.append(1)
        return reply(next(iter((*arguments, *named.values()))))

    network.forward = forward
    return calls


def _rows(output, count):
    """What a network returned for ``count`` inputs as (count, ...) with one axis for all others, where that can be."""
    return output.reshape(count, -1) if output.numel() % count == 0 else output


def _pair(output):
    """What an encoder returned, described: how many parts, and the first two where they are there."""
    if isinstance(output, torch.Tensor) and output.dim() == 3:
        output = tuple(output)  # a stack, which is unpacked as a tuple is
    if not isinstance(output, (tuple, list)):
        return {"parts": 1}
    fields = {"parts": len(output)}
    if len(output) == 2:
        fields.update(loc=_array(output[0]), scale=_array(output[1]))
    return fields


@torch.no_grad()
def encode(namespace, sizes, x, gains=(1.0,)):
    """``VEncoder(*sizes)`` on x (B, D), from the same seed for each gain -> items: parts, loc, scale as they come.

    And ``neighbours``: see `_neighbours`.
    """
    items, x = [], _tensor(x)
    for gain in gains:
        with _isolated(torch.initial_seed()):
            network = _network(namespace, "VEncoder", sizes, gain)
            items.append(_pair(network(x)) | {"neighbours": _neighbours(network, x)})
    return {"items": items}


def _neighbours(network, x):
    """The largest difference between the first vector's loc in a batch and its loc alone, as a share of 1 + |loc|.

    0 where the network draws numbers, since these differ anyway.
    """
    with contextlib.suppress(Exception):  # what cannot be asked alone is told by its shapes
        loc, again, alone = (network(batch)[0].double() for batch in (x, x, x[:1]))
        if torch.equal(loc, again):
            apart = (loc[:1] - alone).abs() / (1 + alone.abs())
            return float(torch.nan_to_num(apart, nan=np.inf).max().clamp(max=1e9))
    return 0.0


@torch.no_grad()
def encode_path(namespace, sizes, start, end, t, gain=1.0):
    """``VEncoder(*sizes)`` along the lines from start to end (L, D), at places t (L, ...) -> scale (L, ..., Z).

    In double precision, unless the student's code mixes it with single.
    """
    lines = torch.arange(len(t)).repeat_interleave(t[0].size)
    start, end, place = torch.as_tensor(start)[lines], torch.as_tensor(end)[lines], torch.as_tensor(t).reshape(-1, 1)
    x = torch.lerp(start.double(), end.double(), place.double())
    network = _network(namespace, "VEncoder", sizes, gain)
    try:
        scale = _scales(network.double(), x)
    except RuntimeError:
        scale = _scales(network.to(torch.get_default_dtype()), x.to(torch.get_default_dtype()))
    return {"scale": _array(scale).reshape(*t.shape, -1)}


def _scales(network, x):
    return torch.cat([network(batch)[1] for batch in x.split(32)])  # 32: the notebook's batch


@torch.no_grad()
def decode(namespace, sizes, z, gain=1.0, repeat=1):
    """``VDecoder(*sizes)`` on z (B, Z), ``repeat`` times -> output (repeat, B, D), and the ``shape`` that it had."""
    network = _network(namespace, "VDecoder", sizes, gain)
    outputs = [network(_tensor(z)) for _ in range(repeat)]
    return {
        "shape": np.asarray(outputs[0].shape, dtype=np.int64),
        "output": np.stack([_array(_rows(output, len(z))) for output in outputs]),
    }


@torch.no_grad()
def draw_latents(namespace, sizes, x, loc, scale, draws):
    """``encoder_forward(x)`` of a new VAE, ``draws`` times, with loc and scale (B, Z) given in the encoder's place.

    Returns samples (draws, B, Z), the second half in eval mode, and ``asked``: whether the encoder's ``forward`` was
    used at all.
    """
    model = _vae(namespace, "VariationalAutoencoder", sizes, x.shape[1:])
    calls = _stand_in(model.encoder, lambda _: (_tensor(loc), _tensor(scale)))
    return {"samples": _samples(model, _tensor(x), draws), "asked": float(bool(calls))}


def _samples(model, x, draws):
    """``encoder_forward(x)``: the first half of the draws as in training, the others as after it, in eval mode."""
    samples = []
    for draw in range(draws):
        model.training = draw < draws // 2
        samples.append(_array(model.encoder_forward(x)))
    return np.stack(samples)


@torch.no_grad()
def encoder_inputs(namespace, sizes, x):
    """What a new VAE gives its encoder for images x (B, 1, H, W), by function: ``encoder_forward`` and, where that can
    be had, ``guide``, (B, D) if they are right. Absent where the encoder's ``forward`` is not used."""
    model = _vae(namespace, "VariationalAutoencoder", sizes, x.shape[1:])
    x, zeros, inputs = _tensor(x), _tensor(np.zeros((len(x), sizes[-1]))), {"encoder_forward": [], "guide": []}
    _stand_in(model.encoder, lambda given: inputs["encoder_forward"].append(given) or (zeros, zeros + 1))
    model.encoder_forward(x)
    _stand_in(model.encoder, lambda given: inputs["guide"].append(given) or (zeros, zeros + 1))
    with contextlib.suppress(Exception):  # the checks of the guide say what is wrong there
        model.guide(x)
    return {name: _array(given[0].flatten(1)) for name, given in inputs.items() if given}


@torch.no_grad()
def draw_own_latents(namespace, sizes, x, draws):
    """``encoder_forward(x)`` of a new VAE with its own encoder -> samples (draws, B, Z); its loc, scale (B, Z)."""
    model = _vae(namespace, "VariationalAutoencoder", sizes, x.shape[1:])
    x = _tensor(x)
    loc, scale = model.encoder.forward(x.flatten(1))
    return {"samples": _samples(model, x, draws), "loc": _array(loc), "scale": _array(scale)}


@torch.no_grad()
def restore(namespace, sizes, z, image_shape, output=None):
    """``decoder_forward(z)`` of a new VAE -> image, and ``output`` (B, D): what its decoder gave for it.

    ``output`` (B, D), where given, stands in the decoder's place; then also ``given`` and, where that can be had,
    ``given_by_model``: what the decoder gets there for z.
    """
    model, z = _vae(namespace, "VariationalAutoencoder", sizes, image_shape), _tensor(z)
    if output is None:
        return {"image": _array(model.decoder_forward(z)), "output": _array(_rows(model.decoder.forward(z), len(z)))}
    inputs = []
    _stand_in(model.decoder, lambda given: inputs.append(given) or _tensor(output))
    fields = {"image": _array(model.decoder_forward(z)), "output": _array(output)}
    if inputs:
        fields["given"] = _array(inputs.pop())
    with contextlib.suppress(Exception):  # the checks of the model say what is wrong there
        x = torch.zeros(len(z), *image_shape)
        found = _sampled(pyro.poutine.trace(model.model).get_trace(x))
        (latent,) = (site for site in found if not site["is_observed"])
        inputs.clear()
        pyro.poutine.condition(model.model, {latent["name"]: z.reshape(latent["value"].shape)})(x)
        fields["given_by_model"] = _array(inputs.pop())
    return fields


def gradients(namespace, sizes, x):
    """Which tensors of a new VAE's networks are trained, by the reconstruction of images x (B, 1, H, W).

    Per tensor, of ``parameters()`` or not: name; ``influence`` and ``influence_on_first``, the largest change of the
    network's outputs, and of the first of them, when the tensor is perturbed; ``gradient``, the largest absolute entry
    of the reconstruction's (0 where none comes, or no optimiser gets the tensor); ``registered``: whether it is in
    ``parameters()``; ``cut``: which outputs, counted from 1, change with it and send no gradient.
    And ``unused``: which of the encoder's outputs, counted from 1, get no gradient from the reconstruction;
    ``latents``: see `_reaching_latents`.
    """
    model, other = (_vae(namespace, "VariationalAutoencoder", sizes, x.shape[1:]) for _ in range(2))
    x, encoded = _tensor(x), _kept_outputs(model.encoder)
    with torch.enable_grad(), pyro.validation_enabled(False):
        guide = pyro.poutine.trace(model.guide).get_trace(x)
        trace = pyro.poutine.trace(pyro.poutine.replay(model.model, trace=guide)).get_trace(x)
        observed = [site for site in _sampled(trace) if site["is_observed"]]
        if not observed:
            raise _UnusableError("Model nie ma żadnej obserwowanej zmiennej (pyro.sample z obs=).")
        loss = sum(site["fn"].log_prob(site["value"]).sum() for site in observed)
        loss.backward()
    unused = [
        place
        for place, outputs in enumerate(zip(*encoded, strict=False), 1)  # of all calls: one may serve only one output
        if any(each.requires_grad for each in outputs)
        and not any(each.grad is not None and each.grad.any() for each in outputs)
    ]
    z = torch.randn(x.shape[0], sizes[-1])
    rows, known = [], {id(parameter) for parameter in model.parameters()}
    for part, given in (("encoder", x.flatten(1)), ("decoder", z)):
        network = getattr(model, part)
        loose, again = _loose_tensors(network), dict(_loose_tensors(getattr(other, part)))
        tensors = [*network.named_parameters(), *(each for each in loose if _is_weight(*each, again))]
        reached = _reached(network, [tensor for _, tensor in tensors], given)
        for place, (name, tensor) in enumerate(tensors):
            registered, influence = id(tensor) in known, _influence(network, tensor, given)
            gradient = tensor.grad if registered else None
            outputs = zip(influence, reached, strict=True)
            cut = [output for output, (change, found) in enumerate(outputs, 1) if change > 1e-7 and not found[place]]
            rows.append(
                {
                    "name": f"{part}.{name}",
                    "influence": max(influence),
                    "influence_on_first": influence[0],
                    "gradient": 0.0 if gradient is None else float(gradient.abs().max()),
                    "registered": float(registered),
                    "cut": np.asarray(cut, dtype=np.int64),
                }
            )
            known.add(id(tensor))
        known |= {id(tensor) for _, tensor in loose}
    unknown = sum(id(leaf) not in known for leaf in _leaves(loss.grad_fn))
    latents = _reaching_latents(model.decoder, z)
    return {"parameters": rows, "unused": np.asarray(unused, dtype=np.int64), "unknown": float(unknown)} | latents


def _reaching_latents(decoder, z):
    """``latents`` (Z,): the largest gradient of the decoder's output by each latent; absent where there is none."""
    z = z.detach().requires_grad_()
    with torch.enable_grad():
        output = decoder.forward(z)
        if not output.requires_grad:
            return {}
        (gradient,) = torch.autograd.grad((output * torch.randn_like(output)).sum(), z, allow_unused=True)
    return {} if gradient is None else {"latents": _array(gradient.abs().amax(dim=0))}


def _kept_outputs(network):
    """A list that gets, with each call of the network, the tensors that it returns; these keep their gradients."""
    kept, forward = [], network.forward

    def keep(*arguments, **named):
        output = forward(*arguments, **named)
        tensors = output if isinstance(output, (tuple, list)) else (output,)
        tensors = [tensor for tensor in tensors if isinstance(tensor, torch.Tensor)]
        for tensor in tensors:
            if tensor.requires_grad:
                tensor.retain_grad()
        kept.append(tensors)
        return output

    network.forward = keep
    return kept


def _loose_tensors(network):
    """(name, tensor) of what a network's modules keep where ``parameters()`` and ``buffers()`` do not look."""
    internals = vars(torch.nn.Module())
    found = {id(tensor): None for tensor in (*network.parameters(), *network.buffers())}

    def look(name, value):
        if isinstance(value, torch.Tensor) and value.is_leaf and value.is_floating_point():
            found.setdefault(id(value), (name, value))
        elif isinstance(value, torch.nn.Module):
            for key, parameter in value.named_parameters():
                look(f"{name}.{key}", parameter)
        elif isinstance(value, (list, tuple)):
            for place, part in enumerate(value):
                look(f"{name}[{place}]", part)
        elif isinstance(value, dict):
            for key, part in value.items():
                look(f"{name}[{key!r}]", part)

    for prefix, module in network.named_modules():
        for key, value in vars(module).items():
            if key not in internals:
                look(f"{prefix}.{key}".strip("."), value)
    return [pair for pair in found.values() if pair is not None]


def _is_weight(name, tensor, again):
    """Whether a loose tensor was meant to be trained; a constant is the same in ``again``, those of another network."""
    if tensor.requires_grad:
        return True
    several = sum(size > 1 for size in tensor.shape) > 1
    return several and 0 not in tensor.stride() and not (name in again and torch.equal(tensor, again[name]))


def _leaves(function):
    """The tensors that a function of autograd's graph sends gradients to."""
    found, seen, waiting = [], set(), [function]
    while waiting:
        function = waiting.pop()
        if function is not None and function not in seen:
            seen.add(function)
            waiting += [before for before, _ in function.next_functions]
            if hasattr(function, "variable"):
                found.append(function.variable)
    return found


def _outputs(network, given):
    """The network's outputs as a tuple, with equal noise each time where it draws any."""
    with _isolated(0):
        output = network(given)
    return tuple(output) if isinstance(output, (tuple, list)) else (output,)


def _reached(network, tensors, given):
    """For each output of the network, whether it sends a gradient to each of the tensors."""
    trained = [tensor for tensor in tensors if tensor.requires_grad]
    reached = []
    with torch.enable_grad():
        outputs = _outputs(network, given)
    for output in outputs:
        gradients = [None] * len(trained)
        if output.requires_grad and trained:
            weights = torch.randn_like(output)
            gradients = torch.autograd.grad((output * weights).sum(), trained, retain_graph=True, allow_unused=True)
        ids = {id(t) for t, g in zip(trained, gradients, strict=True) if g is not None and float(g.abs().max()) > 0}
        reached.append([id(tensor) in ids for tensor in tensors])
    return reached


@torch.no_grad()
def _influence(network, tensor, given):
    before, saved = _outputs(network, given), tensor.clone()
    tensor.add_(0.1 * torch.randn_like(tensor))
    changes = [float((now - then).abs().max()) for now, then in zip(_outputs(network, given), before, strict=True)]
    tensor.copy_(saved)
    return changes


def _sampled(trace):
    """The true sample sites of a trace, ``pyro.factor`` included."""
    return [site for site in trace.nodes.values() if _is_sampled(site)]


def _is_sampled(site):
    """Whether it is no plate, no subsampling and no ``pyro.deterministic``, which only gives a name to a value."""
    infer = site.get("infer") or {}
    return (
        site["type"] == "sample"
        and type(site["fn"]).__name__ != "_Subsample"
        and not infer.get("_do_not_trace")
        and not infer.get("_deterministic")
    )


@torch.no_grad()
def sites(namespace, function, sizes, x, points, loc=None, scale=None, output=None):
    """Random variables of ``function`` ("model" or "guide"), factors left out; x (B, 1, H, W).

    Where they are given, loc and scale (B, Z) stand in for the encoder's answer, output (B, D) for the decoder's.
    Returns ``asked``: whether the function used the network that it is about; ``loc``, ``scale`` and ``output`` as
    the networks answer there; and for each site: name, value, mean and stddev of its distribution (absent where it has
    none), plate sizes, whether it is observed, its scale factor, log_prob per plate element, and
    ``densities`` (K,), the sum of log_prob at each of points (K, B, Z), absent where these are no values of it.
    """
    model = _vae(namespace, "VariationalAutoencoder", sizes, x.shape[1:])
    x, calls = _tensor(x), {"model": [1], "guide": [1]}
    if loc is not None:
        calls["guide"] = _stand_in(model.encoder, lambda _: (_tensor(loc), _tensor(scale)))
        calls["model"] = _stand_in(model.decoder, lambda _: _tensor(output))
    trace = pyro.poutine.trace(getattr(model, function)).get_trace(x)
    asked = float(bool(calls[function]))
    found = [site for site in _sampled(trace) if type(site["fn"]).__name__ != "Unit"]
    fields = {"asked": asked, "sites": [_site(site, points) for site in found]}
    with contextlib.suppress(Exception):  # a network of the student's that says nothing is told elsewhere
        if function == "guide":
            fields.update(zip(("loc", "scale"), map(_array, model.encoder.forward(x.flatten(1))), strict=True))
        else:
            latent = next(site for site in found if not site["is_observed"])["value"]
            fields["output"] = _array(_rows(model.decoder.forward(latent.reshape(len(x), -1)), len(x)))
    return fields


def _site(site, points):
    fields = {
        "name": str(site["name"]),
        "observed": float(site["is_observed"]),
        "plates": np.asarray([frame.size for frame in site["cond_indep_stack"] if frame.vectorized], dtype=np.int64),
        "factor": float(site["scale"]),
        "value": _array(site["value"]),
        "log_prob": _array(site["fn"].log_prob(site["value"])),
    }
    for field in ("mean", "stddev"):
        with contextlib.suppress(NotImplementedError, AttributeError):
            fields[field] = _array(getattr(site["fn"], field))
    with contextlib.suppress(RuntimeError, ValueError):
        values = [_tensor(point).reshape(site["value"].shape) for point in points]
        fields["densities"] = np.array([float(site["fn"].log_prob(value).sum()) for value in values])
    return fields


class _Recorder(Messenger):
    """Collects the sample sites that a loss visits, first the guide's, then the model's."""

    def __init__(self):
        super().__init__()
        self.sites = []

    def _pyro_post_sample(self, message):
        self.sites.append(dict(message))


@torch.no_grad()
def losses(namespace, cls, sizes, x, draws, betas=(None,), gain=1.0, stub=None, before=0):
    """Trace_ELBO of ``cls`` for each β in ``betas`` (None: the class takes no β), at equal weights.

    x (B, 1, H, W). With ``stub`` = {loc, scale (B, Z), weight (Z, D), bias (D,)} known networks stand in the
    place of the student's: the encoder answers loc and scale, the decoder sigmoid(z weight + bias); ``asked`` says
    whether the loss used both. ``before``: losses of one image that are computed first, as a warm-up takes them.
    Returns per β and draw ``loss`` (betas, draws), nats summed over the batch; the latent ``z`` that the guide
    drew (betas, draws, B, Z); what the networks say there, ``loc``, ``scale`` (betas, B, Z) and
    ``probabilities`` (betas, draws, B, D); ``wander`` (betas,): by how much loc differs when it is asked again; and
    ``guide_term``, ``prior_term``, ``likelihood_term``, ``factor_term`` (betas, draws): the log-probabilities by role,
    as scaled in the loss; factors are the likelihood where nothing else is observed. Without ``z`` and
    ``probabilities`` where the guide has no latent variable.
    """
    x = _tensor(x)
    loss_fn = pyro.infer.Trace_ELBO().differentiable_loss
    weights, columns, asked = None, {}, True
    for beta in betas:
        extra = {} if beta is None else {"beta": beta}
        model = _vae(namespace, cls, sizes, x.shape[1:], gain, **extra)
        for _ in range(before):
            loss_fn(model.model, model.guide, x[:1])
        if stub is None:
            weights = _share_weights(model, weights)
            rows = [_one_loss(model, loss_fn, x) for _ in range(draws)]
        else:
            calls = _put_known_networks(model, stub)
            rows = [_one_loss(model, loss_fn, x) for _ in range(draws)]
            asked = asked and all(calls)
        for key, value in _merged(model, x, rows).items():
            columns.setdefault(key, []).append(value)
    return {"asked": float(asked)} | {key: np.stack(value) for key, value in columns.items()}


def _merged(model, x, rows):
    """Losses of several draws, and what the networks say there."""
    (loc, scale), (again, _) = (model.encoder.forward(x.flatten(1)) for _ in range(2))
    merged = {key: np.stack([row[key] for row in rows]) for key in rows[0] if key != "z"}
    if "z" in rows[0]:
        merged["z"] = np.stack([_array(row["z"]) for row in rows])
        merged["probabilities"] = np.stack([_array(_rows(model.decoder.forward(row["z"]), len(x))) for row in rows])
    return {**merged, "loc": _array(loc), "scale": _array(scale), "wander": np.float64((loc - again).abs().max())}


def _put_known_networks(model, stub):
    """Known networks in the place of the model's; returns the lists of their calls."""
    loc, scale, weight, bias = (_tensor(stub[name]) for name in ("loc", "scale", "weight", "bias"))
    return (
        _stand_in(model.encoder, lambda _: (loc, scale)),
        _stand_in(model.decoder, lambda z: torch.sigmoid(z @ weight + bias)),
    )


def _share_weights(model, weights):
    """Give the model's two networks ``weights`` (or note theirs), and nothing else: β may be a parameter too."""
    if weights is None:
        return copy.deepcopy((model.encoder.state_dict(), model.decoder.state_dict()))
    model.encoder.load_state_dict(weights[0])
    model.decoder.load_state_dict(weights[1])
    return weights


def _one_loss(model, loss_fn, x):
    with _Recorder() as recorder:
        loss = loss_fn(model.model, model.guide, x)
    drawn = [site for site in recorder.sites if _is_sampled(site)]
    terms = ("guide_term", "prior_term", "likelihood_term", "factor_term")
    fields = {"loss": np.float64(float(loss))} | dict.fromkeys(terms, 0.0)
    latents = [site["value"] for site in drawn if not site["is_observed"]]
    if latents:
        fields["z"] = latents[0].reshape(x.shape[0], -1)
    seen, observed = set(), [site for site in drawn if site["is_observed"]]
    factors = [site for site in observed if type(site["fn"]).__name__ == "Unit"]
    for site in drawn:
        if site in factors and len(factors) < len(observed):
            role = "factor_term"
        elif site["is_observed"]:
            role = "likelihood_term"
        else:
            role = "prior_term" if site["name"] in seen else "guide_term"
        seen.add(site["name"])
        fields[role] += float((site["fn"].log_prob(site["value"]) * _scale_of(site)).sum())
    return fields


@torch.no_grad()
def trained_losses(namespace, model, rows, draws):
    """Trace_ELBO of the notebook's variable ``model`` on images of MNIST, rows (B,), as :func:`losses` returns it of
    one β: as in training, but for its networks, which are in eval mode."""
    with _evaluated(_find(namespace, model)) as network:
        network.training = True
        x = _in_network_precision(_mnist(rows), network)
        loss_fn = pyro.infer.Trace_ELBO().differentiable_loss
        merged = _merged(network, x, [_one_loss(network, loss_fn, x) for _ in range(draws)])
    return {"asked": 1.0} | {key: value[None] for key, value in merged.items()}


def _scale_of(site):
    scale, mask = site["scale"], site["mask"]
    return scale if mask is None else scale * mask


def inheritance(namespace, sizes, image_shape):
    """How BetaVariationalAutoencoder relates to VariationalAutoencoder: ``subclass`` and whether the two
    networks of an instance are made by VEncoder and VDecoder, and have as many parameters as the parent's.

    ``type.mro`` knows; ``issubclass`` and ``isinstance`` would ask a metaclass, which may say anything.
    """
    beta_class, vae_class = (_find(namespace, n) for n in ("BetaVariationalAutoencoder", "VariationalAutoencoder"))
    model = _vae(namespace, "BetaVariationalAutoencoder", sizes, image_shape, beta=2.0)
    parent = _vae(namespace, "VariationalAutoencoder", sizes, image_shape)
    return {
        "subclass": float(beta_class is not vae_class and vae_class in type.mro(beta_class)),
        "encoder": float(namespace["VEncoder"] in type.mro(type(model.encoder))),
        "decoder": float(namespace["VDecoder"] in type.mro(type(model.decoder))),
        "same_encoder": float(_count(model.encoder) == _count(parent.encoder)),
        "same_decoder": float(_count(model.decoder) == _count(parent.decoder)),
    }


def parameter_count(namespace, cls, sizes):
    """How many parameters a new VEncoder or VDecoder has -> count."""
    return {"count": float(_count(_network(namespace, cls, sizes)))}


def _count(network):
    return sum(parameter.numel() for parameter in network.parameters() if not is_lazy(parameter))


@contextlib.contextmanager
def _evaluated(model):
    """A model of the notebook in eval mode; each of its modules is put back afterwards."""
    training = {module: module.training for module in model.modules()}
    model.eval()
    try:
        with torch.no_grad():
            yield model
    finally:
        for module, mode in training.items():
            module.training = mode


def _mnist(rows):
    """Images (N, 28, 28) of 0..255 from the files of MNIST; rows (N,) count the 60,000 images for training first.

    Read here because images are megabytes.
    """
    raw = pathlib.Path(os.environ.get("COURSE_MNIST", "data/MNIST"), "raw")
    images, first = np.empty((len(rows), 28, 28), np.uint8), 0
    for part in ("train", "t10k"):
        pixels = np.memmap(raw / f"{part}-images-idx3-ubyte", np.uint8, "r", offset=16).reshape(-1, 28, 28)
        here = (first <= rows) & (rows < first + len(pixels))
        images[here] = pixels[rows[here] - first]
        first += len(pixels)
    return images


def _in_network_precision(images, network):
    """Images (N, H, W) of 0..255 as a network takes them: (N, 1, H, W) in [0, 1]."""
    return torch.as_tensor(images, dtype=_precision(network))[:, None] / 255.0


def _precision(network):
    """The type of a network's numbers: torch's default may have changed since it was made."""
    return next((parameter.dtype for parameter in network.parameters()), torch.get_default_dtype())


_TRAINED_ON: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()
"""By model: for how many more epochs it was trained, and its state then."""


@contextlib.contextmanager
def _trained(namespace, name, epochs):
    """A VAE of the notebook in eval mode, after so many more epochs of the notebook's own training than it had.

    It is put back afterwards; what was learnt is kept for the next probe.
    """
    model = _find(namespace, name)
    before = copy.deepcopy(model.state_dict())
    done, state = _TRAINED_ON.get(model, (0, before))
    try:
        if epochs:
            model.load_state_dict(state)
        if epochs > done:
            _train_on(namespace, model, epochs - done)
            _TRAINED_ON[model] = epochs, copy.deepcopy(model.state_dict())
        with _evaluated(model):
            yield model
    finally:
        model.load_state_dict(before)


def _train_on(namespace, model, epochs):
    """Train a VAE as the notebook's cells do, which give the grading profile one epoch at a time."""
    from src.training import fit  # the notebook's own

    loader = torch.utils.data.DataLoader(_find(namespace, "train_dataset"), 32, shuffle=True, drop_last=True)
    loss = pyro.infer.Trace_ELBO().differentiable_loss
    for _ in range(epochs):
        fit(model, 1, loader, loader, 1e-3, loss, (model.model, model.guide), keep_bar=False)
    model.zero_grad()


def trained_encode(namespace, model, rows, epochs):
    """Encoder of the notebook's variable ``model``, trained for so many more epochs, on images of MNIST, rows (B,)
    -> loc, scale (B, Z)."""
    with _trained(namespace, model, epochs) as network:
        loc, scale = network.encoder.forward(_in_network_precision(_mnist(rows), network).flatten(1))
    return {"loc": _array(loc), "scale": _array(scale)}


def trained_decode(namespace, model, z, epochs):
    """Decoder of the notebook's variable ``model``, trained for so many more epochs, on z (B, Z) -> output (B, D)."""
    with _trained(namespace, model, epochs) as network:
        z = torch.as_tensor(z, dtype=_precision(network))
        return {"output": _array(_rows(network.decoder.forward(z), len(z)))}


def reconstruct(namespace, model, rows):
    """``decoder_forward(encoder_forward(x))`` of the notebook's variable ``model`` on images of MNIST, rows (B,)
    -> image (B, 1, H, W)."""
    with _evaluated(_find(namespace, model)) as network:
        x = _in_network_precision(_mnist(rows), network)
        return {"image": _array(network.decoder_forward(network.encoder_forward(x)))}


_CLASSIFIERS = ("raw", "ae", "vae")


def classification_entries(namespace):
    """What ``classification_results`` holds, entry by entry; missing parts are left out.

    Also whether there is a ``vae_model`` at all, and whether it is of the notebook's class.
    """
    results = _find(namespace, "classification_results")
    keys = [key for key in _CLASSIFIERS if key in results]
    model_class = namespace.get("VariationalAutoencoder")
    return {
        "entries": [{"key": key, **_entry(results[key])} for key in keys],
        "vae_there": float("vae_model" in namespace),
        "vae_of_its_class": float(model_class in type.mro(type(namespace.get("vae_model")))),
        "shared": [key for key in keys if sum(_same_object(results, key, other) for other in keys) > 1],
    }


def _same_object(results, key, other):
    try:
        return results[key]["classifier"] is results[other]["classifier"]
    except (KeyError, TypeError):
        return False


def _entry(entry):
    """Fields of an entry: numbers by name, and as ``<name>_is`` what stands where none can be read."""
    fields = {}
    for name in ("accuracy", "fit_time", "predict_time"):
        with contextlib.suppress(Exception):
            fields.update(_measured(name, entry[name]))
    with contextlib.suppress(Exception):
        classifier = entry["classifier"]
        if hasattr(classifier, "predict"):
            fields["class"] = f"{type(classifier).__module__}.{type(classifier).__qualname__}"
            fields["parameters"] = _parameters(classifier)
        else:
            fields["classifier_is"] = _described(classifier)
    return fields


def _measured(name, value):
    """A number, or the text of what is none; a span of time is both, in seconds."""
    if hasattr(value, "total_seconds"):
        return {name: float(value.total_seconds()), f"{name}_is": f"{type(value).__name__} {value}"[:100]}
    if isinstance(value, np.timedelta64):
        return {name: float(value / np.timedelta64(1, "s")), f"{name}_is": _described(value)}
    number = None
    with contextlib.suppress(Exception):
        number = float(value)
    if number is not None and np.isfinite(number):
        return {name: number}
    return {f"{name}_is": _described(value), **({f"{name}_text": value[:100]} if isinstance(value, str) else {})}


def _described(value):
    return f"{type(value).__name__} {' '.join(repr(value).split())[:80]}"


def _parameters(classifier):
    """Hyperparameters as text, those of the parts of a Pipeline included, without seeds and addresses in memory."""
    parameters = classifier.get_params(deep=True) if hasattr(classifier, "get_params") else {}
    return "; ".join(
        f"{name}={_as_text(value)}"
        for name, value in sorted(parameters.items())
        if not name.endswith(("random_state", "verbose", "steps", "transformers"))  # parts are listed by themselves
    )


def _as_text(value):
    if hasattr(value, "get_params"):
        return type(value).__name__
    return re.sub(r" at 0x[0-9a-f]+", "", " ".join(repr(value).split()))


def _features(namespace, key, images, representation):
    """Inputs that the classifier ``key`` takes for images (N, H, W) of 0..255: pixels in [0, 1], or latents by
    ``representation`` ("sample": ``encoder_forward``, "mean": loc of the encoder) -> array (N, features)."""
    if key == "raw":
        return np.float32(images).reshape(len(images), -1) / np.float32(255)
    with _evaluated(_find(namespace, f"{key}_model")) as model:
        x = _in_network_precision(images, model)
        if representation == "sample":
            return _array(model.encoder_forward(x))
        return _array(model.encoder.forward(x.flatten(1))[0])


_kept: dict = {}
"""Splits of images by name, for all questions about them."""


def keep_splits(namespace, rows, labels):
    """Keep splits for the probes that follow: name -> (images (N, H, W) of 0..255[, labels (N,)]); returns names.

    rows: name -> rows (N,) of MNIST; labels: of those splits that need them.
    """
    for name, chosen in rows.items():
        _kept[name] = (_mnist(chosen), labels.get(name))
    return {"names": list(_kept)}


def predictions(namespace, split, kinds):
    """Labels that the student's classifiers give the images of a kept split: for each of ``kinds`` (N,).

    A kind is an entry's key, "raw", "ae" or "vae", whose latents are drawn anew for each kind; "vae_mean" takes
    their means, and any other suffix tells one draw from another. Of one that fails: ``<kind>_error``.
    """
    results = _find(namespace, "classification_results")
    labels = {}
    for kind in kinds:
        key, _, suffix = kind.partition("_")
        try:
            inputs = _features(namespace, key, _kept[split][0], "mean" if suffix == "mean" else "sample")
            labels[kind] = _labels(results[key]["classifier"], inputs)
        except Exception as error:
            labels[f"{kind}_error"] = _reason(error)
    return labels


def predictions_on_other_inputs(namespace, key, split, step, scaled_by):
    """Labels of the classifier ``key`` for every ``step``-th image of a kept split, given what it may have learnt on.

    Its features scaled in several ways by what those of the split ``scaled_by`` are, pixels of 0..255, latents of the
    other model -> by name (M,).
    """
    from sklearn import preprocessing

    images = _kept[split][0][::step]
    classifier = _find(namespace, "classification_results")[key]["classifier"]
    own = _features(namespace, key, images, "sample")
    known = _features(namespace, key, _kept[scaled_by][0], "sample")
    inputs = {
        scaler.__name__: scaler().fit(known).transform(own)
        for scaler in (preprocessing.StandardScaler, preprocessing.MinMaxScaler, preprocessing.MaxAbsScaler)
    }
    if key == "raw":
        inputs |= {"bytes": 255 * own, "centred": 2 * own - 1, "normalised": (own - 0.1307) / 0.3081}
    else:
        with contextlib.suppress(Exception):  # there may be no such model
            inputs["other"] = _features(namespace, "vae" if key == "ae" else "ae", images, "sample")
    labels = {}
    for name, features in inputs.items():
        with contextlib.suppress(Exception):  # where the classifier refuses it, it has not learnt on it
            labels[name] = _labels(classifier, features)
    return labels


def _labels(classifier, inputs):
    return np.asarray(classifier.predict(inputs)).astype(np.int64).reshape(-1)


def refitted_predictions(namespace, key, fits, queries, reseed=False):
    """Unfitted clones of the classifier ``key``, fitted on kept splits: their labels for the split ``queries``.

    fits: name -> names of the splits that this fit gets; M: images of ``queries``; reseed: give each fit another seed.
    Returns the labels (M,) by the name of the fit, and as ``own`` those of the student's fitted classifier.
    """
    classifier = _find(namespace, "classification_results")[key]["classifier"]
    inputs = _features(namespace, key, _kept[queries][0], "sample")
    labels = {"own": _labels(classifier, inputs)}
    used = {name for names in fits.values() for name in names}
    latents = {name: _features(namespace, key, _kept[name][0], "sample") for name in sorted(used)}
    for fit, names in fits.items():
        targets = np.concatenate([_kept[name][1] for name in names])
        fitted = _unfitted(classifier)
        if reseed and hasattr(fitted, "set_params"):
            seeds = {name: len(labels) for name in fitted.get_params() if name.endswith("random_state")}
            fitted.set_params(**seeds)
        fitted.fit(np.concatenate([latents[name] for name in names]), targets)
        labels[fit] = _labels(fitted, inputs)
    return labels


def _unfitted(classifier):
    """A copy to fit anew; of one that is not scikit-learn's, a copy whose ``fit`` forgets what it was fitted on."""
    from sklearn.base import clone

    return clone(classifier) if hasattr(classifier, "get_params") else copy.deepcopy(classifier)


def weights_checksum(namespace, model):
    """CRC-32 of the parameters of each network of the notebook's variable ``model`` -> encoder, decoder."""
    network = _find(namespace, model)
    return {
        part: zlib.crc32(b"".join(_array(parameter).tobytes() for parameter in getattr(network, part).parameters()))
        for part in ("encoder", "decoder")
    }


def training_rows(namespace):
    """CRC-32 of each image that the notebook's ``train_dataset`` holds -> checksums (N,)."""
    dataset, chosen = _find(namespace, "train_dataset"), slice(None)
    while isinstance(dataset, torch.utils.data.Subset):
        dataset, chosen = dataset.dataset, np.asarray(dataset.indices)[chosen]
    images = np.ascontiguousarray(np.asarray(dataset.data)[chosen], dtype=np.uint8)
    return {"checksums": np.array([zlib.crc32(image) for image in images])}


# fmt: off
_WATCHED = (
    "builtins", "sys", "json", "zlib", "base64", "io", "copy", "numpy", "numpy.random", "numpy.testing", "torch",
    "torch.Tensor", "torch.nn.Module", "torch.nn.functional", "torch.testing", "torch.distributions.Distribution",
    "torch.distributions.Normal", "pyro", "pyro.poutine", "pyro.infer", "pyro.infer.ELBO", "pyro.infer.Trace_ELBO",
    "pyro.distributions", "pyro.distributions.Normal", "pyro.distributions.Bernoulli", "pyro.primitives",
    "pyro.poutine.trace_messenger.TraceMessenger", "pyro.poutine.runtime", "sklearn.base", "IPython.display",
)
# fmt: on
"""Modules and classes in which no honest notebook puts anything of its own."""
_TRUSTED = ("IPython", "ipykernel", "ipywidgets", "matplotlib", "matplotlib_inline", "tqdm", "comm", "traitlets")
"""Packages that may register callbacks and transformers with the shell."""


def integrity(namespace):
    """Signs in this kernel of an attempt to change its answers -> patched, a list of texts; none in honest work.

    It is evidence and no proof: whoever knows this function can keep it from seeing anything.
    """
    return {"patched": [*_patched_libraries(namespace), *_patched_shell(namespace), *_fake_modules()]}


def _is_own(value, namespace):
    """Whether a function, a class or an object was made by the notebook's own code."""
    if isinstance(value, types.ModuleType):  # not to ask `torch.ops`, which has whatever it is asked for
        return False
    value = getattr(value, "__func__", value)
    return (
        getattr(value, "__globals__", None) is namespace
        or getattr(value, "__module__", None) == "__main__"
        or type(value).__module__ == "__main__"
    )


def _patched_libraries(namespace):
    for name in _WATCHED:
        parts = name.split(".")
        owner = sys.modules.get(parts[0])
        for part in parts[1:]:
            owner = getattr(owner, part, None)
        for attribute, value in list(getattr(owner, "__dict__", {}).items()):
            if _is_own(value, namespace) and not attribute.startswith("last_"):  # `sys` keeps the last error
                yield f"{name}.{attribute} was made by the notebook"


def _patched_shell(namespace):
    from IPython import get_ipython

    shell = get_ipython()
    if shell is None:
        return
    if shell.custom_exceptions:
        yield "a custom exception handler is set"
    manager = shell.input_transformer_manager
    hooks = {f"callback of {event}": callbacks for event, callbacks in shell.events.callbacks.items()}
    hooks["syntax tree transformer"] = shell.ast_transformers
    hooks["input transformer"] = [*shell.input_transformers_post, *manager.cleanup_transforms, *manager.line_transforms]
    for what, found in hooks.items():
        for hook in found:
            module = getattr(getattr(hook, "__func__", hook), "__module__", None) or type(hook).__module__
            if module.split(".")[0] not in _TRUSTED:
                yield f"{what} from {module}"
    kernel = getattr(shell, "kernel", None)
    for owner in (shell, type(shell), shell.display_pub, shell.displayhook, kernel, getattr(kernel, "session", None)):
        for attribute, value in list(getattr(owner, "__dict__", {}).items()):
            if attribute not in ("user_ns", "user_module", "_user_ns", "_main_mod_cache") and _is_own(value, namespace):
                yield f"{attribute} of the notebook's kernel was made by the notebook"


def _fake_modules():
    for name, module in list(sys.modules.items()):
        root = name.split(".")[0]
        if not isinstance(module, (types.ModuleType, type(None))) and type(module).__module__ in ("types", "__main__"):
            yield f"the module {name} is none"
        elif root in ("coursekit", "grader_tests") or (
            root.startswith("coursekit_") and name not in ("coursekit_wire", "coursekit_probes")
        ):
            yield f"there is a module {name}"


# fmt: off
_PROBES = {
    probe.__name__: probe
    for probe in (
        encode, encode_path, decode, encoder_inputs, draw_latents, draw_own_latents, restore, gradients, sites, losses,
        inheritance, parameter_count, trained_losses, trained_encode, trained_decode, reconstruct,
        classification_entries, keep_splits, predictions, predictions_on_other_inputs, refitted_predictions,
        training_rows, weights_checksum, integrity,
    )
}
# fmt: on
