"""Descriptors, byte by byte against the specifications, and as an independent parser reads them.

The golden bytes were worked out by hand from USB 2.0, tables 9-8 to 9-13, CDC 1.2, tables 15 to
18, PSTN 1.2, tables 3 and 4, and HID 1.11, 6.2.1 and 6.2.2.
"""

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.pyusb import every_usb_wand
from tests.support.usb_descriptors import parse_configuration, parse_items, parse_string
from tests.support.usb_host import UsbHost
from watchclock_sim.usb.cdc_acm import CdcAcm
from watchclock_sim.usb.descriptors import DeviceAbout, StringTable
from watchclock_sim.usb.device import WandUsbDevice
from watchclock_sim.usb.profile import usb_device
from watchclock_sim.usb.vendor_bulk import VendorBulk
from watchclock_sim.wands.personality import find_personality

if TYPE_CHECKING:
    from watchclock_sim.usb.function import UsbFunction

GOLDEN_DEVICES = {
    ("vs", "5B00000000001234"): "1201 0002 02 00 00 40 0912 0200 0001 01 02 03 01",
    ("vs", "5F00000000001234"): "1201 0002 00 00 00 40 0912 0300 0001 01 02 03 01",
    ("kaihe_eb", "0000A1B2C3"): "1201 0002 00 00 00 40 c410 60ea 0001 01 02 03 01",
    ("wm5000t", "531932"): "1201 0002 00 00 00 40 c410 60ea 0001 01 02 03 01",
    ("fcard", "1"): "1201 0002 02 00 00 40 0912 0100 0001 01 02 03 01",
    ("fcard_reader", "1"): "1201 0002 02 00 00 40 0912 0100 0001 01 02 03 01",
}
CDC_ACM = """
    09 02 4300 02 01 00 80 32
    09 04 00 00 01 02 02 01 04   05 24 00 2001   05 24 01 00 01   04 24 02 06   05 24 06 00 01
    07 05 83 03 1000 0a
    09 04 01 00 02 0a 00 00 00   07 05 81 02 4000 00   07 05 02 02 4000 00
"""
CP2102 = """
    09 02 2000 01 01 00 80 32
    09 04 00 00 02 ff 00 00 04   07 05 81 02 4000 00   07 05 01 02 4000 00
"""
BULK_AND_HID = """
    09 02 4000 02 01 00 80 32
    09 04 00 00 02 ff 00 00 04   07 05 81 02 4000 00   07 05 01 02 4000 00
    09 04 01 00 02 03 00 00 05   09 21 1101 00 01 22 1900
    07 05 82 03 4000 01   07 05 02 03 4000 01
"""
GOLDEN_CONFIGURATIONS = {
    ("vs", "5B00000000001234"): CDC_ACM,
    ("vs", "5F00000000001234"): BULK_AND_HID,
    ("kaihe_eb", "0000A1B2C3"): CP2102,
    ("wm5000t", "531932"): CP2102,
    ("fcard", "1"): CDC_ACM,
    ("fcard_reader", "1"): CDC_ACM,
}
REPORT = "06 00ff 09 01 a1 01 15 00 26 ff00 75 08 95 40 09 02 81 02 09 03 91 02 c0"
ENGLISH, CHINESE = 0x0409, 0x0804


def host_of(dialect: str, number: str) -> UsbHost:
    return UsbHost(usb_device(find_personality(dialect).usb_profile(number), number))


@pytest.mark.parametrize("wand", every_usb_wand())
def test_device_descriptors_are_those_worked_out_by_hand(wand: tuple[str, str]) -> None:
    host = host_of(*wand)
    assert host.get(0x80, 6, 0x0100) == bytes.fromhex(GOLDEN_DEVICES[wand])
    assert host.get(0x80, 6, 0x0100, length=8) == bytes.fromhex(GOLDEN_DEVICES[wand])[:8]


@pytest.mark.parametrize("wand", every_usb_wand())
def test_configurations_are_those_worked_out_by_hand(wand: tuple[str, str]) -> None:
    host = host_of(*wand)
    golden = bytes.fromhex(GOLDEN_CONFIGURATIONS[wand])
    assert host.get(0x80, 6, 0x0200, length=0xFFFF) == golden
    assert host.get(0x80, 6, 0x0200, length=9) == golden[:9]


