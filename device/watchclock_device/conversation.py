"""Pumps a session over a link; every byte is in the capture before anything is done about it."""

from collections.abc import Callable, Iterable
from typing import Final, Protocol

from watchclock_device.clocks import Clocks
from watchclock_device.links import Link
from watchclock_protocol.capture import Lane
from watchclock_protocol.events import Answered, Event, Failed, Transmit
from watchclock_protocol.messages import Answer
from watchclock_protocol.session import HostCommand, HostSession, LiveCommand, LiveSession

__all__ = ["Conversation", "LiveConversation", "Observer", "Recorder", "Unrecorded", "ignore"]

_LONGEST_WAIT_S: Final = 1.0

Observer = Callable[[Event], None]


class Recorder(Protocol):
    """Keeps what crosses the link."""

    def chunk(self, lane: Lane, data: bytes, utc_ns: int) -> None:
        """Bytes that are about to be written, or were just read.

        Raises:
            SpoolError: they could not be kept; they must then not be acted on.
        """
        ...


class Unrecorded:
    """Keeps nothing: for probing which dialect answers, before a download begins."""

    def chunk(self, lane: Lane, data: bytes, utc_ns: int) -> None:
        """Forgotten."""


def ignore(event: Event) -> None:
    """An observer that wants to know of nothing."""
    del event


class Conversation:
    """One session on one link.

    Attributes:
        sent_utc_ns: when the last bytes were written to the link.
        received_utc_ns: when the last bytes were read from it.
        received_bytes: how many bytes were read from it.
    """

    def __init__(
        self, link: Link, session: HostSession, recorder: Recorder, clocks: Clocks
    ) -> None:
        self._link = link
        self._session = session
        self._recorder = recorder
        self._clocks = clocks
        self.sent_utc_ns = 0
        self.received_utc_ns = 0
        self.received_bytes = 0

    def ask(self, command: HostCommand, observe: Observer) -> Answer:
        """The wand's answer; everything else that happens meanwhile is told to ``observe``.

        Raises:
            RemoteProtocolError: the command cannot be finished.
            LocalProtocolError: the dialect forbids the command now.
            LinkLostError: the link broke.
            SpoolError: the capture cannot be written.
        """
        return self._finish(self._session.send(command, self._clocks.monotonic_s()), observe)

    def _finish(self, events: list[Event], observe: Observer) -> Answer:
        while (answer := self._take(events, observe)) is None:
            events = self._wait(_LONGEST_WAIT_S)
        return answer

    def _take(self, events: Iterable[Event], observe: Observer) -> Answer | None:
        answer: Answer | None = None
        for event in events:
            match event:
                case Transmit(data):
                    self._write(data)
                case Answered(given):
                    answer = given
                case Failed(error):
                    raise error
                case _:
                    observe(event)
        return answer

    def _write(self, data: bytes) -> None:
        self.sent_utc_ns = self._clocks.utc_ns()
        self._recorder.chunk(Lane.TO_WAND, data, self.sent_utc_ns)
        self._link.write(data)

    def _wait(self, longest_s: float) -> list[Event]:
        """What happens next; noise that never falls silent does not outlast the deadline."""
        deadline = self._session.deadline
        timeout_s = longest_s if deadline is None else deadline - self._clocks.monotonic_s()
        events: list[Event] = []
        if data := self._link.read(max(0.0, timeout_s)):
            self.received_utc_ns = self._clocks.utc_ns()
            self.received_bytes += len(data)
            self._recorder.chunk(Lane.FROM_WAND, data, self.received_utc_ns)
            events += self._session.receive(data, self._clocks.monotonic_s())
        now = self._clocks.monotonic_s()
        deadline = self._session.deadline
        if deadline is not None and now >= deadline:
            events += self._session.expire(now)
        return events


class LiveConversation(Conversation):
    """One session with a wand that hands its records over as it makes them."""

    def __init__(
        self, link: Link, session: LiveSession, recorder: Recorder, clocks: Clocks
    ) -> None:
        super().__init__(link, session, recorder, clocks)
        self._live_session = session

    @property
    def has_pushed(self) -> bool:
        """A record was handed over and waits for ``AnswerPushed``."""
        return self._live_session.has_pushed

    def tell(self, command: LiveCommand, observe: Observer) -> Answer:
        """The wand's answer; raises what ``ask`` raises."""
        return self._finish(self._live_session.send(command, self._clocks.monotonic_s()), observe)

    def watch(self, longest_s: float, observe: Observer) -> bool:
        """Waits for what the wand says by itself; whether it said anything.

        Raises:
            LinkLostError: the link broke.
            SpoolError: the capture cannot be written.
        """
        before = self.received_bytes
        self._take(self._wait(longest_s), observe)
        return self.received_bytes > before
