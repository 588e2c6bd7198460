"""The requests that every USB device answers, and the state they change.

Source: USB 2.0, chapter 9; section numbers are of that chapter. What the specification leaves
undefined is answered like what it calls a request error: with a stall.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from watchclock_sim.usb import layouts
from watchclock_sim.usb.bus import Handshake, Interface, Setup
from watchclock_sim.usb.descriptors import CONFIGURATION_VALUE, DescriptorType, StringTable

__all__ = ["Descriptors", "StandardRequests"]

HIGHEST_ADDRESS: Final = 127
ENDPOINT_HALT: Final = 0
DEFAULT_PIPE: Final = (0x00, 0x80)
NO_FLAGS: Final = bytes(2)
"""Bus-powered, no remote wake-up, not halted (9.4.5)."""

Answer = bytes | Handshake


class Descriptors(NamedTuple):
    """Everything a host can ask for by GET_DESCRIPTOR.

    Attributes:
        device: the device descriptor.
        configuration: the only configuration, whole.
        strings: the texts.
        of_interfaces: class-specific ones, by number of the interface and type.
    """

    device: bytes
    configuration: bytes
    strings: StringTable
    of_interfaces: Mapping[tuple[int, int], bytes]


class StandardRequests:
    """Answers of one device.

    Args:
        descriptors: what it says of itself.
        interfaces: of its only configuration.
        configured: called when the host has chosen a configuration, or none.
    """

    def __init__(
        self,
        descriptors: Descriptors,
        interfaces: Sequence[Interface],
        configured: Callable[[], None],
    ) -> None:
        self._descriptors = descriptors
        self._endpoints = {
            each.number: {endpoint.address for endpoint in each.endpoints} for each in interfaces
        }
        self._addresses = {each for addresses in self._endpoints.values() for each in addresses}
        self._configured = configured
        self.address = 0
        self.configuration = 0
        self.halted: set[int] = set()
        self._table: dict[tuple[int, int], Callable[[Setup], Answer]] = {
            (0x80, 0): lambda _setup: NO_FLAGS,
            (0x81, 0): self._interface_status,
            (0x82, 0): self._endpoint_status,
            (0x02, 1): self._clear_halt,
            (0x02, 3): self._set_halt,
            (0x00, 5): self._set_address,
            (0x80, 6): self._get_descriptor,
            (0x81, 6): self._get_interface_descriptor,
            (0x80, 8): lambda _setup: bytes((self.configuration,)),
            (0x00, 9): self._set_configuration,
            (0x81, 10): self._get_interface,
            (0x01, 11): self._set_interface,
        }

    def can_use(self, endpoint: int) -> bool:
        """Whether a data endpoint is open: it exists, the device is configured, it has no halt."""
        is_open = self.configuration != 0 and endpoint in self._addresses
        return is_open and endpoint not in self.halted

    def answer(self, setup: Setup) -> Answer:
        """What the device answers; it stalls what it does not know.

        Not offered, as the specification lets a device choose: SET_DESCRIPTOR, SYNCH_FRAME,
        remote wake-up and test modes.
        """
        request = self._table.get((setup.request_type, setup.request))
        return Handshake.STALL if request is None else request(setup)

    def reset(self) -> None:
        """Back to the default state (9.1.1.3)."""
        self.address = 0
        self.configuration = 0
        self.halted.clear()

    def _interface_status(self, setup: Setup) -> Answer:
        return NO_FLAGS if self._has_interface(setup.index) else Handshake.STALL

    def _endpoint_status(self, setup: Setup) -> Answer:
        if not self._has_endpoint(setup.index):
            return Handshake.STALL
        return layouts.WORD.pack(setup.index in self.halted)

    def _clear_halt(self, setup: Setup) -> Answer:
        if setup.value != ENDPOINT_HALT or not self._has_endpoint(setup.index):
            return Handshake.STALL
        self.halted.discard(setup.index)
        return b""

    def _set_halt(self, setup: Setup) -> Answer:
        if setup.value != ENDPOINT_HALT or not self._has_endpoint(setup.index):
            return Handshake.STALL
        if setup.index not in DEFAULT_PIPE:
            self.halted.add(setup.index)
        return b""

    def _set_address(self, setup: Setup) -> Answer:
        if setup.value > HIGHEST_ADDRESS or self.configuration:
            return Handshake.STALL
        self.address = setup.value
        return b""

    def _get_descriptor(self, setup: Setup) -> Answer:
        """A device that is only full-speed has no qualifier and no other speed (9.6.2)."""
        kind, index = divmod(setup.value, 0x100)
        known = self._descriptors
        if kind == DescriptorType.STRING:
            return known.strings.descriptor(index, setup.index) or Handshake.STALL
        if index:
            return Handshake.STALL
        whole = {
            int(DescriptorType.DEVICE): known.device,
            int(DescriptorType.CONFIGURATION): known.configuration,
        }
        return whole.get(kind, Handshake.STALL)

    def _get_interface_descriptor(self, setup: Setup) -> Answer:
        kind, index = divmod(setup.value, 0x100)
        if index:
            return Handshake.STALL
        return self._descriptors.of_interfaces.get((setup.index, kind), Handshake.STALL)

    def _set_configuration(self, setup: Setup) -> Answer:
        """Also before an address is set: a virtual host controller keeps addresses to itself."""
        if setup.value not in {0, CONFIGURATION_VALUE}:
            return Handshake.STALL
        self.configuration = setup.value
        self.halted.clear()
        self._configured()
        return b""

    def _get_interface(self, setup: Setup) -> Answer:
        return b"\x00" if self._has_interface(setup.index) else Handshake.STALL

    def _set_interface(self, setup: Setup) -> Answer:
        """There is only the setting 0; choosing it takes its endpoints out of halt (9.1.1.5)."""
        if setup.value or not self._has_interface(setup.index):
            return Handshake.STALL
        self.halted -= self._endpoints[setup.index]
        return b""

    def _has_interface(self, number: int) -> bool:
        return bool(self.configuration) and number in self._endpoints

    def _has_endpoint(self, address: int) -> bool:
        is_open = self.configuration != 0 and address in self._addresses
        return is_open or address in DEFAULT_PIPE
