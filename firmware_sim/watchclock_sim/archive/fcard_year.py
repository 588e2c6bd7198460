"""A year of an FC wand: both rings filled in bulk, the conversation by the dialect's builders."""

from datetime import datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from watchclock_protocol.bulk import block_encoder
from watchclock_protocol.dialects.fcard import FCARD, replies, requests
from watchclock_protocol.dialects.fcard.commands import (
    ReplyKind,
    encode_reply,
    encode_request,
    find_command,
)
from watchclock_protocol.dialects.fcard.listener import NAME
from watchclock_protocol.dialects.fcard.page_frames import page_frames
from watchclock_protocol.dialects.fcard.records import (
    CARD_RECORDS,
    CHECKPOINT,
    STAFF_CARD,
    SYSTEM_RECORDS,
)
from watchclock_protocol.dialects.fcard.replies import FcardReply, RangeEnd
from watchclock_protocol.dialects.fcard.requests import FcardRequest
from watchclock_protocol.dialects.fcard.ring import MOST_RECORDS_A_REQUEST, split, unread_runs
from watchclock_protocol.fcard_family.frames import BROADCAST, Frame, build_frame
from watchclock_protocol.fcard_family.info_codes import tokens
from watchclock_protocol.messages import Identity
from watchclock_protocol.records import RecordKind
from watchclock_protocol.values import TimeCoding, WandTime
from watchclock_sim.archive.ring_rows import RingRows
from watchclock_sim.archive.rounds import Night, walked
from watchclock_sim.archive.site import YearSetup, integers_of
from watchclock_sim.archive.talk import Talk
from watchclock_sim.archive.voice import Held
from watchclock_sim.archive.year_clock import civil_of, site_seconds
from watchclock_sim.hardware.decimal_time import packed, packed_day, packed_time
from watchclock_sim.wands.fcard_parameters import FcardParameters
from watchclock_sim.wands.system_log import SYSTEM_CAPACITY, SystemCode

__all__ = ["FcardYear"]

FEWEST_WITH_LOG: Final = 8
"""Nights with fewer records leave nothing in the system log."""
VOLTAGE: Final = (3, 95)
CHARGE_PERCENT: Final = 82


