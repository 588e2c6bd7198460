"""Plugs one device after the other into the guest and says what its kernel made of it."""

from typing import Final

from tests.kernel.guest.usb_tree import seen_devices, wait_for_new_device
from tests.kernel.guest.usbip_client import attach
from tests.kernel.orders import SeenDevice

__all__ = ["Sockets"]

OVER_USBIP: Final = "vhci_hcd"
FROM_QEMU: Final = "xhci_hcd"


class Sockets:
    """The guest's USB ports, and which devices have been met there."""

    def __init__(self) -> None:
        self._met: set[str] = set()

    def plug_in(self, usbip_port: int | None) -> SeenDevice:
        """The device that comes when it is attached, or that QEMU plugs in by itself.

        Args:
            usbip_port: where the machine outside exports it; None for a device of QEMU's.

        Raises:
            TimeoutError: it did not come.
        """
        if usbip_port is None:
            device = wait_for_new_device(FROM_QEMU, self._met)
        else:
            before = {each.address for each in seen_devices()}
            attach(usbip_port)
            device = wait_for_new_device(OVER_USBIP, before)
        self._met.add(device.address)
        return device
