"""The words for signs, classes and cases, and the forms that open and close a case.

The page of a case is composed in ``pages.case``, because it shows repair orders too.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from watchclock_server.access import SignedIn
from watchclock_server.clock import Now
from watchclock_server.database import DatabaseSession
from watchclock_server.faults import service
from watchclock_server.faults.domain import (
    CaseState,
    Cause,
    FailureMode,
    FaultClass,
    Mechanism,
    Sign,
)
from watchclock_server.faults.schemas import CaseClosing
from watchclock_server.faults.service import Closing
from watchclock_server.language import translatable

__all__ = ["CASE_WORDS", "router"]

router = APIRouter(include_in_schema=False)

SIGN_SENTENCES: Final[Mapping[str, str]] = {
    Sign.BATTERY_LOW: translatable("The battery is low: %(voltage_v)s V."),
    Sign.BATTERY_FLAT: translatable("The battery is nearly flat: %(voltage_v)s V."),
    Sign.LOW_VOLTAGE_LOGGED: translatable(
        "Entries of too low a voltage in the wand's own log: %(count)s."
    ),
    Sign.RESTARTS: translatable(
        "The wand was switched on %(count)s times for %(touches)s touches since the last download."
    ),
    Sign.MANY_RESTARTS: translatable(
        "The wand was switched on very often: %(count)s times for %(touches)s touches."
    ),
    Sign.CLOCK_OFF: translatable(
        "At the first comparison the clock was off by %(offset_s)s. "
        "Whether it was always so cannot be told."
    ),
    Sign.CLOCK_DRIFTS: translatable(
        "The clock gained %(gained_s)s in %(elapsed_h)s h (%(ppm)s ppm): "
        "more than its crystal and the cold explain, still usable."
    ),
    Sign.CLOCK_SLOW: translatable(
        "The clock gained %(gained_s)s in %(elapsed_h)s h: slower than cold explains."
    ),
    Sign.CLOCK_FAST: translatable(
        "The clock gained %(gained_s)s in %(elapsed_h)s h: faster than a crystal can run."
    ),
    Sign.CLOCK_STOPPED: translatable(
        "The clock gained %(gained_s)s in %(elapsed_h)s h: it stood still in between."
    ),
    Sign.CLOCK_WENT_BACK: translatable(
        "The clock went back: it gained %(gained_s)s in %(elapsed_h)s h."
    ),
    Sign.CLOCK_AT_EPOCH: translatable(
        "The clock showed %(shown)s: it started again after it had lost its power."
    ),
    Sign.TIMES_GO_BACK: translatable(
        "Places where the time goes back from one record to the next: %(count)s."
    ),
    Sign.SAME_SECOND: translatable(
        "%(count)s records of different tags carry the same second as a neighbour while the clock "
        "ran well. The tags may have been read side by side."
    ),
    Sign.SAME_SECOND_UNCHECKED: translatable(
        "%(count)s records of different tags carry the same second as a neighbour. Either the "
        "clock stood still or the tags were read side by side; the records cannot tell which."
    ),
    Sign.IMPOSSIBLE_TIMES: translatable("Records whose time is no date: %(count)s."),
    Sign.MANY_IMPOSSIBLE_TIMES: translatable(
        "Records whose time is no date: %(count)s. The clock chip is not read rightly."
    ),
    Sign.MEMORY_FORMATTED: translatable(
        "Formats of the memory since the last download: %(count)s."
    ),
    Sign.RECORDS_OVERWRITTEN: translatable(
        "The memory was full: records were overwritten before anybody read them."
    ),
    Sign.READINGS_DISAGREE: translatable(
        "%(count)s records differ between two readings of the same memory. All of them are kept."
    ),
    Sign.FRAMES_REJECTED: translatable(
        "Frames that arrived damaged: %(count)s. The wand, the dock or the cable can be the "
        "reason."
    ),
    Sign.BYTES_SKIPPED: translatable(
        "Bytes on the line that belonged to no frame: %(count)s. The wand, the dock or the cable "
        "can be the reason."
    ),
}

CLASS_WORDS: Final[Mapping[str, str]] = {
    FaultClass.CRYSTAL: translatable("clock or its crystal"),
    FaultClass.CLOCK_POWER: translatable("power of the clock"),
    FaultClass.BATTERY: translatable("battery"),
    FaultClass.RESTARTS: translatable("restarts"),
    FaultClass.MEMORY: translatable("memory"),
    FaultClass.DOCKING: translatable("contacts and docking"),
    FaultClass.CASING: translatable("casing"),
    FaultClass.WATER: translatable("water inside"),
    FaultClass.DISPLAY: translatable("display"),
    FaultClass.KEYS: translatable("keys"),
    FaultClass.HEAD: translatable("reading head"),
    FaultClass.RADIO: translatable("radio field"),
    FaultClass.ALERT: translatable("vibration and sound"),
    FaultClass.NO_FAULT: translatable("no fault found"),
}

CASE_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "sign": SIGN_SENTENCES,
    "fault_class": CLASS_WORDS,
    "state": {
        CaseState.OPEN: translatable("open"),
        CaseState.CLOSED: translatable("closed"),
    },
    "failure_mode": {
        FailureMode.DOES_NOT_FUNCTION: translatable("does not function"),
        FailureMode.DOES_NOT_START: translatable("does not start"),
        FailureMode.NO_OUTPUT: translatable("no output"),
        FailureMode.ERRATIC_OUTPUT: translatable("erratic output"),
        FailureMode.WRONG_READING: translatable("wrong reading"),
        FailureMode.DEVIATES: translatable("deviates"),
        FailureMode.STRUCTURE: translatable("structural damage"),
        FailureMode.DOES_NOT_CONNECT: translatable("does not connect"),
        FailureMode.NO_FAILURE: translatable("no failure found"),
        FailureMode.UNKNOWN: translatable("unknown"),
    },
    "mechanism": {
        Mechanism.MECHANICAL: translatable("mechanical"),
        Mechanism.MATERIAL: translatable("material"),
        Mechanism.INSTRUMENT: translatable("instrument"),
        Mechanism.ELECTRICAL: translatable("electrical"),
        Mechanism.EXTERNAL: translatable("external influence"),
        Mechanism.OTHER: translatable("other"),
        Mechanism.UNKNOWN: translatable("unknown"),
    },
    "cause": {
        Cause.PRODUCT: translatable("product"),
        Cause.USE: translatable("use"),
        Cause.SURROUNDINGS: translatable("surroundings"),
        Cause.WEAR: translatable("wear"),
        Cause.TRAINING: translatable("training"),
        Cause.UNKNOWN: translatable("unknown"),
    },
}
"""What people read for each value; translate it where it is shown."""


@router.post("/wands/{wand_id}/cases")
def open_case(
    wand_id: int,
    session: DatabaseSession,
    now: Now,
    person: SignedIn,
    fault_class: Annotated[FaultClass, Form()],
    symptom: Annotated[str, Form()],
) -> Response:
    """The new case's page."""
    case = service.open_case(
        session,
        wand_id=wand_id,
        fault_class=fault_class,
        symptom=symptom,
        who=person.name,
        now=now,
    )
    return _to_case(case.id)


@router.post("/cases/{case_id}/closing")
def close_case(
    case_id: int,
    session: DatabaseSession,
    now: Now,
    person: SignedIn,
    closing: Annotated[CaseClosing, Form()],
) -> Response:
    """The closed case's page."""
    service.close_case(
        session,
        case_id=case_id,
        closing=Closing(**closing.model_dump()),
        who=person.name,
        now=now,
    )
    return _to_case(case_id)


def _to_case(case_id: int) -> Response:
    return RedirectResponse(f"/cases/{case_id}", HTTPStatus.SEE_OTHER)
