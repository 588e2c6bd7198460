"""What each command asks of a wand, in which order, and what it concludes from the replies.

A procedure is a generator: it yields requests and is handed their replies. Sending, waiting and
sending again is the session's part. Source of the order: docs/protocols/fcard.md "Ring memory".
"""

from collections.abc import Generator, Iterable, Mapping
from typing import Final, TypeVar

from watchclock_protocol.dialects.fcard.listener import NAME
from watchclock_protocol.dialects.fcard.replies import (
    Clock,
    Done,
    FcardReply,
    Firmware,
    NumberReply,
    Pointers,
    RunInformation,
    StaffEnd,
    StaffEntry,
    StaffList,
)
from watchclock_protocol.dialects.fcard.requests import (
    FcardRequest,
    ReadAllStaff,
    ReadClock,
    ReadFirmware,
    ReadNumber,
    ReadPointers,
    ReadRange,
    ReadRunInformation,
    WriteClock,
    WriteNumber,
    WriteReadPointer,
)
from watchclock_protocol.dialects.fcard.ring import MOST_ROUNDS, RingReading
from watchclock_protocol.errors import (
    LayoutError,
    RecordsChangedError,
    RecordsMissingError,
    SequenceError,
    WandChangedError,
)
from watchclock_protocol.fcard_family.frames import BROADCAST
from watchclock_protocol.messages import (
    Acknowledged,
    Answer,
    ClockReading,
    ClockSet,
    Counters,
    Identity,
    ReadingComplete,
    RingState,
)
from watchclock_protocol.records import Record, RecordKind
from watchclock_protocol.session import (
    Acknowledge,
    CheckClock,
    HostCommand,
    Identify,
    ReadCounters,
    ReadRecords,
    SetClock,
)

__all__ = ["Procedure", "WandProcedures"]

MAY_BROADCAST: Final = (Identify, ReadNumber)
"""What may be sent before the wand's number is known. ``WriteNumber`` may not, although the wand
ignores its address: it would give one number to two wands."""
MOST_STAFF: Final = 999
"""Staff numbers are 1 to 999 by the document."""

Procedure = Generator[FcardRequest, FcardReply, Answer]
Reply = TypeVar("Reply", bound=FcardReply)


