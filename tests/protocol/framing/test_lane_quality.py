"""What of one direction's bytes is frames, damage and noise."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.framings import FRAMINGS, frame_of, on_the_wire, streams
from watchclock_protocol.framing.cutting import make_cutter
from watchclock_protocol.framing.declarations import Flaw, Framing
from watchclock_protocol.framing.lane_quality import lane_quality

BY_NAME = pytest.mark.parametrize("framing", FRAMINGS.values(), ids=FRAMINGS.keys())


@BY_NAME
def test_whole_frames_lose_nothing(framing: Framing) -> None:
    lane = on_the_wire(framing, frame_of(framing, b"abc", bytes(16))) * 3
    quality = lane_quality(framing, lane)
    assert (quality.frames, quality.rejected, quality.lost_octets) == (3, 0, 0)
    assert (quality.octets, quality.first_loss, quality.losses) == (len(lane), None, {})


def test_damage_and_noise_are_told_apart_with_the_place_of_the_first() -> None:
    framing = FRAMINGS["kaihe"]
    good = on_the_wire(framing, frame_of(framing, b"abc", bytes(16)))
    damaged = good[:-1] + bytes([good[-1] ^ 1])
    quality = lane_quality(framing, good + damaged + good + b"\x01\x02")
    assert quality.losses == {Flaw.CHECK_SUM: 1, Flaw.NOISE: 1}
    assert (quality.frames, quality.rejected, quality.first_loss) == (2, 1, len(good))
    assert quality.lost_octets == len(damaged) + 2


@BY_NAME
@settings(max_examples=25)
@given(drawn=st.data())
def test_counts_are_those_of_the_live_way(framing: Framing, drawn: st.DataObject) -> None:
    lane = drawn.draw(streams(framing))
    quality = lane_quality(framing, lane)
    cutter = make_cutter(framing)
    cuts = cutter.receive(lane) + cutter.finish()
    lost = [each for each in cuts if each.flaw is not None]
    assert quality.frames == len(cuts) - len(lost)
    assert sum(quality.losses.values()) == len(lost)
    assert quality.first_loss == (lost[0].offset if lost else None)
    assert quality.frame_octets + quality.lost_octets + cutter.flag_octets == quality.octets
