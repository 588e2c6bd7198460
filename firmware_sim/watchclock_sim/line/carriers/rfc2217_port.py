"""A serial port on the network with its settings and lines: Telnet with the option of RFC 2217.

The conversation itself is pyserial's ``PortManager``, the server's half of what pyserial's clients
speak, completed in ``rfc2217_server``. It raises whatever a hostile host makes it stumble over,
and never forgets a suboption that does not end; so what it raises ends that host's turn, and a
long suboption as well.
"""

import logging
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, cast

from serial.rfc2217 import IAC, IAC_DOUBLED, M_NORMAL

from watchclock_sim.line.carriers.rfc2217_server import Rfc2217Server
from watchclock_sim.line.carriers.tcp_port import TcpPort
from watchclock_sim.line.serial_line import DATA_BITS, Parity, SerialLine

if TYPE_CHECKING:
    from serial.rfc2217 import Serial

__all__ = ["Rfc2217Port"]

LOG: Final = logging.getLogger(__name__)
MOST_OWED: Final = 16_384
MOST_ACCEPTED: Final = 4096
MOST_HEARD: Final = 16_384
"""Held for a dock that does not read, from a host that takes no answers."""
LONGEST_SUBOPTION: Final = 256
FASTEST_BAUD: Final = 12_000_000
"""The speed of a full-speed USB bus; no adapter does more."""


def _nobody() -> None:
    """Stands for a dock that does not watch yet."""


class Rfc2217Port:
    """Listens on ``host:port``; one host at a time, as ``TcpPort`` has it.

    Args:
        host: interface to listen on.
        port: TCP port, 0 for any free one, which is then kept.

    Raises:
        PortTakenError: the port is in use or may not be used.
    """

    def __init__(self, host: str, port: int) -> None:
        self._tcp = TcpPort(host, port)
        self._line = SerialLine()
        self._host_number = 0
        self._conversation: _Conversation | None = None
        self._heard = b""
        self._wake: Callable[[], None] = _nobody
        self._has_complained = False

    @property
    def address(self) -> str:
        """Where a host connects to."""
        return self._tcp.address.replace("tcp:", "rfc2217:", 1)

    @property
    def line(self) -> SerialLine:
        """As the present host has set it; its speed is 0 until one has."""
        return self._line

    def watch(self, wake: Callable[[], None]) -> None:
        """Call ``wake`` whenever there is something to do; see ``Port.watch``."""
        self._wake = wake
        self._tcp.watch(wake)

    def read(self) -> bytes:
        """The data the host has sent; settings that stand among it are taken in. Never waits."""
        heard, self._heard = self._heard, b""
        return heard + self._receive()

    def _receive(self) -> bytes:
        if self._conversation is not None:
            self._conversation.send()
            if self._conversation.owes_much:
                # A host that does not take the answers to its settings is not heard any further.
                return b""
        received = self._tcp.read()
        conversation = self._present_conversation()
        if conversation is None:
            return b""
        try:
            data = conversation.receive(received)
        except (TypeError, ValueError, KeyError, struct.error) as error:
            self._cut_off(error)
            return b""
        conversation.send()
        return data

    def write(self, data: bytes) -> int:
        """How many of these bytes were taken; without a host they all fall on the floor."""
        conversation = self._present_conversation()
        if conversation is not None and conversation.is_suspended:
            self._hear_aside()
            conversation = self._present_conversation()
        if conversation is None:
            return self._tcp.write(data)
        return conversation.send(data)

    def _hear_aside(self) -> None:
        """Hear a host that has suspended us: it can end that, and a full dock reads nothing."""
        data = self._receive()
        if data:
            self._heard += data
            self._wake()
        if len(self._heard) > MOST_HEARD:
            self._cut_off(ValueError(f"more than {MOST_HEARD} bytes, but no answer is wanted"))

    def lines_changed(self) -> None:
        """Tell the host of the wand's lines."""
        conversation = self._present_conversation()
        if conversation is not None:
            conversation.send()

    def unplug(self) -> None:
        """Drop the host and stop listening."""
        self._tcp.unplug()
        self._present_conversation()

    def replug(self) -> None:
        """Listen again on the same port.

        Raises:
            PortTakenError: the port is in use or may not be used.
        """
        self._tcp.replug()

    def close(self) -> None:
        """Stop listening for good."""
        self.unplug()

    def _present_conversation(self) -> "_Conversation | None":
        """With the host that is there now; every host begins with settings of its own."""
        if not self._tcp.has_host:
            if self._conversation is not None:
                self._forget_host()
        elif self._host_number != self._tcp.hosts_let_in:
            self._forget_host()
            self._host_number = self._tcp.hosts_let_in
            self._conversation = _Conversation(self._tcp, self._line)
        return self._conversation

    def _forget_host(self) -> None:
        self._conversation = None
        self._heard = b""
        self._line.forget_host()

    def _cut_off(self, error: Exception) -> None:
        self._complain(error)
        self._tcp.drop_host()

    def _complain(self, error: Exception) -> None:
        level = logging.DEBUG if self._has_complained else logging.WARNING
        self._has_complained = True
        LOG.log(
            level, "%s: a host that does not speak RFC 2217 was cut off: %r", self.address, error
        )


