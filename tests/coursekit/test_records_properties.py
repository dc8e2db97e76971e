"""Whatever a record holds, no reader fails at it, and the others of the class are read as before."""

import copy
import io
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit import corpus, problems, record_page, records, report
from coursekit.problems import NOT_GRADED
from coursekit.terminal import SafeConsole
from tests.coursekit.conftest import whole_record

WHOLE = whole_record(assignment="vae")
NUMBERS = st.integers() | st.floats() | st.sampled_from([10**400, -1, 0, True, 1e300])
TEXTS = st.text(max_size=5) | st.sampled_from(["1/0", "1e999999999", "nan", "graded", "-0.5", "1_0", "٣"])
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda each: st.lists(each, max_size=2) | st.dictionaries(TEXTS, each, max_size=2),
    max_leaves=4,
)


@st.composite
def changed(draw: st.DrawFn) -> dict[str, Any]:
    """A record in which one to three places are left out, added or something else."""
    record = copy.deepcopy(WHOLE)
    for _ in range(draw(st.integers(1, 3))):
        place: Any = record
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if isinstance(place[key], dict | list) and draw(st.integers(0, 3)):
                place = place[key]
                continue
            if draw(st.booleans()):
                place[key] = draw(VALUES)
            else:
                del place[key]
            break
    return record


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """A class of two: the record of `ala` is whole."""
    folder = tmp_path_factory.mktemp("course")
    for student in ("ala", "ola"):
        (folder / "submitted" / student / "vae").mkdir(parents=True)
    records.write(records.path(folder, "vae", "ala"), WHOLE | {"student": "ala"})
    return folder


@pytest.fixture(scope="module")
def chaffs() -> list[corpus.Sample]:
    return corpus.load_all("chaff")


def read_by_all(course: Path, chaffs: list[corpus.Sample]) -> None:
    """Read the class by every reader of records."""
    found = {each.student: each for each in problems.of_class(course, "vae")}
    assert found["ala"].state == problems.FLAGGED
    console = SafeConsole(file=io.StringIO())
    console.print(problems.table(list(found.values()), "vae"))
    sound, damaged = report._records(course, "vae")
    assert "ala" in {record["student"] for record in sound}
    assert len(sound) + len(damaged) == 2
    assert (found.get("ola") and found["ola"].state == NOT_GRADED) == bool(damaged) or not damaged
    report.checks(sound)
    report.mistakes(sound, chaffs)
    report.seconds(sound)
    for record in sound:
        console.print(record_page.page(record))


@settings(max_examples=120, deadline=None, derandomize=True, database=None)
@given(record=changed())
def test_any_change_of_a_record(course, chaffs, record):
    records.path(course, "vae", "ola").write_text(json.dumps(record))
    read_by_all(course, chaffs)


@settings(max_examples=80, deadline=None, derandomize=True, database=None)
@given(st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 255)), min_size=1, max_size=5), st.integers(0, 40))
def test_any_damage_of_a_file(course, chaffs, changes, cut):
    content = bytearray(json.dumps(WHOLE, ensure_ascii=False).encode())
    for place, byte in changes:
        content[place % len(content)] = byte
    records.path(course, "vae", "ola").write_bytes(content[: len(content) - cut] if cut < 20 else content)
    read_by_all(course, chaffs)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "Expecting value"),
        (b"\xff", "invalid start byte"),
        (b"[" * 1_000_000, "recursion"),
        (b'{"schema": 1, "seconds": NaN}', "NaN is no number"),
        (b'{"schema": 1, "seconds": ' + b"1" * 5_000 + b"}", "4300 digits"),
        (b"[1]", "no record of schema 1"),
        (b'{"schema": 2}', "no record of schema 1"),
        (b" " * (records.LARGEST + 1), "larger than 20 MB"),
    ],
)
def test_file_that_is_no_record_is_named(course, chaffs, content, why):
    records.path(course, "vae", "ola").write_bytes(content)
    with pytest.raises(records.RecordError, match=rf"^records/vae/ola\.json cannot be read \(.*{why}"):
        records.load(course, "vae", "ola")
    read_by_all(course, chaffs)


def test_folder_in_place_of_the_file_is_named(course, tmp_path):
    records.path(tmp_path, "vae", "ola").mkdir(parents=True)
    with pytest.raises(records.RecordError, match="Is a directory"):
        records.load(tmp_path, "vae", "ola")


def without(*path: Any) -> dict[str, Any]:
    record: Any = copy.deepcopy(WHOLE)
    place = record
    for key in path[:-1]:
        place = place[key]
    del place[path[-1]]
    return record


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (without("reports"), "it lacks reports"),
        (without("status"), "it lacks status"),
        (without("reports", 0, "checks", 1, "points"), r"reports\.0\.checks\.1 lacks points"),
        (without("sandbox", "limits", "cpu"), r"sandbox\.limits lacks cpu"),
        (WHOLE | {"points": []}, "points must be object"),
        (WHOLE | {"seconds": 1e300}, "seconds must be smaller"),
        ({"schema": 1, "intake": WHOLE["intake"]}, "it lacks assignment, student, status, repairs"),
    ],
)
def test_what_is_missing_or_wrong_is_named_with_what_to_do(course, chaffs, record, why):
    records.path(course, "vae", "ola").write_text(json.dumps(record))
    with pytest.raises(records.RecordError, match=why) as caught:
        records.load(course, "vae", "ola")
    assert "`python -m coursekit grade vae --force --student ola`" in str(caught.value)
    read_by_all(course, chaffs)


def test_points_are_what_they_were():
    """The bound on what stands for points lets those of every check through."""
    for each in WHOLE["reports"]:
        for check in each["checks"]:
            assert Fraction(check["maximum"]) > 0


def test_a_kernel_that_was_never_started_is_a_whole_record(course):
    records.write(records.path(course, "vae", "ola"), WHOLE | {"sandbox": {"enabled": True}, "status": "broken"})
    record = records.load(course, "vae", "ola")
    console = SafeConsole(file=io.StringIO(), width=200)
    console.print(record_page.page(record))
    assert "no notebook was executed" in console.file.getvalue()
