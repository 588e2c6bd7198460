"""Which records of two readings cannot both be true; pure, without a database."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from watchclock_protocol.records import RecordKind
from watchclock_server.intake.domain.conflicts import (
    Conflict,
    Reading,
    ReadingRecord,
    RecordKey,
    find_conflicts,
)
from watchclock_server.intake.domain.downloads import Ring


def slotted(contents: dict[int, bytes], first_id: int) -> Sequence[ReadingRecord]:
    return [
        ReadingRecord(
            record_id=first_id + slot,
            key=RecordKey(kind=RecordKind.PATROL, slot=slot, raw=raw, rank=0, emptied_by=0),
        )
        for slot, raw in contents.items()
    ]


def placed(contents: Sequence[bytes], first_id: int) -> Reading:
    records = [
        ReadingRecord(
            record_id=first_id + place,
            key=RecordKey(
                kind=RecordKind.PATROL,
                slot=None,
                raw=raw,
                rank=contents[:place].count(raw),
                emptied_by=0,
            ),
        )
        for place, raw in enumerate(contents)
    ]
    return Reading(rings=[ring(None)], records=records)


def ring(read_index: int | None, *, is_wrapped: bool = False) -> Ring:
    return Ring(kind=RecordKind.PATROL, read_index=read_index, is_wrapped=is_wrapped)


EARLIER = Reading(rings=[ring(10)], records=slotted({11: b"a", 12: b"b"}, 100))
READ_AT = datetime.fromisoformat("2026-03-02T06:00")
LATER = slotted({11: b"a", 12: b"x", 13: b"c"}, 200)


def test_one_slot_of_one_lap_cannot_hold_two_contents() -> None:
    later = Reading(rings=[ring(10)], records=LATER)
    assert find_conflicts(EARLIER, later) == (Conflict(record_id=212, other_id=112),)


@pytest.mark.parametrize(
    "rings",
    [[ring(12)], [ring(10, is_wrapped=True)], []],
    ids=["the wand gave records up", "the wand overwrote", "the wand did not tell"],
)
def test_of_another_lap_a_slot_may_hold_anything(rings: Sequence[Ring]) -> None:
    assert find_conflicts(EARLIER, Reading(rings=rings, records=LATER)) == ()


@pytest.mark.parametrize(
    ("made_after_s", "shown", "is_conflict"),
    [(1, READ_AT, False), (0, READ_AT, True), (-60, READ_AT, True), (1, None, True)],
)
def test_a_slot_made_after_the_earlier_reading_was_overwritten_by_a_lap_nobody_told_of(
    made_after_s: int, shown: datetime | None, *, is_conflict: bool
) -> None:
    civil = READ_AT + timedelta(seconds=made_after_s)
    later = [replace(record, civil=civil) for record in LATER]
    found = find_conflicts(replace(EARLIER, shown=shown), Reading(rings=[ring(10)], records=later))
    assert bool(found) is is_conflict


def test_places_without_slots_must_agree_as_far_as_both_go() -> None:
    earlier, later = placed([b"a", b"b", b"c"], 100), placed([b"a", b"x", b"c", b"d"], 200)
    assert find_conflicts(earlier, later) == (Conflict(record_id=201, other_id=101),)


def test_a_record_missing_in_the_middle_contradicts_nothing() -> None:
    earlier, later = placed([b"a", b"b", b"c"], 100), placed([b"a", b"c"], 200)
    assert find_conflicts(earlier, later) == ()


def test_readings_that_begin_differently_are_of_different_memories() -> None:
    assert find_conflicts(placed([b"a", b"b"], 100), placed([b"z", b"x"], 200)) == ()


def test_an_empty_reading_contradicts_nothing() -> None:
    assert find_conflicts(placed([], 100), placed([b"z"], 200)) == ()
