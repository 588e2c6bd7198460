"""USB devices that are no wands, to try carriers with: full of data, or told what to have.

Their descriptors are written out octet by octet, so that a host that is not ours enumerates them.
"""

from collections import deque
from collections.abc import Sequence
from typing import Final

from typing_extensions import override

from watchclock_sim.usb.bus import (
    Endpoint,
    Handshake,
    Interface,
    Listener,
    Setup,
    Speed,
    TransferType,
)

DEVICE_DESCRIPTOR: Final = bytes.fromhex("12 01 0002 FF0000 40 0912 F000 0001 00 00 00 01")
CONFIGURATION: Final = bytes.fromhex(
    "09 02 2700 01 01 00 80 32"
    "09 04 00 00 03 FF 00 00 00"
    "07 05 81 02 4000 00"
    "07 05 02 02 4000 00"
    "07 05 83 03 1000 0A"
)
BULK_IN, BULK_OUT, INTERRUPT_IN = 0x81, 0x02, 0x83
INTERFACE: Final = Interface(
    number=0,
    class_code=0xFF,
    subclass=0,
    protocol=0,
    endpoints=(
        Endpoint(address=BULK_IN, type=TransferType.BULK, packet_octets=64),
        Endpoint(address=BULK_OUT, type=TransferType.BULK, packet_octets=64),
        Endpoint(address=INTERRUPT_IN, type=TransferType.INTERRUPT, packet_octets=16, interval=10),
    ),
)


class NullDevice:
    """Has as much as anybody asks for, and takes whatever it is sent.

    Args:
        longest: octets it can hand out at once.
    """

    vendor: int = 0x1209
    product: int = 0x00F0
    release: int = 0x0100
    speed: Speed = Speed.FULL
    class_codes: tuple[int, int, int] = (0xFF, 0, 0)

    def __init__(self, longest: int = 1 << 20) -> None:
        self._data = bytes(longest)
        self.configuration_value = 0
        self.is_on_bus = True
        self.listener: Listener | None = None
        self.resets = 0
        self.controls: list[tuple[Setup, bytes]] = []

    @property
    def interfaces(self) -> Sequence[Interface]:
        return (INTERFACE,)

    @property
    def configuration(self) -> int:
        return self.configuration_value

    @property
    def is_plugged(self) -> bool:
        return self.is_on_bus

    @property
    def serial(self) -> str:
        return ""

    def listen(self, listener: Listener | None) -> None:
        self.listener = listener

    def reset(self) -> None:
        self.resets += 1
        self.configuration_value = 0

    def control(self, setup: Setup, data: bytes) -> bytes | Handshake:
        self.controls.append((setup, data))
        match (setup.request_type, setup.request, setup.value >> 8):
            case (0x80, 6, 1):
                return DEVICE_DESCRIPTOR[: setup.length]
            case (0x80, 6, 2):
                return CONFIGURATION[: setup.length]
            case (0x00, 9, 0):
                self.configuration_value = setup.value
                return b""
            case (0x40, 1, _):
                return b""
            case _:
                return Handshake.STALL

    def put(self, endpoint: int, data: bytes) -> int | Handshake:
        del endpoint
        return len(data)

    def take(self, endpoint: int, length: int) -> bytes | Handshake:
        return self._data[:length] if endpoint == BULK_IN else Handshake.NAK

    def clear_halt(self, endpoint: int) -> None:
        del endpoint

    def unplug(self) -> None:
        self.is_on_bus = False
        if self.listener is not None:
            self.listener.unplugged()

    def plug(self) -> None:
        self.is_on_bus = True
        if self.listener is not None:
            self.listener.plugged()


class ToldDevice(NullDevice):
    """Hands out what a test gives it, takes as much as the test allows, and stalls when told to.

    Args:
        room: octets that it takes before it says NAK.
    """

    product: int = 0x00F1

    def __init__(self, room: int = 1 << 20) -> None:
        super().__init__(0)
        self.room = room
        self.taken = bytearray()
        self.halted: set[int] = set()
        self._waiting: dict[int, deque[bytes]] = {BULK_IN: deque(), INTERRUPT_IN: deque()}

    def tell(self, data: bytes, endpoint: int = BULK_IN) -> None:
        """One message for the host."""
        self._waiting[endpoint].append(data)
        if self.listener is not None:
            self.listener.input_ready(endpoint)

    def make_room(self, octets: int) -> None:
        self.room += octets
        if self.listener is not None:
            self.listener.output_ready(BULK_OUT)

    @override
    def put(self, endpoint: int, data: bytes) -> int | Handshake:
        if endpoint in self.halted:
            return Handshake.STALL
        taken = data[: self.room]
        self.room -= len(taken)
        self.taken += taken
        return len(taken) if taken or not data else Handshake.NAK

    @override
    def take(self, endpoint: int, length: int) -> bytes | Handshake:
        if endpoint in self.halted or endpoint not in self._waiting:
            return Handshake.STALL
        waiting = self._waiting[endpoint]
        return waiting.popleft()[:length] if waiting else Handshake.NAK
