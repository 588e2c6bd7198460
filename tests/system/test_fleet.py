"""``watchclock sim fleet``: many wands in one process, each whole and by itself."""

import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import fields
from pathlib import Path

import pytest
import typer

from tests.support.fleets import differences, download_all, running_fleet
from watchclock.sim_fleet_command import fleet as fleet_command
from watchclock_sim.__main__ import main
from watchclock_sim.fleet.settings import FleetSettings
from watchclock_sim.option_parser import option_name

MIXED = ("--dialects", "vs:8,fcard:7,wm5000t:3,kaihe_eb:1,xgd:1", "--records", "40")
IDLE_S = 3.0
MOST_IDLE_PERCENT = 0.05


def place(address: str) -> tuple[str, int]:
    _, host, port = address.split(":")
    return host, int(port)


def test_every_wand_of_a_mixed_fleet_is_downloaded_whole_by_several_workers(
    tmp_path: Path,
) -> None:
    with running_fleet(tmp_path, *MIXED) as fleet:
        troubles = download_all(
            fleet, fleet.addresses, tmp_path / "spools", processes=2, threads=4
        )
    assert len(set(fleet.addresses)) == len(fleet.truth) == 20
    assert troubles == []
    assert differences(fleet, tmp_path / "spools") == []
    assert {touches.total() for _, touches in fleet.truth.values()} == {40}


def test_hostile_hosts_of_some_wands_leave_the_others_unharmed(tmp_path: Path) -> None:
    with running_fleet(tmp_path, "--dialects", "vs:6,fcard:6", "--records", "20") as fleet:
        hostile, peaceful = fleet.addresses[::2], fleet.addresses[1::2]
        links = [socket.create_connection(place(address)) for address in hostile for _ in range(9)]
        for link in links:
            link.settimeout(0)
            link.send(b"VS\x01\x05\xff\xff\xff\xff\x7e\x7f" * 1_000)
        troubles = download_all(fleet, peaceful, tmp_path / "spools", processes=1, threads=3)
        for link in links:
            link.close()
        later = download_all(fleet, hostile, tmp_path / "later", processes=1, threads=3)
        unlike = differences(fleet, tmp_path / "spools")
        unlike_later = differences(fleet, tmp_path / "later")
    assert (troubles, later) == ([], [])
    assert {text.split(": ")[0] for text in unlike} == set(hostile)
    assert {text.split(": ")[0] for text in unlike_later} == set(peaceful)


def test_idle_wands_cost_nothing_and_wands_nobody_spoke_to_hold_no_memory(
    tmp_path: Path,
) -> None:
    wands = ("--dialects", "vs:200,fcard:200", "--records", "2000")
    with running_fleet(tmp_path, *wands) as fleet:
        before = fleet.cpu_s
        time.sleep(IDLE_S)
        percent = 100 * (fleet.cpu_s - before) / IDLE_S / len(fleet.addresses)
        peak_mb = fleet.peak_mb
    assert len(fleet.addresses) == 400
    assert percent < MOST_IDLE_PERCENT
    assert peak_mb < 150  # 800,000 records made would be more


def test_ports_follow_each_other_from_the_one_that_was_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        first = free.getsockname()[1]
    file = tmp_path / "addresses.json"
    options = ("--tcp", f"127.0.0.1:{first}", "--dialects", "fcard:3", "--records", "1")
    with running_fleet(tmp_path, *options, "--addresses", str(file)) as fleet:
        written = json.loads(file.read_text())
    assert fleet.addresses == [f"tcp:127.0.0.1:{first + each}" for each in range(3)]
    assert [wand["address"] for wand in written["wands"]] == fleet.addresses
    assert [wand["identity"] for wand in written["wands"]] == ["fcard:1", "fcard:2", "fcard:3"]


