import pytest

from src.profile import is_grading, work_profile


def test_the_default_is_study():
    assert work_profile() == "study"
    assert not is_grading()


def test_grading_is_chosen_by_the_environment(grading):
    assert is_grading()


def test_an_unknown_profile_is_an_error(monkeypatch):
    monkeypatch.setenv("COURSE_PROFILE", "fast")
    with pytest.raises(ValueError, match=r"'fast'.*study, grading"):
        work_profile()
