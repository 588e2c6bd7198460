"""A year of a vs wand: its log filled in bulk, the conversation by the dialect's builders."""

from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from watchclock_protocol.bulk import block_encoder
from watchclock_protocol.dialects.vs import VS, replies, requests
from watchclock_protocol.dialects.vs.commands import (
    Command,
    ReplyKind,
    encode_reply,
    encode_request,
    find_command,
)
from watchclock_protocol.dialects.vs.frames import Frame, FrameKind, build_frame
from watchclock_protocol.dialects.vs.host import tokens
from watchclock_protocol.dialects.vs.listener import NAME
from watchclock_protocol.dialects.vs.page_frames import page_frames
from watchclock_protocol.dialects.vs.records import (
    GUARD_TAG_BIT,
    RECORDS,
    STOPPED_BIT,
    LogKind,
    tag_field,
)
from watchclock_protocol.dialects.vs.replies import RECORDS_A_PAGE, VsReply
from watchclock_protocol.dialects.vs.requests import MOST_PAGES_A_REQUEST, VsRequest
from watchclock_protocol.messages import Identity
from watchclock_protocol.records import RecordKind
from watchclock_protocol.values import WandTime
from watchclock_sim.archive.rounds import Night, Touches, walked
from watchclock_sim.archive.site import YearSetup, integers_of
from watchclock_sim.archive.talk import Talk
from watchclock_sim.archive.voice import Held
from watchclock_sim.archive.vs_log_rows import VsLogRows
from watchclock_sim.archive.year_clock import FIRST_S, civil_of, site_seconds
from watchclock_sim.wands.vs import vs_identity
from watchclock_sim.wands.vs_log import EVENT_PLACES
from watchclock_sim.wands.vs_mishaps import USUAL_MISHAPS

__all__ = ["VsYear"]

FEWEST_WITH_EVENTS: Final = 8
"""Nights with fewer records hold touches alone."""
VOLTAGE_MV: Final = 3950
CHARGE_PERCENT: Final = 82
KINDS: Final = {
    RecordKind.PATROL: (LogKind.PATROL,),
    RecordKind.KNOCK: (LogKind.KNOCK,),
    RecordKind.SYSTEM: (LogKind.READER_SHORT, LogKind.ALARM, LogKind.SYSTEM),
}


