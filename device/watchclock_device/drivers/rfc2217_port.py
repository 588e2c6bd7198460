"""Serial servers that speak RFC 2217: speed and line levels travel with the bytes.

pyserial's client does the talking; what breaks in it is mended in one class here. Its errors are
texts, and its thread dies in the middle of a negotiation with a traceback for the user when the
server hangs up, which servers do whose port another client has.
"""

import contextlib
import re
import threading
import time
import warnings
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

from serial import rfc2217
from typing_extensions import override

from watchclock_device.errors import (
    AddressError,
    DeviceError,
    LineRefusedError,
    LinkLostError,
    PortBusyError,
    PortForbiddenError,
    PortNotFoundError,
    PortUnusableError,
)
from watchclock_device.links import FoundPort, Link, discard_greeting
from watchclock_protocol.dialect import LineSettings
from watchclock_protocol.filled_reasons import FilledReason

if TYPE_CHECKING:
    import socket

__all__ = ["Rfc2217Driver", "Rfc2217Link"]

_SLICE_S: Final = 0.02
"""How long one look into the client's queue lasts; data that comes ends it at once."""
_GATHER_S: Final = 0.002
_LAST_PORT: Final = 65535
_IGNORE_CONTROL: Final = "ign_set_control"
_BROKEN: Final = (OSError, ValueError, TypeError, AttributeError)
"""What pyserial raises, in any thread, when a connection ends or a server answers nonsense."""
_LAST_WORDS_S: Final = 1.0
_LONGEST_WORDS: Final = 80
_OPTION: Final = re.compile(r"option '(?P<name>\w+)'")


class _Client(rfc2217.Serial):
    """pyserial's client, of which nothing falls to the user or is left behind.

    Attributes:
        is_hung_up: the server ended the connection.
        last_words: what it said when it did so instead of letting us in.
    """

    def __init__(self, line: LineSettings) -> None:
        """A client that is not connected yet and will ask for these settings, 8N1."""
        self.is_hung_up = False
        self.last_words = b""
        self._is_let_in = False
        self._reader = 0
        self._has_ended = threading.Event()
        super().__init__(timeout=_SLICE_S, baudrate=line.baud)
        self.dtr = line.dtr
        self.rts = line.rts

    @override
    def open(self) -> None:
        """Connect and negotiate; raises OSError or ValueError with pyserial's texts."""
        with warnings.catch_warnings():
            # pyserial 3.5 starts its thread by a method that Python 3.10 deprecated.
            warnings.simplefilter("ignore", DeprecationWarning)
            super().open()
        self._is_let_in = True

    @override
    def close(self) -> None:
        """Close; pyserial forgets the socket unclosed when the server was gone first."""
        connection = cast("socket.socket | None", vars(self).get("_socket"))
        super().close()
        if connection is not None:
            connection.close()

    @override
    def telnet_send_option(self, action: bytes, option: bytes) -> None:
        """Agree on an option, or ask for it."""
        with self._hearing_last_words():
            super().telnet_send_option(action, option)

    @override
    def rfc2217_send_subnegotiation(self, option: bytes, value: bytes = b"") -> None:
        """Ask for a setting."""
        with self._hearing_last_words():
            super().rfc2217_send_subnegotiation(option, value)

    @contextlib.contextmanager
    def _hearing_last_words(self) -> Generator[None]:
        """A server that does not listen any more may have said why: that is read to its end."""
        try:
            yield
        except OSError:
            if threading.get_ident() != self._reader:
                self._has_ended.wait(_LAST_WORDS_S)
                raise

    def gathered(self) -> bytes:
        """What comes right behind a byte: pyserial's thread hands bytes out one by one."""
        time.sleep(_GATHER_S)
        waiting = self.in_waiting
        return self.read(waiting) if waiting else b""

    def _telnet_read_loop(self) -> None:
        """The thread of pyserial; it ends when the connection has, and all that came was read.

        Once this thread has ended pyserial hands out nothing any more, not even what has arrived.
        """
        self._reader = threading.get_ident()
        with contextlib.suppress(*_BROKEN):
            cast("Any", super())._telnet_read_loop()  # noqa: SLF001 - the base's own, not declared
        self.is_hung_up = self.is_open
        with contextlib.suppress(OSError):
            if not self._is_let_in:
                self.last_words = self.read(self.in_waiting)
            self._has_ended.set()
            while self.in_waiting:
                time.sleep(_SLICE_S)


