"""A fleet on one USB/IP server in a process of its own, downloaded by a host that is not ours."""

import json
import re
import struct
from contextlib import ExitStack
from pathlib import Path

import pytest
from usbip.core import USBError  # type: ignore[import-untyped]

from tests.support import by_hand_vs
from tests.support.docks import download_from, wait_for
from tests.support.fleets import Fleet, differences, download_all, running_fleet
from tests.support.usbip_docks import PeerDriver
from tests.support.usbip_peer import Peer, holding, listed
from watchclock_device.errors import LinkLostError
from watchclock_sim.scenario_file import SCENARIOS

MIXED = ("--usbip", "0", "--dialects", "vs:3,fcard:2,kaihe_eb:2,wm5000t:1", "--records", "40")
CONTACT, FC, BRIDGE = (0x1209, 0x0002), (0x1209, 0x0001), (0x10C4, 0xEA60)
CHEATS = SCENARIOS / "cheats_night.toml"
BROKEN, SLOW = 0, 5
"""Places of two contact wands in that scenario."""
IN, OUT = 0x81, 0x02
IDENTIFY = by_hand_vs.frame(by_hand_vs.REQUEST, 0x01, 0x1234)
PAGES = by_hand_vs.frame(by_hand_vs.REQUEST, 0x05, 1, struct.pack("<IHII", 0, 2, 0, 0xFFFFFFFF))
ANSWER_OCTETS = 9 + 76 + 4


def bus_id(address: str) -> str:
    return address.rpartition(":")[2]


def with_fault(folder: Path, fault: str) -> Path:
    """The scenario with a fault of the link of its first wand."""
    text = CHEATS.read_text("utf-8")
    key = 'key = "nowaks_wand"\n'
    assert text.count(key) == 1
    path = folder / "night.toml"
    path.write_text(text.replace(key, f'{key}faults = ["{fault}"]\n'), "utf-8")
    return path


def lose(fleet: Fleet, folder: Path) -> None:
    """Download the wand with the fault, which does not come to its end."""
    with pytest.raises(LinkLostError):
        download_from(fleet.addresses[BROKEN], folder, dialect="vs", also=[PeerDriver()])


def test_every_wand_of_the_fleet_is_listed_and_the_log_says_how_to_take_it(
    tmp_path: Path,
) -> None:
    file = tmp_path / "addresses.json"
    with running_fleet(tmp_path, *MIXED, "--addresses", str(file)) as fleet:
        found = listed(fleet.server)
        log = (tmp_path / "log").read_text("utf-8")
    kinds = [CONTACT] * 3 + [FC] * 2 + [BRIDGE] * 3
    assert list(found.items()) == [(f"1-{place}", kind) for place, kind in enumerate(kinds, 1)]
    written = json.loads(file.read_text("utf-8"))
    assert written["usbip"] == fleet.server
    assert [wand["bus_id"] for wand in written["wands"]] == list(found)
    assert written["wands"][0] == {
        "address": "usb:1209:0002:5B00000000001234",
        "bus_id": "1-1",
        "identity": "vs:5B00000000001234",
    }
    port = fleet.server.rpartition(":")[2]
    assert f"list the wands with: usbip --tcp-port {port} list -r 127.0.0.1" in log
    assert f"attach one with: usbip --tcp-port {port} attach -r 127.0.0.1 -b BUS_ID" in log
    assert re.search(rf"8 wands from 1-1 to 1-8 at 127.0.0.1:{port} are ready", log)


def test_hosts_at_several_wands_at_once_download_every_one_whole(tmp_path: Path) -> None:
    with running_fleet(tmp_path, *MIXED) as fleet:
        with holding(fleet.server, "1-1") as one, holding(fleet.server, "1-2") as other:
            for peer in (one, other):
                peer.bulk_out(OUT, IDENTIFY)
            answers = [peer.gather(IN, ANSWER_OCTETS) for peer in (other, one)]
        troubles = download_all(
            fleet, fleet.addresses, tmp_path / "spools", processes=1, threads=3
        )
    assert [b"\x12\x35" in answer for answer in answers] == [True, False]
    assert troubles == []
    assert differences(fleet, tmp_path / "spools") == []
    assert {touches.total() for _, touches in fleet.truth.values()} == {40}


