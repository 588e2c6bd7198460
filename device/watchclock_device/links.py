"""The two ports between downloads and hardware: an open link, and the driver that opens links."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from watchclock_device.errors import LinkLostError
from watchclock_protocol.dialect import LineSettings

__all__ = ["FoundPort", "Link", "PortDriver", "SwitchedPortDriver", "discard_greeting"]


class Link(Protocol):
    """An open pipe of bytes to one wand, ours alone while it is open."""

    def read(self, timeout_s: float) -> bytes:
        """What has arrived, at least one byte; nothing when ``timeout_s`` passed in silence.

        Raises:
            LinkLostError: the port is gone.
        """
        ...

    def write(self, data: bytes) -> None:
        """All of ``data`` handed to the port, however much it is.

        Raises:
            LinkLostError: the port is gone, or takes nothing any more.
        """
        ...

    def close(self) -> None:
        """The port is free again; closing twice, or after a loss, is no error."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPort:
    """A port that exists now.

    Attributes:
        address: as ``parse_address`` reads it.
        description: what the system calls it, for people.
        hardware: USB vendor, product and serial number as far as known, else empty.
        may_be_asked: ``auto`` may look for a wand here. Not at built-in serial ports: who knows
            what listens there.
        device: names the device where one has several ports; ``auto`` wants a wand at one of them.
        is_slow: another port of the same device is faster, if it can be opened.
    """

    address: str
    description: str
    hardware: str = ""
    may_be_asked: bool = True
    device: str = ""
    is_slow: bool = False


class PortDriver(Protocol):
    """Finds and opens ports of one kind; made without arguments, registered by entry point."""

    @property
    def scheme(self) -> str:
        """First part of the addresses this driver opens."""
        ...

    def find(self) -> Sequence[FoundPort]:
        """The ports that exist now; empty where the kind cannot be listed."""
        ...

    def open(self, target: str, line: LineSettings) -> Link:
        """An open link; what the port had to say before ``line.settle_s`` passed is discarded.

        Args:
            target: second part of the address.
            line: speed and line levels, as far as the kind of port has them.

        Raises:
            AddressError: the target is not written as this kind of port demands.
            PortNotFoundError: no such port.
            PortBusyError: another program has it.
            PortForbiddenError: the user may not open it.
            PortUnusableError: it is there but is no such port.
        """
        ...


@runtime_checkable
class SwitchedPortDriver(PortDriver, Protocol):
    """A driver that can be told more than where: words in the address that switch something."""

    @property
    def switches(self) -> frozenset[str]:
        """The words it knows."""
        ...

    def open_switched(self, target: str, line: LineSettings, switches: frozenset[str]) -> Link:
        """As ``open``, with these of its switches on; raises what ``open`` raises."""
        ...


def discard_greeting(link: Link, settle_s: float) -> None:
    """Throw away what arrives within ``settle_s``: adapters greet, and old bytes linger.

    Raises:
        LinkLostError: the port went away meanwhile; the link is closed.
    """
    end = time.monotonic() + settle_s
    try:
        while (left_s := end - time.monotonic()) > 0:
            link.read(left_s)
    except LinkLostError:
        link.close()
        raise