class FcardYear:
    """Implements ``Voice``."""

    capabilities = FCARD.capabilities

    def __init__(self, setup: YearSetup) -> None:
        self._setup = setup
        self._clock = setup.clock
        self._number = int(setup.number)
        self._parameters = FcardParameters()
        self._cards = integers_of([tag.octets for tag in setup.tags])
        self._rings: dict[RecordKind, RingRows] = {
            RecordKind.PATROL: RingRows(setup.capacity, CARD_RECORDS.octets),
            RecordKind.SYSTEM: RingRows(SYSTEM_CAPACITY, SYSTEM_RECORDS.octets),
        }
        self._seconds: dict[RecordKind, RingRows] = {
            RecordKind.PATROL: RingRows(setup.capacity, 8),
            RecordKind.SYSTEM: RingRows(SYSTEM_CAPACITY, 8),
        }
        self._tokens = tokens(0)
        self._address = BROADCAST

    def live(self, night: Night) -> None:
        """Switched on, then guard and rounds."""
        self._clock.live(night)
        logged = int(night.made >= FEWEST_WITH_LOG)
        self._parameters.power_ons += 1
        if logged:
            shown = np.array([self._clock.shown_at(night.begins_s)], np.int64)
            raw = bytes((SystemCode.POWER_ON,)) + packed_time(civil_of(int(shown[0]))) + b"\x00"
            self._keep(RecordKind.SYSTEM, np.frombuffer(raw, np.uint8)[np.newaxis], shown)
        count = night.made - logged
        touches = walked(night, count, self._setup.checkpoints, self._setup.chance)
        shown = self._clock.shown(touches.utc_s)
        cards, states = self._cards[touches.places], np.full(count, CHECKPOINT)
        if count:
            cards[0], states[0] = self._cards[self._setup.checkpoints + touches.guard], STAFF_CARD
        fields = {"staff_number": np.full(count, touches.guard), "state": states, "card": cards}
        self._keep(RecordKind.PATROL, block_encoder(CARD_RECORDS).encode(shown, fields), shown)
        self._parameters.staff_selected = touches.guard

    def greet(self, talk: Talk, seed: int) -> Identity:
        """Number, asked of every wand, then firmware."""
        self._tokens, self._address = tokens(seed), BROADCAST
        self._ask(talk, requests.ReadNumber(), replies.NumberReply(number=self._number))
        self._address = self._number
        firmware = replies.Firmware(raw=self._parameters.firmware)
        self._ask(talk, requests.ReadFirmware(), firmware)
        return Identity(NAME, self._setup.number, firmware.text)

    def show_time(self, talk: Talk) -> WandTime:
        """The clock in whole seconds."""
        civil = civil_of(self._clock.shown_at(talk.now_s))
        shown = WandTime(packed_time(civil)[::-1], civil, TimeCoding.BCD)
        self._ask(talk, requests.ReadClock(), replies.Clock(time=shown))
        return shown

    def count(self, talk: Talk) -> Held:
        """Run information, then the pointers of both rings."""
        unread = {kind: ring.unread for kind, ring in self._rings.items()}
        told = replies.RunInformation(
            factory_date_raw=packed_day(self._parameters.factory_day),
            formats=self._parameters.formats,
            power_ons=self._parameters.power_ons,
            voltage_raw=packed(*VOLTAGE),
            charge_percent=CHARGE_PERCENT,
            staff_selected=self._parameters.staff_selected,
            staff_used=0,
            new_card_records=unread[RecordKind.PATROL],
            new_system_records=unread[RecordKind.SYSTEM],
        )
        self._ask(talk, requests.ReadRunInformation(), told)
        self._ask(talk, requests.ReadPointers(), self._pointers())
        seconds = np.concatenate([ring.unread_rows() for ring in self._seconds.values()])
        shown = seconds.view(np.int64).reshape(-1)
        return Held(
            kinds={kind: count for kind, count in unread.items() if count},
            first=civil_of(int(shown.min())) if len(shown) else None,
            last=civil_of(int(shown.max())) if len(shown) else None,
            overwritten=sum(ring.take_lost() for ring in self._rings.values()),
        )

    def hand_over(self, talk: Talk) -> None:
        """Both rings in pages, at most 500 records a request."""
        for kind, ring in self._rings.items():
            for run in unread_runs(ring.pointers.state(kind)):
                for part in split(run, MOST_RECORDS_A_REQUEST):
                    token = next(self._tokens)
                    wanted = requests.ReadRange(
                        kind=kind, first=part.first, quantity=part.quantity
                    )
                    serials = np.arange(part.first, part.last + 1)
                    pages = page_frames(self._number, token, kind, serials, ring.rows(serials))
                    end = self._answer(wanted, token, RangeEnd(total=part.quantity))
                    talk.ask(self._question(wanted, token), pages + end)

    def let_go(self, talk: Talk, zone: ZoneInfo) -> None:  # noqa: ARG002 - sets no clock
        """The read pointers, which are then read again."""
        moved = False
        for kind, ring in self._rings.items():
            if ring.unread:
                last = ring.write_index
                wanted = requests.WriteReadPointer(kind=kind, read_index=last, is_wrapped=False)
                self._ask(talk, wanted, replies.Done())
                ring.acknowledge()
                self._seconds[kind].acknowledge()
                moved = True
        if moved:
            self._ask(talk, requests.ReadPointers(), self._pointers())

    def set_clock(self, talk: Talk, zone: ZoneInfo) -> datetime:
        """The clock to the site's time."""
        civil_s = site_seconds(talk.now_s, zone)
        self._clock.set_to(talk.now_s, civil_s)
        civil = civil_of(civil_s)
        self._ask(talk, requests.WriteClock(civil=civil), replies.Done())
        return civil

    def _keep(self, kind: RecordKind, rows: np.ndarray, seconds: np.ndarray) -> None:
        self._rings[kind].append(rows)
        self._seconds[kind].append(np.ascontiguousarray(seconds).view(np.uint8).reshape(-1, 8))

    def _pointers(self) -> replies.Pointers:
        card, system = (ring.pointers for ring in self._rings.values())
        return replies.Pointers(card=card, system=system)

    def _ask(self, talk: Talk, request: FcardRequest, reply: FcardReply) -> None:
        token = next(self._tokens)
        talk.ask(self._question(request, token), self._answer(request, token, reply))

    def _question(self, request: FcardRequest, token: int) -> bytes:
        command = find_command(request)
        frame = Frame(
            address=self._address,
            token=token,
            class_code=command.class_code,
            command=command.command,
            data=_asked(request),
        )
        return build_frame(frame)

    def _answer(self, request: FcardRequest, token: int, reply: FcardReply) -> bytes:
        kind, data = _told(request, reply)
        frame = Frame(
            address=self._number,
            token=token,
            class_code=kind.class_code,
            command=kind.command,
            data=data,
        )
        return build_frame(frame)


@lru_cache(maxsize=64)
def _asked(request: FcardRequest) -> bytes:
    """The data of a request; many are the same in every download."""
    return encode_request(request)


@lru_cache(maxsize=64)
def _told(request: FcardRequest, reply: FcardReply) -> tuple[ReplyKind, bytes]:
    """Kind and data of a reply, likewise."""
    return encode_reply(request, reply)
