"""A virtual machine that is offered a device: its messages go to the device, their ends come back.

Nothing here waits and nothing here knows sockets; whatever is to be sent is handed to ``send``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from watchclock_sim.errors import HostRefusedError
from watchclock_sim.line.carriers.transfer_room import LONGEST_INPUT, TransferRoom
from watchclock_sim.usb.bus import Endpoint, Setup, TransferType, UsbDevice
from watchclock_sim.usb.transfers import Transfers, TransferStatus
from watchclock_sim.usbredir.description import connect_message, endpoint_info, interface_info
from watchclock_sim.usbredir.layouts import (
    ALT_SETTING,
    ALT_STATUS,
    BULK,
    BULK_HIGH,
    CONFIGURATION_STATUS,
    CONTROL,
    HEAD,
    HEAD_64,
    HELLO,
    INTERRUPT,
    RECEIVING,
    Capability,
    Kind,
    RedirStatus,
)
from watchclock_sim.usbredir.messages import OFFERED, Message, MessageReader, capability_word

__all__ = ["Guest"]

TO_HOST: Final = 0x80
NAME: Final = b"watchclock"
OCTETS_AT_ONCE: Final = 1 << 16
HALF: Final = 16
STATUSES: Final = {
    TransferStatus.DONE: RedirStatus.DONE,
    TransferStatus.STALLED: RedirStatus.STALLED,
    TransferStatus.CANCELLED: RedirStatus.CANCELLED,
}
"""A transfer whose device is gone is not answered: the guest is told of the device instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pending:
    """A transfer that is not answered yet.

    Attributes:
        message: the guest's, whose head goes back with it.
        endpoint: its address.
        asked: octets it asks for.
        held: octets it brings.
    """

    message: Message
    endpoint: int
    asked: int = 0
    held: int = 0


