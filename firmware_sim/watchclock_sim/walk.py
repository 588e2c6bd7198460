"""Makes guards walk a scenario's night: the same scenario always gives the same touches."""

from collections.abc import Iterator

from watchclock_sim.dishonest_walks import walk_of
from watchclock_sim.guard_walk import Theft, Turn
from watchclock_sim.scenario import Behaviour, Scenario, WandPlan
from watchclock_sim.walk_steps import Deed, DeedKind, Night, Skip, SkipReason, Step, Touch

__all__ = ["Deed", "DeedKind", "Night", "Skip", "SkipReason", "Step", "Touch", "walk"]


def walk(scenario: Scenario, wand: WandPlan) -> Night:
    """The night of one wand of the scenario."""
    thefts = tuple(_thefts(scenario))
    steps = [step for turn in _turns(scenario, wand) for step in walk_of(turn, thefts).steps()]
    touches = [step for step in steps if isinstance(step, Touch)]
    deeds = [step for step in steps if isinstance(step, Deed)]
    return Night(
        touches=tuple(sorted(touches, key=lambda touch: touch.utc)),
        skips=tuple(step for step in steps if isinstance(step, Skip)),
        deeds=tuple(sorted(deeds, key=lambda deed: deed.begins)),
    )


def _turns(scenario: Scenario, wand: WandPlan) -> Iterator[Turn]:
    for duty in wand.duties:
        yield Turn(scenario=scenario, wand=wand, duty=duty)


def _thefts(scenario: Scenario) -> Iterator[Theft]:
    """Tags that somebody carries about in the night, whichever wand goes there in vain."""
    behaviours = {guard.key: guard.behaviour for guard in scenario.guards}
    for wand in scenario.wands:
        for turn in _turns(scenario, wand):
            if behaviours.get(turn.duty.guard) is not Behaviour.TAG_STEALING:
                continue
            for step in walk_of(turn).steps():
                if isinstance(step, Deed) and step.kind is DeedKind.TAG_STEALING:
                    yield Theft(
                        guard=turn.guard.key,
                        checkpoint=step.checkpoints[0],
                        technology=turn.technology,
                        taken=step.begins,
                        returned=step.ends,
                    )
