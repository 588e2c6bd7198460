"""Each fault does what it says, once, where it says."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchclock_sim.errors import FaultError
from watchclock_sim.line.fault_kinds import (
    FAULT_KINDS,
    CutFrame,
    Fault,
    FlipBit,
    HubReset,
    Stall,
    Unplug,
    fault_of,
    fault_text,
    lost_records,
    parse_fault,
    spoken_baud,
)
from watchclock_sim.line.faults import Delivery, LineFaults

FRAMES = [b"first", b"second", b"third", b"fourth"]


def delivered(*faults: str, seed: int = 0) -> list[bytes]:
    line = LineFaults((parse_fault(fault) for fault in faults), seed)
    return [line.deliver(frame).data for frame in FRAMES]


def test_without_faults_frames_pass_as_they_are() -> None:
    assert delivered() == FRAMES


def test_a_flipped_bit_is_counted_over_all_frames() -> None:
    assert delivered("flip_bit:byte=7,bit=5") == [b"first", b"sEcond", b"third", b"fourth"]


def test_lost_and_cut_frames_leave_the_others_alone() -> None:
    assert delivered("lose_frame:frame=2") == [b"first", b"", b"third", b"fourth"]
    assert delivered("lose_frame:frame=2,frames=2") == [b"first", b"", b"", b"fourth"]
    assert delivered("cut_frame:frame=3,keep=2") == [b"first", b"second", b"th", b"fourth"]


def test_silence_lasts() -> None:
    assert delivered("silence:frame=3") == [b"first", b"second", b"", b""]


def test_noise_comes_before_the_frame() -> None:
    frames = delivered("noise:frame=2,count=9")
    assert frames[1].endswith(b"second")
    assert [len(frame) for frame in frames] == [5, 15, 5, 6]


def test_slow_frames_are_whole_but_late() -> None:
    line = LineFaults([parse_fault("slow:delay_ms=250,frame=2,frames=1")], 0)
    deliveries = [line.deliver(frame) for frame in FRAMES]
    assert [delivery.delay_s for delivery in deliveries] == [0, 0.25, 0, 0]
    assert [delivery.data for delivery in deliveries] == FRAMES


def test_chance_comes_from_the_seed_alone() -> None:
    often = "flip_bits:per_million=300000"
    assert delivered(often, seed=1) == delivered(often, seed=1) != delivered(often, seed=2)


def test_the_first_break_of_the_line_comes_first() -> None:
    texts = ("unplug:byte=9", "stall:byte=3,for_ms=5", "hub_reset:byte=4")
    line = LineFaults([parse_fault(text) for text in texts], 0)
    met: list[object] = []
    while (place := line.next_break()) is not None:
        met.append(place)
        line.broken()
    assert met == [Stall(byte=3, for_ms=5), HubReset(byte=4, for_ms=100), Unplug(byte=9)]


def test_bytes_are_lost_and_repeated_where_the_fault_says() -> None:
    assert delivered("lose_byte:byte=2") == [b"frst", b"second", b"third", b"fourth"]
    assert delivered("lose_byte:byte=4,bytes=3") == [b"fir", b"econd", b"third", b"fourth"]
    assert delivered("repeat_byte:byte=6,times=2") == [b"first", b"sssecond", b"third", b"fourth"]
    assert delivered("repeat_frame:frame=2") == [b"first", b"secondsecond", b"third", b"fourth"]


def test_a_lost_byte_still_counts_for_the_faults_behind_it() -> None:
    assert delivered("lose_byte:byte=1", "flip_bit:byte=7,bit=5")[1] == b"sEcond"


def test_a_share_of_the_bytes_is_lost_and_the_rest_keeps_its_order() -> None:
    line = LineFaults([parse_fault("lose_bytes:per_million=100000")], seed=5)
    sent = bytes(range(256)) * 40
    arrived = line.deliver(sent).data
    assert 0.88 < len(arrived) / len(sent) < 0.92
    rest = iter(sent)
    assert all(byte in rest for byte in arrived)


def test_the_bit_error_rate_is_the_one_asked_for() -> None:
    line = LineFaults([parse_fault("flip_bits:per_million=20000")], seed=5)
    sent = bytes(20_000)
    flipped = [byte for byte in line.deliver(sent).data if byte]
    assert 330 < len(flipped) < 470
    assert all(byte.bit_count() == 1 for byte in flipped)


def test_jitter_delays_each_frame_by_another_time_and_spoils_none() -> None:
    line = LineFaults([parse_fault("jitter:most_ms=80,frame=2")], seed=3)
    deliveries = [line.deliver(frame) for frame in FRAMES * 20]
    delays = [delivery.delay_s for delivery in deliveries]
    assert [delivery.data for delivery in deliveries] == FRAMES * 20
    assert delays[0] == 0
    assert len(set(delays)) > 20
    assert 0.05 < max(delays) <= 0.08


def test_the_baud_that_the_wand_really_speaks_is_told() -> None:
    assert spoken_baud([parse_fault("wrong_baud:baud=9600"), Unplug(byte=1)]) == 9600
    assert spoken_baud([Unplug(byte=1)]) is None


@st.composite
def any_fault(draw: st.DrawFn) -> Fault:
    """A fault of any kind, its numbers small enough to happen within the frames of a test."""
    name = draw(st.sampled_from(sorted(FAULT_KINDS)))
    keys = [field.name for field in fields(FAULT_KINDS[name])]
    chances = {"per_million": st.integers(0, 1_000_000), "bit": st.integers(0, 7)}
    chances |= dict.fromkeys(("cts", "dsr", "dcd"), st.integers(0, 1))
    numbers = {key: draw(chances.get(key, st.integers(1, 30))) for key in keys}
    return fault_of(name, numbers, name)


@given(st.lists(any_fault(), max_size=6), st.integers(0, 100))
def test_the_same_seed_gives_the_same_bytes_and_delays_whatever_the_faults(
    faults: list[Fault], seed: int
) -> None:
    def deliveries(faults: list[Fault]) -> list[Delivery]:
        line = LineFaults(faults, seed)
        return [line.deliver(frame) for frame in FRAMES * 3]

    written = [parse_fault(fault_text(fault)) for fault in faults]
    assert written == faults
    assert deliveries(faults) == deliveries(written)


def test_lost_records_are_told_to_the_firmware() -> None:
    texts = ("lose_record:record=4", "flip_bit:byte=1", "lose_record:record=9")
    assert lost_records(parse_fault(text) for text in texts) == {4, 9}


@given(st.integers(1, 20), st.integers(0, 7))
def test_one_flipped_bit_changes_one_bit(byte: int, bit: int) -> None:
    line = LineFaults([FlipBit(byte=byte, bit=bit)], 0)
    spoilt = b"".join(line.deliver(frame).data for frame in FRAMES)
    sent = b"".join(FRAMES)
    difference = int.from_bytes(spoilt) ^ int.from_bytes(sent)
    assert difference == 1 << (8 * (len(sent) - byte) + bit)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("explode:byte=1", "kinds are"),
        ("flip_bit", "byte is missing"),
        ("flip_bit:byte=x", "whole number"),
        ("flip_bit:byte=1,colour=2", "not colour"),
        ("flip_bit:byte=1,bit=8", "0 to 7"),
        ("flip_bit:byte=0", "byte is 1 to"),
        ("flip_bits:per_million=1000001", "per_million is 0 to 1000000"),
        ("noise:frame=1,count=1000000", "count is 0 to 65536"),
        ("lines_fall:byte=1,cts=2", "cts is 0 to 1"),
        ("lines_fall:for_ms=10", "byte is missing"),
        ("ring:byte=1,cts=1", "its keys are byte, for_ms, not cts"),
        ("filp_bit:byte=1", "perhaps flip_bit is meant"),
    ],
)
def test_a_fault_that_cannot_be_understood_says_why(text: str, reason: str) -> None:
    with pytest.raises(FaultError, match=reason) as caught:
        parse_fault(text)
    assert caught.value.code == "sim.fault"


def test_every_kind_can_be_written() -> None:
    assert parse_fault("cut_frame:frame=2") == CutFrame(frame=2, keep=1)
    assert {kind.__name__.lower() for kind in FAULT_KINDS.values()} == {
        name.replace("_", "") for name in FAULT_KINDS
    }
