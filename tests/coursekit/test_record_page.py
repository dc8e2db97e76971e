"""The page of a record shows what the record holds, as text and nothing else."""

import json
from pathlib import Path

import pytest
from rich.console import Console, RenderableType
from typer.testing import CliRunner

from coursekit.__main__ import app
from coursekit.data import ROOT
from coursekit.experiments import Experiments
from coursekit.facts import Facts, Found
from coursekit.record_page import facts_page, page


@pytest.fixture
def record() -> dict:
    """The record with flags that the documentation shows."""
    return json.loads((ROOT / "docs" / "attacked-record.json").read_text())


def text_of(shown: RenderableType) -> str:
    console = Console(width=500, record=True)
    console.print(shown)
    return console.export_text()


def test_everything_is_on_the_page(record):
    record["intake"]["notes"] = ["Plik był w innym folderze."]
    record["repairs"] = ["Brakowało komórek."]
    text = text_of(page(record))
    for report in record["reports"]:
        for check in report["checks"]:
            assert check["id"] in text
            assert check["message"] in text
    for flag in record["flags"]:
        assert f"{flag['kind']}, {flag['cell']}: " in text
    for part in ("Plik był w innym folderze.", "Brakowało komórek.", record["seed"], record["sandbox"]["held_by"]):
        assert part in text
    for name, version in record["versions"].items():
        assert f"{name} {version}" in text


def test_a_sandbox_that_was_off_is_shown(record):
    record["sandbox"] = {"enabled": False}
    assert "OFF: the submitted code ran with all rights" in text_of(page(record))


def test_a_submission_cannot_command_the_terminal(record):
    record["reports"][0]["checks"][0]["message"] = "[bold]\x1b[2J\x9b2Jx"
    text = text_of(page(record))
    assert "[bold]�[2J�2Jx" in text


def test_facts_are_lines_of_each_answer():
    varied = Experiments(3, True, {"lr": [0.1, 0.01], "n_latent_features": [2, 10]})
    nothing = Experiments(0, False, {})
    tried, blank = Facts("answer_1b", 300, 4, 1, varied, ["ola"]), Facts("answer_2", 0, 0, 0, nothing, [])
    text = text_of(facts_page(Found([tried, blank], {"ola": "time (more than 60 s)"})))
    assert [line.rstrip() for line in text.splitlines()[1:]] == [
        "  answer_1b: 300 words, 4 figures, 1 table; models trained in own cells: 3 or more",
        "    varied: lr = 0.1, 0.01; n_latent_features = 2, 10",
        "    the same text: ola",
        "  answer_2: 0 words, 0 figures, 0 tables; models trained in own cells: 0",
        "  left out: ola, time (more than 60 s)",
    ]


@pytest.mark.slow
class TestCommand:
    """`record` in a graded class."""

    def run(self, course: Path, *arguments: str):
        return CliRunner().invoke(app, ["record", *arguments, "--course", str(course)])

    def test_shows_the_record_and_the_facts(self, whole_class):
        done = self.run(whole_class, "igor_sowa")
        assert done.exit_code == 0
        assert "igor_sowa, vae: graded" in done.output
        assert "answer_1b: " in done.output
        assert "piotr_wójcik" in done.output  # who has handed in the same

    def test_prints_the_file(self, whole_class):
        done = self.run(whole_class, "ola_król", "--json")
        assert json.loads(done.stdout) == json.loads((whole_class / "records" / "vae" / "ola_król.json").read_text())

    @pytest.mark.parametrize("options", [(), ("--json",)])
    @pytest.mark.parametrize("content", ['{"schema": 1, "stu', '{"schema": 2}'])
    def test_a_damaged_record_is_named(self, tmp_path, content, options):
        (tmp_path / "nbgrader_config.py").touch()
        path = tmp_path / "records" / "vae" / "ala.json"
        path.parent.mkdir(parents=True)
        path.write_text(content)
        done = self.run(tmp_path, "ala", *options)
        assert done.exit_code == 1
        assert "records/vae/ala.json cannot be read" in done.stderr
        assert done.stdout == ""

    def test_an_unknown_student_ends_with_1_and_nothing_for_other_programs(self, whole_class):
        done = self.run(whole_class, "jan_kowalsky", "--json")
        assert done.exit_code == 1
        assert done.stdout == ""
        assert "Did you mean jan_kowalski" in done.stderr