class Guest:
    """Takes the device when made, and gives it back when closed.

    Args:
        device: what is offered.
        send: takes octets for the guest, to be joined in this order.
    """

    def __init__(self, device: UsbDevice, send: Callable[[list[bytes]], None]) -> None:
        self._device = device
        self._send = send
        self._reader = MessageReader()
        self._room = TransferRoom()
        self._pending: dict[int, _Pending] = {}
        self._receiving: dict[int, Endpoint] = {}
        self._received = 0
        self._outgoing: list[bytes] = []
        self._outgoing_octets = 0
        self._is_working = False
        self._is_full = False
        self._is_closed = False
        self._is_offered = False
        self._awaits_ack = False
        self.done = 0
        """Messages that were whole."""
        self._tasks: dict[Kind, Callable[[Message], None]] = {
            Kind.HELLO: lambda _message: self._offer(),
            Kind.DISCONNECT_ACK: lambda _message: self._acknowledged(),
            Kind.RESET: lambda _message: self._reset(),
            Kind.SET_CONFIGURATION: self._set_configuration,
            Kind.GET_CONFIGURATION: self._get_configuration,
            Kind.SET_ALT_SETTING: self._set_alt_setting,
            Kind.GET_ALT_SETTING: self._get_alt_setting,
            Kind.START_ISO: self._refuse_iso,
            Kind.STOP_ISO: self._refuse_iso,
            Kind.START_RECEIVING: self._start_receiving,
            Kind.STOP_RECEIVING: self._stop_receiving,
            Kind.CANCEL: lambda message: self._cancel(message.number),
            Kind.CONTROL: self._control,
            Kind.BULK: self._bulk,
            Kind.INTERRUPT: self._interrupt,
        }
        device.reset()
        self._transfers = Transfers(device, self._complete, self._presence)
        hello = HELLO.pack(NAME) + capability_word(OFFERED)
        self._send([HEAD.pack(Kind.HELLO, len(hello), 0) + hello])

    @property
    def has_part(self) -> bool:
        """Whether the guest owes the rest of a message, though nothing holds it up."""
        return self._reader.has_part and not self._is_full

    def receive(self, data: bytes | bytearray | memoryview) -> None:
        """Octets of the guest.

        Raises:
            HostRefusedError: they are not what a guest may send.
        """
        self._reader.feed(data)
        self._work()

    def hold(self) -> None:
        """The guest does not read what is sent to it: do no more for it."""
        self._is_full = True

    def go_on(self) -> None:
        """The guest reads again.

        Raises:
            HostRefusedError: what it had sent meanwhile is not what a guest may send.
        """
        self._is_full = False
        for endpoint in list(self._receiving):
            self._receive_more(endpoint)
        self._work()

    def close(self) -> None:
        """The guest has gone; the device can be offered again. May be called twice."""
        if not self._is_closed:
            self._is_closed = True
            self._receiving.clear()
            self._transfers.close()
            self._pending.clear()

    def _work(self) -> None:
        self._is_working = True
        try:
            while not (self._is_full or self._is_closed):
                message = self._reader.next()
                if message is None:
                    break
                self.done += 1
                is_for_device = message.kind not in (Kind.HELLO, Kind.DISCONNECT_ACK)
                if not is_for_device or self._is_offered:
                    self._tasks[message.kind](message)
        finally:
            self._is_working = False
            self._flush()

    # The device comes and goes.

    def _offer(self) -> None:
        """Tell the guest of the device, in the order the protocol wants, if it is there."""
        if not self._device.is_plugged or self._awaits_ack:
            return
        self._is_offered = True
        self._describe()
        self._tell(Kind.CONNECT, 0, connect_message(self._device, self._reader.shared))

    def _describe(self) -> None:
        self._tell(Kind.ENDPOINTS, 0, endpoint_info(self._device, self._reader.shared))
        self._tell(Kind.INTERFACES, 0, interface_info(self._device))

    def _presence(self, is_plugged: bool) -> None:  # noqa: FBT001 - the value is what is told
        if is_plugged:
            self._offer()
        elif self._is_offered:
            self._is_offered = False
            self._receiving.clear()
            self._awaits_ack = Capability.DISCONNECT_ACK in self._reader.shared
            self._tell(Kind.DISCONNECT, 0, b"")

    def _acknowledged(self) -> None:
        """The guest has seen that the device is gone; what it sends is for the next one."""
        if self._awaits_ack:
            self._awaits_ack = False
            self._offer()

    def _reset(self) -> None:
        self._forget()
        self._device.reset()

    def _forget(self) -> None:
        """What is pending is dropped, and answered as cancelled."""
        self._receiving.clear()
        for number in [*self._pending]:
            self._transfers.cancel(number)

    # What the protocol has messages of its own for.

    def _ask(self, request_type: int, request: int, value: int, index: int) -> RedirStatus:
        setup = Setup(
            request_type=request_type, request=request, value=value, index=index, length=0
        )
        answer = self._device.control(setup, b"")
        return RedirStatus.DONE if isinstance(answer, bytes) else RedirStatus.STALLED

    def _set_configuration(self, message: Message) -> None:
        self._forget()
        status = self._ask(0x00, 9, message.data[0], 0)
        if status is RedirStatus.DONE:
            self._describe()
        data = CONFIGURATION_STATUS.pack(status, self._device.configuration)
        self._tell(Kind.CONFIGURATION_STATUS, message.number, data)

    def _get_configuration(self, message: Message) -> None:
        data = CONFIGURATION_STATUS.pack(RedirStatus.DONE, self._device.configuration)
        self._tell(Kind.CONFIGURATION_STATUS, message.number, data)

    def _set_alt_setting(self, message: Message) -> None:
        interface, setting = ALT_SETTING.unpack(message.data)
        status = self._ask(0x01, 11, setting, interface)
        if status is RedirStatus.DONE:
            self._describe()
        data = ALT_STATUS.pack(status, interface, setting)
        self._tell(Kind.ALT_SETTING_STATUS, message.number, data)

    def _get_alt_setting(self, message: Message) -> None:
        """Every interface has one setting, 0."""
        interface = message.data[0]
        numbers = [each.number for each in self._device.interfaces]
        status = RedirStatus.DONE if interface in numbers else RedirStatus.INVALID
        data = ALT_STATUS.pack(status, interface, 0)
        self._tell(Kind.ALT_SETTING_STATUS, message.number, data)

    def _refuse_iso(self, message: Message) -> None:
        data = RECEIVING.pack(RedirStatus.INVALID, message.data[0])
        self._tell(Kind.ISO_STATUS, message.number, data)
