"""The firmware of a simulated Kaihe EB wand: a radio wand that also notes every knock it gets."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from watchclock_protocol.dialects.kaihe_eb import replies, requests
from watchclock_protocol.dialects.kaihe_eb.profile import IndexBase
from watchclock_protocol.dialects.kaihe_eb.records import decode_time
from watchclock_protocol.dialects.kaihe_eb.replies import KaiheReply
from watchclock_protocol.dialects.kaihe_eb.requests import KnownRequest
from watchclock_protocol.dialects.kaihe_eb.texts import encode_text
from watchclock_protocol.dialects.kaihe_eb.wand import Requested, WandEvent, WandSession
from watchclock_protocol.events import Transmit
from watchclock_protocol.filled_reasons import FilledReason
from watchclock_protocol.values import TagId, TagTechnology
from watchclock_sim.hardware.decimal_time import binary_time
from watchclock_sim.hardware.memory import AppendedList
from watchclock_sim.hardware.power import WakeCause
from watchclock_sim.hardware.radio_head import RadioHead
from watchclock_sim.wands.personality import NumberRule, Personality
from watchclock_sim.wands.plain_life import Notes, PlainLife
from watchclock_sim.wands.setup import WandSetup
from watchclock_sim.wands.usb_profile import CP2102_BRIDGE

__all__ = ["KAIHE_EB", "KaiheWand"]

LOG: Final = logging.getLogger(__name__)
DIGITS_A: Final = 10
DIGITS_B: Final = 2
CARD_OCTETS_A: Final = 5
CARD_OCTETS_B: Final = 2
TIME_OCTETS_B: Final = 5
CLEAR_S: Final = 1.0
"""A real wand takes up to 40 s; nobody who tries the simulator wants to wait that long."""
KNOCKS: Final = 500
TEXTS: Final[Mapping[type[KnownRequest], tuple[str, int]]] = {
    requests.ReadModel: ("EB-100", 16),
    requests.ReadFirmware: ("V1.0", 8),
    requests.ReadCompany: ("凯和", 32),
    requests.ReadSlogan: ("Watchclock", 32),
}


class KaiheWand:
    """A radio wand of variant A or B, by the length of its number.

    Args:
        setup: number, clock and size of the memory.
        index_base: index of the first patrol record; by default 0 in variant A and 1 in variant
            B, as the builds of the maker's library have it.
        clear_s: seconds it takes to clear records, during which it answers nothing.
    """

    def __init__(
        self, setup: WandSetup, *, index_base: IndexBase | None = None, clear_s: float = CLEAR_S
    ) -> None:
        self.memory = AppendedList(setup.capacity)
        self.knocks = AppendedList(KNOCKS)
        self._clock = setup.clock
        self._number = bytes.fromhex(setup.number)
        self._is_b = len(setup.number) == DIGITS_B
        default_base = IndexBase.ONE if self._is_b else IndexBase.ZERO
        self._base = default_base if index_base is None else index_base
        self._clear_s = clear_s
        self._lost_records = setup.lost_records
        self._life = PlainLife(setup, RadioHead, Notes(blow=self.knock))
        self._session = WandSession()
        self._cleared_at: float | None = None
        self._handed_out = 0

    @property
    def deadline(self) -> float | None:
        """When the wand falls asleep, or has cleared its records."""
        return self._session.deadline if self._cleared_at is None else self._cleared_at

    def power_on(self, utc: datetime) -> None:
        """Leaves no trace on this wand."""

    def voltage_low(self, utc: datetime) -> None:
        """Leaves no trace on this wand."""

    def enrol(self, number: int, name: str, tag: TagId) -> None:
        """Leaves no trace on this wand; what its staff commands answer is not known."""

    def select_guard(self, number: int) -> None:
        """Leaves no trace on this wand; guards touch a tag of their own."""

    def touch(self, tag: TagId, utc: datetime, *, is_guard_tag: bool) -> bool:  # noqa: ARG002 - this wand cannot tell
        """A tag is touched; False when it is not read or the memory is full.

        Variant B keeps the minute and the low two bytes of the number.
        """
        read = self._life.read(tag.octets, utc)
        is_kept = False
        if read is not None and read.is_good:
            time = binary_time(self._clock.shown(utc))
            card = tag.number.rjust(CARD_OCTETS_A, b"\x00")[-CARD_OCTETS_A:]
            kept = time[:TIME_OCTETS_B] + card[-CARD_OCTETS_B:] if self._is_b else time + card
            is_kept = self.memory.append(kept)
        self._life.behind_touch(utc)
        return is_kept

    def knock(self, utc: datetime) -> bool:
        """The wand is hit or falls; False when its memory of that is full."""
        return self.knocks.append(binary_time(self._clock.shown(utc)))

    def receive(self, data: bytes, now: float, utc: datetime) -> Iterator[bytes]:
        """What the wand answers, one item a frame; the state changes at once."""
        self._life.use(utc, WakeCause.CABLE)
        return iter(self._frames(self._session.receive(data, now), now, utc))

    def expire(self, now: float, utc: datetime) -> Iterator[bytes]:
        """The confirmation of a clearing that is done; falling asleep is silent."""
        if self._cleared_at is None or now < self._cleared_at:
            return iter(self._frames(self._session.expire(now), now, utc))
        self._cleared_at = None
        done = self._session.reply(replies.Confirmation(data=b"\x00"), now)
        return iter([done, *self._frames(self._session.receive(b"", now), now, utc)])

    def _frames(self, events: Iterable[WandEvent], now: float, utc: datetime) -> list[bytes]:
        frames: list[bytes] = []
        waiting = list(events)
        while waiting:
            match waiting.pop(0):
                case Transmit(data):
                    frames.append(data)
                case Requested(request):
                    frames += self._reply(request, now, utc)
                    waiting += self._session.receive(b"", now)
                case _:
                    pass
        return frames

    def _reply(self, request: KnownRequest, now: float, utc: datetime) -> list[bytes]:
        if isinstance(request, requests.ClearPatrolRecords | requests.ClearKnockRecords):
            self._clear(request)
            self._cleared_at = now + self._clear_s
            return []
        reply = self._answer(request, utc)
        if reply is None:
            self._session.stay_silent(now)
            return []
        return [self._session.reply(reply, now)]

    def _clear(self, request: requests.ClearPatrolRecords | requests.ClearKnockRecords) -> None:
        is_patrol = isinstance(request, requests.ClearPatrolRecords)
        memory = self.memory if is_patrol else self.knocks
        LOG.info("%d %s records are cleared", len(memory), "patrol" if is_patrol else "knock")
        memory.wipe()

    def _answer(self, request: KnownRequest, utc: datetime) -> KaiheReply | None:
        reply: KaiheReply | None
        match request:
            case requests.ReadNumber():
                reply = replies.NumberReply(number=self._number)
            case requests.CountPatrolRecords():
                reply = replies.Count(unread=len(self.memory))
            case requests.CountKnockRecords():
                reply = replies.Count(unread=len(self.knocks))
            case requests.ReadPatrolRecord(index=index):
                reply = self._hand_out(index)
            case requests.ReadKnockRecord(index=index):
                knock = self.knocks.record(index)
                reply = None if knock is None else replies.StoredKnock(raw=knock)
            case requests.TestBuzzer() | requests.TestLed():
                reply = replies.SelfTest(result=0)
            case _:
                reply = self._answer_setting(request, utc)
        return reply

    def _answer_setting(self, request: KnownRequest, utc: datetime) -> KaiheReply | None:
        match request:
            case requests.ReadClock():
                shown = binary_time(self._clock.shown(utc))
                weekday = b"" if self._is_b else bytes([self._clock.reading(utc).isoweekday()])
                return replies.ShownClock(shown=shown + weekday)
            case requests.WriteClock(time=time):
                civil = decode_time(time).civil
                if civil is not None:
                    self._clock.set_to(civil, utc)
                LOG.info("the clock is set to %s", civil or "nothing: no such date")
                return replies.Confirmation(data=b"\x00")
            case requests.WriteNumber(number=number) if self._is_b:
                self._number = number
                return replies.Confirmation(data=b"\x00")
            case requests.WriteNotifyMode() if self._is_b:
                return replies.Confirmation(data=b"\x00")
            case _:
                text = None if self._is_b else TEXTS.get(type(request))
                return None if text is None else replies.StoredText(raw=encode_text(*text))

    def _hand_out(self, index: int) -> KaiheReply | None:
        record = self.memory.record(index - self._base) if index >= self._base else None
        if record is None:
            return None
        self._handed_out += 1
        if self._handed_out in self._lost_records:
            return None
        return replies.StoredPatrol(raw=record)


def _is_number(number: str) -> bool:
    has_length = len(number) in (DIGITS_A, DIGITS_B)
    return has_length and set(number) <= set("0123456789ABCDEF")


KAIHE_EB: Final = Personality(
    name="kaihe_eb",
    technology=lambda _number: TagTechnology.EM4100,
    default_number="0000A1B2C3",
    number=NumberRule(
        wanted=FilledReason("ten (variant A) or two (variant B) hexadecimal digits in capitals"),
        allows=_is_number,
    ),
    make=KaiheWand,
    # The usual one of the three that docs/protocols/kaihe_eb.md names.
    baud=9_600,
    usb=lambda _number: CP2102_BRIDGE,
)
