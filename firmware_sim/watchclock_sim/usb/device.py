"""A USB device made of functions: what a simulated wand is to every host.

It stands between the host's side (``UsbDevice``: control transfers, ``put`` and ``take``) and the
wand's side (``read``, ``write``), neither of which ever waits.
"""

from collections.abc import Callable, Sequence
from typing import Final

from watchclock_sim.line.serial_line import SerialLine
from watchclock_sim.usb.bus import TO_HOST, Handshake, Interface, Listener, Setup, Speed
from watchclock_sim.usb.descriptors import (
    Association,
    DeviceAbout,
    StringTable,
    configuration_descriptor,
    device_descriptor,
)
from watchclock_sim.usb.function import UsbFunction
from watchclock_sim.usb.standard_requests import Descriptors, StandardRequests

__all__ = ["WandUsbDevice"]

TYPE_MASK: Final = 0x60
RECIPIENT_MASK: Final = 0x1F
TO_DEVICE: Final = 0
TO_INTERFACE: Final = 1
TO_ENDPOINT: Final = 2


def _nobody() -> None:
    """Stands for whoever has not asked to be woken."""


class WandUsbDevice:
    """A full-speed device with one configuration; it is plugged in when it is made.

    Where it has several functions they all lead to the one wand, and an answer goes out where the
    latest request came in.

    Args:
        about: what it says of itself.
        functions: in the order of their interfaces.
    """

    def __init__(self, about: DeviceAbout, functions: Sequence[UsbFunction]) -> None:
        self.vendor: int = about.vendor
        self.product: int = about.product
        self.release: int = about.release
        self.speed: Speed = Speed.FULL
        self.class_codes: tuple[int, int, int] = about.class_codes
        self._serial = about.serial
        self._functions = tuple(functions)
        self._interfaces = tuple(each for one in functions for each in one.interfaces)
        self._owners = {each.number: one for one in functions for each in one.interfaces}
        self._ins = {address: pipe for one in functions for address, pipe in one.ins.items()}
        self._outs = {address: pipe for one in functions for address, pipe in one.outs.items()}
        self._answering = self._functions[0]
        self._standard = StandardRequests(
            self._describe(about), self._interfaces, self._configured
        )
        self._listener: Listener | None = None
        self._wake: Callable[[], None] = _nobody
        self._is_refusing = False
        self._is_plugged = True

    @property
    def interfaces(self) -> Sequence[Interface]:
        """Of the configuration, in the order of their numbers."""
        return self._interfaces

    @property
    def configuration(self) -> int:
        """``bConfigurationValue`` in force, 0 while there is none."""
        return self._standard.configuration

    @property
    def is_plugged(self) -> bool:
        """Whether it is on the bus."""
        return self._is_plugged

    @property
    def serial(self) -> str:
        """Text of the serial number's string descriptor."""
        return self._serial

    @property
    def line(self) -> SerialLine | None:
        """The serial line of the function that answers; None where it has none."""
        return self._answering.line

    def listen(self, listener: Listener | None) -> None:
        """Who carries its transfers from now on; None when nobody does."""
        self._listener = listener

    def watch(self, wake: Callable[[], None]) -> None:
        """What to call when the wand's side has something to do."""
        self._wake = wake

    # The host's side.

    def reset(self) -> None:
        """The host resets the port: the default state, and nothing left in any buffer."""
        self._standard.reset()
        self._configured()

    def control(self, setup: Setup, data: bytes) -> bytes | Handshake:
        """A whole control transfer to endpoint 0; see ``UsbDevice``."""
        if not setup.is_to_host and len(data) != setup.length:
            return Handshake.STALL
        if setup.request_type & TYPE_MASK == 0:
            answer = self._standard.answer(setup)
        else:
            answer = self._function_request(setup, data)
            self._wake()
            self._tell_inputs()
            self._tell_outputs()
        if isinstance(answer, Handshake):
            return Handshake.STALL
        return answer[: setup.length] if setup.is_to_host else b""

    def put(self, endpoint: int, data: bytes) -> int | Handshake:
        """Bytes of the host for an OUT endpoint; see ``UsbDevice``."""
        if not self._can_use(endpoint):
            return Handshake.STALL
        taken = self._outs[endpoint].put(data)
        if taken is not Handshake.NAK:
            self._wake()
        return taken

    def take(self, endpoint: int, length: int) -> bytes | Handshake:
        """What an IN endpoint has; see ``UsbDevice``."""
        if not self._can_use(endpoint):
            return Handshake.STALL
        answer = self._ins[endpoint].take(length)
        if self._is_refusing and answer is not Handshake.NAK:
            self._is_refusing = False
            self._wake()
        return answer

    def clear_halt(self, endpoint: int) -> None:
        """The host clears a stalled endpoint."""
        self._standard.halted.discard(endpoint)

    # The wand's side.

    def read(self) -> bytes:
        """What the host has sent, of one function at a time; never waits."""
        for function in self._functions:
            data = function.read()
            if data:
                self._answering = function
                self._tell_outputs()
                return data
        return b""

    def write(self, data: bytes) -> int:
        """How many bytes were taken; all of them fall on the floor while no host has configured.

        Never waits. Nothing is taken while the device is not plugged in.
        """
        if not self._is_plugged:
            return 0
        if not self.configuration:
            return len(data)
        taken = self._answering.write(data)
        self._is_refusing = taken < len(data)
        self._tell_inputs()
        return taken

    def lines_changed(self) -> None:
        """The wand has moved one of its lines; a host that listens is told."""
        self._tell_inputs()

    def stall(self, endpoint: int) -> None:
        """The wand halts an endpoint of its own accord, until the host clears it."""
        self._standard.halted.add(endpoint)
        if self._listener is None:
            return
        if endpoint in self._ins:
            self._listener.input_ready(endpoint)
        else:
            self._listener.output_ready(endpoint)

    def stall_input(self) -> None:
        """Halt the endpoint that brings the wand's bytes, as a controller in trouble does."""
        endpoints = self._answering.interfaces[-1].endpoints
        self.stall(next(each.address for each in endpoints if each.address & TO_HOST))

    def unplug(self) -> None:
        """Leave the bus; whatever was under way is lost."""
        if not self._is_plugged:
            return
        self._is_plugged = False
        self.reset()
        if self._listener is not None:
            self._listener.unplugged()

    def plug(self) -> None:
        """Come to the bus, in the default state."""
        if self._is_plugged:
            return
        self._is_plugged = True
        if self._listener is not None:
            self._listener.plugged()
        self._wake()

    def _can_use(self, endpoint: int) -> bool:
        return self._is_plugged and self._standard.can_use(endpoint)

    def _function_request(self, setup: Setup, data: bytes) -> bytes | Handshake:
        function = self._addressed(setup)
        return Handshake.STALL if function is None else function.control(setup, data)

    def _addressed(self, setup: Setup) -> UsbFunction | None:
        """Which function a class or vendor request is for (USB 2.0, 9.3.1 and 9.3.4).

        There are no interfaces and endpoints before a configuration is chosen (9.1.1.5).
        """
        recipient, target = setup.request_type & RECIPIENT_MASK, setup.index & 0xFF
        if recipient != TO_DEVICE and not self.configuration:
            return None
        if recipient == TO_INTERFACE:
            return self._owners.get(target)
        if recipient == TO_ENDPOINT:
            owners = [each for each in self._functions if target in {*each.ins, *each.outs}]
            return owners[0] if owners else None
        return self._functions[0] if recipient == TO_DEVICE else None

    def _configured(self) -> None:
        """Every buffer begins empty, and the wand may look at its lines."""
        for function in self._functions:
            function.reset()
        self._is_refusing = False
        self._wake()
        self._tell_inputs()

    def _tell_inputs(self) -> None:
        if self._listener is None or not self.configuration:
            return
        for address, pipe in self._ins.items():
            if pipe.has_input:
                self._listener.input_ready(address)

    def _tell_outputs(self) -> None:
        if self._listener is None or not self.configuration:
            return
        for address in self._outs:
            self._listener.output_ready(address)

    def _describe(self, about: DeviceAbout) -> Descriptors:
        strings = StringTable()
        device = device_descriptor(about, strings)
        configuration = configuration_descriptor(
            self._interfaces,
            strings,
            associations=self._associations(),
            current_ma=about.current_ma,
        )
        of_interfaces = {
            (one.interfaces[0].number, kind): descriptor
            for one in self._functions
            for kind, descriptor in one.descriptors.items()
        }
        return Descriptors(device, configuration, strings, of_interfaces)

    def _associations(self) -> list[Association]:
        """Functions of several interfaces beside others have to say which are theirs."""
        if len(self._functions) == 1:
            return []
        shared = [one.interfaces for one in self._functions if len(one.interfaces) > 1]
        return [
            Association(
                first_interface=first.number,
                interfaces=len(interfaces),
                class_codes=(first.class_code, first.subclass, first.protocol),
            )
            for interfaces in shared
            for first in interfaces[:1]
        ]
