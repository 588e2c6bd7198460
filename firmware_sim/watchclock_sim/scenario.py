"""A scenario file: one site's night, who walks it with which wand, and what is wrong with them.

The field names of the values here are the keys of the TOML file; docs/simulator.md explains each.
"""

import datetime as dt
import math
from bisect import bisect_left
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from watchclock_protocol.values import TagId
from watchclock_sim.hardware.battery import BatteryPlan
from watchclock_sim.hardware.profile import ClockPlan, HardwareLife, HardwareProfile

__all__ = [
    "FIRST_DAY",
    "LAST_DAY",
    "PARTNERED",
    "WALKING_MPS",
    "Behaviour",
    "Checkpoint",
    "ClockPlan",
    "Duty",
    "Guard",
    "Leg",
    "Rest",
    "Route",
    "Scenario",
    "Shift",
    "Site",
    "WandPlan",
]


FIRST_DAY: Final = dt.date(2000, 1, 1)
LAST_DAY: Final = dt.date(2099, 12, 30)
"""Days a night may begin on: every wand's clock has the years 2000 to 2099."""
WALKING_MPS: Final = 1.2
"""How fast a person walks who is in no hurry, in metres a second."""


class Behaviour(StrEnum):
    """How a guard walks."""

    HONEST = "honest"
    LATE = "late"
    SKIPPING = "skipping"
    LAZY = "lazy"
    CHEATING = "cheating"
    TAG_STEALING = "tag_stealing"
    SHARING = "sharing"
    TWO_GUARDS = "two_guards"
    THROWING = "throwing"


