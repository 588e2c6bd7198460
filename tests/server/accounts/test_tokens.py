"""Tokens: shown once, listed without secrets, worthless when revoked; page and JSON alike."""

import re

from tests.support.server_app import RunningApp


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def test_the_page_shows_a_new_secret_once(running: RunningApp) -> None:
    made = running.browser.post("/tokens", data={"name": "dock-2", "scope": "upload"})
    found = re.search(r'<code class="secret">([\w-]{43})</code>', made.text)
    assert found is not None
    assert running.stranger.get("/api/ready", headers=bearer(found[1])).status_code == 200
    again = running.browser.get("/tokens").text
    assert "dock-2" in again
    assert found[1] not in again


def test_a_revoked_token_opens_nothing_and_stays_listed(running: RunningApp) -> None:
    tokens = running.script.get("/api/tokens").json()
    dock = next(each for each in tokens if each["name"] == "dock")
    assert running.script.delete(f"/api/tokens/{dock['id']}").status_code == 204
    assert running.dock.get("/api/ready").status_code == 401
    listed = running.script.get("/api/tokens").json()
    assert [each["name"] for each in listed if each["revoked_at"]] == ["dock"]
    again = running.script.delete(f"/api/tokens/{dock['id']}")
    assert (again.status_code, again.json()["code"]) == (404, "accounts.token_not_found")


def test_the_page_revokes_too(running_on_sqlite: RunningApp) -> None:
    tokens = running_on_sqlite.script.get("/api/tokens").json()
    dock = next(each for each in tokens if each["name"] == "dock")
    answer = running_on_sqlite.browser.post(f"/tokens/{dock['id']}/revoke")
    assert answer.headers["location"] == "/tokens"
    assert running_on_sqlite.dock.get("/api/ready").status_code == 401


def test_a_made_token_has_its_scope(running: RunningApp) -> None:
    wanted = {"name": "report", "scope": "manage"}
    made = running.script.post("/api/tokens", json=wanted)
    assert made.status_code == 201
    headers = bearer(made.json()["secret"])
    assert running.stranger.get("/api/tokens", headers=headers).status_code == 200


def test_a_name_is_given_once_even_after_revoking(running: RunningApp) -> None:
    tokens = running.script.get("/api/tokens").json()
    dock = next(each for each in tokens if each["name"] == "dock")
    running.script.delete(f"/api/tokens/{dock['id']}")
    answer = running.script.post("/api/tokens", json={"name": "dock", "scope": "upload"})
    assert (answer.status_code, answer.json()["code"]) == (409, "accounts.name_taken")


def test_an_unknown_scope_is_refused(running_on_sqlite: RunningApp) -> None:
    answer = running_on_sqlite.script.post("/api/tokens", json={"name": "x", "scope": "all"})
    assert (answer.status_code, answer.json()["code"]) == (422, "server.request_invalid")
