"""Downloads by USB bulk, USB HID and RFC 2217: whole, by auto, and with the cable out halfway."""

import json
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.docks import (
    HASTY_CLOCKS,
    decoded_in,
    natural_keys,
    open_spool,
    vainly_acknowledged,
)
from tests.support.hid_devices import HandMadeHid, HidDevice, reports_of
from tests.support.serial_server import serial_server
from tests.support.served_wand import (
    RADIO,
    WaitingSystemClock,
    docked_radio_wand,
    served,
    touched_wand,
)
from tests.support.usb_bus import BulkDevice, HandMadeBus, packets
from watchclock.command import main
from watchclock_device.discovery import Discovery
from watchclock_device.docking import Docking
from watchclock_device.drivers.usb_bulk import UsbBulkDriver
from watchclock_device.drivers.usb_hid import UsbHidDriver
from watchclock_device.errors import LinkLostError
from watchclock_device.links import PortDriver
from watchclock_device.results import DownloadResult, SilentProgress
from watchclock_protocol.errors import WandChangedError
from watchclock_protocol.records import RecordKind
from watchclock_sim.usb.pyusb_backend import PyusbBackend
from watchclock_sim.wands.firmware import Firmware

WANTED = 120
WAIT_S = 10.0
OTHER = "5F00000000005678"
Carrier = Callable[..., AbstractContextManager[PortDriver]]


@contextmanager
def on_usb(wand: Firmware, unplug_after: int | None = None) -> Generator[PortDriver]:
    device = BulkDevice(serial=RADIO)
    with served(wand, device.end(packets), unplug_after):
        yield UsbBulkDriver(HandMadeBus(device))


@contextmanager
def on_hid(wand: Firmware, unplug_after: int | None = None) -> Generator[PortDriver]:
    device = HidDevice(None, serial=RADIO)
    with served(wand, device.end(reports_of), unplug_after):
        yield UsbHidDriver(HandMadeHid(device))


CARRIERS: list[Carrier] = [on_usb, on_hid]


def download(
    drivers: Mapping[str, PortDriver], where: str, folder: Path, wait_s: float = 0.0
) -> DownloadResult:
    discovery = Discovery(drivers, HASTY_CLOCKS)
    docking = Docking(discovery, open_spool(folder), HASTY_CLOCKS, SilentProgress())
    return docking.download(where, wait_s=wait_s)


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("where", ["auto", "{scheme}:1209:0003", "{scheme}:1209:0003:{number}"])
def test_a_radio_wand_is_downloaded_whole(carrier: Carrier, where: str, tmp_path: Path) -> None:
    with carrier(touched_wand("vs", RADIO, WANTED)) as driver:
        address = where.format(scheme=driver.scheme, number=RADIO)
        result = download({driver.scheme: driver}, address, tmp_path)
    assert (result.wand.key, result.is_acknowledged) == (f"vs:{RADIO}", True)
    assert result.kinds[RecordKind.PATROL] == WANTED
    (decoded,) = decoded_in(tmp_path)
    assert decoded.is_complete
    assert len(decoded.records) == result.announced


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_cable_pulled_halfway_costs_no_record(carrier: Carrier, tmp_path: Path) -> None:
    wand = touched_wand("vs", RADIO, WANTED)
    with carrier(wand, 5) as driver, pytest.raises(LinkLostError) as lost:
        download({driver.scheme: driver}, f"{driver.scheme}:1209:0003?dialect=vs", tmp_path)
    with carrier(wand) as driver:
        result = download({driver.scheme: driver}, "auto", tmp_path)
    assert f"{driver.scheme}:1209:0003" in str(lost.value)
    assert result.is_acknowledged
    patrols = {key for key in natural_keys(tmp_path) if key[1] == "patrol"}
    assert len(patrols) == WANTED


def test_another_wand_in_place_of_the_one_that_was_read_is_not_mixed_with_it(
    tmp_path: Path,
) -> None:
    first, second = BulkDevice(serial=RADIO), BulkDevice(serial=OTHER)
    second.is_plugged = False
    wands = [touched_wand("vs", number, WANTED) for number in (RADIO, OTHER)]

    def swap() -> None:
        first.unplug()
        second.is_plugged = True

    ends = [replace(first.end(packets), unplug=swap), second.end(packets)]
    driver = UsbBulkDriver(HandMadeBus(first, second))
    with served(wands[1], ends[1]), served(wands[0], ends[0], 5):
        with pytest.raises(WandChangedError) as changed:
            download({"usb": driver}, "usb:1209:0003?dialect=vs", tmp_path, wait_s=WAIT_S)
        again = download({"usb": driver}, "usb:1209:0003?dialect=vs", tmp_path)
    assert changed.value.details == {"expected": f"vs:{RADIO}", "found": f"vs:{OTHER}"}
    assert again.kinds[RecordKind.PATROL] == WANTED
    keys = {key for key in natural_keys(tmp_path) if key[1] == "patrol"}
    assert len([key for key in keys if key[0] == f"vs:{OTHER}"]) == WANTED
    assert {key[0] for key in keys} <= {f"vs:{RADIO}", f"vs:{OTHER}"}
    assert vainly_acknowledged(tmp_path) == []


