"""The firmware of a simulated FC wand: radio, ring memory, staff list and system log."""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Final

from watchclock_protocol.dialects.fcard import replies, requests
from watchclock_protocol.dialects.fcard.layouts import CARD_RECORD
from watchclock_protocol.dialects.fcard.replies import FcardReply, StaffEntry
from watchclock_protocol.dialects.fcard.requests import FcardRequest, StaffSearch
from watchclock_protocol.dialects.fcard.wand import Requested, WandEvent, WandSession
from watchclock_protocol.events import Transmit
from watchclock_protocol.filled_reasons import FilledReason
from watchclock_protocol.values import TagId, TagTechnology, TimeCoding, WandTime
from watchclock_sim.hardware.decimal_time import binary_time, packed, packed_day, packed_time
from watchclock_sim.hardware.memory import RecordRing, WhenFull
from watchclock_sim.hardware.power import WakeCause
from watchclock_sim.hardware.radio_head import RadioHead
from watchclock_sim.wands.fcard_parameters import FcardParameters
from watchclock_sim.wands.fcard_store import FcardStore
from watchclock_sim.wands.personality import NumberRule, Personality
from watchclock_sim.wands.plain_life import Notes, PlainLife
from watchclock_sim.wands.setup import WandSetup
from watchclock_sim.wands.staff import StaffMemory
from watchclock_sim.wands.system_log import SystemCode, SystemLog
from watchclock_sim.wands.usb_profile import FC_WAND

__all__ = ["FCARD", "FcardWand"]

LOG: Final = logging.getLogger(__name__)
CHECKPOINT: Final = 0
STAFF_CARD: Final = 1
CARD_OCTETS: Final = 3
LARGEST_NUMBER: Final = 255
NAME_OCTETS: Final = 10
ACTUATORS: Final = (
    requests.Beep,
    requests.SwitchTorch,
    requests.Vibrate,
    requests.TestDisplay,
    requests.LightLamp,
)
Part = Callable[[FcardRequest, datetime], FcardReply | None]


