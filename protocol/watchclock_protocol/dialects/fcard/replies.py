"""Every reply of the fcard dialect as a frozen value.

Source: the maker's protocol document and SDK (laijinjie/FCARDIO.Protocol.Door), restated in
docs/protocols/fcard.md. What a wand sends is kept as it came wherever it may be impossible.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final, Self

from watchclock_protocol.dialects.fcard.ring import ring_state
from watchclock_protocol.dialects.fcard.times import read_day
from watchclock_protocol.messages import DialectReply, RingState, WandHealth
from watchclock_protocol.records import RecordKind
from watchclock_protocol.values import WandTime
from watchclock_protocol.wand_times import decimal_octets

__all__ = ["NAME_OCTETS", "Clock", "Done", "ExpiryDate", "FcardReply", "Firmware", "LiveCard"]
__all__ += ["NotConfirmed", "NumberReply", "Pointers", "ProductionDate", "RangeEnd", "RecordEntry"]
__all__ += ["RingPointers", "RunInformation", "StaffCapacity", "StaffEnd", "StaffEntry"]
__all__ += ["StaffFound", "StaffList", "StaffRefused", "StayOnTime", "StorageModeReply"]
__all__ += ["StoredRecords", "SumRefused", "TorchTime"]

NAME_OCTETS: Final = 10
"""Bytes of a name in the staff list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffEntry:
    """One guard in the wand's staff list.

    Attributes:
        number: staff number, 1 to 999.
        card: number of the staff card, 24 bits.
        name_raw: ten bytes, GBK padded with 00, as stored; a name may be cut in a character.
    """

    number: int
    card: int
    name_raw: bytes

    @classmethod
    def named(cls, *, number: int, card: int, name: str) -> Self:
        """The entry for a name of at most ten GBK bytes, which is five Chinese characters.

        Raises:
            ValueError: the name is longer or has a character GBK lacks.
        """
        octets = name.encode("gbk")
        if len(octets) > NAME_OCTETS:
            raise ValueError(f"{name!r} needs {len(octets)} bytes in GBK, {NAME_OCTETS} fit")
        return cls(number=number, card=card, name_raw=octets.ljust(NAME_OCTETS, b"\x00"))

    @property
    def name(self) -> str | None:
        """The name without padding, or None when the bytes are no GBK."""
        try:
            return self.name_raw.rstrip(b"\x00").decode("gbk")
        except UnicodeDecodeError:
            return None

    @property
    def is_empty(self) -> bool:
        """All bytes are FF: the wand's way to say that there is no such entry."""
        return (
            self.number == 0xFFFF  # noqa: PLR2004  two bytes of FF
            and self.card == 0xFFFFFF  # noqa: PLR2004  three bytes of FF
            and self.name_raw == b"\xff" * NAME_OCTETS
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordEntry:
    """One record on its way.

    Attributes:
        serial: slot in the ring, from 1.
        raw: 12 bytes of a card record or 8 of a system record, without the serial.
    """

    serial: int
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RingPointers:
    """Where one ring stands; indexes are serials, 0 for none, as the wand sent them."""

    capacity: int
    write_index: int
    read_index: int
    is_wrapped: bool

    def state(self, kind: RecordKind) -> RingState:
        """The ring with its unread records counted by the SDK's rules."""
        return ring_state(
            kind,
            capacity=self.capacity,
            write_index=self.write_index,
            read_index=self.read_index,
            is_wrapped=self.is_wrapped,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Done(DialectReply):
    """21/01: the wand did what it was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SumRefused(DialectReply):
    """21/03: the request arrived damaged; send it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotConfirmed(DialectReply):
    """The request went out and by the dialect no reply is due; never on the wire."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberReply(DialectReply):
    """31/01: the wand's number, 1 to 255."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiryDate(DialectReply):
    """31/03: three packed decimal bytes, year month day."""

    raw: bytes

    @property
    def day(self) -> date | None:
        """The last day on which the wand reads cards, None when the bytes are no date."""
        return read_day(self.raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class Firmware(DialectReply):
    """31/04: two characters of version and two of revision."""

    raw: bytes

    @property
    def text(self) -> str:
        """Version and revision as the maker prints them, ``99.22``."""
        digits = self.raw.decode("ascii", errors="backslashreplace")
        return f"{digits[:-2]}.{digits[-2:]}" if self.raw.isascii() else digits


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInformation(DialectReply):
    """31/05: life counters and battery.

    Attributes:
        factory_date_raw: three packed decimal bytes, year month day.
        formats: how often the memory was formatted.
        power_ons: how often the wand was switched on.
        voltage_raw: packed decimal, whole volts and hundredths.
        charge_percent: battery charge as sent; above 100 it means nothing.
        staff_selected: staff number selected on the wand.
        staff_used: used entries of the staff list.
        new_card_records: card records not yet acknowledged.
        new_system_records: system records not yet acknowledged.
    """

    factory_date_raw: bytes
    formats: int
    power_ons: int
    voltage_raw: bytes
    charge_percent: int
    staff_selected: int
    staff_used: int
    new_card_records: int
    new_system_records: int

    @property
    def health(self) -> WandHealth:
        """The wand's condition, with None for what cannot be meant."""
        volts = decimal_octets(self.voltage_raw)
        return WandHealth(
            voltage_mv=volts[0] * 1000 + volts[1] * 10 if volts else None,
            charge_percent=self.charge_percent if self.charge_percent <= 100 else None,  # noqa: PLR2004
            power_ons=self.power_ons,
            formats=self.formats,
            factory_date=read_day(self.factory_date_raw),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageModeReply(DialectReply):
    """31/07: 0 overwrites the oldest record, 1 stops when full; other values are kept."""

    mode: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductionDate(DialectReply):
    """31/88: three packed decimal bytes, year month day."""

    raw: bytes

    @property
    def day(self) -> date | None:
        """The day of manufacture, None when the bytes are no date."""
        return read_day(self.raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class StayOnTime(DialectReply):
    """31/09: how long the wand stays on, in seconds."""

    duration_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TorchTime(DialectReply):
    """31/0B: how long the torch stays on, in seconds."""

    duration_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveCard(DialectReply):
    """31/0E, pushed: a card of this 24-bit number was shown while live reading is on."""

    card: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock(DialectReply):
    """32/01: what the clock shows."""

    time: WandTime


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffCapacity(DialectReply):
    """33/01: how many staff entries fit and how many are used."""

    capacity: int
    used: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffList(DialectReply):
    """33/03: staff entries; one page on the wire, the whole list as an answer."""

    entries: tuple[StaffEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffEnd(DialectReply):
    """F3/03: the list is over; how many entries it had."""

    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffFound(DialectReply):
    """33/04: the entry looked for; ``entry.is_empty`` when there is none."""

    entry: StaffEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRefused(DialectReply):
    """33/05: staff numbers that could not be stored."""

    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointers(DialectReply):
    """34/01: where both rings stand."""

    card: RingPointers
    system: RingPointers

    @property
    def rings(self) -> tuple[RingState, RingState]:
        """Both rings with their unread records counted by the SDK's rules."""
        return (self.card.state(RecordKind.PATROL), self.system.state(RecordKind.SYSTEM))


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecords(DialectReply):
    """34/06: records with their serials; one page on the wire, any number from the firmware."""

    entries: tuple[RecordEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeEnd(DialectReply):
    """F4/06: the range is over; how many records the wand says it sent."""

    total: int


FcardReply = (
    Done
    | SumRefused
    | NotConfirmed
    | NumberReply
    | ExpiryDate
    | Firmware
    | RunInformation
    | StorageModeReply
    | ProductionDate
    | StayOnTime
    | TorchTime
    | LiveCard
    | Clock
    | StaffCapacity
    | StaffList
    | StaffEnd
    | StaffFound
    | StaffRefused
    | Pointers
    | StoredRecords
    | RangeEnd
)
