"""What an "!XD" controller keeps and when it gives it up, asked with the bytes of its page."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.support import by_hand_xgd as by_hand
from tests.support.golden_xgd import golden_frames
from tests.support.sim_wands import DOCKED_AT, setup_of
from watchclock_protocol.values import TagId, TagTechnology
from watchclock_sim.wands.setup import WandSetup
from watchclock_sim.wands.xgd import MOST_RECORDS, PUSH_AGAIN_S, XgdWand

TAG = TagId.parse("ibutton:01A1B2C30000002B")
COUNT, DELETE, ANSWER = by_hand.frame(3, 6), by_hand.frame(3, 8), by_hand.frame(3, 0x0A)
LIVE, STORE = by_hand.frame(3, 0x0B, b"\x01"), by_hand.frame(3, 0x0B, b"\x02")
DONE_LIVE = by_hand.frame(3, 0x0B)


def touched_wand(count: int, setup: WandSetup | None = None) -> XgdWand:
    wand = XgdWand(setup or setup_of("3"))
    for index in range(count):
        wand.touch(TAG, DOCKED_AT + timedelta(seconds=index), is_guard_tag=False)
    return wand


def say(wand: XgdWand, *frames: bytes, now: float = 0.0) -> bytes:
    """The answer to the last of several frames."""
    answer = b""
    for frame in frames:
        answer = b"".join(wand.receive(frame, now, DOCKED_AT))
    return answer


def pushed(wand: XgdWand, now: float) -> bytes:
    return b"".join(wand.expire(now, DOCKED_AT))


def test_the_worked_record_is_stored_and_handed_out() -> None:
    wand = touched_wand(0)
    wand.touch(TAG, datetime(2026, 11, 21, 8, 34, 9, tzinfo=UTC), is_guard_tag=False)
    frames = golden_frames()
    assert say(wand, frames["record_request"][1]) == frames["record_reply"][1]
    assert say(wand, LIVE) == DONE_LIVE + frames["push"][1]
    assert say(wand, frames["are_you_there_request"][1]) == frames["are_you_there_reply"][1]


def test_a_serial_without_family_becomes_a_whole_rom() -> None:
    wand = touched_wand(0)
    tag = TagId(TagTechnology.IBUTTON, bytes.fromhex("000000C3B2A1"))
    wand.touch(tag, DOCKED_AT, is_guard_tag=False)
    assert wand.records[0][8:] == by_hand.rom(0xC3B2A1) == TAG.octets


def test_a_place_without_a_record_is_answered_with_the_count() -> None:
    wand = touched_wand(2)
    for place in (0, 3, 255):
        answer = say(wand, by_hand.frame(3, 7, bytes([place])))
        assert answer == by_hand.frame(3, 7, b"\x02")


def test_deleting_wipes_the_memory_and_begins_to_number_again() -> None:
    wand = touched_wand(3)
    assert [record[1] for record in wand.records] == [1, 2, 3]
    assert say(wand, DELETE, COUNT) == by_hand.frame(3, 6, b"\x00")
    wand.touch(TAG, DOCKED_AT, is_guard_tag=False)
    assert wand.records[0][1] == 1


def test_live_records_are_pushed_until_each_is_answered() -> None:
    wand = touched_wand(2)
    first, second = (by_hand.frame(3, 0x0A, record) for record in wand.records)
    assert say(wand, LIVE) == DONE_LIVE + first
    assert wand.deadline == PUSH_AGAIN_S
    assert pushed(wand, 1.0) == b""
    assert pushed(wand, PUSH_AGAIN_S) == first
    assert say(wand, ANSWER, now=2.5) == second
    assert say(wand, ANSWER, now=2.6) == b""
    assert wand.records == []
    assert wand.deadline is None


def test_a_touch_in_live_mode_is_pushed_at_once_and_in_store_mode_kept() -> None:
    wand = touched_wand(0)
    say(wand, LIVE)
    wand.touch(TAG, DOCKED_AT, is_guard_tag=False)
    assert pushed(wand, 5.0) == by_hand.frame(3, 0x0A, wand.records[0])
    say(wand, STORE, now=5.1)
    assert (pushed(wand, 50.0), wand.deadline, len(wand.records)) == (b"", None, 1)


def test_an_answer_nobody_waits_for_deletes_nothing() -> None:
    wand = touched_wand(2)
    say(wand, ANSWER, ANSWER)
    assert len(wand.records) == 2


def test_the_clock_is_set_by_time_and_date_and_refuses_what_is_no_date() -> None:
    wand = touched_wand(0)
    frames = golden_frames()
    say(wand, frames["set_time_request"][1], frames["set_date_request"][1])
    wand.touch(TAG, DOCKED_AT, is_guard_tag=False)
    assert wand.records[0][2:8] == bytes.fromhex("053008211126")
    say(wand, by_hand.frame(3, 2, bytes.fromhex("311126")))
    assert say(wand, by_hand.frame(3, 4)) == by_hand.frame(3, 4, bytes.fromhex("211126"))


def test_a_full_memory_takes_no_more_and_has_255_places_at_most() -> None:
    wand = touched_wand(300, replace(setup_of("3"), capacity=4000))
    assert len(wand.records) == MOST_RECORDS
    assert say(wand, COUNT) == by_hand.frame(3, 6, b"\xff")
    assert len(touched_wand(9, replace(setup_of("3"), capacity=4)).records) == 4


def test_a_record_left_out_by_a_fault_is_silence_once() -> None:
    wand = touched_wand(2, replace(setup_of("3"), lost_records=frozenset({1})))
    request = by_hand.frame(3, 7, b"\x01")
    assert say(wand, request) == b""
    assert say(wand, request) == by_hand.frame(3, 7, wand.records[0])


def test_two_requests_in_one_piece_are_both_answered() -> None:
    wand = touched_wand(2)
    answer = by_hand.frame(3, 6, b"\x02")
    assert say(wand, COUNT + COUNT) == answer + answer


def test_a_changed_address_answers_from_then_on() -> None:
    wand = touched_wand(1)
    frames = golden_frames()
    assert say(wand, frames["change_address_request"][1]) == frames["change_address_reply"][1]
    assert say(wand, COUNT) == b""
    assert say(wand, by_hand.frame(7, 6)) == by_hand.frame(7, 6, b"\x01")


FRAMES = [COUNT, LIVE, STORE, by_hand.frame(3, 7, b"\x01"), by_hand.frame(3, 9), COUNT[:-1]]


@given(st.lists(st.sampled_from(FRAMES) | st.binary(max_size=9)))
def test_whatever_a_host_says_without_deleting_or_answering_costs_no_record(
    said: list[bytes],
) -> None:
    joined = b"".join(said)
    assume(DELETE not in joined)
    assume(ANSWER not in joined)
    wand = touched_wand(3)
    say(wand, *said)
    assert len(wand.records) == 3
