"""The firmware of a simulated "!XD" controller: a fixed station with a short list of touches."""

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from watchclock_protocol.dialects.xgd.commands import (
    AnswerPush,
    AreYouThere,
    ChangeAddress,
    Count,
    CountRecords,
    DateShown,
    DeleteRecords,
    Done,
    ReadDate,
    ReadRecord,
    ReadTime,
    ReadWorkMode,
    RecordOutOfRange,
    SetDate,
    SetTime,
    SetWorkMode,
    StoredRecord,
    TimeShown,
    WorkMode,
    WorkModeShown,
    XgdReply,
    XgdRequest,
)
from watchclock_protocol.dialects.xgd.wand import Requested, WandSession
from watchclock_protocol.events import Transmit
from watchclock_protocol.filled_reasons import FilledReason
from watchclock_protocol.values import TagId, TagTechnology
from watchclock_sim.hardware.contact_head import ContactHead, rom_of
from watchclock_sim.hardware.decimal_time import packed_time, unpacked_time
from watchclock_sim.hardware.power import WakeCause
from watchclock_sim.hardware.rtc_registers import ShownTime
from watchclock_sim.wands.personality import NumberRule, Personality
from watchclock_sim.wands.plain_life import Notes, PlainLife
from watchclock_sim.wands.setup import WandSetup

__all__ = ["MOST_RECORDS", "PUSH_AGAIN_S", "XGD", "XgdWand"]

LOG: Final = logging.getLogger(__name__)
MOST_RECORDS: Final = 255
"""The count is one byte; what a real controller holds is not known."""
PUSH_AGAIN_S: Final = 2.0
"""How often a record is pushed that nobody answers; of a real controller it is not known."""
LARGEST_ADDRESS: Final = 255
PART_OCTETS: Final = 3


class XgdWand:
    """A controller that begins in store mode. A full memory takes no more.

    Args:
        setup: address as its number, clock and size of the memory, at most 255.
    """

    def __init__(self, setup: WandSetup) -> None:
        self.records: list[bytes] = []
        self.mode: int = WorkMode.STORE
        self._capacity = min(setup.capacity, MOST_RECORDS)
        self._clock = setup.clock
        self._lost_records = setup.lost_records
        self._life = PlainLife(setup, ContactHead, Notes())
        self._session = WandSession(int(setup.number))
        self._handed_out = 0
        self._push_at: float | None = None

    @property
    def deadline(self) -> float | None:
        """When the oldest record is pushed again; None in store mode and while it is empty."""
        return self._push_at if self.mode == WorkMode.LIVE and self.records else None

    def power_on(self, utc: datetime) -> None:
        """Leaves no trace on this controller."""

    def voltage_low(self, utc: datetime) -> None:
        """Leaves no trace on this controller, which hangs on the mains."""

    def enrol(self, number: int, name: str, tag: TagId) -> None:
        """Leaves no trace on this controller, which has no staff list."""

    def select_guard(self, number: int) -> None:
        """Leaves no trace on this controller; guards touch a tag of their own."""

    def touch(self, tag: TagId, utc: datetime, *, is_guard_tag: bool) -> bool:  # noqa: ARG002 - this wand cannot tell
        """A button is touched; False when it is not read or the memory is full.

        It keeps what it read last whatever its CRC says: the host finds out.
        """
        read = self._life.read(rom_of(tag), utc, WakeCause.CABLE)
        is_kept = False
        if read is not None and read.octets is not None and len(self.records) < self._capacity:
            number = self.records[-1][1] % MOST_RECORDS + 1 if self.records else 1
            time = _stored_time(self._clock.shown(utc))
            self.records.append(bytes([0, number]) + time + read.octets)
            is_kept = True
        self._life.behind_touch(utc)
        return is_kept

    def receive(self, data: bytes, now: float, utc: datetime) -> Iterator[bytes]:
        """One frame an answer; the state changes as the frames are drawn."""
        for event in self._session.receive(data):
            match event:
                case Transmit(frame):
                    yield frame
                case Requested(AnswerPush()):
                    self._give_up(now)
                case Requested(request):
                    reply = self._answer(request, now, utc)
                    if reply is not None:
                        yield self._session.reply(event, reply)
                case _:
                    pass
        yield from self.expire(now, utc)

    def expire(self, now: float, utc: datetime) -> Iterator[bytes]:  # noqa: ARG002 - as the port has it
        """The oldest record, pushed when its time has come."""
        if self.deadline is not None and now >= self.deadline:
            self._push_at = now + PUSH_AGAIN_S
            yield self._session.push(self.records[0])

    def _give_up(self, now: float) -> None:
        if self.records:
            LOG.info("record %d is answered and deleted", self.records[0][1])
            del self.records[0]
        self._push_at = now

    def _answer(self, request: XgdRequest, now: float, utc: datetime) -> XgdReply | None:
        reply: XgdReply | None = Done()
        match request:
            case AreYouThere():
                reply = self._session.present()
            case CountRecords():
                reply = Count(len(self.records))
            case ReadRecord(place):
                reply = self._hand_out(place)
            case DeleteRecords():
                LOG.info("%d records are deleted", len(self.records))
                self.records.clear()
            case ChangeAddress(address):
                LOG.info("the address is %d from now on", address)
            case SetWorkMode(mode):
                self.mode, self._push_at = mode, now
            case _:
                reply = self._answer_setting(request, utc)
        return reply

    def _answer_setting(self, request: XgdRequest, utc: datetime) -> XgdReply:
        shown = _stored_time(self._clock.shown(utc))
        time, date = shown[:PART_OCTETS], shown[PART_OCTETS:]
        match request:
            case ReadWorkMode():
                return WorkModeShown(self.mode)
            case ReadTime():
                return TimeShown(time)
            case ReadDate():
                return DateShown(date)
            case SetTime(part):
                self._set_clock(part + date, utc)
            case SetDate(part):
                self._set_clock(time + part, utc)
            case _:
                raise AssertionError(f"nobody answers {request}")
        return Done()

    def _set_clock(self, stored: bytes, utc: datetime) -> None:
        """The clock shows what ``ss mm HH dd MM yy`` says, unless that is no date."""
        civil = unpacked_time(stored[::-1])
        if civil is not None:
            self._clock.set_to(civil, utc)
        LOG.info("the clock is set to %s", civil or "nothing: no such date")

    def _hand_out(self, place: int) -> XgdReply | None:
        if not 1 <= place <= len(self.records):
            return RecordOutOfRange(len(self.records))
        self._handed_out += 1
        if self._handed_out in self._lost_records:
            return None
        return StoredRecord(self.records[place - 1])


def _stored_time(shown: ShownTime) -> bytes:
    """``ss mm HH dd MM yy``: what is packed elsewhere as ``yy MM dd HH mm ss``, from behind."""
    return packed_time(shown)[::-1]


def _is_address(number: str) -> bool:
    return number.isdecimal() and 1 <= int(number) <= LARGEST_ADDRESS


XGD: Final = Personality(
    name="xgd",
    technology=lambda _number: TagTechnology.IBUTTON,
    # The address of the worked frames in docs/protocols/xgd.md.
    default_number="3",
    number=NumberRule(wanted=FilledReason("a number from 1 to 255"), allows=_is_address),
    make=XgdWand,
    # docs/protocols/xgd.md, "Link".
    baud=9_600,
)
