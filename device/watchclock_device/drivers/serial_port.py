"""Serial ports and pseudo-terminals through pyserial; the only place that calls it.

Every failure of pyserial (``SerialException``, bare ``OSError``, ``termios.error``) becomes one of
the few errors of a link here.
"""

import errno
import select
import termios
from collections.abc import Sequence
from typing import Final

import serial
from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo

from watchclock_device.errors import (
    DeviceError,
    LinkLostError,
    PortBusyError,
    PortForbiddenError,
    PortNotFoundError,
    PortUnusableError,
)
from watchclock_device.links import FoundPort, Link, discard_greeting
from watchclock_device.usb_places import find_known
from watchclock_protocol.dialect import LineSettings
from watchclock_protocol.usb_identities import UsbWay

__all__ = ["SerialLink", "SerialPortDriver"]

_READ_BYTES: Final = 65536
_WRITE_TIMEOUT_S: Final = 5.0
_NOT_FOUND: Final = frozenset({errno.ENOENT, errno.ENXIO, errno.ENODEV, errno.EIO})
_FORBIDDEN: Final = frozenset({errno.EACCES, errno.EPERM})
_BUSY: Final = frozenset({errno.EBUSY, errno.EAGAIN})


class SerialLink:
    """A serial port held exclusively."""

    def __init__(self, address: str, port: serial.Serial) -> None:
        self._address = address
        self._port = port

    def read(self, timeout_s: float) -> bytes:
        """What has arrived; see ``Link.read``."""
        try:
            ready, _, _ = select.select([self._port.fileno()], [], [], max(0.0, timeout_s))
            return self._port.read(_READ_BYTES) if ready else b""
        except (OSError, ValueError, TypeError) as error:
            raise LinkLostError(address=self._address) from error

    def write(self, data: bytes) -> None:
        """All of ``data`` written; see ``Link.write``."""
        try:
            self._port.write(data)
        except (OSError, ValueError, TypeError) as error:
            raise LinkLostError(address=self._address) from error

    def close(self) -> None:
        """The port is free again."""
        self._port.close()


class SerialPortDriver:
    """Opens ``serial:PATH`` addresses."""

    scheme = "serial"

    def find(self) -> Sequence[FoundPort]:
        """The serial ports the system lists; pseudo-terminals are never among them."""
        return tuple(
            FoundPort(
                address=f"serial:{port.device}",
                description=_description(port),
                hardware="" if port.hwid == "n/a" else port.hwid,
                may_be_asked=port.vid is not None,
            )
            for port in sorted(list_ports.comports(), key=lambda port: port.device)
        )

    def open(self, target: str, line: LineSettings) -> Link:
        """The port at path ``target``, 8N1, locked against a second user; see ``PortDriver``."""
        address = f"serial:{target}"
        # Levels set before opening are applied by pyserial with the tolerance that ports without
        # these lines need, such as ptys. This is the only place that sets them.
        port = serial.Serial(exclusive=True, timeout=0, write_timeout=_WRITE_TIMEOUT_S)
        port.baudrate = line.baud
        port.dtr = line.dtr
        port.rts = line.rts
        port.port = target
        try:
            port.open()
        except (OSError, termios.error, ValueError) as error:
            raise _open_error(address, error) from error
        link = SerialLink(address, port)
        discard_greeting(link, line.settle_s)
        return link


def _description(port: ListPortInfo) -> str:
    """What the system calls it, and whose wands are known to be such a device."""
    told = "" if port.description == "n/a" else port.description
    if port.vid is None or port.pid is None:
        return told
    known = find_known(port.vid, port.pid, UsbWay.SERIAL)
    return told if known is None else f"{told}: {known.description}"


def _open_error(address: str, error: Exception) -> DeviceError:
    number = getattr(error, "errno", None)
    if number in _NOT_FOUND:
        return PortNotFoundError(address=address)
    if number in _FORBIDDEN:
        return PortForbiddenError(address=address)
    if number in _BUSY:
        return PortBusyError(address=address)
    return PortUnusableError(address=address, reason="it is no serial port")
