"""The pages of a wand, its cases and its repair orders, in both languages."""

import hashlib
import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.server_app import RunningApp
from tests.support.wand_downloads import FcardDownload, card_record
from watchclock_server.faults.domain import FaultClass, Sign
from watchclock_server.faults.pages import CASE_WORDS
from watchclock_server.pages.wand import curve

MORNING = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
SET_TO = datetime.fromisoformat("2026-03-02T14:00")
STOPPED_AT = datetime.fromisoformat("2026-03-02T20:00")


def upload(running: RunningApp, data: bytes) -> int:
    headers = {"X-Capture-SHA256": hashlib.sha256(data).hexdigest()}
    answer = running.dock.post("/api/captures", content=data, headers=headers)
    wand_id: int = answer.json()["wand_id"]
    return wand_id


def upload_a_stopped_clock(running: RunningApp) -> int:
    """A wand set in the morning, whose clock stood still in the evening of the same day."""
    cards = {slot: card_record(STOPPED_AT, slot) for slot in range(1, 6)}
    first = FcardDownload(started=MORNING, shown=SET_TO, set_to=SET_TO)
    second = FcardDownload(
        started=MORNING + timedelta(days=1), cards=cards, shown=STOPPED_AT, voltage=b"\x03\x85"
    )
    upload(running, first.capture())
    return upload(running, second.capture())


def test_the_page_shows_downloads_evidence_and_the_case_the_server_opened(
    running: RunningApp,
) -> None:
    wand_id = upload_a_stopped_clock(running)
    page = running.browser.get(f"/wands/{wand_id}")
    assert page.status_code == 200
    assert "it stood still in between" in page.text
    assert "clock or its crystal" in page.text
    assert "3.85 V" in page.text
    assert "<polyline" in page.text
    overview = running.script.get(f"/api/wands/{wand_id}/overview").json()
    assert [case["fault_class"] for case in overview["cases"]] == ["F-XTAL"]
    assert [download["record_count"] for download in overview["downloads"]] == [5, 0]


def test_every_time_is_that_of_the_wands_site_and_spans_are_said_in_words(
    running: RunningApp,
) -> None:
    site = running.script.post("/api/sites", json={"name": "Yard", "time_zone": "Asia/Shanghai"})
    slow = FcardDownload(started=MORNING, shown=SET_TO - timedelta(minutes=50, seconds=9))
    wand_id = upload(running, slow.capture())
    form = {"name": "Gate", "site": str(site.json()["id"])}
    running.browser.post(f"/wands/{wand_id}", data=form)
    symptom = {"fault_class": "F-XTAL", "symptom": "runs late"}
    opened = running.browser.post(f"/wands/{wand_id}/cases", data=symptom)
    wand_page = running.browser.get(f"/wands/{wand_id}").text
    case_page = running.browser.get(opened.headers["location"]).text
    ordered = running.browser.post(
        f"{opened.headers['location']}/repair-orders", data={"why": "came by post"}
    )
    order_page = running.browser.get(ordered.headers["location"]).text
    assert "−50 min 9 s" in wand_page
    assert "the clock was off by −50 min 9 s." in wand_page
    assert "compared only at the end" in wand_page
    for page in (wand_page, case_page, order_page):
        assert "Times on this page are those of Asia/Shanghai" in page
        assert "UTC" not in page


def test_a_recording_that_broke_off_is_shown_as_such(running: RunningApp) -> None:
    whole = FcardDownload(started=MORNING, cards={1: card_record(SET_TO, 1)}).capture()
    wand_id = upload(running, whole)
    assert "recording broken off" not in running.browser.get(f"/wands/{wand_id}").text
    upload(running, whole[:-3])
    assert running.browser.get(f"/wands/{wand_id}").text.count("recording broken off") == 1


