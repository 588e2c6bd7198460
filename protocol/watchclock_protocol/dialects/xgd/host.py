"""The host's side of a conversation with one controller: how long to wait, when to ask again.

A reply does not say which record it holds, so a late one could be taken for the next. Therefore
nothing is simply sent twice: after silence or damage the controller is asked whether it is there,
and only behind that answer, behind which nothing older can come, the request goes out again.

A pushed record is never answered by the session itself: the caller says when it is safe. A copy
that comes within the longest time of a reply after the answer may have crossed it; answering it
too could delete the record after it, so it is passed over and answered when it comes once more.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from watchclock_protocol.dialects.xgd.commands import (
    AnswerPush,
    AreYouThere,
    ChangeAddress,
    ErrorReport,
    Overheard,
    Present,
    Pushed,
    XgdReply,
    XgdRequest,
    plain_name,
)
from watchclock_protocol.dialects.xgd.frames import build_request
from watchclock_protocol.dialects.xgd.listener import XgdListener
from watchclock_protocol.dialects.xgd.procedures import (
    ANSWER_TIMEOUT_S,
    Ask,
    Procedure,
    Procedures,
)
from watchclock_protocol.dialects.xgd.records import encode_clock
from watchclock_protocol.errors import (
    ChecksumError,
    LayoutError,
    LocalProtocolError,
    RemoteProtocolError,
    SilenceError,
)
from watchclock_protocol.events import (
    Answered,
    Event,
    Failed,
    FrameRejected,
    Heard,
    Resent,
    Transmit,
)
from watchclock_protocol.messages import PushAnswered
from watchclock_protocol.session import (
    Acknowledge,
    AnswerPushed,
    BeginLive,
    CheckClock,
    HostCommand,
    Identify,
    LiveCommand,
    ReadCounters,
    ReadRecords,
    SetClock,
)

__all__ = ["ATTEMPTS", "MOST_TRIES", "QUIET_S", "XgdHost"]

ATTEMPTS: Final = 3
"""Silences in a row after which a command fails."""
MOST_TRIES: Final = 5
"""How often one request goes out, however often the controller is found there in between."""
QUIET_S: Final = 0.3
"""How long after a damaged frame the whole one is still waited for."""
_LONGER_THAN_ANY_COMMAND: Final = timedelta(days=1)

XgdCommand = HostCommand | LiveCommand | ChangeAddress


class XgdHost:
    """One conversation with one controller; see the ``LiveSession`` port.

    Besides the commands of every dialect it takes ``ChangeAddress``, answered with ``Done``; the
    session then talks to the new address. Every event of the listener is passed on, so a live
    download and its capture tell the same.

    Args:
        address: of the controller; None searches the line for the only one with ``Identify``.
    """

    def __init__(self, address: int | None = None) -> None:
        self._listener = XgdListener()
        self._procedures = Procedures(lambda: self._now, address)
        self._procedure: Procedure | None = None
        self._command = ""
        self._now = 0.0
        self._deadline: float | None = None
        self._ask: Ask | None = None
        self._tries = 0
        self._silences = 0
        self._is_settling = False
        self._has_failed = False
        self._waiting: bytes | None = None
        self._answered: bytes | None = None
        self._answered_at = 0.0

    @property
    def deadline(self) -> float | None:
        """When ``expire`` is due, or None while nothing is awaited."""
        return self._deadline

    @property
    def held_bytes(self) -> int:
        """Bytes of unfinished frames; bounded whatever the line carries."""
        return self._listener.held_bytes

    @property
    def has_pushed(self) -> bool:
        """A record was handed over and waits for ``AnswerPushed``."""
        return self._waiting is not None

    def send(self, command: XgdCommand, now: float) -> list[Event]:
        """Begin a command.

        ``Acknowledge`` reads the memory a second time before it deletes; it sets no clock.

        Raises:
            LocalProtocolError: another command is in progress, the session has failed, the
                controller was not found yet, ``ReadRecords`` without counters, ``Acknowledge``
                without a whole reading, or ``AnswerPushed`` while no pushed record waits.
            RequestRangeError: the controller cannot show that year; its last day is kept free.
        """
        obstacle = self._find_obstacle(command)
        if obstacle is not None:
            raise LocalProtocolError(command=type(command).__name__, state=obstacle)
        self._now = now
        if isinstance(command, AnswerPushed):
            return self._answer_push()
        self._procedure = self._begin(command)
        self._command = type(command).__name__
        return self._resume(next)

    def receive(self, data: bytes, now: float) -> list[Event]:
        """Take bytes from the link, any bytes, in any cuts. Never raises for what they hold."""
        self._now = now
        events: list[Event] = []
        for event in self._listener.received(data):
            events += [event, *self._react(event)]
        return events

    def expire(self, now: float) -> list[Event]:
        """Take note that time has passed: ask again or fail when the deadline is over."""
        if self._deadline is None or now < self._deadline or self._ask is None:
            return []
        self._now = now
        if not self._ask.is_repeatable:
            return self._resume(lambda procedure: procedure.send(None))
        self._silences += 1
        if self._silences >= ATTEMPTS:
            name = plain_name(type(self._ask.request))
            return self._fail(SilenceError(command=name, attempts=self._silences))
        return self._settle()

    def _find_obstacle(self, command: XgdCommand) -> str | None:
        procedures = self._procedures
        obstacles = {
            "failed": self._has_failed,
            f"busy with {self._command}": self._procedure is not None,
            "not sure which wand it talks to": procedures.address is None
            and not isinstance(command, Identify),
            "without counters": isinstance(command, ReadRecords) and procedures.announced is None,
            "without a whole reading": isinstance(command, Acknowledge) and not procedures.is_read,
            "without a record that waits": isinstance(command, AnswerPushed)
            and self._waiting is None,
        }
        return next((state for state, is_so in obstacles.items() if is_so), None)

    def _begin(self, command: XgdCommand) -> Procedure:
        procedures = self._procedures
        match command:
            case Identify():
                procedure: Procedure = procedures.identify()
            case CheckClock():
                procedure = procedures.check_clock()
            case ReadCounters():
                procedure = procedures.read_counters()
            case ReadRecords():
                procedure = procedures.read_records()
            case Acknowledge():
                procedure = procedures.acknowledge()
            case SetClock(civil):
                encode_clock(civil)
                encode_clock(civil + _LONGER_THAN_ANY_COMMAND)
                procedure = procedures.set_clock(civil, self._now)
            case ChangeAddress():
                procedure = procedures.change_address(command)
            case _:
                is_begun = isinstance(command, BeginLive)
                procedure = procedures.begin_live() if is_begun else procedures.end_live()
        return procedure

    def _react(self, event: Event) -> list[Event]:
        match event:
            case Heard(Pushed(raw)):
                self._note_push(raw)
            case Heard(ErrorReport()) if self._ask is not None:
                return self._retry()
            case Heard(Present(address)) if self._procedures.is_searching:
                return self._note_present(address)
            case Heard(XgdReply() as reply) if not isinstance(reply, ErrorReport | Overheard):
                return self._take(reply)
            case FrameRejected(ChecksumError() | LayoutError()) if self._deadline is not None:
                self._deadline = min(self._deadline, self._now + QUIET_S)
            case _:
                pass
        return []

    def _note_push(self, raw: bytes) -> None:
        has_crossed = self._now - self._answered_at < ANSWER_TIMEOUT_S
        if raw != self._answered or not has_crossed:
            self._waiting = raw

    def _note_present(self, address: int) -> list[Event]:
        self._procedures.note_present(address)
        if self._ask is None or address != self._ask.address:
            return []
        return self._take(Present(address))

    def _take(self, reply: XgdReply) -> list[Event]:
        """The reply the listener has found to be the one that is due."""
        is_other = isinstance(reply, Present) and reply.address != self._procedures.address
        if self._ask is None or (is_other and not self._procedures.is_searching):
            return []
        self._silences = 0
        if not self._is_settling:
            return self._resume(lambda procedure: procedure.send(reply))
        self._is_settling = False
        return [Resent(self._command, self._tries + 1), *self._transmit(self._ask.request)]

    def _retry(self) -> list[Event]:
        """The controller heard something damaged, and so did not do what it was asked."""
        if self._ask is None or not self._ask.is_repeatable:
            return []
        return self._settle()

    def _settle(self) -> list[Event]:
        """Ask whether the controller is there, to be behind all that may still come."""
        if self._ask is None:
            return []
        name = plain_name(type(self._ask.request))
        if self._tries >= MOST_TRIES:
            return self._fail(SilenceError(command=name, attempts=self._tries))
        if isinstance(self._ask.request, AreYouThere):
            return [Resent(self._command, self._tries + 1), *self._transmit(AreYouThere())]
        self._is_settling = True
        return self._transmit(AreYouThere())

    def _resume(self, step: Callable[[Procedure], Ask]) -> list[Event]:
        if self._procedure is None:
            return []
        self._deadline, self._ask = None, None
        try:
            self._ask = step(self._procedure)
        except StopIteration as end:
            self._procedure = None
            return [Answered(end.value)]
        except RemoteProtocolError as error:
            return self._fail(error)
        self._tries = self._silences = 0
        self._is_settling = False
        return self._transmit(self._ask.request)

    def _transmit(self, request: XgdRequest) -> list[Event]:
        if self._ask is None:
            return []
        self._tries += not self._is_settling
        self._deadline = self._now + self._ask.wait_s
        data = build_request(self._ask.address, request)
        return [*self._listener.sent(data), Transmit(data)]

    def _answer_push(self) -> list[Event]:
        self._answered, self._answered_at = self._waiting, self._now
        self._waiting = None
        data = build_request(self._procedures.address or 0, AnswerPush())
        return [*self._listener.sent(data), Transmit(data), Answered(PushAnswered())]

    def _fail(self, error: RemoteProtocolError) -> list[Event]:
        self._has_failed = True
        self._procedure = self._ask = self._deadline = None
        return [Failed(error)]
