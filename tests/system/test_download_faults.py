"""Whatever goes wrong: one sentence, its code, the next step, and the wand as full as before."""

import errno
import json
import os
import tty
from collections.abc import Generator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from tests.support.docks import (
    decoded_in,
    download_from,
    exit_of_child,
    limit_file_size,
    natural_keys,
    running_child,
    vainly_acknowledged,
)
from tests.support.http_server import Reply, serving
from tests.support.wands import running_wand
from watchclock.command import main
from watchclock_device.addresses import parse_address
from watchclock_device.registry import load_drivers, open_link
from watchclock_protocol.dialect import LineSettings
from watchclock_protocol.errors import CodedError

pytestmark = pytest.mark.pty
RECORDS = 6
WAND = ("fcard", "--pty", "--records", str(RECORDS))


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@contextmanager
def silent_port() -> Generator[tuple[str, int]]:
    """A port nobody answers on, and the far end of its cable."""
    far, near = os.openpty()
    tty.setraw(near)
    try:
        yield os.ttyname(near), far
    finally:
        os.close(near)
        os.close(far)


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """The error object of JSON mode, after checking that people are told the same."""
    output = capsys.readouterr()
    error: dict[str, str] = json.loads(output.out.splitlines()[-1])
    sentence, next_step = output.err.strip().splitlines()[-2:]
    assert sentence == f"{error['detail']} [{error['error']}]"
    assert next_step == error["next_step"]
    return error


def ready_at(there: datetime) -> Reply:
    """A server that is ready and whose clock shows this."""
    return Reply(body=json.dumps({"status": "ready", "now": there.isoformat()}).encode())


def run(*arguments: str, spool: Path) -> int:
    return main(["download", *arguments, "--spool", str(spool), "--json"])


def check_still_full(address: str, spool: Path) -> None:
    """Nothing was acknowledged: the wand announces every record again."""
    result = download_from(address, spool, dialect="fcard")
    assert (result.announced, len(natural_keys(spool))) == (RECORDS, RECORDS)