class _Conversation:
    """One host's: its data and its settings apart, and what it is owed."""

    def __init__(self, tcp: TcpPort, line: SerialLine) -> None:
        self._tcp = tcp
        self._owed = bytearray()
        self._waiting = bytearray()
        # Its types ask for whole serial ports, of which it uses what these two classes have.
        port = cast("Serial", _LineAsSerial(line, self._waiting.clear))
        self._manager = Rfc2217Server(port, cast("Serial", _Sink(self._owed)))

    @property
    def is_suspended(self) -> bool:
        """Whether the host wants to be sent nothing until it says otherwise."""
        return self._manager.is_suspended

    @property
    def owes_much(self) -> bool:
        """Whether the host should take something before it is heard again.

        Not while it has suspended us: only what it says next can end that.
        """
        return len(self._owed) > MOST_OWED and not self.is_suspended

    def receive(self, received: bytes) -> bytes:
        """The data among these bytes.

        Raises:
            TypeError, ValueError, KeyError, struct.error: they are no RFC 2217.
        """
        manager = self._manager
        if IAC not in received and manager.mode == M_NORMAL and manager.suboption is None:
            return received
        data = b"".join(manager.filter(received))
        if manager.suboption is not None and len(manager.suboption) > LONGEST_SUBOPTION:
            raise ValueError(f"a suboption of more than {LONGEST_SUBOPTION} bytes")
        if self.is_suspended and len(self._owed) > MOST_OWED:
            raise ValueError(f"more than {MOST_OWED} bytes of answers that it does not let go")
        return data

    def send(self, data: bytes = b"") -> int:
        """Send what is owed and as much of ``data`` as can be; how many bytes of it were taken."""
        self._manager.check_modem_lines()
        self._flush()
        taken = 0
        # Whoever is refused bytes has to be woken for the rest, which only the connection does.
        while taken < len(data) and not (self._owed or self._waiting):
            self._waiting += data[taken : taken + MOST_ACCEPTED]
            taken += len(self._waiting)
            self._flush()
        return taken

    def _flush(self) -> None:
        """Send notifications before data, until all is sent or the connection takes no more.

        Whatever stays here is sent when the connection wakes the dock, and nothing else would; or
        when a host that has suspended us says that it wants to hear more.
        """
        while (self._owed or self._waiting) and not self.is_suspended:
            if not self._owed:
                self._owed += self._waiting.replace(IAC, IAC_DOUBLED)
                self._waiting.clear()
            del self._owed[: self._tcp.write(bytes(self._owed))]
            if self._owed:
                return


class _Sink:
    """The connection as ``PortManager`` writes to it."""

    def __init__(self, owed: bytearray) -> None:
        self._owed = owed

    def write(self, data: bytes) -> None:
        self._owed += data


class _LineAsSerial:
    """A ``SerialLine`` under the names of pyserial's ports, as ``PortManager`` uses them."""

    def __init__(self, line: SerialLine, purge: Callable[[], None]) -> None:
        self._line = line
        self._purge = purge
        self.xonxoff = False
        self.rtscts = False

    @property
    def baudrate(self) -> int:
        return self._line.baud

    @baudrate.setter
    def baudrate(self, value: int) -> None:
        if value > FASTEST_BAUD:
            raise ValueError(f"{value} baud")
        self._line.baud = value

    @property
    def bytesize(self) -> int:
        return self._line.data_bits

    @bytesize.setter
    def bytesize(self, value: int) -> None:
        if value not in DATA_BITS:
            raise ValueError(f"{value} data bits")
        self._line.data_bits = value

    @property
    def parity(self) -> str:
        return self._line.parity.value

    @parity.setter
    def parity(self, value: str) -> None:
        self._line.parity = Parity(value)

    @property
    def stopbits(self) -> float:
        return self._line.stop_bits

    @stopbits.setter
    def stopbits(self, value: float) -> None:
        self._line.stop_bits = value

    @property
    def dtr(self) -> bool:
        return self._line.dtr

    @dtr.setter
    def dtr(self, value: bool) -> None:
        self._line.dtr = value

    @property
    def rts(self) -> bool:
        return self._line.rts

    @rts.setter
    def rts(self, value: bool) -> None:
        self._line.rts = value

    @property
    def break_condition(self) -> bool:
        return self._line.is_break

    @break_condition.setter
    def break_condition(self, value: bool) -> None:
        self._line.is_break = value

    @property
    def cts(self) -> bool:
        return self._line.cts

    @property
    def dsr(self) -> bool:
        return self._line.dsr

    @property
    def ri(self) -> bool:
        return self._line.ri

    @property
    def cd(self) -> bool:
        return self._line.dcd

    def reset_input_buffer(self) -> None:
        """What the wand has sent and is not on its way yet is lost."""
        self._purge()

    def reset_output_buffer(self) -> None:
        """Nothing: what the host sends is with the wand at once."""
