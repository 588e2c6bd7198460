"""Captures over HTTP: each record once, the same capture twice changes nothing, doubt is told."""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from tests.support.captures import capture_of
from tests.support.server_app import RunningApp
from tests.support.wand_downloads import (
    FcardDownload,
    card_record,
    wm5000t_download,
    wm5000t_record,
)

MORNING = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
NIGHT = datetime.fromisoformat("2026-03-01T22:00")
CARDS = {slot: card_record(NIGHT + timedelta(minutes=slot), 0x100 + slot) for slot in range(1, 8)}
TOUCHES = [wm5000t_record(NIGHT + timedelta(minutes=n), 0x1000 + n) for n in range(6)]


def upload(
    running: RunningApp, data: bytes, sha256: str | None = None
) -> tuple[int, dict[str, Any]]:
    """Status and body of the answer to a capture."""
    name = hashlib.sha256(data).hexdigest() if sha256 is None else sha256
    headers = {"X-Capture-SHA256": name}
    answer = running.dock.post("/api/captures", content=data, headers=headers)
    return answer.status_code, answer.json()


def receipt(running: RunningApp, data: bytes) -> dict[str, Any]:
    status, body = upload(running, data)
    assert status == 200, body
    return body


def counts(answer: dict[str, Any]) -> tuple[int, int, int]:
    return answer["created"], answer["duplicate"], answer["conflict"]


def stored_raws(running: RunningApp, wand_id: int) -> Sequence[str]:
    """Every record of the wand, once for each record however many downloads hold it."""
    downloads = running.script.get(f"/api/wands/{wand_id}/downloads").json()
    records = {
        record["id"]: record["raw"]
        for download in downloads
        for record in running.script.get(f"/api/downloads/{download['id']}").json()["records"]
    }
    return sorted(records.values())


def test_every_record_of_a_new_capture_is_created(running: RunningApp) -> None:
    answer = receipt(running, FcardDownload(started=MORNING, cards=CARDS).capture())
    assert answer["wand"] == "fcard:5"
    assert counts(answer) == (7, 0, 0)
    assert [record["slot"] for record in answer["records"]] == list(range(1, 8))
    assert not answer["already_known"]
    raws = sorted(raw.hex().upper() for raw in CARDS.values())
    assert stored_raws(running, answer["wand_id"]) == raws


def test_the_same_capture_twice_changes_nothing(running: RunningApp) -> None:
    data = wm5000t_download(TOUCHES, started=MORNING)
    first, again = receipt(running, data), receipt(running, data)
    assert again["already_known"]
    assert counts(again) == (0, 6, 0)
    assert again["download"] == first["download"]
    assert len(running.script.get(f"/api/wands/{first['wand_id']}/downloads").json()) == 1
    anchors = running.script.get(f"/api/wands/{first['wand_id']}").json()["anchors"]
    assert len(anchors) == 1


def test_a_partial_capture_and_then_the_full_one_hold_each_record_once(
    running: RunningApp,
) -> None:
    torn = wm5000t_download(TOUCHES, started=MORNING, delivered=4, wipes=False)
    full = wm5000t_download(TOUCHES, started=MORNING + timedelta(minutes=5))
    partial, whole = receipt(running, torn), receipt(running, full)
    assert counts(partial) == (4, 0, 0)
    assert counts(whole) == (2, 4, 0)
    shown = running.script.get(f"/api/downloads/{partial['download']}").json()
    assert not shown["is_complete"]
    assert not shown["is_closed"]
    assert len(stored_raws(running, whole["wand_id"])) == 6


def test_a_capture_torn_in_the_middle_is_taken_for_what_is_whole(running: RunningApp) -> None:
    data = FcardDownload(started=MORNING, cards=CARDS, closes=False).capture()
    answer = receipt(running, data[:-3])
    shown = running.script.get(f"/api/downloads/{answer['download']}").json()
    assert shown["torn_bytes"] > 0
    assert counts(answer) == (7, 0, 0)


