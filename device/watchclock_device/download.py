"""The journaled download: nothing on a wand changes before its records are safe on disk.

Steps, in order: identify, clock_check, counters, read, verify, store, acknowledge, set_clock,
close (docs/architecture.md, "device"). Each is journaled as begun and then done or failed. Any
doubt before ``acknowledge`` ends the download with the wand as it was.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from watchclock_device.clocks import Clocks
from watchclock_device.conversation import Conversation, Unrecorded, ignore
from watchclock_device.discovery import Dock
from watchclock_device.first_steps import FirstSteps, require_answer
from watchclock_device.journal import Journal
from watchclock_device.lasting_link import LastingLink, lasting
from watchclock_device.links import Link
from watchclock_device.open_capture import OpenCapture
from watchclock_device.recording import about_recording, record
from watchclock_device.results import DownloadResult, Progress
from watchclock_device.spool import Spool
from watchclock_device.tally import ReadingTally
from watchclock_device.verification import Rehearsal
from watchclock_protocol.capture import StepName
from watchclock_protocol.dialect import Capability, host_session
from watchclock_protocol.errors import WandChangedError
from watchclock_protocol.events import Event, RecordsReceived
from watchclock_protocol.messages import Acknowledged, ClockSet, Identity, ReadingComplete
from watchclock_protocol.session import Acknowledge, Identify, ReadRecords, SetClock

__all__ = ["Order", "download"]

_SEED_BITS: Final = 32


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

    def begin(capture: OpenCapture) -> _Steps:
        return _Steps(order, link, capture, clocks, progress)

    about = about_recording(order.dock, order.zone, clocks)
    result, path = record(spool, about, "kept" if order.keep else "acknowledged", begin)
    return replace(result, capture=path)


class _Steps:
    """One download while it runs; keeps counts, never records."""

    def __init__(
        self, order: Order, link: Link, capture: OpenCapture, clocks: Clocks, progress: Progress
    ) -> None:
        dialect, address = order.dock.dialect, order.dock.address
        seed = secrets.randbits(_SEED_BITS)
        session = host_session(dialect, seed, address.unit, address.profile)
        self.journal = Journal(capture, progress)
        self._order = order
        self._link = link
        self._can = order.dock.dialect.capabilities
        self._capture = capture
        self._clocks = clocks
        self._progress = progress
        self._rehearsal = Rehearsal(order.dock.dialect, capture)
        self._talk = Conversation(link, session, self._rehearsal, clocks)
        self._first = FirstSteps(order.dock, order.zone, self._talk, self.journal)
        self._reading = ReadingTally()

    def run(self) -> DownloadResult:
        """Takes every step but the last."""
        wand = self._first.identify()
        offset_s = self._first.check_clock()
        counters = self._first.read_counters()
        self._read(wand)
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
            traffic=self._first.traffic,
            capture=self._capture.path,
        )

    def _read(self, wand: Identity) -> None:
        recognise = partial(self._recognise, wand)
        with self.journal.step(StepName.READ) as facts, lasting(self._link, recognise):
            self._first.ask(ReadRecords(), ReadingComplete, self._count)
            facts |= {"received": self._reading.received, "digest": self._reading.digest}
            if isinstance(self._link, LastingLink) and self._link.reopened:
                facts["reopened"] = self._link.reopened

    def _recognise(self, wand: Identity, link: Link) -> None:
        """Make sure that this wand is back; what is said for that is no part of the capture.

        Raises:
            WandChangedError: another one is.
        """
        session = host_session(self._order.dock.dialect, secrets.randbits(_SEED_BITS))
        talk = Conversation(link, session, Unrecorded(), self._clocks)
        found = require_answer(talk.ask(Identify(), ignore), Identity)
        if found.key != wand.key:
            raise WandChangedError(expected=wand.key, found=found.key)

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
            self._first.ask(Acknowledge(self._civil(at_ns)), Acknowledged)
            facts["records"] = self._reading.received

    def _set_clock(self) -> None:
        if Capability.ACKNOWLEDGE_SETS_CLOCK in self._can:
            self.journal.not_offered(StepName.SET_CLOCK)
            return
        with self.journal.step(StepName.SET_CLOCK) as facts:
            civil = self._civil(self._clocks.next_whole_second_ns())
            self._first.ask(SetClock(civil), ClockSet)
            facts |= {"civil": civil.isoformat(), "utc_ns": self._talk.sent_utc_ns}

    def _civil(self, utc_ns: int) -> datetime:
        return self._first.civil(utc_ns).replace(microsecond=0)

    def _count(self, event: Event) -> None:
        self._first.traffic.observe(event)
        self._reading.observe(event)
        if isinstance(event, RecordsReceived):
            self._progress.count(self._reading.received, self._reading.announced)
