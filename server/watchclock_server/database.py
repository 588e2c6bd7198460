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
from sqlalchemy.exc import ArgumentError, DataError, NoSuchModuleError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator
from typing_extensions import override

from watchclock_server.errors import PayloadError, ServerError

__all__ = [
    "Base",
    "Database",
    "DatabaseSession",
    "DatabaseUnavailableError",
    "DatabaseUrlError",
    "UtcDateTime",
    "ValueRefusedError",
    "database_of",
    "get_session",
    "translated",
]

BUSY_TIMEOUT_MS: Final = 30_000
_BEGIN: Final = "watchclock_begin"
_READING_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class DatabaseUrlError(ServerError):
    """The database's URL cannot be read, or its driver is not installed."""

    code = "server.database_url"
    template = "The database address cannot be used: {reason}."
    next_step = "Use sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME."


class DatabaseUnavailableError(ServerError):
    """The database does not answer, or has no room."""

    status = 503
    code = "server.database"
    template = "The database cannot be used now: {reason}."
    next_step = "Check that the database runs and its disk has room, then try again."


class ValueRefusedError(PayloadError):
    """A value does not fit into its column: a number too large, a character no text may hold."""

    code = "server.value"
    template = "A value cannot be stored or looked up: {reason}."
    next_step = "Correct the value and send it again."


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
    """One database by its URL; connects when first used.

    Raises:
        DatabaseUrlError: the URL cannot be read, or its driver is not installed.
    """

    def __init__(self, url: str) -> None:
        try:
            self.engine: Final = create_engine(url, pool_pre_ping=True)
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
            raise DatabaseUrlError(reason=str(error).partition("\n")[0]) from error
        if self.engine.dialect.name == "sqlite":
            _prepare_sqlite(self.engine)
        self._writing: Final = self.engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})

    @contextmanager
    def session(self, *, writes: bool = True) -> Generator[Session]:
        """One transaction: committed when the block ends, rolled back when it raises.

        Args:
            writes: False for a block that only reads; on SQLite it then never waits for a writer.

        Raises:
            DatabaseUnavailableError: the database does not answer, or has no room.
            ValueRefusedError: a value does not fit into its column.
        """
        engine = self._writing if writes else self.engine
        with translated(), Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        """Give up all connections."""
        self.engine.dispose()


@contextmanager
def translated() -> Generator[None]:
    """Around everything that talks to the database: what it cannot do becomes our error.

    Raises:
        DatabaseUnavailableError: the database does not answer, or has no room.
        ValueRefusedError: a value does not fit into its column.
    """
    try:
        yield
    except (DataError, OverflowError) as error:
        raise ValueRefusedError(reason=str(getattr(error, "orig", error))) from error
    except OperationalError as error:
        reason = str(error.orig).strip().partition("\n")[0]
        raise DatabaseUnavailableError(reason=reason) from error


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: SqliteConnection, _record: object) -> None:
        # The driver's own transaction control would begin transactions late and deferred.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))


def database_of(request: Request) -> Database:
    """The database this app was created with."""
    database: Database = request.app.state.database
    return database


def get_session(request: Request) -> Iterator[Session]:
    """The request's session and transaction (FastAPI dependency, function scope)."""
    with database_of(request).session(writes=request.method not in _READING_METHODS) as session:
        yield session


DatabaseSession = Annotated[Session, Depends(get_session, scope="function")]
"""Endpoint parameter type: committed before the answer is sent, rolled back on any error."""
