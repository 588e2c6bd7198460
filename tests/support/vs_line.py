"""A vs wand with a memory of its own, made by hand, and a line between it and a host session."""

from collections.abc import Iterable, Sequence
from itertools import count

from tests.support import by_hand_vs
from tests.support.by_hand_vs import CONTACT_SERIAL
from tests.support.session_line import SessionLine
from watchclock_protocol.dialects.vs import replies, requests
from watchclock_protocol.dialects.vs.host import VsHostSession
from watchclock_protocol.dialects.vs.reading import KeptPages
from watchclock_protocol.dialects.vs.replies import Reason, Refusal, VsReply
from watchclock_protocol.dialects.vs.requests import VsRequest
from watchclock_protocol.dialects.vs.wand import Requested, WandSession
from watchclock_protocol.events import Transmit

A_PAGE = 41
UNREAD = {1: "patrol", 2: "knock", 3: "short", 4: "alarm", 5: "system"}


class MemoryWand:
    """What a wand holds, set up by a test and asked through the wand's role.

    Attributes:
        pages: by number, as they are sent.
        kinds: by sequence, of the good records.
        asked: every request that arrived.
        refusals: what is answered to the next requests instead.
    """

    def __init__(self, records: Sequence[bytes], serial: bytes = CONTACT_SERIAL) -> None:
        self.session = WandSession()
        self.serial = serial
        self.read_pointer = 0
        self.pages: dict[int, bytes] = {}
        self.kinds: dict[int, int] = {}
        self.first: dict[int, int] = {}
        self.asked: list[VsRequest] = []
        self.refusals: list[Refusal] = []
        self.clock = (by_hand_vs.TOUCHED_S, 250)
        for start in range(0, len(records), A_PAGE):
            self.add_page(start // A_PAGE, start + 1, list(records[start : start + A_PAGE]))

    def add_page(self, number: int, first: int, records: list[bytes]) -> None:
        """A whole page in place of a former one of its number."""
        self.pages[number] = by_hand_vs.page(number, first, records, serial=self.serial)
        self.first[number] = first
        self.kinds |= {first + place: raw[4] for place, raw in enumerate(records)}

    @property
    def newest(self) -> int:
        return max(self.kinds, default=0)

    def receive(self, data: bytes, now: float) -> list[bytes]:
        frames: list[bytes] = []
        for event in self.session.receive(data, now):
            if isinstance(event, Requested):
                self.asked.append(event.request)
                frames += self.session.reply(event, *self.answers(event.request))
            elif isinstance(event, Transmit):
                frames.append(event.data)
        return frames

    def acknowledged(self) -> list[requests.MoveReadPointer]:
        return [each for each in self.asked if isinstance(each, requests.MoveReadPointer)]

    def ranges(self) -> list[tuple[int, int]]:
        """Which pages were asked for: first and how many."""
        asked = [each for each in self.asked if isinstance(each, requests.ReadPages)]
        return [(each.first_page, each.pages) for each in asked]

    def answers(self, request: VsRequest) -> Iterable[VsReply]:
        """What is answered, in order."""
        if self.refusals:
            return [self.refusals.pop(0)]
        match request:
            case requests.ReadIdentity():
                return [_identity(self.serial)]
            case requests.ReadTotals():
                return [self.totals()]
            case requests.ReadPages():
                numbers = range(request.first_page, request.first_page + request.pages)
                found = [
                    replies.PageRead(number=number, raw=self.pages[number])
                    for number in numbers
                    if number in self.pages
                ]
                return [*found, replies.PagesEnd(sent=len(found))]
            case _:
                return [self._answer_change(request)]

    def _answer_change(self, request: VsRequest) -> VsReply:
        seconds, milliseconds = self.clock
        match request:
            case requests.MoveReadPointer(serial=serial, sequence=sequence):
                if serial != self.serial:
                    return Refusal(reason=Reason.OTHER_WAND)
                self.read_pointer = sequence
                return replies.ReadPointer(sequence=sequence)
            case requests.ReadClock():
                return replies.ClockShown(seconds=seconds, milliseconds=milliseconds)
            case requests.WriteClock():
                self.clock = (request.seconds, request.milliseconds)
                return replies.ClockBefore(seconds=seconds, milliseconds=milliseconds)
            case _:
                return replies.Done()

    def totals(self) -> replies.Totals:
        """The counters, computed from what the wand holds."""
        behind = [kind for number, kind in self.kinds.items() if number > self.read_pointer]
        unread = {f"unread_{name}": behind.count(kind) for kind, name in UNREAD.items()}
        unread["unread_system"] += sum(kind not in UNREAD for kind in behind)
        newest_page = max(self.pages, default=0)
        after = [page for page, first in self.first.items() if first > self.read_pointer + 1]
        holding = min(after, default=newest_page + 1) - 1
        return replies.Totals(
            pages=1024,
            oldest_page=min(self.pages, default=0),
            first_unread_page=max(holding, min(self.pages, default=0)),
            newest_page=newest_page,
            oldest_sequence=min(self.kinds, default=1),
            newest_sequence=self.newest,
            read_pointer=self.read_pointer,
            overwritten=0,
            damaged=0,
            power_ons=345,
            formats=2,
            voltage_mv=3870,
            charge_percent=76,
            **unread,
        )


def _identity(serial: bytes) -> replies.IdentityReply:
    return replies.IdentityReply(
        model_raw=b"VS5000B".ljust(12, b"\x00"),
        serial=serial,
        printed_raw=bytes(16),
        firmware_raw=b"VS5000B-1.4.0".ljust(24, b"\x00"),
        batch_raw=bytes(12),
        production_day=9632,
        tag_types=1,
    )


def filled_wand(records: int, serial: bytes = CONTACT_SERIAL) -> MemoryWand:
    """A wand with so many different records, every tenth of them of another kind than patrol."""
    return MemoryWand([numbered_record(number) for number in range(1, records + 1)], serial)


def numbered_record(sequence: int) -> bytes:
    kind = 1 if sequence % 10 else 2 + sequence // 10 % 4
    subject = by_hand_vs.ROM if kind == 1 else by_hand_vs.pair(sequence)
    return by_hand_vs.record(sequence, kind, 1, subject=subject)


class VsLine(SessionLine[VsHostSession, MemoryWand]):
    """A line between a vs session and such a wand."""

    def __init__(self, wand: MemoryWand, kept: KeptPages | None = None, seed: int = 0) -> None:
        tokens = ((seed + number) % 0x10000 for number in count())
        super().__init__(VsHostSession(tokens, kept), wand)
