"""How the cost of a class grows with its size: `python -m benchmarks.scale`.

Grades classes of 10, 100 and 1,000 with the kit's own coordinator; in the place of workers stands one executed
notebook, which comes back at once. So what is timed is the process that owns the gradebook, and nothing else. From its
seconds a submission, and from what a worker takes (build/class.json), follows how many workers it can feed.
"""

import json
import shutil
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from benchmarks.tables import as_json, reached, results_table
from coursekit import corpus, grade, worker
from coursekit.course import open_course
from coursekit.data import ROOT
from coursekit.demo import hand_in, make_course
from coursekit.worker import Task

WORK = ROOT / "build" / "scale"
SIZES = (10, 100, 1000)
MILLISECONDS, GROWTH = 100.0, 1.25
"""What must be reached, at most: milliseconds a submission, and the largest class over the smallest."""


class RecordedPool:
    """Stands for `coursekit.pool.Pool`: every task comes back at once, with the same notebooks."""

    workers = 2

    def __init__(self) -> None:
        self._executed: dict[str, str] | None = None
        self._keys: list[str] = []

    @property
    def has_room(self) -> bool:
        return len(self._keys) < self.workers

    @property
    def busy(self) -> bool:
        return bool(self._keys)

    def submit(self, key: str, task: Task) -> None:
        """Execute the first task of all, for the record."""
        if self._executed is None:
            self._executed = worker.execute(task)
        self._keys.append(key)

    def finished(self) -> list[tuple[str, dict[str, str]]]:
        """All that were submitted."""
        done, self._keys = self._keys, []
        assert self._executed is not None
        return [(key, self._executed) for key in done]


def main() -> int:
    """Measure, print, write build/scale.json; 0 when all is reached."""
    console = Console()
    course = make_class(max(SIZES))
    with Progress(console=console) as progress:
        milliseconds = {size: coordinate(course, size, progress) for size in SIZES}
    results = {
        "coordinator, ms a submission, the largest class": (milliseconds[SIZES[-1]], "<=", MILLISECONDS),
        "the same, the largest over the smallest class": (
            milliseconds[SIZES[-1]] / milliseconds[SIZES[0]],
            "<=",
            GROWTH,
        ),
    }
    console.print(results_table(results))
    numbers = {"milliseconds": milliseconds, "results": as_json(results)}
    (ROOT / "build" / "scale.json").write_text(json.dumps(numbers, indent=1))
    return 0 if reached(results) else 1


def make_class(size: int) -> Path:
    """A course in which so many students have handed in the same."""
    course = WORK / "course"
    make_course(course)
    (sample,) = [sample for sample in corpus.load_all("wheat") if sample.name == "scale_exp"]
    first = hand_in(course, "student_0000", sample)
    for number in range(1, size):
        shutil.copytree(first.parent, course / "submitted" / f"student_{number:04}" / "vae")
    return course


def coordinate(course: Path, size: int, progress: Progress) -> float:
    """Milliseconds a submission that the coordinator needs for a class of ``size``, all graded anew."""
    app = open_course(course, "vae")
    grade.log_to_file(app)  # as the command does
    bar = progress.add_task(f"a class of {size}", total=size)
    students = [f"student_{number:04}" for number in range(size)]
    pool = RecordedPool()
    converter = grade.ClassAutograde(
        students, pool, lambda student, record: progress.advance(bar), coursedir=app.coursedir, parent=app
    )
    converter.wanted = frozenset(students[:1])
    converter.start()  # imports, and the execution that is recorded
    progress.reset(bar)
    converter.wanted = frozenset(students)
    start = time.perf_counter()
    converter.start()
    return 1000 * (time.perf_counter() - start) / size


if __name__ == "__main__":
    sys.exit(main())
