"""Checks between the parts of a scenario: names that are used exist, and nothing exists twice."""

from collections.abc import Iterable, Iterator

from watchclock_sim.scenario import Duty, Scenario, WandPlan
from watchclock_sim.toml_table import TomlTable
from watchclock_sim.wands.personality import find_personality

__all__ = ["check_references"]


def check_references(scenario: Scenario, table: TomlTable) -> None:
    """Make sure that every name leads somewhere and every wand can read what it is carried to.

    Raises:
        ScenarioError: the first thing that is wrong, with the path of its key.
    """
    for key, reason in _wrongs(scenario):
        raise table.wrong(key, reason)


def _wrongs(scenario: Scenario) -> Iterator[tuple[str, str]]:
    yield from _repeated("checkpoints", "key", (item.key for item in scenario.checkpoints))
    yield from _repeated("routes", "key", (item.key for item in scenario.routes))
    yield from _repeated("guards", "key", (item.key for item in scenario.guards))
    yield from _repeated("guards", "number", (str(item.number) for item in scenario.guards))
    yield from _repeated("wands", "key", (item.key for item in scenario.wands))
    numbers = (f"{wand.dialect}:{wand.number}" for wand in scenario.wands)
    yield from _repeated("wands", "number", numbers)
    tags = [tag for checkpoint in scenario.checkpoints for tag in checkpoint.tags]
    tags += [tag for guard in scenario.guards for tag in guard.tags]
    yield from _repeated("tags", "value", (str(tag) for tag in tags))
    yield from _unknown_checkpoints(scenario)
    for index, wand in enumerate(scenario.wands):
        for number, duty in enumerate(wand.duties):
            for key, reason in _duty_wrongs(scenario, wand, duty):
                yield f"wands[{index}].duties[{number}].{key}", reason


def _repeated(array: str, key: str, values: Iterable[str]) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for index, value in enumerate(values):
        if value in seen:
            yield f"{array}[{index}].{key}", f"{value} is used twice"
        seen.add(value)


def _unknown_checkpoints(scenario: Scenario) -> Iterator[tuple[str, str]]:
    known = {checkpoint.key for checkpoint in scenario.checkpoints}
    for index, route in enumerate(scenario.routes):
        for number, leg in enumerate(route.legs):
            if leg.checkpoint not in known:
                key = f"routes[{index}].legs[{number}].checkpoint"
                yield key, f"no checkpoint has the key {leg.checkpoint}"


def _duty_wrongs(scenario: Scenario, wand: WandPlan, duty: Duty) -> Iterator[tuple[str, str]]:
    if duty.guard not in {guard.key for guard in scenario.guards}:
        yield "guard", f"no guard has the key {duty.guard}"
    if duty.route not in {route.key for route in scenario.routes}:
        yield "route", f"no route has the key {duty.route}"
        return
    if scenario.instant(duty.begins) >= scenario.instant(duty.ends):
        yield "ends", "the duty ends before it begins"
    technology = find_personality(wand.dialect).technology(wand.number)
    for leg in scenario.route(duty.route).legs:
        tags = scenario.checkpoint(leg.checkpoint).tags
        if technology not in {tag.technology for tag in tags}:
            yield "route", f"checkpoint {leg.checkpoint} has no tag for a {wand.dialect}"
