"""The firmware of a simulated WM-5000T: a contact wand with a list of touches and little else."""

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from watchclock_protocol.dialects.wm5000t.commands import (
    CloseSession,
    Count,
    Done,
    NextRecord,
    NoRecord,
    ReadStatus,
    Reply,
    Request,
    StartDownload,
    Status,
    StoredRecord,
    WriteClock,
)
from watchclock_protocol.dialects.wm5000t.wand import Requested, WandEvent, WandSession
from watchclock_protocol.events import Transmit
from watchclock_protocol.filled_reasons import FilledReason
from watchclock_protocol.values import TagId, TagTechnology
from watchclock_sim.hardware.contact_head import ContactHead, rom_of
from watchclock_sim.hardware.decimal_time import packed_time, unpacked_time
from watchclock_sim.hardware.memory import AppendedList
from watchclock_sim.hardware.power import WakeCause
from watchclock_sim.wands.personality import NumberRule, Personality
from watchclock_sim.wands.plain_life import Notes, PlainLife
from watchclock_sim.wands.setup import WandSetup
from watchclock_sim.wands.usb_profile import CP2102_BRIDGE

__all__ = ["KEPT_OCTETS", "SERIAL_OCTETS", "WM5000T", "Wm5000tWand"]

LOG: Final = logging.getLogger(__name__)
TIME_OCTETS: Final = 6
SERIAL_OCTETS: Final = 6
KEPT_OCTETS: Final = 3
"""What this wand keeps of a serial; the rest of its field is zero in every capture."""
NUMBER_DIGITS: Final = 6


class Wm5000tWand:
    """A contact wand. It keeps no guard, no system log and no counters, and closing wipes it.

    Args:
        setup: number, clock and size of the memory.
    """

    def __init__(self, setup: WandSetup) -> None:
        self.memory = AppendedList(setup.capacity)
        self._clock = setup.clock
        self._number = bytes.fromhex(setup.number)
        self._lost_records = setup.lost_records
        self._life = PlainLife(setup, ContactHead, Notes())
        self._session = WandSession()
        self._next = 0
        self._handed_out = 0

    @property
    def deadline(self) -> float | None:
        """When the session is given up for silence."""
        return self._session.deadline

    def power_on(self, utc: datetime) -> None:
        """Leaves no trace on this wand."""

    def voltage_low(self, utc: datetime) -> None:
        """Leaves no trace on this wand."""

    def enrol(self, number: int, name: str, tag: TagId) -> None:
        """Leaves no trace on this wand, which has no staff list."""

    def select_guard(self, number: int) -> None:
        """Leaves no trace on this wand; guards touch a tag of their own."""

    def touch(self, tag: TagId, utc: datetime, *, is_guard_tag: bool) -> bool:  # noqa: ARG002 - this wand cannot tell
        """A button is touched; False when it is not read or the memory is full."""
        read = self._life.read(rom_of(tag), utc)
        is_kept = False
        if read is not None and read.is_good and read.octets is not None:
            number = TagId(tag.technology, read.octets).number
            serial = number[-KEPT_OCTETS:].rjust(SERIAL_OCTETS, b"\x00")
            is_kept = self.memory.append(packed_time(self._clock.shown(utc)) + serial)
        self._life.behind_touch(utc)
        return is_kept

    def receive(self, data: bytes, now: float, utc: datetime) -> Iterator[bytes]:
        """Echo and answer of each command as one frame; the state changes at once."""
        self._life.use(utc, WakeCause.CABLE)
        return iter(self._frames(self._session.receive(data, now), now, utc))

    def expire(self, now: float, utc: datetime) -> Iterator[bytes]:
        """The header a wand sends when it gives up a session."""
        return iter(self._frames(self._session.expire(now), now, utc))

    def _frames(self, events: Iterable[WandEvent], now: float, utc: datetime) -> list[bytes]:
        frames: list[bytes] = []
        waiting = list(events)
        while waiting:
            match waiting.pop(0):
                case Transmit(data):
                    frames.append(data)
                case Requested(request):
                    frames[-1] += self._session.reply(self._answer(request, utc), now)
                    waiting += self._session.receive(b"", now)
                case _:
                    pass
        return frames

    def _answer(self, request: Request, utc: datetime) -> Reply:
        match request:
            case ReadStatus():
                return Status(self._number)
            case StartDownload():
                self._next = 0
                return Count(len(self.memory))
            case NextRecord():
                return self._hand_out()
            case WriteClock(time):
                civil = unpacked_time(time)
                if civil is not None:
                    self._clock.set_to(civil, utc)
                LOG.info("the clock is set to %s", civil or "nothing: no such date")
                return Done()
            case CloseSession():
                LOG.info("closed: %d records are wiped", len(self.memory))
                self.memory.wipe()
                return Done()
            case _:
                raise AssertionError(f"the session answers {request} itself")

    def _hand_out(self) -> Reply:
        record = self.memory.record(self._next)
        if record is None:
            return NoRecord()
        self._next += 1
        self._handed_out += 1
        if self._handed_out in self._lost_records:
            return NoRecord()
        return StoredRecord(record[:TIME_OCTETS], record[TIME_OCTETS:])


def _is_number(number: str) -> bool:
    return len(number) == NUMBER_DIGITS and set(number) <= set("0123456789ABCDEF")


WM5000T: Final = Personality(
    name="wm5000t",
    technology=lambda _number: TagTechnology.IBUTTON,
    # The status bytes in the capture of koliha/jwm-wm5000t, readme.md.
    default_number="531932",
    number=NumberRule(
        wanted=FilledReason("six hexadecimal digits in capitals"), allows=_is_number
    ),
    make=Wm5000tWand,
    # docs/protocols/wm5000t.md: speed and levels with which the source opens the port. What a real
    # wand does while they are high is not known; this one is silent.
    baud=19_200,
    wants_lines_low=True,
    usb=lambda _number: CP2102_BRIDGE,
)
