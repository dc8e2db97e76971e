"""What everybody of a class has: points by task and check, lateness, comments; from the gradebook and the records."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from nbgrader.api import Assignment, Gradebook, MissingEntry, SubmittedAssignment
from nbgrader.coursedir import CourseDirectory

from coursekit import points, records, resume
from coursekit.points import Student

GRADED, WAITING, OUTDATED = "graded", "waits for a person", "newer submission not graded"
NOT_GRADED, NOT_SUBMITTED = "not graded", "not submitted"
IS_GRADED = (GRADED, WAITING, OUTDATED)


@dataclass(frozen=True)
class Result:
    """A student of the class.

    student: id in nbgrader; state: one of the five above; submitted: in UTC; late: seconds; penalty: points that the
    policy for late submissions takes off; comments: of people, a line each; checks: points by id of the check; reason:
    why nothing counts though the submission went through grading.
    """

    student: str
    first_name: str
    last_name: str
    email: str
    state: str
    submitted: datetime | None = None
    late: float = 0.0
    points: Student | None = None
    penalty: float = 0.0
    comments: str = ""
    checks: dict[str, float] = field(default_factory=dict)
    reason: str = ""

    @property
    def name(self) -> str:
        """First and last name, as far as they are known."""
        return f"{self.first_name} {self.last_name}".strip()

    def total(self, bonus: str) -> float | None:
        """Points after the penalty, by a rule of `most`; None where nothing is graded."""
        if self.points is None:
            return None
        full, extra = self.points.total(bonus=False), self.points.total(bonus=True)
        reached = full.score + extra.score
        if bonus == "cap":
            reached = min(reached, full.maximum)
        return round(max(0.0, reached - self.penalty), 2)


def most(assignment: Assignment, bonus: str) -> float:
    """The most points that an assignment gives. bonus: "add", on top, or "cap", which makes good what was lost."""
    cells = [cell for notebook in assignment.notebooks for cell in notebook.grade_cells]
    return sum(cell.max_score for cell in cells if bonus == "add" or points.task_of(cell.name) != points.BONUS)


def of_class(gradebook: Gradebook, coursedir: CourseDirectory, assignment: str) -> list[Result]:
    """Everybody in the gradebook, sorted by last name, first name and id."""
    tasks = {student.name: student for student in points.of_class(coursedir.db_url, assignment)}
    found = []
    for student in gradebook.students:
        try:
            submission = gradebook.find_submission(assignment, student.id)
        except MissingEntry:
            submission = None
        known = {
            "student": student.id,
            "first_name": student.first_name or "",
            "last_name": student.last_name or "",
            "email": student.email or "",
        }
        state = _state(coursedir, assignment, student.id, tasks.get(student.id))
        try:
            checks = _checks(Path(coursedir.root), assignment, student.id) if state in IS_GRADED else {}
        except records.RecordError as error:
            found.append(Result(**known, state=NOT_GRADED, reason=str(error)))
            continue
        if submission is None or state == NOT_GRADED:
            found.append(Result(**known, state=state))
            continue
        found.append(
            Result(
                **known,
                state=state,
                submitted=submission.timestamp,
                late=submission.total_seconds_late,
                points=tasks[student.id],
                penalty=submission.late_submission_penalty,
                comments=_comments(submission),
                checks=checks,
            )
        )
    return sorted(found, key=lambda result: (result.last_name, result.first_name, result.student))


def _state(coursedir: CourseDirectory, assignment: str, student: str, tasks: Student | None) -> str:
    submitted, graded = (
        Path(coursedir.format_path(step, student, assignment))
        for step in (coursedir.submitted_directory, coursedir.autograded_directory)
    )
    if tasks is None and not submitted.is_dir():
        return NOT_SUBMITTED
    if tasks is None or not resume.is_finished(Path(coursedir.root), assignment, student, graded):
        return NOT_GRADED
    if resume.is_replaced(coursedir, student, assignment):
        return OUTDATED
    return WAITING if any(each.waiting for each in tasks.tasks.values()) else GRADED


def _comments(submission: SubmittedAssignment) -> str:
    comments = [comment for notebook in submission.notebooks for comment in notebook.comments if comment.manual_comment]
    return "\n".join(comment.manual_comment for comment in sorted(comments, key=lambda comment: comment.name))


def _checks(course: Path, assignment: str, student: str) -> dict[str, float]:
    reports = records.load(course, assignment, student)["reports"]
    return {check["id"]: float(check["points"]) for report in reports for check in report["checks"]}
