"""What a capture says, brought into the server's own terms: instants, anchors, natural keys."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from watchclock_protocol.capture import Capture
from watchclock_protocol.messages import Identity, WandHealth
from watchclock_protocol.records import RecordKind
from watchclock_protocol.replay import (
    ClockCheck,
    ClockSetting,
    DecodedDownload,
    KeyedRecords,
)
from watchclock_server.intake.domain.conflicts import KeyColumns
from watchclock_server.intake.domain.downloads import Ring
from watchclock_server.wands.domain import AnchorKind, ClockAnchor

__all__ = ["Incoming", "incoming_of", "keys_of"]

SETTING_UNCERTAINTY_S: Final = 1.0
"""The host sends whole seconds, and the wand takes them over when the frame has arrived."""
LARGEST_DOCK_ERROR: Final = timedelta(seconds=30)
"""A dock no further off is as good as the server; a slow upload needs some of it."""
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One capture, decoded and dated.

    Attributes:
        identity: the wand that answered.
        started_at: when recording began.
        read_at: when the last record had come, or when recording ended if none did; before
            anything was given up or set.
        finished_at: when recording ended.
        acknowledged_at: when the wand was told to give its records up, or None.
        is_closed: recording ended in good order.
        torn_bytes: what a broken recording left behind its last whole block.
        anchors: what is known of its clock, in order.
        rings: the wand's memory as it told it.
        health: its condition as it told it; every part may be None.
        decoded: everything else.
    """

    identity: Identity
    started_at: datetime
    read_at: datetime
    finished_at: datetime
    acknowledged_at: datetime | None
    is_closed: bool
    torn_bytes: int
    anchors: Sequence[ClockAnchor]
    rings: Sequence[Ring]
    health: WandHealth
    decoded: DecodedDownload

    @property
    def reading(self) -> ClockAnchor | None:
        """The first usable comparison of the wand's clock in this capture."""
        reads = (anchor for anchor in self.anchors if anchor.kind is AnchorKind.READ)
        return next(reads, None)

    def doubted(self, dock_error: timedelta) -> Self:
        """The same, its anchors as doubtful as the clock of the dock that recorded them.

        Args:
            dock_error: by how much the dock's clock and the server's differed at the upload.
        """
        if dock_error <= LARGEST_DOCK_ERROR:
            return self
        doubt_s = dock_error.total_seconds()
        anchors = [
            replace(anchor, uncertainty_s=anchor.uncertainty_s + doubt_s)
            for anchor in self.anchors
        ]
        return replace(self, anchors=anchors)


def incoming_of(capture: Capture, decoded: DecodedDownload, identity: Identity) -> Incoming:
    """The capture in the server's own terms.

    Args:
        capture: for its head and the instants of its blocks.
        decoded: what replaying it gave.
        identity: the wand that answered in it.
    """
    started_ns = capture.about.started_utc_ns
    finished_ns = max((block.utc_ns for block in capture.blocks), default=started_ns)
    acknowledged_ns = decoded.acknowledged_utc_ns
    set_ns = [setting.utc_ns for setting in decoded.clock_settings]
    told_ns = [decoded.records_utc_ns, acknowledged_ns]
    ended_ns = [finished_ns, *set_ns, *(told for told in told_ns if told is not None)]
    counters = decoded.counters
    return Incoming(
        identity=identity,
        started_at=_instant(started_ns),
        read_at=_instant(min(ended_ns)),
        finished_at=_instant(finished_ns),
        acknowledged_at=None if acknowledged_ns is None else _instant(acknowledged_ns),
        is_closed=capture.is_closed,
        torn_bytes=capture.torn_bytes,
        anchors=_anchors(decoded, _zone(capture.about.time_zone)),
        rings=[
            Ring(kind=ring.kind, read_index=ring.read_index, is_wrapped=ring.is_wrapped)
            for ring in (counters.rings if counters is not None else ())
        ],
        health=(counters and counters.health) or WandHealth(),
        decoded=decoded,
    )


def _instant(utc_ns: int) -> datetime:
    return EPOCH + timedelta(microseconds=utc_ns // 1000)


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ValueError, ZoneInfoNotFoundError, OSError):
        return None


def _anchors(decoded: DecodedDownload, zone: ZoneInfo | None) -> Sequence[ClockAnchor]:
    anchors = [
        *(
            _read_anchor(check, check.time.civil, zone)
            for check in decoded.clock_checks
            if check.time.civil is not None and check.time.flaw is None
        ),
        *(_set_anchor(setting) for setting in decoded.clock_settings),
    ]
    return sorted(anchors, key=lambda anchor: (anchor.utc, anchor.kind is AnchorKind.SET))


def _read_anchor(check: ClockCheck, civil: datetime, zone: ZoneInfo | None) -> ClockAnchor:
    asked, answered = _instant(check.asked_utc_ns), _instant(check.answered_utc_ns)
    utc = asked + (answered - asked) / 2
    offset_s: float | None = None
    if zone is not None:
        local = utc.astimezone(zone).replace(tzinfo=None)
        offset_s = round((civil - local).total_seconds(), 3)
    return ClockAnchor(
        kind=AnchorKind.READ,
        civil=civil,
        utc=utc,
        uncertainty_s=(answered - asked).total_seconds() / 2,
        offset_s=offset_s,
    )


def _set_anchor(setting: ClockSetting) -> ClockAnchor:
    return ClockAnchor(
        kind=AnchorKind.SET,
        civil=setting.civil,
        utc=_instant(setting.utc_ns),
        uncertainty_s=SETTING_UNCERTAINTY_S,
    )


def keys_of(
    records: KeyedRecords,
    emptied_before: int,
    download_id: int,
    kept_kinds: frozenset[RecordKind] = frozenset(),
) -> KeyColumns:
    """What makes each record of a download the same record when it arrives again.

    Args:
        records: in their order.
        emptied_before: the download that wiped the memory before this one; 0 if none did.
        download_id: this download.
        kept_kinds: kinds that no acknowledgement wipes; their memory is always the same one.
    """
    memories = [download_id if is_after else emptied_before for is_after in records.after]
    if kept_kinds:
        memories = [
            0 if kind in kept_kinds else memory
            for kind, memory in zip(records.kinds, memories, strict=True)
        ]
    return KeyColumns(
        kinds=records.kinds,
        slots=records.slots,
        raws=records.raws,
        ranks=records.ranks,
        memories=memories,
    )
