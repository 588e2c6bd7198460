"""Deadlines, resends and order of the host role, and the requests only this dialect has."""

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import by_hand_fcard
from tests.support.by_hand_fcard import civil
from tests.support.fcard_line import Line, host_session, numbered_wand
from tests.support.golden_fcard import recorded_staff
from tests.support.session_line import answer, failure
from watchclock_protocol.dialect import host_session as dialect_session
from watchclock_protocol.dialects.fcard import FCARD, replies, requests
from watchclock_protocol.dialects.fcard.host import MOST_REFUSALS, tokens
from watchclock_protocol.errors import (
    LayoutError,
    LocalProtocolError,
    RecordsMissingError,
    RefusedError,
    RequestRangeError,
    SilenceError,
    WandChangedError,
)
from watchclock_protocol.events import (
    Answered,
    BytesSkipped,
    Event,
    Failed,
    FrameRejected,
    Heard,
    Resent,
    Transmit,
)
from watchclock_protocol.fcard_family.frames import MOST_BUFFERED_OCTETS
from watchclock_protocol.messages import ClockReading, Identity
from watchclock_protocol.records import RecordKind
from watchclock_protocol.session import (
    Acknowledge,
    CheckClock,
    HostCommand,
    Identify,
    ReadCounters,
    ReadRecords,
    SetClock,
)

CIVIL = civil(2026, 11, 21, 8, 30, 5)


def token_of(events: list[Event]) -> int:
    """The token of the frame that goes out, which none of these tests escapes."""
    (sent,) = (event for event in events if isinstance(event, Transmit))
    return int.from_bytes(sent.data[2:4])


def identified() -> Line:
    line = Line(host_session(), numbered_wand(20))
    line.run(Identify())
    return line


@pytest.mark.parametrize(
    ("command", "attempts", "waited_s"),
    [(CheckClock(), 3, 0.9), (SetClock(CIVIL), 3, 15.0), (ReadCounters(), 3, 0.9)],
    ids=["read clock", "set clock", "read counters"],
)
def test_silence_is_given_up_after_the_makers_resends(
    command: HostCommand, attempts: int, waited_s: float
) -> None:
    line = identified()
    line.to_wand = lambda _: []
    before = len(line.written)
    events = line.run(command)
    assert isinstance(failure(events), SilenceError)
    assert len(set(line.written[before:])) == 1
    assert len(line.written) - before == attempts
    assert line.now == pytest.approx(waited_s)
    assert [event.attempt for event in events if isinstance(event, Resent)] == [2, 3]


def test_records_that_do_not_come_are_waited_for_twenty_times() -> None:
    line = identified()
    line.run(ReadCounters())
    line.to_wand = lambda _: []
    assert isinstance(failure(line.run(ReadRecords())), SilenceError)
    assert line.now == pytest.approx(21.0)


def test_every_page_gives_the_wand_its_whole_time_again() -> None:
    line = identified()
    line.run(ReadCounters())
    (sent, *_) = line.host.send(ReadRecords(), 0.0)
    assert isinstance(sent, Transmit)
    page, *_ = line.wand.receive(sent.data, 0.0)
    line.host.receive(page, 0.75)
    assert line.host.deadline == pytest.approx(1.75)


def test_nothing_happens_before_the_deadline() -> None:
    line = identified()
    line.host.send(CheckClock(), 0.0)
    assert line.host.expire(0.29) == []
    assert isinstance(line.host.expire(0.3)[-1], Transmit)


def test_a_frame_the_wand_received_damaged_goes_out_again() -> None:
    line = identified()
    travelling = count(1)
    line.to_wand = lambda frame: (
        [frame[:4] + b"\x55" + frame[5:]] if next(travelling) == 1 else [frame]
    )
    events = line.run(CheckClock())
    assert Resent("read clock", 2) in events
    assert isinstance(answer(events), ClockReading)
    assert line.now == 0.0


def test_damaged_frames_do_not_use_up_the_patience_with_silence() -> None:
    line = identified()
    travelling = count(1)

    def damage_five_lose_two(frame: bytes) -> list[bytes]:
        nth = next(travelling)
        damaged = frame[:4] + b"\x55" + frame[5:]
        return [damaged] if nth <= 5 else [] if nth <= 7 else [frame]

    line.to_wand = damage_five_lose_two
    assert isinstance(answer(line.run(CheckClock())), ClockReading)
    assert line.now == pytest.approx(0.6)


