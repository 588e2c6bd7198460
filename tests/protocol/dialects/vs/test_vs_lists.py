"""Lists go to the wand whole or not at all, and come back as they were."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.by_hand_vs import ROM
from tests.support.session_line import answer, failure
from tests.support.sim_wands import DOCKED_AT, setup_of
from watchclock_protocol.dialects.vs.host import VsHostSession
from watchclock_protocol.dialects.vs.lists import (
    LIST_SHAPES,
    AlarmEntry,
    CheckpointEntry,
    FetchList,
    ListEntry,
    ListNumber,
    ListStored,
    RosterEntry,
    SendList,
    StoredList,
    decode_entries,
    encode_entries,
    entries_a_frame,
)
from watchclock_protocol.dialects.vs.procedures import VsCommand
from watchclock_protocol.errors import (
    LayoutError,
    LocalProtocolError,
    RefusedError,
    RequestRangeError,
)
from watchclock_protocol.events import Event, Transmit
from watchclock_protocol.session import Identify
from watchclock_protocol.values import TagId, TagTechnology
from watchclock_sim.wands.vs import VsWand

TAG = TagId(TagTechnology.IBUTTON, ROM)
ALARM = AlarmEntry(days=127, hour=22, minute=30, sounds=1)


def roster(count: int) -> tuple[RosterEntry, ...]:
    return tuple(
        RosterEntry.named(number=number, name=f"王 {number}", tag=TAG)
        for number in range(1, count + 1)
    )


def checkpoints(count: int) -> tuple[CheckpointEntry, ...]:
    tags = (TagId(TagTechnology.EM4100, number.to_bytes(5)) for number in range(count))
    return tuple(CheckpointEntry.named(name=f"East {tag}", tag=tag) for tag in tags)


class Docked:
    """A simulated wand and a session that knows it.

    Attributes:
        lost: which frames of the host do not arrive, counted from 1.
        unheard: which frames of the host are answered in vain.
        forgets_after: the frame after which another wand of that number stands there.
    """

    def __init__(self) -> None:
        self.wand = VsWand(setup_of("5B00000000001234"))
        self.host = VsHostSession(iter(range(0x10000)))
        self.lost: set[int] = set()
        self.unheard: set[int] = set()
        self.forgets_after = 0
        self.sent = 0
        self.ask(Identify())

    def ask(self, command: VsCommand) -> list[Event]:
        return self.carry(self.host.send(command, 0.0))

    def carry(self, waiting: list[Event]) -> list[Event]:
        """What comes of these events until nothing more is said."""
        events: list[Event] = []
        while waiting:
            event = waiting.pop(0)
            events.append(event)
            if isinstance(event, Transmit):
                self.sent += 1
                waiting += self._answers(event.data)
        return events

    def _answers(self, data: bytes) -> list[Event]:
        if self.sent in self.lost:
            return []
        frames = list(self.wand.receive(data, 0.0, DOCKED_AT))
        if self.sent == self.forgets_after:
            self.wand = VsWand(setup_of("5B00000000001234"))
        if self.sent in self.unheard:
            return []
        return [event for frame in frames for event in self.host.receive(frame, 0.0)]


@pytest.mark.parametrize(
    ("number", "entries"),
    [
        (ListNumber.ROSTER, roster(0)),
        (ListNumber.ROSTER, roster(70)),
        (ListNumber.CHECKPOINTS, checkpoints(100)),
        (ListNumber.ALARMS, (ALARM,) * 32),
    ],
)
def test_a_list_that_was_sent_comes_back_as_it_was(
    number: ListNumber, entries: tuple[ListEntry, ...]
) -> None:
    docked = Docked()
    stored = answer(docked.ask(SendList(list_number=number, entries=entries)))
    assert stored == ListStored(list_number=number, entries=len(entries))
    found = answer(docked.ask(FetchList(list_number=number)))
    assert found == StoredList(list_number=number, entries=entries)


def test_a_list_whose_transfer_broke_leaves_the_former_one_in_use() -> None:
    docked = Docked()
    docked.ask(SendList(list_number=ListNumber.ROSTER, entries=roster(5)))
    docked.lost = {docked.sent + 3}
    docked.ask(SendList(list_number=ListNumber.ROSTER, entries=roster(70)))
    assert docked.wand.lists.entries(ListNumber.ROSTER) == roster(5)


def test_a_list_whose_end_was_confirmed_in_vain_is_confirmed_again() -> None:
    docked = Docked()
    docked.unheard = {docked.sent + 3}
    docked.ask(SendList(list_number=ListNumber.ROSTER, entries=roster(5)))
    assert docked.host.deadline is not None
    again = docked.carry(docked.host.expire(docked.host.deadline))
    assert answer(again) == ListStored(list_number=ListNumber.ROSTER, entries=5)


@pytest.mark.parametrize(
    ("number", "entries"),
    [
        (ListNumber.ALARMS, (ALARM,) * 33),
        (ListNumber.ROSTER, (ALARM,)),
        (ListNumber.ALARMS, (AlarmEntry(days=256, hour=0, minute=0, sounds=0),)),
    ],
    ids=["too many", "of another list", "out of range"],
)
def test_a_list_that_does_not_fit_is_refused_before_anything_is_sent(
    number: ListNumber, entries: tuple[ListEntry, ...]
) -> None:
    docked = Docked()
    before = docked.sent
    with pytest.raises(LocalProtocolError) as told:
        docked.host.send(SendList(list_number=number, entries=entries), 0.0)
    assert isinstance(told.value, RequestRangeError)
    assert docked.sent == before
    assert isinstance(answer(docked.ask(FetchList(list_number=number))), StoredList)


@given(st.text(max_size=40))
def test_a_name_is_cut_between_characters(name: str) -> None:
    name = name.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")
    entry = RosterEntry.named(number=1, name=name)
    assert len(entry.name_raw) == 24
    assert name.startswith(entry.name)
    assert len(entry.name) == len(name) or len(entry.name.encode()) > 20


@given(st.sampled_from(ListNumber), st.binary(max_size=200))
def test_any_bytes_are_entries_or_refused(number: ListNumber, raw: bytes) -> None:
    if len(raw) % LIST_SHAPES[number].octets:
        with pytest.raises(LayoutError):
            decode_entries(number, raw)
    else:
        assert encode_entries(number, decode_entries(number, raw)) == raw


@pytest.mark.parametrize(("number", "most"), [(1, 29), (2, 31), (3, 255)])
def test_a_frame_holds_as_many_entries_as_fit(number: int, most: int) -> None:
    assert entries_a_frame(ListNumber(number)) == most


def test_a_wand_that_lost_its_open_list_refuses_the_rest() -> None:
    docked = Docked()
    docked.forgets_after = docked.sent + 1
    error = failure(docked.ask(SendList(list_number=ListNumber.ROSTER, entries=roster(1))))
    assert isinstance(error, RefusedError)
    assert error.details["reason"] == "list_incomplete"
