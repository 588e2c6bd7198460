"""Downloads open one case for a wand and a class, add to it, and never open it twice."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.server_app import RunningApp
from tests.support.wand_downloads import FcardDownload, system_record

MORNING = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
LOGGED = datetime.fromisoformat("2026-03-02T03:00")
FLAT = FcardDownload(started=MORNING, log={1: system_record(LOGGED, 5)}, voltage=b"\x02\x85")


def upload(running: RunningApp, download: FcardDownload) -> dict[str, Any]:
    data = download.capture()
    headers = {"X-Capture-SHA256": hashlib.sha256(data).hexdigest()}
    answer = running.dock.post("/api/captures", content=data, headers=headers)
    body: dict[str, Any] = answer.json()
    return body


def cases(running: RunningApp) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = running.script.get("/api/cases").json()
    return found


def test_a_flat_battery_opens_a_case_that_names_its_records(running: RunningApp) -> None:
    answer = upload(running, FLAT)
    (case,) = cases(running)
    assert answer["cases_opened"] == [case["id"]]
    assert (case["fault_class"], case["opened_by"]) == ("F-BATT", "watchclock")
    evidence = running.script.get(f"/api/cases/{case['id']}").json()["evidence"]
    assert [seen["sign"] for seen in evidence] == ["BATV.flat", "BATV.logged"]
    record_id = running.script.get(f"/api/downloads/{answer['download']}").json()["records"][0][
        "id"
    ]
    assert evidence[1]["record_ids"] == [record_id]
    assert evidence[0]["figures"] == {"voltage_v": "2.85"}


def test_the_next_download_adds_to_the_open_case(running: RunningApp) -> None:
    upload(running, FLAT)
    later = replace(FLAT, started=MORNING + timedelta(days=1), log={})
    assert upload(running, later)["cases_opened"] == []
    (case,) = cases(running)
    evidence = running.script.get(f"/api/cases/{case['id']}").json()["evidence"]
    assert [seen["sign"] for seen in evidence] == ["BATV.flat", "BATV.logged", "BATV.flat"]


def test_the_same_capture_again_adds_no_evidence(running: RunningApp) -> None:
    wand_id = upload(running, FLAT)["wand_id"]
    upload(running, FLAT)
    assert len(running.script.get(f"/api/wands/{wand_id}/evidence").json()) == 2


def test_a_symptom_that_comes_back_after_closing_opens_a_new_case(running: RunningApp) -> None:
    (first,) = upload(running, FLAT)["cases_opened"]
    words = {"failure_mode": "PDE", "mechanism": "material", "cause": "wear"}
    closed = running.script.post(f"/api/cases/{first}/closing", json=words).json()
    assert (closed["state"], closed["cause"]) == ("closed", "wear")
    assert [event["state"] for event in closed["history"]] == ["open", "closed"]
    again = upload(running, replace(FLAT, started=MORNING + timedelta(days=9)))
    assert again["cases_opened"] == [first + 1]


def test_a_closed_case_is_not_closed_again(running: RunningApp) -> None:
    (case_id,) = upload(running, FLAT)["cases_opened"]
    words = {"failure_mode": "PDE", "mechanism": "material", "cause": "wear"}
    running.script.post(f"/api/cases/{case_id}/closing", json=words)
    answer = running.script.post(f"/api/cases/{case_id}/closing", json=words)
    assert (answer.status_code, answer.json()["code"]) == (409, "faults.case_closed")


def test_a_remark_that_is_too_long_is_refused_and_not_cut(running: RunningApp) -> None:
    (case_id,) = upload(running, FLAT)["cases_opened"]
    words = {"failure_mode": "PDE", "mechanism": "material", "cause": "wear"}
    closing = {**words, "remark": "x" * 2_001}
    answer = running.script.post(f"/api/cases/{case_id}/closing", json=closing)
    assert (answer.status_code, answer.json()["code"]) == (422, "faults.case_remark")
    assert running.script.get(f"/api/cases/{case_id}").json()["state"] == "open"


def test_a_person_cannot_open_a_second_case_of_one_class(running: RunningApp) -> None:
    wand_id = upload(running, FLAT)["wand_id"]
    wanted = {"wand_id": wand_id, "fault_class": "F-BATT", "symptom": "dies at midnight"}
    answer = running.script.post("/api/cases", json=wanted)
    assert (answer.status_code, answer.json()["code"]) == (409, "faults.case_already_open")


def test_a_case_needs_a_symptom_and_a_wand(running: RunningApp) -> None:
    wand_id = upload(running, FLAT)["wand_id"]
    silent = {"wand_id": wand_id, "fault_class": "F-KEY", "symptom": " "}
    assert running.script.post("/api/cases", json=silent).json()["code"] == "faults.case_symptom"
    nobody = {"wand_id": 99, "fault_class": "F-KEY", "symptom": "sticks"}
    assert running.script.post("/api/cases", json=nobody).json()["code"] == "wands.not_found"
