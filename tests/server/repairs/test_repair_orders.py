"""Repair orders follow one table, keep their history, and name what is allowed."""

import hashlib
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.server_app import RunningApp
from tests.support.wand_downloads import FcardDownload
from watchclock_server.repairs.domain import FIRST_STATE, NEXT_STATES, OrderState, is_allowed

MORNING = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
ENDS = {OrderState.RETURNED, OrderState.CANCELLED}


def open_case(running: RunningApp) -> int:
    data = FcardDownload(started=MORNING).capture()
    headers = {"X-Capture-SHA256": hashlib.sha256(data).hexdigest()}
    wand_id = running.dock.post("/api/captures", content=data, headers=headers).json()["wand_id"]
    wanted = {"wand_id": wand_id, "fault_class": "F-KEY", "symptom": "the key sticks"}
    case_id: int = running.script.post("/api/cases", json=wanted).json()["id"]
    return case_id


def open_order(running: RunningApp) -> dict[str, Any]:
    wanted = {"case_id": open_case(running), "why": "came by post"}
    order: dict[str, Any] = running.script.post("/api/repair-orders", json=wanted).json()
    return order


@pytest.mark.parametrize("state", sorted(set(OrderState) - ENDS))
def test_every_state_but_an_end_leads_to_an_end(state: OrderState) -> None:
    reached, frontier = {state}, [state]
    while frontier:
        fresh = set(NEXT_STATES[frontier.pop()]) - reached
        reached |= fresh
        frontier += fresh
    assert reached & ENDS


@given(path=st.lists(st.sampled_from(OrderState), max_size=12))
def test_nothing_becomes_ready_without_a_test(path: list[OrderState]) -> None:
    walked = [FIRST_STATE]
    for wanted in path:
        if is_allowed(walked[-1], wanted):
            walked.append(wanted)
    before_ready = {before for before, state in pairwise(walked) if state is OrderState.READY}
    assert before_ready <= {OrderState.TESTING}


def test_an_order_goes_its_way_and_remembers_every_step(running: RunningApp) -> None:
    order = open_order(running)
    path = ["diagnosing", "awaiting_parts", "repairing", "testing", "ready", "returned"]
    for state in path:
        step = {"state": state, "why": f"now {state}"}
        answer = running.script.post(f"/api/repair-orders/{order['id']}/steps", json=step)
        assert answer.status_code == 200
    shown = running.script.get(f"/api/repair-orders/{order['id']}").json()
    assert [step["state"] for step in shown["history"]] == ["received", *path]
    assert {step["who"] for step in shown["history"]} == {"script"}
    assert shown["allowed"] == []


def test_a_forbidden_step_names_the_allowed_ones_and_changes_nothing(running: RunningApp) -> None:
    order = open_order(running)
    step = {"state": "ready", "why": "looks fine"}
    answer = running.script.post(f"/api/repair-orders/{order['id']}/steps", json=step)
    assert answer.status_code == 422
    assert answer.json()["code"] == "repairs.step"
    assert "diagnosing, cancelled" in answer.json()["next_step"]
    shown = running.script.get(f"/api/repair-orders/{order['id']}").json()
    assert (shown["state"], len(shown["history"])) == ("received", 1)


def test_a_forbidden_step_is_told_in_chinese_words(running: RunningApp) -> None:
    order = open_order(running)
    step = {"state": "awaiting_parts", "why": "looks fine"}
    address = f"/api/repair-orders/{order['id']}/steps"
    answer = running.script.post(address, json=step, headers={"Accept-Language": "zh"})
    assert answer.json()["detail"] == "处于“已收到”的维修单不能变为“等待配件”。"
    assert answer.json()["next_step"] == "现在允许：诊断中、已取消。"


def test_an_order_at_its_end_allows_nothing(running: RunningApp) -> None:
    order = open_order(running)
    address = f"/api/repair-orders/{order['id']}/steps"
    assert running.script.post(address, json={"state": "cancelled", "why": "no"}).is_success
    answer = running.script.post(address, json={"state": "ready", "why": "after all"})
    assert answer.json()["next_step"] == "Allowed now: –."


def test_a_step_without_a_reason_is_refused(running: RunningApp) -> None:
    order = open_order(running)
    step = {"state": "diagnosing", "why": "  "}
    answer = running.script.post(f"/api/repair-orders/{order['id']}/steps", json=step)
    assert (answer.status_code, answer.json()["code"]) == (422, "repairs.reason")


def test_a_closed_case_takes_no_new_order(running: RunningApp) -> None:
    case_id = open_case(running)
    words = {"failure_mode": "none", "mechanism": "unknown", "cause": "unknown"}
    assert running.script.post(f"/api/cases/{case_id}/closing", json=words).status_code == 200
    wanted = {"case_id": case_id, "why": "late"}
    answer = running.script.post("/api/repair-orders", json=wanted)
    assert (answer.status_code, answer.json()["code"]) == (409, "faults.case_closed")


def test_a_stranger_and_a_dock_may_not_touch_orders(running: RunningApp) -> None:
    assert running.stranger.get("/api/repair-orders").status_code == 401
    assert running.dock.get("/api/repair-orders").status_code == 403


def test_a_case_has_one_running_order_and_another_when_that_has_ended(running: RunningApp) -> None:
    first = open_order(running)
    wanted = {"case_id": first["case_id"], "why": "came again"}
    refused = running.script.post("/api/repair-orders", json=wanted)
    assert (refused.status_code, refused.json()["code"]) == (409, "repairs.order_running")
    step = {"state": "cancelled", "why": "sent to the maker"}
    running.script.post(f"/api/repair-orders/{first['id']}/steps", json=step)
    assert running.script.post("/api/repair-orders", json=wanted).status_code == 201
