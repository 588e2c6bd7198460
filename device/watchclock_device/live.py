"""Listens to a wand that hands its records over as it makes them, until it is told to stop.

A record is answered, so that the wand deletes it, only when its bytes are in the capture and the
capture is on disk, and when nothing more has come meanwhile. Whoever is killed at any moment has
answered nothing that is not on disk; what was not answered comes again and counts once.

Steps: identify, clock_check, counters, read (all the listening), clock_check, close.
"""

from dataclasses import dataclass, replace
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from watchclock_device.clocks import Clocks
from watchclock_device.conversation import LiveConversation
from watchclock_device.discovery import Dock
from watchclock_device.first_steps import FirstSteps, require_answer
from watchclock_device.journal import Journal
from watchclock_device.links import Link
from watchclock_device.open_capture import OpenCapture
from watchclock_device.recording import about_recording, record
from watchclock_device.results import LiveResult, Progress
from watchclock_device.spool import Spool
from watchclock_protocol.capture import StepName
from watchclock_protocol.events import Event, RecordsReceived
from watchclock_protocol.messages import Counters, LiveBegan, LiveEnded, PushAnswered
from watchclock_protocol.records import Record
from watchclock_protocol.session import (
    AnswerPushed,
    BeginLive,
    EndLive,
    LiveSession,
    ReadCounters,
)

__all__ = ["LiveOrder", "LiveProgress", "listen"]

_PATIENCE_S: Final = 0.2
"""How long a wish to stop may go unnoticed."""
_QUIET_S: Final = 2.0
"""How long after an answer the wand is asked whether it has given everything up."""
_AGAIN_S: Final = 60.0
"""How long after it had not, it is asked again; a capture grows by 100 bytes each time."""


class LiveProgress(Progress, Protocol):
    """Is told how the listening goes, and ends it."""

    @property
    def is_over(self) -> bool:
        """Somebody wants the listening to end."""
        ...

    def began(self, wand: str) -> None:
        """The wand of this key hands its records over from now on."""
        ...

    def safe(self, record: Record) -> None:
        """This record is on disk and the wand was told so."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveOrder:
    """How long to listen.

    Attributes:
        zone: the site's time zone; None is that of this machine.
        count: ends after so many records; None is without end.
        seconds: ends after so many seconds; None is without end.
    """

    zone: ZoneInfo | None = None
    count: int | None = None
    seconds: float | None = None


def listen(  # noqa: PLR0913 - all of a conversation's surroundings, as ``download`` has them
    order: LiveOrder,
    *,
    dock: Dock,
    link: Link,
    session: LiveSession,
    spool: Spool,
    clocks: Clocks,
    progress: LiveProgress,
) -> LiveResult:
    """What came of the listening; its closed capture lies in the spool, also when it failed.

    Raises:
        NoWandError: nothing answered.
        NoiseError: what arrived meant nothing.
        SeveralWandsError: more than one wand answered and none was named.
        RemoteProtocolError: the wand or the line did what the dialect forbids.
        LinkLostError: the link broke.
        DiskFullError: no space for the capture.
        SpoolError: the capture could not be written.
    """

    def begin(capture: OpenCapture) -> _Listening:
        talk = LiveConversation(link, session, capture, clocks)
        return _Listening(order, dock, talk, capture, clocks, progress)

    about = about_recording(dock, order.zone, clocks)
    result, path = record(spool, about, "listened", begin)
    return replace(result, capture=path)


class _Listening:
    """One listening while it runs; keeps the records of one answer, never more."""

    def __init__(
        self,
        order: LiveOrder,
        dock: Dock,
        talk: LiveConversation,
        capture: OpenCapture,
        clocks: Clocks,
        progress: LiveProgress,
    ) -> None:
        self.journal = Journal(capture, progress)
        self._order = order
        self._place = dock.address.text
        self._talk = talk
        self._capture = capture
        self._clocks = clocks
        self._progress = progress
        self._first = FirstSteps(dock, order.zone, talk, self.journal)
        self._unanswered: list[Record] = []
        self._received = 0
        self._waiting = 0
        self._ask_at: float | None = None

    def run(self) -> LiveResult:
        """Takes every step but the last."""
        wand = self._first.identify()
        offset_s = self._first.check_clock()
        self._waiting = self._first.read_counters().announced
        with self.journal.step(StepName.READ) as facts:
            require_answer(self._talk.tell(BeginLive(), self._observe), LiveBegan)
            self._progress.began(wand.key)
            self._listen()
            self._ask_whether_empty()
            require_answer(self._talk.tell(EndLive(), self._observe), LiveEnded)
            facts |= {"live": True, "received": self._received, "waiting": self._waiting}
        self._first.check_clock()
        return LiveResult(
            address=self._place,
            wand=wand,
            received=self._received,
            waiting=self._waiting,
            clock_offset_s=offset_s,
            traffic=self._first.traffic,
            capture=self._capture.path,
        )

    def _listen(self) -> None:
        seconds = self._order.seconds
        end_s = None if seconds is None else self._clocks.monotonic_s() + seconds
        while not self._is_over(end_s):
            self._talk.watch(_PATIENCE_S, self._observe)
            if self._talk.has_pushed:
                self._answer()
            elif self._ask_at is not None and self._clocks.monotonic_s() >= self._ask_at:
                self._ask_whether_empty()

    def _is_over(self, end_s: float | None) -> bool:
        is_counted = self._order.count is not None and self._received >= self._order.count
        is_late = end_s is not None and self._clocks.monotonic_s() >= end_s
        return is_counted or is_late or self._progress.is_over

    def _answer(self) -> None:
        """Everything that came is put on disk, then the wand may give its record up.

        What came while the disk was busy has to be on disk first: nobody knows which record of
        the two the wand takes the answer for.
        """
        self._capture.synchronize()
        if self._talk.watch(0.0, self._observe):
            return
        require_answer(self._talk.tell(AnswerPushed(), self._observe), PushAnswered)
        for each in self._unanswered:
            self._received += 1
            self._progress.safe(each)
        self._unanswered.clear()
        self._ask_at = self._clocks.monotonic_s() + _QUIET_S

    def _ask_whether_empty(self) -> None:
        """A wand confirms no answer, but that it holds nothing any more confirms them all."""
        if self._ask_at is None:
            return
        counters = require_answer(self._talk.ask(ReadCounters(), self._observe), Counters)
        self._waiting = counters.announced
        is_empty = self._waiting == 0
        self._ask_at = None if is_empty else self._clocks.monotonic_s() + _AGAIN_S

    def _observe(self, event: Event) -> None:
        self._first.traffic.observe(event)
        if isinstance(event, RecordsReceived):
            self._unanswered += event.records
