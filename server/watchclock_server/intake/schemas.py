"""What the endpoints of intake give."""

from datetime import datetime

from pydantic import BaseModel

__all__ = ["DownloadDetail", "DownloadView", "ReceiptView", "RecordReceiptView", "RecordView"]


class RecordReceiptView(BaseModel):
    """What became of one record: ``created``, ``duplicate`` or ``conflict``."""

    position: int
    kind: str
    slot: int | None
    result: str


class ReceiptView(BaseModel):
    """The answer to one capture."""

    capture: str
    wand: str
    wand_id: int
    download: int
    already_known: bool
    created: int
    duplicate: int
    conflict: int
    records: list[RecordReceiptView]
    cases_opened: list[int]


class DownloadView(BaseModel):
    """One download of a wand; times in UTC, ``clock_shown`` as the wand's clock showed it."""

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
    is_overwritten: bool
    torn_bytes: int
    record_count: int
    skipped_bytes: int
    rejected_count: int
    clock_shown: datetime | None
    clock_offset_s: float | None
    voltage_mv: int | None
    charge_percent: int | None
    power_ons: int | None
    formats: int | None


class RecordView(BaseModel):
    """One record as the wand stored it; ``raw`` in hexadecimal."""

    id: int
    kind: str
    slot: int | None
    raw: str
    wand_time: datetime | None
    tag: str | None
    code: int | None
    flags: list[str]
    conflict_with: int | None


class DownloadDetail(DownloadView):
    """A download with every record it holds, in its order."""

    records: list[RecordView]
