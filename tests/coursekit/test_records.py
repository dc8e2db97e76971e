"""The record of a student is found, or it is said why not."""

import pytest

from coursekit import records


@pytest.fixture
def course(tmp_path):
    for student in ("anna_nowak", "ola_król"):
        records.write(records.path(tmp_path, "vae", student), {})
        (tmp_path / "submitted" / student / "vae").mkdir(parents=True)
    (tmp_path / "submitted" / "jan" / "vae").mkdir(parents=True)
    return tmp_path


def test_the_record_is_found(course):
    assert records.find(course, "vae", "ola_król") == course / "records" / "vae" / "ola_król.json"


def test_near_names_are_named(course):
    with pytest.raises(records.NoRecordError, match=r"no record of ana_nowak .* Did you mean anna_nowak\?"):
        records.find(course, "vae", "ana_nowak")


def test_where_no_name_is_near_it_is_said(course):
    with pytest.raises(records.NoRecordError, match="2 records, and no name is near"):
        records.find(course, "vae", "x")


def test_a_submission_that_was_not_graded_is_told_apart(course):
    with pytest.raises(records.NoRecordError, match="jan has not been graded to the end: run `nbgrader autograde vae`"):
        records.find(course, "vae", "jan")
