"""Signing in and out: fresh sessions, no hints, no guessing, no way round the form."""

from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.support.server_app import PASSWORD, SUPERVISOR, RunningApp
from watchclock_server.access import SESSION_COOKIE
from watchclock_server.app import create_app
from watchclock_server.settings import Settings

RIGHT = {"name": SUPERVISOR, "password": PASSWORD}
WRONG = {"name": SUPERVISOR, "password": "not the password"}


def test_the_right_password_opens_a_session(running: RunningApp) -> None:
    answer = running.stranger.post("/sign-in", data={**RIGHT, "next": "/tokens"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/tokens")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert running.stranger.get("/tokens").status_code == 200


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(running: RunningApp) -> None:
    wrong = running.stranger.post("/sign-in", data=WRONG)
    unknown = running.stranger.post("/sign-in", data={**RIGHT, "name": "nobody"})
    assert wrong.status_code == unknown.status_code == 401
    assert "set-cookie" not in wrong.headers
    assert wrong.text.replace(SUPERVISOR, "") == unknown.text.replace("nobody", "")


def test_after_five_failures_even_the_right_password_has_to_wait(running: RunningApp) -> None:
    for _ in range(5):
        assert running.stranger.post("/sign-in", data=WRONG).status_code == 401
    assert running.stranger.post("/sign-in", data=RIGHT).status_code == 429
    running.clock.move(timedelta(minutes=15))
    assert running.stranger.post("/sign-in", data=RIGHT).status_code == 303


@pytest.mark.parametrize("name", ["", "anna\0", "x" * 100_000, "' OR 1=1 --"])
def test_a_name_nobody_can_have_is_just_wrong(running: RunningApp, name: str) -> None:
    answer = running.stranger.post("/sign-in", data={**RIGHT, "name": name})
    assert answer.status_code in {401, 422}
    assert "set-cookie" not in answer.headers


def test_failures_under_another_name_do_not_count(running_on_sqlite: RunningApp) -> None:
    for _ in range(6):
        running_on_sqlite.stranger.post("/sign-in", data={**WRONG, "name": "nobody"})
    assert running_on_sqlite.stranger.post("/sign-in", data=RIGHT).status_code == 303


def test_a_session_never_keeps_the_cookie_that_came_with_the_form(running: RunningApp) -> None:
    planted = "chosen-by-somebody-else"
    running.stranger.cookies.set(SESSION_COOKIE, planted)
    answer = running.stranger.post("/sign-in", data=RIGHT)
    assert planted not in answer.headers["set-cookie"]
    victim = TestClient(running.app, cookies={SESSION_COOKIE: planted}, follow_redirects=False)
    assert victim.get("/").headers["location"] == "/sign-in"


def test_two_sign_ins_are_two_sessions(running_on_sqlite: RunningApp) -> None:
    cookies = {
        running_on_sqlite.stranger.post("/sign-in", data=RIGHT).headers["set-cookie"]
        for _ in range(2)
    }
    assert len(cookies) == 2


def test_a_session_ends_after_twelve_hours(running: RunningApp) -> None:
    running.clock.move(timedelta(hours=12) - timedelta(seconds=1))
    assert running.browser.get("/").status_code == 200
    running.clock.move(timedelta(seconds=1))
    assert running.browser.get("/").status_code == 303


def test_signing_out_ends_the_session_on_the_server(running: RunningApp) -> None:
    cookie = running.browser.cookies[SESSION_COOKIE]
    assert running.browser.post("/sign-out").headers["location"] == "/sign-in"
    running.browser.cookies.set(SESSION_COOKIE, cookie)
    assert running.browser.get("/").status_code == 303


@pytest.mark.parametrize(
    "target", ["//evil.example/", "https://evil.example/", "/\\evil.example", "tokens", "/\nx"]
)
def test_signing_in_never_leads_to_another_server(
    running_on_sqlite: RunningApp, target: str
) -> None:
    answer = running_on_sqlite.stranger.post("/sign-in", data={**RIGHT, "next": target})
    assert answer.headers["location"] == "/"


def test_a_form_sent_by_another_site_is_refused(running_on_sqlite: RunningApp) -> None:
    foreign = running_on_sqlite.stranger.post(
        "/sign-in", data=RIGHT, headers={"Origin": "https://evil.example"}
    )
    own = running_on_sqlite.stranger.post(
        "/sign-in", data=RIGHT, headers={"Origin": "http://testserver"}
    )
    assert (foreign.status_code, own.status_code) == (403, 303)
    assert "set-cookie" not in foreign.headers


def test_behind_https_the_cookie_is_secure(running_on_sqlite: RunningApp, tmp_path: Path) -> None:
    url = running_on_sqlite.database.engine.url.render_as_string(hide_password=False)
    app = create_app(
        Settings(database_url=url, data_folder=tmp_path, public_url="https://patrol.example"),
        clock=running_on_sqlite.clock,
    )
    encrypted = TestClient(app, follow_redirects=False).post("/sign-in", data=RIGHT)
    plain = running_on_sqlite.stranger.post("/sign-in", data=RIGHT)
    app.state.database.close()
    assert "Secure" in encrypted.headers["set-cookie"]
    assert "Secure" not in plain.headers["set-cookie"]
