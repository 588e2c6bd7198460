"""Makes the USB device of a wand from what its personality declares."""

from collections.abc import Callable, Mapping
from typing import Final

from watchclock_sim.usb.cdc_acm import CDC_ACM_CLASS, CdcAcm
from watchclock_sim.usb.cp210x import Cp210x
from watchclock_sim.usb.descriptors import DeviceAbout
from watchclock_sim.usb.device import WandUsbDevice
from watchclock_sim.usb.function import UsbFunction
from watchclock_sim.usb.hid import Hid
from watchclock_sim.usb.vendor_bulk import VendorBulk
from watchclock_sim.wands.usb_profile import UsbKind, UsbProfile

__all__ = ["usb_device"]

INTERFACES_TELL: Final = (0, 0, 0)


def _bulk_and_hid(name: str) -> list[UsbFunction]:
    return [
        VendorBulk(interface=0, endpoint=1, name=f"{name} bulk"),
        Hid(interface=1, endpoint=2, name=f"{name} HID"),
    ]


FUNCTIONS: Final[Mapping[UsbKind, Callable[[str], list[UsbFunction]]]] = {
    UsbKind.CDC_ACM: lambda name: [CdcAcm(name=name)],
    UsbKind.CP210X: lambda name: [Cp210x(name=name)],
    UsbKind.BULK_AND_HID: _bulk_and_hid,
}


def usb_device(profile: UsbProfile, number: str) -> WandUsbDevice:
    """A new device, plugged in.

    Args:
        profile: what such a wand is on the bus.
        number: the wand's own, its serial number where the profile names no other.
    """
    is_serial_port = profile.kind is UsbKind.CDC_ACM
    about = DeviceAbout(
        vendor=profile.vendor,
        product=profile.product,
        class_codes=CDC_ACM_CLASS if is_serial_port else INTERFACES_TELL,
        maker=profile.maker,
        name=profile.name,
        name_zh=profile.name_zh,
        serial=profile.serial or number,
    )
    return WandUsbDevice(about, FUNCTIONS[profile.kind](profile.name))
