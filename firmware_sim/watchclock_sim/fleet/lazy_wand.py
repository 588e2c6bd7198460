"""A wand whose memory is only filled when a host speaks to it, from touches all wands share."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Final, NamedTuple

from watchclock_protocol.filled_reasons import FilledReason
from watchclock_protocol.values import TagId, TagTechnology
from watchclock_sim.errors import SimulatorOptionError
from watchclock_sim.generated import GeneratedTouch, generated_touches
from watchclock_sim.hardware.battery import Battery, BatteryPlan
from watchclock_sim.hardware.clock import WandClock
from watchclock_sim.scenario_file import DEFAULT_CAPACITY
from watchclock_sim.wands.firmware import Firmware
from watchclock_sim.wands.personality import find_personality
from watchclock_sim.wands.setup import WandSetup

__all__ = ["LazyWand", "WandRecipe"]

SECOND: Final = timedelta(seconds=1)


class WandRecipe(NamedTuple):
    """One wand of the fleet.

    Attributes:
        place: from 0; its touches are so many seconds later than those of the first.
        dialect: what it speaks.
        number: its own number.
        records: how many touches it holds.
        seed: source of the touches.
        utc: when the fleet began; its clock shows this machine's civil time.
    """

    place: int
    dialect: str
    number: str
    records: int
    seed: int
    utc: datetime

    @property
    def identity(self) -> str:
        """Its key, ``dialect:number``."""
        return f"{self.dialect}:{self.number}"

    def clock(self) -> WandClock:
        """Its clock."""
        return WandClock(civil=self.utc.astimezone().replace(tzinfo=None), utc=self.utc)

    def touches(self) -> Iterator[tuple[TagId, datetime]]:
        """Tags and true instants."""
        technology = find_personality(self.dialect).technology(self.number)
        for tag, utc in _shared_touches(self.records, self.seed, technology):
            yield tag, utc + self.place * SECOND

    def truth(self) -> dict[str, object]:
        """What it holds, as JSON values: tag, true instant and what its clock showed."""
        clock = self.clock()
        touches = [
            [str(tag), utc.isoformat(), clock.reading(utc).isoformat()]
            for tag, utc in self.touches()
        ]
        return {"wand": self.identity, "touches": touches}

    def make(self) -> Firmware:
        """The wand with its memory filled.

        Raises:
            SimulatorOptionError: it has no room for so many records.
        """
        firmware = find_personality(self.dialect).make(
            WandSetup(
                number=self.number,
                clock=self.clock(),
                battery=Battery(plan=BatteryPlan(), utc=self.utc, rests_from=self.utc),
                capacity=max(DEFAULT_CAPACITY, self.records),
            )
        )
        kept = [firmware.touch(tag, utc, is_guard_tag=False) for tag, utc in self.touches()]
        if not all(kept):
            reason = FilledReason(
                "a {dialect} holds {kept} of {records} records",
                dialect=self.dialect,
                kept=sum(kept),
                records=self.records,
            )
            raise SimulatorOptionError(reason=reason)
        return firmware


@cache
def _shared_touches(count: int, seed: int, technology: TagTechnology) -> Sequence[GeneratedTouch]:
    return tuple(generated_touches(count, seed, technology))


class LazyWand:
    """Implements ``Firmware``; nothing exists of it but its recipe until a host writes."""

    def __init__(self, recipe: WandRecipe) -> None:
        self._recipe = recipe
        self._made: Firmware | None = None

    @property
    def deadline(self) -> float | None:
        """Nothing is due before a host has written."""
        return None if self._made is None else self._made.deadline

    def receive(self, data: bytes, now: float, utc: datetime) -> Iterator[bytes]:
        """The frames of the answer."""
        return self._firmware.receive(data, now, utc)

    def expire(self, now: float, utc: datetime) -> Iterator[bytes]:
        """What the wand sends because time has passed."""
        return self._firmware.expire(now, utc)

    def power_on(self, utc: datetime) -> None:
        """The wand is switched on."""
        self._firmware.power_on(utc)

    def voltage_low(self, utc: datetime) -> None:
        """The wand notices its battery."""
        self._firmware.voltage_low(utc)

    def enrol(self, number: int, name: str, tag: TagId) -> None:
        """A guard is put into its list."""
        self._firmware.enrol(number, name, tag)

    def select_guard(self, number: int) -> None:
        """The next touches belong to this guard."""
        self._firmware.select_guard(number)

    def touch(self, tag: TagId, utc: datetime, *, is_guard_tag: bool) -> bool:
        """A tag is touched."""
        return self._firmware.touch(tag, utc, is_guard_tag=is_guard_tag)

    @property
    def _firmware(self) -> Firmware:
        if self._made is None:
            self._made = self._recipe.make()
        return self._made
