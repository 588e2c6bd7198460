"""The page of a night and its JSON twin: what a supervisor reads, in both languages."""

from datetime import datetime
from typing import Any

import pytest

from tests.support.nights import MORNING, at, minutes, terms_of
from tests.support.server_app import RunningApp
from tests.support.stored_nights import add_plan, add_site, add_wand, record_visits, tag_of
from watchclock_server.intake.repository import DownloadRow, RecordRow
from watchclock_server.plans.domain import RecurringRounds

HOURLY = terms_of(RecurringRounds(every_minutes=60), shift=("22:00", "00:00"))
NIGHT = "/sites/1/nights/2026-03-01"
API = f"/api{NIGHT}"


def stored(running: RunningApp) -> RunningApp:
    """Two gates, two rounds, one wand: on time, late, out of a window, missed."""
    with running.database.session() as session:
        layout = add_site(session, checkpoints=2)
        add_plan(session, layout, HOURLY)
        wand_id = add_wand(session, layout.site.id)
        record_visits(
            session,
            wand_id,
            [
                (at("22:10"), tag_of(1)),
                (at("22:35"), tag_of(2)),
                (at("22:50"), "rfid:BADBAD"),
                (at("23:20"), tag_of(1)),
            ],
        )
    running.clock.set(MORNING + minutes(60))
    return running


@pytest.fixture
def night_on_both(running: RunningApp) -> RunningApp:
    """The stored night, once on SQLite, once on PostgreSQL."""
    return stored(running)


@pytest.fixture
def night(running_on_sqlite: RunningApp) -> RunningApp:
    """The stored night on SQLite alone, for what is said about it."""
    return stored(running_on_sqlite)


def results(answer: dict[str, Any]) -> list[tuple[int, int, str]]:
    return [(each["round"], each["checkpoint_id"], each["result"]) for each in answer["visits"]]


def test_the_json_twin_tells_every_result_with_its_reason(night_on_both: RunningApp) -> None:
    answer = night_on_both.script.get(API).json()
    assert results(answer) == [
        (1, 1, "on_time"),
        (1, 2, "late"),
        (2, 1, "on_time"),
        (2, 2, "missed"),
    ]
    assert answer["counts"]["on_time"] == 2
    late = answer["visits"][1]
    assert late["rule"] == "after_window"
    assert abs(datetime.fromisoformat(late["actual"]["instant"]) - at("22:35")) < minutes(0.1)
    assert 0 < late["actual"]["error_s"] < 60
    assert [(each["tag"], each["rule"]) for each in answer["extras"]] == [
        ("rfid:BADBAD", "unknown_tag")
    ]
    assert [wand["name"] for wand in answer["wands"]] == ["Wand 7"]


def test_the_page_shows_words_and_symbols_beside_every_time(night: RunningApp) -> None:
    page = night.browser.get(NIGHT).text
    assert "Harbour" in page
    for words in ("✓</span> 22:10", "▸</span> 22:35", "late", "Missed visits", "Extra records"):
        assert words in page
    assert "<td>2026-03-01 23:00–23:30</td>" in page
    assert "rfid:BADBAD" in page
    assert "/sites/1/nights/2026-02-28" in page
    assert "/sites/1/nights/2026-03-02" in page


def test_the_page_is_never_shown_to_strangers(night: RunningApp) -> None:
    assert night.stranger.get(NIGHT).status_code == 303
    assert night.stranger.get(API).status_code == 401
    assert night.dock.get(API).status_code == 403


def test_a_wand_that_was_not_downloaded_holds_the_answer_back(night: RunningApp) -> None:
    with night.database.session() as session:
        add_wand(session, 1, number=8)
    answer = night.script.get(API).json()
    assert results(answer)[-1] == (2, 2, "not_downloaded")
    assert answer["visits"][-1]["wand_ids"] == [2]
    page = night.browser.get(NIGHT).text
    assert "Still to be downloaded" in page
    assert "Missed visits" not in page


def test_a_late_second_wand_changes_the_night_without_being_asked(night: RunningApp) -> None:
    with night.database.session() as session:
        second = add_wand(session, 1, number=8)
        record_visits(session, second, [(at("23:10"), tag_of(2))], read=MORNING + minutes(30))
    assert results(night.script.get(API).json())[-1] == (2, 2, "on_time")


