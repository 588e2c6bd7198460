"""Chunks made in bulk are the blocks the ordinary writer makes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.support.captures import ABOUT
from watchclock_protocol.capture import CaptureWriter, Lane, alike_chunks, read_capture

LANES = st.sampled_from([Lane.FROM_WAND, Lane.TO_WAND])
INSTANTS = st.integers(0, 2**63 - 1)


@given(
    lane=LANES,
    octets=st.integers(1, 40),
    seed=st.integers(0, 1 << 32),
    instants=st.lists(INSTANTS, max_size=20),
)
def test_chunks_of_one_length_are_written_in_bulk_as_one_by_one(
    lane: Lane, octets: int, seed: int, instants: list[int]
) -> None:
    data = np.random.default_rng(seed).integers(0, 256, (len(instants), octets), np.uint8)
    writer = CaptureWriter(ABOUT)
    singly = [
        writer.chunk(lane, row.tobytes(), utc_ns)
        for row, utc_ns in zip(data, instants, strict=True)
    ]
    found = alike_chunks(lane, data, np.array(instants, np.int64))
    assert [row.tobytes() for row in found] == singly


def test_blocks_made_elsewhere_are_sealed_by_the_next_step() -> None:
    data = np.arange(12, dtype=np.uint8).reshape(3, 4)
    instants = np.array([5, 6, 7], np.int64)
    writer = CaptureWriter(ABOUT)
    written = writer.begin() + writer.take(alike_chunks(Lane.FROM_WAND, data, instants).tobytes())
    singly = CaptureWriter(ABOUT)
    due = singly.begin() + b"".join(
        singly.chunk(Lane.FROM_WAND, row.tobytes(), at)
        for row, at in zip(data, (5, 6, 7), strict=True)
    )
    assert written == due
    assert len(read_capture(written).blocks) == 3
