"""The wands of a fleet, made up or out of a scenario's night, each with the truth about it."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from watchclock_sim.filled_wand import FilledWand, walked
from watchclock_sim.fleet.lazy_wand import LazyWand, WandRecipe
from watchclock_sim.fleet.settings import FleetSettings
from watchclock_sim.line.carriers.port import Clock
from watchclock_sim.scenario_file import load

__all__ = ["Member", "members"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One wand of a fleet.

    Attributes:
        wand: with its memory filled, at the latest when a host writes to it.
        truth: tells what it holds, as JSON values.
    """

    wand: FilledWand
    truth: Callable[[], Mapping[str, object]]


def members(settings: FleetSettings, clock: Clock) -> list[Member]:
    """Every wand that is to be served.

    Raises:
        SimulatorOptionError: a kind of wand has no room for so many records, or there are wands
            that cannot be reached the way that was asked for.
        ScenarioFileError: the scenario cannot be read.
        ScenarioError: the scenario is wrong; the error names the key.
    """
    if settings.scenario is None:
        return _generated(settings, clock)
    return _walked(settings, settings.scenario)


def _generated(settings: FleetSettings, clock: Clock) -> list[Member]:
    """One of each kind is made at once, so that no kind lacks room for its records."""
    utc = clock.utc()
    recipes = [
        WandRecipe(place, dialect, number, settings.records_a_wand, settings.seed or 0, utc)
        for place, (dialect, number) in enumerate(settings.wands())
    ]
    for recipe in {recipe.dialect: recipe for recipe in recipes}.values():
        recipe.make()
    return [
        Member(wand=FilledWand(LazyWand(recipe), recipe.identity, ()), truth=recipe.truth)
        for recipe in recipes
    ]


def _walked(settings: FleetSettings, path: Path) -> list[Member]:
    scenario = load(path).changed(day=settings.date, seed=settings.seed)
    settings.check_wands(Counter(plan.dialect for plan in scenario.wands))
    nights = [walked(scenario, plan) for plan in scenario.wands]
    return [Member(wand=wand, truth=truth) for wand, truth in nights]
