"""The host's side of a WM-5000T conversation: when to ask, how long to wait, when to begin again.

The wand gives its session up after 0.1 s of silence and its record pointer moves with every
``00``, so nothing is ever resent inside a session: after any trouble the session is left to run
out and the whole procedure begins again, a bounded number of times.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Final, TypeAlias, assert_never

from watchclock_protocol.dialects.wm5000t.commands import (
    KnownRequest,
    NextRecord,
    StartBlock,
    plain_name,
)
from watchclock_protocol.dialects.wm5000t.frames import Exchange, build_request
from watchclock_protocol.dialects.wm5000t.listener import Wm5000tListener
from watchclock_protocol.dialects.wm5000t.procedures import Pause, Procedure, Procedures, Wish
from watchclock_protocol.dialects.wm5000t.records import encode_clock
from watchclock_protocol.dialects.wm5000t.transitions import (
    Signal,
    State,
    advance,
    find_signal,
)
from watchclock_protocol.errors import (
    LocalProtocolError,
    RecordsChangedError,
    RecordsMissingError,
    RemoteProtocolError,
    SilenceError,
)
from watchclock_protocol.events import (
    Answered,
    BytesSkipped,
    Event,
    Failed,
    FrameRejected,
    Resent,
    Transmit,
)
from watchclock_protocol.filled_reasons import FilledReason
from watchclock_protocol.session import (
    Acknowledge,
    CheckClock,
    HostCommand,
    Identify,
    ReadCounters,
    ReadRecords,
    SetClock,
)

__all__ = ["ANSWER_TIMEOUT_S", "ATTEMPTS", "QUIET_S", "READING_ATTEMPTS", "RUN_OUT_S"]
__all__ += ["Wm5000tHost"]

ANSWER_TIMEOUT_S: Final = 0.5
"""Seconds one answer may take; the longest, 30 bytes at 19200 baud, needs 0.016."""

QUIET_S: Final = 0.05
"""Silence that ends an answer of unknown length: 10 ms is too short, 150 ms too long
(koliha/jwm-wm5000t, readme.md). Also how long a session is trusted to be still alive."""

RUN_OUT_S: Final = 0.15
"""Silence after which the wand has surely given its session up (same source: about 0.1 s)."""

_OfferedCommand: TypeAlias = Identify | ReadCounters | ReadRecords | Acknowledge | SetClock

_LONGER_THAN_ANY_COMMAND: Final = timedelta(days=1)

ATTEMPTS: Final = 3
READING_ATTEMPTS: Final = 5


class Wm5000tHost:
    """One conversation with one wand; see the ``HostSession`` port.

    Every event of the listener is passed on, so a live download and its capture tell the same.
    """

    def __init__(self) -> None:
        self._listener = Wm5000tListener()
        self._procedures = Procedures(lambda: self._now)
        self._state = State.IDLE
        self._now = 0.0
        self._last_exchange_at = float("-inf")
        self._deadline: float | None = None
        self._command: _OfferedCommand | None = None
        self._procedure: Procedure | None = None
        self._asked_at = 0.0
        self._attempt = 0
        self._open: KnownRequest | None = None
        self._postponed: KnownRequest | None = None
        self._is_lost = False
        self._has_failed = False

    @property
    def deadline(self) -> float | None:
        """When ``expire`` is due: an answer overdue, a session run out, or the line quiet."""
        return self._deadline

    @property
    def held_bytes(self) -> int:
        """Bytes of unfinished answers; bounded whatever the line carries."""
        return self._listener.held_bytes

    def send(self, command: HostCommand, now: float) -> list[Event]:
        """Begin a command.

        ``Acknowledge`` reads the memory a second time, then sets the clock and wipes; the clock is
        set to its civil time plus the seconds that took, reported as ``Heard(ClockSet)``.

        Raises:
            LocalProtocolError: another command is in progress, the session has failed,
                ``ReadRecords`` without counters, ``Acknowledge`` without a whole reading, or
                ``CheckClock``, which the dialect does not have.
            RequestRangeError: the wand cannot show that year; its last day is kept free.
        """
        command = self._require_offered(command)
        self._now = self._asked_at = now
        self._command = command
        self._attempt = 1
        is_alive = now - self._last_exchange_at <= QUIET_S
        self._procedure = self._begin(command, is_alive=is_alive and self._state is State.COUNTED)
        return self._resume(next)

    def receive(self, data: bytes, now: float) -> list[Event]:
        """Take bytes from the link, any bytes, in any cuts. Never raises for what they hold."""
        self._now = now
        items = list(self._listener.cut(data))
        events = [event for item in items for event in self._listener.interpret(item)]
        outcomes = [item for item in items if not isinstance(item, BytesSkipped)]
        if outcomes and not self._is_lost and not self._has_failed:
            events += self._react(outcomes)
        return events

    def expire(self, now: float) -> list[Event]:
        """Take note that time has passed: begin again or fail when the deadline is over."""
        if self._deadline is None or now < self._deadline:
            return []
        self._now = now
        self._deadline = None
        if self._postponed is not None:
            return self._transmit(self._postponed)
        if self._open is None:
            return self._resume(next)
        name = plain_name(type(self._open))
        return self._begin_again(SilenceError(command=name, attempts=self._attempt))

    def _require_offered(self, command: HostCommand) -> _OfferedCommand:
        obstacle = self._find_obstacle(command)
        if obstacle is not None or isinstance(command, CheckClock):
            raise LocalProtocolError(command=type(command).__name__, state=obstacle)
        if isinstance(command, Acknowledge | SetClock):
            encode_clock(command.civil)
            encode_clock(command.civil + _LONGER_THAN_ANY_COMMAND)
        return command

    def _find_obstacle(self, command: HostCommand) -> str | None:
        obstacles = {
            "failed": self._has_failed,
            f"busy with {type(self._command).__name__}": self._procedure is not None,
            "with a wand that cannot tell its time": isinstance(command, CheckClock),
            "without counters": isinstance(command, ReadRecords)
            and self._procedures.announced is None,
            "without a whole reading": isinstance(command, Acknowledge)
            and not self._procedures.is_read,
        }
        return next((state for state, is_so in obstacles.items() if is_so), None)

    def _begin(self, command: _OfferedCommand, *, is_alive: bool) -> Procedure:
        match command:
            case Identify():
                return self._procedures.identify()
            case ReadCounters():
                return self._procedures.read_counters()
            case ReadRecords():
                return self._procedures.read_records(is_ready=is_alive)
            case Acknowledge(civil):
                return self._procedures.acknowledge(civil, self._asked_at)
            case SetClock(civil):
                return self._procedures.set_clock(civil, self._asked_at)
            case _:
                assert_never(command)

    def _react(self, outcomes: list[Exchange | FrameRejected]) -> list[Event]:
        self._last_exchange_at = self._now
        latest = outcomes[-1]
        is_asked = len(outcomes) == 1 and self._open is not None
        if isinstance(latest, FrameRejected):
            is_busy = self._procedure is not None and self._postponed is None
            return self._begin_again(latest.error) if is_busy else []
        if not is_asked or self._open is None:
            announced = self._procedures.announced
            reason = FilledReason(
                "it holds more than the {announced} records it announced", announced=announced
            )
            return self._fail(RecordsChangedError(reason=reason))
        self._state = advance(self._state, find_signal(self._open, latest.reply))
        self._open = None
        return self._resume(lambda procedure: procedure.send(latest.reply))

    def _resume(self, step: Callable[[Procedure], Wish]) -> list[Event]:
        if self._procedure is None:
            return []
        self._deadline = None
        try:
            wish = step(self._procedure)
        except StopIteration as end:
            self._procedure = None
            return [Answered(end.value)]
        except RemoteProtocolError as error:
            return self._fail(error)
        return self._fulfil(wish)

    def _fulfil(self, wish: Wish) -> list[Event]:
        if isinstance(wish, Pause):
            self._deadline = self._now + QUIET_S
            return []
        if isinstance(wish, StartBlock) and self._must_run_out():
            self._postponed = wish
            self._deadline = self._last_exchange_at + RUN_OUT_S
            return self.expire(self._now)
        return self._transmit(wish)

    def _must_run_out(self) -> bool:
        return self._is_lost or self._state not in {State.IDLE, State.READY}

    def _transmit(self, request: KnownRequest) -> list[Event]:
        data = build_request(request)
        if self._postponed is not None and self._state is not State.IDLE:
            self._state = advance(self._state, Signal.FALL_BACK)
        self._postponed = None
        self._is_lost = False
        self._open = request
        self._last_exchange_at = self._now
        self._deadline = self._now + ANSWER_TIMEOUT_S
        return [*self._listener.sent(data), Transmit(data)]

    def _begin_again(self, error: RemoteProtocolError) -> list[Event]:
        if self._command is None:
            return []
        is_reading = isinstance(self._command, ReadRecords | Acknowledge)
        if self._attempt >= (READING_ATTEMPTS if is_reading else ATTEMPTS):
            return self._fail(self._name_loss(error))
        self._attempt += 1
        self._open = None
        self._is_lost = True
        self._procedure = self._begin(self._command, is_alive=False)
        resent = Resent(type(self._command).__name__, self._attempt)
        return [resent, *self._resume(next)]

    def _name_loss(self, error: RemoteProtocolError) -> RemoteProtocolError:
        announced, received = self._procedures.announced, self._procedures.received
        if isinstance(self._open, NextRecord) and announced is not None and received < announced:
            return RecordsMissingError(announced=announced, received=received)
        return error

    def _fail(self, error: RemoteProtocolError) -> list[Event]:
        self._has_failed = True
        self._procedure = None
        self._deadline = None
        return [Failed(error)]
