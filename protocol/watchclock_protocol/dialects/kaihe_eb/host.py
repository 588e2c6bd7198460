"""The host's side of a Kaihe EB conversation: waking, waiting, asking again.

A reply to a read record does not tell its index, so a late reply would be taken for the next
record. After any trouble the host therefore waits until the line is quiet, sends ``AA`` and asks
again only after exactly ``AA`` came back: a wand answers in order, so nothing older can follow.
"""

from collections.abc import Callable
from datetime import timedelta
from enum import Enum, auto
from typing import Final

from watchclock_protocol.dialects.kaihe_eb.commands import encode_request, find_command
from watchclock_protocol.dialects.kaihe_eb.frames import WAKE_BYTES, build_frame
from watchclock_protocol.dialects.kaihe_eb.listener import (
    Exchange,
    Heedable,
    KaiheListener,
    Woken,
)
from watchclock_protocol.dialects.kaihe_eb.procedures import Procedure, Procedures, Wish
from watchclock_protocol.dialects.kaihe_eb.profile import IndexBase, Profile
from watchclock_protocol.dialects.kaihe_eb.records import encode_time
from watchclock_protocol.dialects.kaihe_eb.requests import (
    ClearKnockRecords,
    ClearPatrolRecords,
    KnownRequest,
)
from watchclock_protocol.dialects.kaihe_eb.transitions import (
    SESSION_S,
    Signal,
    State,
    advance,
    request_signal,
)
from watchclock_protocol.errors import (
    FrameError,
    LocalProtocolError,
    RemoteProtocolError,
    SilenceError,
)
from watchclock_protocol.events import Answered, Event, Failed, FrameRejected, Resent, Transmit
from watchclock_protocol.session import (
    Acknowledge,
    CheckClock,
    HostCommand,
    Identify,
    ReadCounters,
    ReadRecords,
    SetClock,
)

__all__ = ["CLEARING_WAKE_ATTEMPTS", "QUIET_S", "REWAKE_S", "WAKE_ATTEMPTS", "WAKE_TIMEOUT_S"]
__all__ += ["KaiheHost", "host_opener"]

WAKE_TIMEOUT_S: Final = 0.5
WAKE_ATTEMPTS: Final = 3
"""Both as in KaiheSerialPortLibrary.dll."""

CLEARING_WAKE_ATTEMPTS: Final = 40
"""A wand whose confirmation did not come may be clearing still, and answers nothing meanwhile."""

REWAKE_S: Final = 0.75 * SESSION_S
"""Silence after which the host wakes the wand again; earlier than the wand falls asleep."""

QUIET_S: Final = 0.1
"""Silence after which the line counts as quiet."""

_NOISE_LIMIT_S: Final = 2.0
_LONGER_THAN_ANY_COMMAND: Final = timedelta(days=1)


class _Phase(Enum):
    IDLE = auto()
    QUIETING = auto()
    WAKING = auto()
    ASKED = auto()


