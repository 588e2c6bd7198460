"""A fleet out of a scenario: all wands of its night, with its faults, beside their truth."""

import json
import socket
import struct
from pathlib import Path

import pytest

from tests.support import by_hand_vs
from tests.support.docks import download_from
from tests.support.fleets import differences, download_all, running_fleet
from tests.support.wands import running_wand
from tests.system.test_fleet import place
from watchclock_device.errors import LinkLostError
from watchclock_sim.__main__ import main
from watchclock_sim.scenario_file import SCENARIOS
from watchclock_sim.truth_values import Truth

NIGHTS = ("demo_night", "cheats_night", "long_night")
NOISE = "flip_bits:per_million=20000"
FAULTY = "nowaks_wand"
PAGES = by_hand_vs.frame(by_hand_vs.REQUEST, 0x05, 1, struct.pack("<IHII", 0, 2, 0, 0xFFFFFFFF))
HEARD = 2000


def scenario(name: str) -> str:
    return str(SCENARIOS / f"{name}.toml")


def faulty_night(folder: Path, fault: str) -> str:
    """The night of the cheats with a fault of the first wand's line."""
    text = (SCENARIOS / "cheats_night.toml").read_text("utf-8")
    key = f'key = "{FAULTY}"\n'
    path = folder / "night.toml"
    path.write_text(text.replace(key, f'{key}faults = ["{fault}"]\n'), "utf-8")
    return str(path)


def pages_at(address: str) -> bytes:
    """The first octets of the wand's pages, as they arrive."""
    heard = bytearray()
    with socket.create_connection(place(address)) as link:
        link.settimeout(30)
        link.sendall(PAGES)
        while len(heard) < HEARD:
            heard += link.recv(HEARD - len(heard))
    return bytes(heard)


def truths_in(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "truth.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("name", NIGHTS)
def test_every_wand_of_a_night_is_downloaded_as_its_truth_says(name: str, tmp_path: Path) -> None:
    with running_fleet(tmp_path, "--scenario", scenario(name)) as fleet:
        troubles = download_all(
            fleet, fleet.addresses, tmp_path / "spools", processes=1, threads=3
        )
    told = truths_in(tmp_path)
    assert troubles == []
    assert differences(fleet, tmp_path / "spools") == []
    assert [row["address"] for row in told] == fleet.addresses
    assert all(row.keys() == Truth.__annotations__.keys() | {"address"} for row in told)
    assert all(touches.total() for _, touches in fleet.truth.values())


def test_a_wand_of_a_fleet_says_and_tells_the_same_as_when_it_is_served_alone(
    tmp_path: Path,
) -> None:
    night = faulty_night(tmp_path, NOISE)
    heard: list[bytes] = []
    told: list[dict[str, object]] = []
    for seed in ("13", "13", "14"):
        with running_fleet(tmp_path, "--scenario", night, "--seed", seed) as fleet:
            heard.append(pages_at(fleet.addresses[0]))
        told.append(truths_in(tmp_path)[0])
        del told[-1]["address"]
    alone = tmp_path / "alone.json"
    options = ("--scenario", night, "--wand", FAULTY, "--seed", "13", "--truth", str(alone))
    with running_wand("vs", "--tcp", "0", *options) as wand:
        heard.append(pages_at(wand.address))
    told.append(json.loads(alone.read_text("utf-8")))
    assert heard[0] == heard[1] == heard[3] != heard[2]
    assert told[0] == told[1] == told[3] != told[2]


def test_a_hub_reset_of_a_wand_on_tcp_is_its_own_and_the_others_keep_their_hosts(
    tmp_path: Path,
) -> None:
    night = faulty_night(tmp_path, "hub_reset:byte=1500,for_ms=300")
    with running_fleet(tmp_path, "--scenario", night) as fleet:
        first, *others = fleet.addresses
        with socket.create_connection(place(others[0])) as link:
            with pytest.raises(LinkLostError):
                download_from(first, tmp_path / "spools" / "first", dialect="vs")
            link.settimeout(30)
            link.sendall(PAGES)
            assert link.recv(4, socket.MSG_WAITALL) == b"VS\x02\x05"
        troubles = download_all(fleet, [first], tmp_path / "spools", processes=1, threads=1)
        unlike = differences(fleet, tmp_path / "spools")
    assert troubles == []
    assert {text.split(": ")[0] for text in unlike} == set(others)


def test_another_day_of_the_night_is_served_where_it_is_asked_for(tmp_path: Path) -> None:
    options = ("--scenario", scenario("long_night"), "--date", "2026-03-28")
    with running_fleet(tmp_path, *options) as fleet:
        assert len(fleet.addresses) == 2
    assert {row["date"] for row in truths_in(tmp_path)} == {"2026-03-28"}


def test_a_wand_with_a_fault_profile_shows_it_in_its_truth(tmp_path: Path) -> None:
    with running_fleet(tmp_path, "--scenario", scenario("repair_shop")) as fleet:
        assert len(fleet.addresses) == 30
    told = truths_in(tmp_path)
    assert sum(bool(row["labels"]) for row in told) == 28


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--scenario", "/nowhere/night.toml"), "/nowhere/night.toml cannot be read: No such"),
        (("--scenario", scenario("demo_night"), "--records", "9"), "--scenario and --records"),
        (("--scenario", scenario("demo_night"), "--dialects", "vs"), "--scenario and --dialects"),
        (("--date", "2026-03-28"), "--date needs --scenario"),
        (("--scenario", scenario("demo_night"), "--date", "1999-01-01"), "--date is 2000-01-01"),
        (("--scenario", scenario("demo_night"), "--tcp", "65535"), "leaves no 2 ports"),
        (("--tcp", "0", "--usbip", "0"), "--tcp and --usbip exclude each other"),
        (("--usbip", "0"), "a USB bus has room for 127 devices, and the fleet has 1000 wands"),
        (("--usbip", "0", "--dialects", "vs:1,xgd:1"), "cannot begin: a xgd has no USB."),
        (("--usbip", "3240x", "--dialects", "vs:1"), "--usbip 3240x is not [HOST:]PORT"),
    ],
)
def test_what_a_fleet_cannot_be_is_told_in_one_sentence(
    capsys: pytest.CaptureFixture[str], options: tuple[str, ...], reason: str
) -> None:
    assert main(["fleet", *options]) == 2
    told = capsys.readouterr().err.splitlines()
    assert reason in told[0]
    assert len(told) == 2


def test_a_scenario_with_a_wand_that_has_no_usb_is_refused_on_usbip(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (SCENARIOS / "demo_night.toml").read_text("utf-8")
    contact = 'dialect = "wm5000t"\nnumber = "531932"\n'
    assert text.count(contact) == 1
    night = tmp_path / "night.toml"
    night.write_text(text.replace(contact, 'dialect = "xgd"\nnumber = "7"\n'), "utf-8")
    assert main(["fleet", "--usbip", "0", "--scenario", str(night)]) == 2
    assert "cannot begin: a xgd has no USB." in capsys.readouterr().err


def test_a_usb_ip_port_that_is_taken_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["fleet", "--usbip", str(port), "--dialects", "vs:2", "--records", "1"]) == 2
    assert f"cannot listen on 127.0.0.1:{port}" in capsys.readouterr().err
