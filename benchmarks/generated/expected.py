"""Whether a judgement is what it should be: one cause, one price.

Today's known faults stand in ``KNOWN``, so that only news fails the tests; whoever mends one takes it out.
"""

from dataclasses import dataclass

from benchmarks.generated.judging import Judgement

REJECTION, ACCEPTANCE, WRONG_IDS, RAISED = (
    "false rejection",
    "false acceptance",
    "wrong check ids",
    "raised on a right solution",
)

KNOWN = {
    "fitted on validation images + small forest": "passes: it learns too little by heart, and refits differ",
}
"""Idioms and mutations that are judged wrongly today, alone or (+) together, and how. Where idioms alone are, no wrong
solution is made of them."""


@dataclass(frozen=True)
class Fault:
    """A judgement that is not what it should be.

    kind: one of the four; ids: what failed and should not, or should have and did not, cells that raised included.
    """

    kind: str
    ids: tuple[str, ...]
    judgement: Judgement

    @property
    def known(self) -> str | None:
        """The entry of KNOWN that this is, if any."""
        composition = self.judgement.composition
        return known({*composition.choices.values(), *([composition.mutation.name] if composition.mutation else [])})


def known(names: set[str]) -> str | None:
    """The first entry of KNOWN that is one of the names, or several of them joined by `` + ``."""
    return next((entry for entry in KNOWN if names >= set(entry.split(" + "))), None)


def fault(judgement: Judgement) -> Fault | None:
    """What is wrong with a judgement, if anything."""
    failed = {result.id for result in judgement.failed}
    mutation = judgement.composition.mutation
    if mutation is None:
        raised = tuple(cell for cell in judgement.errors if cell.startswith(("public_", "steps_")))
        if failed or set(judgement.errors) - set(raised):
            return Fault(REJECTION, tuple(sorted(failed)) + tuple(judgement.errors), judgement)
        return Fault(RAISED, raised, judgement) if raised else None
    judged = {result.id for result in judgement.results}
    if not any(set(ids.split("|")) & judged for ids in mutation.fails):  # nobody asked
        return Fault(ACCEPTANCE, mutation.fails, judgement)
    missed = [ids for ids in mutation.fails if set(ids.split("|")) <= judged and not set(ids.split("|")) & failed]
    allowed = {single for ids in mutation.fails for single in ids.split("|")} | mutation.may
    unasked = failed - allowed
    if not missed and not unasked:
        return None
    caught = len(missed) < len(mutation.fails)
    return Fault(WRONG_IDS if caught else ACCEPTANCE, (*missed, *sorted(unasked)), judgement)


def is_named(judgement: Judgement, with_hints: bool) -> bool:
    """Whether a message, or a hint as well, of a check that failed contains words that name the mutation."""
    mutation = judgement.composition.mutation
    assert mutation is not None
    texts = [f"{result.message} {result.hint if with_hints else ''}".lower() for result in judgement.failed]
    return any(word in text for word in mutation.says for text in texts)
