"""What every driver's link does, whatever it is made of."""

import os
import socket
import tempfile
import tty
from collections.abc import Callable, Generator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.byte_pipe import FarEnd
from tests.support.hid_devices import HandMadeHid, HidDevice, reports_of
from tests.support.serial_server import serial_server
from tests.support.usb_bus import BulkDevice, HandMadeBus, packets
from watchclock_device.addresses import parse_address
from watchclock_device.drivers.rfc2217_port import Rfc2217Driver
from watchclock_device.drivers.usb_bulk import UsbBulkDriver
from watchclock_device.drivers.usb_hid import UsbHidDriver
from watchclock_device.errors import DeviceError, LinkLostError, PortBusyError, PortNotFoundError
from watchclock_device.links import Link, PortDriver
from watchclock_device.registry import load_drivers, open_link
from watchclock_protocol.dialect import LineSettings

LINE = LineSettings(baud=115200)
SHORT_S = 0.05
LINE_THAT_SETTLES = LineSettings(baud=19200, settle_s=SHORT_S, dtr=False)
PATIENT_S = 5.0


@dataclass
class Peer:
    """The far end of a link: what a wand would be."""

    address: str
    receive: Callable[[int], bytes]
    send: Callable[[bytes], object]
    unplug: Callable[[], None]
    drivers: Mapping[str, PortDriver] = field(default_factory=load_drivers)

    def open(self, line: LineSettings = LINE) -> Link:
        return open_link(self.drivers, parse_address(self.address), line)


@contextmanager
def pty_peer() -> Generator[Peer]:
    master, slave = os.openpty()
    tty.setraw(slave)
    closed: list[int] = []

    def unplug() -> None:
        os.close(slave)
        os.close(master)
        closed.append(master)

    yield Peer(
        address=os.ttyname(slave),
        receive=lambda count: os.read(master, count),
        send=lambda data: os.write(master, data),
        unplug=unplug,
    )
    if not closed:
        unplug()


@contextmanager
def tcp_peer() -> Generator[Peer]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        accepted: list[socket.socket] = []

        def connection() -> socket.socket:
            if not accepted:
                accepted.append(server.accept()[0])
            return accepted[0]

        yield Peer(
            address=f"tcp:127.0.0.1:{server.getsockname()[1]}",
            receive=lambda count: connection().recv(count),
            send=lambda data: connection().sendall(data),
            unplug=lambda: connection().close(),
        )
        for one in accepted:
            one.close()


def peer_at(address: str, end: FarEnd, driver: PortDriver) -> Peer:
    return Peer(
        address=address,
        receive=lambda count: end.receive(count, PATIENT_S),
        send=end.send,
        unplug=end.unplug,
        drivers={driver.scheme: driver},
    )


@contextmanager
def usb_peer() -> Generator[Peer]:
    device = BulkDevice()
    driver = UsbBulkDriver(HandMadeBus(device))
    yield peer_at("usb:1209:0003", device.end(packets), driver)


@contextmanager
def hid_peer() -> Generator[Peer]:
    with tempfile.TemporaryDirectory() as folder:
        device = HidDevice(Path(folder) / "hidraw0")
        driver = UsbHidDriver(HandMadeHid(device))
        yield peer_at("hid:1209:0003", device.end(reports_of), driver)


@contextmanager
def rfc2217_peer() -> Generator[Peer]:
    with serial_server() as server:
        yield peer_at(server.address, server.end(), Rfc2217Driver())


PEERS = {
    "serial": pty_peer,
    "tcp": tcp_peer,
    "usb": usb_peer,
    "hid": hid_peer,
    "rfc2217": rfc2217_peer,
}
OURS_ALONE = [name for name in PEERS if name not in {"tcp", "rfc2217"}]
"""Links whose port this machine can lock; a serial server decides itself whom it lets in."""


def test_every_installed_driver_keeps_the_contract() -> None:
    assert set(load_drivers()) == set(PEERS)