def test_a_fleet_that_others_may_reach_says_so_once_however_many_wands_it_has(
    tmp_path: Path,
) -> None:
    # A spelling of 127.0.0.1 that only the system's resolver understands.
    options = ("--tcp", "127.1:0", "--dialects", "fcard:3", "--records", "1")
    with running_fleet(tmp_path, *options) as fleet:
        assert len(fleet.addresses) == 3
    assert (tmp_path / "log").read_text("utf-8").count("127.1 is not loopback") == 1


def test_numbers_come_again_where_a_kind_of_wand_has_no_more() -> None:
    wands = FleetSettings(dialects="fcard:300").wands()
    assert len(wands) == 300
    assert wands[254:256] == [("fcard", "255"), ("fcard", "1")]


def started(*options: str, files: tuple[int, int]) -> subprocess.Popen[str]:
    soft, hard = files
    limit = f'ulimit -Sn {soft} && ulimit -Hn {hard} && exec "$0" -m watchclock_sim fleet "$@"'
    command = ["bash", "-c", limit, sys.executable, *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_too_few_open_files_are_told_and_a_low_soft_limit_is_raised() -> None:
    options = ("--dialects", "fcard:60", "--records", "1")
    with started(*options, files=(100, 100)) as refused:
        _, told = refused.communicate()
    assert refused.returncode == 2
    assert "60 wands need 184 open files and this process may have 100. [sim.descriptors]" in told
    with started(*options, files=(100, 4096)) as served:
        assert served.stdout is not None
        assert served.stdout.readline().startswith("60 wands from tcp:127.0.0.1:")
        served.terminate()
        assert served.wait() == 0


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--dialects", "vs:0"), "is not NAME:NUMBER"),
        (("--dialects", "morse:3"), "No wand of the dialect morse"),
        (("--dialects", "vs:10001"), "at most 10000 wands"),
        (("--records", "-1"), "--records is 0 to 65535"),
        (("--seed", "-1"), "--seed is not negative"),
        (("--tcp", "nowhere"), "is not [HOST:]PORT"),
        (("--tcp", ""), "is not [HOST:]PORT"),
        (("--tcp", "65000", "--dialects", "vs:600"), "leaves no 600 ports"),
        (
            ("--truth", "/nowhere/truth", "--dialects", "vs:1"),
            "/nowhere/truth cannot be written: No such file",
        ),
    ],
)
def test_nonsense_is_refused(
    capsys: pytest.CaptureFixture[str], options: tuple[str, ...], reason: str
) -> None:
    assert main(["fleet", *options]) == 2
    assert reason in capsys.readouterr().err


def test_a_port_that_is_taken_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["fleet", "--tcp", str(port), "--dialects", "vs:2", "--records", "1"]) == 2
    assert f"cannot listen on tcp:127.0.0.1:{port}" in capsys.readouterr().err


def test_the_command_takes_the_same_options_as_the_module() -> None:
    program = typer.Typer(add_completion=False)
    program.command()(fleet_command)
    command = typer.main.get_command(program)
    known = {name for each in command.params for name in each.opts if name.startswith("--")}
    assert known == {option_name(field.name) for field in fields(FleetSettings)}


def shown_at_start(errors: int) -> None:
    """Start a fleet that tells of itself there, and end it."""
    with subprocess.Popen(
        [sys.executable, "-m", "watchclock", "sim", "fleet", "--dialects", "vs:40"],
        env={**os.environ, "WATCHCLOCK_LANGUAGE": "en", "TERM": "xterm"},
        stdout=subprocess.PIPE,
        stderr=errors,
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline().startswith(b"40 wands from ")
        program.terminate()
        assert program.wait(20) == 0


@pytest.mark.pty
def test_a_terminal_shows_how_far_the_start_is_and_a_log_file_does_not(tmp_path: Path) -> None:
    screen, terminal = os.openpty()
    shown_at_start(terminal)
    seen = os.read(screen, 65_536)
    os.close(screen)
    os.close(terminal)
    log = tmp_path / "log"
    with log.open("wb") as file:
        shown_at_start(file.fileno())
    assert b"Starting" in seen
    assert b"Starting" not in log.read_bytes()
    assert b"40 wands from " in log.read_bytes()
