"""What host and wand can say to each other, as values, and the literal table of their shapes.

Source: koliha/jwm-wm5000t, readme.md. One command at a time; the wand echoes each, then answers.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from watchclock_protocol.dialects.wm5000t.layouts import (
    ANSWER_SUM_LENGTH,
    BLOCK_START,
    HEADER_LENGTH,
    RECORD_LENGTH,
    STATUS_LENGTH,
    TIME_LENGTH,
)

__all__ = ["COMMANDS", "CloseSession", "CommandShape", "ContinueBlock", "Count", "Done", "Echoed"]
__all__ += [
    "Header",
    "KnownRequest",
    "NextRecord",
    "NoRecord",
    "ReadStatus",
    "Reply",
    "Request",
    "StartBlock",
]
__all__ += ["StartDownload", "Status", "StoredRecord", "UnknownRequest", "WriteClock"]
__all__ += ["plain_name"]


@dataclass(frozen=True, slots=True)
class StartBlock:
    """``55``: begins a session. Answered with ``Header``, whose first byte is the echo."""


@dataclass(frozen=True, slots=True)
class ContinueBlock:
    """``E5``: second byte of a session's beginning. Only echoed."""


@dataclass(frozen=True, slots=True)
class WriteClock:
    """``35``: sets the clock. Answered with ``Done``.

    Attributes:
        time: yy MM dd HH mm ss in packed BCD, six bytes as they go over the wire.
    """

    time: bytes


@dataclass(frozen=True, slots=True)
class ReadStatus:
    """``15``: asks which wand this is. Answered with ``Status``."""


@dataclass(frozen=True, slots=True)
class StartDownload:
    """``25``: rewinds to the first record. Answered with ``Count``."""


@dataclass(frozen=True, slots=True)
class NextRecord:
    """``00``: hands out one record and moves on. ``StoredRecord``, after the last ``NoRecord``."""


@dataclass(frozen=True, slots=True)
class CloseSession:
    """``55 AA 01 A9``: ends the session and WIPES THE MEMORY. Answered with ``Done``."""


@dataclass(frozen=True, slots=True)
class UnknownRequest:
    """A well-formed framed command that no source describes; only heard, never sent."""

    code: int
    payload: bytes


KnownRequest = (
    StartBlock
    | ContinueBlock
    | WriteClock
    | ReadStatus
    | StartDownload
    | NextRecord
    | CloseSession
)
Request = KnownRequest | UnknownRequest


@dataclass(frozen=True, slots=True)
class Header:
    """Answer to ``StartBlock``.

    Attributes:
        tag: ten ASCII bytes of maker or brand, ``FFFFZJWZWS`` in the capture.
    """

    tag: bytes


@dataclass(frozen=True, slots=True)
class Echoed:
    """The echo was the whole answer."""


@dataclass(frozen=True, slots=True)
class Done:
    """The single byte ``00`` after the echo of ``WriteClock`` and ``CloseSession``."""


@dataclass(frozen=True, slots=True)
class Status:
    """Three bytes, probably the wand's number (inferred; nothing else could identify it)."""

    number: bytes


@dataclass(frozen=True, slots=True)
class Count:
    """How many records wait, 0 to 65535."""

    unread: int


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """One record as stored, without its sum.

    Attributes:
        time: yy MM dd HH mm ss, normally packed BCD, six bytes.
        serial: the button's serial, six bytes, most significant first.
    """

    time: bytes
    serial: bytes

    @property
    def raw(self) -> bytes:
        """The twelve bytes in the wand's order."""
        return self.time + self.serial


@dataclass(frozen=True, slots=True)
class NoRecord:
    """All records were handed out: ``NextRecord`` was only echoed."""


Reply = Header | Echoed | Done | Status | Count | StoredRecord | NoRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandShape:
    """How one command looks on the wire.

    Attributes:
        code: first byte.
        payload_length: bytes of payload in a framed command; None for a single byte.
        answer_length: bytes after the echo; for ``NextRecord`` while records remain.
    """

    code: int
    payload_length: int | None
    answer_length: int


COMMANDS: Final[Mapping[type[KnownRequest], CommandShape]] = {
    StartBlock: CommandShape(
        code=BLOCK_START, payload_length=None, answer_length=HEADER_LENGTH - 1
    ),
    ContinueBlock: CommandShape(code=0xE5, payload_length=None, answer_length=0),
    WriteClock: CommandShape(code=0x35, payload_length=TIME_LENGTH, answer_length=1),
    ReadStatus: CommandShape(
        code=0x15, payload_length=0, answer_length=STATUS_LENGTH + ANSWER_SUM_LENGTH
    ),
    StartDownload: CommandShape(code=0x25, payload_length=0, answer_length=2 + ANSWER_SUM_LENGTH),
    NextRecord: CommandShape(
        code=0x00, payload_length=None, answer_length=RECORD_LENGTH + ANSWER_SUM_LENGTH
    ),
    CloseSession: CommandShape(code=BLOCK_START, payload_length=0, answer_length=1),
}


def plain_name(kind: type[object]) -> str:
    """What an error calls a command or an answer, such as ``start block``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind.__name__).lower()
