"""Debian's own USB/IP client, which takes a device of the machine outside onto the guest's bus."""

import shutil
import subprocess
from typing import Final

from tests.kernel.guest.usb_tree import wait_until
from tests.kernel.orders import UsbIpPlace

__all__ = ["attach", "detach", "listed"]

HOST: Final = "10.0.2.2"
"""The loopback of the machine outside, as QEMU's user network shows it."""
PROGRAM: Final = shutil.which("usbip") or "/usr/sbin/usbip"
TIMEOUT_S: Final = 60


def attach(place: UsbIpPlace) -> None:
    """Take the device; one whose cable is out is not exported, so this waits for it.

    Raises:
        TimeoutError: the server does not let it be taken.
    """
    said: list[str] = []

    def is_attached() -> bool:
        taken = _run(place, "attach", "-r", HOST, "-b", place.bus_id)
        said.append(taken.stderr)
        return taken.returncode == 0

    try:
        wait_until(is_attached, f"the USB/IP device {place.bus_id} at port {place.port}")
    except TimeoutError as error:
        error.add_note("".join(said[-2:]))
        raise


def listed(place: UsbIpPlace) -> str:
    """What the client prints of the devices a server exports."""
    return _run(place, "list", "-r", HOST).stdout


def detach(port: str) -> int:
    """Let go of the device at that port of the guest; the client's exit code."""
    command = [PROGRAM, "detach", "-p", port]
    return subprocess.run(command, capture_output=True, check=False, timeout=TIMEOUT_S).returncode


def _run(place: UsbIpPlace, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [PROGRAM, "--tcp-port", str(place.port), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=TIMEOUT_S)