def test_a_later_lap_of_the_ring_is_new_even_in_the_same_slots(running: RunningApp) -> None:
    lap = {slot: card_record(NIGHT + timedelta(days=9, minutes=slot), 5) for slot in CARDS}
    first = FcardDownload(started=MORNING, cards=CARDS, capacity=7)
    second = replace(first, started=MORNING + timedelta(days=9), cards=lap, is_wrapped=True)
    assert counts(receipt(running, first.capture())) == (7, 0, 0)
    assert counts(receipt(running, second.capture())) == (7, 0, 0)


def test_an_unacknowledged_slot_with_other_content_is_a_conflict_and_both_stay(
    running: RunningApp,
) -> None:
    other = CARDS | {3: card_record(NIGHT + timedelta(minutes=3), 0x999)}
    first = FcardDownload(started=MORNING, cards=CARDS, acknowledges=False)
    second = replace(first, started=MORNING + timedelta(minutes=9), cards=other)
    wand_id = receipt(running, first.capture())["wand_id"]
    answer = receipt(running, second.capture())
    assert counts(answer) == (0, 6, 1)
    assert answer["records"][2]["result"] == "conflict"
    assert len(stored_raws(running, wand_id)) == 8
    records = running.script.get(f"/api/downloads/{answer['download']}").json()["records"]
    linked = [record for record in records if record["conflict_with"] is not None]
    assert [record["slot"] for record in linked] == [3]


def test_a_contradiction_is_found_whichever_capture_arrives_first(running: RunningApp) -> None:
    other = [*TOUCHES[:2], wm5000t_record(NIGHT, 0xBAD), *TOUCHES[3:]]
    early = wm5000t_download(TOUCHES, started=MORNING, wipes=False)
    late = wm5000t_download(other, started=MORNING + timedelta(minutes=9))
    assert counts(receipt(running, late)) == (6, 0, 0)
    assert counts(receipt(running, early)) == (0, 5, 1)


def test_after_an_acknowledgement_other_content_is_simply_new(running: RunningApp) -> None:
    first = FcardDownload(started=MORNING, cards=CARDS)
    later = {slot: card_record(NIGHT + timedelta(days=1, minutes=slot), 9) for slot in CARDS}
    second = replace(first, started=MORNING + timedelta(days=1), cards=later)
    assert counts(receipt(running, first.capture())) == (7, 0, 0)
    assert counts(receipt(running, second.capture())) == (7, 0, 0)


def test_a_capture_that_arrived_changed_is_refused_and_not_kept(running: RunningApp) -> None:
    data = wm5000t_download(TOUCHES, started=MORNING)
    status, body = upload(running, data, sha256="0" * 64)
    assert status == 400
    assert body["code"] == "intake.capture_name"
    assert not list(running.app.state.settings.captures_folder.rglob("*.pcapng"))


