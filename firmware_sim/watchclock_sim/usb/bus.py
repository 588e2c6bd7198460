"""The seam between simulated USB devices and whoever carries their transfers.

A carrier (USB/IP, usbredir, the pyusb back end) brings a host's transfers; a device answers them
without ever waiting. What cannot be done yet is a NAK, and the device tells its listener when it
is worth trying again. Names and numbers are those of the USB 2.0 specification, chapters 8 and 9.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Final, Protocol

__all__ = ["TO_HOST", "Endpoint", "Handshake", "Interface", "Listener", "Setup", "Speed"]
__all__ += ["TransferType", "UsbDevice"]

TO_HOST: Final = 0x80
"""The bit of endpoint addresses and request types that says which way (USB 2.0, 9.3 and 9.6.6)."""


class Handshake(Enum):
    """What a device answers in place of data."""

    NAK = "nak"
    """Not now; the listener is told when."""
    STALL = "stall"
    """Never, until the host clears the halt or asks something else."""


class Speed(IntEnum):
    """Of the bus, numbered as Linux numbers ``enum usb_device_speed``, which USB/IP carries."""

    LOW = 1
    FULL = 2
    HIGH = 3


class TransferType(IntEnum):
    """The low two bits of an endpoint's attributes (USB 2.0, table 9-13)."""

    CONTROL = 0
    ISOCHRONOUS = 1
    BULK = 2
    INTERRUPT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """The eight bytes that begin a control transfer (USB 2.0, table 9-2)."""

    request_type: int
    request: int
    value: int
    index: int
    length: int

    @property
    def is_to_host(self) -> bool:
        """Whether the device sends the data."""
        return bool(self.request_type & TO_HOST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One pipe of an interface.

    Attributes:
        address: bit 7 set when it goes to the host, the number in the low four bits.
        packet_octets: the most a packet may hold (``wMaxPacketSize``).
        interval: polling interval of an interrupt endpoint, as the descriptor has it.
    """

    address: int
    type: TransferType
    packet_octets: int
    interval: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """One interface of the only configuration, in its only setting.

    Attributes:
        class_code: with sub-class and protocol, what drivers bind to.
        extra: class-specific descriptors that stand before the endpoints, as bytes.
        name: text of its string descriptor, empty for none.
    """

    number: int
    class_code: int
    subclass: int
    protocol: int
    endpoints: tuple[Endpoint, ...]
    extra: bytes = b""
    name: str = ""


class Listener(Protocol):
    """Who carries the transfers of one device; called from within the device's own calls."""

    def input_ready(self, endpoint: int) -> None:
        """``take`` of this address may now answer something else than NAK."""
        ...

    def output_ready(self, endpoint: int) -> None:
        """``put`` to this address may now take more."""
        ...

    def plugged(self) -> None:
        """The device is on the bus (again); it is in the default state."""
        ...

    def unplugged(self) -> None:
        """The device has left the bus; every pending transfer is lost."""
        ...


class UsbDevice(Protocol):
    """A device with one configuration.

    Attributes:
        vendor: ``idVendor``.
        product: ``idProduct``.
        release: ``bcdDevice``.
        class_codes: class, sub-class and protocol of the device descriptor.
    """

    vendor: int
    product: int
    release: int
    speed: Speed
    class_codes: tuple[int, int, int]

    @property
    def interfaces(self) -> Sequence[Interface]:
        """Of the configuration, in the order of their numbers."""
        ...

    @property
    def configuration(self) -> int:
        """``bConfigurationValue`` in force, 0 while there is none."""
        ...

    @property
    def is_plugged(self) -> bool:
        """Whether it is on the bus."""
        ...

    @property
    def serial(self) -> str:
        """Text of the serial number's string descriptor."""
        ...

    def listen(self, listener: Listener | None) -> None:
        """Who carries its transfers from now on; None when nobody does."""
        ...

    def reset(self) -> None:
        """The host resets the port: back to the default state, queued input forgotten."""
        ...

    def control(self, setup: Setup, data: bytes) -> bytes | Handshake:
        """A whole control transfer to endpoint 0.

        Args:
            setup: its first stage.
            data: what the host sends, empty when the device is to send.

        Returns:
            At most ``setup.length`` bytes for the host, or ``STALL``.
        """
        ...

    def put(self, endpoint: int, data: bytes) -> int | Handshake:
        """Bytes of the host for an OUT endpoint; how many were taken, NAK for none, or STALL."""
        ...

    def take(self, endpoint: int, length: int) -> bytes | Handshake:
        """What an IN endpoint has, at most ``length`` bytes, ended by a short packet or not.

        A transfer ends with the first packet that is shorter than ``packet_octets``, so what is
        returned is either ``length`` bytes long, or ends a message; an empty result is a
        zero-length packet.
        """
        ...

    def clear_halt(self, endpoint: int) -> None:
        """The host clears a stalled endpoint."""
        ...
