"""Simulated wands are found by entry point, each with its own numbers and tags."""

from importlib.metadata import entry_points

import pytest

from watchclock_protocol.dialects import find_dialect
from watchclock_protocol.values import TagTechnology
from watchclock_sim.errors import PersonalityUnknownError, SimulatorOptionError
from watchclock_sim.wands.personality import (
    PERSONALITY_GROUP,
    find_personality,
    personality_names,
)


def test_every_simulated_wand_is_registered_under_the_name_of_its_dialect() -> None:
    registered = {point.name for point in entry_points(group=PERSONALITY_GROUP)}
    assert set(personality_names()) == registered
    assert registered >= {"fcard", "fcard_reader", "kaihe_eb", "vs", "wm5000t", "xgd"}
    for name in registered:
        assert find_personality(name).name == find_dialect(name).name == name


@pytest.mark.parametrize("name", personality_names())
def test_a_wand_can_have_its_default_number_and_no_nonsense(name: str) -> None:
    personality = find_personality(name)
    personality.check_number(personality.default_number)
    assert isinstance(personality.technology(personality.default_number), TagTechnology)
    with pytest.raises(SimulatorOptionError, match="nonsense"):
        personality.check_number("nonsense")


def test_a_wand_nobody_can_simulate_is_refused_with_those_that_exist() -> None:
    with pytest.raises(PersonalityUnknownError) as raised:
        find_personality("morse")
    assert "fcard" in raised.value.advice
