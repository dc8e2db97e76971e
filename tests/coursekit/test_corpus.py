"""The corpus is well formed, and a sample becomes a submission that nbgrader would take."""

from pathlib import Path

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator

from coursekit.corpus import CORPUS, CorpusError, Sample, build_submission, load, load_all, solution_cells
from coursekit.flags import KINDS
from grader_tests.session import cells as grade_cells
from grader_tests.session import list_checks

ROOT = CORPUS.parent
SOURCE, RELEASE = ROOT / "source" / "vae" / "vae.ipynb", ROOT / "release" / "vae" / "vae.ipynb"
CODE_IDS = ["vae_encoder", "vae_decoder", "vae_model", "classification", "beta_vae"]
ANSWER_IDS = ["answer_1b", "answer_2", "answer_3"]
RUNTIME_FLAGS = {
    "kernel ended",
    "time limit",
    "output limit",
    "memory limit",
    "file limit",
    "process limit",
    "cpu limit",
    "forged reply",
    "left processes",
    "patched",
}
HEADER = """\
# ---
# jupyter:
#   corpus:
#     title: a test
#     points: {1a: 1.5, 2: 0, 3: 1}
#     fails: [1a.loc_range]
# ---
"""


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    return load_all()


@pytest.fixture
def write(tmp_path):
    """Writes the text of a sample, a chaff if nothing else is said, and returns its path."""

    def write(text: str, folder: str = "chaffs") -> Path:
        path = tmp_path / folder / "one.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    return write


def test_every_sample_names_only_checks_and_solution_cells_that_exist():
    known = {check.kwargs["id"] for cell in grade_cells() for check in list_checks(cell)}
    for sample in load_all(known_checks=known):
        cells = solution_cells(sample, SOURCE, RELEASE)
        assert [name for name in cells if name not in ANSWER_IDS] == CODE_IDS, sample.name
        assert [name for name in cells if name in ANSWER_IDS] == ANSWER_IDS, sample.name


def test_every_cell_of_every_sample_is_python(samples):
    for sample in samples:
        for grade_id, source in sample.cells.items():
            if not grade_id.startswith("answer_"):
                compile(source, f"{sample.name}: {grade_id}", "exec")


def test_wheats_fail_nothing_and_get_full_marks(samples):
    wheats = [sample for sample in samples if sample.kind == "wheat"]
    assert len(wheats) >= 20
    for sample in wheats:
        assert sample.fails == (), sample.name
        assert sample.points == {"1a": 1.5, "2": 1.5, "3": 1.5}, sample.name


def test_chaffs_fail_something_and_say_why(samples):
    chaffs = [sample for sample in samples if sample.kind == "chaff"]
    assert len(chaffs) >= 55
    for sample in chaffs:
        assert sample.fails, sample.name
        assert set(sample.points) == {"1a", "2", "3"}, sample.name
        header = (CORPUS / "chaffs" / f"{sample.name}.py").read_text().split("# ---")[1]
        assert "\n#     # Wrong because " in header, sample.name


def test_attacks_say_what_they_attempt_and_what_must_be_flagged():
    attacks = load_all("attack")
    assert len(attacks) >= 40
    for attack in attacks:
        assert attack.attempts, attack.name
        assert set(attack.points) == {"1a", "2", "3"}, attack.name
        assert set(attack.flags) <= set(KINDS) | RUNTIME_FLAGS, attack.name
        assert attack.cells or attack.own_cells or attack.build, attack.name


def test_attacks_are_no_solutions(samples):
    assert {sample.kind for sample in samples} == {"wheat", "chaff"}


def test_no_two_samples_are_the_same(samples):
    seen: dict[tuple, str] = {}
    for sample in samples:
        content = (sample.reference, *sorted(sample.cells.items()))
        assert content not in seen, f"{sample.name} equals {seen.get(content)}"
        seen[content] = sample.name


def test_load_reads_header_and_cells(write):
    code = '\n# %% grade_id="vae_encoder"\nx = 1\n\n\ny = 2\n'
    answer = '\n# %% [markdown] grade_id="answer_2"\n# Zażółć\n'
    assert load(write(HEADER + code + answer)) == Sample(
        name="one",
        kind="chaff",
        title="a test",
        points={"1a": 1.5, "2": 0.0, "3": 1.0},
        fails=("1a.loc_range",),
        cells={"vae_encoder": "x = 1\n\n\ny = 2", "answer_2": "Zażółć"},
        reference=True,
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param('# %% grade_id="vae_encoder"\nx = 1\n', "no header", id="no header"),
        pytest.param(HEADER.replace("fails", "fail"), "no `fails`", id="no fails"),
        pytest.param(HEADER.replace("{1a: 1.5, 2: 0, 3: 1}", "1.5"), "no `points`", id="points of another type"),
        pytest.param(HEADER + "\n# %%\nx = 1\n", "without an id", id="cell without id"),
        pytest.param(HEADER + 2 * '\n# %% grade_id="vae_encoder"\nx = 1\n', "two cells", id="cell twice"),
    ],
)
def test_load_refuses_a_malformed_file(write, text, message):
    path = write(text)
    with pytest.raises(CorpusError, match=message) as raised:
        load(path)
    assert str(path) in str(raised.value)


def test_load_refuses_a_check_that_does_not_exist(write):
    with pytest.raises(CorpusError, match=r"do not exist: 1a\.loc_range"):
        load(write(HEADER), known_checks={"1a.scale_range"})


def test_load_refuses_another_folder(tmp_path):
    with pytest.raises(CorpusError, match="wheats or chaffs or attacks"):
        load(tmp_path / "one.py")


