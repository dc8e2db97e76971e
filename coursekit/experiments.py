"""Which models a student has trained in cells of their own, and what differed between them, as the code tells it.

Nothing is executed, so the answer is what can be read: calls, loops over values that are written down, and arguments
that are numbers or texts, or names of such. A loop whose length is not written counts once.
"""

from __future__ import annotations

import ast
from collections import ChainMap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from coursekit.flags import parsed

TRAIN = "train_ae"
LOADER = "DataLoader"
MOST = 1_000
"""Elements of a sequence that are looked at."""
MANY = 100
"""Values of a name that are told apart."""
COUNTED = 1_000_000
"""Trainings that are counted, and the largest whole number that is taken for an argument's value."""
MAX_TEXT = 100
"""Characters of a text that is taken for an argument's value."""
MAX_PARAMETERS = 50
"""Parameters of a function that are looked at."""
MAX_CHARS = 300_000
"""Characters of code that is read, modules of the course included; of more it is only said that there may be trainings.
"""

Values = dict[str, list[object]]
"""What each name has been set to."""
Parameters = dict[str, ast.expr | None]
"""Parameters of a function in their order, with their defaults."""


@dataclass(frozen=True)
class Experiments:
    """trained: trainings that the code makes; at_least: whether there may be more, by loops of unknown length;
    varied: arguments that had more than one value, by name."""

    trained: int
    at_least: bool
    varied: dict[str, list[object]]


def of(own: list[str], given: list[str], defined: list[str]) -> Experiments:
    """The experiments in a student's ``own`` cells.

    given: the notebook's own trainings, each of which counts as a value where its class is trained in ``own`` too;
    defined: sources in which the classes and functions stand.
    """
    if sum(map(len, (*own, *defined))) > MAX_CHARS:
        return Experiments(0, True, {})
    trees = [tree for source in own if (tree := parsed(source))]
    known = _definitions([tree for source in defined if (tree := parsed(source))])
    trainers = _trainers([node for node in known.values() if isinstance(node, ast.FunctionDef)])
    models = {name for name, node in known.items() if isinstance(node, ast.ClassDef)}
    wanted = {TRAIN, LOADER, *trainers, *models}
    signatures = {name: _parameters(node) for name, node in known.items() if name in wanted}
    built = {name for tree in trees for call in _calls(tree) if (name := _name(call)) in models}
    baselines = [tree for source in given if (tree := parsed(source)) and built.intersection(map(_name, _calls(tree)))]

    trained, at_least, names = 0, False, Values()
    arguments = Values()
    for tree in trees:
        names |= _assigned(tree, names)
        for times in _trainings(tree, {TRAIN, *trainers}, names):
            trained += times or 1
            at_least |= times is None
        _collect(tree, wanted, signatures, names, arguments)
    for tree in baselines:
        _collect(tree, wanted, signatures, _assigned(tree, Values()), arguments)
    varied = {name: sorted(found, key=_order) for name, found in arguments.items() if len(found) > 1}
    return Experiments(min(trained, COUNTED), at_least or trained > COUNTED, varied)


def _order(value: object) -> tuple[bool, object]:
    """Numbers first."""
    return isinstance(value, str), value


def _definitions(trees: list[ast.Module]) -> dict[str, ast.ClassDef | ast.FunctionDef]:
    """Classes and functions by name."""
    return {node.name: node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)} | {
        node.name: node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)
    }


def _trainers(functions: list[ast.FunctionDef]) -> set[str]:
    """Names of the functions that train, themselves or by another."""
    callers: dict[str, list[str]] = {}
    for each in functions:
        for call in _calls(each):
            callers.setdefault(_name(call), []).append(each.name)
    found: set[str] = set()
    new = {TRAIN}
    while new:
        new = {caller for name in new for caller in callers.get(name, [])} - found
        found |= new
    return found


def _parameters(node: ast.ClassDef | ast.FunctionDef) -> Parameters:
    """Parameters of a function, or of a class's constructor without `self`."""
    if isinstance(node, ast.FunctionDef):
        listed = [*node.args.posonlyargs, *node.args.args]
        positional: list[ast.expr | None] = [None] * (len(listed) - len(node.args.defaults))
        defaults = [*positional, *node.args.defaults, *node.args.kw_defaults]
        named = zip([*listed, *node.args.kwonlyargs], defaults, strict=True)
        return {each.arg: default for each, default in islice(named, MAX_PARAMETERS)}
    for part in node.body:
        if isinstance(part, ast.FunctionDef) and part.name == "__init__":
            return dict(list(_parameters(part).items())[1:])
    return {}


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _name(call: ast.Call) -> str:
    """The last part of the name of what is called."""
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _assigned(tree: ast.Module, before: Values) -> Values:
    """Values that names get in a cell, by assignment or as the variable of a loop; ``before``: in earlier cells."""
    found = Values()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            _bind(node.targets[0], [_literal(node.value)], found)
        elif isinstance(node, (ast.For, ast.comprehension)):
            elements = _elements(node.iter, ChainMap(found, before)) or []
            _bind(node.target, elements[:MANY], found)
    return found


