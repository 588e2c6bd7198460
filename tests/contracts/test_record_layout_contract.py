"""Every dialect's records: bulk decoding, one-at-a-time decoding and construct itself agree."""

from collections.abc import Iterator
from typing import Any

import construct
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.record_layouts import MADE_UP
from watchclock_protocol.bulk import Reject, block_decoder, columns_of, flags_of_bits
from watchclock_protocol.bulk.record_columns import RecordColumns
from watchclock_protocol.dialects import load_dialects
from watchclock_protocol.errors import ChecksumError, LayoutError, LayoutNotDerivableError
from watchclock_protocol.fields import CheckSumField
from watchclock_protocol.record_batch import RecordBatch
from watchclock_protocol.record_layout import RecordLayout
from watchclock_protocol.record_plan import FieldForm
from watchclock_protocol.records import Record

LAYOUTS = [
    *(layout for dialect in load_dialects().values() for layout in dialect.record_layouts),
    *MADE_UP,
]


def named(layout: RecordLayout) -> str:
    return layout.name


def is_derivable(layout: RecordLayout) -> bool:
    try:
        block_decoder(layout)
    except LayoutNotDerivableError:
        return False
    return True


DERIVABLE = [layout for layout in LAYOUTS if is_derivable(layout)]


def closed(layout: RecordLayout, raw: bytes) -> bytes:
    """The same bytes with the constants and the check sum they need."""
    octets = bytearray(raw)
    for plan in layout.plan:
        if plan.form is FieldForm.CONSTANT:
            octets[plan.offset : plan.end] = plan.constant
        elif isinstance(plan.field, CheckSumField):
            octets[plan.offset] = plan.field.algorithm(bytes(octets[: plan.offset]))
    return bytes(octets)


def lively(layout: RecordLayout) -> st.SearchStrategy[bytes]:
    """Bytes of records: many near what wands write, some damaged, some random."""
    random = st.binary(min_size=layout.octets, max_size=layout.octets)
    digits = st.sampled_from(bytes(range(0x13)) + b"\x23\x28\x29\x30\x31\x59\x5a\x99\xaa\xff")
    near = st.lists(digits, min_size=layout.octets, max_size=layout.octets).map(bytes)
    whole = (random | near).map(lambda raw: closed(layout, raw))
    return whole | near | random


def outcome(layout: RecordLayout, raw: bytes) -> Record | Reject:
    """The record, or why the block decoder has to reject it."""
    try:
        return layout.decode(raw)
    except ChecksumError:
        return Reject.CHECK_SUM
    except LayoutError:
        return Reject.CONSTANT


def rows(columns: RecordColumns) -> Iterator[tuple[object, ...]]:
    numbers = [columns.kind, columns.slot, columns.seconds, columns.flags, columns.guard_number]
    numbers += [columns.is_guard_tag, columns.code, columns.value, columns.strength_mg]
    lists = [np.asarray(column).tolist() for column in numbers]
    return zip(*lists, columns.tag, columns.raw, strict=True)


@pytest.mark.parametrize("layout", DERIVABLE, ids=named)
@given(data=st.data())
def test_a_block_decodes_to_what_its_records_decode_to_one_by_one(
    layout: RecordLayout, data: st.DataObject
) -> None:
    raws = data.draw(st.lists(lively(layout), max_size=40))
    expected = [outcome(layout, raw) for raw in raws]
    found = block_decoder(layout).decode(b"".join(raws))
    assert found.reject.tolist() == [
        each if isinstance(each, Reject) else Reject.NONE for each in expected
    ]
    sound = [raw for raw, each in zip(raws, expected, strict=True) if not isinstance(each, Reject)]
    batch = RecordBatch(layout=layout, block=b"".join(sound))
    assert list(rows(columns_of(batch))) == list(rows(columns_of(list(batch))))
    bits = [
        bits
        for bits, each in zip(found.flags.tolist(), expected, strict=True)
        if not isinstance(each, Reject)
    ]
    assert [flags_of_bits(each) for each in bits] == [record.flags for record in batch]


def construct_reads(layout: RecordLayout, raw: bytes) -> Any:  # noqa: ANN401  it is untyped
    try:
        return layout.declaration.parse(raw)
    except construct.ChecksumError:
        return Reject.CHECK_SUM
    except construct.ConstructError:
        return Reject.CONSTANT


@pytest.mark.parametrize("layout", LAYOUTS, ids=named)
@given(data=st.data())
def test_one_record_decodes_to_what_construct_reads(
    layout: RecordLayout, data: st.DataObject
) -> None:
    raw = data.draw(lively(layout))
    parsed = construct_reads(layout, raw)
    found = outcome(layout, raw)
    if not isinstance(found, Reject):
        assert parsed[layout.time] == found.time
        assert raw.startswith(found.raw)
        assert layout.slot is None or parsed[layout.slot] == found.slot
    else:
        assert parsed is found


@pytest.mark.parametrize("layout", LAYOUTS, ids=named)
def test_a_record_of_another_length_is_refused(layout: RecordLayout) -> None:
    for octets in (0, layout.raw_octets - 1, layout.octets + 1):
        with pytest.raises(LayoutError):
            layout.decode(bytes(octets))


@pytest.mark.parametrize("layout", DERIVABLE, ids=named)
@given(data=st.data())
def test_columns_that_are_filled_again_hold_nothing_of_before(
    layout: RecordLayout, data: st.DataObject
) -> None:
    decoder = block_decoder(layout)
    first = b"".join(data.draw(st.lists(lively(layout), min_size=5, max_size=9)))
    second = b"".join(data.draw(st.lists(lively(layout), max_size=5)))
    out = decoder.allocate(9)
    decoder.decode(first, out)
    again, fresh = decoder.decode(second, out), decoder.decode(second)
    assert again.seconds.tolist() == fresh.seconds.tolist()
    assert again.flags.tolist() == fresh.flags.tolist()
    assert again.reject.tolist() == fresh.reject.tolist()
    assert {name: column.tolist() for name, column in again.fields.items()} == {
        name: column.tolist() for name, column in fresh.fields.items()
    }


@pytest.mark.parametrize("layout", DERIVABLE, ids=named)
@given(data=st.data())
def test_a_column_holds_the_integers_that_construct_reads(
    layout: RecordLayout, data: st.DataObject
) -> None:
    raw = closed(layout, data.draw(lively(layout)))
    parsed = construct_reads(layout, raw)
    found = block_decoder(layout).decode(raw)
    plain = [
        plan.name
        for plan in layout.plan
        if plan.form is FieldForm.INTEGER and plan.name.isidentifier()
    ]
    assert {name: int(found.fields[name][0]) for name in plain} == {
        name: int(parsed[name]) for name in plain
    }


def test_half_a_record_at_the_end_of_a_block_is_refused() -> None:
    layout = DERIVABLE[0]
    with pytest.raises(LayoutError, match="last whole"):
        block_decoder(layout).decode(bytes(layout.octets + 1))
