"""A host in the same process as the wands: it waits for a transfer by letting the wands live.

Nothing else runs while it waits, so it turns every dock and lets the clock go on to the next
moment at which one of them has something to do.
"""

import time
from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

from watchclock_sim.line.carriers.port import Clock, SystemClock
from watchclock_sim.line.dock import Dock
from watchclock_sim.usb.bus import TO_HOST, Setup
from watchclock_sim.usb.descriptors import CONFIGURATION_VALUE, DescriptorType
from watchclock_sim.usb.device import WandUsbDevice
from watchclock_sim.usb.transfers import Transfers, TransferStatus

__all__ = ["DockedWand", "Ended", "HostPort", "SleepingClock", "WaitingClock"]
__all__ += ["WaitingHost"]

SHORTEST_WAIT_S: Final = 0.0001
HIGHEST_ADDRESS: Final = 127
GET_DESCRIPTOR: Final = 6
WHOLE: Final = 0xFFFF
"""Asks for a descriptor however long it is."""


class WaitingClock(Clock, Protocol):
    """A clock that can be waited by."""

    def wait(self, seconds: float) -> None:
        """Return so much later."""
        ...


class SleepingClock(SystemClock):
    """The clocks of this machine; waiting sleeps."""

    def wait(self, seconds: float) -> None:
        """Sleep."""
        time.sleep(seconds)


class DockedWand(NamedTuple):
    """A wand in its dock, and the device that the dock's port stands before."""

    device: WandUsbDevice
    dock: Dock


class Ended(NamedTuple):
    """How a transfer ended.

    Attributes:
        data: what came of the device.
        taken: octets that the device took of one that was taken back.
    """

    status: TransferStatus
    data: bytes
    taken: int = 0


class HostPort:
    """One port of the host's hub with the wand in it.

    Attributes:
        number: of the port, from 1.
        address: of the device on the bus; another one each time it comes; 0 while it is away.
        device_descriptor: as the host read it when the device came.
        configuration_descriptor: the same.
    """

    def __init__(self, number: int, wand: DockedWand) -> None:
        self.number = number
        self.device = wand.device
        self.address = 0
        self.device_descriptor = b""
        self.configuration_descriptor = b""
        self._next_address = number
        self._number = 0
        self._ended: dict[int, Ended] = {}
        self._transfers = Transfers(wand.device, self._complete, self._came_or_went)
        if wand.device.is_plugged:
            self._enumerate()

    @property
    def configuration(self) -> int:
        """The one that is in force in the device."""
        return self.device.configuration

    def control(self, setup: Setup, data: bytes = b"") -> Ended:
        """A control transfer, which never waits."""
        number = self._new_number()
        self._transfers.submit_control(number, setup, data)
        return self._ended.pop(number)

    def submit(self, endpoint: int, length: int, data: bytes) -> int:
        """Begin a transfer to or from a data endpoint; its number."""
        number = self._new_number()
        if endpoint & TO_HOST:
            self._transfers.submit_in(number, endpoint, length)
        else:
            self._transfers.submit_out(number, endpoint, data)
        return number

    def ended(self, number: int) -> Ended | None:
        """How a transfer ended, told once; None while it is pending."""
        return self._ended.pop(number, None)

    def cancel(self, number: int) -> Ended:
        """Take a pending transfer back."""
        taken = self._transfers.taken(number)
        self._transfers.cancel(number)
        return self._ended.pop(number)._replace(taken=taken)

    def clear_halt(self, endpoint: int) -> Ended:
        """CLEAR_FEATURE with ENDPOINT_HALT (USB 2.0, 9.4.1)."""
        return self.control(_setup(0x02, 1, 0, endpoint))

    def configure(self, value: int) -> Ended:
        """SET_CONFIGURATION."""
        return self.control(_setup(0x00, 9, value))

    def reset(self) -> None:
        """Reset the port and set the device up again at the same address, as a kernel does."""
        self.device.reset()
        self._set_up()

    def close(self) -> None:
        """The host goes away."""
        self._transfers.close()

    def _new_number(self) -> int:
        self._number += 1
        return self._number

    def _complete(self, number: int, status: TransferStatus, data: bytes) -> None:
        self._ended[number] = Ended(status, data)

    def _came_or_went(self, is_here: bool) -> None:  # noqa: FBT001 - the value is what is told
        if is_here:
            self._enumerate()
        else:
            self.address = 0

    def _enumerate(self) -> None:
        """A new address, so that nobody takes it for the device that was here before."""
        self.address = self._next_address
        self._next_address = self._next_address % HIGHEST_ADDRESS + 1
        self._set_up()

    def _set_up(self) -> None:
        self.control(_setup(0x00, 5, self.address))
        self.device_descriptor = self._descriptor(DescriptorType.DEVICE)
        self.configuration_descriptor = self._descriptor(DescriptorType.CONFIGURATION)
        self.configure(CONFIGURATION_VALUE)

    def _descriptor(self, kind: DescriptorType) -> bytes:
        return self.control(_setup(TO_HOST, GET_DESCRIPTOR, kind << 8, 0, WHOLE)).data


class WaitingHost:
    """A host with one wand at each port.

    Args:
        wands: at ports 1, 2 and so on; addresses of different wands may be equal, ports not.
        clock: of the docks too.
    """

    def __init__(self, wands: Sequence[DockedWand], clock: WaitingClock) -> None:
        self.ports = tuple(HostPort(number, wand) for number, wand in enumerate(wands, start=1))
        self._docks = tuple(wand.dock for wand in wands)
        self._clock = clock

    def let_live(self) -> None:
        """Let every wand do what is due now, such as coming back."""
        for dock in self._docks:
            dock.turn()

    def control(self, port: HostPort, setup: Setup, data: bytes) -> Ended:
        """A whole control transfer, before and after which the wands live a moment."""
        self.let_live()
        ended = port.control(setup, data)
        self.let_live()
        return ended

    def transfer(
        self,
        port: HostPort,
        endpoint: int,
        *,
        length: int = 0,
        data: bytes = b"",
        timeout_s: float | None,
    ) -> Ended:
        """A whole transfer to or from a data endpoint.

        Args:
            port: where the device is.
            endpoint: its address.
            length: the most that is wanted of an IN endpoint.
            data: what goes to an OUT endpoint.
            timeout_s: how long it may take, None for ever.

        Returns:
            How it ended; it is taken back, and cancelled, when the time is over or when nothing
            could ever end it.
        """
        number = port.submit(endpoint, length, data)
        begun = self._clock.monotonic()
        while True:
            self.let_live()
            ended = port.ended(number)
            if ended is not None:
                return ended
            now = self._clock.monotonic()
            left_s = None if timeout_s is None else begun + timeout_s - now
            wait_s = self._until_something(now, left_s)
            if wait_s is None:
                return port.cancel(number)
            self._clock.wait(wait_s)

    def _until_something(self, now: float, left_s: float | None) -> float | None:
        """Seconds until a dock has something to do or the time is over; None when it is."""
        moments = [dock.idle_s(now) for dock in self._docks]
        if left_s is not None:
            if left_s <= 0:
                return None
            moments.append(left_s)
        waits = [seconds for seconds in moments if seconds is not None]
        return max(min(waits), SHORTEST_WAIT_S) if waits else None


def _setup(request_type: int, request: int, value: int, index: int = 0, length: int = 0) -> Setup:
    return Setup(
        request_type=request_type, request=request, value=value, index=index, length=length
    )
