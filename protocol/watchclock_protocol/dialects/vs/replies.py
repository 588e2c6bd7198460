"""Every answer, part and refusal of the vs dialect as a frozen value.

Source: docs/protocols/vs.md, section "Commands". What a wand sends is kept as it came.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from typing import Final

from watchclock_protocol.dialects.vs.evidence import EvidenceCode, EvidenceItem, PartResult
from watchclock_protocol.messages import DialectReply, RingState, WandHealth
from watchclock_protocol.records import RecordKind
from watchclock_protocol.values import TimeCoding, TimeFlaw, WandTime
from watchclock_protocol.wand_times import FIRST_SECOND, civil_of_seconds

__all__ = ["RECORDS_A_PAGE", "ClockBefore", "ClockShown", "Declaration", "Done", "EvidenceReply"]
__all__ += ["IdentityReply", "ListEntries", "NotConfirmed", "PageRead", "PagesEnd", "ReadPointer"]
__all__ += ["Reason", "Refusal", "SelfTestReport", "Totals", "VsReply"]

RECORDS_A_PAGE: Final = 41
_MOST_PERCENT: Final = 100
_MOST_MILLISECONDS: Final = 999
_STOPPED: Final = 1


def _text(raw: bytes) -> str:
    return raw.rstrip(b"\x00").decode("ascii", errors="backslashreplace")


@dataclass(frozen=True, slots=True, kw_only=True)
class Done(DialectReply):
    """The wand did what it was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotConfirmed(DialectReply):
    """Nothing more came, but something had come; never on the wire."""


