"""Whatever stands in a scenario: it is walked, or refused with its line; nothing breaks."""

import datetime as dt
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from watchclock_sim.errors import ScenarioError, ScenarioFileError, SimulatorOptionError
from watchclock_sim.night import truth_of, walked_wand
from watchclock_sim.scenario_file import SCENARIOS, load
from watchclock_sim.settings import Settings, check

TEXTS = [path.read_text("utf-8") for path in sorted(SCENARIOS.glob("*.toml"))]
ODD = [
    "",
    "0",
    "-1",
    "1",
    "999999999999999999",
    "1e308",
    "nan",
    "true",
    '""',
    '"x"',
    '"\\u0000"',
    "[]",
    "{}",
    "[[]]",
    "[{}]",
    "0001-01-01",
    "9999-12-31",
    "2026-03-29",
    "2026-10-25T02:30:00Z",
    "00:00:00",
    "23:59:59.999999",
    "02:30:00",
]


def values_of(line: str) -> Iterator[tuple[int, int]]:
    """Where each value of a line begins and ends."""
    at = 0
    while (equals := line.find("= ", at)) >= 0:
        begin = equals + 2
        ends = [line.find(mark, begin) for mark in (", ", " }", "]")] + [len(line)]
        end = min(each for each in ends if each >= 0)
        yield begin, max(begin, end)
        at = max(begin, end)


@st.composite
def odd_scenarios(draw: st.DrawFn) -> str:
    """A scenario of ours with one value, or one line, that nobody would write."""
    lines = draw(st.sampled_from(TEXTS)).splitlines()
    index = draw(st.integers(0, len(lines) - 1))
    places = list(values_of(lines[index]))
    is_value = draw(st.booleans())
    if places and is_value:
        begin, end = draw(st.sampled_from(places))
        lines[index] = lines[index][:begin] + draw(st.sampled_from(ODD)) + lines[index][end:]
    elif draw(st.booleans()):
        del lines[index]
    else:
        lines.insert(index, lines[draw(st.integers(0, len(lines) - 1))])
    return "\n".join(lines)


def is_pointed_at(text: str, error: ScenarioError) -> bool:
    """Whether a person finds the key in the line named, or what lacks it."""
    key, line = str(error.details["key"]), text.splitlines()[int(str(error.details["line"])) - 1]
    last = re.sub(r"\[\d+\]$", "", key).rpartition(".")[2].strip('"')
    if last in line:
        return True
    above = re.sub(r"\[\d+\]$", "", key.rpartition(".")[0]).rpartition(".")[2]
    is_missing = str(error.details["reason"]).startswith("it is missing")
    return is_missing and (above in line or line.strip().startswith("{") or not above)


@given(odd_scenarios())
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_odd_scenario_is_walked_or_refused_with_its_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "odd.toml"
    path.write_text(text, "utf-8")
    try:
        scenario = load(path)
    except ScenarioFileError:
        with pytest.raises(tomllib.TOMLDecodeError):
            tomllib.loads(text)
        return
    except ScenarioError as error:
        refused = str(error)
        is_found = is_pointed_at(text, error)
    else:
        wand = scenario.wands[0]
        truth = truth_of(scenario, wand, walked_wand(scenario, wand))
        refused, is_found = "", truth["wand"] == wand.key
    assert is_found, refused


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("date", "0001-01-01"),
        ("date", "9999-12-31"),
        ("date", "1999-12-31"),
        ("date", "2100-01-01"),
    ],
)
def test_a_night_that_no_wand_can_date_is_refused(tmp_path: Path, key: str, value: str) -> None:
    text = TEXTS[1].replace("date = 2026-11-20", f"{key} = {value}")
    path = tmp_path / "night.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(path)
    assert (caught.value.details["key"], caught.value.details["line"]) == ("date", 5)


def test_a_day_that_no_wand_can_show_is_refused_as_an_option_too() -> None:
    day = dt.date(2100, 1, 1)
    night = Settings(dialect="vs", pty=True, scenario=SCENARIOS / "long_night.toml", date=day)
    with pytest.raises(SimulatorOptionError, match="--date is 2000-01-01 to 2099-12-30"):
        check(night)


def test_deep_tables_are_refused_by_line(tmp_path: Path) -> None:
    path = tmp_path / "deep.toml"
    path.write_text("seed = 1\n[" + ".".join(["a"] * 300) + "]\n", "utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(path)
    assert caught.value.details["line"] in (1, 2)
