"""Engines of one gradebook share what they have compiled."""

from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.sql.compiler import SQLCompiler

from coursekit import statements


@pytest.fixture
def coursedir(tmp_path: Path) -> CourseDirectory:
    """A course with a gradebook that knows one student."""
    coursedir = CourseDirectory(root=str(tmp_path), db_url=f"sqlite:///{tmp_path / 'gradebook.db'}")
    with Gradebook(coursedir.db_url) as gradebook:
        gradebook.add_student("jan")
    return coursedir


@pytest.fixture
def compiled(monkeypatch) -> list[str]:
    """Statements that are compiled from now on."""
    seen: list[str] = []
    compile_ = SQLCompiler.__init__

    def watched(self, dialect, statement, *args, **kwargs):
        seen.append(str(statement.__class__.__name__))
        compile_(self, dialect, statement, *args, **kwargs)

    monkeypatch.setattr(SQLCompiler, "__init__", watched)
    return seen


def look_up(db_url: str) -> str:
    with Gradebook(db_url) as gradebook:
        return gradebook.find_student("jan").id


def test_a_statement_is_compiled_once(coursedir, compiled):
    with statements.shared(coursedir):
        assert look_up(coursedir.db_url) == "jan"
        assert compiled
        compiled.clear()
        assert look_up(coursedir.db_url) == "jan"
        assert compiled == []


def test_without_it_every_gradebook_compiles_anew(coursedir, compiled):
    look_up(coursedir.db_url)
    compiled.clear()
    look_up(coursedir.db_url)
    assert compiled


def test_tables_are_looked_for_once(coursedir, watched):
    executed = watched("before_cursor_execute")
    with statements.shared(coursedir):
        look_up(coursedir.db_url)
        first = len(executed)
        look_up(coursedir.db_url)
    assert first - 10 > len(executed) - first > 0


def test_address_is_the_courses_own_again_afterwards(coursedir):
    before = coursedir.db_url
    with statements.shared(coursedir):
        assert coursedir.db_url != before
    assert coursedir.db_url == before
    assert statements._shared == {}


def test_options_stay_in_the_address(coursedir, tmp_path):
    coursedir.db_url = f"sqlite:///{tmp_path / 'gradebook.db'}?timeout=7"
    with statements.shared(coursedir):
        assert create_engine(coursedir.db_url).url.query == {"timeout": "7"}


def test_server_that_does_not_answer_is_an_error(coursedir, tmp_path):
    coursedir.db_url = f"sqlite:///{tmp_path / 'missing' / 'gradebook.db'}"
    with pytest.raises(OperationalError), statements.shared(coursedir):
        pass
    assert statements._shared == {}
