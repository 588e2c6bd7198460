"""The dialect's times: two codings, and the doubt between them."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import by_hand_fcard
from tests.support.by_hand_fcard import civil
from watchclock_protocol.dialects.fcard.times import (
    clock_octets,
    clock_time,
    day_octets,
    read_day,
    system_time,
)
from watchclock_protocol.values import TimeCoding, TimeFlaw
from watchclock_protocol.wand_times import read_parts

CIVIL = st.datetimes(civil(2000, 1, 1), civil(2099, 12, 31, 23, 59, 59)).map(
    lambda when: when.replace(microsecond=0)
)
BINARY_2026 = bytes.fromhex("1A 0B 15 08 1D 3A")
DECIMAL_2026 = bytes.fromhex("26 11 21 08 29 58")
EITHER = bytes.fromhex("26 05 06 07 08 09")
AMBIGUOUS_AS_DECIMAL = civil(2026, 5, 6, 7, 8, 9)
AMBIGUOUS_AS_BINARY = civil(2038, 5, 6, 7, 8, 9)


@given(CIVIL)
def test_the_clock_is_written_as_by_hand_and_read_back(
    when: datetime,
) -> None:
    octets = clock_octets(when)
    assert octets == by_hand_fcard.clock(when)
    assert clock_time(octets).civil == when


@given(CIVIL)
def test_a_day_reads_back(when: datetime) -> None:
    assert read_day(day_octets(when.date())) == when.date()


@pytest.mark.parametrize("year", [1999, 2100])
def test_a_year_that_two_digits_cannot_hold_is_refused(year: int) -> None:
    with pytest.raises(ValueError, match=str(year)):
        clock_octets(civil(year, 1, 1))


@given(st.binary(min_size=6, max_size=6))
def test_any_six_bytes_are_kept_and_either_a_date_or_flagged(raw: bytes) -> None:
    for time in (
        read_parts(raw, "yMdHms", TimeCoding.BINARY),
        clock_time(raw),
        system_time(raw, None),
    ):
        assert time.raw == raw
        assert time.civil is not None or time.flaw is not None


@pytest.mark.parametrize("raw", ["1A 02 1E 08 00 00", "64 01 01 00 00 00", "FF FF FF FF FF FF"])
def test_a_card_time_that_is_no_date_is_flagged(raw: str) -> None:
    time = read_parts(bytes.fromhex(raw), "yMdHms", TimeCoding.BINARY)
    assert (time.civil, time.flaw) == (None, TimeFlaw.IMPOSSIBLE_DATE)


def test_a_clock_byte_that_is_not_decimal_is_flagged() -> None:
    time = clock_time(bytes.fromhex("0A 30 08 21 11 26"))
    assert (time.civil, time.flaw) == (None, TimeFlaw.NOT_DECIMAL)


@pytest.mark.parametrize(
    ("raw", "coding"), [(BINARY_2026, TimeCoding.BINARY), (DECIMAL_2026, TimeCoding.BCD)]
)
def test_the_bytes_of_a_system_time_decide_where_they_can(raw: bytes, coding: TimeCoding) -> None:
    time = system_time(raw, None)
    assert time.civil == civil(2026, 11, 21, 8, 29, 58)
    assert (time.coding, time.flaw) == (coding, None)


def test_a_system_time_that_reads_the_same_in_both_codings_is_certain() -> None:
    time = system_time(bytes.fromhex("09 05 06 07 08 09"), None)
    assert (time.civil, time.flaw) == (civil(2009, 5, 6, 7, 8, 9), None)


def test_a_system_time_that_is_a_date_in_decimal_only_is_certain() -> None:
    time = system_time(bytes.fromhex("26 05 06 23 30 08"), None)
    assert (time.civil, time.flaw) == (civil(2026, 5, 6, 23, 30, 8), None)


def test_a_system_time_that_is_a_date_in_neither_coding_is_flagged() -> None:
    time = system_time(bytes.fromhex("26 13 40 07 08 09"), None)
    assert (time.civil, time.flaw) == (None, TimeFlaw.IMPOSSIBLE_DATE)


@pytest.mark.parametrize(
    ("reference", "expected", "flaw"),
    [
        (civil(2026, 5, 7), AMBIGUOUS_AS_DECIMAL, None),
        (civil(2038, 5, 7), AMBIGUOUS_AS_BINARY, None),
        (civil(2000, 1, 1), AMBIGUOUS_AS_DECIMAL, TimeFlaw.CODING_UNCERTAIN),
        (None, AMBIGUOUS_AS_DECIMAL, TimeFlaw.CODING_UNCERTAIN),
    ],
    ids=["only decimal is past", "both past, binary closer", "both in the future", "no clock"],
)
def test_the_wands_clock_decides_an_ambiguous_system_time(
    reference: datetime | None, expected: datetime, flaw: TimeFlaw | None
) -> None:
    time = system_time(EITHER, reference)
    assert (time.civil, time.flaw) == (expected, flaw)
