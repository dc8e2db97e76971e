"""The numbers of the report are those of the class."""

import json
import os
import shutil
from fractions import Fraction

import pytest
from typer.testing import CliRunner

from coursekit import corpus, records, report
from coursekit.__main__ import app
from coursekit.corpus import Sample
from coursekit.report import Mistake, NothingGradedError
from tests.conftest import BROKEN, CLASS
from tests.coursekit.conftest import whole_record


def record(student, verdicts, timings=None):
    """A record with a check worth 0.5 for each letter: p passed, f failed, u unanswered."""
    names = {"p": "passed", "f": "failed", "u": "unanswered"}
    checks = [
        {
            "id": f"1a.{number}",
            "title": f"Nr {number}",
            "verdict": names[verdict],
            "points": "0.5" if verdict == "p" else "0",
            "maximum": "0.5",
        }
        for number, verdict in enumerate(verdicts)
    ]
    timings = timings or {}
    return {
        "student": student,
        "reports": [{"checks": checks[:2]}, {"checks": checks[2:]}],
        "seconds": sum(timings.values()) + 1,
        "timings": timings,
    }


def chaff(title, *fails):
    return Sample(title, "chaff", title, {}, fails, {})


class TestChecks:
    def test_rate_and_mean(self):
        first = report.checks([record("ala", "pff"), record("bob", "ppp"), record("cyd", "fup"), record("dan", "ppp")])[
            0
        ]
        assert (first.id, first.title, first.maximum) == ("1a.0", "Nr 0", 0.5)
        assert (first.passed, first.of, first.mean) == (3, 4, 0.375)

    def test_separation_is_with_the_points_of_the_others(self):
        # passed 1 1 0 0, rest 1.0 0.5 0.5 0.0: r = (0.75 - 0.25) / s * sqrt(1/4), s = sqrt(1/8)
        found = report.checks([record("ala", "ppp"), record("bob", "ppf"), record("cyd", "fpf"), record("dan", "fff")])
        assert found[0].separation == pytest.approx(0.5**0.5)

    def test_no_separation_where_all_pass_or_the_rest_is_equal(self):
        all_pass, all_fail, _ = report.checks([record("ala", "pfp"), record("bob", "pff")])
        assert all_pass.separation is all_fail.separation is None
        assert report.separation([True, False], [Fraction("0.1") * 3, Fraction("0.3")]) is None

    def test_weak_ones_that_pass_make_it_negative(self):
        assert report.separation([True, False], [Fraction(0), Fraction(1)]) == pytest.approx(-1)

    def test_class_of_one_and_of_none(self):
        assert [check.separation for check in report.checks([record("ala", "pfp")])] == [None] * 3
        assert report.checks([]) == []

    def test_check_that_an_older_record_does_not_have(self):
        found = report.checks([record("ala", "pp"), record("bob", "fpp")])
        assert [check.of for check in found] == [2, 2, 1]


class TestMistakes:
    CHAFFS = (chaff("A", "1a.0"), chaff("B", "1a.0"), chaff("C", "1a.1", "1a.2"))

    def test_named_by_every_chaff_that_fails_the_same(self):
        assert report.mistakes([record("ala", "fpp"), record("bob", "upp")], self.CHAFFS) == [
            Mistake(("A", "B"), 1.0, ("ala", "bob"))
        ]

    def test_else_by_the_nearest(self):
        assert report.mistakes([record("ala", "fff")], self.CHAFFS) == [Mistake(("C",), pytest.approx(2 / 3), ("ala",))]

    def test_who_fails_nothing_is_left_out(self):
        assert report.mistakes([record("ala", "ppp")], self.CHAFFS) == []

    def test_commonest_first(self):
        found = report.mistakes([record("ala", "fpp"), record("bob", "pff"), record("cyd", "pff")], self.CHAFFS)
        assert [mistake.students for mistake in found] == [("bob", "cyd"), ("ala",)]


class TestSeconds:
    def test_parts(self):
        timings = {
            "start of the kernel": 1.0,
            "imports": 2.0,
            "vae_training": 3.0,
            "test_1a": 4.0,
            "test_1a_training": 1.0,
            "beta_vae": 8.0,
        }
        found = {each.part: each for each in report.seconds([record("ala", "", timings)] * 2)}
        assert {part: each.median for part, each in found.items()} == {
            "whole": 20,
            "start-up and imports": 3,
            "training": 3,
            "checks": 5,
            "other cells": 9,
        }
        assert found["checks"].share == 0.25

    def test_median_and_largest(self):
        found = report.seconds([record(str(number), "", {"test_2": number}) for number in (1.0, 2.0, 9.0)])
        checks = next(each for each in found if each.part == "checks")
        assert (checks.median, checks.largest) == (2, 9)

    def test_nothing_was_executed(self):
        assert report.seconds([record("ala", "")]) == []


