"""What a reading asks for, what counts as new, and what is taken up after a break."""

from dataclasses import replace

import pytest

from tests.support import by_hand_vs
from tests.support.by_hand_vs import CONTACT_SERIAL
from tests.support.vs_line import filled_wand
from watchclock_protocol.dialects.vs.pages import PageBatch, PageHeard, read_page
from watchclock_protocol.dialects.vs.reading import (
    MOST_DOUBTFUL_ROUNDS,
    MOST_PAGES,
    MOST_ROUNDS,
    KeptPages,
    PageReading,
)
from watchclock_protocol.dialects.vs.requests import MOST_PAGES_A_REQUEST
from watchclock_protocol.errors import LayoutError, RecordsChangedError


def reading_of(records: int) -> PageReading:
    return PageReading(filled_wand(records).totals())


def batch(number: int, count: int = 41, guard: int = 7) -> PageBatch:
    first = number * 41 + 1
    records = [by_hand_vs.record(first + place, guard=guard) for place in range(count)]
    return read_page(number, by_hand_vs.page(number, first, records)).batch(0, 0xFFFFFFFF)


def arrive(reading: PageReading, number: int, count: int = 41) -> int:
    """A whole page; how many of its records are new."""
    reading.hear(PageHeard(number=number, is_torn=False, damaged=()))
    return len(reading.take(batch(number, count)))


def asked(reading: PageReading) -> list[tuple[int, int]]:
    return [(request.first_page, request.pages) for request in reading.requests()]


def test_every_page_is_asked_for_once_in_requests_of_bounded_size() -> None:
    reading = reading_of(41 * 150)
    requests = reading.requests()
    found = [next(requests) for _ in range(3)]
    assert [(each.first_page, each.pages) for each in found] == [(0, 64), (64, 64), (128, 22)]
    assert {(each.first_sequence, each.last_sequence) for each in found} == {(1, 41 * 150)}
    assert max(each.pages for each in found) == MOST_PAGES_A_REQUEST


def test_what_did_not_arrive_is_asked_for_again_in_runs_and_not_for_ever() -> None:
    reading = reading_of(41 * 6)
    for number in (0, 3, 5):
        arrive(reading, number)
    assert asked(reading) == [(1, 2), (4, 1)] * (1 + MOST_ROUNDS)


def test_pages_with_damaged_records_are_asked_for_again_only_while_something_is_missing() -> None:
    reading = reading_of(41 * 3)
    for number in (0, 1, 2):
        arrive(reading, number, count=41 - number // 2)
    reading.hear(PageHeard(number=2, is_torn=True, damaged=(40,)))
    assert asked(reading) == [(2, 1)] * MOST_DOUBTFUL_ROUNDS
    arrive(reading, 2)
    assert reading.is_complete
    assert asked(reading) == []


def test_records_count_as_new_once_and_place_by_place() -> None:
    reading = reading_of(41)
    assert arrive(reading, 0, count=40) == 40
    assert arrive(reading, 0, count=40) == 0
    assert [record.slot for record in reading.take(batch(0))] == [41]
    assert reading.received == 41


def test_a_page_that_arrives_with_other_records_contradicts_itself() -> None:
    reading = reading_of(41)
    arrive(reading, 0)
    with pytest.raises(RecordsChangedError):
        reading.take(batch(0, guard=8))


@pytest.mark.parametrize("number", [3, 9])
def test_a_page_outside_the_reading_gives_nothing(number: int) -> None:
    reading = reading_of(41 * 3)
    assert arrive(reading, number) == 0
    assert reading.arrived == reading.received == 0


@pytest.mark.parametrize("pages", [0, MOST_PAGES + 1])
def test_counters_that_name_more_pages_than_any_wand_has_are_refused(pages: int) -> None:
    totals = filled_wand(10).totals()
    with pytest.raises(LayoutError):
        PageReading(replace(totals, newest_page=totals.first_unread_page + pages - 1))


def test_kept_pages_are_not_asked_for_again_and_count_as_received() -> None:
    first = reading_of(41 * 4)
    for number in (0, 1, 3):
        arrive(first, number)
    kept = first.kept(CONTACT_SERIAL)
    assert kept == KeptPages(serial=CONTACT_SERIAL, read_pointer=0, records={0: 41, 1: 41})
    second = reading_of(41 * 5)
    second.keep(kept)
    assert asked(second)[0] == (2, 3)
    assert second.received == 82


def test_the_newest_and_doubtful_pages_are_never_kept() -> None:
    reading = reading_of(41 * 3)
    for number in (0, 1, 2):
        arrive(reading, number)
    reading.hear(PageHeard(number=1, is_torn=False, damaged=(4,)))
    assert set(reading.kept(CONTACT_SERIAL).records) == {0}
    fresh = reading_of(41)
    fresh.keep(KeptPages(serial=CONTACT_SERIAL, read_pointer=0, records={0: 41, 7: 41}))
    assert fresh.received == 0
