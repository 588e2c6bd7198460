"""The proof, before anything is acknowledged, that the disk holds what the wand sent.

Every recorded chunk is at once replayed by a second listener, while the line is busy anyway. At
the end the capture is read back from disk, its check sums hold, and its chunks are exactly those
that were replayed: so replaying the file gives these records, and no time is lost proving it.
"""

import hashlib

from watchclock_device.conversation import Recorder
from watchclock_device.errors import VerificationError
from watchclock_device.tally import ReadingTally
from watchclock_protocol.capture import Capture, Chunk, Lane, read_capture
from watchclock_protocol.dialect import Dialect
from watchclock_protocol.errors import CaptureError
from watchclock_protocol.events import Event, Heard
from watchclock_protocol.filled_reasons import FilledReason
from watchclock_protocol.messages import Identity

__all__ = ["Rehearsal"]


class Rehearsal:
    """A recorder that replays what it records."""

    def __init__(self, dialect: Dialect, recorder: Recorder) -> None:
        self._recorder = recorder
        self._listener = dialect.listener()
        self._digest = hashlib.sha256()
        self._numbers: set[str] = set()
        self._reading = ReadingTally()

    def chunk(self, lane: Lane, data: bytes, utc_ns: int) -> None:
        """The bytes are recorded, then heard; see ``Recorder.chunk``."""
        self._recorder.chunk(lane, data, utc_ns)
        self._digest.update(_framed(lane, data))
        is_sent = lane is Lane.TO_WAND
        for event in self._listener.sent(data) if is_sent else self._listener.received(data):
            self._hear(event)

    def verify(self, data: bytes, *, wand: Identity, announced: int, live: ReadingTally) -> None:
        """Returns when the capture read back from disk says the same as the live conversation.

        Args:
            data: the whole file as it is on disk now.
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
        stored = self._reading
        if capture.torn_bytes:
            raise VerificationError(reason="it is torn")
        if _digest_of(capture) != self._digest.digest():
            raise VerificationError(reason="its chunks are others")
        if self._numbers != {wand.number}:
            raise VerificationError(reason="it names another wand")
        if stored.received != announced:
            reason = FilledReason(
                "{found} of {count} records are in it", found=stored.received, count=announced
            )
            raise VerificationError(reason=reason)
        if live.received != announced:
            reason = FilledReason(
                "{found} of {count} records arrived", found=live.received, count=announced
            )
            raise VerificationError(reason=reason)
        if stored.digest != live.digest:
            raise VerificationError(reason="its records have other contents")

    def _hear(self, event: Event) -> None:
        self._reading.observe(event)
        match event:
            case Heard(Identity(number=number)):
                self._numbers.add(number)
            case _:
                pass


def _digest_of(capture: Capture) -> bytes:
    digest = hashlib.sha256()
    for block in capture.blocks:
        if isinstance(block, Chunk):
            digest.update(_framed(block.lane, block.data))
    return digest.digest()


def _framed(lane: Lane, data: bytes) -> bytes:
    """The chunk with its direction and length, so that no other chunks give the same bytes."""
    return b"%d:%d:%b" % (lane, len(data), data)
