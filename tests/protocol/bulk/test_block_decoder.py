"""What the bulk decoder refuses, and what it does with blocks of any length."""

import re
from typing import Any

import numpy as np
import pytest
from construct import (
    BitsInteger,
    BitStruct,
    Bytes,
    Flag,
    Float32b,
    GreedyBytes,
    Int8ub,
    PaddedString,
    PascalString,
    Prefixed,
    Struct,
    VarInt,
    this,
)

from tests.support.record_layouts import MADE_UP, STUDY
from watchclock_protocol.bulk import NO_TIME, block_decoder
from watchclock_protocol.bulk.block_decoder import PART
from watchclock_protocol.checksums import low_byte_sum
from watchclock_protocol.dialects.fcard.records import SYSTEM_RECORDS
from watchclock_protocol.errors import LayoutNotDerivableError
from watchclock_protocol.fields import check_sum, wand_time
from watchclock_protocol.record_layout import RecordLayout
from watchclock_protocol.record_rules import KindRule, PrefixRule, TagRule, TagShape
from watchclock_protocol.records import RecordFlag, RecordKind
from watchclock_protocol.values import TagTechnology, TimeCoding

TIME = wand_time("yMdHms", TimeCoding.BINARY)


def knocks(**fields: Any) -> RecordLayout:  # noqa: ANN401  construct is untyped
    return RecordLayout(
        name="made_up.refused",
        declaration=Struct(**fields, time=TIME),
        kind=RecordKind.KNOCK,
    )


REFUSED = {
    "number": knocks(number=VarInt),
    "body": knocks(count=Int8ub, body=Bytes(this.count)),
    "rest": knocks(rest=GreedyBytes),
    "text": knocks(text=PascalString(Int8ub, "ascii")),
    "inner": knocks(inner=Prefixed(Int8ub, GreedyBytes)),
    "bits": knocks(bits=BitStruct("high" / BitsInteger(4), "low" / BitsInteger(4))),
    "weight": knocks(weight=Float32b),
    "name": knocks(name=PaddedString(8, "ascii")),
    "is_on": knocks(is_on=Flag),
    "sum": knocks(head=Int8ub, other=Int8ub, sum=check_sum(low_byte_sum, 1)),
}


@pytest.mark.parametrize("field", REFUSED)
def test_a_field_no_decoder_can_be_derived_for_is_refused_by_name(field: str) -> None:
    with pytest.raises(LayoutNotDerivableError, match=re.escape(f"made_up.refused.{field}")):
        block_decoder(REFUSED[field])


def test_a_time_that_every_record_decides_for_itself_is_refused_by_name() -> None:
    with pytest.raises(LayoutNotDerivableError, match=re.escape("fcard.system.time")):
        block_decoder(SYSTEM_RECORDS)


@pytest.mark.parametrize("order", ["ydMHms", "Hmsy"])
def test_a_time_whose_year_and_month_stand_apart_is_refused(order: str) -> None:
    layout = RecordLayout(
        name="made_up.apart",
        declaration=Struct(time=wand_time(order, TimeCoding.BCD)),
        kind=RecordKind.KNOCK,
    )
    with pytest.raises(LayoutNotDerivableError, match="one pair"):
        block_decoder(layout)


def test_rules_that_look_at_distant_bytes_are_refused() -> None:
    layout = RecordLayout(
        name="made_up.distant",
        declaration=Struct(kind=Int8ub, time=TIME, code=Int8ub),
        kind=KindRule(field="kind", kinds={}),
        code=("kind", "code"),
        meanings={1: ("alarm",)},
    )
    prefixed = RecordLayout(
        name="made_up.prefixed",
        declaration=Struct(time=TIME),
        kind=RecordKind.KNOCK,
        flags=(PrefixRule(flag=RecordFlag.EMPTY_SLOT, prefix=b"\xff\xff\xff"),),
    )
    for refused in (layout, prefixed):
        with pytest.raises(LayoutNotDerivableError):
            block_decoder(refused)


def test_a_tag_wider_than_a_word_is_refused() -> None:
    layout = RecordLayout(
        name="made_up.wide",
        declaration=Struct(time=TIME, tag=Bytes(10)),
        kind=RecordKind.PATROL,
        tag=TagRule(field="tag", shape=TagShape(technology=TagTechnology.ISO14443A, octets=10)),
    )
    with pytest.raises(LayoutNotDerivableError, match="8 bytes"):
        block_decoder(layout)


@pytest.mark.parametrize("layout", MADE_UP, ids=lambda layout: layout.name)
@pytest.mark.parametrize("count", [0, 1, PART - 1, PART, PART + 1, 2 * PART + 7])
def test_a_block_of_several_parts_decodes_like_its_parts(layout: RecordLayout, count: int) -> None:
    chance = np.random.default_rng(count)
    block = chance.integers(0, 0x30, count * layout.octets, np.uint8).tobytes()
    whole = block_decoder(layout).decode(block)
    middle = count // 2 * layout.octets
    first, second = (
        block_decoder(layout).decode(part) for part in (block[:middle], block[middle:])
    )
    for name in ("seconds", "flags", "reject", "traits"):
        halves = [getattr(first, name), getattr(second, name)]
        assert np.array_equal(getattr(whole, name), np.concatenate(halves)), name
    for name, column in whole.fields.items():
        assert np.array_equal(column, np.concatenate([first.fields[name], second.fields[name]]))


def test_every_date_of_the_century_has_its_second_and_no_other_byte_has_one() -> None:
    stored = np.zeros((65_536, STUDY.octets), np.uint8)
    stored[:, 4] = np.arange(65_536) >> 8
    stored[:, 5] = np.arange(65_536) & 0xFF
    stored[:, 6] = 0x29
    stored[:, 15] = stored[:, :15].sum(axis=1)
    found = block_decoder(STUDY).decode(stored.tobytes())
    singly = [STUDY.decode(row.tobytes()).time.civil for row in stored]
    assert [seconds != NO_TIME for seconds in found.seconds.tolist()] == [
        civil is not None for civil in singly
    ]
    assert sum(civil is not None for civil in singly) == 100 * 11 + 25