class VsYear:
    """Implements ``Voice``."""

    capabilities = VS.capabilities

    def __init__(self, setup: YearSetup) -> None:
        self._setup = setup
        self._clock = setup.clock
        self._identity, most_pages = vs_identity(setup.number)
        pages = min(most_pages, max(2, setup.capacity // RECORDS_A_PAGE))
        self.log = VsLogRows(pages, self._identity.serial, RECORDS.octets)
        self._power_ons = 0
        self._since_download: list[tuple[str, int, int]] = []
        fields = [tag_field(tag) for tag in setup.tags]
        self._tag_types = np.array([tag_type for tag_type, _ in fields])
        self._subjects = integers_of([subject for _, subject in fields])
        self._tokens = tokens(0)

    def live(self, night: Night) -> None:
        """What the last download left, switched on, then guard, rounds and their mishaps."""
        self._clock.live(night)
        self._power_ons += 1
        events = [*self._since_download, ("power_on", self._clock.shown_at(night.begins_s), 1)]
        self._since_download = []
        if night.made < FEWEST_WITH_EVENTS:
            events = []
        count = night.made - len(events)
        touches = walked(night, count, self._setup.checkpoints, self._setup.chance)
        shown = self._clock.shown(touches.utc_s)
        columns = self._touch_columns(touches)
        columns["status"][self._clock.has_failed(touches.utc_s)] |= STOPPED_BIT
        self._let_mishaps_happen(columns)
        seconds = np.concatenate([[at for _, at, _ in events], shown]).astype(np.int64)
        fields = _with_events(columns, [(name, value) for name, _, value in events])
        first = self.log.newest_sequence + 1
        fields["sequence"] = np.arange(first, first + night.made)
        fields["voltage_mv"] = np.full(night.made, VOLTAGE_MV)
        rows = block_encoder(RECORDS).encode(seconds, fields)
        self.log.append(rows, fields["kind"].astype(np.int64), seconds)

    def greet(self, talk: Talk, seed: int) -> Identity:
        """Its identity in one answer."""
        self._tokens = tokens(seed)
        self._ask(talk, requests.ReadIdentity(), self._identity)
        return Identity(NAME, self._identity.number, self._identity.firmware)

    def show_time(self, talk: Talk) -> WandTime:
        """The clock."""
        shown = replies.ClockShown(seconds=self._since_first(talk.now_s), milliseconds=0)
        self._ask(talk, requests.ReadClock(), shown)
        return shown.time

    def count(self, talk: Talk) -> Held:
        """All counters in one answer."""
        found = np.bincount(self.log.unread_kinds(), minlength=max(LogKind) + 1)
        log = self.log
        totals = replies.Totals(
            pages=log.pages,
            oldest_page=log.oldest_page,
            first_unread_page=log.first_unread_page,
            newest_page=log.newest_page,
            oldest_sequence=log.oldest_sequence,
            newest_sequence=log.newest_sequence,
            read_pointer=log.read_pointer,
            unread_patrol=int(found[LogKind.PATROL]),
            unread_knock=int(found[LogKind.KNOCK]),
            unread_short=int(found[LogKind.READER_SHORT]),
            unread_alarm=int(found[LogKind.ALARM]),
            unread_system=int(found[LogKind.SYSTEM]),
            overwritten=log.overwritten,
            damaged=0,
            power_ons=self._power_ons,
            formats=0,
            voltage_mv=VOLTAGE_MV,
            charge_percent=CHARGE_PERCENT,
        )
        self._ask(talk, requests.ReadTotals(), totals)
        shown = log.unread_seconds()
        kinds = {kind: int(sum(found[each] for each in of)) for kind, of in KINDS.items()}
        return Held(
            kinds={kind: count for kind, count in kinds.items() if count},
            first=civil_of(int(shown.min())) if len(shown) else None,
            last=civil_of(int(shown.max())) if len(shown) else None,
            overwritten=log.take_lost(),
        )

    def hand_over(self, talk: Talk) -> None:
        """The pages from the first unread on, at most 64 a request."""
        log = self.log
        if log.first_unread > log.newest_sequence:
            return
        images = list(log.page_images(FIRST_S))
        for first in range(0, len(images), MOST_PAGES_A_REQUEST):
            part = images[first : first + MOST_PAGES_A_REQUEST]
            request = requests.ReadPages(
                first_page=part[0][0],
                pages=len(part),
                first_sequence=log.read_pointer + 1,
                last_sequence=log.newest_sequence,
            )
            token = next(self._tokens)
            pages = b"".join(page_frames(token, part))
            end = _answer(request, token, replies.PagesEnd(sent=len(part)))
            talk.ask(_question(request, token), pages + end)

    def let_go(self, talk: Talk, zone: ZoneInfo) -> None:  # noqa: ARG002 - sets no clock
        """The read pointer, where there is anything to acknowledge."""
        newest = self.log.newest_sequence
        if newest > self.log.read_pointer:
            wanted = requests.MoveReadPointer(serial=self._identity.serial, sequence=newest)
            self._ask(talk, wanted, replies.ReadPointer(sequence=newest))
            self._since_download.append(("records_read", self._clock.shown_at(talk.now_s), newest))
            self.log.acknowledge()

    def set_clock(self, talk: Talk, zone: ZoneInfo) -> datetime:
        """The clock to the site's time, answered with what it showed before."""
        before = self._since_first(talk.now_s)
        civil_s = site_seconds(talk.now_s, zone)
        self._clock.set_to(talk.now_s, civil_s)
        answer = replies.ClockBefore(seconds=before, milliseconds=0)
        self._ask(talk, requests.WriteClock(seconds=civil_s - FIRST_S), answer)
        self._since_download.append(("clock_set", civil_s, before))
        return civil_of(civil_s)

    def _ask(self, talk: Talk, request: VsRequest, answer: VsReply) -> None:
        token = next(self._tokens)
        talk.ask(_question(request, token), _answer(request, token, answer))

    def _since_first(self, utc_s: int) -> int:
        return self._clock.shown_at(utc_s) - FIRST_S

    def _touch_columns(self, touches: Touches) -> dict[str, npt.NDArray[Any]]:
        places, guard = touches.places.copy(), touches.guard
        status = np.zeros(len(places), np.int64)
        if len(places):
            places[0] = self._setup.checkpoints + guard
            status[0] = GUARD_TAG_BIT
        return {
            "kind": np.full(len(places), LogKind.PATROL),
            "code": self._tag_types[places],
            "guard_number": np.full(len(places), guard),
            "subject": self._subjects[places],
            "status": status,
        }

    def _let_mishaps_happen(self, columns: dict[str, npt.NDArray[Any]]) -> None:
        """At every 25th touch the head meets metal, or the wand a wall, instead."""
        short, knock = USUAL_MISHAPS
        is_contact = self._setup.number.startswith("5B")
        usual = short if is_contact else knock
        where = slice(usual.every_touches, None, usual.every_touches)
        kind, code = EVENT_PLACES["reader_short"] if is_contact else (LogKind.KNOCK, 0)
        columns["kind"][where], columns["code"][where] = kind, code
        columns["subject"][where] = short.milliseconds if is_contact else knock.strength_mg


def _with_events(
    columns: dict[str, npt.NDArray[Any]], events: list[tuple[str, int]]
) -> dict[str, npt.NDArray[Any]]:
    """The columns with events of the log before the touches."""
    count = len(events)
    before = {
        "kind": [EVENT_PLACES[name][0] for name, _ in events],
        "code": [EVENT_PLACES[name][1] for name, _ in events],
        "guard_number": [0] * count,
        "subject": [value for _, value in events],
        "status": [0] * count,
    }
    return {
        name: np.concatenate([np.array(before[name], column.dtype), column])
        for name, column in columns.items()
    }


def _question(request: VsRequest, token: int) -> bytes:
    code = find_command(request).code
    frame = Frame(kind=FrameKind.REQUEST, command=code, token=token, data=_asked(request))
    return build_frame(frame)


def _answer(request: VsRequest, token: int, reply: VsReply) -> bytes:
    command = find_command(request)
    kind, data = _told(command, reply)
    frame = Frame(kind=kind.frame_kind, command=command.code, token=token, data=data)
    return build_frame(frame)


@lru_cache(maxsize=64)
def _asked(request: VsRequest) -> bytes:
    """The data of a request; many are the same in every download."""
    return encode_request(request)


@lru_cache(maxsize=64)
def _told(command: Command, reply: VsReply) -> tuple[ReplyKind, bytes]:
    """The data of a reply, likewise."""
    return encode_reply(command, reply)
