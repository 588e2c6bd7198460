"""The check sums of many frames at once.

Sums are one ``add.reduceat``, or, where many frames overlap, differences of one running sum.

A CRC is linear: what a byte adds to it depends on the byte and its distance from the end alone,
never on the bytes around it. So each byte is looked up in a table of its own distance and all are
xored together, without a chain from byte to byte. Frames are sorted by length first: those looked
up together are about equally long and stand in one matrix, their ends aligned. Tables of 65,536
pairs would halve the look-ups, but for frames of fifty bytes they leave the processor's cache.
"""

from functools import cache
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from watchclock_protocol.framing.check_algorithms import (
    BITS_AN_OCTET,
    CRC_SHAPES,
    CheckAlgorithm,
    CrcShape,
    octet_table,
)
from watchclock_protocol.framing.declarations import CheckField, HeaderSum, LengthField
from watchclock_protocol.framing.frame_table import Flags, Numbers, Octets

__all__ = ["alike_crcs", "header_sums_hold", "integers", "sums_hold", "total_lengths"]

States: TypeAlias = NDArray[Any]


MOST_OVERLAP: Final = 3
"""Ranges with more bytes than so many times the block are differences of one running sum."""
ROWS: Final = 4096
"""So many frames are looked up together at most, none shorter than half of the longest."""
FEW_ROWS: Final = 16
"""Fewer, such as those with a damaged length, are faster done one by one."""


def total_lengths(field: LengthField, octets: Octets, starts: Numbers) -> Numbers:
    """Bytes that the frames which begin at ``starts`` say they have, n."""
    return integers(octets, starts + field.at, field.octets, field.order) + field.overhead


def sums_hold(check: CheckField, octets: Octets, starts: Numbers, lengths: Numbers) -> Flags:
    """Whether each frame's check sum is right, n.

    Args:
        check: which sum, where.
        octets: bytes that hold the frames.
        starts: place of each frame's first byte, n, ascending; frames may overlap.
        lengths: bytes of each frame, its sum included, n; none too short for its fields.
    """
    if len(starts) == 0:
        return np.zeros(0, np.bool_)
    width = check.algorithm.octets
    stops = starts + lengths
    stops -= width
    if check.algorithm not in CRC_SHAPES:
        sums = _low_byte_sums(octets, starts + check.first if check.first else starts, stops)
        if check.algorithm is CheckAlgorithm.COMPLEMENT_SUM:
            np.invert(sums, out=sums)
        return np.equal(octets.take(stops), sums)
    stored = integers(octets, stops, width, check.order)
    return np.equal(stored, _crcs(check.algorithm, octets, starts + check.first, stops))


def header_sums_hold(header: HeaderSum, octets: Octets, starts: Numbers) -> Flags:
    """Whether the sum over the first bytes of each frame is right, n."""
    sums = _low_byte_sums(octets, starts, starts + header.at)
    if header.algorithm is CheckAlgorithm.COMPLEMENT_SUM:
        np.invert(sums, out=sums)
    return np.equal(octets.take(starts + header.at), sums)


def alike_crcs(algorithm: CheckAlgorithm, rows: Octets) -> States:
    """The CRC of each of n rows of the same few bytes, n."""
    shape, octets = CRC_SHAPES[algorithm], rows.shape[1]
    start = int(_starting_states(shape, octets)[octets]) ^ shape.final
    states = np.full(len(rows), start, _dtype(shape))
    for effects, column in zip(_octet_effects(shape, octets), rows.T[::-1], strict=False):
        states ^= effects.take(column)
    return states


def integers(octets: Octets, at: Numbers, width: int, order: str = "big") -> Numbers:
    """Unsigned integers of ``width`` bytes at these places, n."""
    values = octets.take(at).astype(np.int64)
    for place in range(1, width):
        following = octets.take(at + place).astype(np.int64)
        if order == "big":
            values = values << BITS_AN_OCTET | following
        else:
            values |= following << place * BITS_AN_OCTET
    return values


def _low_byte_sums(octets: Octets, starts: Numbers, stops: Numbers) -> Octets:
    """Low byte of the sum of each range, n."""
    if int(stops.sum()) - int(starts.sum()) > MOST_OVERLAP * len(octets):
        running = np.zeros(len(octets) + 1, np.int64)
        np.cumsum(octets, dtype=np.int64, out=running[1:])
        return (running.take(stops) - running.take(starts)).astype(np.uint8)
    # Sums of the ranges and, in turn, of what lies between them, which is one byte where they
    # overlap. A stop is always inside, because the check sum itself stands there.
    edges = np.empty(2 * len(starts), np.int64)
    edges[::2] = starts
    edges[1::2] = stops
    sums: Octets = np.add.reduceat(octets, edges, dtype=np.uint8)[::2]
    sums[starts == stops] = 0  # reduceat gives the next byte for an empty range
    return sums


