"""How well a line carried its frames: what of one direction's bytes is frames, damage and noise.

The bytes are cut without the conversation, in bulk and in bounded memory, so a year of captures
tells which dock, cable or wand damages frames. What a frame means is not looked at.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from typing_extensions import Buffer

from watchclock_protocol.framing.cutting import cut_blocks
from watchclock_protocol.framing.declarations import SKIPPED, Flaw, Framing

__all__ = ["LaneQuality", "lane_quality"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneQuality:
    """What was found in the bytes that went one way.

    Attributes:
        octets: all bytes.
        frames: frames whose check sum holds.
        frame_octets: bytes of the line these took, escapes included.
        losses: how many runs of bytes are no frame, by their flaw.
        lost_octets: bytes of these runs.
        first_loss: place of the first of them, None without any.
    """

    octets: int
    frames: int
    frame_octets: int
    losses: Mapping[Flaw, int]
    lost_octets: int
    first_loss: int | None

    @property
    def rejected(self) -> int:
        """How many frames were damaged."""
        return sum(count for flaw, count in self.losses.items() if flaw not in SKIPPED)


def lane_quality(framing: Framing, lane: Buffer) -> LaneQuality:
    """What the bytes of one direction are; any bytes are allowed."""
    frames = frame_octets = lost_octets = 0
    losses: Counter[Flaw] = Counter()
    first_loss: int | None = None
    for table in cut_blocks(framing, lane):
        frames += len(table)
        frame_octets += int(table.spans.sum())
        lost_octets += int(table.losses.spans.sum())
        losses.update(flaw for _, _, flaw in table.losses)
        if first_loss is None and len(table.losses):
            first_loss = int(table.losses.offsets[0])
    return LaneQuality(
        octets=memoryview(lane).nbytes,
        frames=frames,
        frame_octets=frame_octets,
        losses=dict(losses),
        lost_octets=lost_octets,
        first_loss=first_loss,
    )
