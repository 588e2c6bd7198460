"""One door to SQLAlchemy: the tables' base class, the engine, one transaction a request.

SQLite runs in WAL mode. A transaction that may write takes the write lock when it begins
(``BEGIN IMMEDIATE``): one that began as a reader and then writes would fail at once with "database
is locked" whenever another writer was faster (sqlite.org/lang_transaction.html, section 2.2).
"""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from sqlite3 import Connection as SqliteConnection
from typing import Annotated, Final

from fastapi import Depends, Request
from sqlalchemy import Connection, DateTime, Dialect, Engine, MetaData, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator
from typing_extensions import override

__all__ = ["Base", "Database", "DatabaseSession", "UtcDateTime", "get_session"]

BUSY_TIMEOUT_MS: Final = 30_000
_BEGIN: Final = "watchclock_begin"
_READING_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class Base(DeclarativeBase):
    """Every table of the server. Constraint names are fixed, so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: takes any aware datetime, stores UTC, always gives an aware datetime in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    @override
    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Database:
    """One database by its URL; connects when first used."""

    def __init__(self, url: str) -> None:
        self.engine: Final = create_engine(url, pool_pre_ping=True)
        if self.engine.dialect.name == "sqlite":
            _prepare_sqlite(self.engine)
        self._writing: Final = self.engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})

    @contextmanager
    def session(self, *, writes: bool = True) -> Generator[Session]:
        """One transaction: committed when the block ends, rolled back when it raises.

        Args:
            writes: False for a block that only reads; on SQLite it then never waits for a writer.
        """
        engine = self._writing if writes else self.engine
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        """Give up all connections."""
        self.engine.dispose()


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: SqliteConnection, _record: object) -> None:
        # The driver's own transaction control would begin transactions late and deferred.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))


def get_session(request: Request) -> Iterator[Session]:
    """The request's session and transaction (FastAPI dependency, function scope)."""
    database: Database = request.app.state.database
    with database.session(writes=request.method not in _READING_METHODS) as session:
        yield session


DatabaseSession = Annotated[Session, Depends(get_session, scope="function")]
"""Endpoint parameter type: committed before the answer is sent, rolled back on any error."""
