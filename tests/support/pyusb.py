"""What the tests use of pyusb, which has no type declarations, and wands it can find."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol, cast

from tests.support.sim_wands import setup_of
from tests.support.virtual_port import VirtualClock
from watchclock_sim.generated import generated_touches
from watchclock_sim.line.dock import Dock
from watchclock_sim.line.fault_kinds import Fault
from watchclock_sim.line.faults import LineFaults
from watchclock_sim.usb.device import WandUsbDevice
from watchclock_sim.usb.port import UsbPort
from watchclock_sim.usb.profile import usb_device
from watchclock_sim.usb.pyusb_backend import PyusbBackend
from watchclock_sim.usb.waiting_host import DockedWand
from watchclock_sim.wands.personality import find_personality

__all__ = ["CORE", "UTIL", "PyusbDevice", "WandBench", "every_usb_wand"]


class PyusbDevice(Protocol):
    """``usb.core.Device``."""

    idVendor: int  # noqa: N815 - pyusb's names
    idProduct: int  # noqa: N815
    bDeviceClass: int  # noqa: N815
    iProduct: int  # noqa: N815
    address: int
    speed: int
    parent: object
    port_numbers: tuple[int, ...]
    manufacturer: str
    product: str
    serial_number: str

    def __getitem__(self, place: int) -> Iterable[Any]: ...
    def get_active_configuration(self) -> Any: ...  # noqa: ANN401
    def set_configuration(self, configuration: int = 1) -> None: ...
    def set_interface_altsetting(self, interface: int, alternate_setting: int) -> None: ...
    def read(self, endpoint: int, size: int, timeout: int | None = None) -> "Sequence[int]": ...
    def write(self, endpoint: int, data: bytes, timeout: int | None = None) -> int: ...
    def ctrl_transfer(
        self,
        bmRequestType: int,  # noqa: N803
        bRequest: int,  # noqa: N803
        wValue: int = 0,  # noqa: N803
        wIndex: int = 0,  # noqa: N803
        data_or_wLength: object = None,  # noqa: N803
    ) -> Any: ...  # noqa: ANN401
    def clear_halt(self, ep: int) -> None: ...
    def reset(self) -> None: ...
    def is_kernel_driver_active(self, interface: int) -> bool: ...
    def detach_kernel_driver(self, interface: int) -> None: ...
    def attach_kernel_driver(self, interface: int) -> None: ...


class _CoreModule(Protocol):
    USBError: type[OSError]
    USBTimeoutError: type[OSError]

    def find(
        self, *, find_all: bool = False, backend: object, **fields: object
    ) -> Iterable[PyusbDevice]: ...


class _UtilModule(Protocol):
    def claim_interface(self, device: PyusbDevice, interface: int) -> None: ...
    def release_interface(self, device: PyusbDevice, interface: int) -> None: ...
    def dispose_resources(self, device: PyusbDevice) -> None: ...
    def get_string(self, device: PyusbDevice, index: int, langid: int) -> str: ...


CORE = cast("_CoreModule", import_module("usb.core"))
UTIL = cast("_UtilModule", import_module("usb.util"))


def every_usb_wand() -> list[tuple[str, str]]:
    """Dialect and number of a wand of every kind that has USB."""
    return [
        ("vs", "5B00000000001234"),
        ("vs", "5F00000000001234"),
        ("kaihe_eb", "0000A1B2C3"),
        ("wm5000t", "531932"),
        ("fcard", "1"),
        ("fcard_reader", "1"),
    ]


@dataclass
class WandBench:
    """A wand, its dock and its device, in a time that only a waiting host moves."""

    clock: VirtualClock
    device: WandUsbDevice
    dock: Dock

    @classmethod
    def of(
        cls,
        dialect: str,
        number: str,
        *,
        touches: int = 3,
        faults: Sequence[Fault] = (),
        baud: int = 0,
        clock: VirtualClock | None = None,
    ) -> "WandBench":
        """A wand with so many touches in its memory."""
        clock = clock or VirtualClock()
        personality = find_personality(dialect)
        firmware = personality.make(setup_of(number, capacity=max(100, touches)))
        for touch in generated_touches(touches, 1, personality.technology(number)):
            firmware.touch(touch.tag, touch.utc, is_guard_tag=False)
        device = usb_device(personality.usb_profile(number), number)
        line_faults = LineFaults(faults, 1)
        dock = Dock(firmware, UsbPort(device), faults=line_faults, baud=baud, clock=clock)
        return cls(clock, device, dock)

    @property
    def docked(self) -> DockedWand:
        return DockedWand(self.device, self.dock)

    def backend(self, *, has_kernel_drivers: bool = False) -> PyusbBackend:
        return PyusbBackend([self.docked], self.clock, has_kernel_drivers=has_kernel_drivers)

    def found(self, *, has_kernel_drivers: bool = False) -> PyusbDevice:
        """The device as a program finds it."""
        backend = self.backend(has_kernel_drivers=has_kernel_drivers)
        (device,) = CORE.find(find_all=True, backend=backend)
        return device
