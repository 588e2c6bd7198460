"""Cuts escaped frames out of whole blocks with numpy, a few passes over the bytes of each.

Blocks end with a flag, so that only the bytes behind the last one are seen twice. The marks (flags
and escapes) are found once; only the escapes are taken out, so frames stay where they are between
their flags, and of most blocks hardly anything has to be moved.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from watchclock_protocol.framing.bulk_checks import sums_hold, total_lengths
from watchclock_protocol.framing.declarations import FLAWS, EscapedFraming, Flaw
from watchclock_protocol.framing.frame_table import (
    Flags,
    FrameTable,
    LossTable,
    Numbers,
    Octets,
)

__all__ = ["cut_escaped_blocks"]

_GOOD = len(FLAWS)
_FLAW_PLACES = {flaw: place for place, flaw in enumerate(FLAWS)}
_NOISE = _FLAW_PLACES[Flaw.NOISE]


@dataclass(frozen=True, slots=True)
class _Pieces:
    """What stands between two flags of a block, none of them empty.

    ``offsets`` and ``spans`` are those in the block, ``starts`` and ``lengths`` those in
    ``octets``, where escapes are undone.
    """

    octets: Octets
    starts: Numbers
    lengths: Numbers
    offsets: Numbers
    spans: Numbers
    flag_octets: int
    has_false_escape: Flags | None


def cut_escaped_blocks(
    framing: EscapedFraming, data: memoryview, block_octets: int
) -> Iterator[FrameTable]:
    """The frames of ``data``, block by block; memory is bounded by the block."""
    octets = np.frombuffer(data, np.uint8)
    flag = bytes([framing.flag])
    is_open = False
    piece = at = 0  # where the bytes behind the last flag begin; from where flags are looked for
    while at < len(octets):
        looked_at = octets[at : at + block_octets].tobytes()
        if flag not in looked_at:
            at += len(looked_at)
            continue
        if at - piece > framing.longest_escaped:
            # They may be more than any memory holds: told apart, and the block begins at the flag.
            first_flag = at + looked_at.index(flag)
            yield _lost(piece, first_flag - piece, Flaw.TOO_LONG if is_open else Flaw.NOISE)
            piece, is_open = first_flag, True
        stop = at + looked_at.rindex(flag) + 1
        yield _cut_block(framing, octets[piece:stop], piece, is_open=is_open)
        piece = at = stop
        is_open = True
    if piece < len(octets):
        span = len(octets) - piece
        flaw = Flaw.TOO_LONG if span > framing.longest_escaped else Flaw.UNFINISHED
        yield _lost(piece, span, flaw if is_open else Flaw.NOISE)


def _lost(offset: int, span: int, flaw: Flaw) -> FrameTable:
    nothing = np.zeros(0, np.int64)
    losses = LossTable(
        offsets=np.array([offset]),
        spans=np.array([span]),
        flaws=np.array([_FLAW_PLACES[flaw]], np.uint8),
    )
    return FrameTable(
        octets=np.zeros(0, np.uint8),
        starts=nothing,
        lengths=nothing,
        offsets=nothing,
        spans=nothing,
        losses=losses,
        flag_octets=0,
    )


def _cut_block(
    framing: EscapedFraming, block: Octets, offset: int, *, is_open: bool
) -> FrameTable:
    """The frames of bytes that end with a flag and begin behind one, if ``is_open``."""
    pieces = _split(framing, block)
    flaws = _judged(framing, pieces)
    if not is_open and len(pieces.offsets) and pieces.offsets[0] == 0:
        flaws[0] = _NOISE
    good = np.flatnonzero(flaws == _GOOD)
    lost = np.flatnonzero(flaws != _GOOD)
    offsets = pieces.offsets + offset
    return FrameTable(
        octets=pieces.octets,
        starts=pieces.starts.take(good),
        lengths=pieces.lengths.take(good),
        offsets=offsets.take(good),
        spans=pieces.spans.take(good),
        losses=LossTable(
            offsets=offsets.take(lost), spans=pieces.spans.take(lost), flaws=flaws.take(lost)
        ),
        flag_octets=pieces.flag_octets,
    )


def _split(framing: EscapedFraming, block: Octets) -> _Pieces:
    is_flag = np.empty(len(block) + 1, np.bool_)
    is_flag[0] = True  # before the block there is one, or what comes first is noise
    np.equal(block, framing.flag, out=is_flag[1:])
    # Where flags and other bytes meet, pieces begin and end in turn; runs of flags cost nothing.
    edges = np.flatnonzero(is_flag[1:] != is_flag[:-1])
    offsets, ends = edges[::2].copy(), edges[1::2].copy()
    spans = ends - offsets
    starts, lengths, octets, has_false_escape = offsets, spans, block, None
    escapes = np.flatnonzero(block == framing.escape)
    if len(escapes):
        octets, is_allowed = _unescaped(framing, block, escapes)
        piece = np.searchsorted(ends, escapes)
        counts = np.bincount(piece, minlength=len(ends))
        lengths = spans - counts
        starts = offsets - np.cumsum(counts)
        starts += counts
        if not is_allowed.all():
            has_false_escape = np.zeros(len(ends), np.bool_)
            has_false_escape[piece[~is_allowed]] = True
    return _Pieces(
        octets=octets,
        starts=starts,
        lengths=lengths,
        offsets=offsets,
        spans=spans,
        flag_octets=int(np.count_nonzero(is_flag)) - 1,
        has_false_escape=has_false_escape,
    )


def _unescaped(framing: EscapedFraming, block: Octets, escapes: Numbers) -> tuple[Octets, Flags]:
    """The block without escapes, what they stood for put in; and which escapes are allowed, n.

    A flag always follows in the block, so every escape has a byte behind it.
    """
    codes = block.take(escapes + 1)
    meanings = np.arange(256, dtype=np.uint8)
    is_allowed = np.zeros(256, np.bool_)
    for code, octet in framing.substitutions:
        meanings[code], is_allowed[code] = octet, True
    # Taking out one byte everywhere is what bytearray does at the speed of copying; a numpy mask
    # takes four times as long. What an escape stood for is then where the escape had been.
    octets = np.frombuffer(bytearray(block).replace(bytes([framing.escape]), b""), np.uint8)
    octets[escapes - np.arange(len(escapes))] = meanings.take(codes)
    return octets, is_allowed.take(codes)


def _judged(framing: EscapedFraming, pieces: _Pieces) -> Octets:
    """The flaw of each piece, n."""
    flaws = np.full(len(pieces.starts), _GOOD, np.uint8)
    lengths, shortest = pieces.lengths, framing.length.overhead
    is_odd = (lengths < shortest) | (lengths > framing.longest)
    is_odd |= pieces.spans > framing.longest_escaped
    if pieces.has_false_escape is not None:
        is_odd |= pieces.has_false_escape
    if is_odd.any():
        flaws[is_odd] = _FLAW_PLACES[Flaw.SHAPE]
        if pieces.has_false_escape is not None:
            flaws[pieces.has_false_escape] = _FLAW_PLACES[Flaw.ESCAPE]
        flaws[pieces.spans > framing.longest_escaped] = _FLAW_PLACES[Flaw.TOO_LONG]
        even = np.flatnonzero(~is_odd)
        flaws[even] = _sound(framing, pieces.octets, pieces.starts[even], lengths[even])
        return flaws
    return _sound(framing, pieces.octets, pieces.starts, lengths)


def _sound(framing: EscapedFraming, octets: Octets, starts: Numbers, lengths: Numbers) -> Octets:
    """The flaws of pieces that are long enough for their fields, n."""
    flaws = np.full(len(starts), _GOOD, np.uint8)
    flaws[~sums_hold(framing.check, octets, starts, lengths)] = _FLAW_PLACES[Flaw.CHECK_SUM]
    has_shape = total_lengths(framing.length, octets, starts) == lengths
    flaws[~has_shape] = _FLAW_PLACES[Flaw.SHAPE]
    return flaws