class FcardWand:
    """A radio wand.

    Args:
        setup: number, clock, battery and size of the memory.
        parameters: settings and life counters other than those of a new wand.
    """

    def __init__(self, setup: WandSetup, parameters: FcardParameters | None = None) -> None:
        self.cards = RecordRing(setup.capacity, setup.when_full)
        self.log = SystemLog(logs_host_actions=setup.logs_host_actions)
        self.staff = StaffMemory(self.log)
        self._store = FcardStore(self.cards, self.log, setup.lost_records)
        self._parameters = parameters or FcardParameters()
        self._clock = setup.clock
        self._battery = setup.battery
        notes = Notes(power_on=self._note_power_on, voltage_low=self._note_low)
        self._life = PlainLife(setup, RadioHead, notes)
        self._session = WandSession(int(setup.number))
        self._is_live = False
        self._shown: deque[int] = deque()

    @property
    def deadline(self) -> float | None:
        """At once while a card shown in live reading has not been reported."""
        return 0.0 if self._shown else None

    def power_on(self, utc: datetime) -> None:
        """Counted and logged."""
        self._life.catch_up(utc)
        self._note_power_on(utc)

    def voltage_low(self, utc: datetime) -> None:
        """Logged."""
        self._life.catch_up(utc)
        self._note_low(utc)

    def enrol(self, number: int, name: str, tag: TagId) -> None:
        """Put a guard into the staff list; a name of more than five characters is cut."""
        raw = name.encode("gbk", errors="replace")[:NAME_OCTETS].ljust(NAME_OCTETS, b"\x00")
        self.staff.put(StaffEntry(number=number, card=_card(tag), name_raw=raw))

    def select_guard(self, number: int) -> None:
        """The next card records bear this staff number."""
        self._parameters.staff_selected = number

    def touch(self, tag: TagId, utc: datetime, *, is_guard_tag: bool) -> bool:
        """A card is shown. An expired wand and a full one that stops keep nothing of it.

        In live reading the card is reported instead; whether real wands also store it is unknown.
        """
        read = self._life.read(tag.octets, utc)
        is_kept = read is not None and read.is_good and self._keep(tag, utc, is_guard_tag)
        self._life.behind_touch(utc)
        return is_kept

    def receive(self, data: bytes, now: float, utc: datetime) -> Iterator[bytes]:
        """The frames of each answer; a command takes effect when its answer is drawn."""
        self._life.use(utc, WakeCause.CABLE)
        return self._frames(self._session.receive(data, now), utc)

    def expire(self, now: float, utc: datetime) -> Iterator[bytes]:  # noqa: ARG002 - pushes need no time
        """Reports of the cards shown in live reading."""
        shown = list(self._shown)
        self._shown.clear()
        return iter([self._session.push_card(card) for card in shown])

    def _note_power_on(self, utc: datetime) -> None:
        self._parameters.power_ons += 1
        self.log.note(SystemCode.POWER_ON, self._clock.shown(utc))

    def _note_low(self, utc: datetime) -> None:
        self.log.note(SystemCode.VOLTAGE_LOW, self._clock.shown(utc))

    def _keep(self, tag: TagId, utc: datetime, is_guard_tag: bool) -> bool:  # noqa: FBT001 - passed on
        if self._is_live:
            self._shown.append(_card(tag))
            return False
        if self._clock.reading(utc).date() > self._parameters.expiry_day:
            return False
        owner = self.staff.find(StaffSearch.BY_CARD, _card(tag)) if is_guard_tag else None
        if owner is not None:
            self.select_guard(owner.number)
        record = CARD_RECORD.build(
            {
                "staff_number": self._parameters.staff_selected,
                "time": binary_time(self._clock.shown(utc)),
                "state": STAFF_CARD if is_guard_tag else CHECKPOINT,
                "card": tag.octets[-CARD_OCTETS:],
            }
        )
        return self.cards.append(record)

    def _frames(self, events: Iterable[WandEvent], utc: datetime) -> Iterator[bytes]:
        for event in events:
            match event:
                case Transmit(data):
                    yield data
                case Requested():
                    yield from self._session.reply(event, *self._answer(event.request, utc))
                case _:
                    pass

    def _answer(self, request: FcardRequest, utc: datetime) -> tuple[FcardReply, ...]:
        """What the wand says; nothing to the switch to live reading, whose reply nobody awaits."""
        if isinstance(request, requests.StartLiveReading):
            self._is_live = True
            return ()
        parts: tuple[Part, ...] = (
            self._store.answer,
            self.staff.answer,
            lambda request, _civil: self._parameters.read(request),
            lambda request, _civil: self._parameters.write(request),
            lambda request, _civil: self._store.answer_mode(request),
            lambda request, _civil: self._actuate(request),
            lambda request, _civil: self._answer_clock(request, utc),
            lambda request, civil: self._answer_life(request, utc, civil),
        )
        civil = self._clock.reading(utc)
        for part in parts:
            reply = part(request, civil)
            if reply is not None:
                return (reply,)
        raise AssertionError(f"no part answers {request}")

    def _answer_clock(self, request: FcardRequest, utc: datetime) -> FcardReply | None:
        match request:
            case requests.ReadClock():
                civil = self._clock.reading(utc)
                raw = packed_time(self._clock.shown(utc))[::-1]
                return replies.Clock(time=WandTime(raw, civil, TimeCoding.BCD))
            case requests.WriteClock(civil=civil):
                self._clock.set_to(civil, utc)
                LOG.info("the clock is set to %s", civil)
                return replies.Done()
            case _:
                return None

    def _answer_life(
        self, request: FcardRequest, utc: datetime, civil: datetime
    ) -> FcardReply | None:
        reply: FcardReply = replies.Done()
        match request:
            case requests.ReadNumber():
                reply = replies.NumberReply(number=self._session.number)
            case requests.WriteNumber(number=number):
                self._session.number = number
            case requests.ReadRunInformation():
                reply = self._run_information(utc)
            case requests.StopLiveReading():
                self._is_live = False
            case requests.Initialise():
                self._initialise(civil)
            case _:
                return None
        return reply

    def _actuate(self, request: FcardRequest) -> FcardReply | None:
        if not isinstance(request, ACTUATORS):
            return None
        LOG.info("the wand obeys %s", request)
        return replies.Done()

    def _initialise(self, civil: datetime) -> None:
        LOG.info("initialised: %d unread card records are lost", self.cards.unread)
        self.cards.clear()
        self.cards.when_full = WhenFull.OVERWRITE
        self.staff.clear()
        self._parameters.restore_defaults()
        self.log.note_host(SystemCode.INITIALISED, civil)

    def _run_information(self, utc: datetime) -> FcardReply:
        volts, millivolts = divmod(self._battery.voltage_mv(utc), 1000)
        return replies.RunInformation(
            factory_date_raw=packed_day(self._parameters.factory_day),
            formats=self._parameters.formats,
            power_ons=self._parameters.power_ons,
            voltage_raw=packed(volts, millivolts // 10),
            charge_percent=self._battery.charge_percent(utc),
            staff_selected=self._parameters.staff_selected,
            staff_used=len(self.staff),
            new_card_records=self.cards.unread,
            new_system_records=self.log.ring.unread,
        )


def _card(tag: TagId) -> int:
    """The 24 bits a radio wand keeps of a card number."""
    return int.from_bytes(tag.octets[-CARD_OCTETS:])


def _is_number(number: str) -> bool:
    return number.isdecimal() and 1 <= int(number) <= LARGEST_NUMBER


FCARD: Final = Personality(
    name="fcard",
    technology=lambda _number: TagTechnology.RFID,
    default_number="1",
    # FC wand protocol document, section 2.
    number=NumberRule(wanted=FilledReason("a number from 1 to 255"), allows=_is_number),
    make=FcardWand,
    # docs/protocols/fcard.md, "Link": the maker's tool opens the port at this speed.
    baud=115_200,
    usb=lambda _number: FC_WAND,
)
