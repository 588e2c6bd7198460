"""The ring against a list of everything that was ever stored."""

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from watchclock_sim.hardware.memory import AppendedList, RecordRing, WhenFull

CAPACITY = 5


def unread_slots(ring: RecordRing) -> list[int]:
    """Unread slots, oldest first, by the rules the maker's own host software follows."""
    first = ring.write_index if ring.is_wrapped else ring.read_index
    return [(first + step) % ring.capacity + 1 for step in range(ring.unread)]


class RingAgainstList(RuleBasedStateMachine):
    """The model keeps every record that has not been acknowledged or overwritten."""

    def __init__(self) -> None:
        super().__init__()
        self.ring = RecordRing(CAPACITY)
        self.unread: list[bytes] = []
        self.made = 0

    @rule(stops=st.booleans())
    def choose_mode(self, *, stops: bool) -> None:
        self.ring.when_full = WhenFull.STOP if stops else WhenFull.OVERWRITE

    @rule()
    def touch(self) -> None:
        self.made += 1
        record = self.made.to_bytes(4)
        stops = self.ring.when_full is WhenFull.STOP
        is_room = len(self.unread) < CAPACITY
        assert self.ring.append(record) is (is_room or not stops)
        if is_room or not stops:
            self.unread = [*self.unread, record][-CAPACITY:]

    @precondition(lambda self: self.unread)
    @rule(data=st.data())
    def acknowledge_some(self, data: st.DataObject) -> None:
        count = data.draw(st.integers(1, len(self.unread)))
        self.ring.move_read_index(unread_slots(self.ring)[count - 1], is_wrapped=False)
        del self.unread[:count]

    @rule()
    def clear(self) -> None:
        self.ring.clear()
        self.unread = []

    @invariant()
    def hosts_find_exactly_the_unread_records_in_order(self) -> None:
        assert [self.ring.slot(slot) for slot in unread_slots(self.ring)] == self.unread


TestRingAgainstList = RingAgainstList.TestCase


def filled(count: int, when_full: WhenFull) -> tuple[RecordRing, list[bool]]:
    ring = RecordRing(CAPACITY, when_full)
    return ring, [ring.append(bytes([number])) for number in range(count)]


def test_a_ring_that_was_never_acknowledged_is_full_without_the_wrap_flag() -> None:
    ring, _ = filled(CAPACITY, WhenFull.OVERWRITE)
    assert (ring.write_index, ring.read_index, ring.is_wrapped, ring.unread) == (5, 0, False, 5)


def test_overwriting_an_unread_record_sets_the_wrap_flag() -> None:
    ring, kept = filled(CAPACITY + 2, WhenFull.OVERWRITE)
    assert all(kept)
    assert (ring.write_index, ring.is_wrapped, ring.unread) == (2, True, CAPACITY)
    assert ring.slot(1) == b"\x05"


def test_a_ring_that_stops_keeps_the_oldest_records() -> None:
    ring, kept = filled(CAPACITY + 2, WhenFull.STOP)
    assert kept == [True] * CAPACITY + [False] * 2
    assert [ring.slot(slot) for slot in range(1, 6)] == [bytes([n]) for n in range(5)]


def test_index_0_with_the_flag_makes_every_slot_unread_again() -> None:
    ring, _ = filled(3, WhenFull.OVERWRITE)
    ring.move_read_index(3, is_wrapped=False)
    assert ring.unread == 0
    ring.move_read_index(0, is_wrapped=True)
    assert unread_slots(ring) == [4, 5, 1, 2, 3]


def test_an_index_above_the_capacity_counts_as_0() -> None:
    ring, _ = filled(3, WhenFull.OVERWRITE)
    ring.move_read_index(CAPACITY + 1, is_wrapped=False)
    ring.move_write_index(CAPACITY + 1)
    assert (ring.read_index, ring.write_index, ring.unread) == (0, 0, 0)


@given(st.lists(st.binary(min_size=1, max_size=3)), st.integers(1, 10))
def test_a_list_keeps_the_first_records_and_forgets_all_at_once(
    records: list[bytes], capacity: int
) -> None:
    memory = AppendedList(capacity)
    kept = [memory.append(record) for record in records]
    assert [memory.record(index) for index in range(len(memory))] == records[:capacity]
    assert sum(kept) == len(memory)
    assert memory.record(len(memory)) is None
    memory.wipe()
    assert len(memory) == 0