def test_a_damaged_capture_is_refused_but_stays_in_the_archive(running: RunningApp) -> None:
    data = bytearray(wm5000t_download(TOUCHES, started=MORNING))
    data[len(data) // 2] ^= 1
    status, body = upload(running, bytes(data))
    assert status == 422
    assert body["code"] == "capture.damaged"
    assert running.script.get("/api/wands").json() == []
    sha256 = hashlib.sha256(data).hexdigest()
    assert running.app.state.archive.get(sha256) == data


def test_a_capture_in_which_no_wand_tells_its_number_is_refused(running: RunningApp) -> None:
    data = wm5000t_download(TOUCHES, started=MORNING)
    silent = data[: data.index(b"\x15\xea\x01\xe9") - 40]
    status, body = upload(running, silent)
    assert status == 422
    assert body["code"] == "intake.capture_anonymous"
    assert body["next_step"]


def test_a_dialect_of_a_later_version_is_refused_but_stays_in_the_archive(
    running: RunningApp,
) -> None:
    data = capture_of(dialect="morse")
    status, body = upload(running, data)
    assert (status, body["code"]) == (422, "capture.dialect_unknown")
    assert running.app.state.archive.get(hashlib.sha256(data).hexdigest()) == data


def test_the_clock_is_compared_with_the_docks_own_time_where_its_zone_is_known(
    running: RunningApp,
) -> None:
    shown = datetime.fromisoformat("2026-03-02T13:59:50")
    docks = [
        FcardDownload(started=MORNING, number=n, zone=zone, shown=shown)
        for n, zone in enumerate(("Asia/Shanghai", "", "no/such"), start=1)
    ]
    answers = [receipt(running, dock.capture()) for dock in docks]
    shown_offsets = [
        running.script.get(f"/api/downloads/{answer['download']}").json()["clock_offset_s"]
        for answer in answers
    ]
    assert shown_offsets == [-10.035, None, None]


def test_a_slot_beyond_any_ring_is_stored_as_it_came(running: RunningApp) -> None:
    far = {0xFFFF_FFF0: card_record(NIGHT, 1)}
    answer = receipt(running, FcardDownload(started=MORNING, cards=far).capture())
    assert [record["slot"] for record in answer["records"]] == [0xFFFF_FFF0]


def test_what_is_no_capture_at_all_is_refused(running: RunningApp) -> None:
    status, body = upload(running, b"hello")
    assert status == 422
    assert body["code"] == "capture.not_a_capture"


def test_nobody_uploads_without_a_token(running: RunningApp) -> None:
    answer = running.stranger.post(
        "/api/captures", content=b"", headers={"X-Capture-SHA256": "0" * 64}
    )
    assert answer.status_code == 401


def test_the_same_capture_sent_four_times_at_once_is_stored_once(running: RunningApp) -> None:
    data = FcardDownload(started=MORNING, cards=CARDS).capture()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(partial(receipt, running), [data] * 4))
    assert sorted(counts(answer) for answer in answers) == [(0, 7, 0)] * 3 + [(7, 0, 0)]


def test_overlapping_captures_sent_at_once_hold_each_record_once(running: RunningApp) -> None:
    captures = [
        wm5000t_download(TOUCHES, started=MORNING + timedelta(minutes=n), delivered=n, wipes=False)
        for n in range(2, 7)
    ]
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(partial(receipt, running), captures))
    assert sum(answer["created"] for answer in answers) == 6
    assert sum(answer["conflict"] for answer in answers) == 0
    assert len(stored_raws(running, answers[0]["wand_id"])) == 6


@pytest.mark.parametrize(("off_s", "doubt_s"), [(-7200, 7200), (0, 0), (7200, 7200)])
def test_a_dock_tells_its_time_and_is_believed_no_better(
    running: RunningApp, off_s: int, doubt_s: int
) -> None:
    data = FcardDownload(started=MORNING, shown=NIGHT).capture()
    there = running.clock.now() + timedelta(seconds=off_s)
    headers = {
        "X-Capture-SHA256": hashlib.sha256(data).hexdigest(),
        "X-Dock-Time": there.isoformat(),
    }
    wand_id = running.dock.post("/api/captures", content=data, headers=headers).json()["wand_id"]
    (anchor,) = running.script.get(f"/api/wands/{wand_id}").json()["anchors"]
    assert doubt_s <= anchor["uncertainty_s"] < doubt_s + 2


def test_a_dock_whose_time_means_nothing_is_refused(running: RunningApp) -> None:
    data = FcardDownload(started=MORNING).capture()
    headers = {"X-Capture-SHA256": hashlib.sha256(data).hexdigest(), "X-Dock-Time": "noon"}
    answer = running.dock.post("/api/captures", content=data, headers=headers)
    assert answer.status_code in {400, 422}
    assert running.script.get("/api/wands").json() == []
