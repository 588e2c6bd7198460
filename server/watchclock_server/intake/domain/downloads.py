"""Downloads as stored, and what follows from their order in time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Final

from watchclock_protocol.records import RecordKind

__all__ = [
    "Download",
    "Ring",
    "Window",
    "emptied_before",
    "previous_of",
    "same_memory",
    "windows_of",
]

MOST_NEIGHBOURS: Final = 8
"""Readings of one memory that are compared with a new one, in each direction of time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """One kind of record in the wand's memory, as the wand told it when asked."""

    kind: RecordKind
    read_index: int | None
    is_wrapped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """One reading of one wand, as stored.

    Attributes:
        id: key in the database.
        wand_id: the wand.
        capture_sha256: name of the capture in the archive.
        received_at: when the server got it.
        started_at: when recording began; every record made before was there to be read.
        read_at: when the memory had been read; no record of it was made later.
        finished_at: when recording ended.
        acknowledged_at: when the wand was told to give its records up; None if it was not.
        is_complete: everything the wand announced arrived.
        is_closed: the recording came to its end.
        torn_bytes: bytes cut off at the end of the capture.
        record_count: records in it, known or new.
        skipped_bytes: bytes that belonged to no frame.
        rejected_count: frames that arrived damaged.
        rings: the wand's memory as it told it.
        clock_shown: what its clock showed; None if it was not asked or showed no date.
        clock_offset_s: that minus the host's civil time, seconds.
        voltage_mv: battery voltage, millivolts.
        charge_percent: battery charge.
        power_ons: power-ons in the wand's life.
        formats: formats of its memory in its life.
    """

    id: int
    wand_id: int
    capture_sha256: str
    received_at: datetime
    started_at: datetime
    read_at: datetime
    finished_at: datetime
    acknowledged_at: datetime | None
    is_complete: bool
    is_closed: bool
    torn_bytes: int
    record_count: int
    skipped_bytes: int
    rejected_count: int
    rings: Sequence[Ring]
    clock_shown: datetime | None
    clock_offset_s: float | None
    voltage_mv: int | None
    charge_percent: int | None
    power_ons: int | None
    formats: int | None

    @property
    def is_overwritten(self) -> bool:
        """The wand says that it had overwritten patrol records nobody had read."""
        return any(ring.is_wrapped for ring in self.rings if ring.kind is RecordKind.PATROL)


def same_memory(
    downloads: Sequence[Download], download: Download
) -> tuple[Sequence[Download], Sequence[Download]]:
    """The readings before and after one of the same wand between which nothing was given up.

    A capture need not show that records were given up: its recorder may have died, or another
    program may have done it. A read index that moved tells so too.

    Args:
        downloads: all readings of the wand, oldest first, ``download`` among them.
        download: the one to look from.
    """
    place = downloads.index(download)
    before = takewhile(
        lambda other: other.acknowledged_at is None and _may_be_same(download, other),
        reversed(downloads[:place]),
    )
    after: list[Download] = []
    if download.acknowledged_at is None:
        for other in downloads[place + 1 :]:
            if not _may_be_same(download, other):
                break
            after.append(other)
            if other.acknowledged_at is not None:
                break
    return tuple(before)[:MOST_NEIGHBOURS], after[:MOST_NEIGHBOURS]


def _may_be_same(one: Download, other: Download) -> bool:
    """Whether the read indexes agree, as far as told; round a whole ring they agree by chance."""
    told = {ring.kind: ring.read_index for ring in one.rings}
    return all(
        told.get(ring.kind, ring.read_index) == ring.read_index and not ring.is_wrapped
        for ring in other.rings
    )


@dataclass(frozen=True, slots=True)
class Window:
    """Between which instants the records of a reading were made; None: no bound."""

    not_before: datetime | None
    not_after: datetime

    def meets(self, begin: datetime, end: datetime) -> bool:
        """Whether a record of this window can lie between two instants."""
        return self.not_after >= begin and (self.not_before is None or self.not_before <= end)


def windows_of(downloads: Sequence[Download]) -> Mapping[int, Window]:
    """When the records first seen in each download were made; by download.

    They were made after the wand last gave its records up before that, unless the wand overwrote
    unread ones: then it hands out its whole memory, older records among them.

    Args:
        downloads: all readings of one wand, oldest first.
    """
    windows: dict[int, Window] = {}
    for download, emptied in zip(downloads, emptied_before(downloads), strict=True):
        not_before = None if download.is_overwritten else emptied
        windows[download.id] = Window(not_before, download.read_at)
    return windows


def emptied_before(downloads: Sequence[Download]) -> Iterable[datetime | None]:
    """For each download when the wand had last given its records up before it, as far as known.

    Args:
        downloads: all readings of one wand, oldest first.
    """
    emptied: datetime | None = None
    for download in downloads:
        yield emptied
        if download.acknowledged_at is not None:
            emptied = download.read_at


def previous_of(downloads: Sequence[Download], download: Download) -> Download | None:
    """The reading of the same wand before this one, or None.

    Args:
        downloads: all readings of the wand, oldest first, ``download`` among them.
        download: the one to look from.
    """
    place = downloads.index(download)
    return downloads[place - 1] if place > 0 else None
