"""A year of any other wand: its real firmware and its real host session, one byte at a time."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from watchclock_protocol.capture import Lane
from watchclock_protocol.dialect import Capability, host_session
from watchclock_protocol.dialects import find_dialect
from watchclock_protocol.errors import SequenceError
from watchclock_protocol.events import Answered, Event, Failed, Transmit
from watchclock_protocol.messages import Answer, ClockReading, ClockSet, Counters, Identity
from watchclock_protocol.records import RecordKind
from watchclock_protocol.session import (
    Acknowledge,
    CheckClock,
    HostCommand,
    HostSession,
    Identify,
    ReadCounters,
    ReadRecords,
    SetClock,
)
from watchclock_protocol.values import WandTime
from watchclock_sim.archive.rounds import Night, walked
from watchclock_sim.archive.site import YearSetup
from watchclock_sim.archive.talk import SECOND_NS, Talk
from watchclock_sim.archive.voice import Held
from watchclock_sim.archive.year_clock import civil_of, site_seconds
from watchclock_sim.hardware.battery import Battery, BatteryPlan
from watchclock_sim.hardware.clock import WandClock
from watchclock_sim.wands.personality import find_personality
from watchclock_sim.wands.setup import WandSetup

__all__ = ["SessionYear"]

AnswerType = TypeVar("AnswerType")

AFTER_S: Final = 1e-6
"""Instants as floats are no finer at this distance from 1970."""
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class SessionYear:
    """Implements ``Voice``. Its clock drifts and never fails; its memory is the firmware's."""

    def __init__(self, setup: YearSetup, begins_s: int, zone: ZoneInfo) -> None:
        self._setup = setup
        self._dialect = find_dialect(setup.dialect)
        utc = _instant(begins_s)
        self._clock = WandClock(civil=civil_of(site_seconds(begins_s, zone)), utc=utc)
        self._firmware = find_personality(setup.dialect).make(
            WandSetup(
                number=setup.number,
                clock=self._clock,
                battery=Battery(plan=BatteryPlan(), utc=utc, rests_from=utc),
                capacity=setup.capacity,
            )
        )
        self._session: HostSession = host_session(self._dialect, 0)
        self._shown: list[datetime] = []
        self._refused = 0

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What its dialect can do."""
        return self._dialect.capabilities

    def live(self, night: Night) -> None:
        """Rounds, touch by touch."""
        touches = walked(night, night.made, self._setup.checkpoints, self._setup.chance)
        instants: list[int] = touches.utc_s.tolist()
        places: list[int] = touches.places.tolist()
        for utc_s, place in zip(instants, places, strict=True):
            utc = _instant(utc_s)
            if self._firmware.touch(self._setup.tags[place], utc, is_guard_tag=False):
                self._shown.append(self._clock.reading(utc))
            else:
                self._refused += 1

    def greet(self, talk: Talk, seed: int) -> Identity:
        """A fresh session identifies the wand."""
        self._session = host_session(self._dialect, seed)
        return self._ask(talk, Identify(), Identity)

    def show_time(self, talk: Talk) -> WandTime:
        """The clock."""
        return self._ask(talk, CheckClock(), ClockReading).time

    def count(self, talk: Talk) -> Held:
        """The counters, and what the nights since the last download have left."""
        self._ask(talk, ReadCounters(), Counters)
        shown, refused = self._shown, self._refused
        self._shown, self._refused = [], 0
        return Held(
            kinds={RecordKind.PATROL: len(shown)} if shown else {},
            first=min(shown, default=None),
            last=max(shown, default=None),
            overwritten=refused,
        )

    def hand_over(self, talk: Talk) -> None:
        """Every record."""
        self._command(talk, ReadRecords())

    def let_go(self, talk: Talk, zone: ZoneInfo) -> None:
        """The acknowledgement."""
        self._command(talk, Acknowledge(civil_of(site_seconds(talk.now_s, zone))))

    def set_clock(self, talk: Talk, zone: ZoneInfo) -> datetime:
        """The clock to the site's time."""
        return self._ask(talk, SetClock(civil_of(site_seconds(talk.now_s, zone))), ClockSet).civil

    def _ask(self, talk: Talk, command: HostCommand, expected: type[AnswerType]) -> AnswerType:
        answer = self._command(talk, command)
        if not isinstance(answer, expected):
            raise SequenceError(answer=type(answer).__name__, expected=expected.__name__)
        return answer

    def _command(self, talk: Talk, command: HostCommand) -> Answer:
        """What the session comes to, while time passes as the line needs it."""
        events = self._session.send(command, _seconds(talk))
        while (answer := _answer(events)) is None:
            heard = [
                event
                for said in events
                if isinstance(said, Transmit)
                for event in self._carry(talk, said.data)
            ]
            events = heard or self._wait(talk)
        return answer

    def _carry(self, talk: Talk, data: bytes) -> list[Event]:
        """The host writes; what it concludes from what the wand answers."""
        talk.say(Lane.TO_WAND, data)
        talk.pass_octets(len(data))
        answers = self._firmware.receive(data, _seconds(talk), _instant(talk.now_s))
        return self._hear(talk, answers)

    def _wait(self, talk: Talk) -> list[Event]:
        """Nothing is on the line: the wand's deadline or the host's comes next."""
        own, wands = self._session.deadline, self._firmware.deadline
        if own is None:
            raise SequenceError(answer="nothing", expected="an answer or a deadline")
        if wands is not None and wands < own:
            talk.pause(max(0.0, wands - _seconds(talk)))
            told = self._firmware.expire(_seconds(talk), _instant(talk.now_s))
            if events := self._hear(talk, told):
                return events
        talk.pause(max(0.0, own - _seconds(talk)) + AFTER_S)
        return self._session.expire(_seconds(talk))

    def _hear(self, talk: Talk, frames: Iterable[bytes]) -> list[Event]:
        events: list[Event] = []
        for frame in frames:
            talk.pass_octets(len(frame))
            talk.say(Lane.FROM_WAND, frame)
            events += self._session.receive(frame, _seconds(talk))
        return events


def _answer(events: Iterable[Event]) -> Answer | None:
    for event in events:
        match event:
            case Failed(error):
                raise error
            case Answered(answer):
                return answer
            case _:
                pass
    return None


def _seconds(talk: Talk) -> float:
    return talk.now_ns / SECOND_NS


def _instant(utc_s: int) -> datetime:
    return EPOCH + timedelta(seconds=utc_s)
