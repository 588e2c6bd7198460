"""Captures in, receipts out; downloads to look at."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request
from pydantic import AwareDatetime

from watchclock_server.access import Manager, Uploader
from watchclock_server.archive import LARGEST_CAPTURE_BYTES, CaptureArchive
from watchclock_server.clock import Now
from watchclock_server.database import DatabaseSession
from watchclock_server.errors import PayloadTooLargeError
from watchclock_server.intake import service
from watchclock_server.intake.domain.downloads import Download
from watchclock_server.intake.domain.receipts import Outcome, Receipt
from watchclock_server.intake.domain.visits import StoredRecord
from watchclock_server.intake.schemas import (
    DownloadDetail,
    DownloadView,
    ReceiptView,
    RecordReceiptView,
    RecordView,
)

__all__ = ["download_view", "router"]

router = APIRouter(prefix="/api", tags=["intake"])


async def _whole_body(request: Request) -> bytes:
    """The body, read no further than the largest capture."""
    parts: list[bytes] = []
    size_bytes = 0
    async for part in request.stream():
        size_bytes += len(part)
        if size_bytes > LARGEST_CAPTURE_BYTES:
            raise PayloadTooLargeError(limit_bytes=LARGEST_CAPTURE_BYTES)
        parts.append(part)
    return b"".join(parts)


@router.post("/captures")
def receive_capture(
    _actor: Uploader,  # first, so that no stranger's body is read
    data: Annotated[bytes, Depends(_whole_body)],
    sha256: Annotated[str, Header(alias="X-Capture-SHA256")],
    session: DatabaseSession,
    archive: CaptureArchive,
    now: Now,
    dock_time: Annotated[AwareDatetime | None, Header(alias="X-Dock-Time")] = None,
) -> ReceiptView:
    """What became of every record of the capture; the same capture again changes nothing."""
    receipt = service.receive_capture(
        session,
        archive=archive,
        data=data,
        claimed_sha256=sha256,
        now=now,
        dock_error=abs(now - (dock_time or now)),
    )
    return _receipt_view(receipt)


def _receipt_view(receipt: Receipt) -> ReceiptView:
    return ReceiptView(
        capture=receipt.capture_sha256,
        wand=receipt.wand.key,
        wand_id=receipt.wand.id,
        download=receipt.download_id,
        already_known=receipt.already_known,
        created=receipt.count(Outcome.CREATED),
        duplicate=receipt.count(Outcome.DUPLICATE),
        conflict=receipt.count(Outcome.CONFLICT),
        records=[
            RecordReceiptView(
                position=record.position,
                kind=record.kind,
                slot=record.slot,
                result=record.outcome,
            )
            for record in receipt.records
        ],
        cases_opened=list(receipt.cases_opened),
    )


@router.get("/wands/{wand_id}/downloads")
def list_downloads(wand_id: int, session: DatabaseSession, _actor: Manager) -> list[DownloadView]:
    """A wand's downloads, oldest first."""
    return [download_view(download) for download in service.downloads_of(session, wand_id)]


def download_view(download: Download) -> DownloadView:
    """A download as programs see it."""
    return DownloadView.model_validate(_fields(download))


@router.get("/downloads/{download_id}")
def show_download(download_id: int, session: DatabaseSession, _actor: Manager) -> DownloadDetail:
    """One download with every record it holds."""
    download = service.load_download(session, download_id)
    records = service.records_of_download(session, download_id)
    views = [_record_view(record) for record in records]
    return DownloadDetail.model_validate({**_fields(download), "records": views})


def _fields(download: Download) -> Mapping[str, object]:
    return {**asdict(download), "is_overwritten": download.is_overwritten}


def _record_view(record: StoredRecord) -> RecordView:
    return RecordView(
        id=record.id,
        kind=record.kind,
        slot=record.slot,
        raw=record.raw.hex().upper(),
        wand_time=record.civil,
        tag=record.tag,
        code=record.code,
        flags=list(record.flags),
        conflict_with=record.conflict_with,
    )
