"""Turns the bytes of stored records into values; doubt is flagged, nothing is dropped.

Source: maker's protocol document and SDK, docs/protocols/fcard.md "Records" and "Where the sources
disagree".
"""

from collections.abc import Mapping
from typing import Final

from watchclock_protocol.dialects.fcard.layouts import CARD_RECORD_FIELDS, SYSTEM_RECORD_FIELDS
from watchclock_protocol.record_layout import RecordLayout
from watchclock_protocol.record_rules import (
    FlagRule,
    NumberRule,
    PrefixRule,
    TagRule,
    TagShape,
)
from watchclock_protocol.records import RecordFlag, RecordKind
from watchclock_protocol.values import TagTechnology

__all__ = ["CARD_RECORDS", "CHECKPOINT", "STAFF_CARD", "SYSTEM_CODES", "SYSTEM_RECORDS"]

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
NO_STAFF: Final = frozenset({0, 0xFFFF})
_EMPTY_SLOT: Final = PrefixRule(flag=RecordFlag.EMPTY_SLOT, prefix=b"\xff\xff")

CARD_RECORDS: Final = RecordLayout(
    name="fcard.card",
    declaration=CARD_RECORD_FIELDS,
    kind=RecordKind.PATROL,
    tag=TagRule(field="card", shape=TagShape(technology=TagTechnology.RFID, octets=3)),
    guard=NumberRule(field="staff_number", none=NO_STAFF),
    guard_tag=("state", frozenset({STAFF_CARD})),
    flags=(
        FlagRule(
            flag=RecordFlag.UNKNOWN_STATE,
            field="state",
            values=frozenset({CHECKPOINT, STAFF_CARD}),
            when_listed=False,
        ),
        _EMPTY_SLOT,
    ),
)
"""A touch: staff number 2, time 6 plain binary, state 1, card number 3, all high byte first.

The tag is the card number; longer card numbers are cut by the wand to their low three bytes. A
slot that was never written is kept with ``RecordFlag.EMPTY_SLOT`` and its bytes of FF.
"""

SYSTEM_RECORDS: Final = RecordLayout(
    name="fcard.system",
    declaration=SYSTEM_RECORD_FIELDS,
    kind=RecordKind.SYSTEM,
    code=("code",),
    meanings=SYSTEM_CODES,
    flags=(_EMPTY_SLOT,),
)
"""An entry of the wand's own log: code 1, time 6 whose coding is disputed, unused 1."""
