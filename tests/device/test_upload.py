import hashlib
import json
import socket
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.http_server import Asked, Reply, serving
from tests.support.spools import NOW_NS, VIRTUAL_CLOCKS, closed_capture, everything_in
from watchclock_device.errors import UploadError
from watchclock_device.spool import Spool
from watchclock_device.upload import Server, upload_waiting

Case = tuple[Callable[[Asked], Reply], str]
OTHER = Asked(method="", path="", headers={}, body=b"x")
READY = Reply(body=b'{"status": "ready", "version": "0.1.0", "now": "2026-11-21T08:00:00Z"}')


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path, VIRTUAL_CLOCKS)


def receipt(asked: Asked, conflict: int = 0) -> Reply:
    told: dict[str, object] = {
        "capture": hashlib.sha256(asked.body).hexdigest(),
        "wand": "wm5000t:531932",
        "created": 2,
        "duplicate": 0,
        "conflict": conflict,
        "records": [],
        "already_known": False,
    }
    return Reply(status=201, body=json.dumps(told).encode())


def problem(status: int, detail: str) -> Reply:
    told = {"status": status, "code": "intake.refused", "title": "no", "detail": detail}
    return Reply(status=status, body=json.dumps(told).encode())


ANSWERS_TO_READY: dict[str, Case] = {
    "500": (lambda _: Reply(status=500), "upload.server_failed"),
    "503": (lambda _: Reply(status=503), "upload.server_failed"),
    "401": (lambda _: problem(401, "no"), "upload.token_refused"),
    "403": (lambda _: problem(403, "no"), "upload.token_refused"),
    "cut": (lambda _: Reply(is_cut=True), "upload.server_down"),
    "half": (lambda _: Reply(body=b'{"status": "rea', announced=90), "upload.server_down"),
    "other server": (lambda _: Reply(body=b"<html>It works!</html>"), "upload.server_answer"),
    "404": (lambda _: Reply(status=404, body=b"no such page"), "upload.server_answer"),
    "wrong path": (lambda _: problem(404, "There is nothing here."), "upload.server_answer"),
    "no time": (lambda _: Reply(body=b'{"status": "ready"}'), "upload.server_answer"),
    "bad time": (
        lambda _: Reply(body=b'{"status": "ready", "now": "soon"}'),
        "upload.server_answer",
    ),
    "redirect": (lambda _: Reply(status=302), "upload.server_answer"),
}
ANSWERS_TO_CAPTURES: dict[str, Case] = {
    "500": (lambda _: Reply(status=500), "upload.server_failed"),
    "cut": (lambda _: Reply(is_cut=True), "upload.server_down"),
    "half": (lambda _: Reply(body=b'{"capture": "', announced=500), "upload.server_down"),
    "no receipt": (lambda _: Reply(body=b"{}"), "upload.server_answer"),
    "other capture": (lambda _: receipt(OTHER), "upload.server_answer"),
    "401": (lambda _: problem(401, "no"), "upload.token_refused"),
    "422": (lambda _: problem(422, "It names no wand."), "upload.capture_refused"),
}


def upload(spool: Spool, url: str) -> None:
    with closing(Server(url, "secret")) as server:
        server.check_ready()
        for error in upload_waiting(spool, server).errors:
            raise error


def test_a_waiting_capture_is_sent_and_its_receipt_kept(spool: Spool) -> None:
    data = closed_capture(spool).read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    with serving(lambda asked: READY if asked.method == "GET" else receipt(asked)) as server:
        upload(spool, server.url)
    ready, sent = server.asked
    assert (ready.path, sent.path, sent.body) == ("/api/ready", "/api/captures", data)
    assert ready.headers["authorization"] == sent.headers["authorization"] == "Bearer secret"
    assert sent.headers["x-capture-sha256"] == sha256
    assert datetime.fromisoformat(sent.headers["x-dock-time"]).tzinfo is not None
    stored = everything_in(spool.folder)
    assert stored[f"sent/{sha256}.pcapng"] == data
    assert json.loads(stored[f"sent/{sha256}.receipt.json"])["created"] == 2
    assert spool.waiting() == []


