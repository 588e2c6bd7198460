"""Makes guards walk a scenario's night: the same scenario always gives the same touches."""

from collections.abc import Iterable, Iterator

from watchclock_sim.dishonest_walks import walk_of
from watchclock_sim.guard_walk import Theft, Turn
from watchclock_sim.scenario import Behaviour, Scenario, WandPlan
from watchclock_sim.walk_steps import Deed, DeedKind, Night, Skip, SkipReason, Step, Touch
from watchclock_sim.wands.personality import find_personality

__all__ = ["Deed", "DeedKind", "Night", "Skip", "SkipReason", "Step", "Touch", "walk"]


def walk(scenario: Scenario, wand: WandPlan) -> Night:
    """The night of one wand of the scenario."""
    thefts = _thefts(scenario)
    steps = list(_steps(scenario, wand, thefts))
    touches = [step for step in steps if isinstance(step, Touch)]
    deeds = [step for step in steps if isinstance(step, Deed)]
    return Night(
        touches=tuple(sorted(touches, key=lambda touch: touch.utc)),
        skips=tuple(step for step in steps if isinstance(step, Skip)),
        deeds=tuple(sorted(deeds, key=lambda deed: deed.begins)),
    )


def _steps(scenario: Scenario, wand: WandPlan, thefts: Iterable[Theft]) -> Iterator[Step]:
    """Turn after turn: nobody has the wand before the one who had it is done."""
    free_at = scenario.begins
    for turn in sorted(
        _turns(scenario, wand), key=lambda turn: scenario.instant(turn.duty.begins)
    ):
        guards_walk = walk_of(turn, thefts)
        guards_walk.free_at = max(guards_walk.free_at, free_at)
        yield from guards_walk.steps()
        free_at = guards_walk.free_at


def _turns(scenario: Scenario, wand: WandPlan) -> Iterator[Turn]:
    for duty in wand.duties:
        yield Turn(scenario=scenario, wand=wand, duty=duty)


def _thefts(scenario: Scenario) -> tuple[Theft, ...]:
    """Tags that somebody carries about in the night, whichever wand goes there in vain.

    A thief who comes too late takes nothing: what each finds depends on all before.
    """
    thieves = {guard.key for guard in scenario.guards if guard.behaviour is Behaviour.TAG_STEALING}
    wands = [
        wand
        for wand in scenario.wands
        if not thieves.isdisjoint(duty.guard for duty in wand.duties)
    ]
    thefts: tuple[Theft, ...] = ()
    # In each turn of this loop one theft more, in the order of the night, is as it truly was.
    for _ in range(2 * len(wands) + 1 if len(wands) > 1 else 1):
        known, thefts = thefts, tuple(_stolen(scenario, wands, thefts))
        if thefts == known:
            break
    return thefts


def _stolen(
    scenario: Scenario, wands: Iterable[WandPlan], thefts: tuple[Theft, ...]
) -> Iterator[Theft]:
    for wand in wands:
        for step in _steps(scenario, wand, thefts):
            if isinstance(step, Deed) and step.kind is DeedKind.TAG_STEALING:
                yield Theft(
                    guard=step.guard,
                    checkpoint=step.checkpoints[0],
                    technology=find_personality(wand.dialect).technology(wand.number),
                    taken=step.begins,
                    returned=step.ends,
                )
