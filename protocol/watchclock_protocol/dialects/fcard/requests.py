"""Every request of the fcard dialect as a frozen value, named by what it asks of the wand.

Source of every range and code: the maker's protocol document (FC wand protocol, December 2013) and
the maker's SDK, both in laijinjie/FCARDIO.Protocol.Door, restated in docs/protocols/fcard.md.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum

from watchclock_protocol.dialects.fcard.replies import StaffEntry
from watchclock_protocol.records import RecordKind

__all__ = ["AddStaff", "Beep", "ClearAllRecords", "ClearRecords", "DeleteAllStaff", "DeleteStaff"]
__all__ += ["FcardRequest", "Initialise", "LampColour", "LightLamp", "ReadAllStaff", "ReadClock"]
__all__ += ["ReadExpiryDate", "ReadFirmware", "ReadNumber", "ReadPointers", "ReadProductionDate"]
__all__ += ["ReadRange", "ReadRunInformation", "ReadStaff", "ReadStaffCapacity", "ReadStayOnTime"]
__all__ += ["ReadStorageMode", "ReadTorchTime", "StaffSearch", "StartLiveReading"]
__all__ += ["StopLiveReading", "StorageMode", "SwitchTorch", "TestDisplay", "Vibrate"]
__all__ += ["WriteClock", "WriteExpiryDate", "WriteNumber", "WriteProductionDate"]
__all__ += ["WriteReadPointer", "WriteStayOnTime", "WriteStorageMode", "WriteTorchTime"]
__all__ += ["WriteWritePointer"]


class StorageMode(IntEnum):
    """What a wand does when its card memory is full (command 01/06)."""

    OVERWRITE = 0
    STOP = 1


class StaffSearch(IntEnum):
    """What the value of a staff look-up means (command 03/04)."""

    BY_NUMBER = 1
    BY_CARD = 2


class LampColour(IntEnum):
    """Codes of the two-colour lamp (command 05/05)."""

    OFF = 0x00
    RED = 0x08
    GREEN = 0x80


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteNumber:
    """01/F1: give the wand another number, 1 to 255, whatever number the frame is addressed to."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadNumber:
    """01/01: ask for the wand's number; answered whatever number the frame is addressed to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteExpiryDate:
    """01/02: the day after which the wand refuses to read cards."""

    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadExpiryDate:
    """01/03: ask for the day after which the wand refuses to read cards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFirmware:
    """01/04: ask for the firmware version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRunInformation:
    """01/05: ask for life counters, battery and what is new since the last acknowledgement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteStorageMode:
    """01/06: what to do when the card memory is full."""

    mode: StorageMode


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadStorageMode:
    """01/07: ask what the wand does when its card memory is full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteProductionDate:
    """01/08: the day of manufacture."""

    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadProductionDate:
    """01/88: ask for the day of manufacture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadStayOnTime:
    """01/09: ask how long the wand stays on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteStayOnTime:
    """01/0A: how long the wand stays on, 5 to 60 seconds by the document."""

    duration_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTorchTime:
    """01/0B: ask how long the torch stays on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteTorchTime:
    """01/0C: how long the torch stays on, 1 to 255 seconds."""

    duration_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StartLiveReading:
    """01/0E: push every card shown from now on. Only the SDK knows it; it awaits no reply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopLiveReading:
    """01/0F: push no more cards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Initialise:
    """01/FE: erase staff and card records, reset the pointers, restore default parameters.

    Keeps system records, number, expiry date, version and run information.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadClock:
    """02/01: ask what the clock shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteClock:
    """02/02: set the clock.

    Attributes:
        civil: naive civil time of the years 2000 to 2099, whole seconds.
    """

    civil: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadStaffCapacity:
    """03/01: ask how many staff entries fit and how many are used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteAllStaff:
    """03/02: empty the staff list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAllStaff:
    """03/03: ask for the whole staff list, answered in pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadStaff:
    """03/04: look up one staff entry.

    Attributes:
        search: what ``value`` is.
        value: staff number 1 to 999, or card number of 24 bits.
    """

    search: StaffSearch
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AddStaff:
    """03/05: add entries, at most 7 a frame; the SDK sends 5."""

    entries: tuple[StaffEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteStaff:
    """03/06: delete entries by staff number, at most 59 a frame; the SDK sends 10."""

    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPointers:
    """04/01: ask for capacity, write and read index of both rings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearAllRecords:
    """04/02: clear both rings. Costs every record on the wand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearRecords:
    """04/03: clear one ring. Costs every record of that kind on the wand."""

    kind: RecordKind


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteReadPointer:
    """04/04: set the read index; with the flag off this is the acknowledgement.

    Attributes:
        kind: which ring.
        read_index: serial of the last record given up, 0 for none.
        is_wrapped: the wrap flag to write; index 0 with the flag on makes everything unread again.
    """

    kind: RecordKind
    read_index: int
    is_wrapped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteWritePointer:
    """04/05: set the write index; the document calls it a debugging aid."""

    kind: RecordKind
    write_index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRange:
    """04/06: ask for records by serial, answered in pages.

    Attributes:
        kind: which ring.
        first: serial of the first record, from 1.
        quantity: how many, never across the end of the ring; the SDK allows 1 to 500.
    """

    kind: RecordKind
    first: int
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Beep:
    """05/01: one beep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchTorch:
    """05/02: torch on or off."""

    is_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Vibrate:
    """05/03: run the vibrator, 0 to 65535 milliseconds."""

    duration_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TestDisplay:
    """05/04: every dot of the display on, or a clear display."""

    is_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LightLamp:
    """05/05: the two-colour lamp."""

    colour: LampColour


FcardRequest = (
    WriteNumber
    | ReadNumber
    | WriteExpiryDate
    | ReadExpiryDate
    | ReadFirmware
    | ReadRunInformation
    | WriteStorageMode
    | ReadStorageMode
    | WriteProductionDate
    | ReadProductionDate
    | ReadStayOnTime
    | WriteStayOnTime
    | ReadTorchTime
    | WriteTorchTime
    | StartLiveReading
    | StopLiveReading
    | Initialise
    | ReadClock
    | WriteClock
    | ReadStaffCapacity
    | DeleteAllStaff
    | ReadAllStaff
    | ReadStaff
    | AddStaff
    | DeleteStaff
    | ReadPointers
    | ClearAllRecords
    | ClearRecords
    | WriteReadPointer
    | WriteWritePointer
    | ReadRange
    | Beep
    | SwitchTorch
    | Vibrate
    | TestDisplay
    | LightLamp
)
