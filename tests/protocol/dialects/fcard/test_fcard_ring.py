"""Which serials are unread and asked for, against a wand memory walked step by step."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchclock_protocol.dialects.fcard.ring import (
    MOST_MISSING_A_REQUEST,
    MOST_RECORDS_A_REQUEST,
    MOST_ROUNDS,
    MOST_SERIALS,
    RingReading,
    SerialRun,
    ring_state,
    split,
    unread_runs,
)
from watchclock_protocol.errors import LayoutError, RecordsChangedError
from watchclock_protocol.messages import RingState
from watchclock_protocol.records import RecordKind

CAPACITY = st.integers(0, 40)
INDEX = st.integers(0, 45)


def ring(capacity: int, write_index: int, read_index: int, *, is_wrapped: bool) -> RingState:
    return ring_state(
        RecordKind.PATROL,
        capacity=capacity,
        write_index=write_index,
        read_index=read_index,
        is_wrapped=is_wrapped,
    )


def walked(capacity: int, write_index: int, read_index: int, *, is_wrapped: bool) -> list[int]:
    """The unread serials found by stepping from slot to slot as the wand did."""
    write_index = write_index if write_index <= capacity else 0
    read_index = read_index if read_index <= capacity else 0
    serials: list[int] = []
    at = write_index if is_wrapped else read_index
    unread = capacity if is_wrapped else None
    while len(serials) != unread and not (unread is None and at in ends(capacity, write_index)):
        at = at + 1 if at < capacity else 1
        serials.append(at)
    return serials


def ends(capacity: int, write_index: int) -> tuple[int, ...]:
    """Where a walk stops: at the last written slot, which is the ring's end when none is."""
    return (0, capacity) if write_index == 0 else (write_index,)


def serials_of(runs: tuple[SerialRun, ...]) -> list[int]:
    return [serial for run in runs for serial in range(run.first, run.last + 1)]


@given(capacity=CAPACITY, write_index=INDEX, read_index=INDEX, is_wrapped=st.booleans())
def test_the_unread_serials_are_those_a_walk_through_the_ring_finds(
    *, capacity: int, write_index: int, read_index: int, is_wrapped: bool
) -> None:
    state = ring(capacity, write_index, read_index, is_wrapped=is_wrapped)
    expected = walked(capacity, write_index, read_index, is_wrapped=is_wrapped)
    assert serials_of(unread_runs(state)) == expected
    assert state.unread == len(expected)


@given(capacity=CAPACITY, write_index=INDEX, read_index=INDEX, is_wrapped=st.booleans())
def test_no_run_crosses_the_end_of_the_ring(
    *, capacity: int, write_index: int, read_index: int, is_wrapped: bool
) -> None:
    runs = unread_runs(ring(capacity, write_index, read_index, is_wrapped=is_wrapped))
    assert all(1 <= run.first <= run.last <= capacity for run in runs)
    assert len(runs) <= 2


def test_an_index_beyond_the_capacity_counts_as_zero() -> None:
    state = ring(10, 4, 11, is_wrapped=False)
    assert (state.read_index, state.unread) == (0, 4)


def test_an_overwritten_ring_is_read_from_the_oldest_record_on() -> None:
    runs = unread_runs(ring(10, 4, 7, is_wrapped=True))
    assert runs == (SerialRun(5, 6), SerialRun(1, 4))


@given(st.integers(1, 2000), st.integers(1, 2000), st.integers(1, 600))
def test_a_run_is_split_without_gap_into_pieces_of_at_most_so_many(
    first: int, quantity: int, most: int
) -> None:
    pieces = list(split(SerialRun(first, quantity), most))
    assert all(1 <= piece.quantity <= most for piece in pieces)
    assert all(left.last + 1 == right.first for left, right in pairwise(pieces))
    assert (pieces[0].first, pieces[-1].last) == (first, first + quantity - 1)


def read_losing(reading: RingReading, lost: set[int]) -> list[SerialRun]:
    """Every request of a reading in which some serials never arrive the first time."""
    asked: list[SerialRun] = []
    once = set(lost)
    for run in reading.requests():
        asked.append(run)
        for serial in range(run.first, run.last + 1):
            if serial in once:
                once.remove(serial)
            else:
                reading.take(serial, serial.to_bytes(4))
    return asked


@given(st.integers(1, 1500), st.data())
def test_lost_serials_are_asked_for_again_and_no_others(unread: int, data: st.DataObject) -> None:
    reading = RingReading(ring(2000, unread, 0, is_wrapped=False))
    lost = data.draw(st.sets(st.integers(1, unread)))
    asked = read_losing(reading, lost)
    first_pass = -(-unread // MOST_RECORDS_A_REQUEST)
    assert serials_of(tuple(asked[:first_pass])) == list(range(1, unread + 1))
    assert serials_of(tuple(asked[first_pass:])) == sorted(lost)
    assert all(run.quantity <= MOST_MISSING_A_REQUEST for run in asked[first_pass:])
    assert reading.received == unread


def test_a_record_that_never_comes_is_asked_for_a_bounded_number_of_times() -> None:
    reading = RingReading(ring(10, 3, 0, is_wrapped=False))
    asked = 0
    for _ in reading.requests():
        asked += 1
        reading.take(1, b"one")
    assert asked == 1 + MOST_ROUNDS
    assert reading.received == 1


def test_a_record_that_arrives_again_is_not_new_and_one_that_changed_is_an_error() -> None:
    reading = RingReading(ring(10, 3, 0, is_wrapped=False))
    assert reading.take(2, b"two")
    assert not reading.take(2, b"two")
    with pytest.raises(RecordsChangedError):
        reading.take(2, b"TWO")


def test_a_ring_larger_than_the_dialect_allows_is_refused_before_memory_is_taken() -> None:
    with pytest.raises(LayoutError):
        RingReading(ring(MOST_SERIALS + 1, 1, 0, is_wrapped=False))
