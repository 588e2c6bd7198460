"""A scenario file: one site's night, who walks it with which wand, and what is wrong with them.

The field names of the values here are the keys of the TOML file; docs/simulator.md explains each.
"""

import datetime as dt
from dataclasses import dataclass, replace
from enum import StrEnum
from zoneinfo import ZoneInfo

from watchclock_protocol.values import TagId
from watchclock_sim.hardware.battery import BatteryPlan
from watchclock_sim.hardware.profile import ClockPlan

__all__ = [
    "Behaviour",
    "Checkpoint",
    "ClockPlan",
    "Duty",
    "Guard",
    "Leg",
    "Route",
    "Scenario",
    "Shift",
    "Site",
    "WandPlan",
]


class Behaviour(StrEnum):
    """How a guard walks."""

    HONEST = "honest"
    LATE = "late"
    SKIPPING = "skipping"
    CHEATING = "cheating"


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
    """A place with one tag of each technology that is used there."""

    key: str
    name: str
    name_zh: str
    tags: tuple[TagId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """The walk to a checkpoint from the one before it, in minutes."""

    checkpoint: str
    minutes: int


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
class Guard:
    """A person; ``number`` is the staff number on wands that keep a staff list."""

    key: str
    number: int
    name: str
    name_zh: str
    behaviour: Behaviour
    tags: tuple[TagId, ...]


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
        """The UTC instant at which the shift ends, after 7 or 9 hours in a night that changes."""
        passes_midnight = self.shift.ends <= self.shift.begins
        return self._instant(self.date + dt.timedelta(days=int(passes_midnight)), self.shift.ends)

    def instant(self, moment: dt.time) -> dt.datetime:
        """The UTC instant of a civil time in this night; before the shift is next morning."""
        is_next_day = moment < self.shift.begins
        return self._instant(self.date + dt.timedelta(days=int(is_next_day)), moment)

    def _instant(self, day: dt.date, moment: dt.time) -> dt.datetime:
        return dt.datetime.combine(day, moment, self.zone).astimezone(dt.UTC)
