"""Reads a wand of a scenario: its duties, its clock and battery, and what is wrong with it."""

from collections.abc import Iterable, Mapping
from typing import Final

from watchclock_protocol.filled_reasons import FilledReason
from watchclock_sim.errors import FaultError, PersonalityUnknownError, SimulatorOptionError
from watchclock_sim.fault_profiles import FAULT_PROFILES
from watchclock_sim.hardware.battery import BatteryPlan
from watchclock_sim.hardware.profile import (
    ClimatePlan,
    ClockPlan,
    HardwareProfile,
    HourReading,
    MishapKind,
    MishapPlan,
    PartPlan,
    PowerPlan,
    RtcChip,
)
from watchclock_sim.line.fault_kinds import Fault, fault_of, fault_text, parse_fault
from watchclock_sim.near_words import suggestion
from watchclock_sim.plan_tables import read_plan, whole
from watchclock_sim.scenario import Duty, WandPlan
from watchclock_sim.toml_table import TomlTable
from watchclock_sim.wands.personality import find_personality

__all__ = ["DEFAULT_CAPACITY", "LARGEST_CAPACITY", "read_wand"]

DEFAULT_CAPACITY: Final = 4000
LARGEST_CAPACITY: Final = 65_535
OF_A_CHEMISTRY: Final = {"charge_percent", "capacity_mah", "age_months", "temperature_c"}
WITHOUT_CHEMISTRY: Final = {"voltage_mv", "falls_mv_per_hour"}
WHEN: Final = ("kind", "at", "every_touches", "times")
KEYS_OF_MISHAPS: Final[Mapping[MishapKind, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    MishapKind.READER_SHORT: (("milliseconds",), ()),
    MishapKind.METAL_NEARBY: (("milliseconds",), ()),
    MishapKind.KNOCK: (("strength_mg",), ()),
    MishapKind.FALL: (("milliseconds", "strength_mg"), ()),
    MishapKind.LEFT_LYING: (("milliseconds",), ()),
    MishapKind.POWER_LOST: ((), ("octets",)),
    MishapKind.WATER_INSIDE: ((), ("milliseconds",)),
    MishapKind.HEAT: (("temperature_c",), ()),
}
"""Of each kind the keys it needs and those it may have, besides those that say when."""


def read_wand(table: TomlTable) -> WandPlan:
    """The wand in a table.

    Raises:
        ScenarioError: a key is missing, unknown or wrong; the error names it.
    """
    wand = whole(
        table,
        lambda: WandPlan(
            key=table.text("key"),
            dialect=table.text("dialect"),
            number=table.text("number"),
            duties=tuple(map(_duty, table.tables("duties"))),
            clock=_clock(table.table("clock")),
            battery=_battery(table.table("battery")),
            capacity=table.integer("capacity", DEFAULT_CAPACITY, low=1, high=LARGEST_CAPACITY),
            stops_when_full=table.boolean("stops_when_full", default=False),
            logs_host_actions=table.boolean("logs_host_actions", default=False),
            faults=tuple(_link_faults(table)),
            fault=table.optional_text("fault"),
            fault_at=table.optional_moment("fault_at"),
            hardware=_hardware(table),
        ),
    )
    _check(table, wand)
    return wand


def _check(table: TomlTable, wand: WandPlan) -> None:
    try:
        personality = find_personality(wand.dialect)
    except PersonalityUnknownError as error:
        reason = FilledReason(
            "no wand of the dialect {dialect} can be simulated here", dialect=wand.dialect
        )
        raise table.wrong("dialect", reason) from error
    try:
        personality.check_number(wand.number)
    except SimulatorOptionError as error:
        raise table.wrong("number", error.details["reason"]) from error
    if wand.fault is not None and wand.fault not in FAULT_PROFILES:
        reason = FilledReason(
            "no profile is called {name!r}{perhaps}",
            name=wand.fault,
            perhaps=suggestion(wand.fault, FAULT_PROFILES),
        )
        raise table.wrong("fault", reason)
    if wand.fault is None and wand.fault_at is not None:
        raise table.wrong("fault_at", "there is no fault to begin then")


def _duty(table: TomlTable) -> Duty:
    return whole(
        table,
        lambda: Duty(
            guard=table.text("guard"),
            route=table.text("route"),
            begins=table.moment("begins"),
            ends=table.moment("ends"),
        ),
    )


def _link_faults(table: TomlTable) -> Iterable[str]:
    """Faults of the link, each a text as the command takes it or a table of its keys."""
    for index, fault in enumerate(table.texts_and_tables("faults")):
        try:
            yield fault_text(parse_fault(fault) if isinstance(fault, str) else _fault(fault))
        except FaultError as error:
            key = str(error.details.get("key", "kind"))
            path = ("faults", index) if isinstance(fault, str) else ("faults", index, key)
            raise table.wrong(path, error.details["reason"]) from error


def _fault(table: TomlTable) -> Fault:
    name = table.text("kind")
    settings = {key: table.integer(key) for key in table if key != "kind"}
    return whole(table, lambda: fault_of(name, settings, name))


def _clock(table: TomlTable) -> ClockPlan:
    clock = read_plan(table, ClockPlan)
    if clock.chip is RtcChip.PCF8563 and clock.hour_reading is not HourReading.RIGHT:
        raise table.wrong("hour_reading", "a pcf8563 has no 12-hour mode")
    return clock


def _battery(table: TomlTable) -> BatteryPlan:
    battery = read_plan(table, BatteryPlan)
    for key in table:
        if battery.chemistry is None and key in OF_A_CHEMISTRY:
            raise table.wrong(key, "it means nothing without a chemistry")
        if battery.chemistry is not None and key in WITHOUT_CHEMISTRY:
            raise table.wrong(key, "it means nothing beside a chemistry")
    return battery


def _climate(table: TomlTable) -> ClimatePlan:
    climate = read_plan(table, ClimatePlan)
    if climate.coldest_c > climate.warmest_c:
        key = "coldest_c" if table.has("coldest_c") else "warmest_c"
        raise table.wrong(key, "the coldest temperature is above the warmest")
    return climate


def _mishap(table: TomlTable) -> MishapPlan:
    """What happens and when; nothing that the kind does not have, and all that it needs."""
    mishap = read_plan(table, MishapPlan)
    if mishap.at is None and mishap.every_touches is None:
        raise table.wrong("at", "it is missing, and so is every_touches")
    needed, possible = KEYS_OF_MISHAPS.get(mishap.kind, ((), ()))
    for key in needed:
        if not table.has(key):
            raise table.wrong(key, "it is missing")
    for key in table:
        if key not in (*WHEN, *needed, *possible):
            reason = FilledReason("it means nothing to a {kind}", kind=mishap.kind)
            raise table.wrong(key, reason)
    return mishap


def _hardware(table: TomlTable) -> HardwareProfile:
    mishaps = tuple(map(_mishap, table.any_tables("mishaps")))
    return HardwareProfile(
        parts=tuple(read_plan(each, PartPlan) for each in table.any_tables("parts")),
        mishaps=mishaps if table.has("mishaps") else None,
        climate=_climate(table.table("climate")),
        power=read_plan(table.table("power"), PowerPlan),
    )