def test_a_wand_whose_clock_stood_still_accuses_nobody(night: RunningApp) -> None:
    with night.database.session() as session:
        stopped = add_wand(session, 1, number=8, stopped=True)
        record_visits(session, stopped, [(at("20:00"), tag_of(2))])
    answer = night.script.get(API).json()
    assert results(answer)[-1] == (2, 2, "undetermined")
    assert answer["visits"][-1]["rule"] == "unknown_time"
    assert "Undetermined visits" in night.browser.get(NIGHT).text


def test_a_wand_that_overwrote_records_accuses_nobody(night: RunningApp) -> None:
    with night.database.session() as session:
        download = session.get_one(DownloadRow, 1)
        download.rings = [{"kind": "patrol", "read_index": 1, "is_wrapped": True}]
    last = night.script.get(API).json()["visits"][-1]
    assert (last["result"], last["rule"]) == ("undetermined", "records_lost")
    assert "may have lost records" in night.browser.get(NIGHT).text


def test_a_contested_record_leaves_its_visit_undetermined(night: RunningApp) -> None:
    with night.database.session() as session:
        session.get_one(RecordRow, 1).conflict_with = 2
    first = night.script.get(API).json()["visits"][0]
    assert (first["result"], first["rule"]) == ("undetermined", "contested")
    assert first["actual"]["record_id"] == 1
    assert "contradicts this one" in night.browser.get(NIGHT).text


def test_a_touch_counts_for_the_place_where_the_tag_was_then(night: RunningApp) -> None:
    moved = {"tag": tag_of(1), "valid_from": at("23:00").isoformat()}
    assert night.script.post("/api/checkpoints/2/tags", json=moved).status_code == 201
    assert results(night.script.get(API).json()) == [
        (1, 1, "on_time"),
        (1, 2, "late"),
        (2, 1, "missed"),
        (2, 2, "on_time"),
    ]


def test_tags_of_guards_are_no_visits(night: RunningApp) -> None:
    night.script.post("/api/sites/1/guards", json={"name": "Bo", "tag": "rfid:BADBAD"})
    assert night.script.get(API).json()["extras"] == []


def test_a_wand_that_keeps_few_bytes_finds_the_whole_tags(night: RunningApp) -> None:
    whole = {"tag": "018C81851800009B", "valid_from": at("20:00").isoformat()}
    assert night.script.post("/api/checkpoints/2/tags", json=whole).status_code == 201
    with night.database.session() as session:
        second = add_wand(session, 1, number=8)
        record_visits(session, second, [(at("23:10"), "ibutton:85818C")])
    assert results(night.script.get(API).json())[-1] == (2, 2, "on_time")


def test_a_tag_that_can_be_that_of_two_checkpoints_is_told_and_accuses_nobody(
    night: RunningApp,
) -> None:
    night.script.post("/api/sites/1/checkpoints", json={"name": "Shed"})
    for place, text in ((2, "018C81851800009B"), (3, "018C818577000061")):
        tag = {"tag": text, "valid_from": at("20:00").isoformat(), "is_confusion_accepted": True}
        assert night.script.post(f"/api/checkpoints/{place}/tags", json=tag).status_code == 201
    with night.database.session() as session:
        second = add_wand(session, 1, number=8)
        record_visits(session, second, [(at("23:10"), "ibutton:85818C")])
    answer = night.script.get(API).json()
    last = answer["visits"][-1]
    assert (last["result"], last["rule"]) == ("undetermined", "ambiguous_tag")
    [extra] = [each for each in answer["extras"] if each["rule"] == "ambiguous_tag"]
    assert extra["possible_checkpoint_ids"] == [2, 3]
    page = night.browser.get(NIGHT).text
    assert "it can be that of: Gate 2, Shed." in page
    assert "cannot tell from another" in page


