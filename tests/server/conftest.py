"""Fixtures of every server test: each test that names ``database_url`` runs on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.server_app import (
    PostgresqlCluster,
    RunningApp,
    copied_sqlite,
    make_app,
    migrated_sqlite,
    start_postgresql,
)
from watchclock_server.database import Database


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    folder = tmp_path_factory.mktemp("template")
    migrated_sqlite(folder)
    return folder / "watchclock.sqlite"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlCluster]:
    """One PostgreSQL for the whole run."""
    with start_postgresql() as cluster:
        yield cluster


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest, sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of a new, migrated, empty database; once on SQLite, once on PostgreSQL."""
    if request.param == "sqlite":
        return copied_sqlite(sqlite_template, tmp_path)
    cluster: PostgresqlCluster = request.getfixturevalue("postgresql")
    return cluster.new_database()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A new, migrated, empty database; once on SQLite, once on PostgreSQL."""
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def running(database_url: str, tmp_path: Path) -> Iterator[RunningApp]:
    """The server with one supervisor and two tokens; once on SQLite, once on PostgreSQL."""
    with make_app(tmp_path, database_url) as app:
        yield app


@pytest.fixture
def running_on_sqlite(sqlite_template: Path, tmp_path: Path) -> Iterator[RunningApp]:
    """The same on SQLite alone, for what does not touch SQL."""
    with make_app(tmp_path, copied_sqlite(sqlite_template, tmp_path)) as app:
        yield app
