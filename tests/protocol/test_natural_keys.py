"""The natural key of docs/decisions/0005: the same record twice is one record."""

from collections import Counter

from construct import Int8ub, Int16ul, Struct
from hypothesis import given
from hypothesis import strategies as st

from tests.support.fake_dialect import knock_record, patrol_record
from watchclock_protocol.dialects.fcard.records import CARD_RECORDS, SYSTEM_RECORDS
from watchclock_protocol.fields import wand_time
from watchclock_protocol.natural_keys import UniqueRecords
from watchclock_protocol.record_batch import RecordBatch
from watchclock_protocol.record_layout import RecordLayout
from watchclock_protocol.record_rules import KindRule
from watchclock_protocol.records import RecordKind
from watchclock_protocol.values import TimeCoding

raws = st.binary(min_size=1, max_size=1).map(lambda data: bytes((data[0] % 3,)))
memories = st.lists(raws, max_size=12)


def kept(*readings: list[bytes]) -> UniqueRecords:
    unique = UniqueRecords()
    for reading in readings:
        unique.begin_reading(len(reading))
        for raw in reading:
            unique.add(patrol_record(raw))
    return unique


@given(memory=memories, times=st.integers(1, 3))
def test_a_memory_read_again_adds_nothing(memory: list[bytes], times: int) -> None:
    records = kept(*[memory] * times).all()
    assert [keyed.record.raw for keyed in records] == memory
    assert [keyed.position for keyed in records] == list(range(len(memory)))


@given(memory=memories, cut=st.integers(0, 12))
def test_a_reading_that_broke_off_adds_nothing(memory: list[bytes], cut: int) -> None:
    assert kept(memory[:cut], memory).all() == kept(memory, memory[:cut]).all()
    assert len(kept(memory[:cut], memory).all()) == len(memory)


@given(readings=st.lists(memories, max_size=4))
def test_each_record_is_kept_as_often_as_the_reading_that_has_it_most(
    readings: list[list[bytes]],
) -> None:
    most: Counter[bytes] = Counter()
    for reading in readings:
        most |= Counter(reading)
    records = kept(*readings).all()
    assert Counter(keyed.record.raw for keyed in records) == most
    assert len({(keyed.record.raw, keyed.rank) for keyed in records}) == len(records)


@given(memory=memories)
def test_equal_records_of_one_reading_are_ranked_from_zero(memory: list[bytes]) -> None:
    ranks = [(keyed.record.raw, keyed.rank) for keyed in kept(memory).all()]
    assert ranks == [(raw, memory[:place].count(raw)) for place, raw in enumerate(memory)]


@given(memory=memories, after=st.lists(memories, max_size=3))
def test_what_is_read_after_an_acknowledgement_is_another_record(
    memory: list[bytes], after: list[list[bytes]]
) -> None:
    unique = kept(memory)
    for reading in after:
        unique.begin_memory()
        for _ in range(2):
            unique.begin_reading(len(reading))
            for raw in reading:
                unique.add(patrol_record(raw))
    records = unique.all()
    assert [keyed.record.raw for keyed in records] == [
        *memory,
        *(raw for one in after for raw in one),
    ]
    keys = {(one.record.raw, one.rank, one.is_after_acknowledgement) for one in records}
    assert len(keys) == len(records)


@given(stored=st.lists(st.tuples(st.integers(1, 4), raws), max_size=12))
def test_a_slot_and_its_bytes_are_one_record_however_often_they_come(
    stored: list[tuple[int, bytes]],
) -> None:
    unique = UniqueRecords()
    for slot, raw in stored:
        unique.add(patrol_record(raw, slot))
    records = unique.all()
    assert [(keyed.record.slot, keyed.record.raw) for keyed in records] == list(
        dict.fromkeys(stored)
    )
    assert {keyed.rank for keyed in records} <= {0}
    assert len(unique.disagreements()) == len(set(stored)) - len({slot for slot, _ in stored})