PARTNERED: Final = frozenset({Behaviour.SHARING, Behaviour.TWO_GUARDS})
"""Behaviours that another guard has to take part in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A place with one time zone (IANA name)."""

    name: str
    name_zh: str
    time_zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """The working time in site civil time; past midnight when ``ends`` is not after ``begins``."""

    begins: dt.time
    ends: dt.time


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A place with one tag of each technology that is used there.

    Attributes:
        position_m: where it is on a plan of the site, metres to the east and to the north of
            any point; None where that does not matter.
        unreadable_from: civil time from which no wand can read its tags any more; None for never.
    """

    key: str
    name: str
    name_zh: str
    tags: tuple[TagId, ...]
    position_m: tuple[float, float] | None = None
    unreadable_from: dt.time | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """The walk to a checkpoint from the one before it.

    Attributes:
        minutes: how long it takes, where that is planned; else 0.
        metres: how long the way is, walked at the guard's speed; None where minutes are planned.
    """

    checkpoint: str
    minutes: int = 0
    metres: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Checkpoints in walking order and how often they are due.

    Attributes:
        every_minutes: elapsed minutes from one round's beginning to the next, the first at the
            beginning of the shift.
        round_minutes: how long a round may take.
        tolerance_minutes: how long before or after its round a visit counts as early or late.
    """

    key: str
    name: str
    name_zh: str
    is_ordered: bool
    every_minutes: int
    round_minutes: int
    tolerance_minutes: int
    legs: tuple[Leg, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """A break.

    Attributes:
        minutes: how long.
        at: civil time from which it is due, taken once before the next leg; None for any time.
        chance_percent: how likely it is taken: once at its time, or before every leg without one.
    """

    minutes: int
    at: dt.time | None = None
    chance_percent: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """A person; ``number`` is the staff number on wands that keep a staff list.

    Attributes:
        speed_mps: metres a second on legs whose metres are known.
        varies_percent: by how much at most a leg of metres is faster or slower.
        breaks: when the guard rests.
        partner: key of the guard who takes part where the behaviour needs another one.
    """

    key: str
    number: int
    name: str
    name_zh: str
    behaviour: Behaviour
    tags: tuple[TagId, ...]
    speed_mps: float = WALKING_MPS
    varies_percent: int = 10
    breaks: tuple[Rest, ...] = ()
    partner: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A guard walks a route's rounds that begin from ``begins`` until before ``ends``."""

    guard: str
    route: str
    begins: dt.time
    ends: dt.time


@dataclass(frozen=True, slots=True, kw_only=True)
class WandPlan:
    """One wand of the night.

    Attributes:
        key: name of the wand in this file.
        dialect: what it speaks.
        number: its own number, written as the dialect's ``Identity`` shows it.
        capacity: records it can hold.
        stops_when_full: whether a full memory refuses new records instead of giving up the oldest.
        logs_host_actions: whether it writes system records about what the host does.
        faults: faults of its link, each in the form the command takes.
        fault: name of a fault profile (``fault_profiles.py``) that it shows; None for none.
        fault_at: civil time from which; None for the middle of the shift.
        hardware: what becomes of its parts; its fields are keys of the wand.
    """

    key: str
    dialect: str
    number: str
    duties: tuple[Duty, ...]
    clock: ClockPlan
    battery: BatteryPlan
    capacity: int
    stops_when_full: bool
    logs_host_actions: bool
    faults: tuple[str, ...]
    fault: str | None = None
    fault_at: dt.time | None = None
    hardware: HardwareProfile = field(default_factory=HardwareProfile)

    def renumbered(self, number: str) -> "WandPlan":
        """The same wand with another number."""
        return replace(self, number=number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One night of one site. The same scenario always gives the same night.

    Attributes:
        seed: the only source of chance.
        date: the site's civil date on which the shift begins.
    """

    seed: int
    date: dt.date
    site: Site
    shift: Shift
    checkpoints: tuple[Checkpoint, ...]
    routes: tuple[Route, ...]
    guards: tuple[Guard, ...]
    wands: tuple[WandPlan, ...]

    def changed(self, *, day: dt.date | None = None, seed: int | None = None) -> "Scenario":
        """The same scenario on another day or with another seed; None keeps what it has."""
        return replace(
            self,
            date=self.date if day is None else day,
            seed=self.seed if seed is None else seed,
        )

    def checkpoint(self, key: str) -> Checkpoint:
        """The checkpoint of that key; loading made sure that every key used exists."""
        return next(checkpoint for checkpoint in self.checkpoints if checkpoint.key == key)

    def route(self, key: str) -> Route:
        """The route of that key."""
        return next(route for route in self.routes if route.key == key)

    def guard(self, key: str) -> Guard:
        """The guard of that key."""
        return next(guard for guard in self.guards if guard.key == key)

    @property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.site.time_zone)

    @property
    def begins(self) -> dt.datetime:
        """The UTC instant at which the shift begins."""
        return self._instant(self.date, self.shift.begins)

    @property
    def ends(self) -> dt.datetime:
        """The UTC instant at which the shift ends, an hour early or late in a changing night."""
        passes_midnight = self.shift.ends <= self.shift.begins
        return self._instant(self.date + dt.timedelta(days=int(passes_midnight)), self.shift.ends)

    def instant(self, moment: dt.time) -> dt.datetime:
        """The UTC instant of a civil time in this night; before the shift is next morning."""
        is_next_day = moment < self.shift.begins
        return self._instant(self.date + dt.timedelta(days=int(is_next_day)), moment)

    def end_instant(self, moment: dt.time) -> dt.datetime:
        """The UTC instant at which something ends; a shift of a whole day ends as it begins."""
        if moment == self.shift.begins == self.shift.ends:
            return self.ends
        return self.instant(moment)

    def metres_between(self, one: str, other: str) -> float | None:
        """The straight way between two checkpoints, None where a position is not known."""
        here, there = (self.checkpoint(key).position_m for key in (one, other))
        return None if here is None or there is None else math.dist(here, there)

    def life(self, wand: WandPlan) -> HardwareLife:
        """What becomes of the parts of one wand in this night."""
        return wand.hardware.life(self.instant, f"{self.seed} {self.date} {wand.key}")

    def _instant(self, day: dt.date, moment: dt.time) -> dt.datetime:
        civil = dt.datetime.combine(day, moment)
        utc = civil.replace(tzinfo=self.zone).astimezone(dt.UTC)
        if utc.astimezone(self.zone).replace(tzinfo=None) == civil:
            return utc
        return _jump(self.zone, civil.replace(tzinfo=self.zone, fold=1).astimezone(dt.UTC), utc)


def _jump(zone: ZoneInfo, before: dt.datetime, after: dt.datetime) -> dt.datetime:
    """The instant between two at which civil time jumps ahead."""
    offset = before.astimezone(zone).utcoffset()
    seconds = range(round((after - before).total_seconds()) + 1)
    behind = bisect_left(
        seconds,
        True,  # noqa: FBT003 - found by whether the offset is another one
        key=lambda second: (
            (before + dt.timedelta(seconds=second)).astimezone(zone).utcoffset() != offset
        ),
    )
    return before + dt.timedelta(seconds=behind)
