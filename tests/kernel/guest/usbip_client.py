"""Debian's own USB/IP client, which takes a device of the machine outside onto the guest's bus."""

import re
import shutil
import subprocess
from typing import Final

from tests.kernel.guest.usb_tree import wait_until

__all__ = ["attach"]

HOST: Final = "10.0.2.2"
"""The loopback of the machine outside, as QEMU's user network shows it."""
PROGRAM: Final = shutil.which("usbip") or "/usr/sbin/usbip"
TIMEOUT_S: Final = 60
BUS_ID: Final = re.compile(r"^\s*(\d+-[\d.]+): ", re.MULTILINE)


def attach(port: int) -> str:
    """Take the only device a server exports; its bus number there.

    A device whose cable is out is not exported, so this waits for it.

    Raises:
        TimeoutError: the server exports none, or does not let it be taken.
    """
    said: list[str] = []

    def attached() -> str | None:
        listed = _run(port, "list", "-r", HOST)
        found = BUS_ID.search(listed.stdout)
        if found is None:
            said.append(listed.stderr)
            return None
        taken = _run(port, "attach", "-r", HOST, "-b", found.group(1))
        said.append(taken.stderr)
        return found.group(1) if taken.returncode == 0 else None

    try:
        return wait_until(attached, f"a USB/IP device at port {port}")
    except TimeoutError as error:
        error.add_note("".join(said[-2:]))
        raise


def _run(port: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [PROGRAM, "--tcp-port", str(port), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=TIMEOUT_S)
