"""Every request of the Kaihe EB protocol as a frozen value, named by what it asks of the wand.

Source of every code: docs/protocols/kaihe_eb.md, "Commands".
"""

from dataclasses import dataclass
from enum import IntEnum

__all__ = ["ClearKnockRecords", "ClearPatrolRecords", "CountKnockRecords", "CountPatrolRecords"]
__all__ += ["KaiheRequest", "KnownRequest", "NotifyMode", "ReadClock", "ReadCompany"]
__all__ += ["ReadFirmware", "ReadKnockRecord", "ReadModel", "ReadNumber", "ReadPatrolRecord"]
__all__ += ["ReadSlogan", "TestBuzzer", "TestLed", "UnknownRequest", "WriteClock"]
__all__ += ["WriteNotifyMode", "WriteNumber"]


class NotifyMode(IntEnum):
    """How a wand of variant B tells that it read a tag (command C3)."""

    SOUND = 0x00
    MUTE = 0x11


@dataclass(frozen=True, slots=True, kw_only=True)
class TestBuzzer:
    """20: the wand sounds its buzzer and tells whether that is good."""

    __test__ = False  # no test case, whatever pytest makes of the name


@dataclass(frozen=True, slots=True, kw_only=True)
class TestLed:
    """21: the wand lights its LED and tells whether that is good."""

    __test__ = False  # no test case, whatever pytest makes of the name


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadClock:
    """31: ask what the wand's clock shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteClock:
    """A3: set the clock.

    Attributes:
        time: yy MM dd HH mm ss in plain binary, six bytes as they go over the wire.
    """

    time: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadNumber:
    """33: ask for the wand's number; the length of the reply tells the variant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteNumber:
    """2A: give a wand of variant B another number.

    Attributes:
        number: one byte.
    """

    number: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CountPatrolRecords:
    """35: ask how many patrol records wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPatrolRecord:
    """37: ask for one patrol record; the reply does not tell which it is.

    Attributes:
        index: its place since the last clear, from 0 or from 1.
    """

    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CountKnockRecords:
    """3C: ask how many knock records wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadKnockRecord:
    """39: ask for one knock record; the reply does not tell which it is.

    Attributes:
        index: its place since knocks were last cleared, from 0.
    """

    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearPatrolRecords:
    """ERASES every patrol record, and only those; ``commands.CLEARINGS`` has its bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearKnockRecords:
    """ERASES every knock record, and only those; ``commands.CLEARINGS`` has its bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteNotifyMode:
    """C3: how a wand of variant B tells that it read a tag."""

    mode: NotifyMode


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadModel:
    """51: ask a wand of variant A for its model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFirmware:
    """5B: ask a wand of variant A for its firmware version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCompany:
    """12: ask a wand of variant A for the company's name stored in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSlogan:
    """15: ask a wand of variant A for the company's telephone or slogan stored in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownRequest:
    """A good frame with a command this package does not know; only heard, never sent."""

    command: int
    data: bytes


KnownRequest = (
    TestBuzzer
    | TestLed
    | ReadClock
    | WriteClock
    | ReadNumber
    | WriteNumber
    | CountPatrolRecords
    | ReadPatrolRecord
    | CountKnockRecords
    | ReadKnockRecord
    | ClearPatrolRecords
    | ClearKnockRecords
    | WriteNotifyMode
    | ReadModel
    | ReadFirmware
    | ReadCompany
    | ReadSlogan
)
KaiheRequest = KnownRequest | UnknownRequest