class Reason(IntEnum):
    """Why a wand refused."""

    DAMAGED = 1
    UNKNOWN_COMMAND = 2
    WRONG_SHAPE = 3
    OUT_OF_RANGE = 4
    BUSY = 5
    PAGE_GONE = 6
    UNREAD_RECORDS = 7
    LIST_INCOMPLETE = 8
    VOLTAGE_TOO_LOW = 9
    NOT_FITTED = 10
    OTHER_WAND = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal(DialectReply):
    """The request had no effect.

    Attributes:
        reason: number of the reason, kept even when unknown.
        detail: depends on the reason.
    """

    reason: int
    detail: int = 0

    @property
    def name(self) -> str:
        """The reason in the words of the page."""
        is_known = self.reason in set(Reason)
        return Reason(self.reason).name.lower() if is_known else f"reason {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityReply(DialectReply):
    """Which wand this is; texts as stored, padded with 00.

    Attributes:
        model_raw: 12 bytes.
        serial: of the microcontroller, 8 bytes.
        printed_raw: what stands on the label by the maker's books, 16 bytes.
        firmware_raw: 24 bytes.
        batch_raw: production batch, 12 bytes.
        production_day: days since 2000-01-01.
        tag_types: bit n-1: it reads tag type n.
        version: of the protocol.
    """

    model_raw: bytes
    serial: bytes
    printed_raw: bytes
    firmware_raw: bytes
    batch_raw: bytes
    production_day: int
    tag_types: int
    version: int = 1

    @property
    def number(self) -> str:
        """The wand's number in this dialect: its serial, 16 hexadecimal digits in wire order."""
        return self.serial.hex().upper()

    @property
    def model(self) -> str:
        """The model, as a key of the declarations."""
        return _text(self.model_raw)

    @property
    def printed_number(self) -> str:
        """What should stand on the label."""
        return _text(self.printed_raw)

    @property
    def firmware(self) -> str:
        """Model and version."""
        return _text(self.firmware_raw)

    @property
    def batch(self) -> str:
        """The production batch."""
        return _text(self.batch_raw)

    @property
    def produced_on(self) -> date:
        """The day of manufacture."""
        return (FIRST_SECOND + timedelta(days=self.production_day)).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals(DialectReply):
    """What the memory holds and how the wand is; see the page for each field.

    Page numbers and sequences are never given twice in a wand's life.
    """

    pages: int
    oldest_page: int
    first_unread_page: int
    newest_page: int
    oldest_sequence: int
    newest_sequence: int
    read_pointer: int
    unread_patrol: int
    unread_knock: int
    unread_short: int
    unread_alarm: int
    unread_system: int
    overwritten: int
    damaged: int
    power_ons: int
    formats: int
    voltage_mv: int
    charge_percent: int
    reserved: int = 0

    @property
    def unread(self) -> int:
        """Good records behind the read pointer."""
        return sum(ring.unread for ring in self.rings)

    @property
    def rings(self) -> tuple[RingState, ...]:
        """The one log, seen once for each kind of record in it."""
        is_wrapped = self.oldest_sequence > self.read_pointer + 1
        counted = {
            RecordKind.PATROL: self.unread_patrol,
            RecordKind.KNOCK: self.unread_knock,
            RecordKind.SYSTEM: self.unread_short + self.unread_alarm + self.unread_system,
        }
        return tuple(
            RingState(
                kind=kind,
                capacity=self.pages * RECORDS_A_PAGE,
                write_index=self.newest_sequence,
                read_index=self.read_pointer,
                is_wrapped=is_wrapped,
                unread=unread,
            )
            for kind, unread in counted.items()
        )

    def health(self, factory_date: date | None) -> WandHealth:
        """The wand's condition, with None for what it does not know."""
        is_known = self.charge_percent <= _MOST_PERCENT
        return WandHealth(
            voltage_mv=self.voltage_mv,
            charge_percent=self.charge_percent if is_known else None,
            power_ons=self.power_ons,
            formats=self.formats,
            factory_date=factory_date,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockShown(DialectReply):
    """What the clock shows.

    Attributes:
        seconds: since 2000-01-01 00:00:00 civil.
        milliseconds: 0 to 999.
        state: bit 0: the oscillator had stopped since the clock was last set.
        reserved: 0.
    """

    seconds: int
    milliseconds: int
    state: int = 0
    reserved: int = 0

    @property
    def has_stopped(self) -> bool:
        """The oscillator had stopped since the clock was last set."""
        return bool(self.state & _STOPPED)

    @property
    def time(self) -> WandTime:
        """The reading, to the millisecond."""
        raw = self.seconds.to_bytes(4, "little") + self.milliseconds.to_bytes(2, "little")
        civil = civil_of_seconds(self.seconds)
        if civil is None or self.milliseconds > _MOST_MILLISECONDS:
            return WandTime(raw, None, TimeCoding.BINARY, TimeFlaw.IMPOSSIBLE_DATE)
        civil += timedelta(milliseconds=self.milliseconds)
        return WandTime(raw, civil, TimeCoding.BINARY)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockBefore(ClockShown):
    """What the clock showed in the instant it was set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRead(DialectReply):
    """A page as it stands in the memory.

    Attributes:
        number: which page was asked for.
        raw: its 1024 bytes.
    """

    number: int
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PagesEnd(DialectReply):
    """So many pages were sent."""

    sent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPointer(DialectReply):
    """Up to here records may be given up."""

    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceReply(DialectReply):
    """Facts the wand gathered about itself."""

    items: tuple[EvidenceItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration(DialectReply):
    """Numbers of the evidence codes this wand can produce; unknown ones are kept."""

    numbers: tuple[int, ...]

    @property
    def codes(self) -> frozenset[EvidenceCode]:
        """Those this version knows."""
        known = set(EvidenceCode)
        return frozenset(EvidenceCode(number) for number in self.numbers if number in known)


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTestReport(DialectReply):
    """How the parts that were tested are."""

    results: tuple[PartResult, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEntries(DialectReply):
    """Entries of the valid list.

    Attributes:
        list_number: which list.
        total: how many entries the list has.
        first: place of the first entry sent.
        count: how many were sent.
        raw: the entries one after the other.
    """

    list_number: int
    total: int
    first: int
    count: int
    raw: bytes


VsReply = (
    Done
    | NotConfirmed
    | Refusal
    | IdentityReply
    | Totals
    | ClockShown
    | ClockBefore
    | PageRead
    | PagesEnd
    | ReadPointer
    | EvidenceReply
    | Declaration
    | SelfTestReport
    | ListEntries
)
