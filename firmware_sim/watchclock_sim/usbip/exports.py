"""Simulated devices as a USB/IP server hands them out: each by a bus id of its own."""

from collections.abc import Iterator
from typing import Final

from watchclock_sim.usb.bus import UsbDevice
from watchclock_sim.usbip.layouts import DEVICE, INTERFACE

__all__ = ["MOST_EXPORTS", "Export", "Exports"]

BUS_NUMBER: Final = 1
MOST_EXPORTS: Final = 127
"""A server is one bus; addresses have seven bits, and 0 is nobody's (USB 2.0, 8.3.2.1)."""
CONFIGURATIONS: Final = 1
PATH: Final = "/sys/devices/platform/watchclock/usb{bus}/{bus_id}"
"""Where a real server's kernel would show the device; hosts only print it."""


class Export:
    """One device and whether a host has it.

    Args:
        device: what is handed out.
        place: its port on the simulated bus, from 1 on.

    Attributes:
        bus_id: by which a host asks for it, such as ``1-1``.
        number: by which its transfers name it: bus number above device number.
        is_imported: a host has it.
    """

    def __init__(self, device: UsbDevice, place: int) -> None:
        self.device: Final = device
        self.bus_id: Final = f"{BUS_NUMBER}-{place}"
        self.number: Final = BUS_NUMBER << 16 | place
        self.is_imported = False

    @property
    def is_exportable(self) -> bool:
        """Whether a host could have it now: plugged in, and no other host has it."""
        return self.device.is_plugged and not self.is_imported

    def described(self) -> bytes:
        """The 312 octets that tell a host what it is."""
        device = self.device
        return DEVICE.pack(
            PATH.format(bus=BUS_NUMBER, bus_id=self.bus_id).encode(),
            self.bus_id.encode(),
            BUS_NUMBER,
            self.number & 0xFFFF,
            device.speed,
            device.vendor,
            device.product,
            device.release,
            *device.class_codes,
            device.configuration,
            CONFIGURATIONS,
            len(device.interfaces),
        )

    def interfaces(self) -> bytes:
        """Four octets for each interface."""
        return b"".join(
            INTERFACE.pack(interface.class_code, interface.subclass, interface.protocol)
            for interface in self.device.interfaces
        )


class Exports:
    """Every device of one server, in the order in which they were added."""

    def __init__(self) -> None:
        self._by_bus_id: dict[str, Export] = {}

    def __iter__(self) -> Iterator[Export]:
        """Those that a host could have now."""
        return (export for export in self._by_bus_id.values() if export.is_exportable)

    def add(self, device: UsbDevice) -> Export:
        """Hand out one more device, at the next free place of the bus."""
        export = Export(device, len(self._by_bus_id) + 1)
        self._by_bus_id[export.bus_id] = export
        return export

    def find(self, bus_id: str) -> Export | None:
        """The device of that bus id, whether a host could have it or not."""
        return self._by_bus_id.get(bus_id)
