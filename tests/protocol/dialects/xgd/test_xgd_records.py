from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import by_hand_xgd as by_hand
from watchclock_protocol.dialects.xgd import XGD
from watchclock_protocol.dialects.xgd.records import decode_clock, decode_record, encode_clock
from watchclock_protocol.errors import RequestRangeError
from watchclock_protocol.records import PatrolRecord, RecordFlag
from watchclock_protocol.values import TagId, TimeFlaw

WORKED = bytes.fromhex("000109340821112601A1B2C30000002B")


def decoded(raw: bytes) -> PatrolRecord:
    record = decode_record(raw)
    assert isinstance(record, PatrolRecord)
    return record


def test_the_worked_record_is_the_touch_the_source_describes() -> None:
    record = decoded(WORKED)
    assert record.time.civil == datetime.fromisoformat("2026-11-21T08:34:09")
    assert record.tag == TagId.parse("ibutton:01A1B2C30000002B")
    assert (record.raw, record.slot, record.flags) == (WORKED, None, frozenset())


@given(
    st.integers(0, 255),
    st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)),  # noqa: DTZ001
    st.integers(0, 2**48 - 1),
    st.integers(1, 255),
)
def test_a_record_encoded_by_hand_is_read_as_it_was_meant(
    number: int, civil: datetime, serial: int, family: int
) -> None:
    rom = by_hand.rom(serial, family)
    raw = by_hand.record(number, civil.strftime("%y%m%d%H%M%S"))[:8] + rom
    record = decoded(raw)
    assert record.time.civil == civil.replace(microsecond=0)
    assert record.tag.octets == rom
    assert record.tag.number == serial.to_bytes(6, "big")
    assert record.flags == frozenset()


@pytest.mark.parametrize(
    ("time", "flag"),
    [
        ("0A3408211126", RecordFlag.TIME_NOT_DECIMAL),
        ("FFFFFFFFFFFF", RecordFlag.TIME_NOT_DECIMAL),
        ("093408301326", RecordFlag.TIME_IMPOSSIBLE),
        ("093408300226", RecordFlag.TIME_IMPOSSIBLE),
        ("000000000000", RecordFlag.TIME_IMPOSSIBLE),
    ],
)
def test_an_impossible_time_is_kept_and_flagged(time: str, flag: RecordFlag) -> None:
    record = decoded(WORKED[:2] + bytes.fromhex(time) + WORKED[8:])
    assert record.flags == {flag}
    assert (record.time.civil, record.time.raw) == (None, bytes.fromhex(time))


@pytest.mark.parametrize(
    ("serial", "flag"),
    [
        ("01A1B2C30000002C", RecordFlag.TAG_CHECK_SUM),
        ("FFFFFFFFFFFFFFFF", RecordFlag.TAG_CHECK_SUM),
        ("0000000000000000", RecordFlag.TAG_IMPOSSIBLE),
        ("00A1B2C30000002B", RecordFlag.TAG_IMPOSSIBLE),
    ],
)
def test_a_serial_that_is_no_button_is_kept_and_flagged(serial: str, flag: RecordFlag) -> None:
    record = decoded(WORKED[:8] + bytes.fromhex(serial))
    assert record.flags == {flag}
    assert record.tag == TagId.parse(f"ibutton:{serial}")


def test_a_first_byte_nobody_described_is_flagged() -> None:
    assert decoded(b"\x01" + WORKED[1:]).flags == {RecordFlag.UNKNOWN_STATE}


def test_the_number_is_part_of_what_tells_records_apart() -> None:
    assert decoded(WORKED).raw != decoded(b"\x00\x02" + WORKED[2:]).raw


def test_the_clock_is_read_and_written_in_the_order_of_the_wire() -> None:
    time, date = encode_clock(datetime.fromisoformat("2026-11-21T08:30:05"))
    assert (time, date) == (bytes.fromhex("053008"), bytes.fromhex("211126"))
    assert decode_clock(time, date).civil == datetime.fromisoformat("2026-11-21T08:30:05")
    assert decode_clock(b"\x0a\x00\x00", date).flaw is TimeFlaw.NOT_DECIMAL
    with pytest.raises(RequestRangeError):
        encode_clock(datetime.fromisoformat("1999-12-31T23:59:59"))


def test_the_dialect_lists_its_record_for_the_block_decoder() -> None:
    assert [layout.octets for layout in XGD.record_layouts] == [16]
    assert XGD.record_layouts[0].raw_octets == 16
