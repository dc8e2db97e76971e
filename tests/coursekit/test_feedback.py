"""The student's page tells everything that is the student's, nothing else, and asks nothing of another machine."""

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from markupsafe import escape
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook, new_output
from nbgrader.api import Gradebook
from playwright.sync_api import Browser, Page

from coursekit import demo, feedback, records
from tests.browser_canary import wait_until
from tests.conftest import BROKEN, CARELESS, CLASS
from tests.leaks import leaks

pytestmark = pytest.mark.slow

STUDENTS = [*CLASS, BROKEN]
GOLDEN = Path(__file__).with_name("golden")
GOLDEN_STUDENTS = ("anna_nowak", "igor_sowa", "jan_kowalski", "marek_zima", BROKEN)
A4 = 794
"""Width of the paper in CSS pixels."""
VOID = {"meta", "img", "br", "hr", "link", "input"}


def page_of(course: Path, student: str) -> str:
    return (course / "feedback" / student / "vae" / "vae.html").read_text()


class Outline(HTMLParser):
    """Elements of a page: heading levels, images, ids, links, and whether all that is opened is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.images: list[dict[str, str | None]] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "img":
            self.images.append(values)
        self.ids += [values["id"]] if values.get("id") else []
        self.links += [values["href"]] if values.get("href") else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def test_there_is_something_to_hide(whole_class):
    """The notebook as nbgrader's own page would show it: with hidden tests and mark schemes, as HTML."""
    path = whole_class / "autograded" / "anna_nowak" / "vae" / "vae.ipynb"
    page, _ = HTMLExporter(template_name="basic").from_filename(str(path))
    found = leaks(page)
    assert 'grade("test_1a", globals())' in found
    assert "Klucz oceny (1.5 pkt.)" in found
    assert len(found) > 12


@pytest.mark.parametrize("student", STUDENTS)
class TestLeaks:
    """What no page of the class holds."""

    def test_nothing_of_the_checks_and_of_the_machine(self, whole_class, student):
        page = page_of(whole_class, student)
        assert leaks(page) == []
        assert str(whole_class) not in page

    def test_no_other_student(self, whole_class, student):
        page = page_of(whole_class, student)
        assert [other for other in STUDENTS if other != student and other in page] == []

    def test_nothing_is_fetched(self, whole_class, student):
        page = page_of(whole_class, student)
        assert re.findall(r"""(?:src|href)=["'](?!data:|#)[^"']*""", page) == []
        assert "<script" not in page
        assert "@import" not in page


@pytest.mark.parametrize("student", STUDENTS)
def test_headings_are_in_order_and_images_have_words(whole_class, student):
    outline = Outline(page_of(whole_class, student))
    assert outline.open == []
    assert outline.headings[0] == 1
    assert all(deeper - level <= 1 for level, deeper in zip(outline.headings, outline.headings[1:], strict=False))
    assert all(len(image["alt"] or "") > 20 for image in outline.images)
    assert len(outline.ids) == len(set(outline.ids))
    assert {link[1:] for link in outline.links} <= set(outline.ids)


def test_what_a_careless_student_is_told(whole_class):
    page = page_of(whole_class, CARELESS)
    assert "niczego się nie instaluje" in page
    assert "odnośniki w komórkach tekstowych: `brak.png`" in page
    assert "[wykres]" in page
    assert re.search(r"<h4[^>]*>Wnioski</h4>", page)
    before, _, after = page.partition("cannot import name &#39;Mapping&#39; from &#39;collections&#39; (…/")
    assert after
    assert before.rfind('id="zadanie-1b"') > before.rfind('id="zadanie-1a"') > 0
    assert 'id="zadanie-2"' in after


@pytest.mark.parametrize("student", STUDENTS)
def test_every_check_is_told_with_its_points(whole_class, student):
    page = page_of(whole_class, student)
    record = records.load(whole_class, "vae", student)
    checks = [check for report in record["reports"] for check in report["checks"]]
    assert len(checks) > 30
    for check in checks:
        assert escape(check["title"]) in page
        if check["verdict"] != "passed":
            assert f'id="check-{check["id"]}"' in page


def test_figures_show_what_was_found(whole_class):
    alts = {student: [image["alt"] for image in Outline(page_of(whole_class, student)).images] for student in STUDENTS}
    assert alts["anna_nowak"] == []
    assert "z_scale" in " ".join(alts["jan_kowalski"])
    assert "wariancji" in " ".join(alts["igor_sowa"])
    assert "rekonstrukcje" in " ".join(alts["zofia_żak"])


def normalised(page: str) -> str:
    """The page without its pictures, and with N for every number: they are another matter."""
    page = re.sub(r"data:image/[^\"]+", "data:…", page)
    return re.sub(r"\d+(?:[.,]\d+)?(?:e[-+]?\d+)?", "N", page)


@pytest.mark.parametrize("student", GOLDEN_STUDENTS)
def test_the_page_is_the_golden_one(whole_class, student, request):
    page, golden = normalised(page_of(whole_class, student)), GOLDEN / f"{student}.html"
    if request.config.getoption("--update-golden"):
        golden.write_text(page)
    assert page == golden.read_text(), "look at the page, then run pytest with --update-golden"


