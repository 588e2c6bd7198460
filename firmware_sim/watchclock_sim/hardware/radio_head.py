"""The head of a radio wand: reads a tag in a few attempts, or not at all where something is wrong.

An EM4100 tag repeats 64 bits with parity over its rows and columns for as long as it is in the
field (EM Microelectronic EM4100 data sheet), so a head tries again until a whole frame holds. Two
tags in the field of a reader without anticollision spoil each other's frames.
"""

from datetime import datetime, timedelta
from typing import Final

from watchclock_sim.hardware.contact_head import HeadReading
from watchclock_sim.hardware.health import Health, PartLife

__all__ = ["FIELD_MV", "RadioHead"]

ATTEMPTS: Final = 5
FIELD_MV: Final = 2600
WEAK_MV: Final = 900
METAL_SHARE: Final = 0.75
"""Share of the reads that fail beside metal; an assumption, no source gives a figure."""


class RadioHead:
    """Reads tags, five times at most for each touch.

    Args:
        life: of the head; a failing one has a weak field.
    """

    def __init__(self, life: PartLife) -> None:
        self._life: Final = life
        self._metal_until: datetime | None = None

    def near_metal(self, utc: datetime, duration_ms: int) -> None:
        """Metal beside the tag, for so long."""
        self._metal_until = utc + timedelta(milliseconds=duration_ms)

    def read(self, tag: bytes, utc: datetime, other: bytes | None = None) -> HeadReading:
        """A touch of a tag, with another one in the field or not.

        Of two tags nothing whole is ever read: at best bits of both, which the checks refuse.
        """
        for attempt in range(1, ATTEMPTS + 1):
            if other is None and self._reads(utc, attempt):
                return HeadReading(octets=tag, attempts=attempt, good=1, had_presence=True)
        has_field = self._life.health(utc) is not Health.DEAD
        return HeadReading(octets=None, attempts=ATTEMPTS, good=0, had_presence=has_field)

    def field_mv(self, utc: datetime) -> int:
        """Voltage of the field, as the self-test measures it."""
        measured = self._life.measured(utc)
        if measured is not None:
            return measured
        match self._life.health(utc):
            case Health.DEAD:
                return 0
            case Health.FAILING:
                return WEAK_MV
            case _:
                return FIELD_MV if self._life.works(utc, 1) else 0

    def _reads(self, utc: datetime, attempt: int) -> bool:
        if not self._life.works(utc, attempt):
            return False
        if self._metal_until is None or utc >= self._metal_until:
            return True
        return self._life.chance("metal", utc.isoformat(), attempt).random() >= METAL_SHARE
