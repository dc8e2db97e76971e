"""SQL that is compiled once a command, and not once for each of the many connections that nbgrader makes.

nbgrader opens its gradebook nine times a submission, each time with an engine of its own, and SQLAlchemy keeps the
statements that it has compiled with the engine. `shared` lets the engines of a course share them, and what is known of
its tables, through SQLAlchemy's own plugin for engines.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nbgrader.coursedir import CourseDirectory
from sqlalchemy import URL, Connection, Dialect, Engine, create_engine, make_url
from sqlalchemy.engine import CreateEnginePlugin
from sqlalchemy.util import LRUCache

PLUGIN = "coursekit_statements"
"""The plugin's name in addresses; `pyproject.toml` says which class it is."""
MOST = 500
"""Statements that are kept, as many as of one engine; nbgrader's grading has about fifty."""

_shared: dict[URL, tuple[Dialect, LRUCache[Any, Any]]] = {}
"""By address without the plugin: what compiles statements, and those that it has compiled."""


@contextmanager
def shared(coursedir: CourseDirectory) -> Iterator[None]:
    """Let all engines that are made for a course's gradebook share compiled statements.

    Raises OperationalError where the gradebook's server does not answer.
    """
    db_url = coursedir.db_url
    url = make_url(db_url)
    engine = create_engine(url)
    with engine.connect():  # on its first connection a dialect learns what the server can do
        _shared[url] = engine.dialect, LRUCache(MOST)
    _find_tables_once(engine.dialect)
    engine.dispose()
    coursedir.db_url = url.update_query_pairs([("plugin", PLUGIN)], append=True).render_as_string(hide_password=False)
    try:
        yield
    finally:
        coursedir.db_url = db_url
        del _shared[url]


def _find_tables_once(dialect: Dialect) -> None:
    """Let a dialect remember the tables that are there: nbgrader asks for each whenever it opens the gradebook."""
    has_table, there = dialect.has_table, set()

    def remembered(connection: Connection, table_name: str, schema: str | None = None, **kw: Any) -> bool:
        if (schema, table_name) not in there and has_table(connection, table_name, schema, **kw):
            there.add((schema, table_name))
        return (schema, table_name) in there

    dialect.has_table = remembered  # type: ignore[method-assign]  # of this one object


class SharedStatements(CreateEnginePlugin):
    """Gives a new engine the dialect and the statements of its address: a statement is compiled for one dialect."""

    def update_url(self, url: URL) -> URL:
        """The address as it is; SQLAlchemy itself has removed the plugin's name."""
        return url

    def engine_created(self, engine: Engine) -> None:
        """Called by SQLAlchemy once the engine is there."""
        engine.dialect, statements = _shared[engine.url]
        engine.update_execution_options(compiled_cache=statements)
