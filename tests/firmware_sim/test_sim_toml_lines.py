"""The line of a key is where a person would look for it, however the TOML is written."""

import tomllib
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchclock_sim.scenario_file import DEMO_NIGHT
from watchclock_sim.toml_lines import KeyPath, line_of, written_path

TEXT = """\
seed = 1
[site]            # 2
name = \'\'\'
two lines\'\'\'
"time zone" = "UTC"
[shift.hours]
begins = 1
[[wands]]
key = "a"
clock = { drift.ppm = 5, offset = 3 }
duties = [
    # a comment is no element
    { guard = "x" },
    { guard = "y",
      route = "r" },
]
[[wands]]
key = "b"
battery.level = 4
[[wands.faults]]
kind = "noise"
[[wands.faults]]
kind = "slow"
"""
LINES: list[tuple[KeyPath, int]] = [
    (("seed",), 1),
    (("site",), 2),
    (("site", "name"), 3),
    (("site", "time zone"), 5),
    (("site", "missing"), 2),
    (("shift", "hours", "begins"), 7),
    (("wands",), 8),
    (("wands", 0), 8),
    (("wands", 0, "key"), 9),
    (("wands", 0, "clock", "drift", "ppm"), 10),
    (("wands", 0, "duties", 0, "guard"), 13),
    (("wands", 0, "duties", 1, "guard"), 14),
    (("wands", 0, "duties", 1, "route"), 15),
    (("wands", 0, "duties", 1, "missing"), 14),
    (("wands", 1), 17),
    (("wands", 1, "battery", "level"), 19),
    (("wands", 1, "faults", 0, "kind"), 21),
    (("wands", 1, "faults", 1), 22),
    (("wands", 1, "faults", 1, "kind"), 23),
    (("nowhere", "at", "all"), 1),
]


@pytest.mark.parametrize(("path", "line"), LINES, ids=str)
def test_a_key_has_the_line_it_is_written_in(path: KeyPath, line: int) -> None:
    assert line_of(TEXT, path) == line


def test_a_path_is_written_as_a_person_writes_it() -> None:
    assert written_path(("wands", 0, "clock", "drift_ppm")) == "wands[0].clock.drift_ppm"
    assert written_path(("seed",)) == "seed"


def leaves(values: object, path: KeyPath = ()) -> list[KeyPath]:
    if isinstance(values, dict):
        table = cast("dict[str, object]", values)
        return [leaf for key, value in table.items() for leaf in leaves(value, (*path, key))]
    if isinstance(values, list):
        array = cast("list[object]", values)
        return [leaf for index, each in enumerate(array) for leaf in leaves(each, (*path, index))]
    return [path]


def test_every_value_of_the_demo_night_stands_in_the_line_that_is_found() -> None:
    text = DEMO_NIGHT.read_text("utf-8")
    paths = leaves(tomllib.loads(text))
    lines = text.splitlines()
    assert len(paths) > 150
    for path in paths:
        assert str(path[-1]) in lines[line_of(text, path) - 1], path


@given(st.integers(0, 30), st.integers(0, 5))
def test_lines_before_a_key_move_it_down_by_as_many(blank: int, tables: int) -> None:
    above = "\n" * blank + "[[t]]\nk = 1\n" * tables
    assert line_of(f"{above}[last]\nkey = 1\n", ("last", "key")) == blank + 2 * tables + 2
