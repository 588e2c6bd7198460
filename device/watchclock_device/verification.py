"""The proof, before anything is acknowledged, that the disk holds what the wand sent."""

from watchclock_device.errors import VerificationError
from watchclock_device.tally import ReadingTally
from watchclock_protocol.capture import read_capture
from watchclock_protocol.errors import CaptureError
from watchclock_protocol.messages import Identity
from watchclock_protocol.replay import DecodedDownload, replay

__all__ = ["verify"]


def verify(data: bytes, wand: Identity, live: ReadingTally) -> None:
    """Returns when the capture read back from disk says the same as the live conversation.

    Args:
        data: the whole file as it is on disk now.
        wand: who answered live.
        live: the records that arrived live.

    Raises:
        VerificationError: it does not; what differs.
    """
    try:
        decoded = replay(read_capture(data))
    except CaptureError as error:
        raise VerificationError(reason=str(error)) from error
    if reason := _difference(decoded, wand, live):
        raise VerificationError(reason=reason)


def _difference(decoded: DecodedDownload, wand: Identity, live: ReadingTally) -> str:
    stored = ReadingTally()
    stored.add(keyed.record for keyed in decoded.records)
    differences = {
        "it names another wand": decoded.identity != wand,
        "records are missing": not decoded.is_complete,
        "two readings of one record differ": bool(decoded.disagreements),
        f"{stored.received} records of {live.announced} are in it": (
            stored.received != live.announced
        ),
        "its records have other contents": stored.digest != live.digest,
    }
    return next((reason for reason, is_so in differences.items() if is_so), "")
