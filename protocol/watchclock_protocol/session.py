"""The ports every dialect implements: listener, host role and wand role, all without I/O.

A session never reads a clock: ``now`` is any monotonic count of seconds the caller likes, and
``deadline`` is on the same scale. When ``deadline`` passes, the caller calls ``expire``.

    host role    send(command)  ->  Transmit …        a download drives this one
                 receive(bytes) ->  RecordsReceived … Answered | Failed
    listener     sent(bytes), received(bytes)         what a capture, or the host role, hears
    wand role    receive(bytes) ->  Requested …       the simulator's firmware answers these

The host role owns one listener and feeds it everything that crosses the link, so a capture is
decoded by exactly the code that decoded the live download.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from typing_extensions import override

from watchclock_protocol.events import Event

__all__ = [
    "Acknowledge",
    "AnswerPushed",
    "BeginLive",
    "CheckClock",
    "EndLive",
    "HostCommand",
    "HostSession",
    "Identify",
    "Listener",
    "LiveCommand",
    "LiveSession",
    "ReadCounters",
    "ReadRecords",
    "SetClock",
]


@dataclass(frozen=True, slots=True)
class Identify:
    """Ask which wand this is. Answered with ``Identity``. Changes nothing on the wand."""


@dataclass(frozen=True, slots=True)
class CheckClock:
    """Ask what the wand's clock shows. Answered with ``ClockReading``. Changes nothing."""


@dataclass(frozen=True, slots=True)
class ReadCounters:
    """Ask how many records wait, and the wand's health. Answered with ``Counters``."""


@dataclass(frozen=True, slots=True)
class ReadRecords:
    """Read every unread record. ``RecordsReceived`` … then ``ReadingComplete``. Changes nothing.

    Needs the counters of the same session. What is announced but does not arrive is asked for
    again; when it still does not come the session fails with ``RecordsMissingError``.
    """


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Tell the wand that its records are safe: the one command that may cost records.

    Allowed only after ``ReadingComplete`` in the same session. Answered with ``Acknowledged``.

    Attributes:
        civil: the site's civil time, for dialects that set the clock in the same breath.
    """

    civil: datetime


@dataclass(frozen=True, slots=True)
class SetClock:
    """Set the wand's clock. Answered with ``ClockSet``.

    Attributes:
        civil: the site's civil time without zone, whole seconds.
    """

    civil: datetime


HostCommand = Identify | CheckClock | ReadCounters | ReadRecords | Acknowledge | SetClock


@dataclass(frozen=True, slots=True)
class BeginLive:
    """Have the wand hand over each record it makes, as ``RecordsReceived``, from now on.

    Answered with ``LiveBegan``. Costs no record: the wand keeps each until it is answered.
    """


@dataclass(frozen=True, slots=True)
class AnswerPushed:
    """Tell the wand that the record it handed over last is safe: THE WAND DELETES IT.

    Allowed only while one waits. Answered with ``PushAnswered`` at once; no wand confirms it.
    """


@dataclass(frozen=True, slots=True)
class EndLive:
    """Have the wand do with new records what it did before. Answered with ``LiveEnded``."""


LiveCommand = BeginLive | AnswerPushed | EndLive


class Listener(Protocol):
    """Hears both directions of one conversation and says what was meant. Never transmits."""

    def sent(self, data: bytes) -> list[Event]:
        """What the host just wrote to the link."""
        ...

    def received(self, data: bytes) -> list[Event]:
        """What the wand just wrote to the link: records, ``Heard`` statements, skipped bytes."""
        ...


class HostSession(Protocol):
    """The host's side of a conversation with one wand."""

    @property
    def deadline(self) -> float | None:
        """When ``expire`` is due, or None while nothing is awaited."""
        ...

    def send(self, command: HostCommand, now: float) -> list[Event]:
        """Begin a command.

        Raises:
            LocalProtocolError: another command is in progress, the session has failed, or the
                dialect forbids this command now.
        """
        ...

    def receive(self, data: bytes, now: float) -> list[Event]:
        """Take bytes from the link, any bytes, in any cuts. Never raises for what they hold."""
        ...

    def expire(self, now: float) -> list[Event]:
        """Take note that time has passed: resend or fail when the deadline is over."""
        ...


class LiveSession(HostSession, Protocol):
    """A host session that can also take records from a wand as it makes them.

    Records may come whenever bytes do, also while a command is in progress.
    """

    @property
    def has_pushed(self) -> bool:
        """A record was handed over and waits for ``AnswerPushed``."""
        ...

    @override
    def send(self, command: HostCommand | LiveCommand, now: float) -> list[Event]:
        """Begin a command; see ``HostSession.send``."""
        ...
