"""A vs wand that walked its night, downloaded through its real firmware and the host's decoder."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from tests.support.session_line import SessionLine, answer, ended, received
from watchclock_protocol.dialects.vs import replies, requests
from watchclock_protocol.dialects.vs.evidence import EvidenceCode, EvidenceItem, Part, PartResult
from watchclock_protocol.dialects.vs.host import VsHostSession
from watchclock_protocol.events import Event
from watchclock_protocol.messages import ClockReading
from watchclock_protocol.records import Record
from watchclock_protocol.session import (
    Acknowledge,
    CheckClock,
    Identify,
    ReadCounters,
    ReadRecords,
)
from watchclock_sim.line.fault_kinds import parse_fault
from watchclock_sim.line.faults import LineFaults
from watchclock_sim.night import walked_wand
from watchclock_sim.night_values import WalkedWand
from watchclock_sim.scenario import Scenario, WandPlan
from watchclock_sim.wands.firmware import Firmware

AN_HOUR = timedelta(hours=1)
ALL_PARTS = sum(1 << part - 1 for part in Part)


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadedVs:
    """What a host knows of a wand after its download.

    Attributes:
        shown: what its clock showed.
        civil: what a good clock would have shown.
        failed: downloads that were broken off before.
    """

    walked: WalkedWand
    records: list[Record]
    evidence: dict[EvidenceCode, EvidenceItem]
    parts: dict[Part, PartResult]
    shown: datetime | None
    civil: datetime
    failed: int


class _Docked:
    """The firmware at its dock, behind a line with faults; unplugged it is silent."""

    def __init__(self, firmware: Firmware, faults: Iterable[str], at: datetime) -> None:
        self._firmware = firmware
        self._faults = LineFaults([parse_fault(fault) for fault in faults], seed=0)
        self._at = at
        self._sent = 0
        self.is_plugged = True

    def receive(self, data: bytes, now: float) -> list[bytes]:
        frames: list[bytes] = []
        for frame in self._firmware.receive(data, now, self._at + timedelta(seconds=now)):
            arriving = self._faults.deliver(frame).data
            place = self._faults.next_break()
            if place is not None and self._sent + len(arriving) >= place.byte:
                arriving = arriving[: place.byte - self._sent]
                self._faults.broken()
                self.is_plugged = False
            self._sent += len(arriving)
            frames.append(arriving)
            if not self.is_plugged:
                break
        return frames


class _Line(SessionLine[VsHostSession, _Docked]):
    """A dock whose host gives up when the cable comes out."""

    def read(self) -> list[Event] | None:
        """The events of a reading, None when the cable came out of it."""
        told = self.host.send(ReadRecords(), self.now)
        events = list(told)
        while not ended(told):
            told = self._carry(told) or self._wait()
            events += told
            if not self.wand.is_plugged:
                return None
        return events


def downloaded(scenario: Scenario, plan: WandPlan) -> DownloadedVs:
    """The wand an hour after its night, as a host that begins again after a failure sees it."""
    walked = walked_wand(scenario, plan)
    at = scenario.ends + AN_HOUR
    wand = _Docked(walked.firmware, plan.faults, at)
    for failed in count():
        line = _Line(VsHostSession(count(failed)), wand)
        wand.is_plugged = True
        events = line.run(Identify(), ReadCounters())
        told = line.read()
        if told is None:
            continue
        events += told
        return _examined(line, walked, received(events), scenario, failed)
    raise AssertionError("the wand is never read")


def _examined(
    line: _Line, walked: WalkedWand, records: list[Record], scenario: Scenario, failed: int
) -> DownloadedVs:
    civil = (scenario.ends + AN_HOUR).astimezone(scenario.zone).replace(tzinfo=None)
    line.run(Acknowledge(civil))
    clock = answer(line.run(CheckClock()))
    evidence = answer(line.run(requests.ReadEvidence()))
    tested = answer(line.run(requests.RunSelfTest(parts=ALL_PARTS)))
    assert isinstance(clock, ClockReading)
    assert isinstance(evidence, replies.EvidenceReply)
    assert isinstance(tested, replies.SelfTestReport)
    return DownloadedVs(
        walked=walked,
        records=records,
        evidence={each.code: each for each in evidence.items if each.code is not None},
        parts={Part(each.part): each for each in tested.results},
        shown=clock.time.civil,
        civil=civil,
        failed=failed,
    )
