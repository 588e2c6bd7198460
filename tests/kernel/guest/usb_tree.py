"""The guest's USB devices as its kernel shows them in sysfs, and waiting for them.

Names and files: the kernel's Documentation/ABI/testing/sysfs-bus-usb and stable/sysfs-bus-usb.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from tests.kernel.orders import SeenDevice

__all__ = ["PATIENT_S", "find_device", "wait_for_device", "wait_until"]

DEVICES: Final = Path("/sys/bus/usb/devices")
NODE_CLASSES: Final = ("tty", "hidraw")
PATIENT_S: Final = 30.0
"""Longer than anything takes on a machine that is busy with something else."""
PAUSE_S: Final = 0.02

ValueType = TypeVar("ValueType")


def find_device(serial: str) -> SeenDevice | None:
    """The device with this serial number; None while it is not there, or only half."""
    for folder in DEVICES.glob("*-*"):
        if ":" in folder.name:
            continue
        try:
            if (folder / "serial").read_text().strip() == serial:
                return _seen(folder)
        except OSError:
            continue  # it has no serial number, or it is leaving
    return None


def wait_for_device(serial: str, *, has_nodes: bool) -> SeenDevice:
    """The device, once each of its interfaces that is to have a driver has one.

    Args:
        serial: its serial number.
        has_nodes: wait for its device files as well.

    Raises:
        TimeoutError: it did not come.
    """

    def found() -> SeenDevice | None:
        device = find_device(serial)
        return None if device is None or (has_nodes and not device.nodes) else device

    return wait_until(found, f"a device with the serial number {serial}")


def wait_until(look: Callable[[], ValueType | None], what: str) -> ValueType:
    """What ``look`` gives as soon as it gives anything.

    Raises:
        TimeoutError: it never did; the message tells ``what`` was waited for.
    """
    end = time.monotonic() + PATIENT_S
    while True:
        value = look()
        if value:
            return value
        if time.monotonic() > end:
            raise TimeoutError(f"waited {PATIENT_S:.0f} s in vain for {what}")
        time.sleep(PAUSE_S)


def _seen(folder: Path) -> SeenDevice:
    interfaces = sorted(folder.glob(f"{folder.name}:*"))
    return SeenDevice(
        place=folder.name,
        controller=_text(DEVICES / f"usb{folder.name.partition('-')[0]}" / "manufacturer"),
        vendor=int(_text(folder / "idVendor"), 16),
        product=int(_text(folder / "idProduct"), 16),
        serial=_text(folder / "serial"),
        drivers={_number(each): _driver(each) for each in interfaces},
        nodes=sorted(node for each in interfaces for node in _nodes(each)),
    )


def _number(interface: Path) -> str:
    """``0`` of the folder ``1-1:1.0``."""
    return interface.name.rpartition(".")[2]


def _driver(interface: Path) -> str:
    link = interface / "driver"
    return link.resolve().name if link.exists() else ""


def _nodes(interface: Path) -> list[str]:
    """Device files that can be opened already."""
    found = [
        Path("/dev") / node.name
        for kind in NODE_CLASSES
        for folder in interface.rglob(kind)
        for node in folder.glob(f"{kind}*")
    ]
    return [str(node) for node in found if node.exists()]


def _text(file: Path) -> str:
    return file.read_text().strip()
