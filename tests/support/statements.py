"""Counts what a block of code sends to the database."""

from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy import Connection, event

from watchclock_server.database import Database

__all__ = ["statements"]


@contextmanager
def statements(database: Database) -> Generator[list[str]]:
    """Every statement sent to the database inside the block, transaction control apart."""
    seen: list[str] = []

    def listen(_connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", listen)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", listen)
