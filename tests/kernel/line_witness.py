"""A serial device on the bus that tells what it sees of its line; a process of its own.

``python -m tests.kernel.line_witness cdc_acm`` exports one over USB/IP on a free port of the
loopback and prints that port. To the line ``SEE`` it answers with its ``SerialLine`` as JSON; to
``SHOW dsr=0 cd=1 ri=0`` it moves its own lines and answers the same; to ``SEND 4 41`` it sends the
octets behind, which arrive with that ``LineError``, and the same answer right behind them.
"""

import asyncio
import json
import sys
from dataclasses import asdict
from typing import Final

from watchclock_sim.line.serial_line import LineError, SerialLine
from watchclock_sim.usb.device import WandUsbDevice
from watchclock_sim.usb.profile import usb_device
from watchclock_sim.usbip.server import UsbIpServer
from watchclock_sim.wands.usb_profile import CP2102_BRIDGE, TEST_VENDOR, UsbKind, UsbProfile

__all__ = ["WITNESS_IDS", "LineWitness"]

WITNESS_IDS: Final = {
    UsbKind.CDC_ACM: (TEST_VENDOR, 0x0010),
    UsbKind.CP210X: (CP2102_BRIDGE.vendor, CP2102_BRIDGE.product),
}
"""The kernel finds a serial port in any device that says so; for a bridge it must know the ids."""
PYSERIAL_NAMES: Final = {"cd": "dcd", "cts": "cts", "dsr": "dsr", "ri": "ri"}


class LineWitness:
    """What is behind the device: answers one line of text after the other."""

    def __init__(self, device: WandUsbDevice, line: SerialLine) -> None:
        self._device = device
        self._line = line
        self._heard = b""
        self._unsent = b""

    def wake(self) -> None:
        """Look at the port as soon as the host's transfer is done."""
        asyncio.get_running_loop().call_soon(self._turn)

    def _turn(self) -> None:
        self._heard += self._device.read()
        *requests, self._heard = self._heard.split(b"\n")
        for request in requests:
            word, *rest = request.decode().split()
            if word == "SEND":
                self._send(LineError(int(rest[0])), bytes.fromhex(rest[1]))
            else:
                self._move_lines(rest)
            self._unsent += json.dumps(asdict(self._line)).encode() + b"\n"
        taken = self._device.write(self._unsent)
        self._unsent = self._unsent[taken:]

    def _send(self, error: LineError, octets: bytes) -> None:
        self._line.error = error
        self._device.write(octets)
        self._line.error = LineError.NONE

    def _move_lines(self, levels: list[str]) -> None:
        for level in levels:
            name, _, is_on = level.partition("=")
            setattr(self._line, PYSERIAL_NAMES[name], is_on == "1")
        if levels:
            self._device.lines_changed()


async def _serve(kind: UsbKind) -> None:
    vendor, product = WITNESS_IDS[kind]
    profile = UsbProfile(
        kind=kind, vendor=vendor, product=product, maker="watchclock", name="line witness"
    )
    device = usb_device(profile, "witness")
    if device.line is None:
        raise SystemExit(f"a {kind} has no serial line")
    device.watch(LineWitness(device, device.line).wake)
    server = UsbIpServer("127.0.0.1", 0)
    server.export(device)
    await server.open()
    sys.stdout.write(f"{server.port}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(UsbKind(sys.argv[1])))
