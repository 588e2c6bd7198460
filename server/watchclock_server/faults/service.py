"""Use cases of faults: examine a download, open a case, add to it, close it in the three words."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from watchclock_server.errors import ConflictError, NotFoundError, RuleViolationError
from watchclock_server.faults import repository
from watchclock_server.faults.domain import (
    CaseState,
    Cause,
    DownloadFacts,
    Evidence,
    FailureMode,
    FaultClass,
    Mechanism,
    Sign,
    classes_to_open,
    signs_of,
)
from watchclock_server.faults.repository import (
    CaseEventRow,
    CaseEvidenceRow,
    CaseRow,
    EvidenceRow,
)
from watchclock_server.wands.service import load_wand

__all__ = [
    "Case",
    "CaseAlreadyOpenError",
    "CaseClosedError",
    "CaseEvent",
    "CaseNotFoundError",
    "CaseRemarkError",
    "CaseSymptomError",
    "Closing",
    "NotedEvidence",
    "case_history",
    "cases_of",
    "close_case",
    "evidence_of",
    "evidence_of_case",
    "examine",
    "list_cases",
    "load_case",
    "open_case",
]

MOST_RECORDS_NAMED: Final = 50
"""Records named in one piece of evidence; its figures count them all."""
THE_SERVER: Final = "watchclock"
LONGEST_TEXT: Final = 2_000


class CaseNotFoundError(NotFoundError):
    """No case has this number."""

    code = "faults.case_not_found"
    template = "There is no case {case}."
    next_step = "Look the case up on its wand's page."


class CaseAlreadyOpenError(ConflictError):
    """The wand has an open case of this class."""

    code = "faults.case_already_open"
    template = "Case {case} is open for this wand and this class of fault."
    next_step = "Look at that case: a repair order takes what was found, or close it first."


class CaseClosedError(ConflictError):
    """The case is closed; its words do not change any more."""

    code = "faults.case_closed"
    template = "Case {case} is closed."
    next_step = "Open a new case if the wand shows the symptom again."


class CaseSymptomError(RuleViolationError):
    """A case needs a symptom in words."""

    code = "faults.case_symptom"
    template = "A case needs the symptom in 1 to {longest} characters."
    next_step = "Write down what was noticed, in the words it was told."


class CaseRemarkError(RuleViolationError):
    """The remark a case is closed with is too long."""

    code = "faults.case_remark"
    template = "A remark has at most {longest} characters."
    next_step = "Shorten the remark; findings belong in the repair order."


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedEvidence:
    """Evidence as stored: what was seen, on which download, and when it was noted."""

    id: int
    download_id: int
    noted_at: datetime
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One suspected fault of one wand.

    Attributes:
        id: number of the case.
        wand_id: the wand.
        fault_class: what is looked for.
        state: open or closed.
        symptom: what was noticed; empty when the server opened the case from its evidence.
        opened_at: instant.
        opened_by: person, token, or the server itself.
        failure_mode: how it shows; None until closed.
        mechanism: what happened physically; None until closed.
        cause: why; None until closed.
    """

    id: int
    wand_id: int
    fault_class: FaultClass
    state: CaseState
    symptom: str
    opened_at: datetime
    opened_by: str
    failure_mode: FailureMode | None
    mechanism: Mechanism | None
    cause: Cause | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvent:
    """One line of a case's history."""

    at: datetime
    who: str
    state: CaseState
    remark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """The three words a case is closed with; each may be "unknown", none may be left out."""

    failure_mode: FailureMode
    mechanism: Mechanism
    cause: Cause
    remark: str


def examine(
    session: Session, *, wand_id: int, facts: DownloadFacts, now: datetime
) -> Sequence[Case]:
    """Store what a download shows about its wand and open or extend the cases it asks for.

    A sign is noted once for each download. The caller holds the wand, so that two downloads
    cannot open one case twice.

    Returns:
        The cases opened now; those that were open already only gained evidence.
    """
    noted = [_note(session, wand_id, facts.download_id, item, now) for item in signs_of(facts)]
    opened: list[Case] = []
    for fault_class in classes_to_open(Sign(row.sign) for row in noted):
        row = repository.find_open_case(session, wand_id, fault_class)
        if row is None:
            new = _new_case(wand_id, fault_class, "", THE_SERVER, now)
            row = _open(session, new)
            opened += [_case(row)] if row is new else []
        _attach(session, row.id, noted)
    return opened


def _note(
    session: Session, wand_id: int, download_id: int, evidence: Evidence, now: datetime
) -> EvidenceRow:
    row = EvidenceRow(
        wand_id=wand_id,
        download_id=download_id,
        sign=evidence.sign,
        figures=dict(evidence.figures),
        record_ids=list(evidence.record_ids[:MOST_RECORDS_NAMED]),
        noted_at=now,
    )
    repository.add(session, row)
    return row