class Rfc2217Link:
    """A port of a serial server."""

    def __init__(self, address: str, client: _Client) -> None:
        self._address = address
        self._client = client

    def read(self, timeout_s: float) -> bytes:
        """What has arrived; see ``Link.read``."""
        end = time.monotonic() + timeout_s
        try:
            while True:
                # Setting a time limit would make the client negotiate anew, so it has a fixed one.
                data = self._client.read(1)
                if data:
                    return data + self._client.gathered()
                if time.monotonic() >= end:
                    return b""
        except _BROKEN as error:
            raise LinkLostError(address=self._address) from error

    def write(self, data: bytes) -> None:
        """All of ``data`` written; see ``Link.write``."""
        try:
            self._client.write(data)
        except _BROKEN as error:
            raise LinkLostError(address=self._address) from error

    def close(self) -> None:
        """The connection is closed."""
        self._client.close()


class Rfc2217Driver:
    """Opens ``rfc2217:HOST:PORT`` addresses.

    Its only switch, ``ign_set_control``, does not wait for the server's word that DTR and RTS are
    set: a port without these lines, such as a pseudo-terminal behind ser2net, never gives it.
    """

    scheme = "rfc2217"

    @property
    def switches(self) -> frozenset[str]:
        """See ``SwitchedPortDriver``."""
        return frozenset({_IGNORE_CONTROL})

    def find(self) -> Sequence[FoundPort]:
        """Nothing: a network is not searched."""
        return ()

    def open(self, target: str, line: LineSettings) -> Link:
        """The port behind ``HOST:PORT``, 8N1; see ``PortDriver``.

        Raises:
            LineRefusedError: the server does not confirm speed or line levels.
            DeviceError: see ``PortDriver``.
        """
        return self.open_switched(target, line, frozenset())

    def open_switched(self, target: str, line: LineSettings, switches: frozenset[str]) -> Link:
        """As ``open``, with these switches."""
        question = f"?{'&'.join(sorted(switches))}" if switches else ""
        address = f"{self.scheme}:{target}{question}"
        _require_place(address, target)
        client = _Client(line)
        client.port = f"rfc2217://{target}{question}"
        try:
            client.open()
        except _BROKEN as error:
            raise _open_error(address, client, error) from error
        link = Rfc2217Link(address, client)
        discard_greeting(link, line.settle_s)
        return link


def _require_place(address: str, target: str) -> None:
    host, _, port = target.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) <= _LAST_PORT:
        raise AddressError(address=address, reason="an RFC 2217 port is written rfc2217:HOST:PORT")


def _open_error(address: str, client: _Client, error: Exception) -> DeviceError:
    """What pyserial's error means; it tells it only by its text and by what it came from."""
    cause = error.__context__
    if isinstance(cause, PermissionError):
        return PortForbiddenError(address=address)
    if isinstance(cause, OSError):
        return PortNotFoundError(address=address)
    if client.is_hung_up or isinstance(error, ConnectionError):
        return _sent_away(address, client.last_words)
    return _refusal(address, str(error))


def _sent_away(address: str, words: bytes) -> DeviceError:
    """Why the server hung up; ser2net 4.3 says that the port is in use, or cannot be opened."""
    said = "".join(filter(str.isprintable, words.decode("ascii", "replace"))).strip()
    if not said or "in use" in said:
        return PortBusyError(address=address)
    reason = FilledReason("its serial server says “{said}”", said=said[:_LONGEST_WORDS])
    return PortUnusableError(address=address, reason=reason)


def _refusal(address: str, said: str) -> DeviceError:
    if option := _OPTION.search(said):
        reason = FilledReason("it does not confirm {option}", option=option["name"])
        return LineRefusedError(address=address, reason=reason)
    if "parameter change" in said:
        return LineRefusedError(address=address, reason="it does not confirm speed and format")
    return PortUnusableError(address=address, reason="nobody there speaks RFC 2217")
