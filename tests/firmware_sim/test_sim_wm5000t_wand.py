"""What a WM-5000T keeps and when it gives it up, asked with the bytes of its protocol page."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.support.sim_wands import DOCKED_AT, setup_of
from watchclock_protocol.values import TagId, TagTechnology
from watchclock_sim.wands.setup import WandSetup
from watchclock_sim.wands.wm5000t import Wm5000tWand

TAG = TagId(TagTechnology.IBUTTON, bytes.fromhex("0000001A2B3C"))
BEGIN = [b"\x55", b"\xe5"]
COUNT = bytes.fromhex("25DA01D9")
CLOSE = bytes.fromhex("55AA01A9")
SET_CLOCK = bytes.fromhex("35CA07 261121083005 2E")


def fresh_setup() -> WandSetup:
    return setup_of("531932")


def touched_wand(count: int, setup: WandSetup | None = None) -> Wm5000tWand:
    wand = Wm5000tWand(setup or fresh_setup())
    for index in range(count):
        wand.touch(TAG, DOCKED_AT + timedelta(seconds=index), is_guard_tag=False)
    return wand


def say(wand: Wm5000tWand, *commands: bytes) -> bytes:
    """The answer to the last of several commands."""
    answer = b""
    for command in commands:
        answer = b"".join(wand.receive(command, 0.0, DOCKED_AT))
    return answer


def test_the_record_of_the_protocol_page_is_stored_and_handed_out() -> None:
    wand = touched_wand(0)
    wand.touch(TAG, datetime(2026, 11, 21, 8, 34, 9, tzinfo=UTC), is_guard_tag=False)
    assert say(wand, *BEGIN, COUNT) == COUNT + bytes.fromhex("0100FE")
    assert say(wand, b"\x00") == bytes.fromhex("00 261121083409 0000001A2B3C E1")
    assert say(wand, b"\x00") == b"\x00"


def test_counting_again_begins_at_the_first_record() -> None:
    wand = touched_wand(2)
    first = say(wand, *BEGIN, COUNT, b"\x00")
    list(wand.expire(0.2, DOCKED_AT))
    assert say(wand, *BEGIN, COUNT, b"\x00") == first


def test_closing_after_the_clock_was_set_wipes_the_memory() -> None:
    wand = touched_wand(1)
    say(wand, *BEGIN, COUNT, b"\x00", b"\x00", SET_CLOCK)
    assert len(wand.memory) == 1
    assert say(wand, CLOSE) == CLOSE + b"\x00"
    assert len(wand.memory) == 0
    wand.touch(TAG, DOCKED_AT, is_guard_tag=False)
    assert wand.memory.record(0) == bytes.fromhex("261121083005") + TAG.octets


def test_a_clock_is_not_set_to_a_date_that_does_not_exist() -> None:
    wand = touched_wand(0)
    command = bytes.fromhex("35CA07 269921083005 A6")
    assert say(wand, *BEGIN, command) == command + b"\x00"
    wand.touch(TAG, DOCKED_AT, is_guard_tag=False)
    assert wand.memory.record(0) == bytes.fromhex("261121203015") + TAG.octets


def test_a_record_left_out_by_a_fault_ends_the_reading_early_but_stays() -> None:
    wand = touched_wand(3, replace(fresh_setup(), lost_records=frozenset({2})))
    assert len(say(wand, *BEGIN, COUNT, b"\x00")) == 14
    assert say(wand, b"\x00") == b"\x00"
    assert len(wand.memory) == 3


def test_a_full_memory_takes_no_more() -> None:
    assert len(touched_wand(9, replace(fresh_setup(), capacity=4)).memory) == 4


@given(st.lists(st.sampled_from([*BEGIN, COUNT, b"\x00", SET_CLOCK]) | st.binary(max_size=9)))
def test_whatever_a_host_says_without_the_close_command_costs_no_record(said: list[bytes]) -> None:
    assume(CLOSE not in b"".join(said))
    wand = touched_wand(3)
    say(wand, *said)
    assert len(wand.memory) == 3
