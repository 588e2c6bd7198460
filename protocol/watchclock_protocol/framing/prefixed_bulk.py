"""Cuts length-prefixed frames out of whole blocks with numpy.

Every place with a head and a possible length is tried at once, the sums all from one running sum;
the few that overlap are then settled in order, so that the same frames are found as by going from
byte to byte. A block ends before the first place that cannot be decided without the next one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from watchclock_protocol.framing.bulk_checks import header_sums_hold, sums_hold, total_lengths
from watchclock_protocol.framing.declarations import FLAWS, Flaw, PrefixedFraming
from watchclock_protocol.framing.frame_table import Flags, FrameTable, LossTable, Numbers, Octets

__all__ = ["cut_prefixed_blocks"]

_FLAW_PLACES = {flaw: place for place, flaw in enumerate(FLAWS)}


@dataclass(frozen=True, slots=True)
class _Ranges:
    """Ranges of a block, in order."""

    starts: Numbers
    stops: Numbers

    def __len__(self) -> int:
        return len(self.starts)

    def taken(self, which: Numbers | Flags | slice) -> "_Ranges":
        return _Ranges(self.starts[which], self.stops[which])


def cut_prefixed_blocks(
    framing: PrefixedFraming, data: memoryview, block_octets: int
) -> Iterator[FrameTable]:
    """The frames of ``data``, block by block; memory is bounded by the block."""
    octets = np.frombuffer(data, np.uint8)
    size = max(block_octets, 4 * framing.longest)
    noise_from = at = 0
    while at < len(octets):
        block = octets[at : at + size]
        is_last = at + size >= len(octets)
        table, end, noise_from = _cut_block(
            framing, block, at, noise_from=noise_from, is_last=is_last
        )
        yield table
        at += end


def _cut_block(
    framing: PrefixedFraming, block: Octets, offset: int, *, noise_from: int, is_last: bool
) -> tuple[FrameTable, int, int]:
    """The frames of a block, how many bytes of it are done, and since where noise goes on."""
    frames, others = _frames_and_others(framing, block)
    end = len(block)
    if not is_last:
        end = _decided_end(framing, len(block), frames, others)
        frames = frames.taken(frames.starts < end)
        others = others.taken(others.starts < end)
    rejects = _claimed(others, frames, len(block))
    if not is_last and len(rejects) and rejects.stops[-1] > end:
        # Whether a frame cuts it short is seen in the next block only.
        end = int(rejects.starts[-1])
        rejects = rejects.taken(slice(None, -1))
    noise = _noise(frames, rejects, noise_from - offset, end)
    if not is_last:
        noise_from = offset + int(noise.starts[-1])
        noise = noise.taken(slice(None, -1))
    flaws = np.full(len(rejects), _FLAW_PLACES[Flaw.CHECK_SUM], np.uint8)
    unfinished = others.starts[others.stops > len(block)]
    if len(unfinished):
        flaws[np.isin(rejects.starts, unfinished)] = _FLAW_PLACES[Flaw.UNFINISHED]
    spans = frames.stops - frames.starts
    table = FrameTable(
        octets=block,
        starts=frames.starts,
        lengths=spans,
        offsets=frames.starts + offset,
        spans=spans,
        losses=_losses(noise, rejects, flaws, offset),
        flag_octets=0,
    )
    return table, end, noise_from


def _frames_and_others(framing: PrefixedFraming, block: Octets) -> tuple[_Ranges, _Ranges]:
    """The frames of a block, and the heads outside them whose frame fails or is not whole."""
    heads = _heads(framing, block)
    is_whole = heads.stops <= len(block)
    whole = heads if is_whole.all() else heads.taken(is_whole)
    holds = sums_hold(framing.check, block, whole.starts, whole.stops - whole.starts)
    frames = _first_come(whole.taken(holds))
    has_failed = np.ones(len(heads), np.bool_)
    has_failed[np.flatnonzero(is_whole)[holds]] = False
    return frames, _outside(heads.taken(has_failed), frames)


def _heads(framing: PrefixedFraming, block: Octets) -> _Ranges:
    """Every place with a head and a possible length, up to the end it claims."""
    room = max(len(block) - framing.header_end + 1, 0)
    starts = np.flatnonzero(block[:room] == framing.head[0])
    for place, octet in enumerate(framing.head[1:], start=1):
        starts = starts[block.take(starts + place) == octet]
    totals = total_lengths(framing.length, block, starts)
    is_possible = totals <= framing.longest
    if framing.header_sum is not None:
        is_possible &= header_sums_hold(framing.header_sum, block, starts)
    if not is_possible.all():
        starts, totals = starts[is_possible], totals[is_possible]
    return _Ranges(starts, starts + totals)


def _first_come(frames: _Ranges) -> _Ranges:
    """Those that do not begin inside one that came before them."""
    if len(frames) < 2 or not (frames.starts[1:] < frames.stops[:-1]).any():  # noqa: PLR2004
        return frames
    furthest = np.maximum.accumulate(frames.stops)
    is_free = np.ones(len(frames), np.bool_)
    is_free[1:] = frames.starts[1:] >= furthest[:-1]
    disputed = np.flatnonzero(~is_free)
    kept: list[int] = []
    last_stop = 0
    for place, start, stop, stop_before, is_free_before in zip(
        disputed.tolist(),
        frames.starts[disputed].tolist(),
        frames.stops[disputed].tolist(),
        frames.stops[disputed - 1].tolist(),
        is_free[disputed - 1].tolist(),
        strict=True,
    ):
        if is_free_before:
            last_stop = stop_before
        if start >= last_stop:
            kept.append(place)
            last_stop = stop
    is_free[kept] = True
    return frames.taken(is_free)


def _outside(heads: _Ranges, frames: _Ranges) -> _Ranges:
    """The heads that are in no frame."""
    if not len(frames) or not len(heads):
        return heads
    before = np.searchsorted(frames.starts, heads.starts, side="right") - 1
    is_inside = (before >= 0) & (frames.stops.take(before) > heads.starts)
    return heads.taken(~is_inside)


def _decided_end(framing: PrefixedFraming, size: int, frames: _Ranges, others: _Ranges) -> int:
    """Up to where a block can be judged without the bytes behind it."""
    undecided = others.starts[others.stops > size]
    if len(undecided):
        return int(undecided[0])
    last_stop = int(frames.stops[-1]) if len(frames) else 0
    return max(size - framing.header_end + 1, last_stop)


def _claimed(heads: _Ranges, frames: _Ranges, size: int) -> _Ranges:
    """What is rejected: from a head to the end it claims, or to the next frame."""
    stops = np.minimum(heads.stops, size)
    if len(frames) and len(heads):
        following = np.searchsorted(frames.starts, heads.starts)
        limits = np.append(frames.starts, size).take(following)
        stops = np.minimum(stops, limits)
    nexts = np.searchsorted(heads.starts, stops).tolist()
    chosen: list[int] = []
    place = 0
    while place < len(nexts):
        chosen.append(place)
        place = nexts[place]
    which = np.array(chosen, np.int64)
    return _Ranges(heads.starts[which], stops[which])


def _noise(frames: _Ranges, rejects: _Ranges, noise_from: int, end: int) -> _Ranges:
    """What lies between frames and rejects, empty ranges too; the last goes on to the end."""
    starts = np.concatenate([frames.starts, rejects.starts])
    stops = np.concatenate([frames.stops, rejects.stops])
    if len(rejects):
        order = np.argsort(starts, kind="stable")
        starts, stops = starts[order], stops[order]
    return _Ranges(np.append(np.int64(noise_from), stops), np.append(starts, np.int64(end)))


def _losses(noise: _Ranges, rejects: _Ranges, flaws: Octets, offset: int) -> LossTable:
    is_filled = noise.starts < noise.stops
    noise = noise.taken(is_filled)
    starts = np.concatenate([noise.starts, rejects.starts])
    spans = np.concatenate([noise.stops, rejects.stops]) - starts
    flaws = np.concatenate([np.full(len(noise), _FLAW_PLACES[Flaw.NOISE], np.uint8), flaws])
    order = np.argsort(starts)
    return LossTable(offsets=starts[order] + offset, spans=spans[order], flaws=flaws[order])