@pytest.mark.parametrize(("answer", "code"), ANSWERS_TO_READY.values(), ids=ANSWERS_TO_READY)
def test_a_server_that_cannot_take_captures_is_told_before_any_is_sent(
    spool: Spool, answer: Callable[[Asked], Reply], code: str
) -> None:
    closed_capture(spool)
    before = everything_in(spool.folder)
    with serving(answer) as server, pytest.raises(UploadError) as refused:
        upload(spool, server.url)
    assert refused.value.code == code
    assert "safe" in refused.value.advice or "token" in refused.value.advice
    assert [asked.method for asked in server.asked] == ["GET"]
    assert everything_in(spool.folder) == before


@pytest.mark.parametrize(("answer", "code"), ANSWERS_TO_CAPTURES.values(), ids=ANSWERS_TO_CAPTURES)
def test_a_capture_the_server_did_not_take_still_waits_and_is_taken_later(
    spool: Spool, answer: Callable[[Asked], Reply], code: str
) -> None:
    path = closed_capture(spool)
    with serving(lambda asked: READY if asked.method == "GET" else answer(asked)) as server:
        with pytest.raises(UploadError) as refused:
            upload(spool, server.url)
        assert refused.value.code == code
        assert spool.waiting() == [path]
        server.answer = lambda asked: READY if asked.method == "GET" else receipt(asked)
        upload(spool, server.url)
    assert spool.waiting() == []


def test_a_refused_capture_does_not_stop_the_next_one(spool: Spool) -> None:
    refused = closed_capture(spool, b"\x01")
    taken = closed_capture(spool, b"\x02")

    def answer(asked: Asked) -> Reply:
        if asked.headers["x-capture-sha256"] == refused.stem:
            return problem(422, "It names no wand.")
        return receipt(asked)

    with serving(answer) as scripted, closing(Server(scripted.url, "secret")) as server:
        uploaded = upload_waiting(spool, server)
    assert [one.capture for one in uploaded.receipts] == [taken.stem]
    assert [error.code for error in uploaded.errors] == ["upload.capture_refused"]
    assert spool.waiting() == [refused]


def test_records_that_contradict_older_ones_are_kept_and_told(spool: Spool) -> None:
    path = closed_capture(spool)
    with (
        serving(lambda asked: receipt(asked, conflict=1)) as scripted,
        closing(Server(scripted.url, "secret")) as server,
    ):
        uploaded = upload_waiting(spool, server)
    (error,) = uploaded.errors
    assert (error.code, error.details["conflicts"]) == ("upload.capture_conflict", 1)
    assert f"sent/{path.name}" in everything_in(spool.folder)


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}", "http://", "not a url"])
def test_a_server_that_is_down_is_named_with_the_next_step(url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with (
        closing(Server(url.format(port=port), "secret")) as server,
        pytest.raises(UploadError) as down,
    ):
        server.check_ready()
    assert down.value.code == "upload.server_down"
    assert "spool" in down.value.advice


@pytest.mark.parametrize("token", ["secret\n", "two words", "令牌"])
def test_a_token_no_header_can_carry_is_refused_without_being_told(token: str) -> None:
    with pytest.raises(UploadError) as unusable:
        Server("http://127.0.0.1:9", token)
    assert unusable.value.code == "upload.token_unusable"
    assert token not in str(unusable.value)


@pytest.mark.parametrize("apart_s", [-31, -30, 0, 30, 31])
def test_a_dock_works_only_with_a_server_that_keeps_the_same_time(apart_s: int) -> None:
    there = datetime.fromtimestamp(NOW_NS // 1_000_000_000 + apart_s, UTC)
    told = {"status": "ready", "version": "0.1.0", "now": there.isoformat()}
    found = None
    with (
        serving(lambda _: Reply(body=json.dumps(told).encode())) as scripted,
        closing(Server(scripted.url, "secret", VIRTUAL_CLOCKS)) as server,
    ):
        try:
            server.check_clock()
        except UploadError as error:
            found = (error.code, error.details["seconds"])
    assert found == (("upload.dock_clock", 31) if abs(apart_s) > 30 else None)
