"""JupyterLab with the kit's settings, in a real browser: an instructor grades an answer, a student validates."""

import shutil
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from playwright.sync_api import FrameLocator, Page

from coursekit import data, demo
from coursekit.submitted_outputs import LABEL
from tests.pipeline.jupyterlab import TOKEN, jupyter

pytestmark = pytest.mark.slow

STUDENT = "anna_nowak"
WRITTEN = 3
"""Answers of the assignment that a person grades."""
COMMENT = "Bardzo dobra odpowiedź – proszę jeszcze o wykres."


def written_score(course: Path) -> float:
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        return gradebook.find_submission("vae", STUDENT).written_score


def feedback(course: Path) -> str:
    demo.nbgrader(course, "generate_feedback", f"--student={STUDENT}", "--force")
    return (course / "feedback" / STUDENT / "vae" / "vae.html").read_text()


def decline_news(page: Page) -> None:
    """Answer JupyterLab's first question, which would cover part of the page."""
    page.get_by_role("button", name="No", exact=True).click()


def total(formgrader: FrameLocator, submission: str) -> str:
    """The points of a submission as formgrader's table shows them."""
    row = formgrader.locator("tr", has=formgrader.locator(f"a[href*='{submission}']"))
    return row.locator(".score").inner_text()


def test_an_instructor_grades_an_answer_and_the_points_stay(graded_class, page, screenshots):
    before = written_score(graded_class)
    with Gradebook(f"sqlite:///{graded_class}/gradebook.db") as gradebook:
        submission = gradebook.find_submission_notebook("vae", "vae", STUDENT).id
    with jupyter(graded_class) as address:
        page.goto(f"{address}/lab?token={TOKEN}")
        decline_news(page)
        page.get_by_role("menuitem", name="Nbgrader").click()
        page.get_by_role("menuitem", name="Formgrader").click()
        formgrader = page.frame_locator("iframe")
        formgrader.get_by_role("link", name="Manual Grading").click()
        for _ in ("assignment", "notebook"):
            formgrader.get_by_role("link", name="vae", exact=True).click()
        assert total(formgrader, submission) == "4.5 / 7"
        formgrader.locator(f"a.name-hidden[href*='{submission}']").click()
        for scheme in ("Klucz oceny (1.5 pkt.)", "Klucz oceny (0.5 pkt.)"):
            formgrader.get_by_text(scheme).first.wait_for()
        assert formgrader.get_by_text("Klucz oceny").count() == WRITTEN
        assert formgrader.get_by_text(LABEL).count() > 0
        answer = formgrader.locator(".nbgrader_cell", has=formgrader.locator("#answer_1b"))
        with page.expect_response(lambda response: "/api/grade/" in response.url and response.request.method == "PUT"):
            answer.locator("#answer_1b").fill("1.25")
            answer.locator("#answer_1b").press("Tab")
        with page.expect_response(
            lambda response: "/api/comment/" in response.url and response.request.method == "PUT"
        ):
            answer.locator("#answer_1b-comment").fill(COMMENT)
            answer.locator("#answer_1b-comment").press("Tab")
        formgrader.get_by_text("Zadanie 1b: wnioski").scroll_into_view_if_needed()
        page.screenshot(path=screenshots / "formgrader.png")
        formgrader.get_by_role("link", name="vae", exact=True).last.click()
        assert total(formgrader, submission) == "5.75 / 7"
    assert written_score(graded_class) == pytest.approx(before + 1.25)
    assert COMMENT in feedback(graded_class)
    demo.nbgrader(graded_class, "autograde", f"--student={STUDENT}", "--force")
    assert written_score(graded_class) == pytest.approx(before + 1.25)
    regraded = feedback(graded_class)
    assert COMMENT in regraded
    assert "Odpowiedź pisemna: 1,25 z 1,5</h3>" in regraded


def test_a_student_validates_the_released_notebook_and_reads_polish(tmp_path, page, screenshots):
    folder = Path(
        shutil.copytree(data.ROOT / "release" / "vae", tmp_path / "vae", ignore=shutil.ignore_patterns("data"))
    )
    data.link(folder)
    with jupyter(folder, COURSE_PROFILE="grading") as address:  # short trainings; what is checked is the same
        page.goto(f"{address}/lab/tree/vae.ipynb?token={TOKEN}")
        decline_news(page)
        with page.expect_response(lambda response: "/assignments/validate" in response.url, timeout=600_000):
            page.get_by_role("button", name="Validate").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_text("nie jest jeszcze napisan").first.wait_for()
        page.screenshot(path=screenshots / "validate.png")
        assert "public_checks.py" not in dialog.inner_text()  # the message, not the lines of the check
