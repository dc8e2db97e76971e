"""Whether anybody would notice a broken grader: its checks and oracles are broken one by one, and samples judged.

usage: python -m benchmarks.grader_mutants [--only WORD] [--list]

A mutant is one edit of the checks that need no trained model, of what they share, or of an oracle: a condition that
always holds, a part of one left out, an operator of a closed form exchanged, or an entry of EDITS. It is killed by the
first sample of the corpus, or generated solution, that is judged otherwise than it should be. Prints each mutant with
what killed it, the score and the survivors; exits 1 if fewer than 95 % are killed. Writes build/grader_mutants.json.
"""

import argparse
import ast
import contextlib
import copy
import importlib
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.accuracy import all_checks
from benchmarks.generated.compositions import Composition
from benchmarks.generated.expected import KNOWN
from benchmarks.generated.idioms import AXES
from benchmarks.generated.judging import NEEDS_TRAINING
from benchmarks.generated.mutations import MUTATIONS, OF_CLASSIFICATION
from benchmarks.runs import RELEASE, notebook_cells
from coursekit import corpus
from coursekit.data import ROOT
from coursekit.solution import SOURCE
from coursekit.trial import run_samples
from grader_tests import session
from grader_tests.student import Student
from grader_tests.verdict import PASSED

CHECKS = {"test_1a": "1a.", "test_3": "3."}
"""Files whose conditions are broken, which are grade cells, and how the ids of their checks begin."""
ORACLES = ("normal_log_prob", "bernoulli_log_prob", "beta_vae_loss")
"""Closed forms that those checks compare with."""
GOAL = 0.95
SEED, PIECE = 1, 4

EDITS = (
    ("test_1a", "GAINS = (1.0, 4.0, 16.0, 64.0, 256.0, 1024.0)", "GAINS = (1.0,)"),
    ("test_1a", "MILD_GAINS = (1.0, 1.5, 2.0, 3.0, 4.0)", "MILD_GAINS = (1.0,)"),
    ("test_1a", "MORE_HIDDEN = 160", "MORE_HIDDEN = 128"),
    ("test_1a", "drawn / scale))) < 0.07", "drawn / scale))) < 7"),
    ("test_1a", "(1, 784, 10), (7, 784, 10), (10, 784, 10), (4, 784, 1), (32, 784, 10), (5, 400, 3)", "(32, 784, 10)"),
    ("test_1a", "(1, 10, 784), (7, 10, 784), (32, 10, 784), (4, 1, 784), (5, 3, 400)", "(32, 10, 784)"),
    ("test_1a", "if step > 0 and (lowest >= 0.5 * around).all()", "if (lowest >= 0).all()"),
    ("test_1a", "low < -30 and high > 30", "low < -0.5 and high > 0.5"),
    ("test_1a", "low < 0.2 and high > 6", "low < 2 and high > 0.3"),
    ("test_1a", "spread.max() > 1e-4", "spread.max() > 1"),
    ("test_1a", "(np.abs(relation) > 0.999).all()", "(np.abs(relation) > 0).any()"),
    ("test_1a", "repeat=3", "repeat=3, gain=0.0"),
    ("test_1a", "abs(fourth - 3) < 11 * np.sqrt(96 / apart.size)", "abs(fourth - 3) < 3"),
    ("test_1a", "(np.abs(mean) < 6.5 *", "(np.abs(mean) < 65 *"),
    ("test_1a", "abs(off**2 - 1) < 6.5 * np.sqrt(2 / n)", "abs(off**2 - 1) < 65 * np.sqrt(2 / n)"),
    ("test_1a", "relation < 0.4", "relation < 1.1"),
    ("test_1a", 'row.number("influence") > 1e-7]', 'row.number("influence") > 1e9]'),
    ("test_1a", "rng.normal(0, 3, shape)", "np.zeros(shape)"),
    ("test_1a", "np.exp(rng.uniform(np.log(0.05), np.log(5), shape))", "np.ones(shape)"),
    ("test_1a", "np.zeros(latents), np.ones(latents)", "np.ones(latents), np.ones(latents)"),
    ("test_1a", '((0.0,), "zerowych"), ((3.0, 2.0, 1.0), "losowych")', '((0.0,), "zerowych"),'),
    ("test_3", "BETAS = (1.0, 0.5, 2.0, 4.0)", "BETAS = (1.0, 1.0, 1.0, 1.0)"),
    ("test_3", "BETAS = (1.0, 0.5, 2.0, 4.0)", "BETAS = (1.0, 2.0, 3.0, 4.0)"),
    ("test_3", "BETAS = (1.0, 0.5, 2.0, 4.0)", "BETAS = (2.0, 0.5, 2.0, 4.0)"),
    ("test_3", "> 0.05", "> 0.5e9"),
    ("test_3", "np.allclose(got, target, rtol=0.02)", "np.allclose(got, target, rtol=2)"),
    ("test_3", "np.full(len(BETAS), np.median(self.posterior))", "np.array(BETAS)"),
    ("test_3", "all(evidence.agrees) or np.allclose", "np.allclose"),
    ("test_3", "if beta != 1.0", "if beta > 1.0"),
    ("test_3", "np.ones(len(BETAS))", "np.array(BETAS)"),
    ("evidence", "return 2e-4 * float", "return 2e-2 * float"),
    ("evidence", "return 2e-4 * float", "return 1e-9 * float"),
    ("evidence", "error = 7 *", "error = 1e3 *"),
    ("evidence", "difference.mean()) < error", "difference.mean()) < -error"),
    ("evidence", "if all(agree):", "if any(agree):"),
    ("evidence", "atol=1e-3, equal_nan=True", "atol=1e9, equal_nan=True"),
    ("oracles", "0.5 * LOG_2PI", "LOG_2PI"),
    ("oracles", "standardised**2", "abs(standardised)"),
    ("oracles", "np.log1p(-p)", "np.log1p(p)"),
)
"""Files of grader_tests without their ending, what stands there and what a mutant has in its place."""

