"""How much work the course's own code does: all of it for a student, the least needed for grading.

The environment variable ``COURSE_PROFILE`` chooses, and is read here only:

- ``study`` (default): every epoch, every plot, progress bars;
- ``grading``: few training steps, no plots, no progress bars. Student code is never skipped.
"""

import os
from typing import Literal, cast, get_args

Profile = Literal["study", "grading"]

GRADING_STEPS = 312
"""Steps of a training that the checks of a trained model are calibrated for: one epoch of the assignment. One batch is
enough to validate on, for nobody reads the result; but code that fails there fails in grading too."""


def work_profile() -> Profile:
    """The chosen profile; ValueError when ``COURSE_PROFILE`` names none."""
    name = os.environ.get("COURSE_PROFILE", "study")
    if name not in get_args(Profile):
        raise ValueError(
            f"Zmienna środowiskowa COURSE_PROFILE ma nieznaną wartość {name!r}; "
            f"dozwolone wartości: {', '.join(get_args(Profile))}."
        )
    return cast(Profile, name)


def is_grading() -> bool:
    """Whether only the work that grading needs should be done."""
    return work_profile() == "grading"
