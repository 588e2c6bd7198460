"""Queries of downloads."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from watchclock_protocol.records import RecordKind
from watchclock_server.intake.domain.downloads import Download, Ring
from watchclock_server.intake.repository.tables import DownloadRow

__all__ = [
    "add_download",
    "find_download",
    "find_download_by_capture",
    "list_downloads",
]


def add_download(session: Session, row: DownloadRow) -> None:
    """Store a download and give it its key."""
    session.add(row)
    session.flush()


def find_download(session: Session, download_id: int) -> Download | None:
    """The download of this key."""
    row = session.get(DownloadRow, download_id)
    return None if row is None else _download(row)


def find_download_by_capture(session: Session, sha256: str) -> DownloadRow | None:
    """The download stored from this capture."""
    return session.scalar(select(DownloadRow).where(DownloadRow.capture_sha256 == sha256))


def list_downloads(session: Session, wand_ids: Collection[int]) -> Sequence[Download]:
    """The downloads of several wands, oldest first."""
    rows = session.scalars(
        select(DownloadRow)
        .where(DownloadRow.wand_id.in_(wand_ids))
        .order_by(DownloadRow.read_at, DownloadRow.id)
    )
    return [_download(row) for row in rows]


def _download(row: DownloadRow) -> Download:
    return Download(
        rings=[
            Ring(
                kind=RecordKind(str(ring["kind"])),
                read_index=None if ring["read_index"] is None else int(ring["read_index"]),
                is_wrapped=bool(ring["is_wrapped"]),
            )
            for ring in row.rings
        ],
        id=row.id,
        wand_id=row.wand_id,
        capture_sha256=row.capture_sha256,
        received_at=row.received_at,
        started_at=row.started_at,
        read_at=row.read_at,
        finished_at=row.finished_at,
        acknowledged_at=row.acknowledged_at,
        is_complete=row.is_complete,
        is_closed=row.is_closed,
        torn_bytes=row.torn_bytes,
        record_count=row.record_count,
        skipped_bytes=row.skipped_bytes,
        rejected_count=row.rejected_count,
        clock_shown=row.clock_shown,
        clock_offset_s=row.clock_offset_s,
        voltage_mv=row.voltage_mv,
        charge_percent=row.charge_percent,
        power_ons=row.power_ons,
        formats=row.formats,
    )
