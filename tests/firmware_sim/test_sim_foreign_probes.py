"""Asking which dialect a wand speaks changes nothing on a wand that speaks another.

``watchclock_device.discovery`` promises it; here every dialect asks every simulated wand.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.support.sim_wands import DOCKED_AT, setup_of
from watchclock_protocol.dialect import Capability, host_session
from watchclock_protocol.dialects import find_dialect, load_dialects
from watchclock_protocol.events import Answered, Event, Failed, RecordsReceived, Transmit
from watchclock_protocol.session import (
    CheckClock,
    HostCommand,
    HostSession,
    Identify,
    ReadCounters,
    ReadRecords,
)
from watchclock_sim.generated import generated_touches
from watchclock_sim.wands.personality import find_personality, personality_names

if TYPE_CHECKING:
    from watchclock_sim.wands.firmware import Firmware

SEEDS = range(3)
SPOKEN = [name for name, dialect in load_dialects().items() if dialect.host is not None]
WANDS = [name for name in personality_names() if name in SPOKEN]
PAIRS = [(prober, wand) for prober in SPOKEN for wand in WANDS if prober != wand]


class Bench:
    """A wand with twenty records and whatever host is put on its line; time passes by itself."""

    def __init__(self, name: str) -> None:
        personality = find_personality(name)
        number = personality.default_number
        self.wand: Firmware = personality.make(setup_of(number))
        for tag, utc in generated_touches(20, 0, personality.technology(number)):
            self.wand.touch(tag, utc, is_guard_tag=False)
        self.now = 0.0

    def ask(self, session: HostSession, command: HostCommand) -> list[Event]:
        """Every event until the command has ended."""
        told = session.send(command, self.now)
        events = list(told)
        while not any(isinstance(event, Answered | Failed) for event in told):
            told = list(self._carry(session, told)) or self._wait(session)
            events += told
        return events

    def _carry(self, session: HostSession, told: Iterable[Event]) -> Iterator[Event]:
        for event in told:
            if isinstance(event, Transmit):
                for frame in self.wand.receive(event.data, self.now, DOCKED_AT):
                    yield from session.receive(frame, self.now)

    def _wait(self, session: HostSession) -> list[Event]:
        assert session.deadline is not None
        self.now = session.deadline
        due = self.wand.deadline
        if due is None or due > self.now:
            return session.expire(self.now)
        heard = [
            event
            for frame in self.wand.expire(self.now, DOCKED_AT)
            for event in session.receive(frame, self.now)
        ]
        return heard or session.expire(self.now)

    def told(self, name: str) -> list[str]:
        """What the wand says in its own dialect: who it is, what it holds, what it shows."""
        dialect = find_dialect(name)
        session = host_session(dialect, 0)
        commands: list[HostCommand] = [Identify(), ReadCounters(), ReadRecords()]
        if Capability.READS_CLOCK in dialect.capabilities:
            commands.insert(1, CheckClock())
        events = [event for command in commands for event in self.ask(session, command)]
        assert not any(isinstance(event, Failed) for event in events)
        said = [str(event.answer) for event in events if isinstance(event, Answered)]
        received = [event.records for event in events if isinstance(event, RecordsReceived)]
        return [*said, *(str(record) for records in received for record in records)]


@pytest.mark.parametrize(("prober", "wand"), PAIRS)
def test_a_wand_that_was_asked_in_another_dialect_says_and_holds_the_same(
    prober: str, wand: str
) -> None:
    untouched = Bench(wand).told(wand)
    assert len(untouched) > 20
    for seed in SEEDS:
        bench = Bench(wand)
        asked = bench.ask(host_session(find_dialect(prober), seed), Identify())
        assert isinstance(asked[-1], Failed)
        bench.now += 60.0
        assert bench.told(wand) == untouched
