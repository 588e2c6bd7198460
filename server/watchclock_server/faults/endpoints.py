"""Evidence and cases over HTTP."""

from dataclasses import asdict
from http import HTTPStatus

from fastapi import APIRouter

from watchclock_server.access import Manager
from watchclock_server.clock import Now
from watchclock_server.database import DatabaseSession
from watchclock_server.faults import service
from watchclock_server.faults.schemas import (
    CaseClosing,
    CaseDetail,
    CaseEventView,
    CaseView,
    EvidenceView,
    NewCase,
)
from watchclock_server.faults.service import Case, Closing, NotedEvidence

__all__ = ["case_view", "evidence_view", "router"]

router = APIRouter(prefix="/api", tags=["faults"])


@router.get("/wands/{wand_id}/evidence")
def list_evidence(wand_id: int, session: DatabaseSession, _actor: Manager) -> list[EvidenceView]:
    """Everything the downloads of a wand show about it, newest first."""
    return [evidence_view(noted) for noted in service.evidence_of(session, wand_id)]


@router.get("/cases")
def list_cases(
    session: DatabaseSession, _actor: Manager, wand_id: int | None = None
) -> list[CaseView]:
    """All cases, or those of one wand; open ones first, then newest first."""
    if wand_id is None:
        return [case_view(case) for case in service.list_cases(session)]
    return [case_view(case) for case in service.cases_of(session, [wand_id])]


@router.post("/cases", status_code=HTTPStatus.CREATED)
def open_case(wanted: NewCase, session: DatabaseSession, now: Now, actor: Manager) -> CaseView:
    """The case opened by hand."""
    case = service.open_case(
        session,
        wand_id=wanted.wand_id,
        fault_class=wanted.fault_class,
        symptom=wanted.symptom,
        who=actor.name,
        now=now,
    )
    return case_view(case)


@router.get("/cases/{case_id}")
def show_case(case_id: int, session: DatabaseSession, _actor: Manager) -> CaseDetail:
    """A case with its evidence and history."""
    return _detail(session, service.load_case(session, case_id))


@router.post("/cases/{case_id}/closing")
def close_case(
    case_id: int, closing: CaseClosing, session: DatabaseSession, now: Now, actor: Manager
) -> CaseDetail:
    """The closed case."""
    case = service.close_case(
        session,
        case_id=case_id,
        closing=Closing(**closing.model_dump()),
        who=actor.name,
        now=now,
    )
    return _detail(session, case)


def _detail(session: DatabaseSession, case: Case) -> CaseDetail:
    return CaseDetail(
        **asdict(case),
        evidence=[evidence_view(noted) for noted in service.evidence_of_case(session, case.id)],
        history=[
            CaseEventView(**asdict(event)) for event in service.case_history(session, case.id)
        ],
    )


def case_view(case: Case) -> CaseView:
    """A case as programs see it."""
    return CaseView(**asdict(case))


def evidence_view(noted: NotedEvidence) -> EvidenceView:
    """Evidence as programs see it."""
    evidence = noted.evidence
    return EvidenceView(
        id=noted.id,
        download_id=noted.download_id,
        noted_at=noted.noted_at,
        code=evidence.code,
        sign=evidence.sign,
        figures=dict(evidence.figures),
        record_ids=list(evidence.record_ids),
    )
