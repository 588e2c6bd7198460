"""A person who looked at a wand's display can say so, by form or program, and is named for it."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.server_app import RunningApp
from watchclock_protocol.messages import Identity
from watchclock_server.wands import service

EVENING = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
AT_SITE = "2026-03-01T22:00:00"
SHOWN = "2026-03-01T21:59:57"
IDENTITY = Identity(dialect="wm5000t", number="531932")


def new_wand(running: RunningApp, *, is_placed: bool = True) -> int:
    """A wand at a site in Shanghai, or at none."""
    with running.database.session() as session:
        wand_id = service.ensure_wand(session, identity=IDENTITY, now=EVENING).id
    if is_placed:
        site = {"name": "Yard", "time_zone": "Asia/Shanghai"}
        site_id = running.script.post("/api/sites", json=site).json()["id"]
        running.script.patch(f"/api/wands/{wand_id}", json={"site_id": site_id})
    return wand_id


def test_a_comparison_told_by_a_program_is_kept_with_who_said_it(running: RunningApp) -> None:
    wand_id = new_wand(running)
    seen = {"civil": SHOWN, "utc": EVENING.isoformat(), "uncertainty_s": 30}
    answer = running.script.post(f"/api/wands/{wand_id}/clock-comparisons", json=seen)
    (anchor,) = answer.json()["anchors"]
    assert answer.status_code == 201
    assert (anchor["kind"], anchor["offset_s"], anchor["uncertainty_s"]) == ("stated", -3, 30)
    assert anchor["stated_by"]


def test_the_form_takes_both_times_as_those_of_the_site(running: RunningApp) -> None:
    wand_id = new_wand(running)
    form = {"shown": SHOWN, "looked_at": AT_SITE, "uncertainty_s": "60"}
    sent = running.browser.post(f"/wands/{wand_id}/clock-comparisons", data=form)
    page = running.browser.get(f"/wands/{wand_id}")
    (anchor,) = running.script.get(f"/api/wands/{wand_id}").json()["anchors"]
    assert sent.status_code == 303
    assert datetime.fromisoformat(anchor["utc"]) == EVENING
    assert anchor["offset_s"] == -3
    assert "saw 2026-03-01 21:59:57 on the wand at 2026-03-01 22:00:00" in page.text


@pytest.mark.parametrize(
    ("change", "is_placed", "code"),
    [
        ({}, False, "wands.comparison_without_site"),
        ({"utc": "2999-01-01T00:00:00Z"}, True, "wands.comparison_moment"),
        ({"utc": "2001-03-01T14:00:00Z"}, True, "wands.comparison_moment"),
        ({"uncertainty_s": 0}, True, "wands.comparison_uncertainty"),
        ({"uncertainty_s": 3601}, True, "wands.comparison_uncertainty"),
    ],
)
def test_a_comparison_that_proves_nothing_is_refused(
    running: RunningApp, change: dict[str, object], code: str, *, is_placed: bool
) -> None:
    wand_id = new_wand(running, is_placed=is_placed)
    seen = {"civil": SHOWN, "utc": EVENING.isoformat(), **change}
    answer = running.script.post(f"/api/wands/{wand_id}/clock-comparisons", json=seen)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert running.script.get(f"/api/wands/{wand_id}").json()["anchors"] == []


def test_a_comparison_withdrawn_counts_no_more_and_can_be_withdrawn_once(
    running: RunningApp,
) -> None:
    wand_id = new_wand(running)
    address = f"/api/wands/{wand_id}/clock-comparisons"
    seen = {"civil": SHOWN, "utc": EVENING.isoformat()}
    (anchor,) = running.script.post(address, json=seen).json()["anchors"]
    by_form = f"/wands/{wand_id}/clock-comparisons/{anchor['id']}/withdraw"
    assert running.browser.post(by_form).status_code == 303
    assert running.script.get(f"/api/wands/{wand_id}").json()["anchors"] == []
    again = running.script.delete(f"{address}/{anchor['id']}")
    assert (again.status_code, again.json()["code"]) == (404, "wands.comparison_not_found")
    assert running.script.delete(f"/api/wands/99/clock-comparisons/{anchor['id']}").is_error


def test_a_comparison_of_a_wand_nobody_knows_is_refused(running: RunningApp) -> None:
    seen = {"civil": SHOWN, "utc": (EVENING + timedelta(days=1)).isoformat()}
    answer = running.script.post("/api/wands/99/clock-comparisons", json=seen)
    assert (answer.status_code, answer.json()["code"]) == (404, "wands.not_found")
