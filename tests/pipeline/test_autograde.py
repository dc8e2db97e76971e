"""nbgrader's stock commands on real submissions: points, feedback, regrading, and cells that do harm."""

import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import nbformat
import pytest
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook

from coursekit import corpus, demo, problems, records
from coursekit.data import ROOT

pytestmark = pytest.mark.slow

TIMEOUT = 15
HARMFUL = {
    "exits": "import os\nos._exit(0)",
    "exits_afterwards": """
class Last:
    def __del__(self):
        import os
        os._exit(1)

def fail():
    last = Last()  # lives as long as the traceback, which the grader forgets when the cell has ended
    raise ValueError

fail()
""",
    "floods": "for _ in range(10**6): print('x' * 1000)",
}
"""Cells that students added after the networks of task 1a; all the rest of their work is right."""


COLLECTION = "import gc; print('collects:', gc.isenabled(), 'frozen:', gc.get_freeze_count() > 100_000)"
LAZY = """
import sys
print("torch._dynamo" in sys.modules)
import torchvision
print(torchvision.ops.nms(torch.zeros(1, 4), torch.ones(1), 0.5).tolist(), torchvision.models.resnet18.__name__)
"""
KILLS_WHEN_ASKED = """
class VDecoder(VDecoder):
    def forward(self, z):
        if z.shape[-1] == 3:  # not a size of the notebook's: only a check asks
            import os
            os._exit(1)
        return super().forward(z)
"""


def points(course: Path) -> dict[str, dict[str, float | None]]:
    """Autograded points by student and grade cell."""
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        return {
            submission.student.id: {g.name: g.auto_score for n in submission.notebooks for g in n.grades}
            for submission in gradebook.assignment_submissions("vae")
        }


