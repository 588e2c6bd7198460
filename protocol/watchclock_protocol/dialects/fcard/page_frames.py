"""The frames of a long answer built from columns.

``WandSession.reply`` builds the same bytes from one value a record; a test holds them together.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from watchclock_protocol.dialects.fcard.wand import RECORDS_A_FRAME
from watchclock_protocol.fcard_family.frames import Frame, build_frame
from watchclock_protocol.framing.frame_table import Octets
from watchclock_protocol.records import RecordKind

__all__ = ["page_frames"]

PAGE_CODES: Final = (0x34, 0x06)
"""Class and command of pages of records, of cards and of the system alike."""
SERIAL_OCTETS: Final = 4
COUNT_OCTETS: Final = 4


def page_frames(
    address: int, token: int, kind: RecordKind, serials: NDArray[np.integer], rows: Octets
) -> bytes:
    """All pages of records in answer to one request, without the frame that ends them.

    Args:
        address: the wand's number.
        token: that of the request.
        kind: which ring.
        serials: the slot of each record, n.
        rows: their bytes, one record a row.
    """
    entries = np.empty((len(rows), SERIAL_OCTETS + rows.shape[1]), np.uint8)
    entries[:, :SERIAL_OCTETS] = serials.astype(">u4").view(np.uint8).reshape(-1, SERIAL_OCTETS)
    entries[:, SERIAL_OCTETS:] = rows
    block, most, octets = entries.tobytes(), RECORDS_A_FRAME[kind], entries.shape[1]
    class_code, command = PAGE_CODES
    frames: list[bytes] = []
    for first in range(0, len(rows), most):
        count = min(most, len(rows) - first)
        records = block[first * octets : (first + count) * octets]
        frame = Frame(
            address=address,
            token=token,
            class_code=class_code,
            command=command,
            data=count.to_bytes(COUNT_OCTETS, "big") + records,
        )
        frames.append(build_frame(frame))
    return b"".join(frames)