def test_a_wand_that_finds_every_frame_damaged_is_given_up() -> None:
    line = identified()
    line.to_wand = lambda frame: [frame[:4] + b"\x55" + frame[5:]]
    before = len(line.written)
    assert isinstance(failure(line.run(CheckClock())), RefusedError)
    assert len(line.written) - before == MOST_REFUSALS + 1


def test_a_half_frame_older_than_two_seconds_is_dropped() -> None:
    host = host_session()
    frame = by_hand_fcard.frame(5, 0x1000, 0x31, 0x01, b"\x05")
    host.send(Identify(), 0.0)
    host.receive(frame[:6], 0.0)
    events = host.receive(frame, 2.0)
    assert events[0] == BytesSkipped(6)
    assert isinstance(events[1], Transmit)


def test_a_late_reply_to_an_earlier_request_is_rejected() -> None:
    line = identified()
    first = line.host.send(CheckClock(), 0.0)[0]
    assert isinstance(first, Transmit)
    (reply,) = line.wand.receive(first.data, 0.0)
    line.host.receive(reply, 0.0)
    line.host.send(CheckClock(), 0.0)
    (rejected,) = line.host.receive(reply, 0.0)
    assert isinstance(rejected, FrameRejected)


def test_a_reply_of_another_wand_is_rejected_though_its_token_is_right() -> None:
    line = identified()
    token = token_of(line.host.send(CheckClock(), 0.0))
    clock = by_hand_fcard.clock(CIVIL)
    (rejected,) = line.host.receive(by_hand_fcard.frame(6, token, 0x32, 0x01, clock), 0.0)
    assert isinstance(rejected, FrameRejected)
    answered = line.host.receive(by_hand_fcard.frame(5, token, 0x32, 0x01, clock), 0.0)[-1]
    assert isinstance(answered, Answered)


@pytest.mark.parametrize("second", [6, 200])
def test_two_wands_that_answer_one_broadcast_fail_the_session(second: int) -> None:
    host = host_session()
    token = token_of(host.send(Identify(), 0.0))
    host.receive(by_hand_fcard.frame(5, token, 0x31, 0x01, b"\x05"), 0.0)
    other = by_hand_fcard.frame(second, token, 0x31, 0x01, bytes([second]))
    failed = host.receive(other, 0.0)[-1]
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, WandChangedError)


def test_another_wand_at_the_second_identification_fails_the_session() -> None:
    line = identified()
    line.wand.session.number = 6
    assert isinstance(failure(line.run(Identify())), WandChangedError)


@pytest.mark.parametrize(
    "command",
    [CheckClock(), ReadCounters(), SetClock(CIVIL), requests.WriteNumber(number=9)],
    ids=repr,
)
def test_nothing_but_its_number_is_asked_of_an_unknown_wand(
    command: HostCommand | requests.FcardRequest,
) -> None:
    with pytest.raises(LocalProtocolError):
        host_session().send(command, 0.0)


@pytest.mark.parametrize("command", [ReadRecords(), Acknowledge(CIVIL)], ids=repr)
def test_what_needs_a_step_before_is_refused_without_it(command: HostCommand) -> None:
    line = identified()
    with pytest.raises(LocalProtocolError):
        line.host.send(command, 0.0)


def test_a_second_reading_needs_fresh_counters() -> None:
    line = identified()
    line.run(ReadCounters())
    line.run(ReadRecords())
    with pytest.raises(LocalProtocolError):
        line.host.send(ReadRecords(), line.now)


def test_one_command_at_a_time() -> None:
    line = identified()
    line.host.send(CheckClock(), 0.0)
    with pytest.raises(LocalProtocolError):
        line.host.send(CheckClock(), 0.0)


def test_a_refused_value_leaves_the_session_ready() -> None:
    line = identified()
    with pytest.raises(RequestRangeError):
        line.host.send(SetClock(civil(1999, 1, 1)), 0.0)
    assert isinstance(answer(line.run(CheckClock())), ClockReading)


