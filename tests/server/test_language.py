"""Which language a request gets, and that pages really speak it."""

import hashlib

import pytest

from tests.support.server_app import RunningApp
from watchclock_server.language import LANGUAGE_COOKIE

ENGLISH, CHINESE = "Sign in", "登录"


@pytest.mark.parametrize(
    ("header", "spoken"),
    [
        ("", ENGLISH),
        ("zh-CN,zh;q=0.9,en;q=0.8", CHINESE),
        ("en-GB,en;q=0.9,zh;q=0.8", ENGLISH),
        ("zh;q=0.2, en;q=0.7", ENGLISH),
        ("de, zh-TW;q=0.5", CHINESE),
        ("zh;q=0", ENGLISH),
        ("zh;q=much", ENGLISH),
        ("*", ENGLISH),
    ],
)
def test_the_browsers_wish_chooses(
    running_on_sqlite: RunningApp, header: str, spoken: str
) -> None:
    answer = running_on_sqlite.stranger.get("/sign-in", headers={"Accept-Language": header})
    assert f"<h1>{spoken}</h1>" in answer.text
    assert f'lang="{answer.headers["content-language"]}"' in answer.text


def test_the_switch_is_remembered_and_leads_back(running_on_sqlite: RunningApp) -> None:
    browser = running_on_sqlite.browser
    answer = browser.get("/language/zh_CN?next=/tokens?x=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/tokens?x=1")
    assert "<h1>令牌</h1>" in browser.get("/tokens").text
    browser.get("/language/en")
    assert "<h1>Tokens</h1>" in browser.get("/tokens").text


def test_one_page_can_be_asked_for_in_another_language(running_on_sqlite: RunningApp) -> None:
    browser = running_on_sqlite.browser
    assert "令牌" in browser.get("/tokens?lang=zh_CN").text
    assert "令牌" not in browser.get("/tokens").text


def test_a_language_nobody_speaks_changes_nothing(running_on_sqlite: RunningApp) -> None:
    browser = running_on_sqlite.browser
    browser.cookies.set(LANGUAGE_COOKIE, "tlh")
    assert "<h1>Tokens</h1>" in browser.get("/tokens?lang=../../etc").text
    assert browser.get("/language/tlh").status_code == 422


def test_the_switch_never_leads_to_another_server(running_on_sqlite: RunningApp) -> None:
    answer = running_on_sqlite.stranger.get("/language/en?next=//evil.example")
    assert answer.headers["location"] == "/"


def test_an_answers_reason_is_spoken_around_its_values(running_on_sqlite: RunningApp) -> None:
    digest = hashlib.sha256(b"hello").hexdigest()
    headers = {"X-Capture-SHA256": digest, "Accept-Language": "zh"}
    answer = running_on_sqlite.script.post("/api/captures", content=b"hello", headers=headers)
    assert answer.json()["detail"] == "这不是 watchclock 的通讯记录文件：只有 5 个字节。"
