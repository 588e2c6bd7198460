"""Transactions, instants and migrations, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from watchclock_server.app import ROUTERS
from watchclock_server.database import (
    Base,
    Database,
    DatabaseUnavailableError,
    DatabaseUrlError,
    UtcDateTime,
)
from watchclock_server.migrations import migrate
from watchclock_server.sites import service as sites


class OwnTables(DeclarativeBase):
    """Tables of these tests alone."""


class Moment(OwnTables):
    """An instant."""

    __tablename__ = "moments"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


def test_the_migrations_build_exactly_the_tables_of_the_code(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        differences = compare_metadata(context, Base.metadata)
    assert ROUTERS  # with them came every table
    assert differences == []


def test_migrating_twice_changes_nothing(database: Database) -> None:
    with database.session() as session:
        sites.create_site(session, name="Mill", time_zone="UTC")
    migrate(database)
    with database.session(writes=False) as session:
        assert [site.name for site in sites.find_sites(session)] == ["Mill"]


def test_an_instant_comes_back_in_utc_whatever_zone_it_came_in(database: Database) -> None:
    shanghai = timezone(timedelta(hours=8))
    OwnTables.metadata.create_all(database.engine)
    with database.session() as session:
        session.execute(
            insert(Moment), [{"id": 1, "at": datetime(2026, 3, 2, 0, 5, 6, 7, tzinfo=shanghai)}]
        )
    with database.session() as session:
        at = session.scalars(select(Moment.at)).one()
    assert at == datetime(2026, 3, 1, 16, 5, 6, 7, tzinfo=UTC)
    assert at.tzinfo is UTC


def test_an_instant_without_zone_is_refused(database: Database) -> None:
    OwnTables.metadata.create_all(database.engine)
    with database.session() as session, pytest.raises(StatementError, match="needs a time zone"):
        session.execute(insert(Moment), [{"id": 1, "at": datetime(2026, 3, 2)}])  # noqa: DTZ001  on purpose


def test_nothing_stays_of_a_transaction_that_failed(database: Database) -> None:
    def make_two_sites_of_one_name() -> None:
        with database.session() as session:
            sites.create_site(session, name="Mill", time_zone="UTC")
            sites.create_site(session, name="Mill", time_zone="UTC")

    with pytest.raises(sites.SiteEntryTakenError):
        make_two_sites_of_one_name()
    with database.session(writes=False) as session:
        assert sites.find_sites(session) == []


def test_foreign_keys_hold(database: Database) -> None:
    orphan = text("INSERT INTO guards (site_id, name) VALUES (1, 'Wu')")
    with database.engine.begin() as connection, pytest.raises(IntegrityError):
        connection.execute(orphan)


def test_writers_that_read_first_wait_for_each_other_on_sqlite(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'waiting.sqlite'}")
    with database.session() as session:
        session.execute(text("CREATE TABLE counter (value INTEGER)"))
        session.execute(text("INSERT INTO counter VALUES (0)"))

    def count(_: int) -> None:
        with database.session() as session:
            value = session.execute(text("SELECT value FROM counter")).scalar_one()
            session.execute(text("UPDATE counter SET value = :next"), {"next": value + 1})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, range(40)))
    with database.session(writes=False) as session:
        total = session.execute(text("SELECT value FROM counter")).scalar_one()
    database.close()
    assert total == 40


@pytest.mark.parametrize("url", ["", "nonsense", "oracle9://x", "sqlite+nothing:///x"])
def test_an_address_that_names_no_database_is_refused(url: str) -> None:
    with pytest.raises(DatabaseUrlError) as refused:
        Database(url)
    assert refused.value.code == "server.database_url"


def test_a_database_that_does_not_answer_is_one_clear_error(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'missing' / 'watchclock.sqlite'}")
    with pytest.raises(DatabaseUnavailableError, match="unable to open database file"):
        migrate(database)
