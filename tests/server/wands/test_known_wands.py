"""A wand becomes known once, keeps its name and site, and its firmware is only words."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.server_app import RunningApp
from watchclock_protocol.messages import Identity
from watchclock_server.database import Database
from watchclock_server.wands import service

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
IDENTITY = Identity(dialect="fcard", number="5", firmware="99.22")


def test_a_wand_seen_again_is_the_same_wand(database: Database) -> None:
    for days in (3, 0):
        with database.session() as session:
            now = NOW + timedelta(days=days)
            service.ensure_wand(session, identity=IDENTITY, now=now)
    with database.session(writes=False) as session:
        (wand,) = service.list_wands(session)
    assert (wand.key, wand.name, wand.firmware) == ("fcard:5", "fcard:5", "99.22")
    assert wand.last_seen == NOW + timedelta(days=3)


@pytest.mark.parametrize(("told", "kept"), [("\x009\x01.2", "9.2"), (None, "99.22")])
def test_firmware_keeps_what_can_be_read(database: Database, told: str | None, kept: str) -> None:
    again = Identity(dialect="fcard", number="5", firmware=told)
    with database.session() as session:
        service.ensure_wand(session, identity=IDENTITY, now=NOW)
        wand = service.ensure_wand(session, identity=again, now=NOW)
    assert wand.firmware == kept


def test_a_wand_is_named_and_placed_over_http(running: RunningApp) -> None:
    with running.database.session() as session:
        wand_id = service.ensure_wand(session, identity=IDENTITY, now=NOW).id
    wanted = {"name": "Yard", "time_zone": "Asia/Shanghai"}
    site_id = running.script.post("/api/sites", json=wanted).json()["id"]
    address = f"/api/wands/{wand_id}"
    running.script.patch(address, json={"name": " Gate wand ", "site_id": site_id})
    kept = running.script.patch(address, json={}).json()
    assert (kept["name"], kept["site_id"]) == ("Gate wand", site_id)
    listed = running.script.get("/api/wands", params={"site_id": site_id}).json()
    assert [wand["id"] for wand in listed] == [wand_id]
    assert running.script.patch(address, json={"site_id": None}).json()["site_id"] is None


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"name": "  "}, 422, "wands.name"),
        ({"name": "x" * 81}, 422, "wands.name"),
        ({"site_id": 99}, 404, "sites.site_not_found"),
    ],
)
def test_a_change_that_cannot_be_is_refused(
    running: RunningApp, change: dict[str, object], status: int, code: str
) -> None:
    with running.database.session() as session:
        wand_id = service.ensure_wand(session, identity=IDENTITY, now=NOW).id
    answer = running.script.patch(f"/api/wands/{wand_id}", json=change)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
