"""Takes descriptors apart again, as hosts do, for back ends that hand their fields out."""

from struct import Struct
from types import SimpleNamespace
from typing import Final, NamedTuple

from watchclock_sim.usb import layouts
from watchclock_sim.usb.descriptors import DescriptorType

__all__ = ["DescriptorTree", "configuration_tree", "device_fields"]

# The names of USB 2.0, tables 9-8, 9-10, 9-12 and 9-13, in their order.
DEVICE_NAMES: Final = (
    "bLength bDescriptorType bcdUSB bDeviceClass bDeviceSubClass bDeviceProtocol bMaxPacketSize0 "
    "idVendor idProduct bcdDevice iManufacturer iProduct iSerialNumber bNumConfigurations"
)
CONFIGURATION_NAMES: Final = (
    "bLength bDescriptorType wTotalLength bNumInterfaces bConfigurationValue iConfiguration "
    "bmAttributes bMaxPower"
)
INTERFACE_NAMES: Final = (
    "bLength bDescriptorType bInterfaceNumber bAlternateSetting bNumEndpoints bInterfaceClass "
    "bInterfaceSubClass bInterfaceProtocol iInterface"
)
ENDPOINT_NAMES: Final = (
    "bLength bDescriptorType bEndpointAddress bmAttributes wMaxPacketSize bInterval"
)


class DescriptorTree(NamedTuple):
    """A descriptor and those below it.

    Attributes:
        fields: by the names of the specification, and ``extra_descriptors``, a list of octets.
        parts: interfaces of a configuration, endpoints of an interface.
    """

    fields: SimpleNamespace
    parts: "list[DescriptorTree]"


def device_fields(descriptor: bytes) -> SimpleNamespace:
    """The fields of a device descriptor by their names."""
    return _fields(layouts.DEVICE, DEVICE_NAMES, descriptor)


def configuration_tree(descriptor: bytes) -> DescriptorTree:
    """A whole configuration; what is no interface or endpoint is extra to what it follows."""
    root = _node(layouts.CONFIGURATION, CONFIGURATION_NAMES, descriptor)
    latest = root
    at = layouts.CONFIGURATION.size
    while at < len(descriptor):
        part = descriptor[at : at + descriptor[at]]
        if part[1] == DescriptorType.INTERFACE:
            latest = _node(layouts.INTERFACE, INTERFACE_NAMES, part)
            root.parts.append(latest)
        elif part[1] == DescriptorType.ENDPOINT:
            latest = _node(layouts.ENDPOINT, ENDPOINT_NAMES, part)
            # Only audio endpoints have these two (USB Audio 1.0, 4.6.1.1).
            latest.fields.bRefresh = latest.fields.bSynchAddress = 0
            root.parts[-1].parts.append(latest)
        else:
            latest.fields.extra_descriptors += list(part)
        at += len(part)
    return root


def _node(layout: Struct, names: str, descriptor: bytes) -> DescriptorTree:
    fields = _fields(layout, names, descriptor)
    fields.extra_descriptors = list[int]()
    return DescriptorTree(fields, [])


def _fields(layout: Struct, names: str, descriptor: bytes) -> SimpleNamespace:
    values = layout.unpack_from(descriptor)
    return SimpleNamespace(**dict(zip(names.split(), values, strict=True)))
