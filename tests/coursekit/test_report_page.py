"""The page shows the report to people, in a real browser, and asks nothing of anybody else."""

from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from typer.testing import CliRunner

from coursekit import report_page
from coursekit.__main__ import app
from coursekit.problems import FLAGGED, Problem
from coursekit.report import Check, Mistake, Report, Seconds, Total
from coursekit.report_page import SIDE_BY_SIDE, histogram, render
from coursekit.similar import Pair, Similarity

EVIL = "<script>document.title = 'run'</script>"
FOX = "🦊 Żółć"


@pytest.fixture
def report():
    """A class of two: one name is HTML, one has an emoji; so has their code."""
    return Report(
        assignment="vae",
        submitted=3,
        graded=2,
        damaged={"cyd": "records/vae/cyd.json cannot be read"},
        maximum=5.0,
        bonus_maximum=2.0,
        totals=[Total(EVIL, 3.0, 0.0, True), Total(FOX, 5.0, 2.0, False)],
        checks=[Check("1a.a", "Średnia", 0.5, 1, 2, 0.25, -0.3), Check("1a.b", "Kształt", 0.5, 2, 2, 0.5, None)],
        mistakes=[Mistake(("one", "two", "three", "four", "five"), 0.5, (EVIL,))],
        problems=[Problem(EVIL, FLAGGED, (EVIL,))],
        mended=1,
        seconds=[Seconds("whole", 20.0, 30.0, 1.0), Seconds("checks", 5.0, 6.0, 0.25)],
        similar=Similarity(
            [Pair(EVIL, FOX, 0.996, 0.5)], 2, {"cyd": "no notebook"}, {EVIL: EVIL, FOX: "x = '\0+'  # 🦊"}
        ),
    )


@pytest.fixture
def open_page(browser, tmp_path):
    """Open a page in a window of some width; `requests` lists what the page asks for."""

    def open_it(html, width):
        file = tmp_path / "page.html"
        file.write_text(html)
        page = browser.new_page(viewport={"width": width, "height": 800})
        page.requests = []
        page.on("request", lambda request: page.requests.append(request.url))
        page.goto(file.as_uri())
        return page

    return open_it


def outside(page):
    return [url for url in page.requests if not url.startswith(("data:", page.url))]


def test_no_request_leaves_the_page(report, open_page):
    assert outside(open_page(render(report), 1000)) == []


def test_names_and_code_stay_text(report, open_page):
    page = open_page(render(report), 1000)
    assert page.title() == "vae: report on the class"
    assert page.locator("script").count() == 0
    for name in (EVIL, FOX):
        assert page.get_by_text(name).count() > 0


def test_pair_opens_side_by_side(report, open_page):
    page = open_page(render(report), 1000)
    code = page.get_by_role("region", name="Code of")
    assert not code.is_visible()
    page.locator("details", has=page.locator(".diff")).locator("summary").click()
    assert code.is_visible()
    assert EVIL in code.inner_text()


def test_fits_a_phone(report, open_page):
    page = open_page(render(report), 390)
    for details in page.locator("summary").all():
        details.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("width", [1000, 390])
def test_axe_finds_no_barrier(report, open_page, width):
    """Contrast, landmarks, names, tables, what a keyboard scrolls: the rules of axe-core, with everything unfolded."""
    page = open_page(render(report), width)
    for details in page.locator("summary").all():
        details.click()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_every_picture_has_a_text_and_every_table_a_caption_or_a_name(report, open_page):
    page = open_page(render(report), 1000)
    assert all(image.get_attribute("alt") for image in page.locator("img").all())
    assert page.locator("table:not(.diff):not(:has(caption))").count() == 0
    assert page.evaluate("[...document.images].every(image => image.naturalWidth > 0)")


def test_numbers(report):
    page = render(report)
    assert "2 of 3 submissions graded" in page
    assert '<td class="number low">-0.30</td>' in page
    assert '<td class="number">–</td>' in page
    assert "nearest, overlap 0.50" in page
    assert "or 1 more" in page
    assert "99%" in page
    assert "median 4.00,\nmean 4.00 of 5." in page


def test_name_that_is_no_text_is_written(report, tmp_path):
    report_page.write(replace(report, totals=[], damaged={"ala \udcff": "cut off"}), tmp_path / "a" / "page.html")
    assert "ala ?" in (tmp_path / "a" / "page.html").read_text(encoding="utf-8")


def test_class_in_which_nothing_is_wrong(report):
    page = render(
        replace(report, damaged={}, checks=[], mistakes=[], problems=[], mended=0, similar=Similarity([], 0, {}, {}))
    )
    for sentence in ("Nobody fails a check.", "None.", "No pair is alike."):
        assert f"<p>{sentence}</p>" in page
    assert 'class="warning"' not in page


def test_no_points_yet(report):
    assert "0 students." in render(replace(report, totals=[]))


def test_histogram_says_its_numbers():
    plot = histogram([0.0, 0.49, 5.0, 5.5], 5.0, "Points")
    assert plot["alt"] == "Histogram, students by points. 0 to 0.5 points: 2; 5 to 5.5 points: 2."
    assert histogram([], 0.0, "Bonus")["alt"] == "Histogram, students by points. Nobody."
    assert histogram([5.0], 5.0, "Points")["alt"] == "Histogram, students by points. 4.5 to 5 points: 1."


def test_long_code_and_many_pairs_are_not_shown_side_by_side():
    names = [f"s{number}" for number in range(SIDE_BY_SIDE + 2)]
    code = dict.fromkeys(names, "x = 1") | {"s1": "x = 1\n" * (report_page.MOST_LINES + 1)}
    found = Similarity([Pair("s0", name, 1.0, 1.0) for name in names[1:]], len(names), {}, code)
    shown = report_page.side_by_side(found)
    assert len(shown) == SIDE_BY_SIDE
    assert [pair for pair, table in shown.items() if table is None] == [("s0", "s1")]


def test_control_characters_in_code_mark_nothing():
    found = Similarity([Pair("ala", "bob", 1.0, 1.0)], 2, {}, {"ala": "x = '\0+1\1'", "bob": "x = '\0+1\1'"})
    table = report_page.side_by_side(found)["ala", "bob"]
    assert table is not None
    assert "x = '�+1�'" in table


@pytest.mark.slow
def test_graded_class(graded_class, monkeypatch, open_page, screenshots):
    monkeypatch.chdir(graded_class)
    done = CliRunner().invoke(app, ["report", "vae", "--course", str(graded_class), "--to", "page.html"])
    assert done.exit_code == 0
    page = open_page((graded_class / "page.html").read_text(), 900)
    assert outside(page) == []
    page.locator("summary", has_text="igor_sowa, piotr_wójcik").click()
    assert page.get_by_role("region", name="Code of igor_sowa").is_visible()
    picture = screenshots / "report.png"
    page.screenshot(path=picture, clip={"x": 0, "y": 0, "width": 900, "height": 1100}, full_page=True)
    Image.open(picture).quantize(64).save(picture, optimize=True)
    assert picture.stat().st_size < 300_000
