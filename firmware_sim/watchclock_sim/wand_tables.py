"""Reads a wand of a scenario: its duties, its clock and battery, and what is wrong with it."""

from collections.abc import Iterable
from typing import Final

from watchclock_protocol.filled_reasons import FilledReason
from watchclock_sim.errors import FaultError, PersonalityUnknownError, SimulatorOptionError
from watchclock_sim.fault_profiles import FAULT_PROFILES
from watchclock_sim.hardware.battery import BatteryPlan
from watchclock_sim.hardware.profile import (
    ClimatePlan,
    ClockPlan,
    HardwareProfile,
    MishapPlan,
    PartPlan,
    PowerPlan,
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
            clock=read_plan(table.table("clock"), ClockPlan),
            battery=read_plan(table.table("battery"), BatteryPlan),
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


def _mishap(table: TomlTable) -> MishapPlan:
    mishap = read_plan(table, MishapPlan)
    if mishap.at is None and mishap.every_touches is None:
        raise table.wrong("at", "it is missing, and so is every_touches")
    return mishap


def _hardware(table: TomlTable) -> HardwareProfile:
    mishaps = tuple(map(_mishap, table.any_tables("mishaps")))
    return HardwareProfile(
        parts=tuple(read_plan(each, PartPlan) for each in table.any_tables("parts")),
        mishaps=mishaps if table.has("mishaps") else None,
        climate=read_plan(table.table("climate"), ClimatePlan),
        power=read_plan(table.table("power"), PowerPlan),
    )
