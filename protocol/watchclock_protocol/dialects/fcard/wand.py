"""The wand's side: cuts requests, refuses damaged ones, builds replies. The firmware decides.

Silence is the answer to a frame for another wand, to unknown commands and to data of a wrong
shape, because the maker's document knows no reply for them (docs/protocols/fcard.md "Not known").
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

from watchclock_protocol.dialects.fcard.commands import (
    LIVE_CARD,
    SUM_REFUSED,
    Command,
    ReplyKind,
    decode_request,
    encode_reply,
    find_command,
)
from watchclock_protocol.dialects.fcard.replies import (
    FcardReply,
    RangeEnd,
    RecordEntry,
    StaffEnd,
    StaffEntry,
    StaffList,
    StoredRecords,
)
from watchclock_protocol.dialects.fcard.requests import FcardRequest, ReadRange
from watchclock_protocol.dialects.fcard.transitions import (
    State,
    reply_signal,
    request_signal,
    step,
)
from watchclock_protocol.errors import (
    LocalProtocolError,
    RemoteProtocolError,
    SequenceError,
)
from watchclock_protocol.events import BytesSkipped, FrameRejected, Transmit
from watchclock_protocol.fcard_family.frames import (
    BROADCAST,
    HALF_FRAME_TIMEOUT_S,
    BrokenFrame,
    Frame,
    FrameReader,
    Skipped,
    build_frame,
)
from watchclock_protocol.fcard_family.info_codes import PUSH_TOKEN
from watchclock_protocol.records import RecordKind

__all__ = [
    "BROADCAST",
    "RECORDS_A_FRAME",
    "STAFF_A_FRAME",
    "Requested",
    "WandEvent",
    "WandSession",
]

RECORDS_A_FRAME: Final = {RecordKind.PATROL: 7, RecordKind.SYSTEM: 9}
"""What fits into 120 bytes: 4 + 7 x 16 and 4 + 9 x 12."""
STAFF_A_FRAME: Final = 7
"""What fits into 120 bytes: 2 + 7 x 15."""

Entry = TypeVar("Entry", RecordEntry, StaffEntry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested:
    """The host asked this wand for something; hand it to ``reply`` with what the firmware says.

    Attributes:
        request: what was asked.
        address: the number the frame was addressed to, 0 for every wand.
        token: the host's token, copied into the replies.
    """

    request: FcardRequest
    address: int
    token: int


WandEvent = Requested | Transmit | BytesSkipped | FrameRejected


class WandSession:
    """One wand's end of the line.

    Attributes:
        number: the wand's number, 1 to 255; the firmware changes it after ``WriteNumber``.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self._reader = FrameReader()
        self._last_byte_at = 0.0

    def receive(self, data: bytes, now: float) -> list[WandEvent]:
        """What the host's bytes ask for, in order. Never raises for what they hold.

        A frame whose sum does not hold is answered at once with ``Transmit`` of the reply that
        makes the host send again.

        Args:
            data: any bytes, in any cuts.
            now: monotonic seconds; a half frame older than 2 seconds is given up.
        """
        events: list[WandEvent] = []
        stale = self._reader.drop() if now - self._last_byte_at >= HALF_FRAME_TIMEOUT_S else None
        self._last_byte_at = now
        for item in [stale, *self._reader.receive(data)]:
            match item:
                case Frame():
                    events += self._request(item)
                case BrokenFrame():
                    events += self._broken(item)
                case Skipped():
                    events.append(BytesSkipped(item.count))
                case None:
                    pass
        return events

    def reply(self, requested: Requested, *replies: FcardReply) -> tuple[bytes, ...]:
        """The frames of an answer, one item a frame, to be written in order.

        ``StoredRecords`` to a range and ``StaffList`` to the whole list may hold any number of
        entries: they are cut into frames, and the frame that ends the stream is added unless the
        firmware gives it after them.

        Raises:
            LocalProtocolError: the request is never answered so.
            RequestRangeError: a value does not fit into its bytes.
        """
        command = find_command(requested.request)
        state = step(State.IDLE, request_signal(command))
        frames: list[bytes] = []
        for reply in _on_the_wire(requested.request, replies):
            kind, data = encode_reply(requested.request, reply)
            state = _follow(state, command, kind)
            frames.append(self._frame(requested.token, kind.class_code, kind.command, data))
        return tuple(frames)

    def push_card(self, card: int) -> bytes:
        """The frame that tells of a card shown while live reading is on.

        Its token is FFFF as the maker's desk reader pushes; the wand's own is not documented.

        Raises:
            RequestRangeError: the card number has more than 24 bits.
        """
        data = LIVE_CARD.layout.build({"card": card})
        return self._frame(PUSH_TOKEN, LIVE_CARD.class_code, LIVE_CARD.command, data)

    def _request(self, frame: Frame) -> list[WandEvent]:
        try:
            request = decode_request(frame.codes, frame.data)
        except RemoteProtocolError as error:
            return [FrameRejected(error)]
        if not self._is_meant(frame.address) and not find_command(request).ignores_address:
            return []
        return [Requested(request=request, address=frame.address, token=frame.token)]

    def _broken(self, broken: BrokenFrame) -> list[WandEvent]:
        rejected = FrameRejected(broken.error)
        frame = broken.frame
        if frame is None or not self._is_meant(frame.address):
            return [rejected]
        refusal = self._frame(frame.token, SUM_REFUSED.class_code, SUM_REFUSED.command, b"")
        return [rejected, Transmit(refusal)]

    def _is_meant(self, address: int) -> bool:
        return address in (BROADCAST, self.number)

    def _frame(self, token: int, class_code: int, command: int, data: bytes) -> bytes:
        return build_frame(
            Frame(
                address=self.number,
                token=token,
                class_code=class_code,
                command=command,
                data=data,
            )
        )


def _follow(state: State, command: Command, kind: ReplyKind) -> State:
    try:
        return step(state, reply_signal(command, kind))
    except SequenceError as error:
        raise LocalProtocolError(command=kind.name, state=f"answering {command.name}") from error


def _on_the_wire(request: FcardRequest, replies: tuple[FcardReply, ...]) -> Iterator[FcardReply]:
    """The replies with long ones cut into frames and the end of a stream added."""
    for reply in replies:
        match reply:
            case StoredRecords(entries=records) if isinstance(request, ReadRange):
                for page in _pages(records, RECORDS_A_FRAME[request.kind]):
                    yield StoredRecords(entries=page)
            case StaffList(entries=staff):
                for part in _pages(staff, STAFF_A_FRAME):
                    yield StaffList(entries=part)
            case _:
                yield reply
    yield from _end(replies)


def _end(replies: tuple[FcardReply, ...]) -> Iterator[FcardReply]:
    match replies:
        case (StoredRecords(entries=records),):
            yield RangeEnd(total=len(records))
        case (StaffList(entries=staff),):
            yield StaffEnd(total=len(staff))
        case _:
            pass


def _pages(entries: tuple[Entry, ...], most: int) -> Iterator[tuple[Entry, ...]]:
    for first in range(0, len(entries), most):
        yield entries[first : first + most]
