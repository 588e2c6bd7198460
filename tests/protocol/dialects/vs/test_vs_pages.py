"""Pages of the memory: whole, being filled, torn, and anything else 1024 bytes can be."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import by_hand_vs
from tests.support.by_hand_vs import CONTACT_SERIAL, ROM
from watchclock_protocol.dialects.vs.pages import PageHead, build_page, read_page
from watchclock_protocol.errors import RequestRangeError

EVERYTHING = (0, 0xFFFFFFFF)
COUNTS = st.integers(0, 41)


def head(number: int, first: int) -> PageHead:
    return PageHead(
        number=number,
        first_sequence=first,
        wear=1,
        begun=by_hand_vs.TOUCHED_S,
        serial=CONTACT_SERIAL,
    )


def records(count: int, first: int = 1) -> list[bytes]:
    return [by_hand_vs.record(first + place) for place in range(count)]


@given(COUNTS, st.integers(0, 0xFFFFFF), st.integers(0, 0xFFFFFFFF))
def test_a_page_is_built_as_the_second_encoder_builds_it(
    count: int, number: int, first: int
) -> None:
    stored = [by_hand_vs.record((first + place) & 0xFFFFFFFF) for place in range(count)]
    built = build_page(head(number, first), b"".join(stored))
    assert built == by_hand_vs.page(number, first, stored)


@given(COUNTS)
def test_a_whole_page_gives_its_records_in_order(count: int) -> None:
    page = read_page(3, by_hand_vs.page(3, 100, records(count, 100)))
    assert not page.is_torn
    assert page.serial == CONTACT_SERIAL
    assert [record.slot for record in page.batch(*EVERYTHING)] == list(range(100, 100 + count))
    assert page.damaged == ()


@given(COUNTS, st.integers(0, 60), st.integers(0, 60))
def test_only_the_sequences_that_are_meant_are_given(count: int, first: int, last: int) -> None:
    page = read_page(3, by_hand_vs.page(3, 1, records(count)))
    batch = page.batch(first, last)
    due = [sequence for sequence in range(1, count + 1) if first <= sequence <= last]
    assert [record.slot for record in batch] == due
    assert [place + 1 for place in batch.places] == due


@given(st.integers(0, 40), st.integers(0, 23))
def test_a_page_torn_inside_a_record_keeps_the_records_before_it(whole: int, octets: int) -> None:
    half = by_hand_vs.record(1 + whole)[:octets]
    page = read_page(3, by_hand_vs.page(3, 1, [*records(whole), half], is_torn=True))
    assert page.is_torn
    assert tuple(page.good) == tuple(range(whole))
    assert page.damaged == ((whole,) if octets else ())


def test_half_a_record_that_passes_the_check_by_chance_is_no_record() -> None:
    half = by_hand_vs.record(17)[:5]
    assert by_hand_vs.check(half.ljust(23, b"\xff")) == b"\xff"
    page = read_page(3, by_hand_vs.page(3, 1, [*records(16), half], is_torn=True))
    assert (tuple(page.good), page.damaged) == (tuple(range(16)), (16,))


@given(COUNTS, st.integers(0, 983), st.integers(1, 255))
def test_a_changed_byte_among_the_records_costs_at_most_one_of_them(
    count: int, at: int, change: int
) -> None:
    data = bytearray(by_hand_vs.page(3, 1, records(count)))
    data[40 + at] ^= change
    page = read_page(3, bytes(data))
    spoilt = at // 24
    assert page.is_torn
    assert tuple(page.good) == tuple(place for place in range(count) if place != spoilt)
    assert page.damaged == (spoilt,)


@given(st.binary(min_size=1024, max_size=1024))
def test_any_bytes_are_a_page_without_records(data: bytes) -> None:
    page = read_page(int.from_bytes(data[4:8], "little"), data)
    assert page.is_torn
    assert tuple(page.good) == page.damaged == ()


@pytest.mark.parametrize("octet", [0x00, 0xFF])
def test_erased_and_cleared_pages_hold_nothing(octet: int) -> None:
    page = read_page(0, bytes([octet]) * 1024)
    assert (page.is_torn, tuple(page.good), page.damaged) == (True, (), ())


@pytest.mark.parametrize("at", [0, 4, 14, 15], ids=["magic", "number", "record size", "version"])
def test_a_page_with_another_head_holds_nothing_even_when_its_records_are_good(at: int) -> None:
    data = bytearray(by_hand_vs.page(3, 1, records(41)))
    data[at] ^= 1
    assert read_page(3, bytes(data)).good == ()


def test_a_good_record_in_a_place_of_another_sequence_is_damage() -> None:
    left_over = [by_hand_vs.record(1), by_hand_vs.record(900)]
    page = read_page(3, by_hand_vs.page(3, 1, left_over))
    assert (tuple(page.good), page.damaged) == ((0,), (1,))


def test_a_count_beyond_the_places_makes_a_page_torn_whatever_its_crc() -> None:
    data = by_hand_vs.page(3, 1, [*records(41)])
    too_many = data[:12] + b"\x2a\x00" + data[14:]
    assert read_page(3, too_many).is_torn


def test_a_part_of_a_batch_holds_only_the_places_asked_for() -> None:
    batch = read_page(3, by_hand_vs.page(3, 1, records(5))).batch(*EVERYTHING)
    part = batch.only(frozenset({1, 4}))
    assert [record.slot for record in part] == [2, 5]
    assert part.places == (1, 4)


def test_more_records_than_places_make_no_page() -> None:
    with pytest.raises(RequestRangeError):
        build_page(head(1, 1), ROM * 124)


def test_a_serial_of_another_length_makes_no_page() -> None:
    with pytest.raises(RequestRangeError):
        build_page(replace(head(1, 1), serial=bytes(7)), b"")
