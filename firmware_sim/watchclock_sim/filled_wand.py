"""From options to a wand with its memory filled: by a scenario's night, or made up."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from watchclock_protocol.filled_reasons import FilledReason
from watchclock_sim.errors import SimulatorOptionError, unwritable
from watchclock_sim.generated import generated_touches
from watchclock_sim.hardware.battery import Battery, BatteryPlan
from watchclock_sim.hardware.clock import WandClock
from watchclock_sim.line.carriers.port import Clock
from watchclock_sim.line.fault_kinds import Fault, lost_records, parse_fault
from watchclock_sim.night import truth_of, walked_wand
from watchclock_sim.scenario import Scenario, WandPlan
from watchclock_sim.scenario_file import DEFAULT_CAPACITY, load
from watchclock_sim.settings import Settings
from watchclock_sim.truth_values import Truth
from watchclock_sim.wands.firmware import Firmware
from watchclock_sim.wands.personality import find_personality
from watchclock_sim.wands.setup import WandSetup

__all__ = ["FilledWand", "filled_wand", "walked"]


@dataclass(frozen=True, slots=True)
class FilledWand:
    """A wand with its memory filled.

    Attributes:
        firmware: the wand.
        identity: ``dialect:number``.
        faults: what it and its line suffer from.
    """

    firmware: Firmware
    identity: str
    faults: tuple[Fault, ...]

    @property
    def dialect(self) -> str:
        """What it speaks."""
        return self.identity.partition(":")[0]

    @property
    def number(self) -> str:
        """Its own number."""
        return self.identity.partition(":")[2]


def filled_wand(settings: Settings, clock: Clock) -> FilledWand:
    """The wand the options ask for, its memory filled and the truth written.

    Raises:
        SimulatorError: a file, a fault or the choice of the wand is wrong.
    """
    faults = tuple(parse_fault(text) for text in settings.fault)
    if settings.scenario is None:
        return _generated_wand(settings, clock, faults)
    scenario = load(settings.scenario).changed(day=settings.date, seed=settings.seed)
    plan = _plan(settings, scenario)
    wand, truth_told = walked(scenario, plan, faults)
    if settings.truth is not None:
        truth = json.dumps(truth_told(), ensure_ascii=False, indent=2)
        try:
            settings.truth.write_text(truth + "\n", "utf-8")
        except OSError as error:
            raise unwritable(settings.truth, error) from error
    return wand


def walked(
    scenario: Scenario, plan: WandPlan, faults: Iterable[Fault] = ()
) -> tuple[FilledWand, Callable[[], Truth]]:
    """A wand of the scenario at the end of its night, and who tells the truth about that night.

    Args:
        scenario: the night.
        plan: the wand.
        faults: which it has besides those of its plan.
    """
    all_faults = (*faults, *(parse_fault(text) for text in plan.faults))
    wand = walked_wand(scenario, plan, all_faults)
    filled = FilledWand(wand.firmware, f"{plan.dialect}:{plan.number}", all_faults)
    return filled, partial(truth_of, scenario, plan, wand)


def _plan(settings: Settings, scenario: Scenario) -> WandPlan:
    plans = [plan for plan in scenario.wands if plan.dialect == settings.dialect]
    if settings.wand is not None:
        plans = [plan for plan in plans if plan.key == settings.wand]
    if len(plans) != 1:
        keys = ", ".join(plan.key for plan in scenario.wands if plan.dialect == settings.dialect)
        reason = FilledReason("the scenario has no {dialect}", dialect=settings.dialect)
        if keys:
            reason = FilledReason(
                "name one {dialect} of the scenario with --wand: {keys}",
                dialect=settings.dialect,
                keys=keys,
            )
        raise SimulatorOptionError(reason=reason)
    plan = plans[0]
    return plan if settings.number is None else plan.renumbered(settings.number)


def _generated_wand(settings: Settings, clock: Clock, faults: Iterable[Fault]) -> FilledWand:
    """A wand with generated records whose clock shows this machine's civil time."""
    utc = clock.utc()
    personality = find_personality(settings.dialect)
    number = settings.number or personality.default_number
    setup = WandSetup(
        number=number,
        clock=WandClock(civil=utc.astimezone().replace(tzinfo=None), utc=utc),
        battery=Battery(plan=BatteryPlan(), utc=utc, rests_from=utc),
        capacity=max(DEFAULT_CAPACITY, settings.records),
        lost_records=lost_records(faults),
    )
    firmware = personality.make(setup)
    technology = personality.technology(number)
    for tag, touched in generated_touches(settings.records, settings.seed or 0, technology):
        firmware.touch(tag, touched, is_guard_tag=False)
    return FilledWand(firmware, f"{settings.dialect}:{number}", tuple(faults))
