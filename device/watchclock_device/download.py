"""The journaled download: nothing on a wand changes before its records are safe on disk.

Steps, in order: identify, clock_check, counters, read, verify, store, acknowledge, set_clock,
close (docs/architecture.md, "device"). Each is journaled as begun and then done or failed. Any
doubt before ``acknowledge`` ends the download with the wand as it was.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from watchclock_device.clocks import Clocks, civil_at
from watchclock_device.conversation import Conversation, Observer
from watchclock_device.discovery import Dock
from watchclock_device.errors import NoiseError, NoWandError, SpoolError
from watchclock_device.journal import Journal
from watchclock_device.links import Link
from watchclock_device.open_capture import OpenCapture
from watchclock_device.results import DownloadResult, Progress
from watchclock_device.spool import Spool
from watchclock_device.tally import ReadingTally, TrafficTally
from watchclock_device.verification import Rehearsal
from watchclock_device.zones import find_host_zone_name
from watchclock_protocol.capture import CaptureAbout, StepName
from watchclock_protocol.dialect import Capability, host_session
from watchclock_protocol.errors import CodedError, SequenceError, SilenceError
from watchclock_protocol.events import Event, RecordsReceived
from watchclock_protocol.messages import (
    Acknowledged,
    ClockReading,
    ClockSet,
    Counters,
    Identity,
    ReadingComplete,
)
from watchclock_protocol.session import (
    Acknowledge,
    CheckClock,
    HostCommand,
    Identify,
    ReadCounters,
    ReadRecords,
    SetClock,
)

__all__ = ["Order", "download"]

_SEED_BITS: Final = 32

AnswerType = TypeVar("AnswerType")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be done with the wand.

    Attributes:
        dock: where it is and what it speaks.
        zone: the site's time zone; None is that of this machine.
        keep: leave everything on the wand as it is: acknowledge nothing, set no clock.
    """

    dock: Dock
    zone: ZoneInfo | None = None
    keep: bool = False


def download(
    order: Order, *, link: Link, spool: Spool, clocks: Clocks, progress: Progress
) -> DownloadResult:
    """What came of the download; its closed capture lies in the spool, also when it failed.

    Raises:
        NoWandError: nothing answered.
        NoiseError: what arrived meant nothing.
        RemoteProtocolError: the wand or the line did what the dialect forbids.
        LinkLostError: the link broke.
        VerificationError: the capture on disk is not what the wand sent.
        DiskFullError: no space for the capture.
        SpoolError: the capture could not be written.
    """
    with spool.begin(_about(order, clocks)) as capture:
        steps = _Steps(order, link, capture, clocks, progress)
        try:
            result = steps.run()
        except SpoolError:
            raise  # the capture cannot be written; ``Spool.recover`` ends it
        except CodedError as error:
            steps.journal.close(error.code)
            spool.finish(capture)
            raise
        steps.journal.close("kept" if order.keep else "acknowledged")
        return replace(result, capture=spool.finish(capture))


