"""Ids that are no tags: events some wands write into their readings as if a tag had been touched.

The mag-touch "tough baton special events" come as ordinary readings with 24-bit ids from 0FA501.
Whoever decodes a reading asks here before any tag is looked up, so that no such event is ever
taken for a visit. Source: mag-touch, list of the baton's special events, as restated in
docs/protocols/files.md "Events written as tags".
"""

from collections.abc import Mapping
from typing import Final

__all__ = ["PSEUDO_TAGS", "event_of"]

PSEUDO_TAGS: Final[Mapping[int, str]] = {
    0x0FA501: "moisture",
    0x0FA502: "over_temperature",
    0x0FA503: "impact",
    0x0FA504: "reader_short",
    0x0FA505: "unexpected_restart",
    0x0FA506: "memory_full",
    0x0FA507: "voltage_too_low",
    0x0FA508: "tampered",
    0x0FA509: "restart",
    0x0FA50A: "clock_wrong",
}
"""Meaning by id; the names are those of ``SystemRecord.meanings``."""


def event_of(octets: bytes) -> str | None:
    """What the wand reports with this id; None when it is a tag.

    Args:
        octets: what the wand kept of the id, most significant byte first, of any length: the
            pseudo ids have 24 bits, so anything but zeros before them makes a true tag.
    """
    return PSEUDO_TAGS.get(int.from_bytes(octets, "big"))
