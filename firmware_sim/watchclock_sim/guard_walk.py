"""One guard on one duty: what the walks of all guards have in common."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import ClassVar, Final

from watchclock_protocol.values import TagId, TagTechnology
from watchclock_sim.scenario import Duty, Guard, Leg, Rest, Route, Scenario, WandPlan
from watchclock_sim.walk_steps import Deed, DeedKind, Skip, SkipReason, Step, Touch
from watchclock_sim.wands.personality import find_personality

__all__ = ["MINUTE_S", "SECOND", "GuardWalk", "Theft", "Turn"]

MINUTE_S: Final = 60
SLOWEST: Final = 1.05
SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Whose walk it is: a duty with a wand in a scenario."""

    scenario: Scenario
    wand: WandPlan
    duty: Duty

    @property
    def guard(self) -> Guard:
        """Who walks."""
        return self.scenario.guard(self.duty.guard)

    @property
    def route(self) -> Route:
        """What is walked."""
        return self.scenario.route(self.duty.route)

    @property
    def technology(self) -> TagTechnology:
        """Which tags the wand reads."""
        return find_personality(self.wand.dialect).technology(self.wand.number)

    @property
    def together(self) -> list[str]:
        """Keys of the wands that the guard carries on this duty, this one or another first."""
        return [wand.key for wand in self.scenario.wands if self.duty in wand.duties]

    @property
    def behind(self) -> timedelta:
        """How long after the first of them this wand is held to each tag."""
        keys = self.together
        return SECOND * (keys.index(self.wand.key) if self.wand.key in keys else 0)

    def chance(self, name: str = "") -> random.Random:
        """The turn's source of chance, or another one of that name.

        Wands that one guard carries together share it, because they go one way.
        """
        scenario, duty = self.scenario, self.duty
        wand = next(iter(self.together), self.wand.key)
        seed = f"{scenario.seed} {scenario.date} {wand} {duty.guard} {duty.begins}"
        return random.Random(f"{seed} {name}".rstrip())  # noqa: S311 - repeatable, not secret

    def rounds(self) -> Iterator[tuple[int, datetime]]:
        """Number and beginning of each round of the duty."""
        scenario = self.scenario
        begins = scenario.instant(self.duty.begins)
        ends = min(scenario.end_instant(self.duty.ends), scenario.ends)
        for index in count():
            start = scenario.begins + timedelta(minutes=index * self.route.every_minutes)
            if start >= ends:
                return
            if start >= begins:
                yield index + 1, start


@dataclass(frozen=True, slots=True, kw_only=True)
class Theft:
    """A tag that a guard carries about instead of leaving it on the wall."""

    guard: str
    checkpoint: str
    technology: TagTechnology
    taken: datetime
    returned: datetime


