"""Asking a wand who it is, in every dialect but its own, changes nothing on it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.probed_wands import ProbedWand
from watchclock_protocol.dialects import find_dialect, load_dialects
from watchclock_protocol.events import Failed
from watchclock_protocol.session import HostCommand, Identify, ReadCounters, ReadRecords
from watchclock_sim.wands.personality import personality_names

SPOKEN = [name for name, dialect in load_dialects().items() if dialect.host is not None]
OWN_DOWNLOAD: list[HostCommand] = [Identify(), ReadCounters(), ReadRecords()]
WANDS = [name for name in personality_names() if name in SPOKEN]
PAIRS = [(wand, asked) for wand in WANDS for asked in SPOKEN if wand != asked]


@pytest.mark.parametrize(("wand", "asked"), PAIRS)
@settings(deadline=None, max_examples=30)
@given(
    seed=st.integers(0, 2**32 - 1),
    begun=st.integers(0, 3),
    pause_s=st.sampled_from([0.0, 0.05, 0.2, 3.0]),
)
def test_a_probe_in_a_foreign_dialect_fails_and_leaves_the_wand_as_it_was(
    wand: str, asked: str, seed: int, begun: int, pause_s: float
) -> None:
    own, foreign = find_dialect(wand), find_dialect(asked)
    probed, left_alone = ProbedWand.touched(wand), ProbedWand.touched(wand)
    session = find_dialect(wand).host
    assert session is not None
    probed.ask(session(seed), *OWN_DOWNLOAD[:begun])
    probed.wait(pause_s)
    assert isinstance(probed.probe(foreign, seed), Failed)
    probed.wait(pause_s)
    found, expected = probed.download(own), left_alone.download(own)
    assert found == expected
    assert len(expected[1]) == 3


@pytest.mark.parametrize("name", WANDS)
def test_every_simulated_wand_answers_a_probe_in_its_own_dialect(name: str) -> None:
    answered = ProbedWand.touched(name).probe(find_dialect(name), 1)
    assert not isinstance(answered, Failed)
