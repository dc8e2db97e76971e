"""Points of a class, from nbgrader's gradebook."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from nbgrader.api import Grade, Gradebook
from rich import box
from rich.table import Table
from rich.text import Text

from coursekit.course import find_assignment
from coursekit.terminal import printable

BONUS = "3"
"""The task whose points come on top: totals read 5 + 2."""


@dataclass
class Points:
    """Points of one task of one student: so far, at most, and whether a person has yet to grade a part."""

    score: float = 0.0
    maximum: float = 0.0
    waiting: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The points as JSON-ready data, in hundredths as the checks give them."""
        return {"score": round(self.score, 2), "maximum": round(self.maximum, 2), "waiting": self.waiting}


@dataclass
class Student:
    """What a student has in an assignment: points by task ("1a", "1b", "2", "3"), in the notebook's order."""

    name: str
    tasks: dict[str, Points] = field(default_factory=lambda: defaultdict(Points))

    def total(self, bonus: bool) -> Points:
        """The sum over the tasks that count in full, or over the bonus task."""
        counted = [points for task, points in self.tasks.items() if (task == BONUS) == bonus]
        return Points(
            sum(each.score for each in counted),
            sum(each.maximum for each in counted),
            any(each.waiting for each in counted),
        )

    def as_dict(self) -> dict[str, Any]:
        """The points as JSON-ready data."""
        return {
            "student": self.name,
            "tasks": {task: points.as_dict() for task, points in self.tasks.items()},
            "total": self.total(bonus=False).as_dict(),
            "bonus": self.total(bonus=True).as_dict(),
        }


def task_of(grade_id: str) -> str:
    """The task whose points a grade cell counts to: `test_1a_training` and `answer_1a` to `1a`; `answer` to itself."""
    parts = grade_id.split("_")
    return parts[1] if len(parts) > 1 else grade_id


def is_waiting(grade: Grade) -> bool:
    """Whether a person has yet to give points. After a regrade nbgrader asks for another look at points that a person
    has given; they count as given."""
    return grade.needs_manual_grade and grade.manual_score is None


def of_class(db_url: str, assignment: str) -> list[Student]:
    """Points of everybody who was graded, sorted by name. Raises GradebookError."""
    students = []
    with Gradebook(db_url) as gradebook:
        find_assignment(gradebook, assignment)
        for submission in gradebook.assignment_submissions(assignment):
            student = Student(submission.student.id)
            for grade in (grade for notebook in submission.notebooks for grade in notebook.grades):
                points = student.tasks[task_of(grade.name)]
                points.score += grade.score
                points.maximum += grade.max_score
                points.waiting |= is_waiting(grade)
            students.append(student)
    return sorted(students, key=lambda student: student.name)


def table(students: list[Student], assignment: str) -> Table:
    """One line a student; `*` marks points that a person has yet to add to."""
    shown = Table(
        title=f"{assignment}: points by task",
        box=box.SIMPLE,
        caption="* a written answer waits for a person (nbgrader formgrader)",
    )
    shown.add_column("student", overflow="fold")
    tasks = list(dict.fromkeys(task for student in students for task in student.tasks))
    for task in tasks:
        shown.add_column(task, justify="right", no_wrap=True)
    shown.add_column("total", justify="right", style="bold", no_wrap=True)
    for student in students:
        full, bonus = student.total(bonus=False), student.total(bonus=True)
        shown.add_row(
            Text(printable(student.name)),
            *(f"{student.tasks[task].score:.2f}{'*' if student.tasks[task].waiting else ' '}" for task in tasks),
            f"{full.score:.2f} + {bonus.score:.2f} / {full.maximum:g} + {bonus.maximum:g}",
        )
    return shown
