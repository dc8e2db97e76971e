"""Seeds are the same again, another for another notebook or course, and never those of an empty secret."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from coursekit.seeds import SECRET, SecretError, of_submission

NOTEBOOK, OTHER = (new_notebook(cells=[new_code_cell(source)]) for source in ("a", "b"))


def test_repeats_and_tells_notebooks_and_courses_apart(tmp_path):
    courses = [tmp_path / "one", tmp_path / "other"]
    for course in courses:
        course.mkdir()
    seeds = [of_submission(notebook, course) for course in courses for notebook in (NOTEBOOK, OTHER)]
    assert len(set(seeds)) == 4
    assert of_submission(NOTEBOOK, courses[0]) == seeds[0]
    assert [path.name for path in courses[0].iterdir()] == [SECRET]
    assert (courses[0] / SECRET).stat().st_mode & 0o077 == 0


def test_of_many_that_begin_at_once_all_have_the_same_secret(tmp_path):
    with ThreadPoolExecutor(16) as threads:
        seeds = set(threads.map(lambda _: of_submission(NOTEBOOK, tmp_path), range(64)))
    assert len(seeds) == 1


@pytest.mark.parametrize("damaged", ["", "5e" * 31, "zz" * 32])
def test_a_damaged_secret_is_refused(tmp_path, damaged):
    (tmp_path / SECRET).write_text(damaged)
    with pytest.raises(SecretError, match="is damaged"):
        of_submission(NOTEBOOK, tmp_path)
