"""Generated solutions are judged as they should be, but for the known faults; the seed is the day's."""

import numpy as np
import pytest

from benchmarks.generated.__main__ import day_seed, draw, upper_limit
from benchmarks.generated.compositions import FRAMES, IDIOMS, REFERENCE, SEAMS, Composition, fits, right
from benchmarks.generated.expected import KNOWN, fault
from benchmarks.generated.idioms import AXES
from benchmarks.generated.judging import judge
from benchmarks.generated.mutations import MUTATIONS
from coursekit.solution import SOURCE
from grader_tests.session import cells, list_checks

RIGHT, WRONG = 40, 80
"""So many that the test takes some three minutes of one processor."""


@pytest.mark.slow
def test_generated_solutions_are_judged_as_they_should_be(capsys):
    seed = day_seed()
    with capsys.disabled():
        print(f"\ngenerated solutions of seed {seed}: python -m benchmarks.generated --seed {seed}")
    faults = [found for judgement in judge(draw(RIGHT, WRONG, seed), seed) if (found := fault(judgement))]
    news = [f"{found.kind}: {found.judgement.composition}: {found.ids}" for found in faults if not found.known]
    assert not news, "\n".join(news)


def test_every_idiom_and_mutation_gives_python():
    compositions = [Composition(REFERENCE | {axis: i.name}) for axis, idioms in AXES.items() for i in idioms]
    compositions += [Composition(mutation=mutation) for mutation in MUTATIONS]
    for composition in compositions:
        for grade_id, source in composition.cells().items():
            compile(source, f"{grade_id} of {composition}", "exec")


def test_a_mutation_changes_something():
    reference = Composition().cells()
    for mutation in MUTATIONS:
        assert Composition(mutation=mutation).cells() != reference, mutation.name


def test_mutations_name_checks_idioms_and_slots_that_exist():
    checks = {mark.kwargs["id"] for cell in cells() for mark in list_checks(cell)}
    slots = set(SEAMS) | {slot for idiom in IDIOMS.values() for slot in idiom.slots}
    for mutation in MUTATIONS:
        assert {single for ids in mutation.fails for single in ids.split("|")} | mutation.may <= checks, mutation.name
        assert mutation.unfit <= set(IDIOMS), mutation.name
        assert set(mutation.edits) <= slots, mutation.name
        assert mutation.fails, mutation.name
        assert mutation.says, mutation.name


def test_names_are_unique_and_known_ones_exist():
    assert len(IDIOMS) == sum(map(len, AXES.values()))
    names = {mutation.name for mutation in MUTATIONS}
    assert len(names) == len(MUTATIONS)
    assert not names & set(IDIOMS)
    assert {name for entry in KNOWN for name in entry.split(" + ")} <= names | set(IDIOMS)


def test_the_same_seed_draws_the_same_solutions_and_mutations_fit_them():
    first, again = draw(5, 200, 1), draw(5, 200, 1)
    assert list(map(str, first)) == list(map(str, again))
    assert list(map(str, first)) != list(map(str, draw(5, 200, 2)))
    assert all(fits(composition) for composition in first)
    assert len({c.mutation.name for c in first if c.mutation}) > 150


def test_a_right_composition_fills_the_solution_cells_of_the_notebook():
    composition = right(np.random.default_rng(0))
    assert set(composition.cells()) == set(FRAMES)
    assert all(f'"grade_id": "{cell}"' in SOURCE.read_text() for cell in FRAMES)


@pytest.mark.parametrize(("errors", "runs", "limit"), [(0, 1000, 0.00299), (0, 0, 1.0), (5, 5, 1.0), (1, 100, 0.0466)])
def test_limits_of_rates(errors, runs, limit):
    assert upper_limit(errors, runs) == pytest.approx(limit, abs=1e-4)
