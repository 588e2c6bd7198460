"""Wands of every kind in a process of their own, met over USB/IP by a host that is not ours."""

import contextlib
import json
import re
import socket
import struct
import zlib
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from usbip.core import Stall, USBError  # type: ignore[import-untyped]

from tests.support import by_hand_kaihe_eb, by_hand_vs
from tests.support.usbip_peer import Peer, RunningServer, holding, listed, running_server
from tests.support.wands import running_wand

CONTACT, RADIO, BRIDGE, NULL = "1-1", "1-2", "1-3", "1-4"
RECORDS = 3000
IDENTIFY = by_hand_vs.frame(by_hand_vs.REQUEST, 0x01, 0x1234)
PAGE_OCTETS = 1024
FRAME_OCTETS = 9 + 4 + PAGE_OCTETS + 4
MEGABYTE = 1_000_000
CROWD = 1000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[RunningServer]:
    errors = tmp_path_factory.mktemp("usbip") / "errors"
    wands = ("vs", f"vs:5F0000000000ABCD={RECORDS}", "kaihe_eb")
    with running_server(*wands, "null", errors=errors) as running:
        yield running


def test_the_peer_lists_every_wand(server: RunningServer) -> None:
    assert listed(server.address) == {
        CONTACT: (0x1209, 0x0002),
        RADIO: (0x1209, 0x0003),
        BRIDGE: (0x10C4, 0xEA60),
        NULL: (0x1209, 0x00F0),
    }


def test_a_wand_with_a_serial_port_takes_a_line_coding_and_answers_on_bulk(
    server: RunningServer,
) -> None:
    coding = struct.pack("<IBBB", 57600, 0, 2, 7)
    with holding(server.address, CONTACT) as peer:
        assert (peer.descriptor.idVendor, peer.descriptor.idProduct) == (0x1209, 0x0002)
        peer.control_out((0x21, 0x20, 0, 0), coding)
        assert peer.control_in((0xA1, 0x21, 0, 0), 7) == coding
        peer.control_out((0x21, 0x22, 3, 0))
        state = peer.interrupt_in(0x83, 16)
        assert state[:2] == b"\xa1\x20"
        assert peer.bulk_out(0x02, IDENTIFY) == len(IDENTIFY)
        answer = peer.gather(0x81, 9 + 76 + 4)
        assert answer[9 : 9 + 7] == b"VS5000B"


def test_a_bridge_answers_its_drivers_questions_and_the_wand_behind_it_too(
    server: RunningServer,
) -> None:
    with holding(server.address, BRIDGE) as peer:
        assert peer.control_in((0xC0, 0xFF, 0x370B, 0), 1) == b"\x02"
        peer.control_out((0x41, 0x00, 1, 0))
        peer.control_out((0x41, 0x1E, 0, 0), struct.pack("<I", 9600))
        assert peer.control_in((0xC1, 0x1D, 0, 0), 4) == struct.pack("<I", 9600)
        peer.bulk_out(0x01, by_hand_kaihe_eb.WAKE)
        peer.bulk_out(0x01, by_hand_kaihe_eb.NUMBER)
        assert peer.gather(0x81, 5)[:3] == b"\xaa\xeb\x34"


def test_a_radio_wand_answers_in_bulk_and_in_reports(server: RunningServer) -> None:
    report = bytes((len(IDENTIFY),)) + IDENTIFY.ljust(63, b"\x00")
    with holding(server.address, RADIO) as peer:
        peer.bulk_out(0x01, IDENTIFY)
        in_bulk = peer.gather(0x81, 9 + 76 + 4)
        peer.interrupt_out(0x02, report)
        reports = [peer.interrupt_in(0x82, 64) for _ in range(2)]
        in_reports = b"".join(each[1 : 1 + each[0]] for each in reports)
    assert in_bulk == in_reports
    assert in_bulk[9 : 9 + 7] == b"VF5000+"
    assert {len(each) for each in reports} == {64}


def test_what_a_device_stalls_the_peer_is_told_and_can_go_on_asking(server: RunningServer) -> None:
    with holding(server.address, RADIO) as peer:
        with pytest.raises(Stall, match="-32"):
            peer.control_in((0xA1, 0x77, 0, 0), 7)
        with pytest.raises(Stall, match="-32"):
            peer.bulk_in(0x8F, 64)
        assert peer.control_in((0x80, 6, 0x0100, 0), 18)[8:12] == b"\x09\x12\x03\x00"


