"""How guards walk who do not do as they should; each says what truly happened.

What is known of real nights: a cheating guard has the tags at one place and reads the round in
seconds (a jail's round of 35 seconds, latimes.com 21 July 2010); buttons that come off the wall
are carried about; a wand is handed on or thrown (mag-touch.com, support wiki on tough batons).
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar, Final

from typing_extensions import override

from watchclock_sim.guard_walk import MINUTE_S, SECOND, GuardWalk, Theft, Turn
from watchclock_sim.scenario import Behaviour, Leg
from watchclock_sim.walk_steps import Deed, DeedKind, Skip, SkipReason, Step, Touch

__all__ = ["DAMAGES", "WALKS", "walk_of"]

SKIPPED_SHARE: Final = 0.3
FAR_SHARE: Final = 0.3
LAZINESS: Final = 0.75
SHORT_CUT: Final = 0.6
"""Share of the way that a guard still walks who leaves the corners out."""
WEAKEST_THROW_MG: Final = 150_000
STRONGEST_THROW_MG: Final = 400_000
DAMAGES: Final = ("lcd_broken", "crystal_joint", None)
"""Fault profiles that a wand may show after it was thrown."""


class _LateWalk(GuardWalk):
    """Begins so late that the round ends after its time, but within the tolerance."""

    DEED: ClassVar[DeedKind | None] = DeedKind.LATE
    FASTEST: ClassVar[float] = 1.0

    def __init__(self, turn: Turn, thefts: Iterable[Theft] = ()) -> None:
        super().__init__(turn, thefts)
        self._legs_s: Final[deque[int]] = deque()
        """Of the round that begins, drawn beforehand: how late it ends depends on them."""

    @override
    def delay_s(self) -> int:
        route = self.route
        spare = route.round_minutes - sum(map(self.planned_s, route.legs)) / MINUTE_S
        share = self.chance.uniform(0.5, 0.7)
        delay_s = round(MINUTE_S * (spare + share * route.tolerance_minutes))
        self._legs_s.extend(GuardWalk.leg_s(self, leg, 0) for leg in route.legs)
        in_time_s = MINUTE_S * route.round_minutes - sum(self._legs_s)
        latest_s = in_time_s + MINUTE_S * route.tolerance_minutes
        return max(0, in_time_s + 1, min(delay_s, latest_s))

    @override
    def leg_s(self, leg: Leg, number: int) -> int:
        return self._legs_s.popleft()


class _SkippingWalk(GuardWalk):
    """Leaves at least one checkpoint out of every round, never all."""

    DEED: ClassVar[DeedKind | None] = DeedKind.SKIPPING

    @override
    def skipped(self) -> set[str]:
        keys = [leg.checkpoint for leg in self.route.legs]
        most = max(1, round(SKIPPED_SHARE * len(keys)))
        return set(self.chance.sample(keys, min(len(keys) - 1, self.chance.randint(1, most))))


class _CheatingWalk(GuardWalk):
    """Has copies of all tags at one place and reads the round in seconds."""

    DEED: ClassVar[DeedKind | None] = DeedKind.CHEATING

    @override
    def leg_s(self, leg: Leg, number: int) -> int:
        return self.chance.randint(2, 6)

    @override
    def place(self, leg: Leg, number: int) -> str:
        return self.route.legs[0].checkpoint


class _ShorterWalk(GuardWalk):
    """Does not walk to the farthest checkpoints, by a way that is shorter for it."""

    def __init__(self, turn: Turn, thefts: Iterable[Theft] = ()) -> None:
        super().__init__(turn, thefts)
        self.left_out: list[Leg] = []
        self._stands_at: str | None = None

    def far(self) -> list[str]:
        """The checkpoints farthest off the way, there and on; never the first."""
        legs = self.route.legs
        on = [*legs[1:], legs[0]]
        ways = [
            self.planned_s(leg) + self.planned_s(then) for leg, then in zip(legs, on, strict=True)
        ]
        order = sorted(range(1, len(legs)), key=lambda index: ways[index], reverse=True)
        return [legs[index].checkpoint for index in order[: max(1, round(FAR_SHARE * len(order)))]]

    def short_leg_s(self, leg: Leg, number: int) -> int:
        """Seconds to a checkpoint when those before it were left out: straight if known."""
        left_out, self.left_out = self.left_out, []
        came_from, self._stands_at = self._stands_at, leg.checkpoint
        if not left_out or came_from is None:
            return super().leg_s(leg, number)
        metres = self.turn.scenario.metres_between(came_from, leg.checkpoint)
        if metres is None:
            planned_s = sum(map(self.planned_s, [*left_out, leg]))
            return round(SHORT_CUT * planned_s * self.chance.uniform(0.9, 1.1))
        return super().leg_s(replace(leg, metres=metres), number)


class _LazyWalk(_ShorterWalk):
    """Mostly leaves the far checkpoints out, at least one of every round."""

    DEED: ClassVar[DeedKind | None] = DeedKind.LAZY

    def __init__(self, turn: Turn, thefts: Iterable[Theft] = ()) -> None:
        super().__init__(turn, thefts)
        self._too_far: set[str] = set()

    @override
    def skipped(self) -> set[str]:
        self.left_out = []
        far = self.far()
        self._too_far = {key for key in far if self.chance.random() < LAZINESS} or set(far[:1])
        return self._too_far

    @override
    def leg_s(self, leg: Leg, number: int) -> int:
        if leg.checkpoint in self._too_far:
            self.left_out.append(leg)
            return 0
        return self.short_leg_s(leg, number)

    @override
    def skip(
        self, at: datetime, leg: Leg, number: int, reason: SkipReason = SkipReason.LEFT_OUT
    ) -> Skip:
        is_lazy = reason is SkipReason.LEFT_OUT
        return super().skip(at, leg, number, SkipReason.TOO_FAR if is_lazy else reason)


class _StealingWalk(_ShorterWalk):
    """Takes the far tags along in the first round, reads them elsewhere, brings them back."""

    def __init__(self, turn: Turn, thefts: Iterable[Theft] = ()) -> None:
        super().__init__(turn, thefts)
        self._numbers: Final = [number for number, _ in turn.rounds()]
        self._taken: Final[dict[str, datetime]] = {}
        self._place = self.route.legs[0].checkpoint

    @override
    def leg_s(self, leg: Leg, number: int) -> int:
        if self._is_in_pocket(leg, number):
            self.left_out.append(leg)
            return self.chance.randint(2, 6)
        self._place = leg.checkpoint
        return self.short_leg_s(leg, number)

    @override
    def place(self, leg: Leg, number: int) -> str:
        return self._place if self._is_in_pocket(leg, number) else leg.checkpoint

    @override
    def round_steps(self, number: int, start: datetime) -> Iterator[Step]:
        for step in super().round_steps(number, start):
            yield step
            if not isinstance(step, Touch) or step.checkpoint not in self.far():
                continue
            if number == self._numbers[0] != self._numbers[-1]:
                self._taken[step.checkpoint] = step.utc
            elif number == self._numbers[-1] and step.checkpoint in self._taken:
                taken = self._taken.pop(step.checkpoint)
                stolen = (step.checkpoint,)
                yield self.deed(DeedKind.TAG_STEALING, number, taken, step.utc, stolen)

    @override
    def holds(self, checkpoint: str) -> bool:
        return checkpoint in self._taken

    def _is_in_pocket(self, leg: Leg, number: int) -> bool:
        is_between = number not in (self._numbers[0], self._numbers[-1])
        return is_between and self.holds(leg.checkpoint)


class _ThrowingWalk(GuardWalk):
    """Throws the wand once in the duty, behind a checkpoint; it may show damage from then on."""

    def __init__(self, turn: Turn, thefts: Iterable[Theft] = ()) -> None:
        super().__init__(turn, thefts)
        chance = turn.chance("throw")
        self._round: Final = chance.choice([number for number, _ in turn.rounds()] or [0])
        self._leg: Final = chance.choice(self.route.legs).checkpoint
        self._strength_mg: Final = chance.randrange(WEAKEST_THROW_MG, STRONGEST_THROW_MG)
        self._damage: Final = chance.choice(DAMAGES)

    @override
    def round_steps(self, number: int, start: datetime) -> Iterator[Step]:
        for step in super().round_steps(number, start):
            yield step
            if isinstance(step, Deed) or number != self._round:
                continue
            if step.checkpoint == self._leg:
                at = step.utc + timedelta(seconds=5)
                thrown = self.deed(DeedKind.THROWING, number, at, at)
                yield replace(thrown, strength_mg=self._strength_mg, damage=self._damage)


class _PartneredWalk(GuardWalk):
    """Goes where the partner goes, with a second wand, wherever the partner has one."""

    APART_S: ClassVar[tuple[int, int]] = (1, 4)
    """Fewest and most seconds between the partner's touch and this wand's."""

    def __init__(self, turn: Turn, thefts: Iterable[Theft] = ()) -> None:
        super().__init__(turn, thefts)
        self._led: Final[dict[int, list[Touch | Skip]]] = {}
        for other in _partners_turns(turn):
            led: dict[int, list[Touch | Skip]] = {}
            for step in walk_of(other, thefts).steps():
                if not isinstance(step, Deed) and step.round_number:
                    led.setdefault(step.round_number, []).append(step)
            # A partner who carries several wands still goes one way.
            for number, steps in led.items():
                self._led.setdefault(number, steps)

    def is_led(self, number: int) -> bool:
        """Whether the partner walks this round too, with another wand."""
        return number in self._led

    @override
    def round_steps(self, number: int, start: datetime) -> Iterator[Step]:
        if not self.is_led(number):
            yield from super().round_steps(number, start)
            return
        legs = {leg.checkpoint: leg for leg in self.route.legs}
        for step in self._led[number]:
            apart = timedelta(seconds=self.chance.randint(*self.APART_S))
            at = max(step.utc + apart, self.free_at + SECOND)
            self.free_at = at
            leg = legs[step.checkpoint or self.route.legs[0].checkpoint]
            if isinstance(step, Skip):
                yield self.skip(at, leg, number, step.reason)
            else:
                yield self.read(at, leg, number)


class _SharingWalk(_PartneredWalk):
    """Lets the partner do it: with both wands at once, or else every second round."""

    def __init__(self, turn: Turn, thefts: Iterable[Theft] = ()) -> None:
        super().__init__(turn, thefts)
        self._speed_mps = self.guard.speed_mps
        """Of whoever walks."""

    @override
    def carrier(self, number: int) -> str:
        partner = self.guard.partner or self.guard.key
        return partner if self.is_led(number) or number % 2 == 0 else self.guard.key

    @override
    def round_steps(self, number: int, start: datetime) -> Iterator[Step]:
        steps = list(super().round_steps(number, start))
        yield from steps
        if self.carrier(number) != self.guard.key:
            yield from self.round_deed(DeedKind.SHARING, number, steps)

    @override
    def leg_s(self, leg: Leg, number: int) -> int:
        self._speed_mps = self.turn.scenario.guard(self.carrier(number)).speed_mps
        return super().leg_s(leg, number)

    @override
    def planned_s(self, leg: Leg) -> float:
        return super().planned_s(leg) if leg.metres is None else leg.metres / self._speed_mps


class _TwoGuardsWalk(_PartneredWalk):
    """Walks together with the partner, each reading every checkpoint with a wand of his own."""

    APART_S: ClassVar[tuple[int, int]] = (5, 25)

    @override
    def round_steps(self, number: int, start: datetime) -> Iterator[Step]:
        steps = list(super().round_steps(number, start))
        yield from steps
        if self.is_led(number):
            yield from self.round_deed(DeedKind.TWO_GUARDS, number, steps)


WALKS: Final[dict[Behaviour, type[GuardWalk]]] = {
    Behaviour.HONEST: GuardWalk,
    Behaviour.LATE: _LateWalk,
    Behaviour.SKIPPING: _SkippingWalk,
    Behaviour.LAZY: _LazyWalk,
    Behaviour.CHEATING: _CheatingWalk,
    Behaviour.TAG_STEALING: _StealingWalk,
    Behaviour.SHARING: _SharingWalk,
    Behaviour.TWO_GUARDS: _TwoGuardsWalk,
    Behaviour.THROWING: _ThrowingWalk,
}
"""Every behaviour has its walk."""


def walk_of(turn: Turn, thefts: Iterable[Theft] = ()) -> GuardWalk:
    """The walk of a turn, by the behaviour of its guard."""
    return WALKS[turn.guard.behaviour](turn, tuple(thefts))


def _partners_turns(turn: Turn) -> Iterator[Turn]:
    """The partner's duties on the same route, with other wands."""
    for wand in turn.scenario.wands:
        for duty in wand.duties:
            is_theirs = (duty.guard, duty.route) == (turn.guard.partner, turn.route.key)
            if is_theirs and wand.key != turn.wand.key:
                yield Turn(scenario=turn.scenario, wand=wand, duty=duty)
