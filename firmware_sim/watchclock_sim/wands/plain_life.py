"""The life of a wand that keeps little of it: what makes it begin again, and what it can feel."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from watchclock_sim.hardware.body import Body
from watchclock_sim.hardware.contact_head import ContactHead, HeadReading
from watchclock_sim.hardware.health import HardwarePart
from watchclock_sim.hardware.power import WakeCause
from watchclock_sim.hardware.profile import Mishap, MishapKind
from watchclock_sim.hardware.radio_head import RadioHead
from watchclock_sim.hardware.shock_sensor import ImpactSensor
from watchclock_sim.hardware.witness import NotKept
from watchclock_sim.wands.setup import WandSetup

__all__ = ["Notes", "PlainLife"]

SHORTS: Final = {MishapKind.READER_SHORT, MishapKind.WATER_INSIDE}


def _nothing(_utc: datetime) -> object:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """What a kind of wand writes down, each at its instant; nothing where it says nothing.

    Attributes:
        power_on: it was switched on or began again.
        voltage_low: its battery is nearly empty.
        blow: it was hit.
    """

    power_on: Callable[[datetime], object] = _nothing
    voltage_low: Callable[[datetime], object] = _nothing
    blow: Callable[[datetime], object] = _nothing


class PlainLife:
    """Stands between the touches of a wand and its memory.

    Args:
        setup: clock, battery and what becomes of its parts.
        head: what kind of head it has.
        notes: what it writes down.
    """

    def __init__(
        self,
        setup: WandSetup,
        head: type[ContactHead | RadioHead],
        notes: Notes,
    ) -> None:
        life = setup.life
        fitted = head(life.part(HardwarePart.HEAD))
        self._body: Final = Body(life, setup.battery, setup.clock, fitted)
        self._shock: Final = ImpactSensor(life.part(HardwarePart.SHOCK_SENSOR))
        self._memory: Final = life.part(HardwarePart.MEMORY)
        self._notes: Final = notes
        self._witness: Final = setup.witness

    def read(
        self, tag: bytes, utc: datetime, cause: WakeCause = WakeCause.TOUCH
    ) -> HeadReading | None:
        """The wand is held to a tag; None when it does not even try, or could store nothing."""
        if not self.use(utc, cause):
            self._witness.why_not = self._body.why_not_used
            return None
        reading = self._body.read(tag, utc)
        self._witness.reads(tag, reading.octets, self._body.clock.reading(utc))
        if not reading.is_good:
            self._witness.why_not = NotKept.HEAD_FAILED
        if self._memory.works(utc, "record"):
            return reading
        self._witness.why_not = self._witness.why_not or NotKept.MEMORY_FAILED
        return None

    def use(self, utc: datetime, cause: WakeCause) -> bool:
        """What happened until now, then this use; False when the wand does not do it."""
        self.catch_up(utc)
        use = self._body.use(utc, cause)
        if use.reset is not None:
            self._notes.power_on(utc)
        if use.is_low:
            self._notes.voltage_low(utc)
        return use.is_awake

    def catch_up(self, utc: datetime) -> None:
        """What happened to the wand until now."""
        for happened_at, mishap in self._body.timeline.due(utc):
            self._befall(mishap, happened_at)

    def behind_touch(self, utc: datetime) -> None:
        """What happens to the wand behind each touch it noticed."""
        for mishap in self._body.behind_touch():
            self._befall(mishap, utc)

    def _befall(self, mishap: Mishap, utc: datetime) -> None:
        if mishap.kind in (MishapKind.KNOCK, MishapKind.FALL):
            fell_ms = mishap.milliseconds if mishap.kind is MishapKind.FALL else 0
            if self._shock.feel(mishap.strength_mg, fell_ms, utc) is not None:
                self._notes.blow(utc)
        head = self._body.head
        if mishap.kind in SHORTS and isinstance(head, ContactHead):
            head.short(utc, mishap.milliseconds)
        if self._body.befall(mishap, utc) is not None:
            self._notes.power_on(utc)
