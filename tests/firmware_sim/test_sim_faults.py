"""Each fault does what it says, once, where it says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchclock_sim.errors import FaultError
from watchclock_sim.line.faults import (
    FAULT_KINDS,
    CutFrame,
    FlipBit,
    LineFaults,
    Unplug,
    lost_records,
    parse_fault,
)

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


def test_the_first_unplug_comes_first() -> None:
    line = LineFaults([parse_fault("unplug:byte=9"), parse_fault("unplug:byte=3,for_ms=5")], 0)
    assert line.next_unplug() == Unplug(byte=3, for_ms=5)
    line.unplugged()
    assert line.next_unplug() == Unplug(byte=9)


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