@given(knocks=memories, patrol=memories, later=memories)
def test_a_kind_that_an_acknowledgement_keeps_comes_again_and_is_the_same(
    knocks: list[bytes], patrol: list[bytes], later: list[bytes]
) -> None:
    unique = UniqueRecords(frozenset({RecordKind.KNOCK}))
    for touched in (patrol, later):
        unique.begin_reading(len(touched) + len(knocks))
        for raw in touched:
            unique.add(patrol_record(raw))
        for raw in knocks:
            unique.add(knock_record(raw))
        unique.begin_memory()
    kept_knocks = [one for one in unique.all() if one.record.kind is RecordKind.KNOCK]
    kept_patrol = [one for one in unique.all() if one.record.kind is RecordKind.PATROL]
    assert [one.record.raw for one in kept_knocks] == knocks
    assert not any(one.is_after_acknowledgement for one in kept_knocks)
    assert [one.record.raw for one in kept_patrol] == [*patrol, *later]
    assert unique.disagreements() == ()


@given(knocks=memories, cut=st.integers(0, 12))
def test_an_acknowledgement_in_the_middle_of_a_kept_kind_doubles_and_loses_nothing(
    knocks: list[bytes], cut: int
) -> None:
    unique = UniqueRecords(frozenset({RecordKind.KNOCK}))
    unique.begin_reading(len(knocks))
    for raw in knocks[:cut]:
        unique.add(knock_record(raw))
    unique.begin_memory()
    for raw in knocks[cut:]:
        unique.add(knock_record(raw))
    assert [one.record.raw for one in unique.all()] == knocks


@given(first=memories, second=memories)
def test_readings_of_different_kinds_are_never_compared(
    first: list[bytes], second: list[bytes]
) -> None:
    unique = UniqueRecords()
    unique.begin_reading(len(first))
    for raw in first:
        unique.add(patrol_record(raw))
    unique.begin_reading(len(second))
    for raw in second:
        unique.add(knock_record(raw))
    assert len(unique.all()) == len(first) + len(second)
    assert unique.disagreements() == ()


CARD_BLOCKS = st.lists(
    st.tuples(st.sampled_from([CARD_RECORDS, SYSTEM_RECORDS]), st.lists(st.integers(0, 3)))
)


@given(blocks=CARD_BLOCKS, with_slots=st.booleans(), acknowledged=st.integers(0, 3))
def test_batches_give_the_same_records_as_one_at_a_time(
    blocks: list[tuple[RecordLayout, list[int]]], *, with_slots: bool, acknowledged: int
) -> None:
    together, alone = UniqueRecords(), UniqueRecords()
    for number, (layout, values) in enumerate(blocks):
        batch = RecordBatch(
            layout=layout,
            block=b"".join(bytes([value] * layout.octets) for value in values),
            slots=[value // 2 + 1 for value in values] if with_slots else None,
        )
        together.extend(batch)
        for record in batch:
            alone.add(record)
        if number == acknowledged:
            together.begin_memory()
            alone.begin_memory()
    records = together.all()
    assert records == alone.all()
    assert together.disagreements() == alone.disagreements()
    assert [records[place] for place in range(len(records))] == list(records)
    assert [(one.record.kind, one.record.slot, one.record.raw) for one in records] == list(
        zip(records.kinds, records.slots, records.raws, strict=True)
    )
    assert sum(map(len, records.runs)) == len(records)


def test_slot_and_kind_that_stand_inside_a_record_are_read_from_the_block() -> None:
    layout = RecordLayout(
        name="test.inside",
        declaration=Struct(
            kind=Int8ub, slot=Int16ul, time=wand_time("yMdHms", TimeCoding.BINARY), code=Int8ub
        ),
        kind=KindRule(field="kind", kinds={1: RecordKind.KNOCK}),
        slot="slot",
        code=("code",),
    )
    when = bytes([26, 3, 1, 22, 0, 0])
    block = b"".join(bytes([kind, slot, 1]) + when + b"\x07" for kind, slot in ((1, 5), (9, 6)))
    unique = UniqueRecords()
    unique.extend(RecordBatch(layout=layout, block=block))
    records = unique.all()
    assert records.kinds == [RecordKind.KNOCK, RecordKind.SYSTEM]
    assert records.slots == [0x105, 0x106]
    assert [(one.record.kind, one.record.slot) for one in records] == list(
        zip(records.kinds, records.slots, strict=True)
    )
