"""An fcard wand with a memory of its own, and a line between it and a host session."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import count

from tests.support import by_hand_fcard, golden_fcard
from tests.support.by_hand_fcard import civil
from tests.support.session_line import SessionLine
from watchclock_protocol.dialects.fcard import replies, requests
from watchclock_protocol.dialects.fcard.host import FcardHostSession
from watchclock_protocol.dialects.fcard.replies import FcardReply, RecordEntry, RingPointers
from watchclock_protocol.dialects.fcard.requests import FcardRequest
from watchclock_protocol.dialects.fcard.wand import Requested, WandSession
from watchclock_protocol.events import Transmit
from watchclock_protocol.records import RecordKind
from watchclock_protocol.values import TimeCoding, WandTime

CLOCK_RAW = bytes.fromhex("153020211126")
PARAMETERS: Mapping[type[FcardRequest], FcardReply] = {
    requests.ReadFirmware: replies.Firmware(raw=b"9922"),
    requests.ReadRunInformation: replies.RunInformation(
        factory_date_raw=b"\x19\x05\x07",
        formats=3,
        power_ons=1234,
        voltage_raw=b"\x03\x87",
        charge_percent=76,
        staff_selected=12,
        staff_used=2,
        new_card_records=137,
        new_system_records=23,
    ),
    requests.ReadClock: replies.Clock(time=WandTime(CLOCK_RAW, None, TimeCoding.BCD)),
    requests.ReadExpiryDate: replies.ExpiryDate(raw=b"\x30\x12\x31"),
    requests.ReadStorageMode: replies.StorageModeReply(mode=0),
    requests.ReadProductionDate: replies.ProductionDate(raw=b"\x24\x03\x15"),
    requests.ReadStayOnTime: replies.StayOnTime(duration_s=10),
    requests.ReadTorchTime: replies.TorchTime(duration_s=5),
}


FCARD_KINDS = (RecordKind.PATROL, RecordKind.SYSTEM)


class MemoryWand:
    """What a wand holds, set up by a test and asked through the wand's role."""

    def __init__(
        self, number: int, cards: dict[int, bytes], system: dict[int, bytes], capacity: int
    ) -> None:
        self.session = WandSession(number)
        self.records = {RecordKind.PATROL: cards, RecordKind.SYSTEM: system}
        self.pointers = {
            RecordKind.PATROL: pointers(capacity, len(cards)),
            RecordKind.SYSTEM: pointers(1000, len(system)),
        }
        self.staff: dict[int, replies.StaffEntry] = {}
        self.asked: list[FcardRequest] = []

    def receive(self, data: bytes, now: float) -> list[bytes]:
        frames: list[bytes] = []
        for event in self.session.receive(data, now):
            if isinstance(event, Requested):
                self.asked.append(event.request)
                frames += self.session.reply(event, self._answer(event.request))
            elif isinstance(event, Transmit):
                frames.append(event.data)
        return frames

    def _answer(self, request: FcardRequest) -> FcardReply:
        if type(request) in PARAMETERS:
            return PARAMETERS[type(request)]
        match request:
            case requests.ReadNumber():
                return replies.NumberReply(number=self.session.number)
            case requests.WriteNumber(number=number):
                self.session.number = number
                return replies.Done()
            case _:
                return self._answer_records(request) or self._answer_staff(request)

    def _answer_records(self, request: FcardRequest) -> FcardReply | None:
        match request:
            case requests.ReadPointers():
                card, system = (self.pointers[kind] for kind in FCARD_KINDS)
                return replies.Pointers(card=card, system=system)
            case requests.WriteReadPointer(kind=kind, read_index=index, is_wrapped=is_wrapped):
                pointer = self.pointers[kind]
                self.pointers[kind] = replace(pointer, read_index=index, is_wrapped=is_wrapped)
                return replies.Done()
            case requests.ReadRange(kind=kind, first=first, quantity=quantity):
                ring = self.records[kind]
                return replies.StoredRecords(
                    entries=tuple(
                        RecordEntry(serial=serial, raw=ring[serial])
                        for serial in range(first, first + quantity)
                        if serial in ring
                    )
                )
            case _:
                return None

    def _answer_staff(self, request: FcardRequest) -> FcardReply:
        match request:
            case requests.DeleteAllStaff():
                self.staff.clear()
            case requests.AddStaff(entries=new):
                self.staff.update({entry.number: entry for entry in new})
            case requests.ReadStaffCapacity():
                return replies.StaffCapacity(capacity=999, used=len(self.staff))
            case requests.ReadAllStaff():
                return replies.StaffList(entries=tuple(self.staff.values()))
            case requests.ReadStaff(value=number):
                return replies.StaffFound(entry=self.staff[number])
            case _:
                pass
        return replies.Done()


def pointers(capacity: int, write_index: int, read_index: int = 0) -> RingPointers:
    return RingPointers(
        capacity=capacity, write_index=write_index, read_index=read_index, is_wrapped=False
    )


def recorded_wand() -> MemoryWand:
    """The wand as the golden recording's ``decoded`` describes it."""
    cards = {
        1 + index: by_hand_fcard.card_record(
            index % 999 + 1,
            civil(2026, 11, 1 + index // 1440 % 28, index // 60 % 24, index % 60, index % 60),
            index % 2,
            0x7E7F00 + index,
        )
        for index in range(golden_fcard.RECORDED_CARDS)
    }
    system = {
        1 + index: by_hand_fcard.system_record(1 + index % 14, civil(2026, 11, 21, 10, index % 60))
        for index in range(golden_fcard.RECORDED_SYSTEM)
    }
    return MemoryWand(golden_fcard.NUMBER, cards, system, capacity=60_000)


def numbered_wand(records: int, *, number: int = 5, capacity: int = 60_000) -> MemoryWand:
    """A wand with so many card records and three system records, all different."""
    touched = civil(2026, 11, 21, 8, 30)
    cards = {
        serial: by_hand_fcard.card_record(7, touched, 0, serial)
        for serial in range(1, records + 1)
    }
    system = {code: by_hand_fcard.system_record(code, touched) for code in (1, 2, 3)}
    return MemoryWand(number, cards, system, capacity)


class Line(SessionLine[FcardHostSession, MemoryWand]):
    """A line between an fcard session and such a wand."""


def host_session(seed: int = 0) -> FcardHostSession:
    return FcardHostSession(0x1000 + (seed + number) % 0xE000 for number in count())