def _attach(session: Session, case_id: int, rows: Iterable[EvidenceRow]) -> None:
    for row in rows:
        repository.add(session, CaseEvidenceRow(case_id=case_id, evidence_id=row.id))


def open_case(
    session: Session,
    *,
    wand_id: int,
    fault_class: FaultClass,
    symptom: str,
    who: str,
    now: datetime,
) -> Case:
    """Open a case by hand.

    Raises:
        WandNotFoundError: no such wand.
        CaseSymptomError: no symptom, or too long a one.
        CaseAlreadyOpenError: the wand has an open case of this class.
    """
    load_wand(session, wand_id)
    if not 0 < len(symptom.strip()) <= LONGEST_TEXT:
        raise CaseSymptomError(longest=LONGEST_TEXT)
    new = _new_case(wand_id, fault_class, symptom.strip(), who, now)
    row = _open(session, new)
    if row is not new:
        raise CaseAlreadyOpenError(case=row.id)
    return _case(row)


def _new_case(
    wand_id: int, fault_class: FaultClass, symptom: str, who: str, now: datetime
) -> CaseRow:
    return CaseRow(
        wand_id=wand_id,
        fault_class=fault_class,
        state=CaseState.OPEN,
        symptom=symptom,
        opened_at=now,
        opened_by=who,
    )


def _open(session: Session, new: CaseRow) -> CaseRow:
    """The new case, or the one that is open already for this wand and class."""
    row = repository.add_case(session, new)
    if row is new:
        _remember(session, row, row.opened_by, row.symptom, row.opened_at)
    return row


def _remember(session: Session, case: CaseRow, who: str, remark: str, at: datetime) -> None:
    repository.add(
        session,
        CaseEventRow(case_id=case.id, at=at, who=who, state=case.state, remark=remark),
    )


def close_case(
    session: Session, *, case_id: int, closing: Closing, who: str, now: datetime
) -> Case:
    """Close a case.

    Raises:
        CaseNotFoundError: no such case.
        CaseClosedError: it is closed already.
        CaseRemarkError: the remark is too long.
    """
    remark = closing.remark.strip()
    if len(remark) > LONGEST_TEXT:
        raise CaseRemarkError(longest=LONGEST_TEXT)
    row = repository.lock_case(session, case_id)
    if row is None:
        raise CaseNotFoundError(case=case_id)
    if row.state == CaseState.CLOSED:
        raise CaseClosedError(case=case_id)
    row.state = CaseState.CLOSED
    row.failure_mode = closing.failure_mode
    row.mechanism = closing.mechanism
    row.cause = closing.cause
    _remember(session, row, who, remark, now)
    return _case(row)


def load_case(session: Session, case_id: int) -> Case:
    """One case.

    Raises:
        CaseNotFoundError: no such case.
    """
    row = repository.find_case(session, case_id)
    if row is None:
        raise CaseNotFoundError(case=case_id)
    return _case(row)


def list_cases(session: Session) -> Sequence[Case]:
    """All cases; open ones first, then newest first."""
    return [_case(row) for row in repository.list_cases(session, None)]


def cases_of(session: Session, wand_ids: Collection[int]) -> Sequence[Case]:
    """Cases of some wands; open ones first, then newest first."""
    return [_case(row) for row in repository.list_cases(session, wand_ids)]


def case_history(session: Session, case_id: int) -> Sequence[CaseEvent]:
    """What happened to a case, oldest first."""
    return [
        CaseEvent(at=row.at, who=row.who, state=CaseState(row.state), remark=row.remark)
        for row in repository.list_case_events(session, case_id)
    ]


def evidence_of(session: Session, wand_id: int) -> Sequence[NotedEvidence]:
    """Everything known about a wand, newest first."""
    return [_noted(row) for row in repository.list_evidence(session, wand_id)]


def evidence_of_case(session: Session, case_id: int) -> Sequence[NotedEvidence]:
    """What a case stands on, oldest first."""
    return [_noted(row) for row in repository.list_case_evidence(session, case_id)]


def _case(row: CaseRow) -> Case:
    return Case(
        id=row.id,
        wand_id=row.wand_id,
        fault_class=FaultClass(row.fault_class),
        state=CaseState(row.state),
        symptom=row.symptom,
        opened_at=row.opened_at,
        opened_by=row.opened_by,
        failure_mode=None if row.failure_mode is None else FailureMode(row.failure_mode),
        mechanism=None if row.mechanism is None else Mechanism(row.mechanism),
        cause=None if row.cause is None else Cause(row.cause),
    )


def _noted(row: EvidenceRow) -> NotedEvidence:
    return NotedEvidence(
        id=row.id,
        download_id=row.download_id,
        noted_at=row.noted_at,
        evidence=Evidence(
            sign=Sign(row.sign), figures=row.figures, record_ids=tuple(row.record_ids)
        ),
    )