class TestNothing:
    """What is no class to report on is said in a sentence, and the command exits with 1."""

    @pytest.fixture
    def course(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "nbgrader_config.py").touch()
        return tmp_path

    def run(self, course):
        return CliRunner().invoke(app, ["report", "vae", "--course", str(course)])

    def test_nobody_has_handed_in(self, course):
        (course / "submitted").mkdir()
        done = self.run(course)
        assert done.exit_code == 1
        assert "Nobody has handed in anything" in done.stderr

    def test_before_grading(self, course):
        (course / "submitted" / "ala" / "vae").mkdir(parents=True)
        done = self.run(course)
        assert done.exit_code == 1
        assert "python -m coursekit grade vae" in done.stderr
        assert not (course / "gradebook.db").exists()

    def test_gradebook_that_was_moved_away(self, course):
        (course / "submitted" / "ala" / "vae").mkdir(parents=True)
        records.write(records.path(course, "vae", "ala"), whole_record(student="ala"))
        done = self.run(course)
        assert done.exit_code == 1
        assert "There is no gradebook" in done.stderr
        assert not (course / "gradebook.db").exists()

    def test_no_record_can_be_read(self, course):
        (course / "submitted" / "ala" / "vae").mkdir(parents=True)
        records.write(records.path(course, "vae", "ala"), {"schema": 2})
        with pytest.raises(NothingGradedError, match=r"records/vae/ala\.json cannot be read"):
            report.of_class(course, "vae")

    def test_no_such_course(self, course):
        done = self.run(course / "nowhere")
        assert done.exit_code == 2
        assert "nowhere" in done.stderr


@pytest.mark.slow
class TestGradedClass:
    """A class of the whole pipeline."""

    @pytest.fixture
    def course(self, graded_class, monkeypatch):
        monkeypatch.chdir(graded_class)  # the commands change the folder, and pytest's must not stay changed
        return graded_class

    def run(self, course, *options):
        return CliRunner().invoke(app, ["report", "vae", "--course", str(course), *options])

    def test_json_has_the_numbers(self, course):
        done = self.run(course, "--json")
        assert done.exit_code == 0
        found = json.loads(done.stdout)
        assert found["submitted"] == found["graded"] == len(CLASS) + 1
        assert (found["maximum"], found["bonus_maximum"]) == (5, 2)
        points = {each["student"]: each["points"] + each["bonus"] for each in found["totals"]}
        assert points["anna_nowak"] == 4.5
        assert points["igor_sowa"] == pytest.approx(3.65)
        checks = {each["id"]: each for each in found["checks"]}
        assert len(checks) == 35
        assert (checks["1a.decoder_range"]["passed"], checks["1a.decoder_range"]["of"]) == (7, 10)
        assert [each["student"] for each in found["problems"]] == [BROKEN, "tomasz_wilk"]
        assert found["similar"]["pairs"][0] == {
            "first": "igor_sowa",
            "second": "piotr_wójcik",
            "likeness": 1.0,
            "equal_lines": 1.0,
        }

    def test_chaffs_of_the_class_are_named(self, course):
        found = json.loads(self.run(course, "--json").stdout)["mistakes"]
        assert all(mistake["overlap"] == 1 for mistake in found)
        for student, name in CLASS.items():
            titles = [title for mistake in found if student in mistake["students"] for title in mistake["titles"]]
            if name.startswith("chaffs"):
                assert corpus.load(corpus.CORPUS / f"{name}.py").title in titles
            elif name.startswith("wheats"):
                assert titles == []

    def test_damaged_record_is_named_and_left_out(self, course):
        path = records.path(course, "vae", "ewa_lis")
        path.write_text(path.read_text()[:1000])
        done = self.run(course, "--to", str(course / "out" / "page.html"))
        assert done.exit_code == 0
        assert "records/vae/ewa_lis.json cannot be read" in " ".join(done.stderr.split())
        assert "<strong>ewa_lis</strong>" in (course / "out" / "page.html").read_text()

    def test_class_of_one(self, course):
        for student in {*CLASS, BROKEN} - {"anna_nowak"}:
            shutil.rmtree(course / "submitted" / student)
        found = json.loads(self.run(course, "--json").stdout)
        assert found["graded"] == 1
        assert {check["separation"] for check in found["checks"]} == {None}
        assert found["similar"]["pairs"] == found["mistakes"] == []

    def test_only_broken_submissions(self, course):
        for student in CLASS:
            shutil.rmtree(course / "submitted" / student)
        done = self.run(course)
        assert done.exit_code == 0
        assert "0 submissions that could be read" in (course / "build" / "report.html").read_text()

    def test_page_that_cannot_be_written(self, course):
        done = self.run(course, "--to", os.devnull + "/page.html")
        assert done.exit_code == 1
        assert os.devnull in done.stderr
