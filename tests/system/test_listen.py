"""``watchclock listen`` against a simulated controller in its own process, and killed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.docks import (
    decoded_in,
    download_from,
    exit_of_child,
    natural_keys,
)
from tests.support.server_app import stored_raws
from tests.support.wands import RunningWand, running_wand
from watchclock.command import main
from watchclock_device.drivers.serial_port import SerialLink
from watchclock_device.open_capture import OpenCapture
from watchclock_protocol.capture import Lane

pytestmark = pytest.mark.pty
RECORDS = 4
WAND = ("xgd", "--pty", "--records", str(RECORDS))


def place_of(wand: RunningWand) -> str:
    return f"{wand.address}?dialect=xgd&unit=3"


def listen(wand: RunningWand, spool: Path, *options: str) -> int:
    """Exit code of the command."""
    return main(["listen", place_of(wand), "--spool", str(spool), "--json", *options])


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def check_every_record_is_on_the_server_once(spool: Path, folder: Path) -> None:
    stored = stored_raws(spool, folder)
    assert len(stored) == len(set(stored)) == RECORDS


def test_every_pushed_record_is_told_captured_and_given_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_wand(*WAND) as wand:
        assert listen(wand, tmp_path, "--count", str(RECORDS)) == 0
        lines = told(capsys)
        after = download_from(wand.address, tmp_path, dialect="xgd")
    assert lines[0] == {"listening": "xgd:3"}
    assert [line["record"]["raw"][2:4] for line in lines[1:-1]] == ["01", "02", "03", "04"]
    assert (lines[-1]["received"], lines[-1]["waiting"], after.announced) == (RECORDS, 0, 0)
    heard, _ = decoded_in(tmp_path)
    assert (heard.is_complete, len(heard.records)) == (True, RECORDS)
    assert heard.acknowledged_utc_ns is not None
    assert len(heard.clock_checks) == 2
    check_every_record_is_on_the_server_once(tmp_path, tmp_path / "server")


def test_people_are_told_a_line_a_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_wand(*WAND) as wand:
        assert main(["listen", wand.address, "--spool", str(tmp_path), "--count", "2"]) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert "Listening to xgd:3" in err
    assert lines[0].startswith("    1  2026-01-01 ")
    assert "ibutton:01" in lines[0]
    assert lines[2] == "Records of xgd:3 safe on disk: 2; still in it: 2."
    assert str(tmp_path) in lines[-1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_listening_in_good_order(number: signal.Signals, tmp_path: Path) -> None:
    with running_wand(*WAND) as wand:
        command = [sys.executable, "-m", "watchclock", "listen", place_of(wand)]
        with subprocess.Popen(
            [*command, "--spool", str(tmp_path), "--json"],
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(RECORDS + 1)]
            os.kill(process.pid, number)
            rest = process.stdout.read().splitlines()
            assert process.wait(20) == 0
    assert all('"record"' in line for line in lines[1:])
    assert json.loads(rest[-1])["received"] == RECORDS
    assert list((tmp_path / "open").iterdir()) == []
    assert len(natural_keys(tmp_path)) == RECORDS


def test_seconds_end_the_listening_and_the_mode_is_as_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_wand("xgd", "--pty") as wand:
        begun = time.monotonic()
        assert listen(wand, tmp_path, "--seconds", "1") == 0
        assert 1 <= time.monotonic() - begun < 10
        assert told(capsys)[-1]["received"] == 0
        assert listen(wand, tmp_path, "--seconds", "0") == 0


@pytest.mark.parametrize(
    ("fault", "count"),
    [("lose_frame:frame=8", 4), ("flip_bit:byte=95", 4), ("noise:frame=9,count=40", 4)],
)
def test_a_bad_line_costs_no_pushed_record(
    fault: str, count: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_wand(*WAND, "--fault", fault) as wand:
        assert listen(wand, tmp_path, "--count", str(count)) == 0
    assert told(capsys)[-1]["received"] == RECORDS
    check_every_record_is_on_the_server_once(tmp_path, tmp_path / "server")


def test_a_cable_pulled_while_listening_keeps_what_was_heard(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fault = "unplug:byte=150,for_ms=500"
    # A new pty may have another number, and the old number may be another program's by then.
    link = str(tmp_path / "wand")
    with running_wand("xgd", link, *WAND[1:], "--fault", fault) as wand:
        assert listen(wand, tmp_path) == 3
        assert told(capsys)[-1]["error"] == "device.link_lost"
        time.sleep(1)
        assert listen(wand, tmp_path, "--seconds", "5") == 0
    check_every_record_is_on_the_server_once(tmp_path, tmp_path / "server")


def test_a_wand_that_pushes_nothing_is_told_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_wand("fcard", "--pty", "--records", "2") as wand:
        assert main(["listen", wand.address, "--spool", str(tmp_path), "--json"]) == 2
    (error,) = told(capsys)
    assert error["error"] == "protocol.live_missing"
    assert "watchclock download" in error["next_step"]


def is_push(_capture: object, lane: Lane, data: bytes, _utc_ns: int) -> bool:
    return lane is Lane.FROM_WAND and data[5:6] == b"\x0a"


def is_captured_answer(_capture: object, lane: Lane, data: bytes, _utc_ns: int) -> bool:
    return lane is Lane.TO_WAND and data[5:6] == b"\x0a"


def is_written_answer(_link: object, data: bytes) -> bool:
    return data[5:6] == b"\x0a"


def is_flush(_capture: object) -> bool:
    return True


KILLS: dict[str, tuple[type, str, Callable[..., bool]]] = {
    "the push was captured": (OpenCapture, "chunk", is_push),
    "it was flushed to the disk": (OpenCapture, "synchronize", is_flush),
    "the answer was captured": (OpenCapture, "chunk", is_captured_answer),
    "the answer was written": (SerialLink, "write", is_written_answer),
}


def listen_until_killed(wand: RunningWand, spool: Path, moment: str) -> int:
    """Exit code of the command in a process that is killed right after that happened."""
    owner, name, is_moment = KILLS[moment]
    act: Callable[..., None] = getattr(owner, name)

    def act_and_die(*arguments: object) -> None:
        act(*arguments)
        if is_moment(*arguments):
            os.kill(os.getpid(), signal.SIGKILL)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner, name, act_and_die)
        return exit_of_child(lambda: listen(wand, spool, "--count", str(RECORDS)))


@pytest.mark.parametrize("moment", KILLS)
def test_a_listening_killed_at_every_record_loses_and_doubles_none(
    moment: str, tmp_path: Path
) -> None:
    spool = tmp_path / "spool"
    with running_wand(*WAND) as wand:
        for _ in range(2):
            assert listen_until_killed(wand, spool, moment) == -signal.SIGKILL
        assert exit_of_child(lambda: listen(wand, spool, "--seconds", "4")) == 0
        after = exit_of_child(lambda: main(["download", place_of(wand), "--spool", str(spool)]))
        assert after == 0
    check_every_record_is_on_the_server_once(spool, tmp_path / "server")


@pytest.mark.parametrize("kept", [0, 1, 30, 60, 90])
def test_a_capture_torn_inside_a_push_has_answered_nothing_of_it(
    kept: int, tmp_path: Path
) -> None:
    write = os.write
    pushes = 0

    def tear(descriptor: int, data: bytes) -> int:
        nonlocal pushes
        pushes += b"!XD\x03\xb0\x0a\x10" in bytes(data)
        if pushes < 2:
            return write(descriptor, data)
        write(descriptor, bytes(data)[:kept])
        os.kill(os.getpid(), signal.SIGKILL)
        return 0

    spool = tmp_path / "spool"
    with running_wand(*WAND) as wand:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "write", tear)
            code = exit_of_child(lambda: listen(wand, spool, "--count", str(RECORDS)))
        assert code == -signal.SIGKILL
        assert exit_of_child(lambda: listen(wand, spool, "--seconds", "4")) == 0
    check_every_record_is_on_the_server_once(spool, tmp_path / "server")