class _Steps:
    """One download while it runs; keeps counts, never records."""

    def __init__(
        self, order: Order, link: Link, capture: OpenCapture, clocks: Clocks, progress: Progress
    ) -> None:
        dock = order.dock
        session = host_session(dock.dialect, secrets.randbits(_SEED_BITS), dock.address.profile)
        self.journal = Journal(capture, progress)
        self._order = order
        self._can = order.dock.dialect.capabilities
        self._capture = capture
        self._clocks = clocks
        self._progress = progress
        self._rehearsal = Rehearsal(order.dock.dialect, capture)
        self._talk = Conversation(link, session, self._rehearsal, clocks)
        self._traffic = TrafficTally()
        self._reading = ReadingTally()

    def run(self) -> DownloadResult:
        """Takes every step but the last."""
        wand = self._identify()
        offset_s = self._check_clock()
        counters = self._read_counters()
        self._read()
        self._verify(wand, counters.announced)
        self._store()
        if not self._order.keep:
            self._acknowledge()
            self._set_clock()
        return DownloadResult(
            address=self._order.dock.address.text,
            wand=wand,
            announced=counters.announced,
            kinds=self._reading.kinds,
            flags=self._reading.flags,
            rings=counters.rings,
            health=counters.health,
            clock_offset_s=offset_s,
            is_acknowledged=not self._order.keep,
            is_clock_set=not self._order.keep,
            traffic=self._traffic,
            capture=self._capture.path,
        )

    def _identify(self) -> Identity:
        with self.journal.step(StepName.IDENTIFY) as facts:
            try:
                wand = self._ask(Identify(), Identity)
            except SilenceError as error:
                place = self._order.dock.address.text
                if self._talk.received_bytes:
                    count = self._talk.received_bytes
                    raise NoiseError(address=place, count=count) from error
                raise NoWandError(address=place) from error
            facts |= {"wand": wand.key, "firmware": wand.firmware}
        return wand

    def _check_clock(self) -> float | None:
        """Seconds the wand is ahead of the site, measured before anything sets its clock."""
        if Capability.READS_CLOCK not in self._can:
            self.journal.not_offered(StepName.CLOCK_CHECK)
            return None
        with self.journal.step(StepName.CLOCK_CHECK) as facts:
            time = self._ask(CheckClock(), ClockReading).time
            asked_ns, answered_ns = self._talk.sent_utc_ns, self._talk.received_utc_ns
            offset_s: float | None = None
            if time.civil is not None:
                site = civil_at((asked_ns + answered_ns) // 2, self._order.zone)
                offset_s = (time.civil - site).total_seconds()
            facts |= {
                "wand_time": None if time.civil is None else time.civil.isoformat(),
                "raw": time.raw.hex(),
                "asked_utc_ns": asked_ns,
                "answered_utc_ns": answered_ns,
                "offset_s": offset_s,
            }
        return offset_s

    def _read_counters(self) -> Counters:
        with self.journal.step(StepName.COUNTERS) as facts:
            counters = self._ask(ReadCounters(), Counters)
            facts["announced"] = counters.announced
        return counters

    def _read(self) -> None:
        with self.journal.step(StepName.READ) as facts:
            self._ask(ReadRecords(), ReadingComplete, self._count)
            facts |= {"received": self._reading.received, "digest": self._reading.digest}

    def _verify(self, wand: Identity, announced: int) -> None:
        with self.journal.step(StepName.VERIFY) as facts:
            data = self._capture.read_again()
            self._rehearsal.verify(data, wand=wand, announced=announced, live=self._reading)
            facts["bytes"] = len(data)

    def _store(self) -> None:
        with self.journal.step(StepName.STORE):
            self._capture.synchronize()

    def _acknowledge(self) -> None:
        with self.journal.step(StepName.ACKNOWLEDGE) as facts:
            at_ns = self._clocks.utc_ns()
            if Capability.ACKNOWLEDGE_SETS_CLOCK in self._can:
                at_ns = self._clocks.next_whole_second_ns()
            self._ask(Acknowledge(self._civil(at_ns)), Acknowledged)
            facts["records"] = self._reading.received

    def _set_clock(self) -> None:
        if Capability.ACKNOWLEDGE_SETS_CLOCK in self._can:
            self.journal.not_offered(StepName.SET_CLOCK)
            return
        with self.journal.step(StepName.SET_CLOCK) as facts:
            civil = self._civil(self._clocks.next_whole_second_ns())
            self._ask(SetClock(civil), ClockSet)
            facts |= {"civil": civil.isoformat(), "utc_ns": self._talk.sent_utc_ns}

    def _civil(self, utc_ns: int) -> datetime:
        return civil_at(utc_ns, self._order.zone).replace(microsecond=0)

    def _ask(
        self,
        command: HostCommand,
        expected: type[AnswerType],
        observe: Observer | None = None,
    ) -> AnswerType:
        answer = self._talk.ask(command, observe or self._traffic.observe)
        if not isinstance(answer, expected):
            raise SequenceError(answer=type(answer).__name__, expected=expected.__name__)
        return answer

    def _count(self, event: Event) -> None:
        self._traffic.observe(event)
        self._reading.observe(event)
        if isinstance(event, RecordsReceived):
            self._progress.count(self._reading.received, self._reading.announced)


def _about(order: Order, clocks: Clocks) -> CaptureAbout:
    return CaptureAbout(
        dialect=order.dock.dialect.name,
        address=order.dock.address.text,
        software=f"watchclock {version('watchclock')}",
        time_zone=order.zone.key if order.zone else find_host_zone_name(),
        started_utc_ns=clocks.utc_ns(),
    )
