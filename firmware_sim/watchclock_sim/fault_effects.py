"""What a fault profile does to a wand and its night, once it is known when it begins."""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from watchclock_sim.fault_profile import FaultProfile
from watchclock_sim.fault_profiles import FAULT_PROFILES
from watchclock_sim.hardware.health import PartFault
from watchclock_sim.hardware.profile import (
    HardwareLife,
    HardwareProfile,
    Mishap,
    MishapKind,
    MishapPlan,
    PartPlan,
    RtcChip,
)
from watchclock_sim.scenario import Scenario, Shift, WandPlan
from watchclock_sim.walk_steps import Deed, DeedKind, SkipReason, Touch

__all__ = [
    "MissedReads",
    "chip_of",
    "never_starts",
    "own_mishaps",
    "own_parts",
    "profile_of",
    "thrown",
]
__all__ += ["with_fault"]

PER_MILLE: Final = 1000
HALF: Final = 2
FREE_FALL_MS: Final = 400


def profile_of(plan: WandPlan) -> FaultProfile | None:
    """The fault profile that a wand shows, None for a sound one."""
    return None if plan.fault is None else FAULT_PROFILES[plan.fault]


def with_fault(plan: WandPlan, shift: Shift) -> WandPlan:
    """The wand with all that its fault profile says, and the moment at which that begins.

    Args:
        plan: which may name a profile.
        shift: in whose middle the fault begins unless the plan says when.
    """
    profile = profile_of(plan)
    if profile is None:
        return plan
    at = plan.fault_at or _middle(shift)
    clock = replace(
        plan.clock,
        offset_s=plan.clock.offset_s + profile.clock_offset_s,
        chip=plan.clock.chip or profile.chip,
    )
    return replace(
        plan,
        fault_at=at,
        clock=replace(clock, resets_at=at) if profile.resets_clock else clock,
        battery=profile.battery or plan.battery,
        capacity=profile.capacity or plan.capacity,
        faults=plan.faults + profile.faults,
        hardware=_hardware(plan.hardware, profile, at),
    )


def _middle(shift: Shift) -> dt.time:
    day = dt.date(2000, 1, 1)
    begins, ends = (dt.datetime.combine(day, each) for each in (shift.begins, shift.ends))
    if ends <= begins:
        ends += dt.timedelta(days=1)
    return (begins + (ends - begins) / HALF).time().replace(microsecond=0)


def _hardware(own: HardwareProfile, profile: FaultProfile, at: dt.time) -> HardwareProfile:
    """The parts and mishaps that the wand's own plan and the profile name, and no others.

    What usually happens to a wand of its kind would be signs of another fault.
    """
    climate = replace(
        profile.climate or own.climate, has_humidity_sensor=own.climate.has_humidity_sensor
    )
    return replace(
        own,
        parts=own.parts + _parts(profile, at),
        mishaps=(own.mishaps or ()) + _mishaps(profile, at),
        climate=climate,
    )


def _parts(profile: FaultProfile, at: dt.time | None) -> tuple[PartPlan, ...]:
    return tuple(replace(part, begins=part.begins or at) for part in profile.parts)


def _mishaps(profile: FaultProfile, at: dt.time | None) -> tuple[MishapPlan, ...]:
    return tuple(replace(mishap, at=mishap.at or at) for mishap in profile.mishaps)


def own_parts(plan: WandPlan) -> Iterator[PartPlan]:
    """The parts that fare badly besides those of the wand's fault profile."""
    profile = profile_of(plan)
    theirs = () if profile is None else _parts(profile, plan.fault_at)
    return (part for part in plan.hardware.parts if part not in theirs)


def own_mishaps(plan: WandPlan) -> Iterator[MishapPlan]:
    """The mishaps that the scenario names besides those of the wand's fault profile."""
    profile = profile_of(plan)
    theirs = () if profile is None else _mishaps(profile, plan.fault_at)
    return (mishap for mishap in plan.hardware.mishaps or () if mishap not in theirs)


def never_starts(plan: WandPlan) -> bool:
    """Whether the wand is dead from the beginning."""
    profile = profile_of(plan)
    return profile is not None and profile.never_starts


class MissedReads:
    """Reads that do not happen although the wand could: nobody there, or held too briefly.

    Args:
        scenario: of the night.
        plan: the wand, with its fault.
    """

    def __init__(self, scenario: Scenario, plan: WandPlan) -> None:
        self._profile = profile_of(plan)
        self._begins = (
            scenario.begins if plan.fault_at is None else scenario.instant(plan.fault_at)
        )
        name = f"{scenario.seed} {scenario.date} {plan.key} missed"
        self._chance = random.Random(name)  # noqa: S311 - repeatable, not secret

    def reason(self, touch: Touch) -> SkipReason | None:
        """Why a touch does not happen; None when it does. Ask in the order of the night."""
        profile = self._profile
        if profile is None or touch.checkpoint is None or touch.utc < self._begins:
            return None
        if touch.utc < self._begins + dt.timedelta(minutes=profile.gap_minutes):
            return SkipReason.NOBODY_THERE
        is_missed = profile.missed_per_mille > self._chance.randrange(PER_MILLE)
        return SkipReason.HELD_TOO_BRIEFLY if is_missed else None


def thrown(life: HardwareLife, deeds: tuple[Deed, ...]) -> HardwareLife:
    """The life of a wand that guards threw: a fall each time, and the damage it did.

    What usually happens to a wand of its kind does not happen to it too.
    """
    throws = [deed for deed in deeds if deed.kind is DeedKind.THROWING]
    falls = tuple(
        Mishap(
            kind=MishapKind.FALL,
            utc=deed.begins,
            milliseconds=FREE_FALL_MS,
            strength_mg=deed.strength_mg,
        )
        for deed in throws
    )
    broken = tuple(fault for deed in throws for fault in _damage(deed))
    if not throws:
        return life
    return replace(life, faults=life.faults + broken, mishaps=(life.mishaps or ()) + falls)


def chip_of(plan: WandPlan, deeds: tuple[Deed, ...]) -> RtcChip | None:
    """The clock chip, which has to tell its stop where a throw broke the crystal's joint."""
    damages = [FAULT_PROFILES[deed.damage].chip for deed in deeds if deed.damage is not None]
    return plan.clock.chip or next((chip for chip in damages if chip is not None), None)


def _damage(deed: Deed) -> tuple[PartFault, ...]:
    if deed.damage is None:
        return ()
    parts = FAULT_PROFILES[deed.damage].parts
    return tuple(
        replace(part.fault(lambda _: deed.begins), from_utc=deed.begins) for part in parts
    )