def _bind(target: ast.expr, values: list[object], found: Values) -> None:
    """Give the names of a target, one or a tuple of them, their values."""
    if isinstance(target, ast.Name):
        _add([value for value in values if value is not None], found.setdefault(target.id, []))
    elif isinstance(target, ast.Tuple):
        rows = [value for value in values if isinstance(value, (tuple, list)) and len(value) == len(target.elts)]
        for place, part in enumerate(target.elts):
            _bind(part, [row[place] for row in rows], found)


def _add(values: list[object], known: list[object]) -> None:
    """Add values that are not known yet, until there are many."""
    for value in values:
        if len(known) < MANY and value not in known:
            known.append(value)


def _literal(node: ast.expr) -> object:
    """The value of a literal; None where there is none."""
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, RecursionError):  # TypeError: a list as the key of a dictionary
        return None


def _elements(node: ast.expr, names: Mapping[str, list[object]]) -> list[object] | None:
    """What a loop goes over; None where that is not written down."""
    if isinstance(node, ast.Name):
        sequences = names.get(node.id, [])
        return _listed(sequences[0]) if len(sequences) == 1 else None
    if isinstance(node, ast.Call) and _name(node) == "range":
        limits = [_literal(arg) for arg in node.args]
        numbers = [limit for limit in limits if isinstance(limit, int) and abs(limit) <= MOST]
        return list(range(*numbers)) if 0 < len(numbers) == len(limits) < 3 else None
    if isinstance(node, ast.Call) and _name(node) == "enumerate" and len(node.args) == 1:
        elements = _elements(node.args[0], names)
        return None if elements is None else list(enumerate(elements))
    return _listed(_literal(node))


def _listed(value: object) -> list[object] | None:
    return list(islice(value, MOST)) if isinstance(value, (list, tuple, set, dict)) else None


def _trainings(tree: ast.Module, trainers: set[str], names: Values) -> Iterator[int | None]:
    """How often each call that trains is made, None where that is not known; calls in functions count when called."""
    nodes: list[tuple[ast.AST, int | None]] = [(tree, 1)]
    while nodes:
        node, times = nodes.pop()
        if isinstance(node, ast.FunctionDef):
            continue
        if isinstance(node, ast.Call) and _name(node) in trainers:
            yield times
        for loop in _loops(node):
            elements = None if loop is None else _elements(loop, names)
            times = None if times is None or elements is None else min(times * len(elements), COUNTED)
        nodes += [(child, times) for child in ast.iter_child_nodes(node)]


def _loops(node: ast.AST) -> list[ast.expr | None]:
    """What a node loops over; None for a loop without a sequence."""
    if isinstance(node, ast.For):
        return [node.iter]
    if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
        return [each.iter for each in node.generators]
    return [None] if isinstance(node, ast.While) else []


def _collect(
    tree: ast.Module, wanted: set[str], signatures: dict[str, Parameters], names: Values, arguments: Values
) -> None:
    """Add the values of the arguments of all wanted calls."""
    for call in _calls(tree):
        if _name(call) in wanted:
            for name, node in _arguments(call, signatures.get(_name(call), {})).items():
                values = names.get(node.id, []) if isinstance(node, ast.Name) else [_literal(node)]
                _add([value for value in values if _is_hyperparameter(value)], arguments.setdefault(name, []))


def _arguments(call: ast.Call, parameters: Parameters) -> dict[str, ast.expr]:
    """Arguments of a call by name, defaults of those left out too."""
    defaults = {name: default for name, default in parameters.items() if default is not None}
    starred = any(isinstance(arg, ast.Starred) for arg in call.args)
    positional = {} if starred else dict(zip(parameters, call.args, strict=False))
    return defaults | positional | {each.arg: each.value for each in call.keywords if each.arg is not None}


def _is_hyperparameter(value: object) -> bool:
    """Numbers and texts; switches differ anyway, such as those of the two loaders."""
    if isinstance(value, int):
        return not isinstance(value, bool) and abs(value) <= COUNTED
    return isinstance(value, float) or (isinstance(value, str) and len(value) <= MAX_TEXT)
