"""What a Kaihe wand keeps and when it gives it up, asked with the bytes of its protocol page."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import by_hand_kaihe_eb as by_hand
from tests.support.golden_kaihe_eb import conversation, worked
from tests.support.probed_wands import ProbedWand
from tests.support.sim_wands import DOCKED_AT, setup_of
from watchclock_protocol.dialect import host_session
from watchclock_protocol.dialects import find_dialect
from watchclock_protocol.dialects.kaihe_eb.profile import IndexBase
from watchclock_protocol.events import Answered, Transmit
from watchclock_protocol.session import (
    Acknowledge,
    HostCommand,
    Identify,
    ReadCounters,
    ReadRecords,
    SetClock,
)
from watchclock_protocol.values import TagId
from watchclock_sim.errors import SimulatorOptionError
from watchclock_sim.wands.kaihe_eb import KAIHE_EB, KaiheWand

READ: list[HostCommand] = [Identify(), ReadCounters(), ReadRecords()]
TAG = TagId.parse("em4100:0102A1B2C3")
TOUCHED_AT = datetime(2026, 11, 21, 8, 30, 5, tzinfo=UTC)
KNOCKED_AT = datetime(2026, 11, 21, 8, 31, 44, tzinfo=UTC)


def wand_a() -> KaiheWand:
    return KaiheWand(setup_of("0000A1B2C3"))


def wand_b(index_base: IndexBase | None = None) -> KaiheWand:
    return KaiheWand(setup_of("2B"), index_base=index_base)


def say(wand: KaiheWand, *requests: bytes, now: float = 0.0) -> bytes:
    """The answer to the last of several requests."""
    answer = b""
    for request in requests:
        answer = b"".join(wand.receive(request, now, DOCKED_AT))
    return answer


@pytest.mark.parametrize(
    ("wand", "index", "what"),
    [
        (wand_a(), 0, "patrol record 0 of an A wand"),
        (wand_b(), 1, "patrol record 0 of a B wand"),
        (wand_b(IndexBase.ZERO), 0, "patrol record 0 of a B wand"),
    ],
)
def test_the_record_of_the_source_is_stored_and_handed_out(
    wand: KaiheWand, index: int, what: str
) -> None:
    tag = TagId.parse("em4100:010203A1B2") if "B wand" in what else TAG
    assert wand.touch(tag, TOUCHED_AT, is_guard_tag=False)
    assert say(wand, by_hand.WAKE, by_hand.read_patrol(index)) == worked(what).wand
    assert say(wand, by_hand.read_patrol(1 - index), by_hand.read_patrol(index + 1)) == b""


def test_a_knock_is_stored_apart_and_handed_out_by_index() -> None:
    wand = wand_a()
    wand.knock(KNOCKED_AT)
    assert say(wand, by_hand.WAKE, by_hand.KNOCK_COUNT) == worked("knock count").wand
    assert say(wand, by_hand.read_knock(0)) == worked("knock record 0").wand
    assert say(wand, by_hand.read_knock(1)) == b""
    assert say(wand, by_hand.PATROL_COUNT) == by_hand.frame(0x36, b"\x00\x00")


@pytest.mark.parametrize("clear", ["clear patrol", "clear knocks"])
def test_clearing_wipes_its_own_kind_and_is_confirmed_late(clear: str) -> None:
    wand = KaiheWand(setup_of("0000A1B2C3"), clear_s=40.0)
    wand.touch(TAG, TOUCHED_AT, is_guard_tag=False)
    wand.knock(KNOCKED_AT)
    assert say(wand, by_hand.WAKE, worked(clear).host) == b""
    assert say(wand, by_hand.WAKE, now=20.0) == b""
    assert list(wand.expire(39.9, DOCKED_AT)) == []
    assert wand.deadline == 40.0
    confirmed = list(wand.expire(40.0, DOCKED_AT))
    assert confirmed == [worked(clear).wand, by_hand.WAKE]
    left = (len(wand.memory), len(wand.knocks))
    assert left == ((0, 1) if clear == "clear patrol" else (1, 0))


def test_the_clock_is_shown_and_set() -> None:
    shown = datetime(2026, 11, 21, 20, 30, 15, tzinfo=UTC)
    assert shown == DOCKED_AT
    a, b = wand_a(), wand_b()
    assert say(a, by_hand.WAKE, by_hand.CLOCK) == by_hand.frame(
        0x32, bytes.fromhex("1A0B15141E0F 06")
    )
    assert say(b, by_hand.WAKE, by_hand.CLOCK) == by_hand.frame(
        0x32, bytes.fromhex("1A0B15141E0F")
    )
    assert say(b, worked("set clock").host) == worked("set clock").wand
    assert say(b, by_hand.CLOCK) == by_hand.frame(0x32, bytes.fromhex("1A0B15081E05"))


def test_the_wand_sleeps_after_two_seconds_and_says_nothing_until_woken() -> None:
    wand = wand_a()
    assert say(wand, by_hand.NUMBER) == b""
    assert say(wand, by_hand.WAKE, by_hand.NUMBER) == worked("number of an A wand").wand
    assert wand.deadline == 2.0
    assert list(wand.expire(2.0, DOCKED_AT)) == []
    assert say(wand, by_hand.NUMBER, now=2.1) == b""


def test_self_tests_and_settings_of_each_variant() -> None:
    a, b = wand_a(), wand_b()
    for wand in (a, b):
        assert say(wand, by_hand.WAKE, worked("LED test").host) == worked("LED test").wand
    assert say(a, worked("model").host)[:4] == bytes.fromhex("EB6110AA")
    assert say(b, worked("model").host) == b""
    assert say(a, worked("mute").host) == say(a, worked("set number").host) == b""
    assert say(b, worked("mute").host) == worked("mute").wand
    assert say(b, by_hand.frame(0x2A, b"\x00\x01\x2c")) == by_hand.frame(0x83, b"\x00")
    assert say(b, by_hand.NUMBER) == by_hand.frame(0x34, b"\x2c")


def test_a_full_memory_takes_no_more_and_a_lost_record_is_left_out() -> None:
    full = KaiheWand(setup_of("2B", capacity=1))
    assert full.touch(TAG, TOUCHED_AT, is_guard_tag=False)
    assert not full.touch(TAG, TOUCHED_AT, is_guard_tag=False)
    lossy = KaiheWand(replace(setup_of("2B"), lost_records=frozenset({1})))
    lossy.touch(TAG, TOUCHED_AT, is_guard_tag=False)
    assert say(lossy, by_hand.WAKE, by_hand.read_patrol(1)) == b""
    assert say(lossy, by_hand.read_patrol(1)) == by_hand.frame(
        0x38, bytes.fromhex("1A0B15081E B2C3")
    )


def test_every_request_of_the_worked_conversation_gets_its_worked_answer() -> None:
    wand = wand_a()
    wand.touch(TAG, TOUCHED_AT, is_guard_tag=False)
    wand.touch(TAG, TOUCHED_AT + timedelta(minutes=12, seconds=12), is_guard_tag=False)
    wand.knock(KNOCKED_AT)
    spoken = [data for _, data in conversation("a")]
    asked = dict(zip(spoken[0:-1:2], spoken[1::2], strict=True))
    del asked[by_hand.CLOCK]  # this wand's clock stands elsewhere
    for host, answer in asked.items():
        given = say(wand, host) or b"".join(wand.expire(1.0, DOCKED_AT))
        assert given == answer, host.hex(" ")


@pytest.mark.parametrize("clear_s", [0.0, 19.0, 39.0, 55.0])
@pytest.mark.parametrize("number", ["0000A1B2C3", "2B"])
def test_a_host_outlasts_a_slow_clearing_and_sends_it_once(number: str, clear_s: float) -> None:
    wand = KaiheWand(setup_of(number), clear_s=clear_s)
    for _ in range(3):
        wand.touch(TAG, TOUCHED_AT, is_guard_tag=False)
    wand.knock(KNOCKED_AT)
    dock = ProbedWand(wand)
    session = host_session(find_dialect("kaihe_eb"), 1)
    civil = DOCKED_AT.replace(tzinfo=None)
    ends = dock.ask(session, *READ, Acknowledge(civil), SetClock(civil))
    assert [type(end) for end in ends] == [Answered] * 5
    assert (len(wand.memory), len(wand.knocks)) == (0, 1)
    cleared = [event for event in dock.events if event == Transmit(by_hand.CLEAR_PATROL)]
    assert len(cleared) == 1


@pytest.mark.parametrize("number", ["", "2", "2b", "0000A1B2C", "GG", "0000A1B2C3D4"])
def test_a_number_of_neither_variant_is_refused(number: str) -> None:
    with pytest.raises(SimulatorOptionError):
        KAIHE_EB.check_number(number)


@given(st.lists(st.binary(max_size=100), max_size=20))
def test_any_bytes_from_a_host_never_raise_and_clear_nothing(pieces: list[bytes]) -> None:
    wand = wand_a()
    wand.touch(TAG, TOUCHED_AT, is_guard_tag=False)
    for place, piece in enumerate(pieces):
        list(wand.receive(piece, place / 10, DOCKED_AT))
    assert len(wand.memory) == 1