class WandProcedures:
    """What is known of one wand so far, and the procedures that need it.

    Attributes:
        address: the wand's number, 0 while it is not known.
        is_line_doubtful: bytes were damaged on the line since the records were counted. The
            dialect's sum is one byte long, so damage that makes up for itself passes it; after
            any damage a reading counts only when a second one equals it.
    """

    def __init__(self, address: int) -> None:
        self.address = address
        self.is_line_doubtful = False
        self._staff: list[StaffEntry] = []
        self._identity: Identity | None = None
        self._counters: Counters | None = None
        self._readings: dict[RecordKind, RingReading] = {}
        self._is_proving = False
        self._read_up_to: dict[RecordKind, int] | None = None

    @property
    def is_reading(self) -> bool:
        """Every unread record is being read."""
        return bool(self._readings)

    @property
    def received(self) -> int:
        """Different records that arrived in the reading in progress."""
        return sum(reading.received for reading in self._readings.values())

    def take(self, records: Iterable[Record]) -> tuple[Record, ...]:
        """The records that are new in the reading in progress.

        Raises:
            RecordsChangedError: a record arrived before with other bytes.
        """
        new = tuple(
            record
            for record in records
            if record.slot is not None
            and self._readings[record.kind].take(record.slot, record.raw)
        )
        return () if self._is_proving else new

    def take_staff(self, page: StaffList) -> None:
        """Keep a page of the staff list.

        Raises:
            LayoutError: the list is longer than there are staff numbers.
        """
        self._staff += page.entries
        if len(self._staff) > MOST_STAFF:
            raise LayoutError(reason=f"a staff list of more than {MOST_STAFF} entries")

    def forget_staff(self) -> None:
        """Drop the pages that arrived, because the list is asked for from its beginning."""
        self._staff.clear()

    def objection(self, command: HostCommand | FcardRequest) -> str | None:
        """Why the command may not be given now, None when it may."""
        match command:
            case _ if self.address == BROADCAST and not isinstance(command, MAY_BROADCAST):
                return "not sure which wand it talks to"
            case ReadRecords() if self._counters is None:
                return "without fresh counters"
            case Acknowledge() if self._read_up_to is None:
                return "without a complete reading"
            case _:
                return None

    def begin(self, command: HostCommand | FcardRequest) -> Procedure:
        """The procedure of a command; a request of this dialect is passed on as it is."""
        match command:
            case Identify():
                procedure = self._identify()
            case CheckClock():
                procedure = _check_clock()
            case ReadCounters():
                procedure = self._count()
            case ReadRecords():
                procedure = self._read_records()
            case Acknowledge():
                procedure = self._acknowledge()
            case SetClock():
                procedure = _set_clock(command)
            case ReadAllStaff():
                procedure = self._read_staff()
            case _:
                procedure = self._pass_on(command)
        return procedure

    def _identify(self) -> Procedure:
        number = (yield from _ask(ReadNumber(), NumberReply)).number
        if self._identity and self._identity.number != str(number):
            found = Identity(NAME, str(number))
            raise WandChangedError(expected=self._identity.key, found=found.key)
        self.address = number
        firmware = yield from _ask(ReadFirmware(), Firmware)
        self._identity = Identity(NAME, str(number), firmware.text)
        return self._identity

    def _count(self) -> Procedure:
        self.is_line_doubtful = False
        run_information = yield from _ask(ReadRunInformation(), RunInformation)
        pointers = yield from _ask(ReadPointers(), Pointers)
        self._counters = Counters(pointers.rings, run_information.health)
        return self._counters

    def _read_records(self) -> Procedure:
        rings = self._counters.rings if self._counters else ()
        self._counters, self._read_up_to = None, None
        self._is_proving = False
        self._readings = {ring.kind: RingReading(ring) for ring in rings}
        yield from self._read_rings()
        if self.is_line_doubtful:
            yield from self._prove(rings)
        self._read_up_to = {kind: each.last for kind, each in self._readings.items() if each.last}
        received = self.received
        self._readings = {}
        return ReadingComplete(received, received)

    def _read_rings(self) -> Generator[FcardRequest, FcardReply, None]:
        """Ask for every unread record of the readings in progress until all arrived."""
        for kind, reading in self._readings.items():
            for run in reading.requests():
                yield ReadRange(kind=kind, first=run.first, quantity=run.quantity)
        announced = sum(reading.ring.unread for reading in self._readings.values())
        if self.received != announced:
            raise RecordsMissingError(announced=announced, received=self.received)

    def _prove(self, rings: Iterable[RingState]) -> Generator[FcardRequest, FcardReply, None]:
        """Read the same records and pointers again; they have to be equal."""
        self._is_proving = True
        for reading in self._readings.values():
            reading.begin_again()
        yield from self._read_rings()
        pointers = yield from _ask(ReadPointers(), Pointers)
        if [_beginning(ring) for ring in pointers.rings] != [_beginning(ring) for ring in rings]:
            raise RecordsChangedError(reason="its pointers are not the same")

    def _acknowledge(self) -> Procedure:
        waiting, self._read_up_to = dict(self._read_up_to or {}), None
        for _ in range(MOST_ROUNDS):
            for kind, serial in waiting.items():
                wanted = WriteReadPointer(kind=kind, read_index=serial, is_wrapped=False)
                yield from _ask(wanted, Done)
            # One byte of sum lets some damage pass, and a wrong read pointer would hide records.
            waiting = (yield from _unlike(waiting)) if waiting else {}
            if not waiting:
                return Acknowledged()
        raise RecordsChangedError(reason="its read pointer is not where it was set")

    def _pass_on(self, request: FcardRequest) -> Procedure:
        reply = yield request
        if isinstance(request, WriteNumber) and isinstance(reply, Done):
            self.address, self._identity = request.number, None
        return reply

    def _read_staff(self) -> Procedure:
        total = 0
        for _ in range(MOST_ROUNDS):
            total = (yield from _ask(ReadAllStaff(), StaffEnd)).total
            if total == len(self._staff):
                return StaffList(entries=tuple(self._staff))
        raise RecordsMissingError(announced=total, received=len(self._staff))


def _ask(
    request: FcardRequest, reply_type: type[Reply]
) -> Generator[FcardRequest, FcardReply, Reply]:
    """The reply to the request, which can only be of this type."""
    reply = yield request
    if isinstance(reply, reply_type):
        return reply
    raise SequenceError(answer=type(reply).__name__, expected=reply_type.__name__)


def _beginning(ring: RingState) -> tuple[int | None, int | None, bool]:
    """What tells where the unread records begin; the wand may meanwhile have added some."""
    return ring.capacity, ring.read_index, ring.is_wrapped


def _unlike(
    wanted: Mapping[RecordKind, int],
) -> Generator[FcardRequest, FcardReply, dict[RecordKind, int]]:
    """The read indexes the wand does not have as it was told."""
    pointers = yield from _ask(ReadPointers(), Pointers)
    found = {ring.kind: ring.read_index for ring in pointers.rings}
    return {kind: serial for kind, serial in wanted.items() if found[kind] != serial}


def _check_clock() -> Procedure:
    return ClockReading((yield from _ask(ReadClock(), Clock)).time)


def _set_clock(command: SetClock) -> Procedure:
    yield from _ask(WriteClock(civil=command.civil), Done)
    return ClockSet(command.civil)
