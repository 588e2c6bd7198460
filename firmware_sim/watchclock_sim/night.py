"""Takes a wand through its night: guards touch tags, the clock stops, the battery gets low."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import NamedTuple

from watchclock_protocol.values import TagId
from watchclock_sim.fault_effects import MissedReads, chip_of, never_starts, thrown
from watchclock_sim.hardware.battery import LOW_MV, Battery
from watchclock_sim.hardware.body import BROWN_OUT_MV
from watchclock_sim.hardware.clock import WandClock
from watchclock_sim.hardware.health import HardwarePart
from watchclock_sim.hardware.memory import WhenFull
from watchclock_sim.hardware.profile import HardwareLife
from watchclock_sim.line.fault_kinds import Fault, lost_records
from watchclock_sim.night_values import KeptTouch, NotKept, WalkedWand
from watchclock_sim.scenario import Scenario, WandPlan
from watchclock_sim.truth import truth_of
from watchclock_sim.walk import walk
from watchclock_sim.walk_steps import Night, Skip, Touch
from watchclock_sim.wands.firmware import Firmware
from watchclock_sim.wands.personality import find_personality
from watchclock_sim.wands.setup import WandSetup

__all__ = ["KeptTouch", "WalkedWand", "truth_of", "walked_wand"]


class _Event(NamedTuple):
    """Something that happens to the wand."""

    utc: datetime
    act: Callable[[], None]


def walked_wand(scenario: Scenario, plan: WandPlan, faults: Iterable[Fault] = ()) -> WalkedWand:
    """The wand at the end of the scenario's shift, with every record it kept."""
    night = walk(scenario, plan)
    life = thrown(scenario.life(plan), night.deeds)
    clock = replace(plan.clock, chip=chip_of(plan, night.deeds))
    plan = replace(plan, clock=clock)
    setup = _setup(scenario, plan, life, lost_records(faults))
    firmware = find_personality(plan.dialect).make(setup)
    _enrol(scenario, plan, firmware)
    is_dead = never_starts(plan)
    kept: list[KeptTouch] = []

    def feel(touch: Touch) -> None:
        kept.append(_felt(touch, setup, None if is_dead else firmware))

    touches, missed = _happened(scenario, plan, night)
    events = [] if is_dead else list(_condition(scenario, plan, setup.battery, firmware))
    events += [_Event(touch.utc, partial(feel, touch)) for touch in touches]
    for event in sorted(events, key=lambda event: event.utc):
        event.act()
    return WalkedWand(
        firmware=firmware,
        touches=tuple(kept),
        skips=tuple(sorted((*night.skips, *missed), key=lambda skip: skip.utc)),
        deeds=night.deeds,
        life=life,
    )


def _felt(touch: Touch, setup: WandSetup, firmware: Firmware | None) -> KeptTouch:
    """The touch and what the wand makes of it; it has no firmware when it never started."""
    witness = setup.witness
    witness.begins(NotKept.WAND_DEAD if firmware is None else None)
    is_kept = firmware is not None and firmware.touch(
        touch.tag, touch.utc, is_guard_tag=touch.checkpoint is None
    )
    misread = witness.misread if is_kept else None
    return KeptTouch(
        touch=touch,
        wand_time=witness.shown or setup.clock.reading(touch.utc),
        is_kept=is_kept,
        why_not=None if is_kept else witness.why_not or NotKept.REFUSED,
        read_as=None if misread is None else TagId(touch.tag.technology, misread),
        is_low=_is_low(setup.battery, touch.utc),
    )


def _is_low(battery: Battery, utc: datetime) -> bool:
    is_weak = battery.cell is not None and battery.loaded_mv(utc) < BROWN_OUT_MV
    return is_weak or battery.voltage_mv(utc) < LOW_MV


def _setup(
    scenario: Scenario, plan: WandPlan, life: HardwareLife, lost: frozenset[int]
) -> WandSetup:
    """The wand before it is switched on."""
    return WandSetup(
        number=plan.number,
        clock=_clock(scenario, plan, life),
        battery=Battery.fitted(plan.battery, life, utc=scenario.begins, rests_from=scenario.ends),
        capacity=plan.capacity,
        when_full=WhenFull.STOP if plan.stops_when_full else WhenFull.OVERWRITE,
        logs_host_actions=plan.logs_host_actions,
        lost_records=lost,
        life=life,
    )


def _happened(scenario: Scenario, plan: WandPlan, night: Night) -> tuple[list[Touch], list[Skip]]:
    """The touches of the walk that happen, and those that do not and why."""
    missed_reads = MissedReads(scenario, plan)
    touches: list[Touch] = []
    missed: list[Skip] = []
    for touch in night.touches:
        reason = missed_reads.reason(touch)
        if reason is None or touch.checkpoint is None or touch.route is None:
            touches.append(touch)
            continue
        missed.append(
            Skip(
                utc=touch.utc,
                wand=touch.wand,
                guard=touch.guard,
                checkpoint=touch.checkpoint,
                route=touch.route,
                round_number=touch.round_number,
                reason=reason,
            )
        )
    return touches, missed


def _enrol(scenario: Scenario, plan: WandPlan, firmware: Firmware) -> None:
    """Put every guard who carries the wand and has a tag it can read into its staff list."""
    technology = find_personality(plan.dialect).technology(plan.number)
    for guard in (scenario.guard(key) for key in dict.fromkeys(d.guard for d in plan.duties)):
        for tag in guard.tags:
            if tag.technology is technology:
                firmware.enrol(guard.number, guard.name_zh, tag)


def _clock(scenario: Scenario, plan: WandPlan, life: HardwareLife) -> WandClock:
    """A clock set to the site's civil time at the beginning of the shift."""
    stops_at, resets_at = plan.clock.stops_at, plan.clock.resets_at
    return WandClock(
        civil=scenario.begins.astimezone(scenario.zone).replace(tzinfo=None),
        utc=scenario.begins,
        plan=plan.clock,
        stops_at=scenario.instant(stops_at) if stops_at else None,
        resets_at=scenario.instant(resets_at) if resets_at else None,
        oscillator=life.part(HardwarePart.RTC_OSCILLATOR),
        bus=life.part(HardwarePart.RTC_BUS),
    )


def _condition(
    scenario: Scenario, plan: WandPlan, battery: Battery, firmware: Firmware
) -> Iterator[_Event]:
    """What happens to the wand besides touches, in the order of equal instants."""

    def powered(utc: datetime, notes: Callable[[datetime], None]) -> _Event:
        """What a wand notes by itself, unless its battery gives nothing then."""

        def act() -> None:
            if battery.voltage_mv(utc) >= BROWN_OUT_MV:
                notes(utc)

        return _Event(utc, act)

    yield powered(scenario.begins, firmware.power_on)
    if plan.clock.resets_at is not None:
        yield powered(scenario.instant(plan.clock.resets_at), firmware.power_on)
    low_at = battery.low_at()
    if low_at is not None:
        yield powered(low_at, firmware.voltage_low)
    for duty in plan.duties:
        number = scenario.guard(duty.guard).number
        utc = scenario.instant(duty.begins)
        yield _Event(utc, partial(firmware.select_guard, number))
