"""Takes a wand through its night: guards touch tags, the clock stops, the battery gets low."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

from watchclock_sim.hardware.battery import Battery
from watchclock_sim.hardware.clock import WandClock
from watchclock_sim.hardware.health import HardwarePart
from watchclock_sim.hardware.memory import WhenFull
from watchclock_sim.hardware.profile import HardwareLife
from watchclock_sim.line.faults import Fault, lost_records
from watchclock_sim.scenario import Scenario, WandPlan
from watchclock_sim.walk import Skip, Touch, walk
from watchclock_sim.wands.firmware import Firmware
from watchclock_sim.wands.personality import find_personality
from watchclock_sim.wands.setup import WandSetup

__all__ = ["KeptTouch", "WalkedWand", "truth_of", "walked_wand"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTouch:
    """A touch and what the wand made of it.

    Attributes:
        touch: what truly happened.
        wand_time: what the wand's clock showed then.
        is_kept: whether the wand made a record of it.
    """

    touch: Touch
    wand_time: datetime
    is_kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkedWand:
    """A wand whose memory holds its night, and the truth about that night."""

    firmware: Firmware
    touches: tuple[KeptTouch, ...]
    skips: tuple[Skip, ...]


class _Event(NamedTuple):
    """Something that happens to the wand."""

    utc: datetime
    act: Callable[[], None]


def walked_wand(scenario: Scenario, plan: WandPlan, faults: Iterable[Fault] = ()) -> WalkedWand:
    """The wand at the end of the scenario's shift, with every record it kept."""
    life = scenario.life(plan)
    clock = _clock(scenario, plan, life)
    battery = Battery(plan=plan.battery, utc=scenario.begins, rests_from=scenario.ends)
    setup = WandSetup(
        number=plan.number,
        clock=clock,
        battery=battery,
        capacity=plan.capacity,
        when_full=WhenFull.STOP if plan.stops_when_full else WhenFull.OVERWRITE,
        logs_host_actions=plan.logs_host_actions,
        lost_records=lost_records(faults),
        life=life,
    )
    firmware = find_personality(plan.dialect).make(setup)
    _enrol(scenario, plan, firmware)
    night = walk(scenario, plan)
    kept: list[KeptTouch] = []

    def feel(touch: Touch) -> None:
        is_kept = firmware.touch(touch.tag, touch.utc, is_guard_tag=touch.checkpoint is None)
        wand_time = clock.reading(touch.utc)
        kept.append(KeptTouch(touch=touch, wand_time=wand_time, is_kept=is_kept))

    events = list(_condition(scenario, plan, battery, firmware))
    events += [_Event(touch.utc, partial(feel, touch)) for touch in night.touches]
    for event in sorted(events, key=lambda event: event.utc):
        event.act()
    return WalkedWand(firmware=firmware, touches=tuple(kept), skips=night.skips)


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
    yield _Event(scenario.begins, partial(firmware.power_on, scenario.begins))
    if plan.clock.resets_at is not None:
        utc = scenario.instant(plan.clock.resets_at)
        yield _Event(utc, partial(firmware.power_on, utc))
    low_at = battery.low_at()
    if low_at is not None:
        yield _Event(low_at, partial(firmware.voltage_low, low_at))
    for duty in plan.duties:
        number = scenario.guard(duty.guard).number
        utc = scenario.instant(duty.begins)
        yield _Event(utc, partial(firmware.select_guard, number))


def truth_of(scenario: Scenario, plan: WandPlan, wand: WalkedWand) -> dict[str, object]:
    """What truly happened, as JSON values: every touch with both times, and what was left out."""
    return {
        "site": scenario.site.name,
        "date": scenario.date.isoformat(),
        "seed": scenario.seed,
        "wand": plan.key,
        "identity": f"{plan.dialect}:{plan.number}",
        "touches": [_touch_row(kept) for kept in wand.touches],
        "skipped": [_skip_row(skip) for skip in wand.skips],
    }


def _touch_row(kept: KeptTouch) -> dict[str, object]:
    touch = kept.touch
    return {
        "guard": touch.guard,
        "behaviour": touch.behaviour,
        "checkpoint": touch.checkpoint,
        "route": touch.route,
        "round": touch.round_number,
        "tag": str(touch.tag),
        "utc": touch.utc.astimezone(UTC).isoformat(),
        "wand_time": kept.wand_time.isoformat(),
        "is_kept": kept.is_kept,
    }


def _skip_row(skip: Skip) -> dict[str, object]:
    return {
        "guard": skip.guard,
        "checkpoint": skip.checkpoint,
        "route": skip.route,
        "round": skip.round_number,
    }
