"""Loads a scenario from TOML and refuses it, naming the key, wherever it cannot be walked."""

import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from watchclock_protocol.values import TagId, TagTechnology
from watchclock_sim.errors import (
    FaultError,
    PersonalityUnknownError,
    ScenarioFileError,
    SimulatorOptionError,
)
from watchclock_sim.hardware.battery import FULL_BATTERY_MV, BatteryPlan
from watchclock_sim.line.faults import parse_fault
from watchclock_sim.scenario import (
    Behaviour,
    Checkpoint,
    ClockPlan,
    Duty,
    Guard,
    Leg,
    Route,
    Scenario,
    Shift,
    Site,
    WandPlan,
)
from watchclock_sim.scenario_check import check_references
from watchclock_sim.toml_table import TomlFile, TomlTable
from watchclock_sim.wands.personality import find_personality

__all__ = ["DEFAULT_CAPACITY", "DEMO_NIGHT", "LARGEST_CAPACITY", "load"]

DEMO_NIGHT: Final = Path(__file__).parent / "scenarios" / "demo_night.toml"
TAG_OCTETS: Final = {
    TagTechnology.IBUTTON: (6, 8),
    TagTechnology.EM4100: (5,),
    TagTechnology.ISO14443A: (4, 7),
    TagTechnology.ISO15693: (8,),
    TagTechnology.RFID: (3,),
}
DEFAULT_CAPACITY: Final = 4000
LARGEST_CAPACITY: Final = 65_535
A_DAY_MINUTES: Final = 1440
Item = TypeVar("Item")


def load(path: Path) -> Scenario:
    """The scenario in that file, complete and checked.

    Raises:
        ScenarioFileError: the file cannot be read or is no TOML.
        ScenarioError: a key is missing, unknown or wrong; the error names it.
    """
    try:
        text = path.read_text("utf-8")
        values = tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise ScenarioFileError(file=path, reason=error) from error
    table = TomlTable(values, TomlFile(name=str(path), text=text))
    scenario = _whole(
        table,
        lambda: Scenario(
            seed=table.integer("seed", 0),
            date=table.day("date"),
            site=_site(table.table("site")),
            shift=_shift(table.table("shift")),
            checkpoints=_each(table.tables("checkpoints"), _checkpoint),
            routes=_each(table.tables("routes"), _route),
            guards=_each(table.tables("guards"), _guard),
            wands=_each(table.tables("wands"), _wand),
        ),
    )
    check_references(scenario, table)
    return scenario


def _whole(table: TomlTable, read: Callable[[], Item]) -> Item:
    """What was read from a table, once nothing in the table is left unread."""
    item = read()
    table.finish()
    return item


def _each(tables: Iterable[TomlTable], read: Callable[[TomlTable], Item]) -> tuple[Item, ...]:
    return tuple(read(table) for table in tables)


def _site(table: TomlTable) -> Site:
    site = _whole(
        table,
        lambda: Site(
            name=table.text("name"),
            name_zh=table.text("name_zh"),
            time_zone=table.text("time_zone"),
        ),
    )
    try:
        ZoneInfo(site.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise table.wrong("time_zone", f"{site.time_zone!r} is no IANA time zone") from error
    return site


def _shift(table: TomlTable) -> Shift:
    return _whole(table, lambda: Shift(begins=table.moment("begins"), ends=table.moment("ends")))


def _checkpoint(table: TomlTable) -> Checkpoint:
    return _whole(
        table,
        lambda: Checkpoint(
            key=table.text("key"),
            name=table.text("name"),
            name_zh=table.text("name_zh"),
            tags=_tags(table.table("tags")),
        ),
    )


def _tags(table: TomlTable) -> tuple[TagId, ...]:
    tags: list[TagId] = []
    for key in table:
        if key not in TAG_OCTETS:
            raise table.wrong(key, f"the technologies are {', '.join(TAG_OCTETS)}")
        technology = TagTechnology(key)
        digits = table.text(key)
        try:
            tag = TagId.parse(f"{key}:{digits}")
        except ValueError as error:
            raise table.wrong(key, f"{digits!r} is not hexadecimal") from error
        if len(tag.octets) not in TAG_OCTETS[technology]:
            digits = " or ".join(str(2 * octets) for octets in TAG_OCTETS[technology])
            raise table.wrong(key, f"it needs {digits} digits")
        tags.append(tag)
    return tuple(tags)


def _route(table: TomlTable) -> Route:
    return _whole(
        table,
        lambda: Route(
            key=table.text("key"),
            name=table.text("name"),
            name_zh=table.text("name_zh"),
            is_ordered=table.boolean("is_ordered", default=True),
            every_minutes=table.integer("every_minutes", low=1, high=A_DAY_MINUTES),
            round_minutes=table.integer("round_minutes", low=1, high=A_DAY_MINUTES),
            tolerance_minutes=table.integer("tolerance_minutes", high=A_DAY_MINUTES),
            legs=_each(table.tables("legs"), _leg),
        ),
    )


def _leg(table: TomlTable) -> Leg:
    return _whole(
        table,
        lambda: Leg(
            checkpoint=table.text("checkpoint"),
            minutes=table.integer("minutes", high=A_DAY_MINUTES),
        ),
    )


def _guard(table: TomlTable) -> Guard:
    return _whole(
        table,
        lambda: Guard(
            key=table.text("key"),
            number=table.integer("number", low=1, high=999),
            name=table.text("name"),
            name_zh=table.text("name_zh"),
            behaviour=table.choice("behaviour", Behaviour),
            tags=_tags(table.table("tags")),
        ),
    )


def _wand(table: TomlTable) -> WandPlan:
    wand = _whole(
        table,
        lambda: WandPlan(
            key=table.text("key"),
            dialect=table.text("dialect"),
            number=table.text("number"),
            duties=_each(table.tables("duties"), _duty),
            clock=_clock(table.table("clock")),
            battery=_battery(table.table("battery")),
            capacity=table.integer("capacity", DEFAULT_CAPACITY, low=1, high=LARGEST_CAPACITY),
            stops_when_full=table.boolean("stops_when_full", default=False),
            logs_host_actions=table.boolean("logs_host_actions", default=False),
            faults=table.texts("faults"),
        ),
    )
    try:
        personality = find_personality(wand.dialect)
    except PersonalityUnknownError as error:
        raise table.wrong("dialect", str(error)) from error
    try:
        personality.check_number(wand.number)
    except SimulatorOptionError as error:
        raise table.wrong("number", str(error.details["reason"])) from error
    for fault in wand.faults:
        try:
            parse_fault(fault)
        except FaultError as error:
            raise table.wrong("faults", str(error)) from error
    return wand


def _duty(table: TomlTable) -> Duty:
    return _whole(
        table,
        lambda: Duty(
            guard=table.text("guard"),
            route=table.text("route"),
            begins=table.moment("begins"),
            ends=table.moment("ends"),
        ),
    )


def _clock(table: TomlTable) -> ClockPlan:
    return _whole(
        table,
        lambda: ClockPlan(
            offset_s=table.integer("offset_s", 0, low=-(10**9), high=10**9),
            drift_ppm=table.integer("drift_ppm", 0, low=-(10**6), high=10**6),
            stops_at=table.optional_moment("stops_at"),
            resets_at=table.optional_moment("resets_at"),
        ),
    )


def _battery(table: TomlTable) -> BatteryPlan:
    return _whole(
        table,
        lambda: BatteryPlan(
            voltage_mv=table.integer("voltage_mv", FULL_BATTERY_MV, high=9999),
            falls_mv_per_hour=table.integer("falls_mv_per_hour", 0, high=9999),
        ),
    )
