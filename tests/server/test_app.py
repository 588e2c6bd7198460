"""The app as a whole: headers, errors in one form, languages, and no work at import."""

import hashlib
import subprocess
import sys
from enum import StrEnum
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.support.server_app import RunningApp
from watchclock_server.app import ERROR_WORDS, create_app
from watchclock_server.settings import Settings

ROOT = Path(__file__).resolve().parents[2]

IMPORT_AND_LIST_SIDE_EFFECTS = """
import sys

sys.path[:0] = ["protocol", "server"]
import encodings.idna, zoneinfo  # imported lazily by the standard library
seen = []

def listen(name, arguments):
    writes = name == "open" and isinstance(arguments[1], str) and set("wax+") & set(arguments[1])
    worked = name.startswith(("socket.", "sqlite3.", "subprocess.", "os.mkdir", "os.remove"))
    if (writes and "__pycache__" not in str(arguments[0])) or worked:
        seen.append((name, str(arguments)))

sys.addaudithook(listen)
import watchclock_server.app
print(seen)
"""


def test_importing_the_app_opens_no_file_socket_or_database() -> None:
    # The interpreter's own search for C libraries (ctypes.util) starts programs; it is not ours.
    finished = subprocess.run(
        [sys.executable, "-B", "-c", IMPORT_AND_LIST_SIDE_EFFECTS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert finished.stdout == "[]\n"


@pytest.mark.parametrize("path", ["/", "/sign-in", "/api/sites", "/nowhere", "/static/style.css"])
def test_every_answer_carries_the_secure_headers(running_on_sqlite: RunningApp, path: str) -> None:
    headers = running_on_sqlite.stranger.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    kept = "max-age=3600" if path.startswith("/static/") else "no-store"
    assert headers["cache-control"] == kept


@pytest.mark.parametrize("path", ["/", "/sign-in", "/tokens", "/nowhere"])
def test_no_page_needs_inline_script_or_style(running_on_sqlite: RunningApp, path: str) -> None:
    page = running_on_sqlite.browser.get(path).text
    assert page.startswith("<!doctype html>")
    assert 'src="/static/htmx.min.js"' in page
    assert [sign for sign in ("<script>", "<style", " style=", " onclick=") if sign in page] == []


def test_the_static_files_pages_name_are_served(running_on_sqlite: RunningApp) -> None:
    names = ("htmx.min.js", "htmx.LICENSE.txt", "style.css", "icon.svg")
    answers = [running_on_sqlite.stranger.get(f"/static/{name}").status_code for name in names]
    assert answers == [200] * 4


def test_a_problem_has_status_code_detail_and_next_step(running_on_sqlite: RunningApp) -> None:
    answer = running_on_sqlite.script.get("/api/nowhere")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "code": "server.not_found",
        "detail": "There is nothing at this address.",
        "next_step": "Check the address, or start again from the home page.",
    }


def test_a_wrong_method_and_a_wrong_body_are_problems(running_on_sqlite: RunningApp) -> None:
    method = running_on_sqlite.script.put("/api/sites")
    body = running_on_sqlite.script.post("/api/sites", json={"name": "Mill"})
    assert (method.status_code, method.json()["code"]) == (405, "server.method_not_allowed")
    assert (body.status_code, body.json()["code"]) == (422, "server.request_invalid")
    assert "time_zone" in body.json()["detail"]


def test_an_unknown_page_is_a_page(running_on_sqlite: RunningApp) -> None:
    answer = running_on_sqlite.browser.get("/nowhere")
    assert answer.status_code == 404
    assert "There is nothing at this address." in answer.text


def test_problems_speak_the_callers_language(running_on_sqlite: RunningApp) -> None:
    chinese = {"Accept-Language": "zh-CN,zh;q=0.9"}
    answer = running_on_sqlite.script.get("/api/sites/9", headers=chinese)
    assert answer.json()["detail"] == "没有编号为 9 的站点。"


def test_reasons_in_problems_speak_the_callers_language(
    running_on_sqlite: RunningApp,
) -> None:
    data = bytes(64)
    headers = {"Accept-Language": "zh", "X-Capture-SHA256": hashlib.sha256(data).hexdigest()}
    answer = running_on_sqlite.dock.post("/api/captures", content=data, headers=headers)
    assert answer.json()["detail"] == "这不是 watchclock 的通讯记录文件：不是 pcapng 文件。"


@pytest.mark.parametrize("kind", ERROR_WORDS)
def test_every_member_of_an_enumeration_in_errors_has_a_word(kind: type[StrEnum]) -> None:
    assert set(ERROR_WORDS[kind]) == set(kind)


def test_an_unmigrated_database_is_a_server_error_without_its_inside(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'empty.sqlite'}"
    app = create_app(Settings(database_url=url, data_folder=tmp_path))
    client = TestClient(app, raise_server_exceptions=False)
    answer = client.get("/api/ready", headers={"Authorization": "Bearer x"})
    app.state.database.close()
    assert answer.status_code == 503
    assert answer.json()["code"] == "server.database"


def test_the_api_is_described(running_on_sqlite: RunningApp) -> None:
    described = running_on_sqlite.stranger.get("/api/openapi.json").json()["paths"]
    assert {"/api/ready", "/api/sites", "/api/sites/{site_id}", "/api/tokens"} <= set(described)
    assert all(path.startswith("/api/") for path in described)
