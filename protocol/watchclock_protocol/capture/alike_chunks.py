"""Blocks of chunks of one length made by the thousand, for who writes captures in bulk.

One block is made by the ordinary writer; in copies of it time, data and check sum are put in their
places, which are known from the declarations.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from watchclock_protocol.capture import layouts
from watchclock_protocol.capture.lanes import Lane
from watchclock_protocol.capture.writer import packet
from watchclock_protocol.framing.bulk_checks import alike_crcs
from watchclock_protocol.framing.check_algorithms import CheckAlgorithm
from watchclock_protocol.record_plan import FieldPlan, plan_of

__all__ = ["alike_chunks"]


def _places(declaration: object, before: int) -> dict[str, FieldPlan]:
    return {plan.name: _moved(plan, before) for plan in plan_of(declaration)}


def _moved(plan: FieldPlan, before: int) -> FieldPlan:
    return FieldPlan(
        name=plan.name, offset=plan.offset + before, octets=plan.octets, form=plan.form
    )


_HEAD: Final = _places(layouts.PACKET_HEAD, layouts.BLOCK_HEAD_FORM.size)
_DATA_AT: Final = layouts.CHUNK_HEAD_FORM.size
_HASH_OPTION_OCTETS: Final = len(
    layouts.OPTION.build({"code": layouts.HASH_OPTION, "value": bytes(layouts.HASH_FORM.size)})
)
_BEHIND_HASH_OCTETS: Final = layouts.OPTION_HEAD_FORM.size + layouts.BLOCK_TAIL_FORM.size
"""The end of the options and the length again."""
_LOW_WORD: Final = 0xFFFF_FFFF


def alike_chunks(
    lane: Lane, data: npt.NDArray[np.uint8], utc_ns: npt.NDArray[np.int64]
) -> npt.NDArray[np.uint8]:
    """The blocks that ``CaptureWriter.chunk`` makes of these chunks, one a row.

    Args:
        lane: FROM_WAND or TO_WAND.
        data: the bytes of n chunks of the same length, one a row.
        utc_ns: when each was read or about to be written, n.
    """
    octets = data.shape[1]
    template = np.frombuffer(packet(lane, bytes(octets), 0), np.uint8)
    rows = np.tile(template, (len(data), 1))
    rows[:, _DATA_AT : _DATA_AT + octets] = data
    _put(rows, _HEAD["time_high"], utc_ns >> 32)
    _put(rows, _HEAD["time_low"], utc_ns & _LOW_WORD)
    hash_at = len(template) - _BEHIND_HASH_OCTETS - _HASH_OPTION_OCTETS
    place = _places(layouts.HASH, hash_at + layouts.OPTION_HEAD_FORM.size)["crc32"]
    _put(rows, place, alike_crcs(CheckAlgorithm.CRC32, data))
    return rows


def _put(rows: npt.NDArray[np.uint8], place: FieldPlan, values: npt.NDArray[np.integer]) -> None:
    stored = np.ascontiguousarray(values, "<u4").view(np.uint8)
    rows[:, place.offset : place.end] = stored.reshape(-1, place.octets)
