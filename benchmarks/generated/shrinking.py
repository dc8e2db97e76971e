"""The smallest composition that still goes wrong in the same way."""

from dataclasses import replace

from benchmarks.generated.compositions import REFERENCE, fits
from benchmarks.generated.expected import Fault, fault
from benchmarks.generated.judging import judge


def shrink(found: Fault, seed: int) -> Fault:
    """The fault with as many axes as possible put back to the reference, one after the other.

    The same fault is one of the same kind and ids, at the same seed. First all axes are put back at once.
    """
    composition = found.judgement.composition
    whole = _again(found, dict(REFERENCE), seed)
    if whole:
        return whole
    for axis, name in composition.choices.items():
        choices = found.judgement.composition.choices
        if name != REFERENCE[axis]:
            found = _again(found, {**choices, axis: REFERENCE[axis]}, seed) or found
    return found


def _again(found: Fault, choices: dict[str, str], seed: int) -> Fault | None:
    smaller = replace(found.judgement.composition, choices=choices)
    if not fits(smaller):
        return None
    (judgement,) = judge([smaller], seed, found.judgement.way)
    again = fault(judgement)
    return again if again and (again.kind, again.ids) == (found.kind, found.ids) else None
