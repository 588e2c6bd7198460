"""Which USB devices are known to be wands: the table, the ports, the rules for udev."""

import re
from pathlib import Path

import pytest
from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo

from watchclock_device.drivers.serial_port import SerialPortDriver
from watchclock_device.usb_places import UsbPlace, find_known
from watchclock_protocol.dialects import load_dialects
from watchclock_protocol.usb_identities import UsbWay
from watchclock_sim.wands.personality import find_personality, personality_names

ROOT = Path(__file__).resolve().parents[2]
RULES = (ROOT / "device/udev/70-watchclock.rules").read_text("utf-8")
README = (ROOT / "device/README.md").read_text("utf-8")
IDENTITIES = [each for dialect in load_dialects().values() for each in dialect.usb]
CONDITION = {UsbWay.SERIAL: "tty", UsbWay.BULK: "usb", UsbWay.HID: "hidraw"}
RULE = re.compile(
    r'^SUBSYSTEM=="(?P<subsystem>\w+)", ATTRS?\{idVendor\}=="(?P<vendor>[0-9a-f]{4})",'
    r' ATTRS?\{idProduct\}=="(?P<product>[0-9a-f]{4})", (?P<acts>.*)$',
    re.MULTILINE,
)


def rules() -> dict[tuple[str, str, str], str]:
    """What is done with a device, by subsystem, vendor and product."""
    return {
        (found["subsystem"], found["vendor"], found["product"]): found["acts"]
        for found in RULE.finditer(RULES)
    }


@pytest.mark.parametrize("number", range(len(IDENTITIES)))
def test_every_known_wand_may_be_opened_by_who_sits_at_the_machine(number: int) -> None:
    known = IDENTITIES[number]
    vendor, product = f"{known.vendor:04x}", f"{known.product:04x}"
    assert known.ways
    for way in known.ways:
        assert 'TAG+="uaccess"' in rules()[CONDITION[way], vendor, product]


def test_every_rule_of_the_file_is_read_by_this_test() -> None:
    lines = [line for line in RULES.splitlines() if "idVendor" in line]
    assert len(rules()) == len(lines)
    assert all(subsystem in CONDITION.values() for subsystem, _, _ in rules())


def test_no_modem_manager_probes_a_wand() -> None:
    serial = {key: acts for key, acts in rules().items() if key[0] == "tty"}
    assert serial
    assert {'ENV{ID_MM_DEVICE_IGNORE}="1"' in acts for acts in serial.values()} == {True}


def test_the_readme_tells_the_line_that_installs_the_rules() -> None:
    installs = "sudo cp device/udev/70-watchclock.rules /etc/udev/rules.d/"
    assert installs in README
    assert RULES.splitlines()[-1]


def test_every_known_device_names_its_source_and_only_what_has_reports_is_a_hid_wand() -> None:
    assert all(each.source and each.name and each.ways for each in IDENTITIES)
    assert [UsbWay.HID in each.ways for each in IDENTITIES] == [
        each.reports is not None for each in IDENTITIES
    ]


def test_the_page_of_the_vs_wands_tells_their_numbers() -> None:
    page = (ROOT / "docs/protocols/vs.md").read_text("utf-8")
    for identity in load_dialects()["vs"].usb:
        assert f"| {identity.name} | {identity.vendor:04X}:{identity.product:04X} |" in page


def test_simulated_wands_bear_the_numbers_their_dialect_publishes() -> None:
    numbers = {"vs": ["5B00000000000001", "5F00000000000001"]}
    compared: list[str] = []
    for name in personality_names():
        published = {(each.vendor, each.product) for each in load_dialects()[name].usb}
        profile_of = find_personality(name).usb
        if published and profile_of is not None:
            profiles = [profile_of(number) for number in numbers.get(name, ["1"])]
            assert published == {(each.vendor, each.product) for each in profiles}
            compared.append(name)
    assert compared == ["kaihe_eb", "vs", "wm5000t"]


def test_a_chip_that_several_dialects_use_is_known_for_all_of_them() -> None:
    known = find_known(0x10C4, 0xEA60, UsbWay.SERIAL)
    assert known is not None
    assert (known.description, known.option) == ("CP210x (kaihe_eb, wm5000t)", "")
    assert find_known(0x10C4, 0xEA60, UsbWay.BULK) is None
    assert find_known(0x1209, 0x7777, UsbWay.SERIAL) is None


def port_info(device: str, vendor: int | None, product: int | None) -> ListPortInfo:
    info = ListPortInfo(device)
    info.vid, info.pid = vendor, product
    if vendor is not None and product is not None:
        info.description = "CP2102 USB to UART Bridge"
        info.hwid = f"USB VID:PID={vendor:04X}:{product:04X} SER=0001 LOCATION=1-1"
    return info


def test_serial_ports_show_their_ids_and_whose_wands_have_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listed = [
        port_info("/dev/ttyUSB0", 0x10C4, 0xEA60),
        port_info("/dev/ttyACM0", 0x1209, 0x0002),
        port_info("/dev/ttyACM1", 0x1209, 0x7777),
        port_info("/dev/ttyS0", None, None),
    ]
    monkeypatch.setattr(list_ports, "comports", lambda: listed)
    found = {port.address: port for port in SerialPortDriver().find()}
    assert {address: port.description for address, port in found.items()} == {
        "serial:/dev/ttyACM0": "CP2102 USB to UART Bridge: VS5000B (vs)",
        "serial:/dev/ttyACM1": "CP2102 USB to UART Bridge",
        "serial:/dev/ttyS0": "",
        "serial:/dev/ttyUSB0": "CP2102 USB to UART Bridge: CP210x (kaihe_eb, wm5000t)",
    }
    assert [port.may_be_asked for port in found.values()] == [True, True, False, True]
    assert "VID:PID=10C4:EA60" in found["serial:/dev/ttyUSB0"].hardware


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("1209:3", "1209:0003"),
        ("10c4:ea60", "10C4:EA60"),
        ("1209:0003:5F 01", "1209:0003:5F%2001"),
        ("1209:0003:5F%2001", "1209:0003:5F%2001"),
        ("1209:0003:", "1209:0003"),
    ],
)
def test_a_place_is_read_as_people_write_it(written: str, text: str) -> None:
    assert UsbPlace.parse("usb", written).text == text
