"""A year of a WM-5000T: every record an exchange of its own, twice, built in bulk."""

from datetime import datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from watchclock_protocol.bulk import block_encoder
from watchclock_protocol.capture import Lane
from watchclock_protocol.dialects.wm5000t import WM5000T
from watchclock_protocol.dialects.wm5000t.commands import (
    CloseSession,
    ContinueBlock,
    Count,
    Done,
    Header,
    KnownRequest,
    NextRecord,
    ReadStatus,
    Reply,
    StartBlock,
    StartDownload,
    Status,
    WriteClock,
)
from watchclock_protocol.dialects.wm5000t.frames import build_reply, build_request
from watchclock_protocol.dialects.wm5000t.host import QUIET_S, RUN_OUT_S
from watchclock_protocol.dialects.wm5000t.listener import describe_status
from watchclock_protocol.dialects.wm5000t.records import RECORDS, encode_clock
from watchclock_protocol.dialects.wm5000t.transitions import FALL_BACK_S
from watchclock_protocol.dialects.wm5000t.wand import CAPTURED_TAG
from watchclock_protocol.messages import Identity
from watchclock_protocol.records import RecordKind
from watchclock_protocol.values import WandTime
from watchclock_sim.archive.rounds import Night, walked
from watchclock_sim.archive.site import YearSetup, integers_of
from watchclock_sim.archive.talk import SECOND_NS, Talk
from watchclock_sim.archive.voice import Held
from watchclock_sim.archive.year_clock import civil_of, site_seconds
from watchclock_sim.wands.wm5000t import KEPT_OCTETS, SERIAL_OCTETS

__all__ = ["Wm5000tYear"]

MOST_RECORDS: Final = 0xFFFF
"""What the answer to the download command can count; a full list takes no more."""
_BLOCK: Final = build_request(StartBlock())
_CONTINUED: Final = build_request(ContinueBlock())
_HEADER: Final = build_reply(Header(CAPTURED_TAG))


class Wm5000tYear:
    """Implements ``Voice``."""

    capabilities = WM5000T.capabilities

    def __init__(self, setup: YearSetup) -> None:
        self._setup = setup
        self._clock = setup.clock
        self._status = Status(bytes.fromhex(setup.number))
        self._serials = integers_of(
            [tag.number[-KEPT_OCTETS:].rjust(SERIAL_OCTETS, b"\x00") for tag in setup.tags]
        )
        self._rows = np.zeros((0, RECORDS.octets), np.uint8)
        self._seconds = np.zeros(0, np.int64)
        self._lost = 0

    def live(self, night: Night) -> None:
        """Rounds; a full list takes no more."""
        self._clock.live(night)
        touches = walked(night, night.made, self._setup.checkpoints, self._setup.chance)
        shown = self._clock.shown(touches.utc_s)
        rows = block_encoder(RECORDS).encode(shown, {"serial": self._serials[touches.places]})
        room = MOST_RECORDS - len(self._rows)
        self._lost += max(0, len(rows) - room)
        self._rows = np.concatenate([self._rows, rows[:room]])
        self._seconds = np.concatenate([self._seconds, shown[:room]])

    def greet(self, talk: Talk, seed: int) -> Identity:  # noqa: ARG002 - nothing is drawn
        """A block begins, then the status bytes."""
        self._begin_block(talk)
        self._ask(talk, ReadStatus(), self._status)
        return describe_status(self._status)

    def show_time(self, talk: Talk) -> WandTime:
        """Never asked: it cannot tell."""
        raise AssertionError(f"{talk}: this clock cannot be read")

    def count(self, talk: Talk) -> Held:
        """A download begins with the number of records."""
        self._begin_download(talk)
        lost, self._lost = self._lost, 0
        some = len(self._rows) > 0
        return Held(
            kinds={RecordKind.PATROL: len(self._rows)} if some else {},
            first=civil_of(int(self._seconds.min())) if some else None,
            last=civil_of(int(self._seconds.max())) if some else None,
            overwritten=lost,
        )

    def hand_over(self, talk: Talk) -> None:
        """A question for each record and one more, then silence."""
        self._read(talk)
        talk.pause(QUIET_S)

    def _read(self, talk: Talk) -> None:
        echo = np.frombuffer(build_request(NextRecord()), np.uint8)
        asked = np.tile(echo, (len(self._rows), 1))
        talk.ask_alike(asked, np.concatenate([asked, self._rows], axis=1))
        talk.ask(echo.tobytes(), echo.tobytes())

    def let_go(self, talk: Talk, zone: ZoneInfo) -> None:
        """The session runs out, all is read again, the clock is set, closing wipes.

        The clock is set to the time that was asked for and the whole seconds since.
        """
        asked_ns, asked_civil_s = talk.now_ns, site_seconds(talk.now_s, zone)
        talk.pause(FALL_BACK_S - QUIET_S)
        talk.say(Lane.FROM_WAND, _HEADER)
        talk.pause(RUN_OUT_S - FALL_BACK_S)
        self._begin_download(talk)
        self._read(talk)
        civil_s = asked_civil_s + round((talk.now_ns - asked_ns) / SECOND_NS)
        self._clock.set_to(talk.now_s, civil_s)
        self._ask(talk, WriteClock(encode_clock(civil_of(civil_s))), Done())
        self._ask(talk, CloseSession(), Done())
        self._rows, self._seconds = self._rows[:0], self._seconds[:0]

    def set_clock(self, talk: Talk, zone: ZoneInfo) -> datetime:
        """Never asked: acknowledging has set it."""
        raise AssertionError(f"{talk}, {zone}: acknowledging sets this clock")

    def _begin_block(self, talk: Talk) -> None:
        talk.ask(_BLOCK, _HEADER)
        talk.ask(_CONTINUED, _CONTINUED)

    def _begin_download(self, talk: Talk) -> None:
        self._begin_block(talk)
        self._ask(talk, ReadStatus(), self._status)
        self._ask(talk, ReadStatus(), self._status)
        self._ask(talk, StartDownload(), Count(len(self._rows)))

    def _ask(self, talk: Talk, request: KnownRequest, reply: Reply) -> None:
        talk.ask(*_exchange(request, reply))


@lru_cache(maxsize=64)
def _exchange(request: KnownRequest, reply: Reply) -> tuple[bytes, bytes]:
    """Question and answer; most are the same in every download."""
    echo = build_request(request)
    return echo, echo + build_reply(reply)
