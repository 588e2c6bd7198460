"""Captures of whole downloads for server tests, their frames made by hand with ``struct``.

fcard frames follow the maker's document "FC巡更棒通讯协议" (2013), sections on frame, clock,
pointers, run information and records; WM-5000T bytes come from ``tests.support.by_hand_wm5000t``,
Kaihe EB bytes from ``tests.support.by_hand_kaihe_eb``.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from tests.support import by_hand_kaihe_eb
from tests.support.by_hand_wm5000t import (
    CLOSE,
    DOWNLOAD,
    STATUS,
    HandMadeWand,
    clock_frame,
)
from watchclock_protocol.capture import (
    CaptureAbout,
    CaptureWriter,
    Lane,
    StepName,
    StepState,
)

__all__ = ["FcardDownload", "card_record", "kaihe_eb_download", "system_record"]
__all__ += ["wm5000t_download", "wm5000t_record"]

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
TOKEN: Final = 0x1234
CARD: Final = 1
SYSTEM: Final = 2


def card_record(time: datetime, card: int, *, guard: int = 0xFFFF) -> bytes:
    return (
        struct.pack(">H", 0 if guard == 0xFFFF else guard)
        + _plain(time)
        + b"\x00"
        + (card.to_bytes(3, "big"))
    )


def system_record(time: datetime, code: int) -> bytes:
    return bytes([code]) + _plain(time) + b"\x00"


def _plain(time: datetime) -> bytes:
    return bytes([time.year % 100, time.month, time.day, time.hour, time.minute, time.second])


def _bcd(time: datetime, form: str) -> bytes:
    return bytes.fromhex(time.strftime(form))


def utc_ns(instant: datetime) -> int:
    return (instant - EPOCH) // timedelta(microseconds=1) * 1000


def _escaped(body: bytes) -> bytes:
    body += bytes([sum(body) & 0xFF])
    body = body.replace(b"\x7f", b"\x7f\x02").replace(b"\x7e", b"\x7f\x01")
    return b"\x7e" + body + b"\x7e"


class _Recorder:
    """Writes a conversation down, ten milliseconds from chunk to chunk."""

    def __init__(self, dialect: str, started: datetime, zone: str) -> None:
        self.now = started
        about = CaptureAbout(
            dialect=dialect,
            address="serial:/dev/ttyUSB0",
            software="test",
            time_zone=zone,
            started_utc_ns=utc_ns(started),
        )
        self.writer = CaptureWriter(about)
        self.parts = [self.writer.begin()]

    def say(self, lane: Lane, data: bytes) -> None:
        if data:
            self.now += timedelta(milliseconds=10)
            self.parts.append(self.writer.chunk(lane, data, utc_ns(self.now)))

    def close(self) -> bytes:
        step = self.writer.step(StepName.CLOSE, StepState.DONE, utc_ns(self.now))
        return b"".join([*self.parts, step])


@dataclass(frozen=True, kw_only=True)
class FcardDownload:
    """What one download of an fcard wand finds and does.

    ``cards`` and ``log`` map slots to the records read from them; ``shown`` is what its clock
    says when asked, ``set_to`` what it is set to at the end.
    """

    started: datetime
    number: int = 5
    zone: str = "Asia/Shanghai"
    capacity: int = 20_000
    read_index: int = 0
    write_index: int | None = None
    is_wrapped: bool = False
    cards: Mapping[int, bytes] = field(default_factory=dict[int, bytes])
    log: Mapping[int, bytes] = field(default_factory=dict[int, bytes])
    shown: datetime | None = None
    set_to: datetime | None = None
    voltage: bytes = b"\x03\x72"
    power_ons: int = 345
    acknowledges: bool = True
    closes: bool = True

    def capture(self) -> bytes:
        recorder = _Recorder("fcard", self.started, self.zone)
        for request, answers in self._conversation():
            recorder.say(Lane.TO_WAND, self._frame(*request))
            for answer in answers:
                recorder.say(Lane.FROM_WAND, self._frame(*answer))
        return recorder.close() if self.closes else b"".join(recorder.parts)

    def _frame(self, codes: int, data: bytes) -> bytes:
        head = struct.pack(">BHHB", self.number, TOKEN, codes, len(data))
        return _escaped(head + data)

    def _conversation(self) -> list[tuple[tuple[int, bytes], list[tuple[int, bytes]]]]:
        ok = [(0x2101, b"")]
        talk = [((0x0101, b""), [(0x3101, bytes([self.number]))])]
        if self.shown is not None:
            clock = _bcd(self.shown, "%S%M%H%d%m%y")
            talk.append(((0x0201, b""), [(0x3201, clock)]))
        talk.append(((0x0105, b""), [(0x3105, self._run_information())]))
        talk.append(((0x0401, b""), [(0x3401, self._pointers())]))
        talk += _ranges(CARD, self.cards, 7) + _ranges(SYSTEM, self.log, 9)
        if self.acknowledges:
            for kind, index in ((CARD, self._write()), (SYSTEM, max(self.log, default=0))):
                talk.append(((0x0404, struct.pack(">BIB", kind, index, 0)), ok))
        if self.set_to is not None:
            talk.append(((0x0202, _bcd(self.set_to, "%S%M%H%d%m%y")), ok))
        return talk

    def _write(self) -> int:
        return max(self.cards, default=0) if self.write_index is None else self.write_index

    def _run_information(self) -> bytes:
        head = bytes.fromhex("240315") + struct.pack(">HH", 2, self.power_ons)
        tail = struct.pack(">HHII", 7, 12, len(self.cards), len(self.log))
        return head + self.voltage + b"\x51" + tail

    def _pointers(self) -> bytes:
        cards = struct.pack(
            ">IIIB", self.capacity, self._write(), self.read_index, int(self.is_wrapped)
        )
        return cards + struct.pack(">HHHB", 1000, max(self.log, default=0), 0, 0)


def _ranges(
    kind: int, records: Mapping[int, bytes], a_page: int
) -> list[tuple[tuple[int, bytes], list[tuple[int, bytes]]]]:
    slots = sorted(records)
    if not slots:
        return []
    request = struct.pack(">BII", kind, slots[0], slots[-1] - slots[0] + 1)
    pages = [slots[start : start + a_page] for start in range(0, len(slots), a_page)]
    answers = [
        (
            0x3406,
            struct.pack(">I", len(page))
            + b"".join(struct.pack(">I", slot) + records[slot] for slot in page),
        )
        for page in pages
    ]
    return [((0x0406, request), [*answers, (0xF406, struct.pack(">I", len(slots)))])]


def wm5000t_record(time: datetime, button: int) -> bytes:
    return _bcd(time, "%y%m%d%H%M%S") + button.to_bytes(6, "big")


def wm5000t_download(
    records: Sequence[bytes],
    *,
    started: datetime,
    wipes: bool = True,
    set_to: datetime | None = None,
    number: str = "531932",
    delivered: int | None = None,
) -> bytes:
    """A download of a WM-5000T: read once, and if it ``wipes``, read again, set and wiped.

    Args:
        records: what its memory holds, twelve bytes each.
        started: when recording began.
        wipes: whether the host goes on to set the clock and wipe.
        set_to: what the clock is set to when wiping; the instant's Shanghai time when None.
        number: the wand's number, six hexadecimal digits.
        delivered: records that arrive before the line goes dead; all when None.
    """
    wand = HandMadeWand(list(records), number=bytes.fromhex(number))
    recorder = _Recorder("wm5000t", started, "Asia/Shanghai")
    count = len(records) if delivered is None else delivered
    opening = [b"\x55", b"\xe5", STATUS, DOWNLOAD]
    reading = [*opening, *[b"\x00"] * count]
    if delivered is None:
        reading.append(b"\x00")
    if wipes:
        civil = set_to or (started + timedelta(hours=8))
        reading = [*reading, *reading, clock_frame(_bcd(civil, "%y%m%d%H%M%S")), CLOSE]
    for request in reading:
        recorder.say(Lane.TO_WAND, request)
        recorder.say(Lane.FROM_WAND, wand.receive(request, 0.0))
    return recorder.close() if delivered is None else b"".join(recorder.parts)


def kaihe_eb_download(
    patrol: Sequence[bytes], knocks: Sequence[bytes], *, started: datetime, clears: bool = True
) -> bytes:
    """A download of a Kaihe EB wand: everything read once, and if it ``clears``, patrol cleared.

    Args:
        patrol: patrol records it holds, eleven bytes each.
        knocks: knock records it holds, six bytes each.
        started: when recording began.
        clears: whether the host goes on to clear the patrol records.
    """
    wand = by_hand_kaihe_eb.HandMadeWand(list(patrol), list(knocks))
    recorder = _Recorder("kaihe_eb", started, "Asia/Shanghai")
    requests = [
        by_hand_kaihe_eb.WAKE,
        by_hand_kaihe_eb.NUMBER,
        by_hand_kaihe_eb.PATROL_COUNT,
        by_hand_kaihe_eb.KNOCK_COUNT,
        *(by_hand_kaihe_eb.read_patrol(index) for index in range(len(patrol))),
        *(by_hand_kaihe_eb.read_knock(index) for index in range(len(knocks))),
    ]
    for request in [*requests, *[by_hand_kaihe_eb.CLEAR_PATROL] * clears]:
        recorder.say(Lane.TO_WAND, request)
        recorder.say(Lane.FROM_WAND, wand.receive(request, 0.0))
    return recorder.close()
