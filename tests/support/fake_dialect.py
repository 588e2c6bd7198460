"""A dialect whose wand says in plain words what a listener may say, for tests of the replay.

The wand's words end with a semicolon and may be cut anywhere:

    I7 identity   IF7 identity with firmware   T083000 clock reading   S083000 clock set
    N3 counters   B3 a reading begins   R0102 record without slot   R5:0102 record in slot 5
    A acknowledged   J12 twelve bytes skipped   X a damaged frame   D a reply nobody shares
"""

from datetime import datetime

from watchclock_protocol.dialect import Capability, Dialect, LineSettings
from watchclock_protocol.errors import ChecksumError
from watchclock_protocol.events import (
    BytesSkipped,
    Event,
    FrameRejected,
    Heard,
    ReadingBegan,
    RecordsReceived,
)
from watchclock_protocol.messages import (
    Acknowledged,
    Answer,
    ClockReading,
    ClockSet,
    DialectReply,
    Identity,
    ReadingComplete,
    slotless_counters,
)
from watchclock_protocol.records import KnockRecord, PatrolRecord
from watchclock_protocol.session import HostSession
from watchclock_protocol.values import TagId, TagTechnology, TimeCoding, WandTime

__all__ = ["FAKE", "civil_time", "knock_record", "patrol_record", "wand_time"]


def civil_time(digits: str) -> datetime:
    return datetime.strptime(f"20261121{digits}", "%Y%m%d%H%M%S")  # noqa: DTZ007  # wand time has no zone


def wand_time(digits: str) -> WandTime:
    raw = bytes.fromhex(digits)
    return WandTime(raw=raw, civil=civil_time(digits), coding=TimeCoding.BCD)


def patrol_record(raw: bytes, slot: int | None = None) -> PatrolRecord:
    return PatrolRecord(
        slot=slot, raw=raw, time=wand_time("083000"), tag=TagId(TagTechnology.RFID, raw)
    )


def knock_record(raw: bytes) -> KnockRecord:
    return KnockRecord(slot=None, raw=raw, time=wand_time("083000"))


class _FakeListener:
    """Hears the words of the module's docstring."""

    def __init__(self) -> None:
        self._held = ""

    def sent(self, data: bytes) -> list[Event]:
        return [ReadingBegan(int(data[1:]))] if data.startswith(b"B") else []

    def received(self, data: bytes) -> list[Event]:
        *words, self._held = (self._held + data.decode()).split(";")
        return [_event(word[0], word[1:]) for word in words]


def _event(letter: str, rest: str) -> Event:
    match letter:
        case "B":
            return ReadingBegan(int(rest))
        case "R":
            slot, _, raw = rest.rpartition(":")
            return RecordsReceived(
                (patrol_record(bytes.fromhex(raw), int(slot) if slot else None),)
            )
        case "J":
            return BytesSkipped(int(rest))
        case "X":
            return FrameRejected(ChecksumError(reason=rest))
        case _:
            return Heard(_answer(letter, rest))


def _answer(letter: str, rest: str) -> Answer:
    number = rest.lstrip("F")
    answers: dict[str, Answer] = {
        "I": Identity("fake", number, "99.22" if number != rest else None),
        "A": Acknowledged(),
        "C": ReadingComplete(0, 0),
        "D": DialectReply(),
    }
    match letter:
        case "T":
            return ClockReading(wand_time(rest))
        case "S":
            return ClockSet(civil_time(rest))
        case "N":
            return slotless_counters(int(rest))
        case _:
            return answers[letter]


def _no_host(_seed: int) -> HostSession:
    raise LookupError("the fake dialect has no host role")


FAKE = Dialect(
    name="fake",
    title="a wand of words",
    line=LineSettings(baud=9600),
    capabilities=frozenset({Capability.READS_CLOCK}),
    host=_no_host,
    listener=_FakeListener,
)
