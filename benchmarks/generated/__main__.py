"""How often the checks are wrong about solutions that nobody wrote: right ones of idioms, and wrong ones by a mutation.

usage: python -m benchmarks.generated [--right 1000] [--wrong 1000] [--task-2 40] [--whole 0] [--seed N]
           [--no-shrinking]

Draws solutions by the seed (the day's, where none is given), judges them in this process, and prints false
rejections, false acceptances and wrong check ids with the upper limits of their rates at a confidence of 95 %
(Clopper and Pearson), how many mistakes the failed checks name, and every fault once, in its smallest composition.
--task-2 judges so many more of each kind by the checks of that task, on MNIST, and --whole by all checks, with
networks of their own. Known faults are counted by themselves; exits 1 if there are others. Writes build/generated.json.
"""

import argparse
import datetime
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

import numpy as np
from rich.console import Console
from rich.progress import track
from scipy.stats import beta

from benchmarks.generated.compositions import REFERENCE, TASK_2_AXES, Composition, right, wrong
from benchmarks.generated.expected import (
    ACCEPTANCE,
    KNOWN,
    RAISED,
    REJECTION,
    WRONG_IDS,
    Fault,
    fault,
    is_named,
    known,
)
from benchmarks.generated.idioms import AXES
from benchmarks.generated.judging import Judgement, Way, judge
from benchmarks.generated.mutations import MUTATIONS, OF_CLASSIFICATION, TRAINED, Mutation
from benchmarks.generated.shrinking import shrink
from coursekit.data import ROOT

console = Console(soft_wrap=True, highlight=False)