def add_cell(notebook: Path, after: str, source: str) -> None:
    nb = nbformat.read(notebook, as_version=4)
    position = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in nb.cells].index(after)
    nb.cells.insert(position + 1, new_code_cell(source))
    nbformat.write(nb, notebook)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A graded class with feedback, in a folder with a space in its name."""
    course = tmp_path_factory.mktemp("a course")
    demo.make_course(course)
    with (course / "nbgrader_config.py").open("a") as config:
        config.write(f"\nc.GradeExecute.timeout = {TIMEOUT}\n")
    samples = {sample.name: sample for sample in corpus.load_all()}
    for name in ("scale_exp", "beta_guide_only", "blank_stub"):
        demo.hand_in(course, name, samples[name])
    add_cell(course / "submitted" / "scale_exp" / "vae" / "vae.ipynb", "vae_model", COLLECTION)
    add_cell(course / "submitted" / "scale_exp" / "vae" / "vae.ipynb", "beta_vae", LAZY)
    for student, source in HARMFUL.items():
        add_cell(demo.hand_in(course, student, samples["scale_exp"]), "vae_model", source)
    add_cell(demo.hand_in(course, "kills_when_asked", samples["scale_exp"]), "vae_decoder", KILLS_WHEN_ASKED)
    often = demo.hand_in(course, "exits_often", samples["scale_exp"])
    for grade_id in ("vae_encoder", "vae_decoder", "vae_model", "beta_vae"):
        add_cell(often, grade_id, HARMFUL["exits"])
    demo.nbgrader(course, "autograde")
    demo.nbgrader(course, "generate_feedback")
    return course


FULL = {"test_1a": 1.2, "test_1a_training": 0.3, "test_2": 1.5, "test_3": 1.2, "test_3_training": 0.3}


def automatic(scores: dict[str, float | None]) -> dict[str, float | None]:
    return {name: score for name, score in scores.items() if name.startswith("test_")}


def test_right_work_earns_all_points(course):
    assert automatic(points(course)["scale_exp"]) == FULL


def test_written_parts_wait_for_a_person(course):
    assert points(course)["blank_stub"] == dict.fromkeys(points(course)["blank_stub"], 0)


def test_guide_only_beta_loses_points_with_a_message_that_says_so(course):
    assert points(course)["beta_guide_only"]["test_3"] == pytest.approx(0.65)
    page = (course / "feedback" / "beta_guide_only" / "vae" / "vae.html").read_text()
    assert "Skalujesz tylko guide" in page


@pytest.mark.parametrize("student", HARMFUL)
def test_a_harmful_cell_costs_nothing_but_itself(course, student):
    assert automatic(points(course)[student]) == FULL


def test_a_kernel_that_dies_of_a_question_loses_the_checks_of_that_cell_alone(course):
    scores = automatic(points(course)["kills_when_asked"])
    assert 0 < scores.pop("test_1a") < FULL["test_1a"]
    assert scores == {name: FULL[name] for name in scores}


def test_garbage_is_collected_again_after_the_imports_and_not_looked_for_in_libraries(course):
    nb = nbformat.read(course / "autograded" / "scale_exp" / "vae" / "vae.ipynb", as_version=4)
    assert [c.outputs[0].text for c in nb.cells if c.source == COLLECTION] == ["collects: True frozen: True\n"]


def test_the_compiler_of_torch_is_loaded_only_where_a_student_needs_it(course):
    """The training and the checks of the tasks before did not; operators of torchvision do."""
    nb = nbformat.read(course / "autograded" / "scale_exp" / "vae" / "vae.ipynb", as_version=4)
    (cell,) = [cell for cell in nb.cells if cell.source == LAZY]
    assert "".join(output.text for output in cell.outputs) == "False\n[0] resnet18\n"


def test_what_cannot_be_executed_earns_nothing(course):
    assert automatic(points(course)["exits_often"]) == dict.fromkeys(FULL, 0)


def test_the_student_is_told_which_cell_did_harm(course):
    nb = nbformat.read(course / "autograded" / "exits" / "vae" / "vae.ipynb", as_version=4)
    errors = [
        (c.source, o.evalue) for c in nb.cells if c.cell_type == "code" for o in c.outputs if o.output_type == "error"
    ]
    assert errors == [(HARMFUL["exits"], "Ta komórka zakończyła działanie notatnika (na przykład zabrakło pamięci).")]


def test_a_flood_of_output_is_cut(course):
    assert (course / "autograded" / "floods" / "vae" / "vae.ipynb").stat().st_size < 10_000_000


def test_feedback_shows_no_mark_scheme_and_no_hidden_test(course):
    for page in (course / "feedback").glob("*/vae/vae.html"):
        text = page.read_text()
        assert "MARK SCHEME" not in text, page
        assert "grader_tests" not in text, page


def test_regrading_one_student_alone_gives_the_same_points(course):
    before = points(course)
    demo.nbgrader(course, "autograde", "--student=beta_guide_only", "--force")
    assert points(course) == before


def test_every_record_is_as_its_schema_says(course):
    schema = json.loads((ROOT / "docs" / "record.schema.json").read_text())
    students = [path.name for path in (course / "submitted").iterdir()]
    for student in students:
        record = records.load(course, "vae", student)
        jsonschema.validate(record, schema)
        assert record["sandbox"]["enabled"]
    assert len(students) > 5


def test_the_record_in_the_documentation_is_one():
    schema, record = (
        json.loads((ROOT / "docs" / name).read_text()) for name in ("record.schema.json", "attacked-record.json")
    )
    jsonschema.validate(record, schema)
    assert {flag["kind"] for flag in record["flags"]} >= {"ipython", "patched"}


def test_grading_without_the_sandbox_is_told_everywhere(course):
    before = points(course)
    demo.nbgrader(course, "autograde", "--student=beta_guide_only", "--force", "--GradeExecute.sandbox=False")
    assert points(course) == before
    assert records.load(course, "vae", "beta_guide_only")["sandbox"] == {"enabled": False}
    nb = nbformat.read(course / "autograded" / "beta_guide_only" / "vae" / "vae.ipynb", as_version=4)
    assert nb.metadata["coursekit"]["sandbox"] == {"enabled": False}
    assert "SANDBOX OFF" in (course / "autograde.log").read_text()
    assert ("beta_guide_only", problems.NO_SANDBOX) in {(p.student, p.state) for p in problems.of_class(course, "vae")}


def test_nothing_is_left_behind(course):
    assert not list((course / "autograded").glob("*/vae/data"))
    assert (course / ".course_secret").stat().st_mode & 0o077 == 0
