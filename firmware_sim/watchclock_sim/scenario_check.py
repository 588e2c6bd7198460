"""Checks between the parts of a scenario: names that are used exist, and nothing exists twice."""

from collections.abc import Iterable, Iterator
from typing import Final

from watchclock_protocol.filled_reasons import FilledReason
from watchclock_protocol.values import TagId
from watchclock_sim.near_words import suggestion
from watchclock_sim.scenario import PARTNERED, Behaviour, Duty, Guard, Leg, Scenario, WandPlan
from watchclock_sim.toml_lines import KeyPath
from watchclock_sim.toml_table import TomlTable
from watchclock_sim.wands.personality import find_personality

__all__ = ["check_references"]

Wrong = tuple[KeyPath, str]
MINUTE_S: Final = 60
WITH_A_CHOICE: Final = {
    Behaviour.SKIPPING,
    Behaviour.LAZY,
    Behaviour.CHEATING,
    Behaviour.TAG_STEALING,
}
"""Behaviours that are none where there is one checkpoint only."""


def check_references(scenario: Scenario, table: TomlTable) -> None:
    """Make sure that every name leads somewhere and every wand can read what it is carried to.

    Raises:
        ScenarioError: the first thing that is wrong, with the path of its key.
    """
    for key, reason in _wrongs(scenario):
        raise table.wrong(key, reason)


def _wrongs(scenario: Scenario) -> Iterator[Wrong]:
    keyed = {
        "checkpoints": [item.key for item in scenario.checkpoints],
        "routes": [item.key for item in scenario.routes],
        "guards": [item.key for item in scenario.guards],
        "wands": [item.key for item in scenario.wands],
    }
    for array, keys in keyed.items():
        yield from _repeated(((array, index, "key"), key) for index, key in enumerate(keys))
    yield from _repeated(
        (("guards", index, "number"), str(guard.number))
        for index, guard in enumerate(scenario.guards)
    )
    yield from _repeated(
        (("wands", index, "number"), f"{wand.dialect}:{wand.number}")
        for index, wand in enumerate(scenario.wands)
    )
    yield from _repeated((path, str(tag)) for path, tag in _tags(scenario))
    yield from _unknown_checkpoints(scenario, keyed["checkpoints"])
    yield from _hasty_routes(scenario)
    yield from _partner_wrongs(scenario)
    for index, wand in enumerate(scenario.wands):
        for number, duty in enumerate(wand.duties):
            for key, reason in _duty_wrongs(scenario, wand, duty):
                yield ("wands", index, "duties", number, key), reason
    yield from _at_two_places(scenario)
    yield from _endless_parts(scenario)


def _tags(scenario: Scenario) -> Iterator[tuple[KeyPath, TagId]]:
    arrays = {
        "checkpoints": [checkpoint.tags for checkpoint in scenario.checkpoints],
        "guards": [guard.tags for guard in scenario.guards],
    }
    for array, owners in arrays.items():
        for index, tags in enumerate(owners):
            for tag in tags:
                yield (array, index, "tags", tag.technology.value), tag


def _repeated(values: Iterable[tuple[KeyPath, str]]) -> Iterator[Wrong]:
    seen: set[str] = set()
    for path, value in values:
        if value in seen:
            yield path, FilledReason("{value} is used twice", value=value)
        seen.add(value)


def _unknown_checkpoints(scenario: Scenario, known: list[str]) -> Iterator[Wrong]:
    for index, route in enumerate(scenario.routes):
        for number, leg in enumerate(route.legs):
            if leg.checkpoint not in known:
                key = ("routes", index, "legs", number, "checkpoint")
                yield (
                    key,
                    FilledReason(
                        "no checkpoint has the key {key}{perhaps}",
                        key=leg.checkpoint,
                        perhaps=suggestion(leg.checkpoint, known),
                    ),
                )


def _hasty_routes(scenario: Scenario) -> Iterator[Wrong]:
    """Routes whose planned minutes are more than a round has."""
    for index, route in enumerate(scenario.routes):
        minutes = sum(leg.minutes for leg in route.legs)
        if minutes > route.round_minutes:
            reason = FilledReason("its legs take {minutes} minutes", minutes=minutes)
            yield ("routes", index, "round_minutes"), reason


def _at_two_places(scenario: Scenario) -> Iterator[Wrong]:
    """Duties with a wand that somebody else has then, or of a guard who is elsewhere then."""
    duties = [
        (("wands", index, "duties", number, "begins"), wand, duty)
        for index, wand in enumerate(scenario.wands)
        for number, duty in enumerate(wand.duties)
    ]
    for place, (path, wand, duty) in enumerate(duties):
        for _, other_wand, other in duties[:place]:
            if not _overlap(scenario, duty, other):
                continue
            if wand.key == other_wand.key:
                reason = FilledReason("{guard} has the wand at that time", guard=other.guard)
                yield path, reason
            elif duty.guard == other.guard and duty != other:
                reason = FilledReason(
                    "{guard} is on another duty then, with the wand {wand}",
                    guard=duty.guard,
                    wand=other_wand.key,
                )
                yield path, reason


