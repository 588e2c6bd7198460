"""The steps every recorded conversation begins with: which wand, its clock, its counters."""

from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from watchclock_device.clocks import civil_at
from watchclock_device.conversation import Conversation, Observer
from watchclock_device.discovery import Dock, several_at
from watchclock_device.errors import NoiseError, NoWandError, SeveralWandsError
from watchclock_device.journal import Journal
from watchclock_device.tally import TrafficTally
from watchclock_protocol.capture import StepName
from watchclock_protocol.dialect import Capability
from watchclock_protocol.errors import SequenceError, SilenceError, WandChangedError
from watchclock_protocol.messages import Answer, ClockReading, Counters, Identity
from watchclock_protocol.session import CheckClock, HostCommand, Identify, ReadCounters

__all__ = ["FirstSteps", "require_answer"]

AnswerType = TypeVar("AnswerType")


def require_answer(answer: Answer, expected: type[AnswerType]) -> AnswerType:
    """The answer, which is of the expected kind.

    Raises:
        SequenceError: it is not.
    """
    if not isinstance(answer, expected):
        raise SequenceError(answer=type(answer).__name__, expected=expected.__name__)
    return answer


class FirstSteps:
    """The beginning of one conversation.

    Attributes:
        traffic: how troubled the line was so far.
    """

    def __init__(
        self, dock: Dock, zone: ZoneInfo | None, talk: Conversation, journal: Journal
    ) -> None:
        self.traffic = TrafficTally()
        self._dock = dock
        self._zone = zone
        self._talk = talk
        self._journal = journal

    def identify(self) -> Identity:
        """Who answers.

        Raises:
            NoWandError: nobody.
            NoiseError: what arrives means nothing.
            SeveralWandsError: more than one.
        """
        place = self._dock.address.text
        with self._journal.step(StepName.IDENTIFY) as facts:
            try:
                wand = self.ask(Identify(), Identity)
            except SilenceError as error:
                if self._talk.received_bytes:
                    count = self._talk.received_bytes
                    raise NoiseError(address=place, count=count) from error
                raise NoWandError(address=place) from error
            except WandChangedError as error:
                several = several_at(self._dock.address, error)
                raise SeveralWandsError(addresses=several) from error
            facts |= {"wand": wand.key, "firmware": wand.firmware}
        return wand

    def check_clock(self) -> float | None:
        """Seconds the wand is ahead of the site; None where it tells no date."""
        if Capability.READS_CLOCK not in self._dock.dialect.capabilities:
            self._journal.not_offered(StepName.CLOCK_CHECK)
            return None
        with self._journal.step(StepName.CLOCK_CHECK) as facts:
            time = self.ask(CheckClock(), ClockReading).time
            asked_ns, answered_ns = self._talk.sent_utc_ns, self._talk.received_utc_ns
            offset_s: float | None = None
            if time.civil is not None:
                site = self.civil((asked_ns + answered_ns) // 2)
                offset_s = (time.civil - site).total_seconds()
            facts |= {
                "wand_time": None if time.civil is None else time.civil.isoformat(),
                "raw": time.raw.hex(),
                "asked_utc_ns": asked_ns,
                "answered_utc_ns": answered_ns,
                "offset_s": offset_s,
            }
        return offset_s

    def read_counters(self) -> Counters:
        """How many records wait, and the wand's health."""
        with self._journal.step(StepName.COUNTERS) as facts:
            counters = self.ask(ReadCounters(), Counters)
            facts["announced"] = counters.announced
        return counters

    def ask(
        self,
        command: HostCommand,
        expected: type[AnswerType],
        observe: Observer | None = None,
    ) -> AnswerType:
        """The wand's answer, which is of the expected kind; see ``Conversation.ask``."""
        answer = self._talk.ask(command, observe or self.traffic.observe)
        return require_answer(answer, expected)

    def civil(self, utc_ns: int) -> datetime:
        """The site's civil time at an instant."""
        return civil_at(utc_ns, self._zone)
