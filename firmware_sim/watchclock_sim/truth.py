"""Writes down what truly happened in a night, and what a detector should find in the log."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from watchclock_protocol.values import TagTechnology
from watchclock_sim.fault_effects import own_mishaps, own_parts, profile_of
from watchclock_sim.fault_profiles import FAULT_PROFILES
from watchclock_sim.hardware.health import HardwarePart, Health, PartFault
from watchclock_sim.hardware.profile import Mishap, MishapKind, MishapPlan
from watchclock_sim.night_values import KeptTouch, WalkedWand
from watchclock_sim.scenario import Scenario, WandPlan
from watchclock_sim.truth_values import (
    DeedRow,
    LabelRow,
    MishapRow,
    PartRow,
    SkipRow,
    TouchRow,
    Truth,
)
from watchclock_sim.walk_steps import Deed, DeedKind, Skip, SkipReason
from watchclock_sim.wands.personality import find_personality

__all__ = ["truth_of"]

PART_CLASSES: Final = {
    HardwarePart.CASE_SENSOR: "F-TAMPER",
    HardwarePart.KEYS: "F-KEY",
    HardwarePart.LCD: "F-LCD",
    HardwarePart.VIBRATOR: "F-ALERT",
    HardwarePart.BUZZER: "F-ALERT",
    HardwarePart.HEAD: "F-HEAD",
    HardwarePart.RTC_OSCILLATOR: "F-XTAL",
    HardwarePart.RTC_BUS: "F-XTAL",
    HardwarePart.BACKUP_CELL: "F-PWR-RTC",
    HardwarePart.MEMORY: "F-MEM",
    HardwarePart.BATTERY: "F-BATT",
    HardwarePart.SUPPLY: "F-PWR-RTC",
    HardwarePart.PROCESSOR: "F-RESET",
}
"""The class of a part that a scenario breaks without naming a profile."""
MISHAP_CLASSES: Final = {
    MishapKind.HOUSING_OPENED: "F-TAMPER",
    MishapKind.WATER_INSIDE: "F-WATER",
    MishapKind.WATCHDOG: "F-RESET",
    MishapKind.RESET: "F-RESET",
}
"""The class of what a scenario lets happen to a wand, where that is a fault in itself."""


def truth_of(scenario: Scenario, plan: WandPlan, wand: WalkedWand) -> Truth:
    """What truly happened, as JSON values."""
    return Truth(
        format="watchclock.truth",
        version=1,
        site=scenario.site.name,
        time_zone=scenario.site.time_zone,
        date=scenario.date.isoformat(),
        seed=scenario.seed,
        begins=_utc(scenario.begins),
        ends=_utc(scenario.ends),
        wand=plan.key,
        identity=f"{plan.dialect}:{plan.number}",
        touches=[_touch_row(kept) for kept in wand.touches],
        skipped=[_skip_row(skip) for skip in wand.skips],
        deeds=[_deed_row(deed) for deed in wand.deeds],
        parts=[_part_row(fault) for fault in wand.life.faults],
        mishaps=[_mishap_row(mishap) for mishap in _mishaps(plan, wand)],
        link_faults=list(plan.faults),
        labels=[
            *_fault_labels(scenario, plan),
            *_battery_labels(plan, wand),
            *_deed_labels(wand),
            *_tag_labels(scenario, wand),
        ],
    )


def _mishaps(plan: WandPlan, wand: WalkedWand) -> Iterable[Mishap]:
    """What happened to the wand, be it only what usually happens to one of its kind."""
    mishaps = wand.life.mishaps
    return find_personality(plan.dialect).usual_mishaps if mishaps is None else mishaps


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat()


def _maybe_utc(instant: datetime | None) -> str | None:
    return None if instant is None else _utc(instant)


def _touch_row(kept: KeptTouch) -> TouchRow:
    touch = kept.touch
    return TouchRow(
        guard=touch.guard,
        carried_by=touch.carried_by,
        behaviour=touch.behaviour.value,
        checkpoint=touch.checkpoint,
        place=touch.place,
        route=touch.route,
        round=touch.round_number,
        tag=str(touch.tag),
        utc=_utc(touch.utc),
        wand_time=kept.wand_time.isoformat(),
        is_kept=kept.is_kept,
        read_as=None if kept.read_as is None else str(kept.read_as),
        why_not_kept=None if kept.why_not is None else kept.why_not.value,
    )


def _skip_row(skip: Skip) -> SkipRow:
    return SkipRow(
        guard=skip.guard,
        checkpoint=skip.checkpoint,
        route=skip.route,
        round=skip.round_number,
        utc=_utc(skip.utc),
        reason=skip.reason.value,
    )


def _deed_row(deed: Deed) -> DeedRow:
    return DeedRow(
        kind=deed.kind.value,
        guard=deed.guard,
        partner=deed.partner,
        route=deed.route,
        round=deed.round_number,
        begins=_utc(deed.begins),
        ends=_utc(deed.ends),
        checkpoints=list(deed.checkpoints),
        strength_mg=deed.strength_mg,
        damage=deed.damage,
    )


def _part_row(fault: PartFault) -> PartRow:
    return PartRow(
        part=fault.part.value,
        health=fault.health.value,
        per_mille=fault.per_mille,
        spell_s=fault.spell_s,
        measured=fault.measured,
        begins=_maybe_utc(fault.from_utc),
        ends=_maybe_utc(fault.until_utc),
    )


def _mishap_row(mishap: Mishap) -> MishapRow:
    return MishapRow(
        kind=mishap.kind.value,
        utc=_maybe_utc(mishap.utc),
        every_touches=mishap.every_touches,
        times=mishap.times,
        milliseconds=mishap.milliseconds,
        strength_mg=mishap.strength_mg,
        octets=mishap.octets,
        temperature_c=mishap.temperature_c,
    )


def _label(
    kind: str, subject: str, begins: datetime | None, ends: datetime | None = None
) -> LabelRow:
    return LabelRow(
        kind=kind,
        subject=subject,
        causes=[],
        signs=[],
        profile=None,
        row=None,
        begins=_maybe_utc(begins),
        ends=_maybe_utc(ends),
    )


def _fault_labels(scenario: Scenario, plan: WandPlan) -> Iterator[LabelRow]:
    """The wand's profile, and what fails beside it: parts, the clock, and what befell the wand."""
    profile = profile_of(plan)
    if profile is not None and plan.fault is not None:
        begins = None if plan.fault_at is None else scenario.instant(plan.fault_at)
        yield _profile_label(plan.fault, plan.key, None if profile.never_starts else begins)
        if profile.never_starts:
            return
    for part in own_parts(plan):
        fault = part.fault(scenario.instant)
        if part.health is not Health.HEALTHY and part.part in PART_CLASSES:
            is_radio = _technology(plan) is not TagTechnology.IBUTTON
            is_radio_head = part.part is HardwarePart.HEAD and is_radio
            kind = "F-RF" if is_radio_head else PART_CLASSES[part.part]
            yield _label(kind, plan.key, fault.from_utc, fault.until_utc)
    if plan.clock.stops_at is not None:
        yield _label("F-XTAL", plan.key, scenario.instant(plan.clock.stops_at))
    if plan.clock.resets_at is not None and not (profile and profile.resets_clock):
        yield _label("F-PWR-RTC", plan.key, scenario.instant(plan.clock.resets_at))
    for kind, mishap in _worst(own_mishaps(plan)):
        at = None if mishap.at is None else scenario.instant(mishap.at)
        yield _label(kind, plan.key, at)


