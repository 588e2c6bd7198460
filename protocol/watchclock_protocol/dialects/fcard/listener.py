"""Hears both directions of an fcard conversation, whoever the host is and whatever its order.

What the host sent tells what an answer means: the kind of records a range holds, which wand a
number belongs to, what an OK confirms. Only replies with the token and the address of the last
request count; a late reply to an earlier request is rejected and has to be asked for again.
"""

from typing import TYPE_CHECKING, Final

from watchclock_protocol.dialects.fcard.commands import (
    LIVE_CARD,
    NUMBER,
    Command,
    decode_reply,
    decode_request,
    find_command,
    find_reply_kind,
)
from watchclock_protocol.dialects.fcard.records import CARD_RECORDS, SYSTEM_RECORDS
from watchclock_protocol.dialects.fcard.replies import (
    Clock,
    Done,
    FcardReply,
    Firmware,
    NumberReply,
    Pointers,
    RunInformation,
    StoredRecords,
)
from watchclock_protocol.dialects.fcard.requests import (
    FcardRequest,
    ReadNumber,
    ReadRange,
    StartLiveReading,
    StopLiveReading,
    WriteClock,
    WriteNumber,
    WriteReadPointer,
)
from watchclock_protocol.dialects.fcard.transitions import (
    State,
    reply_signal,
    request_signal,
    step,
)
from watchclock_protocol.errors import RemoteProtocolError, SequenceError, WandChangedError
from watchclock_protocol.events import (
    BytesSkipped,
    Event,
    FrameRejected,
    Heard,
    ReadingBegan,
    RecordsReceived,
)
from watchclock_protocol.fcard_family.frames import (
    BROADCAST,
    BrokenFrame,
    Frame,
    FrameReader,
    Skipped,
)
from watchclock_protocol.messages import (
    Acknowledged,
    Answer,
    ClockReading,
    ClockSet,
    Counters,
    Identity,
)
from watchclock_protocol.record_batch import RecordBatch
from watchclock_protocol.records import RecordKind

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["NAME", "FcardListener"]

NAME: Final = "fcard"


