"""Loads a scenario from TOML and refuses it, naming the key, wherever it cannot be walked."""

import math
import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from pathlib import Path
from typing import Final, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from watchclock_protocol.filled_reasons import FilledReason
from watchclock_protocol.values import TagId, TagTechnology
from watchclock_sim.errors import ScenarioFileError
from watchclock_sim.fault_effects import with_fault
from watchclock_sim.plan_tables import read_plan, whole
from watchclock_sim.scenario import (
    FIRST_DAY,
    LAST_DAY,
    WALKING_MPS,
    Behaviour,
    Checkpoint,
    Guard,
    Leg,
    Rest,
    Route,
    Scenario,
    Shift,
    Site,
)
from watchclock_sim.scenario_check import check_references
from watchclock_sim.toml_table import TomlFile, TomlTable
from watchclock_sim.wand_tables import DEFAULT_CAPACITY, LARGEST_CAPACITY, read_wand

__all__ = ["DEFAULT_CAPACITY", "DEMO_NIGHT", "LARGEST_CAPACITY", "SCENARIOS", "load"]

SCENARIOS: Final = Path(__file__).parent / "scenarios"
DEMO_NIGHT: Final = SCENARIOS / "demo_night.toml"
TAG_OCTETS: Final = {
    TagTechnology.IBUTTON: (6, 8),
    TagTechnology.EM4100: (5,),
    TagTechnology.ISO14443A: (4, 7),
    TagTechnology.ISO15693: (8,),
    TagTechnology.RFID: (3,),
}
LONGEST_LEG_M: Final = 100_000
FASTEST_MPS: Final = 8
A_DAY_MINUTES: Final = 1440
Item = TypeVar("Item")


def load(path: Path) -> Scenario:
    """The scenario in that file, complete and checked.

    Raises:
        ScenarioFileError: the file cannot be read or is no TOML.
        ScenarioError: a key is missing, unknown or wrong; the error names it.
    """
    text, values = _read(path)
    table = TomlTable(values, TomlFile(name=str(path), text=text))
    scenario = whole(table, lambda: _scenario(table))
    check_references(scenario, table)
    wands = tuple(with_fault(wand, scenario.shift) for wand in scenario.wands)
    return replace(scenario, wands=wands)


def _read(path: Path) -> tuple[str, dict[str, object]]:
    """The text of a TOML file, behind the mark of UTF-8 where it has one, and what it says."""
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise ScenarioFileError(file=path, reason=error.strerror) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        reason = FilledReason("line {line} is not in UTF-8", line=line)
        raise ScenarioFileError(file=path, reason=reason) from error
    return text, _values(path, text)


