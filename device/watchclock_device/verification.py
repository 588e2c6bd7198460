"""The proof, before anything is acknowledged, that the disk holds what the wand sent.

The capture is read back and heard again by the dialect's listener, event by event, so that the
proof takes no more memory for a full wand than for an empty one.
"""

from watchclock_device.errors import VerificationError
from watchclock_device.tally import ReadingTally
from watchclock_protocol.capture import Capture, Chunk, read_capture
from watchclock_protocol.dialect import Dialect
from watchclock_protocol.errors import CaptureError
from watchclock_protocol.events import Heard
from watchclock_protocol.messages import Identity
from watchclock_protocol.replay import hear

__all__ = ["verify"]


def verify(
    data: bytes, *, dialect: Dialect, wand: Identity, announced: int, live: ReadingTally
) -> None:
    """Returns when the capture read back from disk says the same as the live conversation.

    Args:
        data: the whole file as it is on disk now.
        dialect: what the wand speaks.
        wand: who answered live.
        announced: how many records the wand said it holds.
        live: the records that arrived live.

    Raises:
        VerificationError: it does not; what differs.
    """
    try:
        capture = read_capture(data)
    except CaptureError as error:
        raise VerificationError(reason=str(error)) from error
    numbers, stored = _hear(capture, dialect)
    differences = {
        "it is torn": capture.torn_bytes > 0,
        "it names another wand": numbers != {wand.number},
        f"{stored.received} of {announced} records are in it": stored.received != announced,
        f"{live.received} of {announced} records arrived": live.received != announced,
        "its records have other contents": stored.digest != live.digest,
    }
    for reason, is_so in differences.items():
        if is_so:
            raise VerificationError(reason=reason)


def _hear(capture: Capture, dialect: Dialect) -> tuple[set[str], ReadingTally]:
    """The numbers of all wands that spoke, and the records of the last whole reading."""
    numbers: set[str] = set()
    stored = ReadingTally()
    chunks = (block for block in capture.blocks if isinstance(block, Chunk))
    for heard in hear(dialect, chunks):
        stored.observe(heard.event)
        match heard.event:
            case Heard(Identity(number=number)):
                numbers.add(number)
            case _:
                pass
    return numbers, stored