@pytest.mark.parametrize("wand", every_usb_wand())
def test_what_a_host_parses_is_what_the_device_declares(wand: tuple[str, str]) -> None:
    host = host_of(*wand)
    parsed = parse_configuration(host.get(0x80, 6, 0x0200, length=0xFFFF))
    assert (parsed.value, parsed.milliamperes, parsed.associations) == (1, 100, [])
    for found, declared in zip(parsed.interfaces, host.device.interfaces, strict=True):
        codes = (declared.class_code, declared.subclass, declared.protocol)
        assert (found.number, found.codes) == (declared.number, codes)
        assert b"".join(found.extras) == declared.extra
        endpoints = [
            (each.address, each.attributes, each.packet_octets, each.interval)
            for each in found.endpoints
        ]
        assert endpoints == [
            (each.address, each.type, each.packet_octets, each.interval)
            for each in declared.endpoints
        ]
        name = ""
        if found.name_index:
            name = parse_string(host.get(0x80, 6, 0x0300 | found.name_index, ENGLISH))
        assert name == declared.name


def test_the_report_descriptor_declares_64_bytes_each_way_without_a_number() -> None:
    host = host_of("vs", "5F00000000001234")
    report = host.get(0x81, 6, 0x2200, 1)
    assert report == bytes.fromhex(REPORT)
    items = parse_items(report)
    # Report size 8 bits and count 64 stand before both main items; no report id (0x84).
    assert [each for each in items if each[0] in {0x74, 0x94, 0x80, 0x90}] == [
        (0x74, 8),
        (0x94, 64),
        (0x80, 2),
        (0x90, 2),
    ]
    assert 0x84 not in dict(items)
    assert (dict(items)[0x14], dict(items)[0x24]) == (0, 255)
    assert items[-1] == (0xC0, 0)
    assert host.get(0x81, 6, 0x2100, 1) == bytes.fromhex("09 21 1101 00 01 22 1900")


@pytest.mark.parametrize(
    ("value", "index"),
    [
        (0x0600, 0),  # a full-speed device has no qualifier (9.6.2)
        (0x0700, 0),
        (0x0F00, 0),
        (0x0101, 0),
        (0x0201, 0),
        (0x0309, ENGLISH),
        (0x0301, 0x0407),
        (0x2200, 0),
    ],
)
def test_a_descriptor_that_does_not_exist_stalls(value: int, index: int) -> None:
    host = host_of("vs", "5F00000000001234")
    assert host.fails(0x80, 6, value, index, 255)
    assert host.fails(0x81, 6, value, index, 255)


def test_texts_are_in_english_and_chinese() -> None:
    host = host_of("vs", "5B00000000001234")
    assert host.get(0x80, 6, 0x0300) == bytes.fromhex("06 03 0904 0408")
    assert parse_string(host.get(0x80, 6, 0x0302, ENGLISH)) == "VS5000B patrol wand"
    assert host.get(0x80, 6, 0x0302, CHINESE) == bytes.fromhex(
        "18 03 5600 5300 3500 3000 3000 3000 4200 2000 e15d f466 d268"
    )
    assert parse_string(host.get(0x80, 6, 0x0303, CHINESE)) == "5B00000000001234"


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300))
def test_a_text_too_long_for_its_descriptor_is_cut_between_characters(text: str) -> None:
    strings = StringTable()
    descriptor = strings.descriptor(strings.add(text), ENGLISH)
    assert descriptor is not None
    assert len(descriptor) <= 254
    kept = parse_string(descriptor)
    assert text.startswith(kept)
    units = len(text.encode("utf-16-le"))
    assert kept == text or units > 252 >= len(kept.encode("utf-16-le")) >= 250


def test_a_composite_device_says_which_interfaces_belong_together() -> None:
    about = DeviceAbout(
        vendor=1, product=2, class_codes=(0xEF, 2, 1), maker="m", name="n", serial="s"
    )
    functions: list[UsbFunction] = [VendorBulk(interface=0, endpoint=4), CdcAcm(first_interface=1)]
    host = UsbHost(WandUsbDevice(about, functions))
    parsed = parse_configuration(host.get(0x80, 6, 0x0200, length=0xFFFF))
    assert parsed.associations == [bytes.fromhex("08 0b 01 02 02 02 01 00")]
    union, call_management = parsed.interfaces[1].extras[3], parsed.interfaces[1].extras[1]
    assert union == bytes.fromhex("05 24 06 01 02")
    assert call_management == bytes.fromhex("05 24 01 00 02")
