"""Listening with time, line and disk in the test's hands: what is on disk when it answers."""

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from typing_extensions import override

from tests.support import by_hand_xgd as by_hand
from tests.support.by_hand_xgd import HandMadeController
from tests.support.docks import captures_in, decoded_in
from watchclock_device.addresses import parse_address
from watchclock_device.clocks import SYSTEM_CLOCKS, Clocks
from watchclock_device.discovery import Dock
from watchclock_device.errors import DiskFullError, LinkLostError
from watchclock_device.live import LiveOrder, LiveProgress, listen
from watchclock_device.results import LiveResult, SilentProgress
from watchclock_device.spool import Spool
from watchclock_protocol.capture import Step, StepName, StepState
from watchclock_protocol.dialect import live_session
from watchclock_protocol.dialects.xgd import XGD
from watchclock_protocol.records import Record

RECORDS = by_hand.records(3)
DOCK = Dock(address=parse_address("kiosk:line?unit=3"), dialect=XGD)


@dataclass
class ControllerLink:
    """A link to a hand-made controller; nothing takes time but waiting.

    Attributes:
        answering: called right before a push is answered.
        surprise: what arrives when it is looked whether more has come.
        breaks_after: answers to pushes after which the cable is pulled.
    """

    controller: HandMadeController
    answering: Callable[[], None] = lambda: None
    surprise: bytes = b""
    breaks_after: int = 99
    now: float = 0.0
    pending: bytearray = field(default_factory=bytearray)
    answers: int = 0

    def read(self, timeout_s: float) -> bytes:
        if timeout_s == 0 and not self.pending:
            self.pending += self.surprise
            self.surprise = b""
        if not self.pending:
            self.now += timeout_s
        data = bytes(self.pending)
        self.pending.clear()
        return data

    def write(self, data: bytes) -> None:
        if data[5] == by_hand.PUSH:
            if self.answers == self.breaks_after:
                raise LinkLostError(address="kiosk:line")
            self.answering()
            self.answers += 1
        self.pending += self.controller.receive(data)

    def close(self) -> None:
        """Nothing is held."""


class Told(SilentProgress, LiveProgress):
    """Keeps what was told; over when nothing more can come."""

    def __init__(self, link: ControllerLink) -> None:
        self.link = link
        self.began_with = ""
        self.records: list[bytes] = []

    @property
    @override
    def is_over(self) -> bool:
        return self.link.now > 10

    @override
    def began(self, wand: str) -> None:
        self.began_with = wand

    @override
    def safe(self, record: Record) -> None:
        self.records.append(record.raw)


def listening(link: ControllerLink, folder: Path, **limits: float) -> tuple[LiveResult, Told]:
    clocks = Clocks(
        utc_ns=SYSTEM_CLOCKS.utc_ns, monotonic_s=lambda: link.now, sleep_s=lambda _: None
    )
    told = Told(link)
    count, seconds = limits.get("count"), limits.get("seconds")
    result = listen(
        LiveOrder(count=None if count is None else int(count), seconds=seconds),
        dock=DOCK,
        link=link,
        session=live_session(XGD, 3),
        spool=Spool(folder, clocks),
        clocks=clocks,
        progress=told,
    )
    return result, told


def line(count: int = 3) -> ControllerLink:
    return ControllerLink(HandMadeController(records=by_hand.records(count)))


def watch_the_disk(patch: pytest.MonkeyPatch) -> Callable[[], bytes]:
    """From now on tells what of the open capture was flushed to the disk so far."""
    flush, flushed = os.fsync, [b""]

    def note(descriptor: int) -> None:
        flush(descriptor)
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        if path.suffix == ".pcapng":
            flushed[0] = path.read_bytes()

    patch.setattr(os, "fsync", note)
    return lambda: flushed[0]


def test_every_record_is_flushed_to_the_disk_before_it_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link, on_disk = line(), watch_the_disk(monkeypatch)
    held: list[bool] = []
    link.answering = lambda: held.append(
        by_hand.frame(3, by_hand.PUSH, link.controller.records[0]) in on_disk()
    )
    result, told = listening(link, tmp_path)
    assert held == [True, True, True]
    assert told.records == link.controller.given_up == RECORDS
    assert (told.began_with, result.received, result.waiting) == ("xgd:3", 3, 0)


def test_what_comes_while_the_disk_is_busy_is_on_disk_before_anything_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link, on_disk = line(1), watch_the_disk(monkeypatch)
    link.surprise = by_hand.frame(3, by_hand.PUSH, RECORDS[1])
    held: list[int] = []
    link.answering = lambda: held.append(
        sum(by_hand.frame(3, by_hand.PUSH, record) in on_disk() for record in RECORDS)
    )
    _, told = listening(link, tmp_path)
    assert held[0] == 2
    assert told.records == RECORDS[:2]


def test_a_full_disk_answers_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link, flush = line(), os.fsync

    def refuse(descriptor: int) -> None:
        if link.controller.mode == 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(DiskFullError):
        listening(link, tmp_path)
    assert (link.answers, link.controller.records) == (0, RECORDS)


def test_a_pulled_cable_leaves_a_closed_capture_with_what_was_heard(tmp_path: Path) -> None:
    link = line()
    link.breaks_after = 1
    with pytest.raises(LinkLostError):
        listening(link, tmp_path)
    (decoded,) = decoded_in(tmp_path)
    assert [keyed.record.raw for keyed in decoded.records] == RECORDS[:2]
    assert (decoded.is_complete, link.controller.given_up) == (False, RECORDS[:1])
    assert captures_in(tmp_path)[0].is_closed


@pytest.mark.parametrize(("limits", "received"), [({"count": 2}, 2), ({"seconds": 0}, 0)])
def test_it_ends_after_so_many_records_or_seconds_in_the_mode_it_found(
    limits: dict[str, float], received: int, tmp_path: Path
) -> None:
    link = line()
    result, told = listening(link, tmp_path, **limits)
    assert (result.received, len(told.records)) == (received, received)
    assert (result.waiting, link.controller.mode) == (3 - received, 2)


def test_the_steps_are_journaled_and_the_clock_is_read_at_both_ends(tmp_path: Path) -> None:
    listening(line(), tmp_path)
    (capture,) = captures_in(tmp_path)
    steps = [block for block in capture.blocks if isinstance(block, Step)]
    done = [step.name for step in steps if step.state is StepState.DONE]
    assert done == [
        StepName.IDENTIFY,
        StepName.CLOCK_CHECK,
        StepName.COUNTERS,
        StepName.READ,
        StepName.CLOCK_CHECK,
        StepName.CLOSE,
    ]
    (read,) = [step for step in steps if step.name is StepName.READ and step.facts]
    assert read.facts == {"live": True, "received": 3, "waiting": 0}
    (decoded,) = decoded_in(tmp_path)
    assert len(decoded.clock_checks) == 2


def test_a_quiet_line_is_asked_once_whether_all_was_given_up(tmp_path: Path) -> None:
    link = line(1)
    listening(link, tmp_path)
    counts = [function for function, _ in link.controller.heard if function == 0x06]
    assert len(counts) == 2
    assert decoded_in(tmp_path)[0].acknowledged_utc_ns is not None
