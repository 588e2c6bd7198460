"""What one function of a USB device is to the device: interfaces, pipes, requests, bytes."""

from collections.abc import Mapping
from typing import Protocol

from watchclock_sim.line.serial_line import SerialLine
from watchclock_sim.usb.bus import Handshake, Interface, Setup
from watchclock_sim.usb.pipes import InPipe, OutPipe

__all__ = ["UsbFunction"]


class UsbFunction(Protocol):
    """One function: a serial adapter, a pair of bulk pipes, a pair of report pipes."""

    @property
    def interfaces(self) -> tuple[Interface, ...]:
        """In the order of their numbers."""
        ...

    @property
    def ins(self) -> Mapping[int, InPipe]:
        """The pipe of each IN endpoint by its address."""
        ...

    @property
    def outs(self) -> Mapping[int, OutPipe]:
        """The pipe of each OUT endpoint by its address."""
        ...

    @property
    def descriptors(self) -> Mapping[int, bytes]:
        """What ``GET_DESCRIPTOR`` of its first interface gives, by type."""
        ...

    @property
    def line(self) -> SerialLine | None:
        """The serial line behind it; None where there is none."""
        ...

    def control(self, setup: Setup, data: bytes) -> bytes | Handshake:
        """A class or vendor request to one of its interfaces or endpoints, or to the device."""
        ...

    def reset(self) -> None:
        """The host has reset or configured the device: back to how it is after power-on."""
        ...

    def read(self) -> bytes:
        """What the host has sent to the wand; never waits."""
        ...

    def write(self, data: bytes) -> int:
        """How many of the wand's bytes were taken; never waits."""
        ...
