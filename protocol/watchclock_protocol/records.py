"""Records as a wand stored them: immutable, complete with their raw bytes, never dropped."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from watchclock_protocol.values import TagId, WandTime

__all__ = ["KnockRecord", "PatrolRecord", "Record", "RecordFlag", "RecordKind", "SystemRecord"]


class RecordKind(StrEnum):
    """What a record tells about."""

    PATROL = "patrol"
    SYSTEM = "system"
    KNOCK = "knock"


class RecordFlag(StrEnum):
    """Something about a record that a reader must know before trusting it."""

    TIME_NOT_DECIMAL = "time_not_decimal"
    TIME_IMPOSSIBLE = "time_impossible"
    TIME_CODING_UNCERTAIN = "time_coding_uncertain"
    EMPTY_SLOT = "empty_slot"
    UNKNOWN_CODE = "unknown_code"
    UNKNOWN_STATE = "unknown_state"
    CLOCK_STOPPED = "clock_stopped"
    TAG_CHECK_SUM = "tag_check_sum"
    TAG_IMPOSSIBLE = "tag_impossible"


@dataclass(frozen=True, slots=True, kw_only=True)
class PatrolRecord:
    """One touch of a tag.

    Attributes:
        slot: position in the wand's ring memory, from 1; None where the dialect has no slots.
        raw: the record's bytes as the wand sent them, without slot and frame.
        time: the wand's own time of the touch.
        tag: the tag that was touched.
        guard_number: the guard selected on the wand at that moment, if the wand keeps one.
        is_guard_tag: the tag names a guard, not a checkpoint.
        flags: what is doubtful about this record.
    """

    kind: ClassVar[RecordKind] = RecordKind.PATROL

    slot: int | None
    raw: bytes
    time: WandTime
    tag: TagId
    guard_number: int | None = None
    is_guard_tag: bool = False
    flags: frozenset[RecordFlag] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemRecord:
    """One entry of the wand's own log: power, battery, roster, reads and clears, alarms.

    Attributes:
        slot: position in the wand's system ring, from 1; None where the dialect has no slots.
        raw: the record's bytes as the wand sent them, without slot and frame.
        time: the wand's own time of the entry.
        code: the number as stored, kept even when unknown.
        meanings: stable names of what the code can mean; several where sources disagree, none
            when unknown.
        value: the number that belongs to the entry, in the unit its dialect documents; None where
            there is none.
        flags: what is doubtful about this record.
    """

    kind: ClassVar[RecordKind] = RecordKind.SYSTEM

    slot: int | None
    raw: bytes
    time: WandTime
    code: int
    meanings: tuple[str, ...] = ()
    value: int | None = None
    flags: frozenset[RecordFlag] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class KnockRecord:
    """One impact as the wand's own sensor stored it.

    Attributes:
        slot: position in the wand's memory; None where the dialect has no slots.
        raw: the record's bytes as the wand sent them, without slot and frame.
        time: the wand's own time of the impact.
        strength_mg: peak acceleration in thousandths of standard gravity; None where the wand
            does not tell.
        flags: what is doubtful about this record.
    """

    kind: ClassVar[RecordKind] = RecordKind.KNOCK

    slot: int | None
    raw: bytes
    time: WandTime
    strength_mg: int | None = None
    flags: frozenset[RecordFlag] = frozenset()


Record = PatrolRecord | SystemRecord | KnockRecord
