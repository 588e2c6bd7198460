"""The package ``usbip`` of PyPI as a USB/IP host that shares no code with the simulator."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from json import loads
from pathlib import Path
from typing import Any, Final, cast

import usbip.host  # type: ignore[import-untyped]
from usbip.transport import USBIP  # type: ignore[import-untyped]

ROOT: Final = Path(__file__).resolve().parents[2]
STOP_TIMEOUT_S: Final = 10
HOST: Final[Any] = usbip.host
A_LONG_TIME_S: Final = 30


class Peer:
    """One imported device, at the hands of the peer.

    Args:
        address: of the server, ``HOST:PORT``.
        bus_id: of the device.
    """

    def __init__(self, address: str, bus_id: str) -> None:
        self._handle: Any = HOST.open(busid=bus_id, transport=_transport(address))
        # It sends a head and its data apart, and would wait 40 ms between them.
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.settimeout(A_LONG_TIME_S)

    @property
    def socket(self) -> socket.socket:
        """Its connection, for transfers written by hand."""
        return cast("socket.socket", self._handle.conn.sock)

    @property
    def device(self) -> int:
        """The number that transfers name the device by."""
        return cast("int", self._handle.conn.devid)

    @property
    def descriptor(self) -> Any:  # noqa: ANN401 - the peer has no types
        """What it has understood of the device descriptor."""
        return self._handle.device_descriptor

    def control_in(self, setup: tuple[int, int, int, int], length: int) -> bytes:
        return bytes(self._handle.control(*setup, length))

    def control_out(self, setup: tuple[int, int, int, int], data: bytes = b"") -> int:
        return cast("int", self._handle.control(*setup, data))

    def bulk_in(self, endpoint: int, length: int) -> bytes:
        return bytes(self._handle.bulk_in(endpoint, length))

    def bulk_out(self, endpoint: int, data: bytes) -> int:
        return cast("int", self._handle.bulk_out(endpoint, data))

    def interrupt_in(self, endpoint: int, length: int) -> bytes:
        return bytes(self._handle.interrupt_in(endpoint, length))

    def interrupt_out(self, endpoint: int, data: bytes) -> int:
        return cast("int", self._handle.interrupt_out(endpoint, data))

    def gather(self, endpoint: int, octets: int, length: int = 4096) -> bytes:
        """Read until so many octets have come."""
        data = bytearray()
        while len(data) < octets:
            data += self.bulk_in(endpoint, length)
        return bytes(data)

    def close(self) -> None:
        self._handle.close()


def _transport(address: str) -> Any:  # noqa: ANN401 - the peer has no types
    host, port = address.split(":")
    return USBIP(host, int(port))


def listed(address: str) -> dict[str, tuple[int, int]]:
    """Vendor and product of each exported device, by its bus id."""
    found: list[dict[str, Any]] = HOST.list_devices(_transport(address))
    return {each["busid"]: (each["idVendor"], each["idProduct"]) for each in found}


@contextmanager
def holding(address: str, bus_id: str) -> Generator[Peer]:
    """The peer has the device as long as the block."""
    peer = Peer(address, bus_id)
    try:
        yield peer
    finally:
        peer.close()


@contextmanager
def running_server(*wanted: str, errors: Path | None = None) -> Generator["RunningServer"]:
    """``tests.support.usbip_program`` as a process of its own."""
    folders = [str(ROOT), *(str(ROOT / folder) for folder in ("protocol", "firmware_sim"))]
    with (errors or Path(os.devnull)).open("a") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.usbip_program", *wanted],
            stdout=subprocess.PIPE,
            stderr=log if errors else None,
            text=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(folders)},
        )
    assert process.stdout is not None
    try:
        yield RunningServer(loads(process.stdout.readline())["address"], process.pid)
    finally:
        os.kill(process.pid, signal.SIGTERM)
        process.wait(STOP_TIMEOUT_S)
        process.stdout.close()


class RunningServer:
    """Where it listens, ``HOST:PORT``, and its process."""

    def __init__(self, address: str, pid: int) -> None:
        self.address = address
        self.pid = pid