def _values(path: Path, text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason = FilledReason("it is no TOML: {why}", why=error)
        raise ScenarioFileError(file=path, reason=reason) from error
    except RecursionError as error:
        reason = FilledReason("its lists or tables are nested too deeply")
        raise ScenarioFileError(file=path, reason=reason) from error
    except ValueError as error:
        # Python converts no more than some thousand digits and does not tell where they stand.
        line = text[: _longest_number(text)].count("\n") + 1
        reason = FilledReason("the number in line {line} has too many digits", line=line)
        raise ScenarioFileError(file=path, reason=reason) from error


def _longest_number(text: str) -> int:
    """Where the longest number of a text begins."""
    longest = max((number.group() for number in re.finditer(r"[\d_]+", text)), key=len, default="")
    return text.index(longest)


def _scenario(table: TomlTable) -> Scenario:
    table.expect(field.name for field in fields(Scenario))
    checkpoints = _each(table.tables("checkpoints"), _checkpoint)
    return Scenario(
        seed=table.integer("seed", 0),
        date=table.day("date", first=FIRST_DAY, last=LAST_DAY),
        site=_site(table.needed_table("site")),
        shift=_shift(table.needed_table("shift")),
        checkpoints=checkpoints,
        routes=_each(table.tables("routes"), lambda route: _route(route, checkpoints)),
        guards=_each(table.tables("guards"), _guard),
        wands=_each(table.tables("wands"), read_wand),
    )


def _each(tables: Iterable[TomlTable], read: Callable[[TomlTable], Item]) -> tuple[Item, ...]:
    return tuple(read(table) for table in tables)


def _site(table: TomlTable) -> Site:
    site = whole(
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
        reason = FilledReason("{zone!r} is no IANA time zone", zone=site.time_zone)
        raise table.wrong("time_zone", reason) from error
    return site


def _shift(table: TomlTable) -> Shift:
    return whole(table, lambda: Shift(begins=table.moment("begins"), ends=table.moment("ends")))


def _checkpoint(table: TomlTable) -> Checkpoint:
    return whole(
        table,
        lambda: Checkpoint(
            key=table.text("key"),
            name=table.text("name"),
            name_zh=table.text("name_zh"),
            tags=_tags(table.table("tags")),
            position_m=table.pair("position_m"),
            unreadable_from=table.optional_moment("unreadable_from"),
        ),
    )


def _tags(table: TomlTable) -> tuple[TagId, ...]:
    tags: list[TagId] = []
    for key in table:
        if key not in TAG_OCTETS:
            known = ", ".join(TAG_OCTETS)
            raise table.wrong(key, FilledReason("the technologies are {known}", known=known))
        technology = TagTechnology(key)
        digits = table.text(key)
        try:
            tag = TagId.parse(f"{key}:{digits}")
        except ValueError as error:
            reason = FilledReason("{digits!r} is not hexadecimal", digits=digits)
            raise table.wrong(key, reason) from error
        if len(tag.octets) not in TAG_OCTETS[technology]:
            counts = "/".join(str(2 * octets) for octets in TAG_OCTETS[technology])
            raise table.wrong(key, FilledReason("it needs {counts} digits", counts=counts))
        tags.append(tag)
    return tuple(tags)


def _route(table: TomlTable, checkpoints: tuple[Checkpoint, ...]) -> Route:
    return whole(
        table,
        lambda: Route(
            key=table.text("key"),
            name=table.text("name"),
            name_zh=table.text("name_zh"),
            is_ordered=table.boolean("is_ordered", default=True),
            every_minutes=table.integer("every_minutes", low=1, high=A_DAY_MINUTES),
            round_minutes=table.integer("round_minutes", low=1, high=A_DAY_MINUTES),
            tolerance_minutes=table.integer("tolerance_minutes", high=A_DAY_MINUTES),
            legs=_legs(table.tables("legs"), checkpoints),
        ),
    )


def _legs(tables: list[TomlTable], checkpoints: tuple[Checkpoint, ...]) -> tuple[Leg, ...]:
    """The legs; one without minutes and metres is as long as the two positions are apart."""
    legs = _each(tables, _leg)
    positions = {checkpoint.key: checkpoint.position_m for checkpoint in checkpoints}
    measured: list[Leg] = []
    for index, (leg, table) in enumerate(zip(legs, tables, strict=True)):
        here, there = (positions.get(each.checkpoint) for each in (legs[index - 1], leg))
        if leg.metres is not None or table.has("minutes"):
            measured.append(leg)
        elif here is not None and there is not None:
            measured.append(replace(leg, metres=math.dist(here, there)))
        elif leg.checkpoint not in positions:
            measured.append(leg)
        else:
            reason = "it is missing, and so is metres, and position_m of both checkpoints"
            raise table.wrong("minutes", reason)
    return tuple(measured)


def _leg(table: TomlTable) -> Leg:
    if table.has("metres") and table.has("minutes"):
        raise table.wrong("metres", "the leg has minutes already")
    return whole(
        table,
        lambda: Leg(
            checkpoint=table.text("checkpoint"),
            minutes=table.integer("minutes", 0, high=A_DAY_MINUTES),
            metres=table.number("metres", 0.0, low=1, high=LONGEST_LEG_M)
            if table.has("metres")
            else None,
        ),
    )


def _guard(table: TomlTable) -> Guard:
    return whole(
        table,
        lambda: Guard(
            key=table.text("key"),
            number=table.integer("number", low=1, high=999),
            name=table.text("name"),
            name_zh=table.text("name_zh"),
            behaviour=table.choice("behaviour", Behaviour),
            tags=_tags(table.table("tags")),
            speed_mps=table.number("speed_mps", WALKING_MPS, low=0.1, high=FASTEST_MPS),
            varies_percent=table.integer("varies_percent", 10, high=90),
            breaks=_each(table.any_tables("breaks"), lambda each: read_plan(each, Rest)),
            partner=table.optional_text("partner"),
        ),
    )