console = Console(soft_wrap=True, highlight=False)


@dataclass(frozen=True)
class Mutant:
    """A broken grader.

    name: what was changed, and where; file: which of grader_tests, without its ending; source: all of it, changed;
    checks: ids of the checks that it breaks; is_lenient: whether it can only let more pass.
    """

    name: str
    file: str
    source: str
    checks: frozenset[str]
    is_lenient: bool = False


@dataclass(frozen=True)
class Panelist:
    """A solution that may notice: its cells by grade id, checks that must fail and those that may."""

    name: str
    cells: dict[str, str]
    fails: frozenset[str]
    may: frozenset[str]

    def notices(self, failed: set[str], judged: set[str]) -> bool:
        """Whether it was judged otherwise than it should be."""
        return bool((self.fails & judged) - failed or failed - self.fails - self.may)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="mutants whose name has this in it")
    parser.add_argument("--list", action="store_true", help="list the mutants and stop")
    options = parser.parse_args()

    mutants = [mutant for mutant in all_mutants() if options.only in mutant.name]
    if not mutants:
        parser.error(f"no mutant has {options.only!r} in its name")
    if options.list:
        for mutant in mutants:
            console.print(mutant.name, markup=False)
        return 0
    panel, started, killers = all_panelists(), time.perf_counter(), {}
    for mutant in mutants:
        killers[mutant.name] = killer(mutant, panel)
        console.print(f"{mutant.name}: {killers[mutant.name] or 'SURVIVES'}", markup=False)
    survivors = [name for name, killed_by in killers.items() if not killed_by]
    score = 1 - len(survivors) / max(len(mutants), 1)
    seconds = time.perf_counter() - started
    console.print(f"killed {len(mutants) - len(survivors)} of {len(mutants)} ({score:.1%}) in {seconds:.0f} s")
    for name in survivors:
        console.print(f"survives: {name}", markup=False)
    (ROOT / "build").mkdir(exist_ok=True)
    (ROOT / "build" / "grader_mutants.json").write_text(json.dumps(killers, ensure_ascii=False, indent=1))
    return int(score < GOAL)


