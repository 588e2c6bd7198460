"""A full wand's capture to stored rows, through the server's own intake, on both databases.

The reference is the least that can be done on the same machine, the same tables with their indexes
and constraints, and the same rows: ready-made tuples handed to the driver in one transaction, by
``executemany`` on SQLite and a binary ``COPY`` on PostgreSQL. Ours begins with the bytes as they
arrive: archive, check sums, frames, records, keys, evidence, receipt.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any, Final, Protocol

import psycopg
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from tests.support import by_hand_vs
from tests.support.captures import capture_of
from tests.support.server_app import PostgresqlCluster, migrated_sqlite, start_postgresql
from tests.support.vs_line import MemoryWand, VsLine
from tests.support.wand_downloads import FcardDownload, card_record
from watchclock_protocol.capture import Lane, capture_name
from watchclock_protocol.session import Identify, ReadCounters, ReadRecords
from watchclock_server.archive import Archive
from watchclock_server.database import Database
from watchclock_server.intake.domain.receipts import Outcome
from watchclock_server.intake.service import receive_capture

RECORDS: Final = 20_000
ROUNDS: Final = 5
STARTED: Final = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
TABLES: Final = ("wands", "downloads", "clock_anchors", "records", "sightings")
"""What a capture fills, in an order in which each refers to those before."""
TYPES: Final = {"integer": "int4", "bigint": "int8", "boolean": "bool", "bytea": "bytea"}
TYPES_OF_TIME: Final = {"timestamp without time zone": "timestamp"}

Row = tuple[Any, ...]


def capture_of_full_wand() -> bytes:
    start = datetime.fromisoformat("2026-01-01")
    cards = {
        slot: card_record(start + timedelta(minutes=slot), 0xABC000 + slot % 60)
        for slot in range(1, RECORDS + 1)
    }
    shown = datetime.fromisoformat("2026-03-01 22:00")
    return FcardDownload(started=STARTED, cards=cards, shown=shown).capture()


def capture_of_full_vs_wand() -> bytes:
    """The conversation of our own two ends; the bytes of its records are made by hand."""
    records = [
        by_hand_vs.record(number, time_s=by_hand_vs.TOUCHED_S + 60 * number)
        for number in range(1, RECORDS + 1)
    ]
    line = VsLine(MemoryWand(records))
    spoken: list[tuple[Lane, bytes]] = []

    def note(lane: Lane) -> Callable[[bytes], list[bytes]]:
        def pass_on(frame: bytes) -> list[bytes]:
            spoken.append((lane, frame))
            return [frame]

        return pass_on

    line.to_host, line.to_wand = note(Lane.FROM_WAND), note(Lane.TO_WAND)
    line.run(Identify(), ReadCounters(), ReadRecords())
    return capture_of(*spoken, dialect="vs")


FIRST: Final = FcardDownload(
    started=STARTED, number=6, cards={1: card_record(datetime.fromisoformat("2026-01-01"), 1)}
).capture()


class Store(Protocol):
    """One kind of database, new for every round."""

    def new(self) -> str:
        """The URL of a new, migrated database."""
        ...

    def rows(self, url: str, table: str) -> list[Row]:
        """All rows of a table by its key."""
        ...

    def insert_bare(
        self, url: str, before: dict[str, list[Row]], rows: dict[str, list[Row]]
    ) -> float:
        """Seconds for the rows in one transaction, once those they refer to are there."""
        ...


class SqliteStore:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    def new(self) -> str:
        self._count += 1
        folder = self._folder / str(self._count)
        folder.mkdir()
        return migrated_sqlite(folder)

    def rows(self, url: str, table: str) -> list[Row]:
        with closing(_sqlite(url)) as connection:
            return connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()  # noqa: S608

    def insert_bare(
        self, url: str, before: dict[str, list[Row]], rows: dict[str, list[Row]]
    ) -> float:
        with closing(_sqlite(url)) as connection:
            for table, some in before.items():
                connection.executemany(_insert(table, some), some)
            began = perf_counter()
            connection.execute("BEGIN IMMEDIATE")
            for table, some in rows.items():
                connection.executemany(_insert(table, some), some)
            connection.execute("COMMIT")
            return perf_counter() - began


def _sqlite(url: str) -> sqlite3.Connection:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _insert(table: str, rows: Sequence[Row]) -> str:
    return f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})"  # noqa: S608


class PostgresqlStore:
    def __init__(self, cluster: PostgresqlCluster) -> None:
        self._cluster = cluster

    def new(self) -> str:
        return self._cluster.new_database()

    def rows(self, url: str, table: str) -> list[Row]:
        with psycopg.connect(_libpq(url)) as connection:
            found = connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2".encode())  # noqa: S608
            return found.fetchall()

    def insert_bare(
        self, url: str, before: dict[str, list[Row]], rows: dict[str, list[Row]]
    ) -> float:
        with psycopg.connect(_libpq(url)) as connection:
            for table, some in before.items():
                marks = ", ".join(["%s"] * len(some[0]))
                adapted = [
                    tuple(psycopg.types.json.Json(v) if isinstance(v, list) else v for v in row)
                    for row in some
                ]
                statement = f"INSERT INTO {table} VALUES ({marks})".encode()  # noqa: S608
                connection.cursor().executemany(statement, adapted)
            types = {table: self._types(connection, table) for table in rows}
            connection.commit()
            began = perf_counter()
            for table, some in rows.items():
                statement = f"COPY {table} FROM STDIN (FORMAT BINARY)".encode()
                with connection.cursor().copy(statement) as copy:
                    copy.set_types(types[table])
                    for row in some:
                        copy.write_row(row)
            connection.commit()
            return perf_counter() - began

    def _types(self, connection: psycopg.Connection[Row], table: str) -> list[str]:
        found = connection.execute(
            "SELECT data_type FROM information_schema.columns WHERE table_name = %s "
            "ORDER BY ordinal_position",
            (table,),
        )
        known = TYPES | TYPES_OF_TIME
        return [known.get(kind, "varchar") for (kind,) in found.fetchall()]


def _libpq(url: str) -> str:
    name, _, host = url.removeprefix("postgresql+psycopg://postgres@/").partition("?host=")
    return f"host={host} user=postgres dbname={name}"


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "sqlite":
        yield SqliteStore(tmp_path)
        return
    with start_postgresql() as cluster:
        yield PostgresqlStore(cluster)


@dataclass
class Taken:
    """What one round left."""

    url: str
    seconds: float
    created: int


def take_in(url: str, data: bytes, folder: Path) -> Taken:
    """Take a capture in as a server does that has run for a while: it took in another before."""
    database = Database(url)
    archive = Archive(folder)
    _receive(database, archive, FIRST)
    began = perf_counter()
    created = _receive(database, archive, data)
    seconds = perf_counter() - began
    database.close()
    return Taken(url, seconds, created)


def _receive(database: Database, archive: Archive, data: bytes) -> int:
    with database.session() as session:
        receipt = receive_capture(
            session,
            archive=archive,
            data=data,
            claimed_sha256=capture_name(data),
            now=STARTED,
        )
    return receipt.count(Outcome.CREATED)


def split(tables: dict[str, list[Row]]) -> tuple[dict[str, list[Row]], dict[str, list[Row]]]:
    """Rows that are there before, and the rows of records that the large capture brings."""
    new = {"records": tables["records"][1:], "sightings": tables["sightings"][1:]}
    before = tables | {"records": tables["records"][:1], "sightings": tables["sightings"][:1]}
    return {table: rows for table, rows in before.items() if rows}, new


def checksum(rows: Sequence[Row]) -> str:
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def measure(benchmark: BenchmarkFixture, store: Store, folder: Path, data: bytes) -> None:
    """Measure one capture, and see that both ways leave the same rows."""
    taken = take_in(store.new(), data, folder / "first")
    before, rows = split({table: store.rows(taken.url, table) for table in TABLES})
    ours_s, bare_s = [taken.seconds], list[float]()

    def both() -> tuple[str, str]:
        again = take_in(store.new(), data, folder / f"archive{len(bare_s)}")
        url = store.new()
        ours_s.append(again.seconds)
        bare_s.append(store.insert_bare(url, before, rows))
        return again.url, url

    urls: tuple[str, str] = benchmark.pedantic(both, rounds=ROUNDS)  # type: ignore[no-untyped-call]  # pytest-benchmark has no types
    benchmark.extra_info["ratios"] = {"bare": min(ours_s) / min(bare_s)}
    benchmark.extra_info["seconds"] = {"ours": min(ours_s), "bare": min(bare_s)}
    assert taken.created == len(rows["records"]) == len(rows["sightings"]) == RECORDS
    expected = {table: checksum(some) for table, some in rows.items()}
    for url in urls:
        found = {table: checksum(store.rows(url, table)[1:]) for table in rows}
        assert found == expected


def bench_intake_of_20000_fcard_records(
    benchmark: BenchmarkFixture, store: Store, tmp_path: Path
) -> None:
    measure(benchmark, store, tmp_path, capture_of_full_wand())
    assert benchmark.extra_info["seconds"]


def bench_intake_of_20000_vs_records(
    benchmark: BenchmarkFixture, store: Store, tmp_path: Path
) -> None:
    measure(benchmark, store, tmp_path, capture_of_full_vs_wand())
    assert benchmark.extra_info["seconds"]
