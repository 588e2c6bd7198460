"""The line of a key is where a person would look for it, however the TOML is written."""

import tomllib
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
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


KEYS = st.sampled_from(
    ["a", "b-1", "_2", "3", '"a.b"', "'c d'", '"\\u00e9"', '"é"', '"#"', "x.y", 'x."z.q"']
)
TEXTS = ['"# no comment"', "'[t]'", "'''\n[t]\nk = 1\n'''", '"""\n# = \\\n  x"""', '"é\\n"']
ENDINGS = st.sampled_from(["", "  # a comment", " # [t] = { '"])
NUMBER = "«"
"""Where a number is to stand that stands nowhere else, so that its line is known."""


@st.composite
def values(draw: st.DrawFn, depth: int = 0) -> str:
    """A number, a text that looks like something else, or a list or table of them."""
    kind = draw(st.sampled_from(["number", "text", "list", "table"][: 4 if depth < 2 else 2]))
    if kind == "number":
        return NUMBER
    if kind == "text":
        return draw(st.sampled_from(TEXTS))
    inside = draw(st.lists(values(depth=depth + 1), max_size=3))
    if kind == "table":
        pairs = (f"k{index} = {each}" for index, each in enumerate(inside))
        return "{ " + ", ".join(pairs) + " }" if inside else "{}"
    between = draw(st.sampled_from([", ", ",\n\n", ", # one ] more\n  "]))
    return "[" + between.join(inside) + draw(st.sampled_from(["", "\n# no element\n"])) + "]"


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A TOML file that a person might have written late at night."""
    lines: list[str] = []
    heads = [
        "",
        *draw(st.lists(st.sampled_from(["[{}]", "[[{}]]", "[ {}.{} ]", "[[{}.{}]]"]), max_size=6)),
    ]
    for head in heads:
        lines.append(head.format(draw(KEYS), draw(KEYS)) + draw(ENDINGS))
        for key, value in draw(st.lists(st.tuples(KEYS, values()), max_size=4)):
            lines += [""] * draw(st.integers(0, 2)) + [f"{key} = {value}{draw(ENDINGS)}"]
    first, *pieces = "\n".join(lines).split(NUMBER)
    return first + "".join(f"{1000 + index}{piece}" for index, piece in enumerate(pieces))


def is_toml(text: str) -> bool:
    """Whether no key was drawn twice."""
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


@given(documents().filter(is_toml), st.sampled_from(["\n", "\r\n"]))
@settings(
    max_examples=200, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)
def test_every_number_stands_in_the_line_that_is_found_for_it_however_it_is_written(
    text: str, ending: str
) -> None:
    parsed = tomllib.loads(text)
    lines = text.split("\n")
    for path in leaves(parsed):
        number: object = parsed
        for step in path:
            number = cast("dict[str | int, object]", number)[step]
        if isinstance(number, int):
            line = line_of(text.replace("\n", ending), path)
            assert str(number) in lines[line - 1], (path, line)


@given(st.integers(0, 30), st.integers(0, 5))
def test_lines_before_a_key_move_it_down_by_as_many(blank: int, tables: int) -> None:
    above = "\n" * blank + "[[t]]\nk = 1\n" * tables
    assert line_of(f"{above}[last]\nkey = 1\n", ("last", "key")) == blank + 2 * tables + 2
