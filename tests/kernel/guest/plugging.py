"""Plugs one device after the other into the guest and says what its kernel made of it."""

from typing import Final

from tests.kernel.guest.usb_tree import wait_for_new_device
from tests.kernel.guest.usbip_client import attach
from tests.kernel.orders import DeviceOrder, SeenDevice, WandOrder

__all__ = ["Sockets"]

OVER_USBIP: Final = "vhci_hcd"
FROM_QEMU: Final = "xhci_hcd"


class Sockets:
    """The guest's USB ports, and which devices have been met there."""

    def __init__(self) -> None:
        self._met: set[str] = set()

    def plug_in(self, order: WandOrder | DeviceOrder) -> SeenDevice:
        """The device that comes when it is attached, or that QEMU plugs in by itself.

        Raises:
            TimeoutError: it did not come.
        """
        if order.usbip is not None:
            attach(order.usbip)
        controller = FROM_QEMU if order.usbip is None else OVER_USBIP
        device = wait_for_new_device(controller, order.usb_id, self._met)
        self._met.add(device.address)
        return device