def test_solution_cells_refuses_an_unknown_id(write):
    sample = load(write(HEADER + '\n# %% grade_id="vae_encodr"\nx = 1\n'))
    with pytest.raises(CorpusError, match="has the id vae_encodr; there are vae_encoder"):
        solution_cells(sample, SOURCE, RELEASE)


def test_solution_cells_come_from_the_sample_or_else_the_reference(samples):
    sample = next(sample for sample in samples if sample.name == "scale_softplus")
    cells = solution_cells(sample, SOURCE, RELEASE)
    assert "softplus" in cells["vae_encoder"]
    assert "torch.sigmoid" in cells["vae_decoder"]
    assert "SOLUTION" not in "".join(cells.values())


def test_blank_stub_leaves_the_released_cells(samples):
    blank = next(sample for sample in samples if sample.name == "blank_stub")
    cells = solution_cells(blank, SOURCE, RELEASE)
    assert all("TU WPISZ" in source for source in cells.values())


def test_submission_is_the_released_notebook_with_its_solution_cells_filled(tmp_path, samples):
    sample = next(sample for sample in samples if sample.name == "whole_in_polish")
    folder = tmp_path / "submitted" / "zażółć gęślą" / "vae"
    path = build_submission(sample, RELEASE, SOURCE, folder)

    assert path == folder / "vae.ipynb"
    submitted, released = (nbformat.read(one, as_version=4) for one in (path, RELEASE))
    nbformat.validate(submitted)
    code = "".join(cell.source for cell in submitted.cells if cell.cell_type == "code")
    assert "TU WPISZ KOD" not in code
    assert "SOLUTION" not in code
    assert submitted.metadata == released.metadata
    assert [cell.id for cell in submitted.cells] == [cell.id for cell in released.cells]
    for cell, original in zip(submitted.cells, released.cells, strict=True):
        assert cell.metadata == original.metadata
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if cell.id == "header-name":
            assert cell.source == 'NAME = "Jan Kowalski"'
        elif grade_id not in CODE_IDS + ANSWER_IDS:
            assert cell.source == original.source
        elif grade_id in sample.cells:
            assert cell.source == sample.cells[grade_id]
        MetadataValidator().validate_cell(cell)


def test_submission_has_the_released_src_and_can_be_built_again(tmp_path, samples):
    for _ in range(2):
        build_submission(samples[0], RELEASE, SOURCE, tmp_path)
    names = {path.name for path in (tmp_path / "src").iterdir()}
    assert names == {path.name for path in (RELEASE.parent / "src").iterdir()} - {"__pycache__"}
    assert not any(path.is_symlink() for path in (tmp_path / "src").iterdir())


ATTACK = """\
# ---
# jupyter:
#   corpus:
#     title: a test
#     attempts: to be loaded
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [files]
#     reference: false
# ---

# %% after="imports"
first = 1

# %% build="submission"
(folder / "pipe").write_text(notebook.cells[0].id)
notebook.cells[0].source = "changed"

# %% after="imports"
second = 2

# %% grade_id="vae_encoder"
encoder = 3
"""


def test_attack_has_cells_of_its_own_and_changes_its_submission(write, tmp_path):
    attack = load(write(ATTACK, "attacks"))
    assert (attack.kind, attack.attempts, attack.flags) == ("attack", "to be loaded", ("files",))
    assert not attack.reference
    assert attack.cells == {"vae_encoder": "encoder = 3"}
    assert attack.own_cells == (("imports", "first = 1"), ("imports", "second = 2"))

    notebook = nbformat.read(build_submission(attack, RELEASE, SOURCE, tmp_path / "vae"), as_version=4)
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]
    after = ids.index("imports") + 1
    assert [cell.source for cell in notebook.cells[after : after + 2]] == ["first = 1", "second = 2"]
    assert ids[after : after + 2] == [None, None]
    assert notebook.cells[ids.index("vae_encoder")].source == "encoder = 3"
    assert notebook.cells[0].source == "changed"
    assert (tmp_path / "vae" / "pipe").read_text() == notebook.cells[0].id


def test_attack_may_hand_in_a_link_in_the_place_of_its_notebook(write, tmp_path):
    link = '# %% build="submission"\n(folder / "vae.ipynb").symlink_to("elsewhere")\n'
    attack = load(write(ATTACK.split("# %%")[0] + link, "attacks"))
    assert build_submission(attack, RELEASE, SOURCE, tmp_path / "vae").is_symlink()
    assert not (tmp_path / "vae" / "elsewhere").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(ATTACK.replace("attempts", "tries"), "no `attempts`", id="no attempts"),
        pytest.param(ATTACK.replace("#     flags: [files]\n", ""), "no `flags`", id="no flags"),
        pytest.param(ATTACK + "\n# %%\nx = 1\n", "without an id", id="cell without a place"),
    ],
)
def test_load_refuses_a_malformed_attack(write, text, message):
    with pytest.raises(CorpusError, match=message):
        load(write(text, "attacks"))


def test_only_attacks_have_cells_of_their_own(write):
    with pytest.raises(CorpusError, match="without an id"):
        load(write(HEADER + '\n# %% after="imports"\nx = 1\n'))


def test_own_cell_after_no_cell_is_refused(write, tmp_path):
    attack = load(write(ATTACK.replace("imports", "import"), "attacks"))
    with pytest.raises(CorpusError, match="no cell of the notebook has the id import"):
        build_submission(attack, RELEASE, SOURCE, tmp_path)
