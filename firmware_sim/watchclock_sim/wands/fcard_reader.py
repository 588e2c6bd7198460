"""The firmware of a simulated desk reader: tags are laid on it, one after the other.

A tag is laid down when the host begins to look, is found in three looks, and is then away for two,
before the next one is laid down. It is pushed once, when it is laid down.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from watchclock_protocol.dialects.fcard_reader.commands import (
    CardFound,
    CardKinds,
    Done,
    LookForCard,
    NumberReply,
    OutputFormat,
    ProductionDay,
    ReadCardKinds,
    ReaderRequest,
    ReadNumber,
    ReadOutputFormat,
    ReadProductionDay,
    ReadVersion,
    ReplyValue,
    Version,
    WriteCardKinds,
    WriteNumber,
    WriteOutputFormat,
    WriteProductionDay,
)
from watchclock_protocol.dialects.fcard_reader.wand import Requested, WandSession
from watchclock_protocol.events import Transmit
from watchclock_protocol.filled_reasons import FilledReason
from watchclock_protocol.values import TagId, TagTechnology
from watchclock_sim.wands.personality import NumberRule, Personality
from watchclock_sim.wands.setup import WandSetup
from watchclock_sim.wands.usb_profile import FC_WAND

__all__ = ["FCARD_READER", "FcardReader"]

LOOKS_LYING: Final = 3
LOOKS_AWAY: Final = 2
LARGEST_NUMBER: Final = 255
CARDS: Final = {TagTechnology.ISO14443A: 1, TagTechnology.EM4100: 9}
ALL_KINDS: Final = 0x7F
HIGH_BYTE_FIRST: Final = 1


class FcardReader:
    """A desk reader. It keeps no records, no clock and no guards.

    Args:
        setup: its number.
    """

    def __init__(self, setup: WandSetup) -> None:
        self._session = WandSession(int(setup.number))
        self._waiting: deque[TagId] = deque()
        self._looks = 0
        self._day = b"\x20\x01\x01"
        self._kinds = ALL_KINDS
        self._output = OutputFormat(1, HIGH_BYTE_FIRST)

    @property
    def deadline(self) -> float | None:
        """It never waits for anything."""
        return None

    def power_on(self, utc: datetime) -> None:
        """Leaves no trace on a reader."""

    def voltage_low(self, utc: datetime) -> None:
        """Leaves no trace on a reader, which lives on its cable."""

    def enrol(self, number: int, name: str, tag: TagId) -> None:
        """Leaves no trace on a reader."""

    def select_guard(self, number: int) -> None:
        """Leaves no trace on a reader."""

    def touch(self, tag: TagId, utc: datetime, *, is_guard_tag: bool) -> bool:  # noqa: ARG002 - it cannot tell
        """A tag waits to be laid on the reader."""
        self._waiting.append(tag)
        return True

    def receive(self, data: bytes, now: float, utc: datetime) -> Iterator[bytes]:  # noqa: ARG002 - it has no clock
        """The answers to what the host asked, and a push before the look that finds a new tag."""
        frames: list[bytes] = []
        for event in self._session.receive(data, now):
            match event:
                case Transmit(frame):
                    frames.append(frame)
                case Requested():
                    frames += self._frames(event)
                case _:
                    pass
        return iter(frames)

    def expire(self, now: float, utc: datetime) -> Iterator[bytes]:  # noqa: ARG002 - nothing is due
        """Nothing is ever due."""
        return iter(())

    def _frames(self, requested: Requested) -> list[bytes]:
        if isinstance(requested.request, LookForCard):
            return self._look(requested)
        return [self._session.reply(requested, self._answer(requested.request))]

    def _look(self, requested: Requested) -> list[bytes]:
        tag = self._lying()
        if tag is None:
            nothing = CardFound(is_found=False, card=0, number=b"")
            return [self._session.reply(requested, nothing)]
        card = CARDS[tag.technology]
        found = self._session.reply(
            requested, CardFound(is_found=True, card=card, number=tag.octets)
        )
        is_new = self._looks == 1
        return [self._session.push(card, tag.octets), found] if is_new else [found]

    def _lying(self) -> TagId | None:
        """The tag on the reader at this look."""
        if not self._waiting:
            return None
        self._looks += 1
        if self._looks <= LOOKS_LYING:
            return self._waiting[0]
        if self._looks == LOOKS_LYING + LOOKS_AWAY:
            self._waiting.popleft()
            self._looks = 0
        return None

    def _answer(self, request: ReaderRequest) -> ReplyValue:
        told: dict[type[ReaderRequest], ReplyValue] = {
            ReadNumber: NumberReply(self._session.number),
            ReadVersion: Version(b"1.05"),
            ReadProductionDay: ProductionDay(self._day),
            ReadCardKinds: CardKinds(self._kinds),
            ReadOutputFormat: self._output,
        }
        self._store(request)
        return told.get(type(request), Done())

    def _store(self, request: ReaderRequest) -> None:
        match request:
            case WriteNumber(number):
                self._session.number = number
            case WriteProductionDay(raw):
                self._day = raw
            case WriteCardKinds(kinds):
                self._kinds = kinds
            case WriteOutputFormat(form, byte_order):
                self._output = OutputFormat(form, byte_order)
            case _:
                pass


def _is_number(number: str) -> bool:
    return number.isdecimal() and 0 < int(number) <= LARGEST_NUMBER


FCARD_READER: Final = Personality(
    name="fcard_reader",
    technology=lambda number: (
        TagTechnology.EM4100 if int(number) % 2 == 0 else TagTechnology.ISO14443A
    ),
    default_number="1",
    number=NumberRule(wanted=FilledReason("a number from 1 to 255"), allows=_is_number),
    make=FcardReader,
    # docs/protocols/fcard_reader.md: the maker's library opens the port at this speed.
    baud=19_200,
    usb=lambda _number: replace(FC_WAND, name="FC desk reader", name_zh="FC 发卡器"),
)