def all_mutants() -> list[Mutant]:
    """Every mutant; raises LookupError where an entry of EDITS no longer fits, which names it."""
    found = [mutant for file in CHECKS for mutant in broken_conditions(file)]
    found += broken_oracles()
    for file, old, new in EDITS:
        source = _path(file).read_text()
        if old not in source:
            raise LookupError(
                f"benchmarks.grader_mutants.EDITS: {file}.py has no {old!r} any more; change or delete it"
            )
        found.append(Mutant(f"{file}: {old} -> {new}", file, source.replace(old, new), _checks(around(source, old))))
    return found


def around(source: str, text: str) -> list[ast.stmt]:
    """The functions of a source that have this text in them."""
    return [node for node in ast.parse(source).body if text in (ast.get_source_segment(source, node) or "")]


def broken_conditions(file: str) -> Iterator[Mutant]:
    """Of each ``require``: its condition always holds; each part of one that is an ``and`` or an ``or`` is left out."""
    tree = ast.parse(_path(file).read_text())
    for function in [node for node in tree.body if isinstance(node, ast.FunctionDef)]:
        for number, call in enumerate(_requires(function), 1):
            where = f"{file}.{function.name}, condition {number} ({ast.unparse(call.args[0])[:60]})"
            for what, condition, is_lenient in [("always holds", ast.Constant(True), True), *_parts(call.args[0])]:
                source = _with(tree, call, condition)
                yield Mutant(f"{where} {what}", file, source, _checks([function]), is_lenient)


def _checks(functions: Sequence[ast.stmt]) -> frozenset[str]:
    """Ids of the checks that these functions are; of all, where none of them is one."""
    decorators = [d for function in functions for d in getattr(function, "decorator_list", ())]
    calls = [d for d in decorators if isinstance(d, ast.Call) and getattr(d.func, "id", "") == "check"]
    ids = [ast.literal_eval(call.args[0]) for call in calls]
    return frozenset(ids) or all_checks()


def _requires(function: ast.FunctionDef) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "require" and node.args
        if not isinstance(node.args[0], ast.Constant)
    ]


def _parts(condition: ast.expr) -> Iterator[tuple[str, ast.expr, bool]]:
    """What is left of an ``and`` or an ``or`` without each part, and whether it holds more often."""
    if isinstance(condition, ast.BoolOp):
        for number in range(len(condition.values)):
            rest = [value for place, value in enumerate(condition.values) if place != number]
            smaller = rest[0] if len(rest) == 1 else ast.BoolOp(condition.op, rest)
            yield f"without part {number + 1}", smaller, isinstance(condition.op, ast.And)


def _with(tree: ast.Module, call: ast.Call, condition: ast.expr) -> str:
    """The source of the tree with another condition in that call."""
    before, call.args[0] = call.args[0], condition
    try:
        return ast.unparse(ast.fix_missing_locations(copy.deepcopy(tree)))
    finally:
        call.args[0] = before


def broken_oracles() -> Iterator[Mutant]:
    """Of each closed form: each operator exchanged for its opposite."""
    tree = ast.parse(_path("oracles").read_text())
    opposites = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
    for function in [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name in ORACLES]:
        for node in [node for node in ast.walk(function) if isinstance(node, ast.BinOp)]:
            if type(node.op) in opposites:
                name, operator = ast.unparse(node)[:60], node.op
                node.op = opposites[type(operator)]()
                yield Mutant(
                    f"oracles.{function.name}: {name} by its opposite", "oracles", ast.unparse(tree), all_checks()
                )
                node.op = operator


