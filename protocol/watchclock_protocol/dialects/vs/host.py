"""The host's side: how long is waited, what is sent again, when it is given up.

Procedures say what is asked in which order; the session around them sends, waits, sends again and
gives up. Deadlines and resends stand in the table of commands; source: docs/protocols/vs.md,
sections "Link" and "Frames".
"""

from collections.abc import Iterable, Iterator
from itertools import count
from typing import Final

from watchclock_protocol.dialects.vs.commands import encode_request, find_command
from watchclock_protocol.dialects.vs.frames import Frame, FrameKind, build_frame
from watchclock_protocol.dialects.vs.listener import VsListener
from watchclock_protocol.dialects.vs.pages import PageHeard
from watchclock_protocol.dialects.vs.procedures import Procedure, VsCommand, WandProcedures
from watchclock_protocol.dialects.vs.reading import KeptPages
from watchclock_protocol.dialects.vs.replies import NotConfirmed, Reason, Refusal, VsReply
from watchclock_protocol.dialects.vs.requests import ReadIdentity, VsRequest
from watchclock_protocol.errors import (
    LocalProtocolError,
    RecordsChangedError,
    RefusedError,
    RemoteProtocolError,
    SilenceError,
    WandChangedError,
)
from watchclock_protocol.events import (
    Answered,
    Event,
    Failed,
    FrameRejected,
    Heard,
    RecordsReceived,
    Resent,
    Transmit,
)
from watchclock_protocol.messages import Answer

__all__ = ["LONGEST_BUSY_S", "MOST_REFUSALS", "VsHostSession", "tokens"]

MOST_REFUSALS: Final = 20
"""How often a request that arrived damaged is sent again at once."""
LONGEST_BUSY_S: Final = 30.0
"""How long a wand that says it is busy is believed."""
TOKENS: Final = 0x10000
TOKEN_STEP: Final = 7919
"""Odd, so every token comes once before any comes again."""
_MILLISECONDS: Final = 1000


def tokens(seed: int) -> Iterator[int]:
    """Tokens in an order fixed by the seed, none repeated within 65,536."""
    return ((seed + number * TOKEN_STEP) % TOKENS for number in count())


