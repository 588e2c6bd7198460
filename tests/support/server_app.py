"""A real server in the test's own process, on SQLite or on a PostgreSQL of the test run's own."""

import os
import pwd
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import psycopg
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text

from watchclock_server.access import SESSION_COOKIE
from watchclock_server.accounts import service as accounts
from watchclock_server.actors import Scope
from watchclock_server.app import create_app
from watchclock_server.database import Database
from watchclock_server.migrations import migrate
from watchclock_server.settings import Settings

__all__ = [
    "PASSWORD",
    "SUPERVISOR",
    "MovableClock",
    "PostgresqlCluster",
    "RunningApp",
    "make_app",
    "start_postgresql",
    "stored_raws",
]

SUPERVISOR: Final = "anna"
PASSWORD: Final = "a sentence for tests"  # noqa: S105  of a server that lives for one test


class MovableClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, start: datetime = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def move(self, distance: timedelta) -> None:
        self._now += distance

    def set(self, instant: datetime) -> None:
        self._now = instant


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningApp:
    """A migrated server with one supervisor and one token of each scope.

    ``stranger`` sends nothing that identifies it, ``browser`` is signed in and sends the CSRF
    token with every request, ``dock`` sends the upload token and ``script`` the manage token.
    """

    app: FastAPI
    database: Database
    clock: MovableClock
    stranger: TestClient
    browser: TestClient
    dock: TestClient
    script: TestClient


@contextmanager
def make_app(
    folder: Path, database_url: str | None = None, clock: MovableClock | None = None
) -> Generator[RunningApp]:
    """The server on the migrated database named, or on a new SQLite database in ``folder``."""
    moved = MovableClock() if clock is None else clock
    url = database_url or migrated_sqlite(folder)
    app = create_app(Settings(database_url=url, data_folder=folder / "data"), clock=moved)
    database: Database = app.state.database
    with database.session() as session:
        link = accounts.create_setup_link(session, moved.now())
        person = accounts.set_up(
            session, secret=link, name=SUPERVISOR, password=PASSWORD, now=moved.now()
        )
        cookie = accounts.open_web_session(session, person, moved.now())
        dock = accounts.create_token(session, name="dock", scope=Scope.UPLOAD, now=moved.now())
        script = accounts.create_token(session, name="script", scope=Scope.MANAGE, now=moved.now())
    with database.session(writes=False) as session:
        web_session = accounts.find_web_session(session, secret=cookie, now=moved.now())
    assert web_session is not None
    browser = _client(app, {"X-CSRF-Token": web_session.csrf_token})
    browser.cookies.set(SESSION_COOKIE, cookie)
    try:
        yield RunningApp(
            app=app,
            database=database,
            clock=moved,
            stranger=_client(app, {}),
            browser=browser,
            dock=_client(app, {"Authorization": f"Bearer {dock}"}),
            script=_client(app, {"Authorization": f"Bearer {script}"}),
        )
    finally:
        database.close()


def _client(app: FastAPI, headers: dict[str, str]) -> TestClient:
    return TestClient(app, headers=headers, follow_redirects=False)


def migrated_sqlite(folder: Path) -> str:
    """The URL of a new SQLite database in this folder, migrated."""
    url = f"sqlite:///{folder / 'watchclock.sqlite'}"
    database = Database(url)
    migrate(database)
    database.close()
    return url


def copied_sqlite(template: Path, folder: Path) -> str:
    """The URL of a copy of an SQLite database; much faster than migrating again."""
    target = folder / "watchclock.sqlite"
    with closing(sqlite3.connect(template)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
    return f"sqlite:///{target}"


class PostgresqlCluster:
    """A PostgreSQL server of our own, reached through a socket in a temporary folder."""

    def __init__(self, folder: Path) -> None:
        self._folder: Final = folder
        self._count = 0

    def url(self, name: str) -> str:
        """The SQLAlchemy URL of a database of this cluster."""
        return f"postgresql+psycopg://postgres@/{name}?host={self._folder}"

    def make_template(self) -> None:
        """Migrate the database every later one is copied from."""
        self._execute("CREATE DATABASE migrated")
        database = Database(self.url("migrated"))
        migrate(database)
        database.close()

    def new_database(self) -> str:
        """The URL of a new, migrated database."""
        self._count += 1
        name = f"test_{self._count}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE migrated")
        return self.url(name)

    def _execute(self, statement: str) -> None:
        with psycopg.connect(
            host=str(self._folder), user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement.encode())


@contextmanager
def start_postgresql() -> Generator[PostgresqlCluster]:
    """A running cluster with a migrated template; skips the test where the programs are absent."""
    binaries = _find_binaries()
    folder = Path(tempfile.mkdtemp(prefix="wc-pg-"))
    try:
        initdb = [str(binaries / "initdb"), "-D", str(folder / "data"), "-A", "trust"]
        _as_postgres(folder, [*initdb, "-U", "postgres", "--no-locale", "-E", "UTF8", "--no-sync"])
        control = [str(binaries / "pg_ctl"), "-w", "-D", str(folder / "data")]
        options = f"-c listen_addresses= -c fsync=off -c max_connections=40 -k {folder}"
        _as_postgres(folder, [*control, "-l", str(folder / "log"), "-o", options, "start"])
        try:
            cluster = PostgresqlCluster(folder)
            cluster.make_template()
            yield cluster
        finally:
            _as_postgres(folder, [*control, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder)


def _find_binaries() -> Path:
    """Where the newest PostgreSQL's programs are; Debian keeps them off the search path."""
    versions = [*Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if versions:
        return max(versions, key=lambda program: int(program.parts[-3])).parent
    found = shutil.which("initdb")
    if found is None:
        pytest.skip("PostgreSQL's server programs are not installed")
    return Path(found).parent


def _as_postgres(folder: Path, command: list[str]) -> None:
    """Run a server program; as root it must be run as the user postgres."""
    user = None
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
    subprocess.run(
        command,
        check=True,
        cwd=folder,
        capture_output=True,
        user=None if user is None else user.pw_uid,
        group=None if user is None else user.pw_gid,
        extra_groups=None if user is None else [],
    )


def stored_raws(spool: Path, folder: Path) -> list[bytes]:
    """Raw bytes of all records, sorted, on a new server that was sent every capture twice.

    Args:
        spool: whose waiting captures are sent; none may contradict another.
        folder: a new one for the server.
    """
    folder.mkdir()
    waiting = sorted((spool / "closed").glob("*.pcapng"), key=lambda path: path.stat().st_mtime)
    with make_app(folder) as app, app.database.session() as session:
        for path in 2 * waiting:
            headers = {"X-Capture-SHA256": path.stem}
            answer = app.dock.post("/api/captures", content=path.read_bytes(), headers=headers)
            assert (answer.status_code, answer.json()["conflict"]) == (200, 0)
        return sorted(session.execute(text("SELECT raw FROM records")).scalars().all())