def _overlap(scenario: Scenario, one: Duty, other: Duty) -> bool:
    (one_begins, one_ends), (other_begins, other_ends) = (
        (scenario.instant(duty.begins), scenario.end_instant(duty.ends)) for duty in (one, other)
    )
    return one_begins < other_ends and other_begins < one_ends


def _endless_parts(scenario: Scenario) -> Iterator[Wrong]:
    """Faults of parts that end before they begin, and so are never felt."""
    for index, wand in enumerate(scenario.wands):
        for number, part in enumerate(wand.hardware.parts):
            if part.begins is None or part.ends is None:
                continue
            if scenario.instant(part.begins) >= scenario.end_instant(part.ends):
                path = ("wands", index, "parts", number, "ends")
                yield path, "the fault ends before it begins"


def _partner_wrongs(scenario: Scenario) -> Iterator[Wrong]:
    guards = {guard.key: guard for guard in scenario.guards}
    for index, guard in enumerate(scenario.guards):
        path = ("guards", index, "partner")
        if guard.partner is None:
            if guard.behaviour in PARTNERED:
                yield (
                    path,
                    FilledReason(
                        "it is missing: {behaviour} needs another guard",
                        behaviour=guard.behaviour,
                    ),
                )
        elif guard.behaviour not in PARTNERED:
            yield (
                path,
                FilledReason("{behaviour} needs no other guard", behaviour=guard.behaviour),
            )
        elif guard.partner == guard.key or guard.partner not in guards:
            others = guards.keys() - {guard.key}
            yield (
                path,
                FilledReason(
                    "no other guard has the key {key}{perhaps}",
                    key=guard.partner,
                    perhaps=suggestion(guard.partner, others),
                ),
            )
        elif guards[guard.partner].behaviour in PARTNERED:
            yield path, FilledReason("{guard} goes with somebody too", guard=guard.partner)
        elif guard.behaviour is Behaviour.TWO_GUARDS and not _go_together(scenario, guard):
            yield (
                path,
                FilledReason(
                    "{guard} has no duty on the same route with another wand",
                    guard=guard.partner,
                ),
            )


def _go_together(scenario: Scenario, guard: Guard) -> bool:
    duties = {
        (wand.key, duty.guard, duty.route) for wand in scenario.wands for duty in wand.duties
    }
    mine = [(wand, route) for wand, whose, route in duties if whose == guard.key]
    theirs = [(wand, route) for wand, whose, route in duties if whose == guard.partner]
    return any(
        one_route == other_route and one != other
        for one, one_route in mine
        for other, other_route in theirs
    )


def _duty_wrongs(scenario: Scenario, wand: WandPlan, duty: Duty) -> Iterator[tuple[str, str]]:
    guards = [guard.key for guard in scenario.guards]
    routes = [route.key for route in scenario.routes]
    if duty.guard not in guards:
        yield (
            "guard",
            FilledReason(
                "no guard has the key {key}{perhaps}",
                key=duty.guard,
                perhaps=suggestion(duty.guard, guards),
            ),
        )
    if duty.route not in routes:
        yield (
            "route",
            FilledReason(
                "no route has the key {key}{perhaps}",
                key=duty.route,
                perhaps=suggestion(duty.route, routes),
            ),
        )
        return
    if scenario.instant(duty.begins) >= scenario.end_instant(duty.ends):
        yield "ends", FilledReason("the duty ends before it begins")
    yield from _carried_wrongs(scenario, wand, duty)


def _carried_wrongs(scenario: Scenario, wand: WandPlan, duty: Duty) -> Iterator[tuple[str, str]]:
    """What a wand cannot read on its route, and a route its guard cannot walk in time."""
    route = scenario.route(duty.route)
    technology = find_personality(wand.dialect).technology(wand.number)
    for leg in route.legs:
        tags = scenario.checkpoint(leg.checkpoint).tags
        if technology not in {tag.technology for tag in tags}:
            yield (
                "route",
                FilledReason(
                    "checkpoint {checkpoint} has no tag for a {dialect}",
                    checkpoint=leg.checkpoint,
                    dialect=wand.dialect,
                ),
            )
    behaviour = scenario.guard(duty.guard).behaviour
    if behaviour in WITH_A_CHOICE and len(route.legs) == 1:
        yield (
            "route",
            FilledReason(
                "{behaviour} needs a route of two checkpoints at least",
                behaviour=behaviour,
            ),
        )
    minutes = _slowest_minutes(scenario.guard(duty.guard), route.legs)
    if minutes > route.round_minutes:
        yield (
            "route",
            FilledReason(
                "at the guard's speed its metres may take {minutes} minutes, "
                "and a round has {round_minutes}",
                minutes=round(minutes),
                round_minutes=route.round_minutes,
            ),
        )


def _slowest_minutes(guard: Guard, legs: Iterable[Leg]) -> float:
    """How long a whole round may take that has legs of metres; 0 where all are planned."""
    slowest_mps = guard.speed_mps * (1 - guard.varies_percent / 100)
    metres = [leg.metres for leg in legs if leg.metres is not None]
    planned = sum(leg.minutes for leg in legs)
    return sum(metres) / slowest_mps / MINUTE_S + planned if metres else 0.0