class KaiheHost:
    """One conversation with one wand; see the ``HostSession`` port.

    Besides the commands of every dialect it takes every request of this one, answered with the
    reply as it came, but not ``ClearPatrolRecords``: only ``Acknowledge`` clears patrol records.
    ``ClearKnockRecords`` needs a whole reading, like ``Acknowledge``.

    Every event of the listener is passed on, so a live download and its capture tell the same.
    """

    def __init__(self, profile: Profile | None = None) -> None:
        self._listener = KaiheListener()
        self._procedures = Procedures(profile or Profile(), lambda: self._now)
        self._procedure: Procedure | None = None
        self._state = State.ASLEEP
        self._phase = _Phase.IDLE
        self._now = 0.0
        self._last_traffic_at = float("-inf")
        self._deadline: float | None = None
        self._noisy_until = 0.0
        self._wish: Wish | None = None
        self._attempt = 0
        self._wake_attempt = 0
        self._is_clean = True
        self._has_failed = False

    @property
    def deadline(self) -> float | None:
        """When ``expire`` is due: a reply overdue, or the line quiet."""
        return self._deadline

    @property
    def held_bytes(self) -> int:
        """Bytes of unfinished replies; bounded whatever the line carries."""
        return self._listener.held_bytes

    def send(self, command: HostCommand | KnownRequest, now: float) -> list[Event]:
        """Begin a command.

        ``Acknowledge`` reads the patrol records a second time before it clears them.

        Raises:
            LocalProtocolError: another command is in progress, the session has failed,
                ``ReadRecords`` without counters, a clearing without a whole reading, or
                ``ClearPatrolRecords``.
            RequestRangeError: a value does not fit, or the wand cannot show that year; its last
                day is kept free.
        """
        obstacle = self._find_obstacle(command)
        if obstacle is not None:
            raise LocalProtocolError(command=type(command).__name__, state=obstacle)
        self._check_values(command)
        self._now = now
        self._procedure = self._begin(command)
        return self._resume(next)

    def receive(self, data: bytes, now: float) -> list[Event]:
        """Take bytes from the link, any bytes, in any cuts. Never raises for what they hold."""
        self._now = now
        if data:
            self._last_traffic_at = now
            self._note_bytes()
        # Everything is heard before anything is sent, as a replay of the capture hears it.
        items = list(self._listener.cut(data))
        events = [event for item in items for event in self._listener.interpret(item)]
        for item in items:
            if self._procedure is not None:
                events += self._react(item)
        return events

    def expire(self, now: float) -> list[Event]:
        """Take note that time has passed: wake, ask again or fail when the deadline is over."""
        if self._deadline is None or now < self._deadline or self._wish is None:
            return []
        self._now = now
        if self._phase is _Phase.QUIETING:
            return self._wake()
        if self._phase is _Phase.WAKING:
            return self._wake_again()
        name = find_command(self._wish.request).name
        if self._is_clean:
            return self._ask_again(SilenceError(command=name, attempts=self._attempt))
        return self._ask_again(FrameError(reason=f"the answer to {name} broke off"))

    def _find_obstacle(self, command: HostCommand | KnownRequest) -> str | None:
        is_reading = isinstance(command, ReadRecords)
        is_clearing = isinstance(command, Acknowledge | ClearKnockRecords)
        obstacles = {
            "failed": self._has_failed,
            "busy with another command": self._procedure is not None,
            "one that clears patrol records only to acknowledge them": isinstance(
                command, ClearPatrolRecords
            ),
            "without counters": is_reading and self._procedures.counts is None,
            "without a whole reading": is_clearing and not self._procedures.is_read,
        }
        return next((state for state, is_so in obstacles.items() if is_so), None)

    def _check_values(self, command: HostCommand | KnownRequest) -> None:
        match command:
            case SetClock(civil):
                encode_time(civil)
                encode_time(civil + _LONGER_THAN_ANY_COMMAND)
            case Identify() | CheckClock() | ReadCounters() | ReadRecords() | Acknowledge():
                pass
            case _:
                encode_request(command)

    def _begin(self, command: HostCommand | KnownRequest) -> Procedure:
        procedure: Procedure
        match command:
            case Identify():
                procedure = self._procedures.identify()
            case CheckClock():
                procedure = self._procedures.check_clock()
            case ReadCounters():
                procedure = self._procedures.read_counters()
            case ReadRecords():
                procedure = self._procedures.read_records()
            case Acknowledge():
                procedure = self._procedures.acknowledge()
            case SetClock(civil):
                procedure = self._procedures.set_clock(civil, self._now)
            case ClearKnockRecords():
                procedure = self._procedures.clear_knocks(command)
            case _:
                procedure = self._procedures.pass_on(command)
        return procedure

    def _resume(self, step: Callable[[Procedure], Wish]) -> list[Event]:
        if self._procedure is None:
            return []
        try:
            self._wish = step(self._procedure)
        except StopIteration as end:
            self._stop()
            return [Answered(end.value)]
        except RemoteProtocolError as error:
            return self._fail(error)
        self._attempt = 1
        self._wake_attempt = 0
        return self._begin_request()

    def _begin_request(self) -> list[Event]:
        if self._state is State.AWAKE and self._now - self._last_traffic_at >= REWAKE_S:
            self._state = advance(self._state, Signal.FALL_ASLEEP)
        match self._state:
            case State.AWAKE:
                return self._transmit()
            case State.ASLEEP:
                return self._wake()
            case _:
                return self._quieten()

    def _note_bytes(self) -> None:
        """Bytes came: while waiting for quiet that begins anew, and no silence was silent."""
        self._is_clean = self._is_clean and self._phase is not _Phase.ASKED
        if self._phase is _Phase.QUIETING:
            self._deadline = min(self._now + QUIET_S, self._noisy_until)

    def _react(self, item: Heedable) -> list[Event]:
        match item:
            case Exchange(request, reply) if self._wish and request == self._wish.request:
                if self._state is not State.AWAKE:
                    self._state = advance(self._state, Signal.REPLY)
                return self._resume(lambda procedure: procedure.send(reply))
            case Woken() if self._phase is _Phase.WAKING:
                if not self._is_clean:
                    return self._wake_again()
                self._state = advance(self._state, Signal.WAKE)
                return self._transmit()
            case FrameRejected(error) if self._phase is _Phase.ASKED:
                return self._ask_again(error)
            case _:
                self._is_clean = self._is_clean and self._phase is not _Phase.WAKING
                return []

    def _quieten(self) -> list[Event]:
        self._phase = _Phase.QUIETING
        self._deadline = self._now + QUIET_S
        self._noisy_until = self._now + _NOISE_LIMIT_S
        return []

    def _wake(self) -> list[Event]:
        self._phase = _Phase.WAKING
        self._wake_attempt += 1
        self._is_clean = True
        self._deadline = self._now + WAKE_TIMEOUT_S
        return self._write(WAKE_BYTES)

    def _wake_again(self) -> list[Event]:
        limit = CLEARING_WAKE_ATTEMPTS if self._procedures.is_clearing else WAKE_ATTEMPTS
        if self._wake_attempt >= limit:
            return self._fail(SilenceError(command="the wake byte", attempts=self._wake_attempt))
        return [Resent("wake", self._wake_attempt + 1), *self._quieten()]

    def _transmit(self) -> list[Event]:
        if self._wish is None:
            return []
        self._phase = _Phase.ASKED
        self._wake_attempt = 0
        self._is_clean = True
        request = self._wish.request
        self._state = advance(self._state, request_signal(request))
        self._deadline = self._now + find_command(request).timeout_s
        return self._write(build_frame(*encode_request(request)))

    def _write(self, data: bytes) -> list[Event]:
        self._last_traffic_at = self._now
        return [*self._listener.sent(data), Transmit(data)]

    def _ask_again(self, error: RemoteProtocolError) -> list[Event]:
        if self._wish is None:
            return []
        command = find_command(self._wish.request)
        if self._attempt >= (self._wish.tries or command.tries):
            return self._resume(lambda procedure: procedure.throw(error))
        self._attempt += 1
        return [Resent(command.name, self._attempt), *self._quieten()]

    def _stop(self) -> None:
        self._procedure = self._wish = self._deadline = None
        self._phase = _Phase.IDLE

    def _fail(self, error: RemoteProtocolError) -> list[Event]:
        self._has_failed = True
        self._stop()
        return [Failed(error)]


def host_opener(index_base: IndexBase | None = None) -> Callable[[int], KaiheHost]:
    """What makes host sessions for wands whose patrol records begin there; None finds it out.

    Nothing in a session is drawn at random, so the seed does nothing.
    """
    profile = Profile(index_base=index_base)
    return lambda _seed: KaiheHost(profile)