def _crcs(algorithm: CheckAlgorithm, octets: Octets, starts: Numbers, stops: Numbers) -> Numbers:
    """The CRC of each range, n."""
    lengths = stops - starts
    most = int(lengths.max())
    # Sixteen bits, where they suffice, are sorted by radix: five times as fast.
    keys = (most - lengths).astype(np.uint16 if most < 1 << 16 else np.int64)
    order = np.argsort(keys, kind="stable")
    descending = lengths.take(order)
    lead = most + 2
    padded = np.concatenate([np.zeros(lead, np.uint8), octets])
    results = np.empty(len(lengths), np.int64)
    first = 0
    while first < len(order):
        half = int(descending[first]) // 2
        alike = int(np.searchsorted(-descending, -half, side="right"))
        chosen = order[first : min(first + ROWS, alike)]
        if len(chosen) < FEW_ROWS:
            ranges = zip(starts[chosen].tolist(), stops[chosen].tolist(), strict=True)
            results[chosen] = [algorithm.compute(octets[a:b].tobytes()) for a, b in ranges]
        else:
            results[chosen] = _crcs_alike(
                CRC_SHAPES[algorithm], padded, stops.take(chosen) + lead, lengths.take(chosen)
            )
        first += len(chosen)
    return results


def _crcs_alike(shape: CrcShape, octets: Octets, stops: Numbers, lengths: Numbers) -> States:
    """The CRC of ranges of about equal length, the longest first, n."""
    columns = _aligned(octets, stops, lengths)
    reach = _rounded_up(len(columns))
    states = _starting_states(shape, reach).take(lengths)
    states ^= states.dtype.type(shape.final)
    for effects, column in zip(_octet_effects(shape, reach), columns[::-1], strict=False):
        states ^= effects.take(column)
    return states


def _aligned(octets: Octets, stops: Numbers, lengths: Numbers) -> Octets:
    """The ranges' bytes, those of equal distance from the end in one row, the last ones last.

    What lies before a range counts as zero: zeros in front change nothing.

    Args:
        octets: bytes, more than the longest range before the first.
        stops: end of each range, n.
        lengths: bytes of each, the longest first, n.
    """
    width = max(int(lengths[0]), 1)
    rows = np.lib.stride_tricks.sliding_window_view(octets, width)[stops - width]
    places = np.arange(width - int(lengths[-1]))
    reach = np.searchsorted(-lengths, places - width, side="right")
    for place, count in enumerate(reach.tolist()):
        rows[count:, place] = 0
    return np.ascontiguousarray(rows.T)


def _dtype(shape: CrcShape) -> type[np.unsignedinteger[Any]]:
    return np.uint16 if shape.bits == 16 else np.uint32  # noqa: PLR2004  the two widths there are


@cache
def _octet_effects(shape: CrcShape, count: int) -> tuple[States, ...]:
    """Effects of all 256 bytes when 0, 1, … bytes follow them, for so many distances."""
    effects = [np.array(octet_table(shape), _dtype(shape))]
    while len(effects) < count:
        effects.append(_stepped(shape, effects[-1]))
    return tuple(effects)


@cache
def _starting_states(shape: CrcShape, most: int) -> States:
    """The state that the start value alone leads to after 0 to ``most`` bytes."""
    states = [shape.start]
    table, mask = octet_table(shape), (1 << shape.bits) - 1
    for _ in range(most):
        state = states[-1]
        if shape.is_reflected:
            states.append(state >> BITS_AN_OCTET ^ table[state & 0xFF])
        else:
            shifted = state << BITS_AN_OCTET & mask
            states.append(shifted ^ table[state >> shape.bits - BITS_AN_OCTET])
    return np.array(states, _dtype(shape))


def _stepped(shape: CrcShape, states: States) -> States:
    """The states after one more byte of zero each."""
    table: States = np.array(octet_table(shape), _dtype(shape))
    if shape.is_reflected:
        return states >> BITS_AN_OCTET ^ table.take(states & 0xFF)
    return states << BITS_AN_OCTET ^ table.take(states >> shape.bits - BITS_AN_OCTET)


def _rounded_up(length: int) -> int:
    """The next power of two, so that few tables are kept."""
    return 1 << length.bit_length()
