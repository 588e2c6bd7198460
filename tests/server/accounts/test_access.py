"""No stranger reads or writes anything: asked of every route the server has, whoever wrote it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from http.cookies import SimpleCookie

import httpx
import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from tests.support.server_app import RunningApp
from watchclock_server.access import SESSION_COOKIE
from watchclock_server.app import ROUTERS

PUBLIC = {"/sign-in", "/set-up/{secret}", "/language/{language}"}
FOR_DOCKS = {"/api/ready", "/api/captures"}


def routes(key: str = "1") -> Iterator[tuple[str, str, str]]:
    """Method, path template and a path with that key of every route that is not public."""
    for route in (each for router in ROUTERS for each in router.routes):
        if isinstance(route, APIRoute) and route.path not in PUBLIC:
            path = route.path
            for name in route.param_convertors:
                path = path.replace(f"{{{name}}}", "2026-03-01" if "date" in name else key)
            for method in route.methods or ():
                yield method, route.path, path


def test_strangers_get_in_nowhere(running_on_sqlite: RunningApp) -> None:
    asked = 0
    for method, template, path in routes():
        answer = running_on_sqlite.stranger.request(method, path)
        if template.startswith("/api/"):
            assert answer.status_code == 401, (method, template)
            assert answer.json()["code"] == "server.not_signed_in"
        else:
            assert answer.status_code == 303, (method, template)
            assert answer.headers["location"].startswith("/sign-in")
        asked += 1
    assert asked > 15


def test_a_cookie_alone_changes_nothing(running_on_sqlite: RunningApp) -> None:
    cookie = running_on_sqlite.browser.cookies[SESSION_COOKIE]
    forged = TestClient(
        running_on_sqlite.app,
        cookies={SESSION_COOKIE: cookie},
        headers={"X-CSRF-Token": "guessed"},
        follow_redirects=False,
    )
    writing = [each for each in routes() if each[0] not in {"GET", "HEAD"}]
    assert len(writing) > 8
    for method, template, path in writing:
        answer = forged.request(method, path)
        assert answer.status_code == 403, (method, template)
        assert "access.csrf" in answer.text


def test_an_upload_token_can_do_nothing_but_upload(running_on_sqlite: RunningApp) -> None:
    asked = 0
    for method, template, path in routes():
        if not template.startswith("/api/") or template in FOR_DOCKS:
            continue
        answer = running_on_sqlite.dock.request(method, path)
        assert answer.status_code == 403, (method, template)
        assert answer.json()["code"] == "accounts.token_scope"
        asked += 1
    assert asked > 5


def test_no_number_in_an_address_breaks_the_server(running: RunningApp) -> None:
    reading = {path for method, _, path in routes("9" * 25) if method == "GET" and "9" in path}
    answers = {path: running.browser.get(path) for path in reading}
    assert len(answers) > 3
    assert [path for path, answer in answers.items() if answer.status_code >= 500] == []


def test_a_dock_may_call_its_capture_a_form(running_on_sqlite: RunningApp) -> None:
    # What curl --data-binary says when it is not told otherwise.
    form = {"Content-Type": "application/x-www-form-urlencoded", "X-Capture-SHA256": "0" * 64}
    answer = running_on_sqlite.dock.post("/api/captures", content=b"no capture", headers=form)
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"


def test_tokens_do_not_open_pages(running_on_sqlite: RunningApp) -> None:
    assert running_on_sqlite.script.get("/tokens").headers["location"] == "/sign-in?next=/tokens"


@pytest.mark.parametrize("header", ["Bearer wrong", "Bearer ", "Bearer"])
def test_an_unknown_token_is_refused(running: RunningApp, header: str) -> None:
    answer = running.stranger.get("/api/ready", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.json()["code"] == "accounts.token_invalid"


def test_both_scopes_find_the_server_ready(running: RunningApp) -> None:
    answers = [client.get("/api/ready").json() for client in (running.dock, running.script)]
    assert [answer["status"] for answer in answers] == ["ready", "ready"]
    assert all(answer["version"] for answer in answers)


def test_a_form_carries_its_own_csrf_token(running: RunningApp) -> None:
    token = running.browser.headers.pop("X-CSRF-Token")
    form = {"name": "Mill", "time_zone": "Asia/Shanghai"}
    assert running.browser.post("/sites", data=form).status_code == 403
    assert running.browser.post("/sites", data={**form, "csrf_token": token}).status_code == 303


def test_another_sessions_csrf_token_is_refused(running_on_sqlite: RunningApp) -> None:
    other = running_on_sqlite.stranger
    signed_in = other.post("/sign-in", data={"name": "anna", "password": "a sentence for tests"})
    assert SESSION_COOKIE in SimpleCookie(signed_in.headers["set-cookie"])
    foreign = {"X-CSRF-Token": running_on_sqlite.browser.headers["X-CSRF-Token"]}
    assert other.post("/sign-out", headers=foreign).status_code == 403


def test_htmx_is_told_where_to_sign_in(running_on_sqlite: RunningApp) -> None:
    answer = running_on_sqlite.stranger.get("/tokens", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/sign-in?next=/tokens")


def test_a_slow_upload_holds_nobody_up(running_on_sqlite: RunningApp) -> None:
    site = {"name": "Mill", "time_zone": "UTC"}
    answers: list[int] = []

    async def slow_body() -> AsyncIterator[bytes]:
        yield b"the first half"
        answer = await asyncio.to_thread(running_on_sqlite.script.post, "/api/sites", json=site)
        answers.append(answer.status_code)
        yield b"the second half"

    async def upload() -> int:
        transport = httpx.ASGITransport(running_on_sqlite.app)
        headers = {**running_on_sqlite.dock.headers, "X-Capture-SHA256": "0" * 64}
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as dock:
            answer = await dock.post("/api/captures", content=slow_body(), headers=headers)
        return answer.status_code

    assert asyncio.run(upload()) in {400, 422}
    assert answers == [201]
