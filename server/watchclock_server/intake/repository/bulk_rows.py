"""Many rows at once, past the parts of SQLAlchemy that work row by row.

Rows go to the driver in one piece, on the session's own connection and in its transaction:
``executemany`` of tuples on SQLite, a binary ``COPY`` on PostgreSQL. Both are some ten times as
fast as an insert of dictionaries, and what the tables demand is checked all the same.
"""

import sqlite3
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Any, Final, TypeVar, cast

import psycopg
from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    DateTime,
    Integer,
    LargeBinary,
    String,
    Table,
    exc,
    func,
    select,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

__all__ = ["KEYS_A_QUERY", "batched", "insert_columns", "is_sqlite", "reserve_ids"]

KEYS_A_QUERY: Final = 500

Item = TypeVar("Item")

_POSTGRESQL_TYPES: Final[Mapping[type[TypeEngine[Any]], str]] = {
    BigInteger: "int8",
    Integer: "int4",
    String: "varchar",
    LargeBinary: "bytea",
    DateTime: "timestamp",
    Boolean: "bool",
}
_ERRORS: Final = (
    ((psycopg.DataError, sqlite3.DataError), exc.DataError),
    ((psycopg.OperationalError, sqlite3.OperationalError), exc.OperationalError),
    ((psycopg.IntegrityError, sqlite3.IntegrityError), exc.IntegrityError),
)


def is_sqlite(session: Session) -> bool:
    """Whether the session is on SQLite; otherwise it is on PostgreSQL."""
    return session.connection().dialect.name == "sqlite"


def batched(items: Sequence[Item], most: int) -> Iterator[Sequence[Item]]:
    """The items in pieces of at most so many."""
    for start in range(0, len(items), most):
        yield items[start : start + most]


def reserve_ids(session: Session, table: Table, count: int) -> Sequence[int]:
    """So many keys that no other transaction will give to a row.

    SQLite's next keys are known to whoever holds its one write lock (decision 0008); PostgreSQL
    hands them out.
    """
    connection = session.connection()
    if is_sqlite(session):
        last = connection.execute(select(func.max(table.columns["id"]))).scalar() or 0
        return range(last + 1, last + 1 + count)
    drawn = connection.exec_driver_sql(
        "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
        (table.name, count),
    )
    return drawn.scalars().all()


def insert_columns(
    session: Session, table: Table, columns: Mapping[str, Iterable[object]]
) -> None:
    """Store rows given as columns of equal length, in their order.

    Raises:
        DBAPIError: what the driver raises, as from any other statement.
    """
    if is_sqlite(session):
        _insert_sqlite(session.connection(), table, columns)
    else:
        _copy_postgresql(session.connection(), table, columns)


def _insert_sqlite(
    connection: Connection, table: Table, columns: Mapping[str, Iterable[object]]
) -> None:
    bound = [_as_sqlite(table.columns[name].type)(values) for name, values in columns.items()]
    marks = ", ".join("?" * len(columns))
    statement = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - our own names
    driver = cast("sqlite3.Connection", connection.connection.driver_connection)
    with _translated(statement), closing(driver.cursor()) as cursor:
        # The rows are never all there: zip fills one and the same tuple again.
        cursor.executemany(statement, zip(*bound, strict=True))


def _as_sqlite(kind: TypeEngine[Any]) -> Callable[[Iterable[Any]], Iterable[object]]:
    match kind:
        case DateTime():
            return _civil_texts
        case Boolean():
            return lambda values: map(int, values)
        case _:
            return lambda values: values


def _civil_texts(values: Iterable[datetime | None]) -> Iterable[str | None]:
    """Times as SQLAlchemy stores them in SQLite."""
    return [None if each is None else each.isoformat(" ", "microseconds") for each in values]


def _copy_postgresql(
    connection: Connection, table: Table, columns: Mapping[str, Iterable[object]]
) -> None:
    types = [_POSTGRESQL_TYPES[type(table.columns[name].type)] for name in columns]
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    statement = f"COPY {table.name} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)"
    with (
        _translated(statement),
        driver.cursor() as cursor,
        cursor.copy(statement.encode()) as copy,
    ):
        copy.set_types(types)
        for row in zip(*columns.values(), strict=True):
            copy.write_row(row)


@contextmanager
def _translated(statement: str) -> Generator[None]:
    """Around what the driver does alone: its errors become those SQLAlchemy would have raised."""
    try:
        yield
    except (psycopg.Error, sqlite3.Error) as error:
        for kinds, ours in _ERRORS:
            if isinstance(error, kinds):
                raise ours(statement, None, error) from error
        raise
