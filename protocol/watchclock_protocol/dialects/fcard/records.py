"""Turns the bytes of stored records into values; doubt is flagged, nothing is dropped.

Source: maker's protocol document and SDK, docs/protocols/fcard.md "Records" and "Where the sources
disagree".
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from watchclock_protocol.dialects.fcard.layouts import CARD_RECORD, SYSTEM_RECORD
from watchclock_protocol.dialects.fcard.replies import RecordEntry
from watchclock_protocol.dialects.fcard.times import card_time, system_time
from watchclock_protocol.records import PatrolRecord, RecordFlag, SystemRecord
from watchclock_protocol.values import TagId, TagTechnology, TimeFlaw, WandTime

__all__ = ["SYSTEM_CODES", "patrol_record", "system_record"]

SYSTEM_CODES: Final[Mapping[int, tuple[str, ...]]] = {
    1: ("power_on",),
    2: ("records_initialised",),
    3: ("charging_started",),
    4: ("charging_ended",),
    5: ("voltage_too_low",),
    6: ("voltage_too_high",),
    7: ("voltage_normal",),
    8: ("staff_cleared",),
    9: ("staff_added",),
    10: ("staff_deleted",),
    11: ("staff_changed", "card_records_read"),
    12: ("system_records_read", "card_records_read"),
    13: ("card_records_cleared", "system_records_read"),
    14: ("system_records_cleared", "card_records_cleared"),
    15: ("system_records_cleared",),
}
"""Meanings of system record codes: the document's first, then the maker's tool's where it differs.
The document gives 11 to two events, so its numbers from there on are one behind the tool's."""

CHECKPOINT: Final = 0
STAFF_CARD: Final = 1
NO_STAFF: Final = 0
NO_STAFF_RAW: Final = 0xFFFF
NO_RECORD_RAW: Final = b"\xff\xff"

_TIME_FLAGS: Final[Mapping[TimeFlaw, RecordFlag]] = {
    TimeFlaw.NOT_DECIMAL: RecordFlag.TIME_NOT_DECIMAL,
    TimeFlaw.IMPOSSIBLE_DATE: RecordFlag.TIME_IMPOSSIBLE,
    TimeFlaw.CODING_UNCERTAIN: RecordFlag.TIME_CODING_UNCERTAIN,
}


def patrol_record(entry: RecordEntry) -> PatrolRecord:
    """The touch stored in 12 bytes: staff number 2, time 6 plain binary, state 1, card number 3.

    The tag is the card number, most significant byte first; longer card numbers are cut by the
    wand. A slot that was never written is kept with ``RecordFlag.EMPTY_SLOT`` and its bytes of FF.

    Raises:
        LayoutError: these are not 12 bytes.
    """
    fields = CARD_RECORD.parse(entry.raw)
    staff_number, state = fields["staff_number"], fields["state"]
    time = card_time(fields["time"])
    flags = _flags(entry.raw, time)
    if state not in (CHECKPOINT, STAFF_CARD):
        flags |= {RecordFlag.UNKNOWN_STATE}
    return PatrolRecord(
        slot=entry.serial,
        raw=entry.raw,
        time=time,
        tag=TagId(TagTechnology.RFID, fields["card"]),
        guard_number=None if staff_number in (NO_STAFF, NO_STAFF_RAW) else staff_number,
        is_guard_tag=state == STAFF_CARD,
        flags=flags,
    )


def system_record(entry: RecordEntry, reference: datetime | None) -> SystemRecord:
    """The entry of the wand's own log stored in 8 bytes: code 1, time 6, unused 1.

    Args:
        entry: the record with its serial.
        reference: what the wand's clock showed in this conversation, if it was asked; it decides
            how an ambiguous time is coded.

    Raises:
        LayoutError: these are not 8 bytes.
    """
    fields = SYSTEM_RECORD.parse(entry.raw)
    time = system_time(fields["time"], reference)
    meanings = SYSTEM_CODES.get(fields["code"], ())
    flags = _flags(entry.raw, time)
    if not meanings:
        flags |= {RecordFlag.UNKNOWN_CODE}
    return SystemRecord(
        slot=entry.serial,
        raw=entry.raw,
        time=time,
        code=fields["code"],
        meanings=meanings,
        flags=flags,
    )


def _flags(raw: bytes, time: WandTime) -> frozenset[RecordFlag]:
    flags = frozenset({_TIME_FLAGS[time.flaw]}) if time.flaw else frozenset[RecordFlag]()
    return flags | {RecordFlag.EMPTY_SLOT} if raw.startswith(NO_RECORD_RAW) else flags
