"""How a part of a wand fares, healthy to dead, as a function of time and seed.

Nothing here keeps a state: whether a part works at an instant follows from its faults, the seed
and that instant alone, so a night that is walked twice, or asked about in another order, comes
out the same.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import Final

__all__ = ["PER_MILLE", "HardwarePart", "Health", "PartFault", "PartLife", "chance_of"]

PER_MILLE: Final = 1000
EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
NO_TIME: Final = timedelta()


class HardwarePart(StrEnum):
    """What a wand is made of, as far as its log or its self-test can show it."""

    CASE_SENSOR = "case_sensor"
    KEYS = "keys"
    LCD = "lcd"
    VIBRATOR = "vibrator"
    BUZZER = "buzzer"
    HEAD = "head"
    RTC_OSCILLATOR = "rtc_oscillator"
    RTC_BUS = "rtc_bus"
    BACKUP_CELL = "backup_cell"
    MEMORY = "memory"
    BATTERY = "battery"
    SUPPLY = "supply"
    PROCESSOR = "processor"
    SHOCK_SENSOR = "shock_sensor"
    HUMIDITY_SENSOR = "humidity_sensor"
    THERMOMETER = "thermometer"


class Health(StrEnum):
    """How a part fares while a fault lasts."""

    HEALTHY = "healthy"
    FAILING = "failing"
    """Each use fails with a chance that grows to ``per_mille`` until the fault ends."""
    INTERMITTENT = "intermittent"
    """It works and does not work in spells; ``per_mille`` of them it does not."""
    DEAD = "dead"


USUAL_PER_MILLE: Final = {
    Health.HEALTHY: 0,
    Health.FAILING: 200,
    Health.INTERMITTENT: 500,
    Health.DEAD: PER_MILLE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFault:
    """One part fares badly for a time.

    Attributes:
        from_utc: since when; None for always.
        until_utc: until when; None for ever.
        per_mille: uses (failing) or spells (intermittent) of a thousand that fail.
        spell_s: how long a spell lasts, in seconds.
        measured: what the self-test of the part measures then; None for the part's own figure.
    """

    part: HardwarePart
    health: Health
    from_utc: datetime | None = None
    until_utc: datetime | None = None
    per_mille: int
    spell_s: int = 60
    measured: int | None = None

    def lasts_at(self, utc: datetime) -> bool:
        """Whether it is felt at that instant."""
        begins = self.from_utc is None or self.from_utc <= utc
        return begins and (self.until_utc is None or utc < self.until_utc)


def chance_of(*what: object) -> random.Random:
    """The one way to a chance: seeded by text, so that the same words give the same numbers."""
    return random.Random(" ".join(map(str, what)))  # noqa: S311 - repeatable, not secret


class PartLife:
    """One part of one wand.

    Args:
        part: which.
        faults: of any parts; where several last at once, the last one named counts.
        seed: text that no other wand shares.
    """

    def __init__(
        self, part: HardwarePart, faults: Iterable[PartFault] = (), seed: str = ""
    ) -> None:
        self.part: Final = part
        self._faults: Final = tuple(fault for fault in faults if fault.part is part)
        self._seed: Final = f"{seed} {part}"

    def chance(self, *what: object) -> random.Random:
        """How it fails, where there are several ways: another for each wand and use."""
        return chance_of(self._seed, *what)

    @property
    def is_sound(self) -> bool:
        """Whether nothing is ever wrong with it."""
        return not self._faults

    def fault(self, utc: datetime) -> PartFault | None:
        """What is wrong with it at that instant."""
        if not self._faults:
            return None
        lasting = [fault for fault in self._faults if fault.lasts_at(utc)]
        return lasting[-1] if lasting else None

    def health(self, utc: datetime) -> Health:
        """How it fares at that instant."""
        fault = self.fault(utc)
        return Health.HEALTHY if fault is None else fault.health

    def measured(self, utc: datetime) -> int | None:
        """What its fault makes the self-test measure; None where it does not say."""
        fault = self.fault(utc)
        return None if fault is None else fault.measured

    def works(self, utc: datetime, use: object = "") -> bool:
        """Whether it does its work at that instant.

        Args:
            utc: when.
            use: tells apart what it is used for at the same instant.
        """
        if not self._faults:
            return True
        fault = self.fault(utc)
        if fault is None or fault.health is Health.HEALTHY:
            return True
        if fault.health is Health.DEAD:
            return False
        if fault.health is Health.INTERMITTENT:
            return not self._is_down(fault, _spell(fault, utc))
        drawn = chance_of(self._seed, utc.isoformat(), use).random() * PER_MILLE
        return drawn >= fault.per_mille * _grown(fault, utc)

    def lost(self, since: datetime, until: datetime) -> timedelta:
        """How much of that time it did not work; a failing part loses its share of all of it."""
        lost = NO_TIME
        edges = sorted({since, until, *self._edges(since, until)})
        for begin, end in pairwise(edges):
            fault = self.fault(begin)
            if fault is not None:
                lost += self._lost_in(fault, begin, end)
        return lost

    def _edges(self, since: datetime, until: datetime) -> list[datetime]:
        """Where its health changes between two instants."""
        named = [edge for fault in self._faults for edge in (fault.from_utc, fault.until_utc)]
        return [edge for edge in named if edge is not None and since < edge < until]

    def _lost_in(self, fault: PartFault, begin: datetime, end: datetime) -> timedelta:
        match fault.health:
            case Health.HEALTHY:
                return NO_TIME
            case Health.DEAD:
                return end - begin
            case Health.FAILING:
                grown = (_grown(fault, begin) + _grown(fault, end)) / 2
                return (end - begin) * grown * fault.per_mille / PER_MILLE
            case Health.INTERMITTENT:
                return self._down_until(fault, end) - self._down_until(fault, begin)

    def _is_down(self, fault: PartFault, spell: int) -> bool:
        thousand, place = divmod(spell, PER_MILLE)
        return place in _down_places(self._seed, fault.spell_s, fault.per_mille, thousand)

    def _down_until(self, fault: PartFault, utc: datetime) -> timedelta:
        """How long it did not work since 2000; whole thousands of spells need no counting."""
        spell = timedelta(seconds=fault.spell_s)
        index = _spell(fault, utc)
        thousand, place = divmod(index, PER_MILLE)
        down = _down_places(self._seed, fault.spell_s, fault.per_mille, thousand)
        spells = thousand * fault.per_mille + sum(each < place for each in down)
        return spells * spell + (utc - (EPOCH + index * spell) if place in down else NO_TIME)


@lru_cache(maxsize=1024)
def _down_places(seed: str, spell_s: int, per_mille: int, thousand: int) -> frozenset[int]:
    """Which spells of a thousand it does not work in: exactly so many of each thousand."""
    chance = chance_of(seed, "spells", spell_s, thousand)
    return frozenset(chance.sample(range(PER_MILLE), per_mille))


def _spell(fault: PartFault, utc: datetime) -> int:
    """Number of the spell an instant falls into, counted from 2000 in true time."""
    return (utc - EPOCH) // timedelta(seconds=fault.spell_s)


def _grown(fault: PartFault, utc: datetime) -> float:
    """How far a failing part has come, 0 to 1; all the way where no end is known."""
    if fault.from_utc is None or fault.until_utc is None:
        return 1.0
    return (utc - fault.from_utc) / (fault.until_utc - fault.from_utc)
