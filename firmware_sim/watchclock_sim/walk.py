"""Makes guards walk a scenario's night: the same scenario always gives the same touches.

The behaviours follow what is known of real nights: a late guard begins so late that the round ends
in the tolerance after the time it may take, a skipping one leaves checkpoints out, and a cheating
one has brought the tags to one place and reads the whole round in seconds (as in a jail's round of
35 seconds, latimes.com 21 July 2010).
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Final

from watchclock_protocol.values import TagId, TagTechnology
from watchclock_sim.scenario import Behaviour, Duty, Guard, Leg, Route, Scenario, WandPlan
from watchclock_sim.wands.personality import find_personality

__all__ = ["Night", "Skip", "Touch", "walk"]

MINUTE_S: Final = 60
SKIPPED_SHARE: Final = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """A tag was touched with a wand.

    Attributes:
        utc: the true instant, whole seconds.
        checkpoint: key of the checkpoint the tag belongs to; None for a guard's own tag.
        route: key of the route walked; None for a guard's own tag.
        round_number: which round of the shift, from 1; 0 for a guard's own tag.
    """

    utc: datetime
    wand: str
    guard: str
    behaviour: Behaviour
    tag: TagId
    checkpoint: str | None
    route: str | None
    round_number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """A checkpoint that the guard left out."""

    wand: str
    guard: str
    checkpoint: str
    route: str
    round_number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """What truly happened with one wand: touches by time, and what was left out."""

    touches: tuple[Touch, ...]
    skips: tuple[Skip, ...]


def walk(scenario: Scenario, wand: WandPlan) -> Night:
    """The night of one wand of the scenario."""
    steps = [step for duty in wand.duties for step in _Walker(scenario, wand, duty).steps()]
    touches = [step for step in steps if isinstance(step, Touch)]
    return Night(
        touches=tuple(sorted(touches, key=lambda touch: touch.utc)),
        skips=tuple(step for step in steps if isinstance(step, Skip)),
    )


class _Walker:
    """One guard on one duty."""

    def __init__(self, scenario: Scenario, wand: WandPlan, duty: Duty) -> None:
        self._scenario = scenario
        self._wand = wand
        self._duty = duty
        self._guard: Guard = scenario.guard(duty.guard)
        self._route: Route = scenario.route(duty.route)
        self._technology: TagTechnology = find_personality(wand.dialect).technology(wand.number)
        name = f"{scenario.seed} {scenario.date} {wand.key} {duty.guard} {duty.begins}"
        self._chance = random.Random(name)  # noqa: S311 - repeatable, not secret

    def steps(self) -> Iterator[Touch | Skip]:
        """The guard's own tag first, then every round."""
        begins = self._scenario.instant(self._duty.begins)
        for tag in self._guard.tags:
            if tag.technology is self._technology:
                yield self._touch(begins, tag, None, 0)
        for number, start in self._rounds():
            yield from self._round(number, start)

    def _rounds(self) -> Iterator[tuple[int, datetime]]:
        begins = self._scenario.instant(self._duty.begins)
        ends = min(self._scenario.instant(self._duty.ends), self._scenario.ends)
        for index in count():
            start = self._scenario.begins + timedelta(minutes=index * self._route.every_minutes)
            if start >= ends:
                return
            if start >= begins:
                yield index + 1, start

    def _round(self, number: int, start: datetime) -> Iterator[Touch | Skip]:
        skipped = self._skipped()
        at = start + timedelta(seconds=self._delay_s())
        for leg in self._route.legs:
            at += timedelta(seconds=self._leg_s(leg))
            if leg.checkpoint in skipped:
                yield Skip(
                    wand=self._wand.key,
                    guard=self._guard.key,
                    checkpoint=leg.checkpoint,
                    route=self._route.key,
                    round_number=number,
                )
            else:
                yield self._touch(at, self._tag(leg), leg.checkpoint, number)

    def _delay_s(self) -> int:
        """Seconds after its due time at which the round begins."""
        if self._guard.behaviour is not Behaviour.LATE:
            return self._chance.randint(10, 50)
        spare = self._route.round_minutes - sum(leg.minutes for leg in self._route.legs)
        share = self._chance.uniform(0.5, 0.7)
        return round(MINUTE_S * (spare + share * self._route.tolerance_minutes))

    def _leg_s(self, leg: Leg) -> int:
        if self._guard.behaviour is Behaviour.CHEATING:
            return self._chance.randint(2, 6)
        fastest = 1.0 if self._guard.behaviour is Behaviour.LATE else 0.85
        return round(MINUTE_S * leg.minutes * self._chance.uniform(fastest, 1.05))

    def _skipped(self) -> set[str]:
        """At least one checkpoint of every round, never all, when the guard skips at all."""
        if self._guard.behaviour is not Behaviour.SKIPPING:
            return set()
        keys = [leg.checkpoint for leg in self._route.legs]
        most = max(1, round(SKIPPED_SHARE * len(keys)))
        return set(self._chance.sample(keys, min(len(keys) - 1, self._chance.randint(1, most))))

    def _tag(self, leg: Leg) -> TagId:
        tags = self._scenario.checkpoint(leg.checkpoint).tags
        return next(tag for tag in tags if tag.technology is self._technology)

    def _touch(self, at: datetime, tag: TagId, checkpoint: str | None, number: int) -> Touch:
        return Touch(
            utc=at,
            wand=self._wand.key,
            guard=self._guard.key,
            behaviour=self._guard.behaviour,
            tag=tag,
            checkpoint=checkpoint,
            route=self._route.key if checkpoint else None,
            round_number=number,
        )
