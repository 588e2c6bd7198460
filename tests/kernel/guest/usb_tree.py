"""The guest's USB devices as its kernel shows them in sysfs, and waiting for them.

Names and files: the kernel's Documentation/ABI/testing/sysfs-bus-usb and stable/sysfs-bus-usb.
A serial number is no name for a device: all bridge chips of one kind can have the same.
"""

import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final, TypeVar

from tests.kernel.orders import SeenDevice

__all__ = ["PATIENT_S", "is_gone", "seen_devices", "wait_for_new_device", "wait_until"]

DEVICES: Final = Path("/sys/bus/usb/devices")
NODE_CLASSES: Final = ("tty", "hidraw")
PATIENT_S: Final = 30.0
"""Longer than anything takes on a machine that is busy with something else."""
PAUSE_S: Final = 0.02

ValueType = TypeVar("ValueType")


def seen_devices() -> list[SeenDevice]:
    """Every device that is no root hub."""
    folders = (each for each in sorted(DEVICES.glob("*-*")) if ":" not in each.name)
    seen = (_seen(folder) for folder in folders)
    return [device for device in seen if device is not None]


def wait_for_new_device(
    controller: str, usb_id: tuple[int, int], known: Collection[str]
) -> SeenDevice:
    """The device that has come, once its drivers have made its device files.

    Args:
        controller: the driver of the bus on which it is to come.
        usb_id: its vendor and product.
        known: addresses of the devices that are not meant.

    Raises:
        TimeoutError: it did not come.
    """

    def found() -> SeenDevice | None:
        for device in seen_devices():
            is_meant = (device.controller, (device.vendor, device.product)) == (
                controller,
                usb_id,
            )
            if is_meant and device.address not in known and device.nodes:
                return device
        return None

    return wait_until(found, f"a new device on {controller}")


def is_gone(device: SeenDevice) -> bool:
    """Whether it has left the bus, or leaves it in a moment."""

    def has_left() -> bool:
        return device.address not in {each.address for each in seen_devices()}

    try:
        return wait_until(has_left, "a device to leave")
    except TimeoutError:
        return False


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


def _seen(folder: Path) -> SeenDevice | None:
    """The device of that folder; None while it is coming or leaving."""
    bus = folder.name.partition("-")[0]
    try:
        interfaces = sorted(folder.glob(f"{folder.name}:*"))
        return SeenDevice(
            place=folder.name,
            address=f"{_text(folder / 'busnum')}:{_text(folder / 'devnum')}",
            controller=_text(DEVICES / f"usb{bus}" / "manufacturer").split()[-1].replace("-", "_"),
            vendor=int(_text(folder / "idVendor"), 16),
            product=int(_text(folder / "idProduct"), 16),
            serial=_text(folder / "serial"),
            drivers={_number(each): _driver(each) for each in interfaces},
            nodes=sorted(node for each in interfaces for node in _nodes(each)),
        )
    except OSError:
        return None


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
