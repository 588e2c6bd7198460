"""What a session tells its caller. Bytes go in, these come out, in order."""

from collections.abc import Sequence
from dataclasses import dataclass

from watchclock_protocol.errors import RemoteProtocolError
from watchclock_protocol.messages import Answer
from watchclock_protocol.records import Record

__all__ = [
    "Answered",
    "BytesSkipped",
    "Event",
    "Failed",
    "FrameRejected",
    "Heard",
    "ReadingBegan",
    "RecordsReceived",
    "Resent",
    "Transmit",
]


@dataclass(frozen=True, slots=True)
class Transmit:
    """Write these bytes to the link now."""

    data: bytes


@dataclass(frozen=True, slots=True)
class BytesSkipped:
    """Bytes that belong to no frame. A noisy line is evidence in a repair, so they are counted."""

    count: int


@dataclass(frozen=True, slots=True)
class FrameRejected:
    """A frame or record arrived damaged and was not used; what was wrong with it."""

    error: RemoteProtocolError


@dataclass(frozen=True, slots=True)
class Resent:
    """The same request went out again.

    Attributes:
        command: name of the command.
        attempt: 2 for the first resend.
    """

    command: str
    attempt: int


@dataclass(frozen=True, slots=True)
class ReadingBegan:
    """The wand starts handing out its memory from the beginning; ``announced`` records are due."""

    announced: int


@dataclass(frozen=True, slots=True)
class RecordsReceived:
    """Records whose check sums hold, in the wand's order; a ``RecordBatch`` decodes them late."""

    records: Sequence[Record]


@dataclass(frozen=True, slots=True)
class Heard:
    """A listener understood this statement of the wand."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Answered:
    """The command given to ``send`` is finished; this is its result."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Failed:
    """The command given to ``send`` cannot be finished. The session accepts no more commands."""

    error: RemoteProtocolError


Event = (
    Transmit
    | BytesSkipped
    | FrameRejected
    | Resent
    | ReadingBegan
    | RecordsReceived
    | Heard
    | Answered
    | Failed
)