@pytest.fixture(params=list(PEERS.values()), ids=list(PEERS))
def peer(request: pytest.FixtureRequest) -> Generator[Peer]:
    with request.param() as made:
        yield made


def read_all(link: Link, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = link.read(PATIENT_S)
        assert piece, "the link fell silent"
        data += piece
    return data


def test_silence_reads_as_nothing(peer: Peer) -> None:
    with closing(peer.open()) as link:
        assert link.read(SHORT_S) == b""
        assert link.read(0) == b""


def test_every_byte_value_arrives_unchanged_both_ways(peer: Peer) -> None:
    every = bytes(range(256))
    with closing(peer.open()) as link:
        link.write(every)
        arrived = b""
        while len(arrived) < len(every):
            arrived += peer.receive(256)
        peer.send(every)
        assert (arrived, read_all(link, 256)) == (every, every)


def test_a_read_returns_what_is_there_without_waiting_for_more(peer: Peer) -> None:
    with closing(peer.open()) as link:
        peer.send(b"\x7e")
        assert link.read(PATIENT_S) == b"\x7e"


def test_a_large_write_arrives_whole(peer: Peer) -> None:
    data = os.urandom(8_000)
    with closing(peer.open()) as link:
        link.write(data)
        arrived = b""
        while len(arrived) < len(data):
            arrived += peer.receive(65536)
    assert arrived == data


def test_a_large_answer_is_handed_out_in_large_pieces(peer: Peer) -> None:
    data, arrived, reads = os.urandom(4_000), b"", 0
    with closing(peer.open()) as link:
        peer.send(data)
        while len(arrived) < len(data):
            arrived += link.read(PATIENT_S)
            reads += 1
    assert arrived == data
    assert reads < len(data) // 50


def test_a_pulled_cable_is_a_lost_link(peer: Peer) -> None:
    with closing(peer.open()) as link:
        peer.send(b"\x01")
        assert link.read(PATIENT_S) == b"\x01"
        peer.unplug()
        with pytest.raises(LinkLostError) as lost:
            link.read(PATIENT_S)
    assert lost.value.code == "device.link_lost"
    assert peer.address in str(lost.value)


def test_closing_twice_and_after_a_loss_is_no_error(peer: Peer) -> None:
    link = peer.open()
    peer.send(b"\x01")
    link.read(PATIENT_S)
    peer.unplug()
    link.close()
    link.close()
    with pytest.raises(LinkLostError):
        link.read(SHORT_S)


def test_a_closed_link_writes_nothing(peer: Peer) -> None:
    link = peer.open()
    link.close()
    with pytest.raises(LinkLostError):
        link.write(b"\x01")


def test_what_arrives_while_the_line_settles_is_discarded(peer: Peer) -> None:
    with closing(peer.open(LINE_THAT_SETTLES)) as link:
        peer.send(b"late")
        assert read_all(link, 4) == b"late"


def test_the_far_end_can_be_opened_again_after_closing(peer: Peer) -> None:
    peer.open().close()
    with closing(peer.open()) as link:
        assert link.read(0) == b""


@pytest.mark.parametrize(
    "address",
    [
        *("/dev/watchclock-none", "tcp:127.0.0.1:1", "rfc2217:127.0.0.1:1"),
        *("usb:1209:00FF", "hid:1209:0003:FFFF"),
    ],
    ids=["serial", "tcp", "rfc2217", "usb", "hid"],
)
def test_a_port_that_is_not_there_is_said_to_be_missing(address: str) -> None:
    with pytest.raises(PortNotFoundError) as missing:
        open_link(load_drivers(), parse_address(address), LINE)
    assert (missing.value.code, address in str(missing.value)) == ("device.port_not_found", True)


@pytest.mark.parametrize("kind", OURS_ALONE)
def test_a_port_of_this_machine_is_ours_alone(kind: str) -> None:
    with PEERS[kind]() as peer, closing(peer.open()), pytest.raises(PortBusyError) as busy:
        peer.open()
    assert isinstance(busy.value, DeviceError)
    assert busy.value.code == "device.port_busy"
