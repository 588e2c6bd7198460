from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import by_hand_kaihe_eb as by_hand
from watchclock_protocol.bulk import block_decoder
from watchclock_protocol.dialects.kaihe_eb.profile import IndexBase, find_base, is_blank
from watchclock_protocol.dialects.kaihe_eb.records import (
    KNOCKS,
    PATROLS_A,
    PATROLS_B,
    decode_clock,
    decode_time,
    encode_time,
    knock_record,
    patrol_record,
)
from watchclock_protocol.dialects.kaihe_eb.replies import NumberReply, ShownClock, Variant
from watchclock_protocol.dialects.kaihe_eb.texts import decode_text, encode_text
from watchclock_protocol.errors import LayoutError, RequestRangeError
from watchclock_protocol.record_layout import RecordLayout
from watchclock_protocol.records import KnockRecord, PatrolRecord, RecordFlag
from watchclock_protocol.values import TagId

RECORD = by_hand.patrol_a(0x01)
OTHER = by_hand.patrol_a(0x02)
FIRST = datetime.fromisoformat("2000-01-01T00:00:00")


def test_variant_a_keeps_the_second_and_the_whole_tag() -> None:
    record = patrol_record(by_hand.patrol_a(0x0102A1B2C3, minute=30, second=5))
    assert isinstance(record, PatrolRecord)
    assert record.time.civil == datetime.fromisoformat("2026-11-21T08:30:05")
    assert record.tag == TagId.parse("em4100:0102A1B2C3")
    assert (record.slot, record.flags) == (None, frozenset())


def test_variant_b_keeps_the_minute_and_the_low_two_bytes_of_the_tag() -> None:
    record = patrol_record(by_hand.patrol_b(0xA1B2, minute=30))
    assert isinstance(record, PatrolRecord)
    assert record.time.civil == datetime.fromisoformat("2026-11-21T08:30:00")
    assert record.tag == TagId.parse("em4100:A1B2")


def test_a_knock_is_a_time_and_nothing_else() -> None:
    record = knock_record(by_hand.knock(31, 44))
    assert isinstance(record, KnockRecord)
    assert record.time.civil == datetime.fromisoformat("2026-11-21T08:31:44")
    assert record.strength_mg is None


@given(st.binary(min_size=11, max_size=11) | st.binary(min_size=7, max_size=7))
def test_any_bytes_of_a_record_are_kept_whatever_they_show(raw: bytes) -> None:
    record = patrol_record(raw)
    assert record.raw == raw
    assert (RecordFlag.TIME_IMPOSSIBLE in record.flags) == (record.time.civil is None)
    assert (RecordFlag.EMPTY_SLOT in record.flags) == is_blank(raw[:2])


@pytest.mark.parametrize("layout", [PATROLS_A, PATROLS_B, KNOCKS])
def test_a_decoder_of_whole_blocks_is_derived_from_each_layout(layout: RecordLayout) -> None:
    assert block_decoder(layout) is not None


@pytest.mark.parametrize("erased", [b"\xff", b"\x00"])
@pytest.mark.parametrize("layout", [PATROLS_A, PATROLS_B, KNOCKS])
def test_bytes_that_were_never_written_are_flagged(erased: bytes, layout: object) -> None:
    decoded = {
        PATROLS_A: patrol_record(erased * 11),
        PATROLS_B: patrol_record(erased * 7),
        KNOCKS: knock_record(erased * 6),
    }
    flags = next(record.flags for each, record in decoded.items() if each is layout)
    assert flags == {RecordFlag.EMPTY_SLOT, RecordFlag.TIME_IMPOSSIBLE}


@pytest.mark.parametrize("length", [0, 5, 6, 8, 10, 12])
def test_bytes_of_no_known_length_are_no_patrol_record(length: int) -> None:
    with pytest.raises(LayoutError):
        patrol_record(bytes(length))


@given(st.integers(0, 100 * 366 * 86400))
def test_a_clock_shows_what_it_was_set_to_in_plain_binary(seconds: int) -> None:
    civil = FIRST + timedelta(seconds=seconds)
    if civil.year >= 2100:
        with pytest.raises(RequestRangeError):
            encode_time(civil)
        return
    raw = encode_time(civil)
    assert decode_time(raw).civil == civil
    assert raw == bytes([civil.year - 2000, *civil.timetuple()[1:6]])


@pytest.mark.parametrize("weekday", [b"", b"\x06", b"\xff"])
def test_the_seventh_byte_of_the_clock_is_left_out(weekday: bytes) -> None:
    shown = decode_clock(ShownClock(shown=by_hand.knock(1, 2) + weekday))
    assert shown.raw == by_hand.knock(1, 2)
    assert shown.civil == datetime.fromisoformat("2026-11-21T08:01:02")


def test_the_variant_is_told_by_the_length_of_the_number() -> None:
    long, short = NumberReply(number=by_hand.NUMBER_A), NumberReply(number=by_hand.NUMBER_B)
    assert (long.variant, long.text) == (Variant.A, "0000A1B2C3")
    assert (short.variant, short.text) == (Variant.B, "2B")


@pytest.mark.parametrize(
    ("at_zero", "at_count", "base"),
    [
        (RECORD, None, IndexBase.ZERO),
        (None, RECORD, IndexBase.ONE),
        (RECORD, b"\xff" * 11, IndexBase.ZERO),
        (b"\x00" * 7, RECORD, IndexBase.ONE),
        (RECORD, OTHER, None),
        (RECORD, RECORD, None),
        (None, None, None),
        (b"\xff" * 11, b"\xff" * 11, None),
    ],
)
def test_only_a_record_at_one_end_tells_where_the_records_begin(
    at_zero: bytes | None, at_count: bytes | None, base: IndexBase | None
) -> None:
    assert find_base(at_zero, at_count) == base


CHARACTERS = st.characters(min_codepoint=0x20, max_codepoint=0x7E) | st.sampled_from(
    "巡更凯和测试"
)


@given(st.text(CHARACTERS, max_size=16))
def test_a_text_survives_being_stored(text: str) -> None:
    raw = encode_text(text, 32)
    assert len(raw) == 32
    assert decode_text(raw) == text


@given(st.binary(max_size=40))
def test_any_stored_bytes_are_a_text_or_none(raw: bytes) -> None:
    text = decode_text(raw)
    assert text is None or len(text) <= len(raw) // 2


@pytest.mark.parametrize("raw", [b"\xaa", b"\x41\x42", b"\x81\xff", b"\xaa\xc1\x81"])
def test_bytes_that_are_no_pairs_are_no_text(raw: bytes) -> None:
    assert decode_text(raw) is None


@pytest.mark.parametrize("text", ["x" * 17, "€uro", "ñ"])
def test_a_text_that_cannot_be_stored_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"fit|GBK|codec"):
        encode_text(text, 32)