class VsHostSession:
    """Downloads and sets up one wand; implements ``session.HostSession``.

    Besides the commands of every dialect it takes every request of this one, answered with the
    reply as it came, and ``SendList`` and ``FetchList``. Such a request does what it says at once:
    ``MoveReadPointer`` and ``EraseMemory`` cost records whatever was read before, while
    ``Acknowledge`` is refused before everything was read.

    A reading is bounded in memory by the number of pages. A record that arrives again is not
    reported again; one that arrives with other bytes fails the session.
    """

    def __init__(self, chosen: Iterator[int], kept: KeptPages | None = None) -> None:
        """Begin with an unknown wand.

        Args:
            chosen: one token a request, 0 to 65535.
            kept: what an interrupted reading brought home, if its records are safe; it is passed
                over when another wand answers or its read pointer is another.
        """
        self._tokens = chosen
        self._wand = WandProcedures(kept)
        self._listener = VsListener()
        self._procedure: Procedure | None = None
        self._is_failed = False
        self._request: VsRequest = ReadIdentity()
        self._frame = b""
        self._attempts = 0
        self._silences = 0
        self._refusals = 0
        self._progress_before = 0
        self._deadline: float | None = None

    @property
    def deadline(self) -> float | None:
        """When ``expire`` is due, or None while nothing is awaited."""
        return self._deadline

    @property
    def buffered(self) -> int:
        """Bytes kept of frames that are not complete yet."""
        return self._listener.buffered

    @property
    def kept(self) -> KeptPages | None:
        """Pages of the last reading that another session need not ask for, once they are safe."""
        return self._wand.kept

    def send(self, command: VsCommand, now: float) -> list[Event]:
        """Begin a command.

        Raises:
            LocalProtocolError: another command is in progress, the session has failed, the wand is
                not identified yet, records were not counted before reading or not read before
                acknowledging.
            RequestRangeError: a value does not fit into its bytes.
        """
        state = self._objection() or self._wand.objection(command)
        if state is not None:
            raise LocalProtocolError(command=type(command).__name__, state=state)
        self._procedure = self._wand.begin(command)
        try:
            return self._advance(None, now)
        except LocalProtocolError:
            self._procedure = None
            raise

    def receive(self, data: bytes, now: float) -> list[Event]:
        """What the wand's bytes lead to. Never raises for what they hold."""
        return self._react(self._listener.received(data), now)

    def expire(self, now: float) -> list[Event]:
        """Send again, ask for what is missing, or give up, when the deadline is over."""
        if not self._is_overdue(now):
            return []
        request = self._request
        events = self._react(self._listener.give_up(), now)
        if not self._is_overdue(now) or self._request is not request:
            return events
        if self._wand.progress > self._progress_before:
            return [*events, *self._advance(NotConfirmed(), now)]
        command = find_command(request)
        self._silences += 1
        if self._silences > command.resends:
            error = SilenceError(command=command.name, attempts=self._attempts)
            return [*events, *self._fail(error)]
        return [*events, *self._resend(now)]

    def _is_overdue(self, now: float) -> bool:
        return self._deadline is not None and now >= self._deadline

    def _objection(self) -> str | None:
        if self._is_failed:
            return "failed"
        if self._procedure is not None:
            return f"waiting for the answer to {find_command(self._request).name}"
        return None

    def _react(self, heard: Iterable[Event], now: float) -> list[Event]:
        events: list[Event] = []
        for event in heard:
            match event:
                case Heard(answer):
                    events += self._take_answer(answer, now)
                case RecordsReceived():
                    events += self._take_records(event)
                case FrameRejected(WandChangedError() as error) if self._procedure is not None:
                    events += [event, *self._fail(error)]
                case _:
                    events.append(event)
        return events

    def _take_answer(self, answer: Answer, now: float) -> list[Event]:
        """Pass a reply of this dialect on to the command in progress; others were told twice."""
        if self._procedure is None:
            return []
        match answer:
            case PageHeard():
                self._wait(now)
                self._wand.hear(answer)
                return []
            case Refusal():
                return self._take_refusal(answer, now)
            case _ if isinstance(answer, VsReply):
                return self._advance(answer, now)
            case _:
                return []

    def _take_refusal(self, refusal: Refusal, now: float) -> list[Event]:
        command = find_command(self._request)
        match refusal.reason:
            case Reason.DAMAGED if self._refusals < MOST_REFUSALS:
                self._refusals += 1
                return self._resend(now)
            case Reason.BUSY:
                busy_s = min(refusal.detail / _MILLISECONDS, LONGEST_BUSY_S)
                self._deadline = now + max(command.timeout_s, busy_s)
                return []
            case _:
                return self._fail(RefusedError(command=command.name, reason=refusal.name))

    def _take_records(self, event: RecordsReceived) -> list[Event]:
        try:
            new = self._wand.take(event.records)
        except RecordsChangedError as error:
            return self._fail(error)
        return [RecordsReceived(new)] if new else []

    def _advance(self, reply: VsReply | None, now: float) -> list[Event]:
        """Let the command in progress go on with this reply, or begin without one."""
        if self._procedure is None:
            return []
        try:
            request = next(self._procedure) if reply is None else self._procedure.send(reply)
        except StopIteration as finished:
            answer: Answer = finished.value
            self._procedure, self._deadline = None, None
            return [Answered(answer)]
        except RemoteProtocolError as error:
            return self._fail(error)
        return self._transmit(request, now)

    def _transmit(self, request: VsRequest, now: float) -> list[Event]:
        frame = Frame(
            kind=FrameKind.REQUEST,
            command=find_command(request).code,
            token=next(self._tokens),
            data=encode_request(request),
        )
        self._request, self._frame = request, build_frame(frame)
        self._attempts, self._silences, self._refusals = 0, 0, 0
        return self._write(now)

    def _write(self, now: float) -> list[Event]:
        self._attempts += 1
        self._progress_before = self._wand.progress
        self._wait(now)
        return [Transmit(self._frame), *self._listener.sent(self._frame)]

    def _resend(self, now: float) -> list[Event]:
        resent = Resent(find_command(self._request).name, self._attempts + 1)
        return [resent, *self._write(now)]

    def _wait(self, now: float) -> None:
        self._deadline = now + find_command(self._request).timeout_s

    def _fail(self, error: RemoteProtocolError) -> list[Event]:
        self._procedure, self._deadline = None, None
        self._is_failed = True
        return [Failed(error)]