def _battery_labels(plan: WandPlan, wand: WalkedWand) -> Iterator[LabelRow]:
    """A battery that gets empty in the night, unless that is part of another fault."""
    profile = profile_of(plan)
    is_told = profile is not None and (profile.never_starts or profile.battery is not None)
    is_sound = wand.life.part(HardwarePart.BATTERY).is_sound
    low = (kept.touch.utc for kept in wand.touches if kept.is_low)
    low_at = next(low, None) if is_sound and not is_told else None
    if low_at is not None:
        yield _label("F-BATT", plan.key, low_at)


def _technology(plan: WandPlan) -> TagTechnology:
    return find_personality(plan.dialect).technology(plan.number)


def _worst(mishaps: Iterable[MishapPlan]) -> Iterator[tuple[str, MishapPlan]]:
    """The first mishap of each class of faults."""
    first: dict[str, MishapPlan] = {}
    for mishap in mishaps:
        if mishap.kind in MISHAP_CLASSES:
            first.setdefault(MISHAP_CLASSES[mishap.kind], mishap)
    yield from first.items()


def _profile_label(name: str, subject: str, begins: datetime | None) -> LabelRow:
    profile = FAULT_PROFILES[name]
    label = _label(profile.fault_class, subject, begins)
    label["causes"] = [cause.value for cause in profile.causes]
    label["signs"] = [sign.value for sign in profile.signs]
    label["profile"], label["row"] = name, profile.row
    return label


def _deed_labels(wand: WalkedWand) -> Iterator[LabelRow]:
    """Everything that a guard should not have done; a break is none of it."""
    for deed in wand.deeds:
        if deed.kind is DeedKind.BREAK:
            continue
        yield _label(deed.kind.value, deed.guard, deed.begins, deed.ends)
        if deed.damage is not None:
            label = _profile_label(deed.damage, deed.wand, deed.begins)
            label["causes"] = ["human"]
            yield label


def _tag_labels(scenario: Scenario, wand: WalkedWand) -> Iterator[LabelRow]:
    """Tags that no wand could read, where this one met them."""
    met = {skip.checkpoint for skip in wand.skips if skip.reason is SkipReason.TAG_UNREADABLE}
    for checkpoint in scenario.checkpoints:
        if checkpoint.key in met and checkpoint.unreadable_from is not None:
            label = _label("F-TAG", checkpoint.key, scenario.instant(checkpoint.unreadable_from))
            label["causes"] = ["environment"]
            yield label
