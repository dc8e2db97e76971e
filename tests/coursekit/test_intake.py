"""Whatever file a student hands in, stock `nbgrader autograde` grades it, says why, and grades the others."""

import hashlib
import json
import os
import shutil
from pathlib import Path

import nbformat
import pytest
from nbconvert import PythonExporter
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from coursekit import intake
from coursekit.intake import UnreadableError, grade_id_of, parse, read_submission
from tests.coursekit.conftest import nbgrader, solution

FULL, BLANK = 4.0, 0.0


def text(nb: NotebookNode) -> str:
    return nbformat.writes(nb, version=4)


def with_cell(nb: NotebookNode, grade_id: str, **changes: object) -> str:
    """JSON of `nb` with raw changes, valid or not, to one of its cells."""
    position = [grade_id_of(cell) for cell in nb.cells].index(grade_id)
    data = json.loads(text(nb))
    data["cells"][position].update(changes)
    return json.dumps(data)


def hand_in(folder: Path, content: str | bytes, name: str = "ps.ipynb") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)


@pytest.fixture
def release(tiny_course) -> Path:
    return tiny_course / "release" / "ps" / "ps.ipynb"


class TestParse:
    """One file at a time."""

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"", "plik jest pusty"),
            (b" \n\n", "plik jest pusty"),
            (b'{"cells": [', "ucięty .błąd JSON w wierszu 1, kolumnie 12"),
            (b"<!DOCTYPE html><html></html>", "błąd JSON"),
            (b'{\n"cells": [\n<<<<<<< HEAD\n1\n=======\n2\n>>>>>>> moje\n]}', "znaczniki konfliktu Gita"),
            (b"\x89PNG\r\n\x1a\n\x00\x00", "błąd JSON"),
            (b"[]", "nie notatnik"),
            (b"{}", "nie zawiera komórek"),
            (b'{"cells": 3}', "nie zawiera komórek"),
            (b'{"nbformat": 3, "worksheets": 5}', "starym formacie 3"),
            (b"[" * 100_000, "notatnik"),
            (b"9" * 5_000, "notatnik"),
            (b"[" * 900 + b"]" * 900, "ponad 100 poziomów zagnieżdżenia"),
            (b'{"metadata": [' + b"[]," * 2_000_000 + b"0]}", "ponad 3000000 wartości"),
            (b'{"metadata": 1.' + b"0" * 2_000 + b"}", "liczby dłuższe niż 1000 cyfr"),
            (json.dumps({"cells": [{}] * 2_001}).encode(), "ponad 2000 komórek"),
            (
                json.dumps({"cells": [{"cell_type": "code", "source": "x" * 600_000}] * 2}).encode(),
                "ponad 1000000 znaków",
            ),
            (json.dumps({"cells": [{"source": "x" * 3_000_000}] * 2}).encode(), "inne ponad 5000000"),
            (b'{"nbformat": 3, "worksheets": [' + b'{"cells": []},' * 100_000 + b"0]}", "ponad 3000000 wartości"),
        ],
    )
    def test_reason_is_told(self, tmp_path, content, reason):
        (tmp_path / "ps.ipynb").write_bytes(content)
        with pytest.raises(UnreadableError, match=reason):
            parse(tmp_path / "ps.ipynb", [])

    def test_folder_in_place_of_the_file(self, tmp_path):
        with pytest.raises(UnreadableError, match="nie jest zwykły plik"):
            parse(tmp_path, [])

    def test_too_large_a_file_is_not_read(self, tmp_path, monkeypatch):
        monkeypatch.setattr(intake, "LIMIT_MB", 1)
        (tmp_path / "ps.ipynb").write_bytes(b" " * (3 * 2**20))
        with pytest.raises(UnreadableError, match="plik ma 3 MB, a dopuszczalne jest 1 MB"):
            parse(tmp_path / "ps.ipynb", [])

    @pytest.mark.parametrize(
        ("encoding", "notes"),
        [
            ("utf-8", 0),
            ("utf-8-sig", 0),
            ("utf-16", 1),
            ("cp1250", 1),
        ],
    )
    def test_encodings(self, tmp_path, solved, encoding, notes):
        solved.cells[0].source = "zażółć gęślą jaźń"
        hand_in(tmp_path, text(solved).replace("\n", "\r\n").encode(encoding))
        said: list[str] = []
        assert parse(tmp_path / "ps.ipynb", said).cells[0].source == "zażółć gęślą jaźń"
        assert len(said) == notes

    def test_result_is_valid_and_writable_whatever_the_cells(self, tmp_path):
        cells = [
            None,
            5,
            "x",
            {},
            {"cell_type": 7, "source": 7},
            {"cell_type": "code"},
            {"cell_type": "heading"},
            {"cell_type": "code", "source": ["a = 1\n", "b"], "outputs": "x", "id": "ab"},
            {"cell_type": "code", "source": "\ud800", "outputs": [{"output_type": "x"}, 3], "id": "ab"},
            {"cell_type": "code", "source": "c", "metadata": {"collapsed": "x"}, "execution_count": "x"},
            {"cell_type": "markdown", "source": "d", "attachments": 5, "id": "not a cell id"},
        ]
        hand_in(tmp_path, json.dumps({"cells": cells, "metadata": [], "nbformat": "x"}))
        nb = parse(tmp_path / "ps.ipynb", [])
        nbformat.validate(nb)
        text(nb).encode()
        assert [cell.source for cell in nb.cells if cell.source] == ["7", "a = 1\nb", "?", "c", "d"]

    def parsed(self, folder: Path, *cells: object) -> tuple[list[NotebookNode], list[str]]:
        notes: list[str] = []
        hand_in(folder, json.dumps({"cells": cells}))
        nb = parse(folder / "ps.ipynb", notes)
        nbformat.validate(nb)
        return nb.cells, notes

    def test_outputs_beyond_all_limits_are_left_out_and_the_rest_is_read(self, tmp_path):
        outputs = ["[" * 900 + "]" * 900, "7," * 4_000_000 + "7", '["outputs": [], "]"]']
        for each in outputs[:2]:
            hand_in(tmp_path, f'{{"cells": [{{"cell_type": "code", "source": "x = 1", "outputs": [{each}]}}]}}')
            notes: list[str] = []
            (cell,) = parse(tmp_path / "ps.ipynb", notes).cells
            assert (cell.source, cell.outputs) == ("x = 1", [])
            assert notes == ["Pominięto wyniki komórek: w pliku jest ich za dużo."]

    def test_outputs_are_left_out_where_they_stand_and_nowhere_else(self):
        cell = {"outputs": [{"a": ["]", "x"]}], "source": '"outputs": [1]', "metadata": {"outputs": [[3]]}}
        content = json.dumps({"outputs": [1], "cells": [cell, {"outputs": []}]}).encode()
        cell["outputs"] = []
        assert json.loads(intake._without_outputs(content)) == {"outputs": [1], "cells": [cell, {"outputs": []}]}

    def test_every_kind_of_output_is_kept(self, tmp_path):
        data = {"text/plain": ["a", "b"], "image/png": "aGE=", "application/json": {"a": 1}}
        outputs = [
            {"output_type": "stream", "name": "stderr", "text": ["a\n", "b"]},
            {"output_type": "display_data", "data": data, "metadata": {"image/png": {"width": 5}}},
            {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": 3},
            {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["t"]},
        ]
        (cell,), notes = self.parsed(tmp_path, {"cell_type": "code", "source": "", "outputs": outputs})
        kept = {"text/plain": "ab", "image/png": "aGE="}
        assert [output.output_type for output in cell.outputs] == [each["output_type"] for each in outputs]
        assert (cell.outputs[0].text, cell.outputs[1].data, cell.outputs[2].data) == ("a\nb", kept, kept)
        assert (cell.outputs[3].ename, cell.outputs[3].evalue) == ("E", "v")
        assert notes == []

    def test_of_very_many_outputs_the_first_are_kept(self, tmp_path):
        output = {"output_type": "stream", "name": "stdout", "text": ["a\n", "b"]}
        code = {"cell_type": "code", "source": "", "outputs": [output] * 600}
        cells, notes = self.parsed(tmp_path, *[code] * 11)
        assert [len(cell.outputs) for cell in cells] == [500] * 4 + [0] * 7
        assert cells[0].outputs[0].text == "a\nb"
        assert "(4600)" in notes[0]

    def test_outputs_of_very_many_characters_are_left_out(self, tmp_path):
        large, small = ({"output_type": "stream", "name": "stdout", "text": "x" * size} for size in (2**26 + 1, 5))
        cells, notes = self.parsed(tmp_path, {"cell_type": "code", "source": "", "outputs": [large, small]})
        assert [len(output.text) for output in cells[0].outputs] == [5]
        assert "(1)" in notes[0]

    @pytest.mark.parametrize(
        "attachment", [5, [], {"image/png": 5}, {"image/png": {"a": 1}}, {"image/png": "<script>"}]
    )
    def test_attachments_that_are_no_pictures_are_left_out(self, tmp_path, attachment):
        pictures = {"a.png": attachment, "b.png": {"image/png": ["aGE=\n", "aGE="]}}
        cells, notes = self.parsed(tmp_path, {"cell_type": "markdown", "source": "x", "attachments": pictures})
        assert cells[0].attachments == {"b.png": {"image/png": "aGE=\naGE="}}
        assert "nie są obrazkami" in notes[0]

    def test_of_metadata_only_plain_marks_are_kept(self, tmp_path):
        marks = {"grade_id": "add", "points": 2, "grade": [True], "solution": {}, "x": 1}
        cells, _ = self.parsed(tmp_path, {"cell_type": "code", "source": "", "metadata": {"nbgrader": marks, "y": 2}})
        assert cells[0].metadata == {"nbgrader": {"grade_id": "add", "points": 2}}


class TestScripts:
    """A script in place of the notebook."""

    def test_too_long_a_script_is_not_read(self, tmp_path):
        hand_in(tmp_path, "x\n" * 3_500_000, "ps.py")
        with pytest.raises(UnreadableError, match="skrypt ma ponad 6000000 znaków"):
            parse(tmp_path / "ps.py", [])

    def test_too_many_cells_are_not_read(self, tmp_path):
        hand_in(tmp_path, "# %%\nx\n" * 2_001, "ps.py")
        with pytest.raises(UnreadableError, match="ponad 2000 komórek"):
            parse(tmp_path / "ps.py", [])

    @pytest.mark.parametrize("head", ["#!/usr/bin/python\n# -*- coding: utf-8 -*-\n", "# coding: utf-8\n"])
    def test_lines_for_the_system_are_no_text(self, tmp_path, head):
        assert self.cells(tmp_path, f"{head}# Tekst\nx = 1") == [("code", "# Tekst\nx = 1")]

    def cells(self, folder: Path, script: str) -> list[tuple[str, str]]:
        hand_in(folder, script, "ps.py")
        return [(cell.cell_type, cell.source) for cell in parse(folder / "ps.py", []).cells]

    def test_export_gives_all_cells_back(self, tmp_path, solved):
        script, _ = PythonExporter().from_notebook_node(solved)
        parsed = self.cells(tmp_path, script)
        assert parsed == [(cell.cell_type, cell.source) for cell in solved.cells]

    def test_percent_format(self, tmp_path):
        script = "# %% [markdown]\n# Tekst,\n# dalej\n\n# %% tytuł\na = 1\n\n\n# komentarz\nb = 2\n\n#%%\r\nc = 3"
        assert self.cells(tmp_path, script) == [
            ("markdown", "Tekst,\ndalej"),
            ("code", "a = 1\n\n\n# komentarz\nb = 2"),
            ("code", "c = 3"),
        ]

    def test_without_marks_it_is_one_cell(self, tmp_path):
        assert self.cells(tmp_path, "a = 1\n\nb = 2\n") == [("code", "a = 1\n\nb = 2")]


class TestReadSubmission:
    """One folder at a time."""

    def test_sound_notebook(self, tmp_path, solved, release):
        hand_in(tmp_path, text(solved))
        nb, found = read_submission(tmp_path / "ps.ipynb", release)
        assert text(nb) == text(parse(tmp_path / "ps.ipynb", []))
        assert found == intake.Intake("ok", [])

    def test_of_several_other_names_the_likest_is_taken(self, tmp_path, solved, release):
        hand_in(tmp_path, "{", "a.ipynb")
        hand_in(tmp_path, text(solved), "PS kopia.ipynb")
        hand_in(tmp_path, text(nbformat.v4.new_notebook()), "z.ipynb")
        nb, found = read_submission(tmp_path / "ps.ipynb", release)
        assert len(nb.cells) == len(solved.cells)
        assert found.status == "renamed"
        assert "`PS kopia.ipynb` – z kilku" in found.notes[0]

    @pytest.mark.parametrize("name", ["Ps.IPYNB", "ps.ipynb.txt", "Zadanie/ps.ipynb", "a/b/c/ps (1).ipynb"])
    def test_other_names_and_folders(self, tmp_path, solved, release, name):
        path = tmp_path / name
        hand_in(path.parent, text(solved), path.name)
        nb, found = read_submission(tmp_path / "ps.ipynb", release)
        assert len(nb.cells) == len(solved.cells)
        assert found.status == "renamed"
        assert found.notes == [f"W oddanym folderze nie było pliku `ps.ipynb`; oceniono plik `{name}`."]

    @pytest.mark.parametrize(
        "name",
        [
            ".ipynb_checkpoints/ps-checkpoint.ipynb",
            "__MACOSX/._ps.ipynb",
            "a/b/c/d/ps.ipynb",
            "notes.txt",
        ],
    )
    def test_what_is_not_looked_at(self, tmp_path, solved, release, name):
        path = tmp_path / name
        hand_in(path.parent, text(solved), path.name)
        _, found = read_submission(tmp_path / "ps.ipynb", release)
        assert found.status == "unreadable"
        assert "nie ma pliku `ps.ipynb` ani innego notatnika" in found.notes[0]

    def test_files_beyond_the_limit_in_all_are_not_read(self, tmp_path, solved, release, monkeypatch):
        monkeypatch.setattr(intake, "LIMIT_MB", 1)
        hand_in(tmp_path, text(solved))
        for name in ("a.ipynb", "b.ipynb"):
            hand_in(tmp_path, b" " * 600_000, name)
        _, found = read_submission(tmp_path / "ps.ipynb", release)
        assert found.notes == ["Oceniono plik `ps.ipynb`; innych notatników nie oceniano: `a.ipynb`."]

    def test_links_are_not_followed(self, tmp_path, solved, release):
        hand_in(tmp_path / "elsewhere" / "a" / "b", text(solved))
        folder = tmp_path / "submission"
        folder.mkdir()
        (folder / "link").symlink_to(tmp_path / "elsewhere")
        (folder / "link.ipynb").symlink_to(tmp_path / "elsewhere" / "a" / "b" / "ps.ipynb")
        assert "ani innego notatnika" in read_submission(folder / "ps.ipynb", release)[1].notes[0]

    @pytest.mark.parametrize("asked_for", ["stub", "unreadable"])
    def test_solution_beside_the_notebook_that_was_asked_for(self, tmp_path, solved, released, release, asked_for):
        hand_in(tmp_path, text(released) if asked_for == "stub" else "{")
        hand_in(tmp_path, text(solved), "copy.ipynb")
        nb, found = read_submission(tmp_path / "ps.ipynb", release)
        assert "return a + base" in text(nb)
        assert found.status == "renamed"
        assert found.notes[0].startswith("W pliku `ps.ipynb` nie ma rozwiązania, które da się odczytać; oceniono")

    def test_filled_notebook_that_was_asked_for_is_taken_and_the_others_named(self, tmp_path, solved, release):
        hand_in(tmp_path, text(solved), "a`b.ipynb")
        solved.cells = solved.cells[:4]
        hand_in(tmp_path, text(solved))
        nb, found = read_submission(tmp_path / "ps.ipynb", release)
        assert len(nb.cells) == 4
        assert found == intake.Intake("ok", ["Oceniono plik `ps.ipynb`; innych notatników nie oceniano: `a'b.ipynb`."])

    def test_notebook_goes_before_script(self, tmp_path, solved, release):
        hand_in(tmp_path, "a = 1", "helper.py")
        hand_in(tmp_path, text(solved), "other.ipynb")
        nb, _ = read_submission(tmp_path / "ps.ipynb", release)
        assert len(nb.cells) == len(solved.cells)

    def test_given_modules_missing_or_changed_are_told(self, tmp_path, solved, released):
        release, folder = tmp_path / "release" / "ps.ipynb", tmp_path / "submission"
        hand_in(release.parent, text(released))
        hand_in(folder, text(solved))
        for name in ("a.py", "b.py"):
            hand_in(release.parent / "src", "x = 1\ny = 2\n", name)
        told = "brakowało plików zadania; przy ocenianiu użyto wydanych: "
        assert f"{told}`src`." in read_submission(folder / "ps.ipynb", release)[1].notes[0]
        hand_in(folder / "src", "x = 1\r\ny = 2\r\n", "a.py")
        assert f"{told}`src/b.py`." in read_submission(folder / "ps.ipynb", release)[1].notes[0]
        hand_in(folder / "src", "x = 9", "b.py")
        assert "`src/b.py`" in read_submission(folder / "ps.ipynb", release)[1].notes[0]
        hand_in(folder / "src", "x = 1\ny = 2\n", "b.py")
        assert read_submission(folder / "ps.ipynb", release)[1].notes == []

    def test_unreadable_notebook_becomes_the_blank_one(self, tmp_path, release):
        hand_in(tmp_path, "{", "other.ipynb")
        nb, found = read_submission(tmp_path / "ps.ipynb", release)
        assert nb == nbformat.read(release, as_version=4)
        assert found.status == "unreadable"
        assert "`other.ipynb`" in found.notes[0]
        assert "oddaj go jeszcze raz" in found.notes[1]


def malformed(released: NotebookNode) -> dict[str, tuple[str | bytes, float, str]]:
    """By student: the file handed in, the points it must get, and a part of the note on it."""
    solved = solution(released)
    sound = text(solved)
    twice = solution(released)
    twice.cells.insert(5, nbformat.from_dict({**released.cells[3], "id": "copy"}))
    without_given = solution(released)
    without_given.cells = [cell for cell in without_given.cells if grade_id_of(cell) not in ("given", "test_add")]
    old = nbformat.writes(nbformat.convert(solution(released), 3), version=3)
    return {
        "empty": (b"", BLANK, "plik jest pusty"),
        "truncated": (sound[: len(sound) // 2], BLANK, "ucięty"),
        "html": ("<html>Sesja wygasła</html>", BLANK, "błąd JSON"),
        "list": ("[]", BLANK, "nie notatnik"),
        "no_cells": ('{"cells": [], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}', BLANK, "Brakowało"),
        "stub": (text(released), BLANK, ""),
        "bom": (sound.replace("\n", "\r\n").encode("utf-8-sig"), FULL, ""),
        "windows": (sound.replace("Bo dod", "Ponieważ dod").encode("cp1250"), FULL, "kodowaniu UTF-8"),
        "nbformat3": (old, FULL, "starym formacie 3"),
        "duplicate": (text(twice), FULL, "powielone; oceniono po jednej, ostatniej zmienionej kopii: `add`"),
        "without_given": (text(without_given), FULL, "wstawiono je z powrotem: `given`, `test_add`"),
        "schema": (sound.replace('"schema_version": 3', '"schema_version": 99'), FULL, ""),
        "old_schema": (sound.replace('"schema_version": 3', '"schema_version": 1'), FULL, ""),
        "points": (sound.replace('"points": 2.0', '"points": "many"'), FULL, "Przywrócono oznaczenia"),
        "type": (with_cell(solved, "add", cell_type="raw"), FULL, "Przywrócono typ komórek: `add`"),
        "surrogate": (with_cell(solved, "answer", source="\ud83d bez pary"), FULL, ""),
        "outputs": (with_cell(solved, "add", outputs=[{"output_type": "stream"}, 5]), FULL, ""),
        "no_source": (with_cell(solved, "multiply", source=None), FULL / 2, ""),
        "syntax_error": (with_cell(solved, "multiply", source="def multiply(:"), FULL / 2, ""),
        "kernel": (sound.replace('"python3"', '"ir"'), FULL, ""),
        "zz_sound": (sound, FULL, ""),
    }


@pytest.fixture(scope="module")
def batch(tiny_course, tmp_path_factory):
    """The course after stock `nbgrader autograde ps` over one class of malformed submissions."""
    course = tmp_path_factory.mktemp("malformed") / "a course"
    shutil.copytree(tiny_course, course)
    released = nbformat.read(course / "release" / "ps" / "ps.ipynb", as_version=4)
    submitted = course / "submitted"
    for student, (content, _, _) in malformed(released).items():
        hand_in(submitted / student / "ps", content)
    sound = text(solution(released))
    hand_in(submitted / "renamed" / "ps", sound, "PS – Kopia (1).ipynb")
    hand_in(submitted / "in_a_folder" / "ps" / "ps.ipynb", sound, "inner.ipynb")
    (submitted / "nothing" / "ps").mkdir(parents=True)
    script, _ = PythonExporter().from_notebook_node(solution(released))
    hand_in(submitted / "script" / "ps", script, "ps.py")
    before = fingerprint(submitted)
    done = nbgrader(course, "autograde", "ps")
    assert done.returncode == 0, done.stderr
    assert fingerprint(submitted) == before, "submitted/ was written"
    return course


def fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        digest.update(str(path).encode() + (path.read_bytes() if path.is_file() else b""))
    return digest.hexdigest()


def scores(course: Path) -> dict[str, float]:
    """Automatic points by student."""
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        return {each.student.id: each.score for each in gradebook.assignment_submissions("ps")}


def autograded(course: Path, student: str) -> NotebookNode:
    return nbformat.read(course / "autograded" / student / "ps" / "ps.ipynb", as_version=4)


@pytest.mark.slow
class TestBatch:
    """One class of malformed submissions, through the stock command."""

    def test_everybody_gets_the_points_that_are_due(self, batch, released):
        expected = {student: points for student, (_, points, _) in malformed(released).items()}
        assert scores(batch) == expected | {"renamed": FULL, "in_a_folder": FULL, "nothing": BLANK, "script": FULL}

    def test_note_on_top_says_what_was_wrong(self, batch, released):
        for student, (_, _, note) in malformed(released).items():
            assert note in autograded(batch, student).cells[0].source, student
        assert "`PS – Kopia (1).ipynb`" in autograded(batch, "renamed").cells[0].source
        assert "`ps.ipynb/inner.ipynb`" in autograded(batch, "in_a_folder").cells[0].source
        assert "ani innego notatnika" in autograded(batch, "nothing").cells[0].source
        assert "To skrypt, a nie notatnik" in autograded(batch, "script").cells[0].source
        assert autograded(batch, "zz_sound").cells[0].source == "# Zadanie"

    def test_findings_are_in_the_metadata(self, batch):
        kit = autograded(batch, "duplicate").metadata.coursekit
        assert kit.intake == {"status": "ok", "notes": []}
        assert len(kit.repairs) == 1
        assert autograded(batch, "renamed").metadata.coursekit.intake.status == "renamed"
        assert autograded(batch, "truncated").metadata.coursekit.intake.status == "unreadable"

    def test_everybody_gets_a_feedback_page(self, batch, released):
        done = nbgrader(batch, "generate_feedback", "ps")
        assert done.returncode == 0, done.stderr
        pages = {path.parent.parent.name for path in (batch / "feedback").glob("*/ps/ps.html")}
        assert pages == set(os.listdir(batch / "submitted"))

    def test_grading_again_gives_the_same(self, batch):
        before = scores(batch)
        done = nbgrader(batch, "autograde", "ps", "--force")
        assert done.returncode == 0, done.stderr
        assert scores(batch) == before