def draw(rights: int, wrongs: int, seed: int, way: Way = "quick") -> list[Composition]:
    """So many right and wrong compositions to be judged in this way; every mutation comes before one comes again.

    For task 2 alone, the axes of the other tasks are the reference's.
    """
    rng = np.random.default_rng([seed, *way.encode()])
    mutations = [m for m in MUTATIONS if are_asked(m, way)]
    order = [mutations[n] for _ in range(wrongs // len(mutations) + 1) for n in rng.permutation(len(mutations))]
    drawn = [right(rng) for _ in range(rights)]
    drawn += [wrong(rng, mutation, are_judged_rightly) for mutation in order[:wrongs]]
    if way != "task 2":
        return drawn
    return [replace(c, choices=REFERENCE | {axis: c.choices[axis] for axis in TASK_2_AXES}) for c in drawn]


def are_asked(mutation: Mutation, way: Way) -> bool:
    """Whether a check that a mutation must fail is among those that this way asks."""
    if way == "whole":
        return True
    if way == "task 2":
        return mutation in OF_CLASSIFICATION
    return mutation not in OF_CLASSIFICATION and not set(mutation.fails) <= TRAINED


def are_judged_rightly(idioms: set[str]) -> bool:
    """Whether right solutions of these idioms pass today."""
    return known(idioms) is None


def upper_limit(errors: int, runs: int) -> float:
    """The largest rate of errors that makes this many or fewer as likely as 5 %; 1 where nothing ran."""
    return float(beta.ppf(0.95, errors + 1, runs - errors)) if errors < runs else 1.0


def day_seed() -> int:
    """A seed that is another one every day."""
    return datetime.date.today().toordinal()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--right", type=int, default=1000, help="right solutions")
    parser.add_argument("--wrong", type=int, default=1000, help="wrong solutions")
    parser.add_argument("--task-2", type=int, default=40, help="solutions of each kind of that task")
    parser.add_argument("--whole", type=int, default=0, help="solutions of each kind that are judged as in grading")
    parser.add_argument("--seed", type=int, default=day_seed())
    parser.add_argument("--no-shrinking", action="store_true", help="print the faults as they were drawn")
    options = parser.parse_args()

    axes = ", ".join(f"{axis} {len(idioms)}" for axis, idioms in AXES.items())
    console.print(f"seed {options.seed}; idioms: {axes}; mutations: {len(MUTATIONS)}")
    sizes = {
        "quick": (options.right, options.wrong),
        "task 2": (options.task_2, options.task_2),
        "whole": (options.whole, options.whole),
    }
    judgements = []
    for way in get_args(Way):
        judgements += judged(draw(*sizes[way], options.seed, way), options.seed, way)
    faults = [found for judgement in judgements if (found := fault(judgement))]
    print_counts(judgements, faults)
    if not options.no_shrinking:
        faults = smallest(faults, options.seed)
    print_faults(faults)
    write(judgements, faults, options.seed)
    return int(any(not found.known for found in faults))


def judged(compositions: Sequence[Composition], seed: int, way: Way) -> list[Judgement]:
    """Judge them with a progress bar, and print how long one took."""
    started, before = time.perf_counter(), _cpu_seconds()
    judgements = list(track(judge(compositions, seed, way), way, total=len(compositions), console=console))
    if judgements:
        seconds, cpu = ((now / len(judgements)) for now in (time.perf_counter() - started, _cpu_seconds() - before))
        console.print(f"{way}: {len(judgements)} solutions, {seconds:.2f} s each, {cpu:.2f} s of a processor")
    return judgements


def _cpu_seconds() -> float:
    """Processor time of the processes that have judged so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def print_counts(judgements: Sequence[Judgement], faults: Sequence[Fault]) -> None:
    """Errors of each kind with the limits of their rates, all and without the known ones; and diagnoses."""
    rights = [j for j in judgements if j.composition.mutation is None]
    wrongs = [j for j in judgements if j.composition.mutation]
    for kind, runs in ((REJECTION, rights), (RAISED, rights), (ACCEPTANCE, wrongs), (WRONG_IDS, wrongs)):
        found = [fault for fault in faults if fault.kind == kind]
        news = [fault for fault in found if not fault.known]
        old = {id(fault.judgement) for fault in found if fault.known}
        others = sum(id(j) not in old for j in runs)
        console.print(
            f"{kind}: {len(found)} of {len(runs)} (at most {upper_limit(len(found), len(runs)):.2%}); "
            f"without known faults {len(news)} of {others} (at most {upper_limit(len(news), others):.2%})"
        )
    caught = [j for j in wrongs if j.failed]
    for what, with_hints in (("a message names the mistake", False), ("a message or a hint does", True)):
        named = sum(is_named(j, with_hints) for j in caught)
        console.print(f"{what}: {named} of {len(caught)} that failed a check ({named / max(len(caught), 1):.1%})")


def smallest(faults: Sequence[Fault], seed: int) -> list[Fault]:
    """The faults shrunk; of those that are the same mutation, kind and ids, or known by the same name, one."""
    first: dict[tuple[str | None, ...], Fault] = {}
    for found in faults:
        mutation = found.judgement.composition.mutation
        key = (found.known or (mutation.name if mutation else None), found.kind, *(() if found.known else found.ids))
        first.setdefault(key, found)
    shrunk = [shrink(found, seed) for found in track(list(first.values()), "shrinking", console=console)]
    return list({(str(found.judgement.composition), found.kind, found.ids): found for found in shrunk}.values())


def print_faults(faults: Sequence[Fault]) -> None:
    """A paragraph for each, news first."""
    for found in sorted(faults, key=lambda found: (found.known or "", found.kind)):
        known = f" [known: {KNOWN[found.known]}]" if found.known else ""
        console.print(f"{found.kind}: {found.judgement.composition}{known}", markup=False)
        console.print(f"    {', '.join(found.ids)}", markup=False)
        for result in [r for r in found.judgement.failed if r.id in found.ids][:2]:
            console.print(f"    {result.id}: {result.message.replace(chr(10), ' ')[:200]}", markup=False)
        for cell, error in found.judgement.errors.items():
            console.print(f"    {cell}: {error.partition(chr(10))[0][:200]}", markup=False)


def write(judgements: Sequence[Judgement], faults: Sequence[Fault], seed: int) -> None:
    """Counts and the faults that are printed as build/generated.json."""
    rights = sum(j.composition.mutation is None for j in judgements)
    rows = [
        {"kind": f.kind, "ids": f.ids, "composition": str(f.judgement.composition), "known": f.known} for f in faults
    ]
    kinds = Counter(found.kind for found in faults)
    text = json.dumps(
        {"seed": seed, "right": rights, "wrong": len(judgements) - rights, "kinds": kinds, "faults": rows},
        ensure_ascii=False,
        indent=1,
    )
    (ROOT / "build").mkdir(exist_ok=True)
    (ROOT / "build" / "generated.json").write_text(text)


if __name__ == "__main__":
    sys.exit(main())