class FcardListener:
    """Says what the frames of both directions mean; implements ``session.Listener``.

    Every reply but a page of records is told twice: as ``Heard`` of the dialect's own value, and,
    where it has a meaning all dialects share, as ``Heard`` of that.

    Attributes:
        state: where the exchange stands.
    """

    def __init__(self) -> None:
        self.state = State.IDLE
        self._requests = FrameReader()
        self._replies = FrameReader()
        self._asked: tuple[Frame, FcardRequest] | None = None
        self._is_live = False
        self._number_token: int | None = None
        self._number: int | None = None
        self._clock: datetime | None = None
        self._pointers: Pointers | None = None
        self._run_information: RunInformation | None = None
        self._is_reading_due = False

    @property
    def buffered(self) -> int:
        """Bytes kept of frames that are not complete yet, both directions."""
        return self._requests.buffered + self._replies.buffered

    def sent(self, data: bytes) -> list[Event]:
        """What the host's bytes begin: ``ReadingBegan`` at the first range after the pointers."""
        return [
            event
            for frame in self._requests.receive(data)
            if isinstance(frame, Frame)
            for event in self._ask(frame)
        ]

    def received(self, data: bytes) -> list[Event]:
        """What the wand's bytes say, in order. Never raises for what they hold."""
        events: list[Event] = []
        for item in self._replies.receive(data):
            match item:
                case Frame():
                    events += self._hear(item)
                case BrokenFrame(error):
                    events.append(FrameRejected(error))
                case Skipped(count):
                    events.append(BytesSkipped(count))
        return events

    def drop_half_frame(self) -> list[Event]:
        """Give up what is kept of an incomplete reply, because too long nothing followed."""
        skipped = self._replies.drop()
        return [BytesSkipped(skipped.count)] if skipped else []

    def _ask(self, frame: Frame) -> list[Event]:
        try:
            request = decode_request(frame.codes, frame.data)
        except RemoteProtocolError:
            self._asked = None
            return []
        self._asked = (frame, request)
        self.state = step(self.state, request_signal(find_command(request)))
        match request:
            case ReadNumber():
                self._number_token, self._number = frame.token, None
            case StartLiveReading():
                self._is_live = True
            case ReadRange() if self._is_reading_due and self._pointers:
                self._is_reading_due = False
                return [ReadingBegan(sum(ring.unread for ring in self._pointers.rings))]
            case _:
                pass
        return []

    def _hear(self, frame: Frame) -> list[Event]:
        try:
            request, reply = self._understand(frame)
        except RemoteProtocolError as error:
            return [FrameRejected(error)]
        if isinstance(reply, StoredRecords):
            return [RecordsReceived(self._records(request, reply))]
        meaning = self._meaning(request, reply, frame.address)
        return [Heard(reply), Heard(meaning)] if meaning else [Heard(reply)]

    def _understand(self, frame: Frame) -> tuple[FcardRequest, FcardReply]:
        """The reply and what it replies to; moves the state.

        Raises:
            RemoteProtocolError: it is no answer to the last request, or has a wrong shape.
        """
        self._refuse_second_wand(frame)
        if self._asked is None:
            raise SequenceError(
                answer=f"{frame.class_code:02X}/{frame.command:02X}", expected="silence"
            )
        asked, request = self._asked
        command = find_command(request)
        if self._is_live and frame.codes == LIVE_CARD.codes:
            kind = LIVE_CARD
        else:
            _check_envelope(frame, asked, command)
            kind = find_reply_kind(request, frame.codes)
        reply = decode_reply(kind, frame.data)
        _check_range(request, reply)
        self.state = step(self.state, reply_signal(command, kind))
        return request, reply

    def _refuse_second_wand(self, frame: Frame) -> None:
        """Raises WandChangedError when a second wand answers a request for the number."""
        if self._number is None or (frame.token, frame.codes) != (
            self._number_token,
            NUMBER.codes,
        ):
            return
        reply = decode_reply(NUMBER, frame.data)
        if isinstance(reply, NumberReply) and reply.number != self._number:
            raise WandChangedError(
                expected=f"{NAME}:{self._number}", found=f"{NAME}:{reply.number}"
            )

    def _records(self, request: FcardRequest, page: StoredRecords) -> RecordBatch:
        is_system = isinstance(request, ReadRange) and request.kind is RecordKind.SYSTEM
        return RecordBatch(
            layout=SYSTEM_RECORDS if is_system else CARD_RECORDS,
            block=b"".join(entry.raw for entry in page.entries),
            slots=tuple(entry.serial for entry in page.entries),
            reference=self._clock,
        )

    def _meaning(self, request: FcardRequest, reply: FcardReply, address: int) -> Answer | None:
        meaning: Answer | None = None
        match reply:
            case NumberReply(number=number):
                self._number = number
                meaning = Identity(NAME, str(number))
            case Firmware(text=text):
                meaning = Identity(NAME, str(address), text)
            case Clock(time=time):
                self._clock = time.civil
                meaning = ClockReading(time)
            case Pointers() | RunInformation():
                meaning = self._counters(reply)
            case Done():
                meaning = self._confirmation(request)
            case _:
                pass
        return meaning

    def _counters(self, reply: Pointers | RunInformation) -> Counters | None:
        """The counters, once the pointers are known; health only where it was told before."""
        if isinstance(reply, Pointers):
            self._pointers, self._is_reading_due = reply, True
        else:
            self._run_information = reply
        if self._pointers is None:
            return None
        health = self._run_information.health if self._run_information else None
        return Counters(self._pointers.rings, health)

    def _confirmation(self, request: FcardRequest) -> Answer | None:
        match request:
            case WriteReadPointer(is_wrapped=False):
                return Acknowledged()
            case WriteClock(civil=civil):
                self._clock = civil
                return ClockSet(civil)
            case StopLiveReading():
                self._is_live = False
            case WriteNumber():
                self._number = None
            case _:
                pass
        return None


def _check_envelope(frame: Frame, asked: Frame, command: Command) -> None:
    """Raises SequenceError when the frame does not answer what was asked last."""
    if frame.token != asked.token:
        raise SequenceError(answer=f"token {frame.token:04X}", expected=f"{asked.token:04X}")
    is_anyone_meant = asked.address == BROADCAST or command.ignores_address
    if not is_anyone_meant and frame.address != asked.address:
        raise SequenceError(answer=f"wand {frame.address}", expected=f"wand {asked.address}")


def _check_range(request: FcardRequest, reply: FcardReply) -> None:
    """Raises SequenceError when a record was not asked for."""
    if not isinstance(request, ReadRange) or not isinstance(reply, StoredRecords):
        return
    last = request.first + request.quantity - 1
    for entry in reply.entries:
        if not request.first <= entry.serial <= last:
            expected = f"one of {request.first} to {last}"
            raise SequenceError(answer=f"record {entry.serial}", expected=expected)