def test_auto_finds_a_wand_with_two_interfaces_once_and_takes_the_faster(tmp_path: Path) -> None:
    wand = touched_wand("vs", RADIO, WANTED)
    with on_usb(wand) as usb, on_hid(wand) as hid:
        result = download({"hid": hid, "usb": usb}, "auto", tmp_path)
    assert result.address == f"usb:1209:0003:{RADIO}?dialect=vs"
    assert result.kinds[RecordKind.PATROL] == WANTED


def test_the_simulators_own_usb_wand_is_found_and_downloaded_by_the_usb_driver(
    tmp_path: Path,
) -> None:
    backend = PyusbBackend([docked_radio_wand(WANTED)], WaitingSystemClock())
    driver = UsbBulkDriver(backend)
    (found,) = driver.find()
    result = download({"usb": driver}, "auto", tmp_path)
    assert found.address == result.address == f"usb:1209:0003:{RADIO}?dialect=vs"
    assert result.kinds[RecordKind.PATROL] == WANTED
    assert result.is_acknowledged


def test_the_simulators_own_usb_wand_pulled_out_is_a_lost_link(tmp_path: Path) -> None:
    wand = docked_radio_wand(WANTED, ["unplug:byte=3000,for_ms=50"])
    driver = UsbBulkDriver(PyusbBackend([wand], WaitingSystemClock()))
    with pytest.raises(LinkLostError):
        download({"usb": driver}, "usb:1209:0003?dialect=vs", tmp_path)
    assert wand.device.is_plugged is False


def test_the_command_downloads_through_a_serial_server(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wand = touched_wand("fcard", "17", 30)
    with serial_server() as server, served(wand, server.end()):
        code = main(["download", server.address, "--spool", str(tmp_path), "--json"])
    told = json.loads(capsys.readouterr().out)
    assert (code, told["wand"], told["received"]) == (0, "fcard:17", 30)
    assert server.port.baudrate == 115_200


def test_the_command_finds_a_wand_behind_a_serial_server_it_is_told_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wand = touched_wand("wm5000t", "A1B2C3", 10)
    with serial_server() as server, served(wand, server.end()):
        also = f"{server.address}?dialect=wm5000t&ign_set_control"
        words = ["download", "auto", "--also", also, "--spool", str(tmp_path), "--json"]
        code = main(words)
    told = json.loads(capsys.readouterr().out)
    assert (code, told["wand"], told["received"]) == (0, "wm5000t:A1B2C3", 10)
    assert (server.port.baudrate, server.port.dtr, server.port.rts) == (19_200, False, False)


def test_the_command_says_what_is_wrong_with_an_address_in_one_sentence_and_a_step(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = {
        "usb:1209:00FE": (3, "device.port_not_found"),
        "hid:1209:0003:NOBODY": (3, "device.port_not_found"),
        "hid:1209:00FE": (3, "device.port_unusable"),
        "usb:1209": (2, "device.address"),
        "rfc2217:127.0.0.1:1": (3, "device.port_not_found"),
        "rfc2217:127.0.0.1:1?quick": (2, "device.address"),
    }
    for address, (code, name) in cases.items():
        assert main(["download", address, "--spool", str(tmp_path)]) == code
        assert f"[{name}]" in capsys.readouterr().err


def test_the_command_lists_a_usb_wand_by_each_interface_and_downloads_it_by_its_address(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wand = touched_wand("vs", RADIO, WANTED)
    with on_usb(wand) as usb, on_hid(wand) as hid:
        drivers = {"hid": hid, "usb": usb}
        monkeypatch.setattr("watchclock.dock_options.load_drivers", lambda: drivers)
        assert main(["ports"]) == 0
        listed = capsys.readouterr().out
        addresses = [line.split()[0] for line in listed.splitlines() if "VF5000+" in line]
        for address in addresses:
            assert main(["download", address, "--spool", str(tmp_path), "--json", "--keep"]) == 0
            assert json.loads(capsys.readouterr().out)["wand"] == f"vs:{RADIO}"
    assert addresses == [
        f"hid:1209:0003:{RADIO}?dialect=vs",
        f"usb:1209:0003:{RADIO}?dialect=vs",
    ]


def test_ports_tells_the_hardware_of_every_port(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["ports", "--also", "rfc2217:127.0.0.1:1?ign_set_control", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["ports"]
    assert told[-1] == {
        "address": "rfc2217:127.0.0.1:1?ign_set_control",
        "description": "",
        "hardware": "",
    }
