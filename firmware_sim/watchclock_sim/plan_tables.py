"""Reads a plan from its table: the fields of the dataclass are the keys, so none is forgotten."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeVar, get_args, get_type_hints

from watchclock_sim.scenario import FIRST_DAY, LAST_DAY
from watchclock_sim.toml_table import TomlTable

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["read_plan", "whole"]

Item = TypeVar("Item")
Plan = TypeVar("Plan", bound="DataclassInstance")

LARGEST_NUMBER: Final = 2**32 - 1
"""Of everything that a wand tells in four bytes."""
A_DAY_MS: Final = 86_400_000
LIMITS: Final[Mapping[str, tuple[int, int]]] = {
    "age_months": (0, 1200),
    "capacity_mah": (1, 100_000),
    "chance_percent": (0, 100),
    "charge_percent": (0, 100),
    "coldest_c": (-60, 120),
    "drift_ppm": (-(10**6), 10**6),
    "every_touches": (1, 10**6),
    "falls_mv_per_hour": (0, 9999),
    "humidity_percent": (0, 100),
    "milliseconds": (0, A_DAY_MS),
    "minutes": (1, 1440),
    "octets": (0, 23),
    "offset_s": (-(10**9), 10**9),
    "per_mille": (1, 1000),
    "spell_s": (1, 86_400),
    "temperature_c": (-60, 120),
    "times": (1, 10_000),
    "voltage_mv": (0, 9999),
    "warmest_c": (-60, 120),
}
"""Smallest and largest number of a key; of any other, 0 and ``LARGEST_NUMBER``."""


def whole(table: TomlTable, read: Callable[[], Item]) -> Item:
    """What was read from a table, once nothing in the table is left unread.

    Raises:
        ScenarioError: a key that nobody read, most likely misspelt.
    """
    item = read()
    table.finish()
    return item


def read_plan(table: TomlTable, plan: type[Plan]) -> Plan:
    """The plan in a table: whole numbers, yes and no, moments, days and words of enumerations.

    Args:
        table: whose keys are the fields of the plan.
        plan: a dataclass of such fields; one that may be None is left out for that.

    Raises:
        ScenarioError: a key is missing, unknown or wrong; the error names it.
    """
    hints = get_type_hints(plan)
    values: dict[str, object] = {}
    for field in fields(plan):
        is_present = table.has(field.name)
        if is_present or field.default is MISSING:
            values[field.name] = _value(table, field.name, hints[field.name])
    make: Callable[..., Plan] = plan
    return whole(table, lambda: make(**values))


def _value(table: TomlTable, key: str, hint: object) -> object:
    kind = next((each for each in get_args(hint) if each is not type(None)), hint)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return table.choice(key, kind)
    if kind is dt.time:
        return table.moment(key)
    if kind is dt.date:
        return table.day(key, first=FIRST_DAY, last=LAST_DAY)
    if kind is bool:
        return table.boolean(key, default=False)
    if kind is int:
        low, high = LIMITS.get(key, (0, LARGEST_NUMBER))
        return table.integer(key, low=low, high=high)
    raise TypeError(f"no table can say what {key} is")