def pages_of(server: RunningServer, first: int, count: int) -> dict[int, bytes]:
    """Pages by their numbers, as the peer reads them from the radio wand."""
    asked = struct.pack("<IHII", first, count, 0, 0xFFFFFFFF)
    with holding(server.address, RADIO) as peer:
        peer.bulk_out(0x01, by_hand_vs.frame(by_hand_vs.REQUEST, 0x05, 1, asked))
        data = peer.gather(0x81, count * FRAME_OCTETS + 9 + 2 + 4)
    assert data[count * FRAME_OCTETS :][:4] == b"VS\x03\x05"
    frames = [data[at * FRAME_OCTETS : (at + 1) * FRAME_OCTETS] for at in range(count)]
    assert all(frame[-4:] == struct.pack("<I", zlib.crc32(frame[:-4])) for frame in frames)
    return {struct.unpack_from("<I", frame, 9)[0]: frame[13:-4] for frame in frames}


def test_the_peer_downloads_the_whole_memory_page_by_page(server: RunningServer) -> None:
    pages = pages_of(server, 0, 64) | pages_of(server, 64, 9)
    assert list(pages) == list(range(73))
    assert len(set(pages.values())) == 73


def crowding(address: str) -> socket.socket:
    """Somebody who connects, sends three octets of a request, and then nothing."""
    host, port = address.split(":")
    stranger = socket.create_connection((host, int(port)))
    with contextlib.suppress(OSError):
        stranger.sendall(b"\x01\x11\x80")
    return stranger


def test_a_crowd_at_the_port_costs_little_memory_few_lines_and_no_download(
    tmp_path: Path,
) -> None:
    errors = tmp_path / "errors"
    with running_server("vs", f"vs:5F0000000000ABCD={RECORDS}", errors=errors) as server:
        expected = pages_of(server, 0, 64)
        process = psutil.Process(server.pid)
        before = process.memory_info().rss
        with ThreadPoolExecutor(1) as dock:
            during = dock.submit(lambda: [pages_of(server, 0, 64) for _ in range(10)])
            crowd = [crowding(server.address) for _ in range(CROWD)]
            assert during.result() == [expected] * 10
        assert pages_of(server, 0, 64) == expected
        assert listed(server.address).keys() == {"1-1", "1-2"}
        grown = process.memory_info().rss - before
        open_files = process.num_fds()
        for each in crowd:
            each.close()
    assert grown < 20 * MEGABYTE
    assert open_files < 200
    assert 1 <= errors.read_text("utf-8").count("hung up on") < 40


def test_the_simulator_exports_a_wand_and_says_how_it_is_attached(tmp_path: Path) -> None:
    errors = tmp_path / "errors"
    with running_wand("vs", "--usbip", "0", "--usb-id", "1209:0009", errors=errors) as wand:
        told = re.search(
            r"usbip --tcp-port (\d+) attach -r 127.0.0.1 -b 1-1", errors.read_text("utf-8")
        )
        assert told
        address = f"127.0.0.1:{told[1]}"
        assert f"USB/IP listens on 127.0.0.1, port {told[1]}" in errors.read_text("utf-8")
        assert wand.address == "usb:1209:0009:5B00000000001234"
        assert listed(address) == {"1-1": (0x1209, 0x0009)}
        with holding(address, "1-1") as peer:
            peer.bulk_out(0x02, IDENTIFY)
            assert peer.gather(0x81, 89)[9:16] == b"VS5000B"
        assert wand.stop() == 0


def read_on(peer: Peer, heard: bytearray) -> None:
    while True:
        heard += peer.bulk_in(0x81, 64)


def test_a_cable_that_is_pulled_ends_the_import_and_the_wand_can_be_had_again(
    tmp_path: Path,
) -> None:
    errors = tmp_path / "errors"
    unplug = ("--fault", "unplug:byte=40,for_ms=300")
    with running_wand("vs", "--usbip", "0", *unplug, errors=errors) as wand:
        port = re.search(r"--tcp-port (\d+)", errors.read_text("utf-8"))
        assert port
        address = f"127.0.0.1:{port[1]}"
        heard = bytearray()
        with holding(address, "1-1") as peer:
            peer.bulk_out(0x02, IDENTIFY)
            with pytest.raises((USBError, ConnectionError)):
                read_on(peer, heard)
        assert len(heard) <= 40
        while listed(address) != {"1-1": (0x1209, 0x0002)}:
            assert wand.process.poll() is None
        with holding(address, "1-1") as peer:
            peer.bulk_out(0x02, IDENTIFY)
            assert peer.gather(0x81, 89)[9:16] == b"VS5000B"


def test_the_ready_line_names_the_port_and_the_bus_id() -> None:
    with running_wand("kaihe_eb", "--usbip", "127.0.0.1:0") as wand:
        assert wand.identity.startswith("kaihe_eb:")
        assert json.dumps(wand.address) == '"usb:10C4:EA60:0001"'