def test_a_wrong_port(spool: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("/dev/watchclock-none", spool=spool) == 3
    error = told(capsys)
    assert error["error"] == "device.port_not_found"
    assert "/dev/watchclock-none" in error["detail"]
    assert "watchclock ports" in error["next_step"]


@pytest.mark.parametrize("path", ["/dev/null", "/etc/passwd", "/tmp"])  # noqa: S108 - any folder
def test_a_path_that_is_no_serial_port(
    path: str, spool: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(path, spool=spool) == 3
    assert told(capsys)["error"] == "device.port_unusable"


def test_a_busy_port(spool: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with running_wand(*WAND) as wand:
        line = LineSettings(baud=115200)
        with closing(open_link(load_drivers(), parse_address(wand.address), line)):
            assert run(wand.address, spool=spool) == 3
        assert told(capsys)["error"] == "device.port_busy"
        check_still_full(wand.address, spool)


def test_no_permission(
    spool: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real_open = os.open

    def refuse(path: str, *arguments: int) -> int:
        if path == "/dev/ttyUSB0":
            raise PermissionError(errno.EACCES, "Permission denied")
        return real_open(path, *arguments)

    # The superuser is refused nothing, so the system's answer is played here.
    monkeypatch.setattr(os, "open", refuse)
    assert run("/dev/ttyUSB0", spool=spool) == 3
    error = told(capsys)
    assert error["error"] == "device.port_forbidden"
    assert "dialout" in error["next_step"]
    assert "70-watchclock.rules" in error["next_step"]


@pytest.mark.parametrize("dialect", [[], ["--dialect", "fcard"], ["--dialect", "wm5000t"]])
def test_no_wand(dialect: list[str], spool: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with silent_port() as (address, _):
        assert run(address, *dialect, spool=spool) == 4
    assert told(capsys)["error"] == "device.no_wand"


def test_no_port_at_all(spool: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("auto", "--also", f"{spool}/none*", spool=spool) == 4
    assert told(capsys)["error"] == "device.no_wand"


def test_two_wands_and_nobody_said_which(spool: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with running_wand(*WAND) as one, running_wand(*WAND, "--number", "2") as two:
        assert run("auto", "--also", one.address, "--also", two.address, spool=spool) == 4
        error = told(capsys)
        assert error["error"] == "device.several_wands"
        assert one.address in error["detail"]
        assert two.address in error["detail"]
        check_still_full(one.address, spool)


def test_the_only_wand_is_found_among_silent_ports(
    spool: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with silent_port() as (silent, _), running_wand(*WAND) as wand:
        assert run("auto", "--also", silent, "--also", wand.address, spool=spool) == 0
        result = json.loads(capsys.readouterr().out)
    assert (result["wand"], result["received"]) == (wand.identity, RECORDS)


@pytest.mark.parametrize(
    ("speaks", "asked"), [("fcard", "wm5000t"), ("wm5000t", "fcard"), ("xgd", "fcard")]
)
def test_a_wrong_dialect(
    speaks: str, asked: str, spool: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_wand(speaks, "--pty", "--records", str(RECORDS)) as wand:
        assert run(wand.address, "--dialect", asked, spool=spool) == 4
        error = told(capsys)
        assert error["error"] == "device.wrong_dialect"
        assert f"speaks {speaks}, not {asked}" in error["detail"]
        assert download_from(wand.address, spool, dialect=speaks).announced == RECORDS


def test_an_unknown_dialect_and_zone(spool: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("/dev/null", "--dialect", "morse", spool=spool) == 5
    assert told(capsys)["error"] == "capture.dialect_unknown"
    assert run("/dev/null", "--time-zone", "Mars/Base", spool=spool) == 2
    assert told(capsys)["error"] == "device.time_zone"
    assert run("ttyUSB0", spool=spool) == 2
    assert told(capsys)["error"] == "device.address"


@pytest.mark.parametrize("dialect", [[], ["--dialect", "fcard"]])
def test_nothing_but_noise(
    dialect: list[str], spool: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def babble() -> int:
        while heard := os.read(far, 100):
            os.write(far, heard[::-1])
        return 0

    with silent_port() as (address, far), running_child(babble):
        assert run(address, *dialect, spool=spool) == 4
    error = told(capsys)
    assert error["error"] == "device.noise"
    assert "contacts" in error["next_step"]


@pytest.mark.parametrize(
    "fault",
    [
        "lose_record:record=3",
        "flip_bit:byte=150",
        "cut_frame:frame=6,keep=4",
        "noise:frame=3,count=90",
    ],
)
def test_a_bad_line_costs_time_but_no_record(fault: str, spool: Path) -> None:
    with running_wand(*WAND, "--fault", fault) as wand:
        result = download_from(wand.address, spool, dialect="fcard")
    assert result.received == RECORDS
    assert result.is_acknowledged
    assert len(natural_keys(spool)) == RECORDS


def test_a_wand_that_falls_silent_keeps_its_records(
    spool: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_wand("wm5000t", "--pty", "--records", "9", "--fault", "silence:frame=14") as wand:
        assert run(wand.address, "--dialect", "wm5000t", spool=spool) == 4
    assert told(capsys)["error"].startswith("protocol.")
    (capture,) = decoded_in(spool)
    assert capture.acknowledged_utc_ns is None


def test_a_disk_that_fills_up_at_any_moment(spool: Path) -> None:
    def download_on_full_disk(size_bytes: int) -> int:
        limit_file_size(size_bytes)
        try:
            download_from(wand.address, spool, dialect="fcard")
        except CodedError as error:
            return 7 if error.code == "device.disk_full" else 1
        return 0

    with running_wand(*WAND) as wand:
        codes = {exit_of_child(partial(download_on_full_disk, n)) for n in range(0, 6000, 300)}
        download_from(wand.address, spool, dialect="fcard")
    assert codes == {7}
    assert len(natural_keys(spool)) == RECORDS
    assert vainly_acknowledged(spool) == []


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(status=500), "upload.server_failed"),
        (Reply(status=401, body=b'{"detail": "no"}'), "upload.token_refused"),
        (Reply(is_cut=True), "upload.server_down"),
    ],
    ids=["500", "wrong token", "down"],
)
def test_a_server_that_cannot_take_the_records_leaves_the_wand_untouched(
    reply: Reply, code: str, spool: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_wand(*WAND) as wand, serving(lambda _: reply) as server:
        arguments = ("--server", server.url, "--token", "secret")
        assert run(wand.address, *arguments, spool=spool) == 6
        assert told(capsys)["error"] == code
        assert list(spool.glob("*/*")) == []
        check_still_full(wand.address, spool)


@pytest.mark.parametrize("ahead_s", [-120, 120])
def test_a_dock_whose_clock_is_wrong_touches_no_wand(
    spool: Path, capsys: pytest.CaptureFixture[str], ahead_s: int
) -> None:
    ready = ready_at(datetime.now(UTC) + timedelta(seconds=ahead_s))
    with running_wand(*WAND) as wand, serving(lambda _: ready) as server:
        assert run(wand.address, "--server", server.url, "--token", "secret", spool=spool) == 6
        assert told(capsys)["error"] == "upload.dock_clock"
        assert list(spool.glob("*/*")) == []
        check_still_full(wand.address, spool)


def test_a_server_that_fails_after_the_download_loses_nothing(
    spool: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ready = ready_at(datetime.now(UTC))
    with (
        running_wand(*WAND) as wand,
        serving(lambda asked: ready if asked.method == "GET" else Reply(status=500)) as server,
    ):
        arguments = ("--server", server.url, "--token", "secret")
        assert run(wand.address, *arguments, spool=spool) == 6
    output = capsys.readouterr().out.splitlines()
    result, error = (json.loads(line) for line in output)
    assert (result["received"], error["error"]) == (RECORDS, "upload.server_failed")
    assert Path(result["path"]).parent == spool / "closed"
    assert len(natural_keys(spool)) == RECORDS


def test_a_server_without_a_token(spool: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("/dev/null", "--server", "http://127.0.0.1:9", spool=spool) == 2
    assert told(capsys)["error"] == "upload.token_missing"