class GuardWalk:
    """An honest guard: every checkpoint, in order, at a person's pace.

    The other behaviours override what they do differently. Chance is drawn in a fixed order, so
    that a scenario keeps its night when the program learns something new.

    Args:
        turn: whose walk it is.
        thefts: tags that others have taken off the wall.

    Attributes:
        free_at: when guard and wand are free: nobody begins a round, or a duty with a wand,
            before the one before it is done.
    """

    DEED: ClassVar[DeedKind | None] = None
    """What each round of this walk is, where that is not simply a round."""
    FASTEST: ClassVar[float] = 0.85
    """Share of the planned minutes that the quickest leg needs."""

    def __init__(self, turn: Turn, thefts: Iterable[Theft] = ()) -> None:
        self.turn: Final = turn
        self.guard: Final = turn.guard
        self.route: Final = turn.route
        self._technology: Final = turn.technology
        self._thefts: Final = [each for each in thefts if each.guard != self.guard.key]
        self.chance: Final = turn.chance()
        self._break_chance: Final = turn.chance("breaks")
        self.free_at = turn.scenario.instant(turn.duty.begins)
        self._fixed_breaks = [each for each in self.guard.breaks if each.at is not None]

    def steps(self) -> Iterator[Step]:
        """The guard's own tag first, then every round."""
        begins = self.free_at + self.turn.behind
        for tag in self.guard.tags:
            if tag.technology is self._technology:
                yield self._touch(begins, tag, None, 0)
        for number, start in self.turn.rounds():
            steps = list(self.round_steps(number, start))
            yield from steps
            if self.DEED is not None:
                yield from self.round_deed(self.DEED, number, steps)

    def round_steps(self, number: int, start: datetime) -> Iterator[Step]:
        """One round that is due at ``start``."""
        skipped = self.skipped()
        behind = self.turn.behind
        at = max(start + timedelta(seconds=self.delay_s()), self.free_at)
        for leg in self.route.legs:
            for rest in self._due_breaks(at):
                begins, at = at, at + timedelta(minutes=rest.minutes)
                yield self.deed(DeedKind.BREAK, number, begins, at)
            at += timedelta(seconds=self.leg_s(leg, number))
            if leg.checkpoint in skipped:
                yield self.skip(at + behind, leg, number)
            else:
                yield self.read(at + behind, leg, number)
        self.free_at = at

    def round_deed(self, kind: DeedKind, number: int, steps: list[Step]) -> Iterator[Deed]:
        """What a whole round was, from its first step to its last."""
        instants = [step.utc for step in steps if isinstance(step, Touch | Skip)]
        skipped = tuple(step.checkpoint for step in steps if isinstance(step, Skip))
        yield self.deed(kind, number, min(instants), max(instants), skipped)

    def skipped(self) -> set[str]:
        """Checkpoints that this round leaves out."""
        return set()

    def delay_s(self) -> int:
        """Seconds after its due time at which a round begins."""
        return self.chance.randint(10, 50)

    def leg_s(self, leg: Leg, number: int) -> int:  # noqa: ARG002 - other walks look at the round
        """Seconds of the walk to a checkpoint in a round."""
        planned_s = self.planned_s(leg)
        if leg.metres is None:
            return round(planned_s * self.chance.uniform(self.FASTEST, SLOWEST))
        varies = self.guard.varies_percent / 100
        return max(1, round(planned_s * self.chance.uniform(1 - varies, 1 + varies)))

    def planned_s(self, leg: Leg) -> float:
        """Seconds of a leg as planned, or at the guard's speed where its metres are known."""
        return MINUTE_S * leg.minutes if leg.metres is None else leg.metres / self.guard.speed_mps

    def place(self, leg: Leg, number: int) -> str:  # noqa: ARG002 - other walks look at the round
        """Where the tag of a checkpoint is read in a round."""
        return leg.checkpoint

    def carrier(self, number: int) -> str:  # noqa: ARG002 - other walks look at the round
        """Who truly carries the wand in a round."""
        return self.guard.key

    def holds(self, checkpoint: str) -> bool:  # noqa: ARG002 - other walks carry tags about
        """Whether the guard carries the tag of a checkpoint about."""
        return False

    def read(self, at: datetime, leg: Leg, number: int) -> Touch | Skip:
        """The touch, unless somebody has taken the tag away."""
        checkpoint = self.turn.scenario.checkpoint(leg.checkpoint)
        broken = checkpoint.unreadable_from
        if broken is not None and self.turn.scenario.instant(broken) <= at:
            return self.skip(at, leg, number, SkipReason.TAG_UNREADABLE)
        for theft in self._thefts:
            is_this = (theft.checkpoint, theft.technology) == (leg.checkpoint, self._technology)
            is_gone = theft.taken <= at < theft.returned and not self.holds(leg.checkpoint)
            if is_this and is_gone:
                return self.skip(at, leg, number, SkipReason.TAG_GONE)
        tag = next(tag for tag in checkpoint.tags if tag.technology is self._technology)
        return self._touch(at, tag, leg, number)

    def skip(
        self, at: datetime, leg: Leg, number: int, reason: SkipReason = SkipReason.LEFT_OUT
    ) -> Skip:
        """A checkpoint that is not read."""
        return Skip(
            utc=at,
            wand=self.turn.wand.key,
            guard=self.guard.key,
            checkpoint=leg.checkpoint,
            route=self.route.key,
            round_number=number,
            reason=reason,
        )

    def deed(
        self,
        kind: DeedKind,
        number: int,
        begins: datetime,
        ends: datetime,
        checkpoints: tuple[str, ...] = (),
    ) -> Deed:
        """Something the guard does in a round, with the partner if there is one."""
        return Deed(
            kind=kind,
            wand=self.turn.wand.key,
            guard=self.guard.key,
            route=self.route.key,
            round_number=number,
            begins=begins,
            ends=ends,
            checkpoints=checkpoints,
            partner=self.guard.partner,
        )

    def _due_breaks(self, at: datetime) -> Iterator[Rest]:
        scenario = self.turn.scenario
        for rest in self.guard.breaks:
            if rest.at is None:
                is_due = True
            elif rest in self._fixed_breaks and scenario.instant(rest.at) <= at:
                is_due = scenario.instant(rest.at) >= scenario.instant(self.turn.duty.begins)
                self._fixed_breaks.remove(rest)
            else:
                is_due = False
            if is_due and self._break_chance.randrange(100) < rest.chance_percent:
                yield rest

    def _touch(self, at: datetime, tag: TagId, leg: Leg | None, number: int) -> Touch:
        return Touch(
            utc=at,
            wand=self.turn.wand.key,
            guard=self.guard.key,
            carried_by=self.guard.key if leg is None else self.carrier(number),
            behaviour=self.guard.behaviour,
            tag=tag,
            checkpoint=None if leg is None else leg.checkpoint,
            place=None if leg is None else self.place(leg, number),
            route=None if leg is None else self.route.key,
            round_number=number,
        )