def test_points_and_comments_of_a_person_are_in_the_page_and_stay_when_it_is_graded_again(graded_class):
    comment = "Dobrze! $\\beta$ ściska *posterior* 🎉 <script>alert(1)</script>" + " znakomicie" * 4600
    assert len(comment) > 50_000
    with Gradebook(f"sqlite:///{graded_class}/gradebook.db") as gradebook:
        grade = gradebook.find_grade("answer_1b", "vae", "vae", "anna_nowak")
        grade.manual_score, grade.needs_manual_grade = 1.25, False
        gradebook.find_comment("answer_1b", "vae", "vae", "anna_nowak").manual_comment = comment
        gradebook.find_submission("vae", "anna_nowak").notebooks[0].late_submission_penalty = 0.25
        gradebook.db.commit()
    late = []
    for command in ("generate_feedback", "autograde", "generate_feedback"):
        demo.nbgrader(graded_class, command, "--student=anna_nowak", "--force")
        page = page_of(graded_class, "anna_nowak")
        if command == "generate_feedback":
            assert "Odpowiedź pisemna: 1,25 z 1,5</h3>" in page
            assert "<em>posterior</em> 🎉 &lt;script&gt;" in page
            assert "<mi>β</mi>" in page or "&#x003B2;" in page
            assert page.count("znakomicie") == 4600
            late.append(re.search(r"po odjęciu.*?<strong>5,5</strong>", page, re.DOTALL) is not None)
    assert late == [True, False]  # grading counts the penalty anew, and the course's rule is none


def test_points_that_the_record_does_not_have_make_no_page_of_that_student(graded_class):
    with Gradebook(f"sqlite:///{graded_class}/gradebook.db") as gradebook:
        gradebook.find_grade("test_2", "vae", "vae", "jan_kowalski").auto_score = 0.123
        gradebook.db.commit()
    shutil.rmtree(graded_class / "feedback")
    with pytest.raises(RuntimeError, match="generate_feedback"):
        demo.nbgrader(graded_class, "generate_feedback")
    log = (graded_class / "generate_feedback.log").read_text()
    assert "test_2 has 0.123 automatic points in the gradebook and " in log
    assert "Grade again with --force." in log
    assert {page.parent.parent.name for page in graded_class.glob("feedback/*/vae/vae.html")} == {*STUDENTS} - {
        "jan_kowalski"
    }


def test_a_cell_without_a_report_has_not_been_judged():
    """Whatever stands in its outputs."""
    marks = {"grade": True, "solution": False, "points": 1.0, "score": 0.0, "waiting": False}
    html = new_output("display_data", {"text/html": "<p>Punkty: 1 z 1</p>"})
    nb = new_notebook(
        cells=[
            new_code_cell("x", metadata={"nbgrader": {**marks, "grade_id": name}}, outputs=[html])
            for name in ("test_1a", "test_of_another_assignment")
        ]
    )
    assert [task.reports for task in feedback.tasks(nb)] == [
        [f"<p>{feedback.NOT_JUDGED}</p>"],
        [f"<p>{feedback.OWN_TESTS}</p>"],
    ]


def open_page(browser: Browser, course: Path, student: str, width: int) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto((course / "feedback" / student / "vae" / "vae.html").as_uri())
    return page


@pytest.mark.parametrize("student", STUDENTS)
@pytest.mark.parametrize("width", [1000, 390])
def test_axe_finds_no_barrier(whole_class, browser, student, width):
    """Contrast, landmarks, names, tables, what a keyboard scrolls: the rules of axe-core, with everything unfolded."""
    page = open_page(browser, whole_class, student, width)
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    formulas_are_text = {"rules": {"empty-table-header": {"enabled": False}}}
    found = Axe().run(page, options=formulas_are_text)
    assert found.violations_count == 0, found.generate_report()


def test_the_keyboard_reaches_every_link_and_unfolds(whole_class, browser):
    page = open_page(browser, whole_class, "igor_sowa", 1000)
    stops = "[...document.querySelectorAll('a, summary')]"
    wanted = page.evaluate(f"{stops}.length")
    reached = []
    for _ in range(wanted):
        page.keyboard.press("Tab")
        reached.append(page.evaluate(f"{stops}.indexOf(document.activeElement)"))
    assert reached == list(range(wanted))
    assert wanted > 10
    folded = page.locator("details:not([open])").count()
    page.keyboard.press("Enter")  # the last stop is a summary: the student's code comes last
    assert page.locator("details:not([open])").count() == folded - 1


@pytest.mark.parametrize("student", STUDENTS)
def test_print_shows_what_is_folded_and_cuts_nothing_off(whole_class, browser, student):
    page = open_page(browser, whole_class, student, A4)
    folded = "[...document.querySelectorAll('details > :not(summary)')]"
    unseen = f"{folded}.filter(each => !each.checkVisibility({{contentVisibilityAuto: true}})).length"
    assert page.evaluate(unseen) > 0
    page.emulate_media(media="print")
    wait_until(page, f"{unseen} === 0")
    assert page.evaluate("[...document.querySelectorAll('pre')].filter(e => e.scrollWidth > e.clientWidth).length") == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= A4


@pytest.mark.parametrize(("width", "name"), [(1000, "feedback"), (390, "feedback-phone")])
def test_the_page_fits_the_screen(whole_class, browser: Browser, screenshots, width, name):
    for student in STUDENTS:
        page = open_page(browser, whole_class, student, width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, student
    page = open_page(browser, whole_class, "igor_sowa", width)
    page.locator("#zadanie-3").scroll_into_view_if_needed()
    page.locator("section", has=page.locator("#zadanie-3")).screenshot(path=screenshots / f"{name}.png")
    assert (screenshots / f"{name}.png").stat().st_size > 10_000
