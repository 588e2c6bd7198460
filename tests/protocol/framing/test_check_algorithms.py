"""Check sums by name: the catalogue's check values, and the same for many frames at once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.framings import FRAMINGS, frame_of
from watchclock_protocol.framing.bulk_checks import sums_hold
from watchclock_protocol.framing.check_algorithms import CheckAlgorithm
from watchclock_protocol.framing.declarations import CheckField

# reveng.sourceforge.io/crc-catalogue, "check"; the sums are worked out by hand: 0x31 .. 0x39
# add up to 0x1DD.
CHECK_VALUES = {
    CheckAlgorithm.LOW_BYTE_SUM: 0xDD,
    CheckAlgorithm.COMPLEMENT_SUM: 0x22,
    CheckAlgorithm.CRC16_MODBUS: 0x4B37,
    CheckAlgorithm.CRC16_X25: 0x906E,
    CheckAlgorithm.CRC16_CCITT: 0x29B1,
    CheckAlgorithm.CRC32: 0xCBF43926,
}
FIELDS = st.builds(
    CheckField,
    algorithm=st.sampled_from(CheckAlgorithm),
    first=st.integers(0, 3),
    order=st.sampled_from(["big", "little"]),
)
FRAMES = st.lists(st.one_of(st.binary(max_size=40), st.binary(max_size=400)), max_size=30)


@pytest.mark.parametrize(("algorithm", "value"), CHECK_VALUES.items())
def test_every_algorithm_gives_its_check_value(algorithm: CheckAlgorithm, value: int) -> None:
    assert algorithm.compute(b"123456789") == value


def test_every_algorithm_has_a_check_value() -> None:
    assert set(CHECK_VALUES) == set(CheckAlgorithm)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 5000])
def test_the_plain_sum_is_right_for_the_greatest_bytes(size: int) -> None:
    assert CheckAlgorithm.LOW_BYTE_SUM.compute(b"\xff" * size) == 255 * size % 256


@given(FIELDS, FRAMES, st.integers(0, 1))
def test_many_frames_at_once_are_judged_as_one_by_one(
    field: CheckField, contents: list[bytes], overlaps: int
) -> None:
    width = field.algorithm.octets
    frames = [bytes(field.first) + content + bytes(width) for content in contents]
    right = [
        frame[:-width]
        + field.algorithm.compute(frame[field.first : -width]).to_bytes(width, field.order)
        for frame in frames
    ]
    mixed = [frame if place % 3 == 0 else right[place] for place, frame in enumerate(frames)]
    octets = np.frombuffer(b"".join(mixed), np.uint8)
    lengths = np.array([len(frame) for frame in mixed], np.int64)
    starts = np.cumsum(lengths) - lengths
    mixed += mixed[-overlaps:] if overlaps else []
    starts = np.append(starts, starts[len(starts) - overlaps :])
    lengths = np.append(lengths, lengths[len(lengths) - overlaps :])
    expected = [field.holds(frame) for frame in mixed]
    assert sums_hold(field, octets, starts, lengths).tolist() == expected


@pytest.mark.parametrize("name", FRAMINGS)
def test_a_single_wrong_bit_is_seen_wherever_it_is(name: str) -> None:
    framing = FRAMINGS[name]
    frame = frame_of(framing, bytes(range(40)))
    first = framing.check.first
    for place in range(first, len(frame)):
        damaged = bytearray(frame)
        damaged[place] ^= 0x10
        assert framing.check.holds(frame)
        assert not framing.check.holds(bytes(damaged))
