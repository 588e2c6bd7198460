"""A wand's USB device as the port it is docked on, like a pty or a TCP port."""

from collections.abc import Callable

from watchclock_sim.line.serial_line import SerialLine
from watchclock_sim.usb.device import WandUsbDevice

__all__ = ["UsbPort"]


class UsbPort:
    """The wand's end of a USB cable.

    Args:
        device: what the host sees.
        address: where hosts find it, when whoever carries it knows better than the device.
    """

    def __init__(self, device: WandUsbDevice, address: str | None = None) -> None:
        self.device = device
        self._address = address

    @property
    def address(self) -> str:
        """Where a host finds the wand: ``usb:VID:PID:SERIAL``."""
        device = self.device
        own = f"usb:{device.vendor:04X}:{device.product:04X}:{device.serial}"
        return self._address or own

    @property
    def line(self) -> SerialLine | None:
        """The serial line behind the device, where it is one."""
        return self.device.line

    def watch(self, wake: Callable[[], None]) -> None:
        """Call ``wake`` whenever there is something to do; see ``Port``.

        It is called from within the host's transfers, so it only notes that there is something.
        """
        self.device.watch(wake)

    def read(self) -> bytes:
        """What the host has sent, nothing when it has not; never waits."""
        return self.device.read()

    def write(self, data: bytes) -> int:
        """How many of these bytes were taken; never waits."""
        return self.device.write(data)

    def stall(self) -> None:
        """Refuse the host the wand's bytes until it clears the endpoint's halt."""
        self.device.stall_input()

    def lines_changed(self) -> None:
        """Tell the host of the wand's lines, as far as the device's function can."""
        self.device.lines_changed()

    def unplug(self) -> None:
        """Take the cable out: the device leaves the bus."""
        self.device.unplug()

    def replug(self) -> None:
        """Put the cable back; the host enumerates the device anew."""
        self.device.plug()

    def close(self) -> None:
        """Take the cable out for good."""
        self.device.unplug()
