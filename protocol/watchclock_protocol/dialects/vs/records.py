"""What the 24 bytes of a record mean; doubt is flagged, nothing is dropped.

Source: docs/protocols/vs.md, section "Records".
"""

from collections.abc import Mapping
from enum import IntEnum
from typing import Final

from watchclock_protocol.dialects.vs.layouts import RECORD_FIELDS, SUBJECT_OCTETS
from watchclock_protocol.record_layout import RecordLayout
from watchclock_protocol.record_rules import (
    FlagRule,
    KindRule,
    NumberRule,
    PartRule,
    TagRule,
    TagShape,
)
from watchclock_protocol.records import RecordFlag, RecordKind
from watchclock_protocol.values import TagId, TagTechnology

__all__ = ["EVENTS", "GUARD_TAG_BIT", "NO_TAG", "RECORDS", "RECORD_OCTETS", "STOPPED_BIT"]
__all__ += ["TAG_SHAPES", "LogKind", "tag_field", "tag_of"]

RECORD_OCTETS: Final = 24
STOPPED_BIT: Final = 1
GUARD_TAG_BIT: Final = 2
_KNOWN_BITS: Final = STOPPED_BIT | GUARD_TAG_BIT
_BYTES: Final = range(256)
NO_TAG: Final = 0
"""The tag type of a guard who owns no tag."""


class LogKind(IntEnum):
    """Octet 4 of a record."""

    PATROL = 1
    KNOCK = 2
    READER_SHORT = 3
    ALARM = 4
    SYSTEM = 5


TAG_SHAPES: Final[Mapping[int, TagShape]] = {
    1: TagShape(technology=TagTechnology.IBUTTON, octets=8, is_rom=True),
    2: TagShape(technology=TagTechnology.EM4100, octets=5),
    3: TagShape(technology=TagTechnology.ISO14443A, octets=4),
    4: TagShape(technology=TagTechnology.ISO14443A, octets=7),
    5: TagShape(technology=TagTechnology.ISO15693, octets=8),
}
"""How a tag stands in the subject of a patrol record, by its tag type."""

EVENTS: Final[Mapping[tuple[LogKind, int], str]] = {
    (LogKind.READER_SHORT, 1): "reader_short",
    (LogKind.READER_SHORT, 2): "reader_short_lasting",
    (LogKind.ALARM, 1): "alarm",
    (LogKind.ALARM, 2): "alarm_answered",
    (LogKind.ALARM, 3): "alarm_missed",
    (LogKind.SYSTEM, 1): "power_on",
    (LogKind.SYSTEM, 2): "voltage_too_low",
    (LogKind.SYSTEM, 3): "voltage_normal",
    (LogKind.SYSTEM, 4): "charging_started",
    (LogKind.SYSTEM, 5): "charging_ended",
    (LogKind.SYSTEM, 6): "clock_set",
    (LogKind.SYSTEM, 7): "clock_stopped",
    (LogKind.SYSTEM, 8): "records_read",
    (LogKind.SYSTEM, 9): "memory_erased",
    (LogKind.SYSTEM, 10): "staff_changed",
    (LogKind.SYSTEM, 11): "checkpoints_changed",
    (LogKind.SYSTEM, 12): "alarms_changed",
    (LogKind.SYSTEM, 13): "housing_opened",
    (LogKind.SYSTEM, 14): "impact",
    (LogKind.SYSTEM, 15): "tilt",
    (LogKind.SYSTEM, 16): "page_torn",
    (LogKind.SYSTEM, 17): "records_overwritten",
    (LogKind.SYSTEM, 18): "self_tested",
    (LogKind.SYSTEM, 19): "temperature_limit",
    (LogKind.SYSTEM, 20): "docked",
}
"""Events by kind and code; their value and detail are explained in the page."""

RECORDS: Final = RecordLayout(
    name="vs.record",
    declaration=RECORD_FIELDS,
    kind=KindRule(
        field="kind",
        kinds={LogKind.PATROL: RecordKind.PATROL, LogKind.KNOCK: RecordKind.KNOCK},
    ),
    slot="sequence",
    tag=TagRule(
        field="subject",
        shape=TagShape(technology=TagTechnology.RFID, octets=SUBJECT_OCTETS),
        selector="code",
        shapes=TAG_SHAPES,
    ),
    guard=NumberRule(field="guard_number", none=frozenset({0})),
    guard_tag=("status", frozenset(status for status in _BYTES if status & GUARD_TAG_BIT)),
    code=("kind", "code"),
    meanings={kind << 8 | code: (event,) for (kind, code), event in EVENTS.items()},
    value=PartRule(field="subject", start=0, octets=4),
    strength_mg=PartRule(field="subject", start=0, octets=4),
    flags=(
        FlagRule(
            flag=RecordFlag.UNKNOWN_STATE,
            field="status",
            values=frozenset(status for status in _BYTES if status & ~_KNOWN_BITS),
        ),
        FlagRule(
            flag=RecordFlag.CLOCK_STOPPED,
            field="status",
            values=frozenset(status for status in _BYTES if status & STOPPED_BIT),
        ),
    ),
)
"""All kinds in one log: sequence 4, kind 1, code 1, guard number 2, time 4, subject 8, battery 2,
status 1, check 1. The code of a system record is kind and code, high byte first."""


def tag_field(tag: TagId) -> tuple[int, bytes]:
    """Tag type and subject of a whole tag.

    Raises:
        ValueError: no tag type has such a tag, or so many bytes of it.
    """
    for number, shape in TAG_SHAPES.items():
        if (shape.technology, shape.octets) == (tag.technology, len(tag.octets)):
            return number, tag.octets.ljust(SUBJECT_OCTETS, b"\x00")
    raise ValueError(f"{tag} is no whole tag of a type that vs knows")


def tag_of(tag_type: int, subject: bytes) -> TagId | None:
    """The tag with this type and subject; None for a type this version does not know."""
    shape = TAG_SHAPES.get(tag_type)
    return None if shape is None else shape.tag(subject)