def test_a_failed_session_takes_no_more_commands() -> None:
    line = identified()
    line.to_wand = lambda _: []
    line.run(CheckClock())
    assert line.host.deadline is None
    with pytest.raises(LocalProtocolError):
        line.host.send(CheckClock(), line.now)


def test_the_staff_list_comes_whole_though_it_needs_two_frames() -> None:
    line = identified()
    staff = recorded_staff()
    line.run(requests.AddStaff(entries=staff[:6]))
    line.run(requests.AddStaff(entries=staff[6:]))
    assert answer(line.run(requests.ReadAllStaff())) == replies.StaffList(entries=staff)


def test_a_staff_list_that_lost_a_page_is_asked_for_again() -> None:
    line = identified()
    line.run(requests.AddStaff(entries=recorded_staff()[:7]))
    arriving = count(1)
    line.to_host = lambda frame: [] if next(arriving) == 1 else [frame]
    answered = answer(line.run(requests.ReadAllStaff()))
    assert answered == replies.StaffList(entries=recorded_staff()[:7])


def test_a_staff_list_that_never_comes_whole_fails() -> None:
    line = identified()
    line.run(requests.AddStaff(entries=recorded_staff()[:7]))
    line.to_host = lambda frame: [frame] if len(frame) < 20 else []
    assert isinstance(failure(line.run(requests.ReadAllStaff())), RecordsMissingError)


def test_a_staff_list_without_end_is_given_up_in_bounded_memory() -> None:
    line = identified()
    token = token_of(line.host.send(requests.ReadAllStaff(), 0.0))
    data = (7).to_bytes(2) + 7 * by_hand_fcard.staff_entry(1, 2, "Li")
    page = by_hand_fcard.frame(5, token, 0x33, 0x03, data)
    events = [event for _ in range(143) for event in line.host.receive(page, 0.0)]
    assert isinstance(failure(events), LayoutError)


def test_a_new_number_is_used_from_then_on() -> None:
    line = identified()
    line.run(requests.WriteNumber(number=9))
    assert isinstance(answer(line.run(CheckClock())), ClockReading)
    assert line.written[-1][1] == 9
    assert answer(line.run(Identify())) == Identity("fcard", "9", "99.22")


def test_live_reading_is_not_confirmed_and_its_cards_are_passed_on() -> None:
    line = identified()
    events = line.host.send(requests.StartLiveReading(), 0.0)
    assert events[-1] == Answered(replies.NotConfirmed())
    pushed = line.host.receive(line.wand.session.push_card(0x7E7F01), 0.0)
    assert pushed == [Heard(replies.LiveCard(card=0x7E7F01))]
    assert answer(line.run(requests.StopLiveReading())) == replies.Done()
    (rejected,) = line.host.receive(line.wand.session.push_card(1), 0.0)
    assert isinstance(rejected, FrameRejected)


def test_everything_can_be_made_unread_again() -> None:
    line = identified()
    line.run(requests.WriteReadPointer(kind=RecordKind.PATROL, read_index=0, is_wrapped=True))
    assert line.wand.pointers[RecordKind.PATROL].is_wrapped


@given(st.integers())
def test_tokens_keep_the_sdks_range_and_none_comes_back_soon(seed: int) -> None:
    drawn = [token for token, _ in zip(tokens(seed), range(500), strict=False)]
    assert len(set(drawn)) == len(drawn)
    assert all(0x1000 <= token <= 0xF000 for token in drawn)
    assert drawn == [token for token, _ in zip(tokens(seed), range(500), strict=False)]


@given(st.lists(st.binary(max_size=300), max_size=15))
def test_any_bytes_at_all_leave_the_host_waiting_or_failed_in_bounded_memory(
    pieces: list[bytes],
) -> None:
    line = identified()
    line.host.send(CheckClock(), 0.0)
    for piece in pieces:
        line.host.receive(piece, 0.0)
        assert line.host.buffered <= 2 * MOST_BUFFERED_OCTETS
    assert line.host.deadline is not None


def test_the_declaration_makes_hosts_that_repeat_themselves_by_their_seed() -> None:
    first, again, other = (
        dialect_session(FCARD, seed).send(Identify(), 0.0) for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other
