"""What the endpoints of faults take and give."""

from datetime import datetime

from pydantic import BaseModel

from watchclock_server.faults.domain import Cause, FailureMode, FaultClass, Mechanism

__all__ = [
    "CaseClosing",
    "CaseDetail",
    "CaseEventView",
    "CaseView",
    "EvidenceView",
    "NewCase",
]


class EvidenceView(BaseModel):
    """One sign of one download with the numbers and records it stands on."""

    id: int
    download_id: int
    noted_at: datetime
    code: str
    sign: str
    figures: dict[str, int | float | str]
    record_ids: list[int]


class CaseView(BaseModel):
    """A case."""

    id: int
    wand_id: int
    fault_class: str
    state: str
    symptom: str
    opened_at: datetime
    opened_by: str
    failure_mode: str | None
    mechanism: str | None
    cause: str | None


class CaseEventView(BaseModel):
    """One line of a case's history."""

    at: datetime
    who: str
    state: str
    remark: str


class CaseDetail(CaseView):
    """A case with what it stands on and its history, oldest first."""

    evidence: list[EvidenceView]
    history: list[CaseEventView]


class NewCase(BaseModel):
    """A case to be opened by hand."""

    wand_id: int
    fault_class: FaultClass
    symptom: str


class CaseClosing(BaseModel):
    """The three words a case is closed with; each may be ``unknown``, none may be left out."""

    failure_mode: FailureMode
    mechanism: Mechanism
    cause: Cause
    remark: str = ""