def all_panelists() -> list[Panelist]:
    """Samples of the corpus, and a generated solution for each idiom and mutation that is judged rightly today."""
    panel = [
        Panelist(s.name, corpus.solution_cells(s, SOURCE, RELEASE), frozenset(s.fails), frozenset())
        for s in corpus.load_all()
    ]
    for axis, idioms in AXES.items():
        for idiom in idioms[1:]:
            if idiom.name not in KNOWN:
                choices = Composition().choices | {axis: idiom.name}
                panel.append(Panelist(f"{axis}: {idiom.name}", Composition(choices).cells(), frozenset(), frozenset()))
    for mutation in MUTATIONS:
        if mutation not in OF_CLASSIFICATION and mutation.name not in KNOWN:
            single = frozenset(ids for ids in mutation.fails if "|" not in ids)
            may = mutation.may | {each for ids in mutation.fails for each in ids.split("|")}
            panel.append(Panelist(mutation.name, Composition(mutation=mutation).cells(), single, may))
    return panel


def killer(mutant: Mutant, panel: Sequence[Panelist]) -> str | None:
    """The first of the panel that notices the mutant, and nothing where the grader is whole.

    Those that fail the mutant's checks are asked; right ones too, unless it can only let more pass.
    """
    cells = [mutant.file] if mutant.file in CHECKS else list(CHECKS)
    relevant = tuple(CHECKS[cell] for cell in cells)
    asked = [p for p in panel if any(id.startswith(relevant) for id in p.fails & mutant.checks)]
    if not mutant.is_lenient:
        rights = [p for p in panel if not p.fails]
        asked = [*rights[:PIECE], *asked, *rights[PIECE:]]
    for start in range(0, len(asked), PIECE):
        piece = asked[start : start + PIECE]
        with applied(mutant):
            noticing = who_notices(piece, cells)
        noticing = [p for p in noticing if p not in who_notices(noticing, cells)]
        if noticing:
            return noticing[0].name
    return None


def who_notices(panel: Sequence[Panelist], cells: Sequence[str]) -> list[Panelist]:
    """Those that are judged otherwise than they should be by the checks of these grade cells."""
    skipped = {*NEEDS_TRAINING, *CHECKS} - set(cells)
    by_name = {p.name: p for p in panel}
    sources = {p.name: [cell for cell in notebook_cells(p.cells) if cell[0] not in skipped] for p in panel}
    noticing = []
    for outcome in run_samples(sources, [SEED], ROOT, _check) if sources else ():
        failed = {result.id for result in outcome.results if result.verdict != PASSED}
        if by_name[outcome.sample].notices(failed, {result.id for result in outcome.results}):
            noticing.append(by_name[outcome.sample])
    return noticing


@contextlib.contextmanager
def applied(mutant: Mutant) -> Iterator[None]:
    """Checks, or the module that they share, are the mutant's; in this process and its forks."""
    with tempfile.TemporaryDirectory() as folder:
        broken = Path(folder) / "grader_tests"
        shutil.copytree(session._FOLDER, broken, ignore=shutil.ignore_patterns("__pycache__"))
        (broken / f"{mutant.file}.py").write_text(mutant.source)
        whole = session._FOLDER
        _forget_checks()
        try:
            session._FOLDER = broken
            if mutant.file not in CHECKS:
                _execute(mutant.file, mutant.source)
            yield
        finally:
            session._FOLDER = whole
            if mutant.file not in CHECKS:
                _execute(mutant.file, _path(mutant.file).read_text())
            _forget_checks()


def _forget_checks() -> None:
    for name in [name for name in sys.modules if name.rpartition(".")[2] in CHECKS]:
        del sys.modules[name]


def _execute(file: str, source: str) -> None:
    module = importlib.import_module(f"grader_tests.{file}")
    exec(compile(source, f"{file}.py", "exec"), vars(module))


def _path(file: str) -> Path:
    return ROOT / "grader_tests" / f"{file}.py"


def _check(cell: str, student: Student, seed: int) -> list[Any]:
    return session.run_checks(cell, student, seed).results


if __name__ == "__main__":
    sys.exit(main())
