"""The host's side: how long is waited, what is sent again, when it is given up.

Procedures say what is asked in which order; the session around them sends, waits, sends again and
gives up. Deadlines and resends stand in the table of commands; source: docs/protocols/fcard.md
"Link".
"""

from collections.abc import Iterator
from typing import Final

from watchclock_protocol.dialects.fcard.commands import encode_request, find_command
from watchclock_protocol.dialects.fcard.listener import FcardListener
from watchclock_protocol.dialects.fcard.procedures import Procedure, WandProcedures
from watchclock_protocol.dialects.fcard.replies import (
    FcardReply,
    LiveCard,
    NotConfirmed,
    StaffList,
    SumRefused,
)
from watchclock_protocol.dialects.fcard.requests import FcardRequest, ReadNumber
from watchclock_protocol.errors import (
    ChecksumError,
    FrameError,
    LayoutError,
    LocalProtocolError,
    RecordsChangedError,
    RefusedError,
    RemoteProtocolError,
    SilenceError,
    WandChangedError,
)
from watchclock_protocol.events import (
    Answered,
    BytesSkipped,
    Event,
    Failed,
    FrameRejected,
    Heard,
    RecordsReceived,
    Resent,
    Transmit,
)
from watchclock_protocol.fcard_family.frames import (
    BROADCAST,
    HALF_FRAME_TIMEOUT_S,
    Frame,
    build_frame,
)
from watchclock_protocol.fcard_family.info_codes import tokens
from watchclock_protocol.messages import Answer
from watchclock_protocol.session import HostCommand

__all__ = ["MOST_REFUSALS", "FcardHostSession", "tokens"]

MOST_REFUSALS: Final = 100
"""The SDK gives up after so many checksum-error replies to one request."""


class FcardHostSession:
    """Downloads and sets up one wand; implements ``session.HostSession``.

    Besides the commands of every dialect it takes every request of this one, answered with the
    reply as it came. Such a request does what it says at once: ``ClearRecords``, ``Initialise``
    and a forward ``WriteReadPointer`` cost records whatever was read before, while
    ``Acknowledge`` is refused before everything was read.

    A reading is bounded in memory by the wand's capacity, sixteen bytes a slot. A record that
    arrives again is not reported again; one that arrives with other bytes fails the session. On a
    line that damages bytes everything is read twice.
    """

    def __init__(self, info_codes: Iterator[int], address: int = BROADCAST) -> None:
        """Begin with an unknown wand, or with the wand of that number.

        Args:
            info_codes: one token a request, 0 to 65535.
            address: the wand's number, 1 to 255; 0 until it is asked with ``Identify``.
        """
        self._info_codes = info_codes
        self._wand = WandProcedures(address)
        self._listener = FcardListener()
        self._procedure: Procedure | None = None
        self._is_failed = False
        self._request: FcardRequest = ReadNumber()
        self._frame = b""
        self._attempts = 0
        self._silences = 0
        self._refusals = 0
        self._received_before = 0
        self._deadline: float | None = None
        self._last_byte_at = 0.0

    @property
    def deadline(self) -> float | None:
        """When ``expire`` is due, or None while nothing is awaited."""
        return self._deadline

    @property
    def buffered(self) -> int:
        """Bytes kept of frames that are not complete yet."""
        return self._listener.buffered

    def send(self, command: HostCommand | FcardRequest, now: float) -> list[Event]:
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
        events: list[Event] = []
        if now - self._last_byte_at >= HALF_FRAME_TIMEOUT_S:
            events += self._listener.drop_half_frame()
        self._last_byte_at = now
        for event in self._listener.received(data):
            events += self._react(event, now)
        return events

    def expire(self, now: float) -> list[Event]:
        """Send again, ask for what is missing, or give up, when the deadline is over."""
        if self._deadline is None or now < self._deadline:
            return []
        if self._wand.received > self._received_before:
            return self._advance(NotConfirmed(), now)
        command = find_command(self._request)
        self._silences += 1
        if self._silences > command.resends:
            return self._fail(SilenceError(command=command.name, attempts=self._attempts))
        return self._resend(now)

    def _objection(self) -> str | None:
        if self._is_failed:
            return "failed"
        if self._procedure is not None:
            return f"waiting for the answer to {find_command(self._request).name}"
        return None

    def _react(self, event: Event, now: float) -> list[Event]:
        match event:
            case Heard(answer) if not isinstance(answer, LiveCard):
                return self._take_reply(answer, now)
            case RecordsReceived():
                return self._take_records(event, now)
            case FrameRejected(WandChangedError() as error) if not self._is_failed:
                return [event, *self._fail(error)]
            case FrameRejected(ChecksumError() | FrameError()) | BytesSkipped():
                self._wand.is_line_doubtful = True
                return [event]
            case _:
                return [event]

    def _take_reply(self, reply: Answer, now: float) -> list[Event]:
        """Pass a reply of this dialect on to the command in progress; others were told twice."""
        if self._procedure is None or not isinstance(reply, FcardReply):
            return []
        match reply:
            case SumRefused():
                return self._send_refused_again(now)
            case StaffList():
                return self._take_staff(reply, now)
            case _:
                return self._advance(reply, now)

    def _take_staff(self, page: StaffList, now: float) -> list[Event]:
        self._wait(now)
        try:
            self._wand.take_staff(page)
        except LayoutError as error:
            return self._fail(error)
        return []

    def _take_records(self, event: RecordsReceived, now: float) -> list[Event]:
        if self._procedure is None or not self._wand.is_reading:
            return [event]
        self._wait(now)
        try:
            new = self._wand.take(event.records)
        except RecordsChangedError as error:
            return self._fail(error)
        return [RecordsReceived(new)] if new else []

    def _advance(self, reply: FcardReply | None, now: float) -> list[Event]:
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

    def _transmit(self, request: FcardRequest, now: float) -> list[Event]:
        command = find_command(request)
        frame = Frame(
            address=self._wand.address,
            token=next(self._info_codes),
            class_code=command.class_code,
            command=command.command,
            data=encode_request(request),
        )
        self._request, self._frame = request, build_frame(frame)
        self._attempts, self._silences, self._refusals = 0, 0, 0
        events = self._write(now)
        return events if command.is_confirmed else [*events, *self._advance(NotConfirmed(), now)]

    def _write(self, now: float) -> list[Event]:
        self._attempts += 1
        self._wand.forget_staff()
        self._received_before = self._wand.received
        self._wait(now)
        return [Transmit(self._frame), *self._listener.sent(self._frame)]

    def _resend(self, now: float) -> list[Event]:
        resent = Resent(find_command(self._request).name, self._attempts + 1)
        return [resent, *self._write(now)]

    def _send_refused_again(self, now: float) -> list[Event]:
        self._refusals += 1
        if self._refusals > MOST_REFUSALS:
            name = find_command(self._request).name
            reason = f"it found a damaged frame {self._refusals} times"
            return self._fail(RefusedError(command=name, reason=reason))
        return self._resend(now)

    def _wait(self, now: float) -> None:
        self._deadline = now + find_command(self._request).timeout_s

    def _fail(self, error: RemoteProtocolError) -> list[Event]:
        self._procedure, self._deadline = None, None
        self._is_failed = True
        return [Failed(error)]
