"""Records in bulk: the same as one by one, and the database refuses what it must."""

import gc
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import exc, select
from sqlalchemy.orm import Session

from tests.support.stored_nights import add_site, add_wand, record_visits
from watchclock_protocol.dialects.fcard.records import CARD_RECORDS, SYSTEM_RECORDS
from watchclock_protocol.natural_keys import UniqueRecords
from watchclock_protocol.record_batch import RecordBatch
from watchclock_protocol.records import PatrolRecord, Record, RecordFlag, RecordKind, SystemRecord
from watchclock_server.collector import collector_waits
from watchclock_server.database import Base, Database, ValueRefusedError
from watchclock_server.intake.domain.conflicts import KeyColumns
from watchclock_server.intake.domain.record_table import table_of
from watchclock_server.intake.repository import find_records
from watchclock_server.intake.repository.bulk_rows import insert_columns, reserve_ids

RECORDS = Base.metadata.tables["records"]
BLOCKS = st.lists(
    st.tuples(
        st.sampled_from([CARD_RECORDS, SYSTEM_RECORDS]), st.binary(max_size=60), st.booleans()
    ),
    max_size=6,
)


def row_of(record: Record) -> tuple[object, ...]:
    """What the tables keep of a record, told from the record itself."""
    tag = guard = code = None
    is_guard_tag = False
    meanings: tuple[str, ...] = ()
    if isinstance(record, PatrolRecord):
        tag, guard, is_guard_tag = str(record.tag), record.guard_number, record.is_guard_tag
    elif isinstance(record, SystemRecord):
        code, meanings = record.code, record.meanings
    flags, is_empty = " ".join(sorted(record.flags)), RecordFlag.EMPTY_SLOT in record.flags
    time = record.time
    return (
        *(record.kind, time.civil, time.flaw, tag, guard, is_guard_tag, code),
        *(meanings, flags, is_empty),
    )


@given(blocks=BLOCKS)
def test_a_table_says_of_every_record_what_the_record_says(
    blocks: list[tuple[object, bytes, bool]],
) -> None:
    unique = UniqueRecords()
    for layout, block, in_batches in blocks:
        assert layout in (CARD_RECORDS, SYSTEM_RECORDS)
        chosen = CARD_RECORDS if layout is CARD_RECORDS else SYSTEM_RECORDS
        whole = block[: len(block) // chosen.octets * chosen.octets]
        batch = RecordBatch(layout=chosen, block=whole)
        unique.extend(batch if in_batches else tuple(batch))
    records = unique.all()
    table = table_of(records)
    columns = (
        *(table.kinds, table.civils, table.time_flaws, table.tags, table.guard_numbers),
        *(table.are_guard_tags, table.codes, table.meanings, table.flags, table.are_empty),
    )
    rows = list(zip(*columns, strict=True))
    assert rows == [row_of(keyed.record) for keyed in records]
    odd = range(1, len(table), 2)
    assert table.at(odd).flags == [table.flags[place] for place in odd]


def columns_of(ids: list[int], **changed: object) -> dict[str, list[object]]:
    civil = datetime.fromisoformat("2026-03-01T22:00")
    row: dict[str, object] = {
        "wand_id": 1,
        "kind": "patrol",
        "rank": 0,
        "emptied_by": 0,
        "raw": b"\0\x01\xff",
        "download_id": 1,
        "position": 0,
        "wand_civil": civil,
        "is_guard_tag": True,
        "flags": "",
    }
    same = {name: [value] * len(ids) for name, value in (row | changed).items()}
    own: dict[str, list[object]] = {"slot": [*ids], "id": [*ids]}
    return own | same


def prepare(session: Session) -> None:
    """A wand of a site and its first download."""
    layout = add_site(session, checkpoints=1)
    wand_id = add_wand(session, layout.site.id, 1)
    record_visits(session, wand_id, [])


def test_rows_in_bulk_are_read_back_as_they_were_given(database: Database) -> None:
    with database.session() as session:
        prepare(session)
        insert_columns(session, RECORDS, columns_of([7, 8]))
    with database.session(writes=False) as session:
        rows = session.execute(select(RECORDS).order_by(RECORDS.c.id)).mappings().all()
    assert [row["id"] for row in rows] == [7, 8]
    assert (rows[0]["raw"], rows[0]["is_guard_tag"]) == (b"\0\x01\xff", True)
    assert rows[0]["wand_civil"] == datetime.fromisoformat("2026-03-01T22:00")
    assert rows[0]["tag"] is None


def test_what_the_tables_forbid_is_refused_in_bulk_too(database: Database) -> None:
    with database.session() as session:
        prepare(session)
    for columns in (columns_of([7, 8], slot=1), columns_of([9], wand_id=99)):
        with pytest.raises(exc.IntegrityError), database.session() as session:
            insert_columns(session, RECORDS, columns)


def test_a_number_too_large_for_its_column_is_refused_in_bulk_too(database: Database) -> None:
    with database.session() as session:
        prepare(session)
    with pytest.raises(ValueRefusedError), database.session() as session:
        insert_columns(session, RECORDS, columns_of([7], guard_number=1 << 70))


def test_keys_reserved_are_nobodys_and_follow_the_last(database: Database) -> None:
    with database.session() as session:
        prepare(session)
        first = list(reserve_ids(session, RECORDS, 3))
        insert_columns(session, RECORDS, columns_of(first))
    with database.session() as session:
        later = list(reserve_ids(session, RECORDS, 2))
        insert_columns(session, RECORDS, columns_of(later))
    assert len({*first, *later}) == 5
    assert sorted([*first, *later]) == [*first, *later]


def test_more_keys_than_a_statement_takes_are_all_found(database: Database) -> None:
    count = 33_000
    raws = [number.to_bytes(4, "big") for number in range(count)]
    with database.session() as session:
        prepare(session)
        ids = list(range(1, count + 1))
        insert_columns(session, RECORDS, columns_of(ids) | {"raw": [*raws]})
    keys = KeyColumns(
        kinds=[RecordKind.PATROL] * count,
        slots=ids,
        raws=raws,
        ranks=[0] * count,
        memories=[0] * count,
    )
    with database.session(writes=False) as session:
        found = find_records(session, 1, list(keys.each()))
    assert [found[key] for key in keys.each()] == [(number, 1) for number in ids]


def test_the_collector_waits_for_all_who_asked_and_goes_on_after() -> None:
    assert gc.isenabled()
    with collector_waits():
        with collector_waits():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError), collector_waits():
        raise ZeroDivisionError
    assert gc.isenabled()


def test_a_collector_that_somebody_stopped_stays_stopped() -> None:
    gc.disable()
    try:
        with collector_waits():
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()
    assert gc.isenabled()
