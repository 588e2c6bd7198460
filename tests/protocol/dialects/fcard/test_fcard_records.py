"""Stored records and the values beside them: nothing dropped, doubt flagged."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import by_hand_fcard
from tests.support.by_hand_fcard import civil
from watchclock_protocol.dialects.fcard.records import CARD_RECORDS, SYSTEM_RECORDS
from watchclock_protocol.dialects.fcard.replies import (
    ExpiryDate,
    Firmware,
    ProductionDate,
    RunInformation,
    StaffEntry,
)
from watchclock_protocol.errors import LayoutError
from watchclock_protocol.records import PatrolRecord, RecordFlag, SystemRecord


def patrol_record(raw: bytes, slot: int) -> PatrolRecord:
    record = CARD_RECORDS.decode(raw, slot)
    assert isinstance(record, PatrolRecord)
    return record


def system_record(raw: bytes, slot: int, reference: datetime | None = None) -> SystemRecord:
    record = SYSTEM_RECORDS.decode(raw, slot, reference)
    assert isinstance(record, SystemRecord)
    return record


WHEN = civil(2026, 11, 21, 8, 34, 9)
CIVIL = st.datetimes(civil(2000, 1, 1), civil(2099, 12, 31)).map(
    lambda when: when.replace(microsecond=0)
)


@given(st.integers(1, 999), CIVIL, st.integers(0, 1), st.integers(0, 0xFFFFFF))
def test_a_card_record_decodes_to_what_was_encoded_by_hand(
    staff: int, when: datetime, state: int, card: int
) -> None:
    raw = by_hand_fcard.card_record(staff, when, state, card)
    record = patrol_record(raw, 9)
    assert (record.slot, record.raw) == (9, raw)
    assert (record.guard_number, record.is_guard_tag) == (staff, state == 1)
    assert (record.time.civil, record.tag.octets) == (when, card.to_bytes(3))
    assert not record.flags


@given(st.binary(min_size=12, max_size=12))
def test_any_twelve_bytes_are_a_card_record_that_keeps_them(raw: bytes) -> None:
    record = patrol_record(raw, 1)
    assert record.raw == raw
    assert record.time.civil is not None or RecordFlag.TIME_IMPOSSIBLE in record.flags


@given(st.binary(min_size=8, max_size=8))
def test_any_eight_bytes_are_a_system_record_that_keeps_them(raw: bytes) -> None:
    record = system_record(raw, 1, WHEN)
    assert (record.raw, record.code) == (raw, raw[0])
    assert bool(record.meanings) != (RecordFlag.UNKNOWN_CODE in record.flags)


@pytest.mark.parametrize("octets", [0, 7, 9, 11, 13])
def test_records_of_another_length_are_refused(octets: int) -> None:
    with pytest.raises(LayoutError):
        patrol_record(bytes(octets), 1)
    with pytest.raises(LayoutError):
        system_record(bytes(octets), 1)


def test_a_slot_never_written_is_kept_and_flagged() -> None:
    card = patrol_record(b"\xff" * 12, 3)
    system = system_record(b"\xff" * 8, 4)
    assert RecordFlag.EMPTY_SLOT in card.flags & system.flags
    assert (card.guard_number, card.time.civil, system.time.civil) == (None, None, None)


def test_a_touch_while_no_guard_was_selected_has_none() -> None:
    raw = by_hand_fcard.card_record(0, WHEN, 0, 0x123456)
    record = patrol_record(raw, 1)
    assert (record.guard_number, record.flags) == (None, frozenset())


def test_a_state_the_document_does_not_know_is_kept_and_flagged() -> None:
    raw = by_hand_fcard.card_record(7, WHEN, 2, 0x123456)
    record = patrol_record(raw, 1)
    assert record.flags == {RecordFlag.UNKNOWN_STATE}
    assert not record.is_guard_tag


@pytest.mark.parametrize(
    ("code", "meanings"),
    [
        (5, ("voltage_too_low",)),
        (11, ("staff_changed", "card_records_read")),
        (12, ("system_records_read", "card_records_read")),
        (15, ("system_records_cleared",)),
        (16, ()),
    ],
)
def test_disputed_codes_show_both_meanings_and_unknown_ones_none(
    code: int, meanings: tuple[str, ...]
) -> None:
    raw = by_hand_fcard.system_record(code, WHEN)
    record = system_record(raw, 1)
    assert record.meanings == meanings
    assert (record.flags == {RecordFlag.UNKNOWN_CODE}) == (not meanings)


def test_a_system_time_that_cannot_be_decided_is_flagged() -> None:
    raw = bytes.fromhex("05 26 05 06 07 08 09 00")
    record = system_record(raw, 1)
    assert record.flags == {RecordFlag.TIME_CODING_UNCERTAIN}


def test_a_chinese_name_fits_five_characters_and_no_more() -> None:
    entry = StaffEntry.named(number=1, card=2, name="王小明先生")
    assert entry.name == "王小明先生"
    with pytest.raises(ValueError, match="12 bytes"):
        StaffEntry.named(number=1, card=2, name="王小明先生好")


def test_a_name_cut_inside_a_character_is_kept_as_bytes() -> None:
    entry = StaffEntry(number=1, card=2, name_raw=b"\xcd\xf5\xce" + bytes(7))
    assert entry.name is None
    assert entry.name_raw.startswith(b"\xcd\xf5\xce")


def test_only_a_staff_entry_of_ff_throughout_is_empty() -> None:
    empty = StaffEntry(number=0xFFFF, card=0xFFFFFF, name_raw=b"\xff" * 10)
    unnamed = StaffEntry(number=0xFFFF, card=0xFFFFFF, name_raw=bytes(10))
    assert (empty.is_empty, unnamed.is_empty) == (True, False)


@pytest.mark.parametrize(("raw", "text"), [(b"9922", "99.22"), (b"\xff122", r"\xff122")])
def test_a_firmware_version_is_shown_as_the_maker_does(raw: bytes, text: str) -> None:
    assert Firmware(raw=raw).text == text


def test_stored_days_are_read_and_impossible_ones_are_none() -> None:
    assert ExpiryDate(raw=b"\x30\x12\x31").day == civil(2030, 12, 31).date()
    assert ProductionDate(raw=b"\x24\x02\x29").day == civil(2024, 2, 29).date()
    assert ExpiryDate(raw=b"\x30\x02\x30").day is None
    assert ProductionDate(raw=b"\x24\x0a\x01").day is None


def run_information(voltage_raw: bytes, charge_percent: int, day_raw: bytes) -> RunInformation:
    return RunInformation(
        factory_date_raw=day_raw,
        formats=2,
        power_ons=345,
        voltage_raw=voltage_raw,
        charge_percent=charge_percent,
        staff_selected=7,
        staff_used=12,
        new_card_records=3,
        new_system_records=0,
    )


def test_the_health_of_a_wand_is_in_millivolts_and_per_cent() -> None:
    health = run_information(b"\x03\x72", 81, b"\x24\x03\x15").health
    assert (health.voltage_mv, health.charge_percent) == (3720, 81)
    assert health.factory_date == civil(2024, 3, 15).date()


def test_what_cannot_be_meant_is_left_out_of_the_health() -> None:
    health = run_information(b"\x0a\x00", 101, b"\x24\x13\x15").health
    assert (health.voltage_mv, health.charge_percent, health.factory_date) == (None, None, None)