def test_a_wand_that_is_unplugged_in_the_middle_leaves_the_others_where_they_are(
    tmp_path: Path,
) -> None:
    night = with_fault(tmp_path, "unplug:byte=1500,for_ms=5000")
    with running_fleet(tmp_path, "--usbip", "0", "--scenario", str(night)) as fleet:
        with holding(fleet.server, bus_id(fleet.addresses[SLOW])) as peer:
            peer.bulk_out(OUT, PAGES)
            begun = peer.bulk_in(IN, 64)
            lose(fleet, tmp_path / "spools" / "first")
            went_on = peer.gather(IN, 1024)
        left = listed(fleet.server)
        wait_for(lambda: len(listed(fleet.server)) == len(fleet.addresses))
        troubles = download_all(
            fleet, fleet.addresses, tmp_path / "spools", processes=1, threads=3
        )
    assert (begun[:4], len(went_on) >= 1024) == (b"VS\x02\x05", True)
    assert left.keys() == {bus_id(each) for each in fleet.addresses} - {"1-1"}
    assert troubles == []
    assert differences(fleet, tmp_path / "spools") == []


def is_gone(peer: Peer) -> bool:
    """Whether the peer has lost its device."""
    try:
        peer.control_in((0x80, 6, 0x0100, 0), 18)
    except (USBError, OSError):
        return True
    return False


def test_a_hub_reset_takes_all_wands_from_their_hosts_and_costs_none_a_record(
    tmp_path: Path,
) -> None:
    night = with_fault(tmp_path, "hub_reset:byte=1500,for_ms=5000")
    with running_fleet(tmp_path, "--usbip", "0", "--scenario", str(night)) as fleet:
        others = [bus_id(each) for each in fleet.addresses[1:]]
        with ExitStack() as hosts:
            peers = [hosts.enter_context(holding(fleet.server, each)) for each in others]
            peers[SLOW - 1].bulk_out(OUT, PAGES)
            begun = peers[SLOW - 1].bulk_in(IN, 64)
            gone_before = [is_gone(peer) for peer in peers]
            lose(fleet, tmp_path / "spools" / "first")
            meanwhile = listed(fleet.server)
            gone_after = [is_gone(peer) for peer in peers]
        wait_for(lambda: len(listed(fleet.server)) == len(fleet.addresses))
        with holding(fleet.server, bus_id(fleet.addresses[SLOW])) as peer:
            peer.bulk_out(OUT, IDENTIFY)
            answer = peer.gather(IN, ANSWER_OCTETS)
        troubles = download_all(
            fleet, fleet.addresses, tmp_path / "spools", processes=1, threads=3
        )
        log = (tmp_path / "log").read_text("utf-8")
    assert (begun[:4], meanwhile) == (b"VS\x02\x05", {})
    assert (set(gone_before), set(gone_after)) == ({False}, {True})
    assert (answer[:4], len(answer)) == (b"VS\x03\x01", ANSWER_OCTETS)
    assert troubles == []
    assert differences(fleet, tmp_path / "spools") == []
    assert "vs:5B00000000001301: the hub is reset after byte 1500" in log
    assert log.count("plugged in again") == len(fleet.addresses)


def test_as_many_wands_as_a_usb_bus_has_addresses_can_all_be_attached_at_once(
    tmp_path: Path,
) -> None:
    options = ("--usbip", "0", "--dialects", "vs:127", "--records", "2")
    with running_fleet(tmp_path, *options) as fleet, ExitStack() as hosts:
        places = [bus_id(address) for address in fleet.addresses]
        peers = [hosts.enter_context(holding(fleet.server, place)) for place in places]
        numbers = {peer.device for peer in peers}
        left = listed(fleet.server)
        peers[-1].bulk_out(OUT, IDENTIFY)
        answer = peers[-1].gather(IN, ANSWER_OCTETS)
    assert numbers == {1 << 16 | address for address in range(1, 128)}
    assert left == {}
    assert answer[:4] == b"VS\x03\x01"
