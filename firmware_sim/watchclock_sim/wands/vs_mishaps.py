"""What a simulated vs wand makes of a mishap: which it can feel, and what stands in its log."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from watchclock_protocol.dialects.vs.records import LogKind
from watchclock_sim.hardware.contact_head import ContactHead
from watchclock_sim.hardware.profile import Mishap, MishapKind
from watchclock_sim.hardware.shock_sensor import BlowBand
from watchclock_sim.wands.vs_condition import CONTACT, KELVIN, RADIO, VsCondition
from watchclock_sim.wands.vs_log import VsLog
from watchclock_sim.wands.vs_parts import VsParts

__all__ = ["USUAL_MISHAPS", "VsMishaps"]

Felt = Callable[[Mishap, datetime], None]

USUAL_MISHAPS: Final = (
    Mishap(kind=MishapKind.READER_SHORT, every_touches=25, milliseconds=1500),
    Mishap(kind=MishapKind.KNOCK, every_touches=25, strength_mg=2450),
)
"""What happens to a wand of whose life nothing is said: its head meets metal, it meets a wall."""
SWITCHED_OFF_MS: Final = 10_000
"""A short that lasts longer has the head switched off, which saves the battery."""
SUBJECT_OCTETS: Final = 8
A_SHIFT_MS: Final = 8 * 3_600_000
MS_A_SECOND: Final = 1000
HOT_C: Final = 60


class VsMishaps:
    """Felt through the parts the model has: only a radio wand has sensors for blows and warmth.

    Args:
        log: where it is noted.
        parts: what feels.
    """

    def __init__(self, log: VsLog, parts: VsParts) -> None:
        self._log: Final = log
        self._parts: Final = parts
        self._condition: Final[VsCondition] = log.condition
        self._felt: Final[dict[MishapKind, Felt]] = {
            MishapKind.READER_SHORT: self._short,
            MishapKind.KNOCK: self._blow,
            MishapKind.FALL: self._blow,
            MishapKind.LEFT_LYING: self._lie,
            MishapKind.HOUSING_OPENED: self._open,
            MishapKind.WATER_INSIDE: self._drown,
            MishapKind.HEAT: self._heat,
        }

    def feel(self, mishap: Mishap, utc: datetime) -> None:
        """Note what the wand can feel of it."""
        felt = self._felt.get(mishap.kind)
        if felt is not None:
            felt(mishap, utc)

    def _short(self, mishap: Mishap, utc: datetime) -> None:
        """Metal joins the contacts of the head for so long."""
        head = self._parts.body.head
        if not isinstance(head, ContactHead):
            return
        condition = self._condition
        condition.shorts += 1
        condition.longest_short_ms = max(condition.longest_short_ms, mishap.milliseconds)
        if mishap.milliseconds <= SWITCHED_OFF_MS:
            self._log.note("reader_short", utc, mishap.milliseconds, condition.shorts)
        else:
            head.short(utc, mishap.milliseconds)
            self._log.note("reader_short_lasting", utc, SWITCHED_OFF_MS, condition.shorts)

    def _blow(self, mishap: Mishap, utc: datetime) -> None:
        """A blow in itself is a knock record; behind a fall, or beyond the limit, an impact."""
        if self._condition.model is CONTACT:
            return
        fell_ms = mishap.milliseconds if mishap.kind is MishapKind.FALL else 0
        blow = self._parts.shock.feel(mishap.strength_mg, fell_ms, utc)
        if blow is None:
            return
        if blow.free_fall_ms or blow.band is BlowBand.BEYOND_LIMIT:
            self._log.note("impact", utc, blow.peak_mg, blow.free_fall_ms)
        else:
            subject = blow.peak_mg.to_bytes(SUBJECT_OCTETS, "little")
            self._log.write(LogKind.KNOCK, 0, utc, subject)

    def _lie(self, mishap: Mishap, utc: datetime) -> None:
        if self._condition.model is RADIO and self._parts.shock.feels_stillness(utc):
            condition = self._condition
            condition.still_shifts += mishap.milliseconds >= A_SHIFT_MS
            still_s = mishap.milliseconds // MS_A_SECOND
            condition.longest_still_s = max(condition.longest_still_s, still_s)
            self._log.note("tilt", utc, mishap.milliseconds)

    def _open(self, _mishap: Mishap, utc: datetime) -> None:
        if self._parts.case_sensor.works(utc):
            self._condition.openings += 1
            self._condition.last_opening_s, _ = self._log.shown(utc)
            self._log.note("housing_opened", utc, self._condition.openings)

    def _drown(self, mishap: Mishap, utc: datetime) -> None:
        self._parts.humidity.water_inside(utc)
        self._short(mishap, utc)

    def _heat(self, mishap: Mishap, utc: datetime) -> None:
        if self._condition.model is RADIO and self._parts.thermometer.works(utc):
            condition = self._condition
            condition.warmest_c = max(condition.warmest_c, mishap.temperature_c)
            condition.coldest_c = min(condition.coldest_c, mishap.temperature_c)
            if mishap.temperature_c >= HOT_C:
                self._log.note("temperature_limit", utc, KELVIN + mishap.temperature_c)