def test_a_tag_with_a_wrong_check_sum_proves_no_visit_and_accuses_nobody(
    night: RunningApp,
) -> None:
    partial = {"tag": "ibutton:85818C", "valid_from": at("20:00").isoformat()}
    assert night.script.post("/api/checkpoints/2/tags", json=partial).status_code == 201
    with night.database.session() as session:
        second = add_wand(session, 1, number=8)
        record_visits(session, second, [(at("23:10"), "ibutton:018C8185180000FF")])
        [row] = session.query(RecordRow).filter(RecordRow.wand_id == second)
        row.flags = "tag_check_sum"
    answer = night.script.get(API).json()
    assert [each["rule"] for each in answer["extras"]] == ["unknown_tag", "misread_tag"]
    assert results(answer)[-1] == (2, 2, "undetermined")
    assert results(answer)[2] == (2, 1, "on_time")
    assert "check sum is wrong" in night.browser.get(NIGHT).text


def test_what_a_wand_kept_of_a_guards_tag_is_no_visit(night: RunningApp) -> None:
    guard = {"name": "Bo", "tag": "em4100:0100BADBAD"}
    assert night.script.post("/api/sites/1/guards", json=guard).status_code == 201
    assert night.script.get(API).json()["extras"] == []


def test_an_edit_after_the_download_is_answered_from_the_same_records(
    night_on_both: RunningApp,
) -> None:
    [plan] = night_on_both.script.get("/api/sites/1/plans").json()
    terms = {**plan["terms"], "round_minutes": 40, "tolerance_minutes": 0}
    edited = night_on_both.script.post("/api/plans/1/versions", json=terms)
    assert edited.json()["version"] == 2
    answer = night_on_both.script.get(API).json()
    assert results(answer)[1] == (1, 2, "on_time")
    assert {each["plan_version"] for each in answer["visits"]} == {2}


def test_a_night_in_the_future_is_not_due_yet(night: RunningApp) -> None:
    page = night.browser.get("/sites/1/nights/2026-03-10").text
    assert "not due yet" in page
    assert "Missed visits" not in page


def test_a_night_without_a_plan_says_so(night: RunningApp) -> None:
    page = night.browser.get("/sites/1/nights/2025-06-01").text
    assert "Nothing was planned for this night." in page


@pytest.mark.parametrize("path", ["/sites/1/nights/1999-12-31", "/sites/1/nights/tonight"])
def test_a_date_nobody_can_plan_for_is_refused(night: RunningApp, path: str) -> None:
    assert night.browser.get(path).status_code == 422


def test_an_unknown_site_has_no_nights(night: RunningApp) -> None:
    assert night.browser.get("/sites/9/nights/2026-03-01").status_code == 404


@pytest.mark.parametrize(
    ("now", "duty_date"),
    [(at("23:00"), "2026-03-01"), (at("05:00"), "2026-03-01"), (at("13:00"), "2026-03-01")],
    ids=str,
)
def test_until_noon_the_night_that_is_meant_is_the_last_one(
    night: RunningApp, now: datetime, duty_date: str
) -> None:
    night.clock.set(now)
    answer = night.browser.get("/sites/1/nights")
    assert answer.headers["location"] == f"/sites/1/nights/{duty_date}"


def test_a_date_can_be_asked_for(night: RunningApp) -> None:
    answer = night.browser.get("/sites/1/nights?date=2026-01-05")
    assert answer.headers["location"] == "/sites/1/nights/2026-01-05"


def test_a_record_between_two_duty_dates_serves_only_one_of_them(
    running_on_sqlite: RunningApp,
) -> None:
    # Guarded around the clock: 11:45 is late for the last round of one date, early for the next.
    around = terms_of(
        RecurringRounds(every_minutes=60), shift=("12:00", "12:00"), length=30, tolerance=30
    )
    with running_on_sqlite.database.session() as session:
        layout = add_site(session, checkpoints=1)
        add_plan(session, layout, around)
        wand_id = add_wand(session, layout.site.id)
        record_visits(session, wand_id, [(at("11:45"), tag_of(1))], read=at("11:55"))
    running_on_sqlite.clock.set(at("11:59"))
    nights = [
        running_on_sqlite.script.get(f"/api/sites/1/nights/{date}").json()
        for date in ("2026-03-01", "2026-03-02")
    ]
    served = [each["actual"] for night in nights for each in night["visits"] if each["actual"]]
    assert [each["record_id"] for each in served] == [1]
    assert [night["extras"] for night in nights] == [[], []]
