from datetime import datetime
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from watchclock_device.tally import ReadingTally
from watchclock_protocol.events import ReadingBegan, RecordsReceived
from watchclock_protocol.records import PatrolRecord, RecordFlag, RecordKind
from watchclock_protocol.values import TagId, TagTechnology, TimeCoding, WandTime

TIME = WandTime(b"\x26", datetime(2026, 11, 21), TimeCoding.BCD)  # noqa: DTZ001 - wand time has no zone


def record(raw: bytes, slot: int | None = None) -> PatrolRecord:
    tag = TagId(TagTechnology.RFID, b"\x01")
    flags = frozenset({RecordFlag.TIME_IMPOSSIBLE})
    return PatrolRecord(slot=slot, raw=raw, time=TIME, tag=tag, flags=flags)


def tally(records: list[PatrolRecord]) -> ReadingTally:
    counted = ReadingTally()
    counted.add(records)
    return counted


@given(st.lists(st.builds(record, st.binary(max_size=3))), st.randoms())
def test_the_sum_does_not_depend_on_order(records: list[PatrolRecord], random: Random) -> None:
    shuffled = list(records)
    random.shuffle(shuffled)
    assert tally(shuffled).digest == tally(records).digest
    assert tally(shuffled).received == len(records)


@given(st.lists(st.binary(max_size=3)), st.lists(st.binary(max_size=3)))
def test_other_records_give_another_sum(some: list[bytes], others: list[bytes]) -> None:
    is_equal = (
        tally([record(raw) for raw in some]).digest
        == tally([record(raw) for raw in others]).digest
    )
    assert is_equal == (sorted(some) == sorted(others))


def test_a_slot_that_arrives_again_is_counted_once_but_not_with_other_bytes() -> None:
    assert tally([record(b"a", 1), record(b"a", 1)]).received == 1
    assert tally([record(b"a", 1), record(b"b", 1)]).received == 2
    assert tally([record(b"a"), record(b"a")]).received == 2


def test_a_reading_that_begins_again_counts_afresh() -> None:
    counted = ReadingTally()
    for event in (
        ReadingBegan(2),
        RecordsReceived((record(b"a", 1),)),
        ReadingBegan(3),
        RecordsReceived((record(b"a", 1), record(b"b", 2))),
    ):
        counted.observe(event)
    assert (counted.announced, counted.received) == (3, 2)
    assert counted.kinds == {RecordKind.PATROL: 2}
    assert counted.flags == {RecordFlag.TIME_IMPOSSIBLE: 2}