def test_a_case_is_worked_on_and_closed_with_its_forms(running: RunningApp) -> None:
    wand_id = upload_a_stopped_clock(running)
    case_id = running.script.get("/api/cases", params={"wand_id": wand_id}).json()[0]["id"]
    opened = running.browser.post(
        f"/cases/{case_id}/repair-orders", data={"why": "came by post, casing whole"}
    )
    order_page = running.browser.get(opened.headers["location"])
    assert "came by post, casing whole" in order_page.text
    step = {"state": "diagnosing", "why": "on the bench"}
    running.browser.post(f"{opened.headers['location']}/steps", data=step)
    words = {"failure_mode": "PDE", "mechanism": "electrical", "cause": "unknown", "remark": "ok"}
    closed = running.browser.post(f"/cases/{case_id}/closing", data=words)
    case_page = running.browser.get(closed.headers["location"])
    assert "closed" in case_page.text
    assert "diagnosing" in case_page.text
    assert "electrical" in case_page.text


def test_a_case_cannot_be_closed_without_all_three_words(running: RunningApp) -> None:
    wand_id = upload_a_stopped_clock(running)
    case_id = running.script.get("/api/cases", params={"wand_id": wand_id}).json()[0]["id"]
    answer = running.browser.post(f"/cases/{case_id}/closing", data={"failure_mode": "PDE"})
    assert answer.status_code == 422
    assert running.script.get(f"/api/cases/{case_id}").json()["state"] == "open"


def test_a_person_opens_a_case_and_names_and_places_the_wand(running: RunningApp) -> None:
    wand_id = upload(running, FcardDownload(started=MORNING).capture())
    site = running.script.post("/api/sites", json={"name": "Yard", "time_zone": "Asia/Shanghai"})
    form = {"name": "Wand at the gate", "site": str(site.json()["id"])}
    running.browser.post(f"/wands/{wand_id}", data=form)
    opened = running.browser.post(
        f"/wands/{wand_id}/cases", data={"fault_class": "F-KEY", "symptom": "<b>key sticks</b>"}
    )
    page = running.browser.get(opened.headers["location"])
    assert "&lt;b&gt;key sticks&lt;/b&gt;" in page.text
    listed = running.browser.get("/wands")
    assert "Wand at the gate" in listed.text
    assert "Yard" in listed.text
    running.browser.post(f"/wands/{wand_id}", data={"name": "Spare", "site": ""})
    assert running.script.get(f"/api/wands/{wand_id}").json()["site_id"] is None


@pytest.mark.parametrize("name", ["", "  ", "A\x00B", "A\nB", "W" * 81])
def test_a_wand_keeps_its_name_when_the_new_one_cannot_be_read(
    running: RunningApp, name: str
) -> None:
    wand_id = upload(running, FcardDownload(started=MORNING).capture())
    answer = running.script.patch(f"/api/wands/{wand_id}", json={"name": name})
    assert (answer.status_code, answer.json()["code"]) == (422, "wands.name")
    assert running.script.get(f"/api/wands/{wand_id}").json()["name"] == "fcard:5"


@pytest.mark.parametrize("path", ["/wands", "/wands/1", "/cases/1", "/repair-orders/1"])
def test_nobody_sees_a_page_without_signing_in(running_on_sqlite: RunningApp, path: str) -> None:
    answer = running_on_sqlite.stranger.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("path", ["/wands/9", "/cases/9", "/repair-orders/9"])
def test_what_does_not_exist_is_said_so(running_on_sqlite: RunningApp, path: str) -> None:
    assert running_on_sqlite.browser.get(path).status_code == 404


def test_every_sign_and_class_has_words_that_accuse_nobody() -> None:
    assert set(CASE_WORDS["sign"]) == set(Sign)
    assert set(CASE_WORDS["fault_class"]) == set(FaultClass)
    said = " ".join(word for words in CASE_WORDS.values() for word in words.values())
    assert not re.search(r"guard|cheat|fault of|guilty|blame|misuse", said)


def test_a_curve_spans_its_field_and_bears_gaps() -> None:
    assert curve([1.0, None, 3.0, 2.0]) == "0.0,40.0 160.0,0.0 240.0,20.0"
    assert curve([5.0, 5.0]) == "0.0,20.0 240.0,20.0"
    assert curve([None, 7.0]) == ""
