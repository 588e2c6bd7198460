"""A virtual machine that is offered a device: its messages go to the device, their ends come back.

Nothing here waits and nothing here knows sockets; whatever is to be sent is handed to ``send``.
"""

from collections.abc import Callable
from typing import Final

from watchclock_sim.line.carriers.outbox import Outbox
from watchclock_sim.usb.bus import Setup, UsbDevice
from watchclock_sim.usbredir.description import connect_message, endpoint_info, interface_info
from watchclock_sim.usbredir.guest_transfers import GuestTransfers
from watchclock_sim.usbredir.layouts import (
    ALT_SETTING,
    ALT_STATUS,
    CONFIGURATION_STATUS,
    HEAD,
    HEAD_64,
    HELLO,
    RECEIVING,
    Capability,
    Kind,
    RedirStatus,
)
from watchclock_sim.usbredir.messages import OFFERED, Message, MessageReader, capability_word

__all__ = ["Guest"]

NAME: Final = b"watchclock"


class Guest:
    """Takes the device when made, and gives it back when closed.

    Args:
        device: what is offered.
        send: takes octets for the guest, to be joined in this order.
    """

    def __init__(self, device: UsbDevice, send: Callable[[list[bytes]], None]) -> None:
        self._device = device
        self._outbox = Outbox(send)
        self._reader = MessageReader()
        self._has_greeted = False
        self._is_offered = False
        self._awaits_ack = False
        self._is_full = False
        self._is_closed = False
        self.done = 0
        """Messages that were whole."""
        device.reset()
        transfers = GuestTransfers(device, self._reader, self._tell, self._presence)
        self._transfers = transfers
        self._tasks: dict[Kind, Callable[[Message], None]] = {
            Kind.RESET: self._reset,
            Kind.SET_CONFIGURATION: self._set_configuration,
            Kind.GET_CONFIGURATION: self._get_configuration,
            Kind.SET_ALT_SETTING: self._set_alt_setting,
            Kind.GET_ALT_SETTING: self._get_alt_setting,
            Kind.START_ISO: self._refuse_iso,
            Kind.STOP_ISO: self._refuse_iso,
            Kind.START_RECEIVING: transfers.start_receiving,
            Kind.STOP_RECEIVING: transfers.stop_receiving,
            Kind.CANCEL: transfers.cancel,
            Kind.CONTROL: transfers.control,
            Kind.BULK: transfers.bulk,
            Kind.INTERRUPT: transfers.interrupt,
        }
        hello = HELLO.pack(NAME) + capability_word(OFFERED)
        self._outbox.put(HEAD.pack(Kind.HELLO, len(hello), 0), hello)

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
        self._transfers.hold()

    def go_on(self) -> None:
        """The guest reads again.

        Raises:
            HostRefusedError: what it had sent meanwhile is not what a guest may send.
        """
        self._is_full = False
        self._transfers.go_on()
        self._work()

    def close(self) -> None:
        """The guest has gone; the device can be offered again. May be called twice."""
        if not self._is_closed:
            self._is_closed = True
            self._transfers.close()

    def _work(self) -> None:
        with self._outbox.gathering():
            while not (self._is_full or self._is_closed):
                message = self._reader.next()
                if message is None:
                    break
                self.done += 1
                self._do(message)

    def _do(self, message: Message) -> None:
        """What comes while no device is offered was meant for the one before, and is dropped."""
        if message.kind is Kind.HELLO:
            self._has_greeted = True
            self._offer()
        elif message.kind is Kind.DISCONNECT_ACK:
            if self._awaits_ack:
                self._awaits_ack = False
                self._offer()
        elif self._is_offered:
            self._tasks[message.kind](message)

    def _tell(self, kind: Kind, number: int, content: bytes, data: bytes = b"") -> None:
        head = HEAD_64 if Capability.NUMBERS_OF_64_BITS in self._reader.shared else HEAD
        self._outbox.put(head.pack(kind, len(content) + len(data), number) + content, data)

    def _offer(self) -> None:
        """Tell the guest of the device, in the order the protocol wants, if it is there."""
        if self._has_greeted and self._device.is_plugged and not self._awaits_ack:
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
            self._awaits_ack = Capability.DISCONNECT_ACK in self._reader.shared
            self._tell(Kind.DISCONNECT, 0, b"")

    def _reset(self, _message: Message) -> None:
        self._transfers.forget()
        self._device.reset()

    def _ask(self, request_type: int, request: int, value: int, index: int) -> RedirStatus:
        setup = Setup(
            request_type=request_type, request=request, value=value, index=index, length=0
        )
        answer = self._device.control(setup, b"")
        return RedirStatus.DONE if isinstance(answer, bytes) else RedirStatus.STALLED

    def _set_configuration(self, message: Message) -> None:
        self._transfers.forget()
        status = self._ask(0x00, 9, message.data[0], 0)
        if status is RedirStatus.DONE:
            self._describe()
        self._tell_configuration(message, status)

    def _get_configuration(self, message: Message) -> None:
        self._tell_configuration(message, RedirStatus.DONE)

    def _tell_configuration(self, message: Message, status: RedirStatus) -> None:
        data = CONFIGURATION_STATUS.pack(status, self._device.configuration)
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
        is_known = any(each.number == interface for each in self._device.interfaces)
        status = RedirStatus.DONE if is_known else RedirStatus.INVALID
        data = ALT_STATUS.pack(status, interface, 0)
        self._tell(Kind.ALT_SETTING_STATUS, message.number, data)

    def _refuse_iso(self, message: Message) -> None:
        data = RECEIVING.pack(RedirStatus.INVALID, message.data[0])
        self._tell(Kind.ISO_STATUS, message.number, data)
