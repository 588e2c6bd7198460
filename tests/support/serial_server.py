"""A serial server on loopback that speaks RFC 2217 by pyserial's own ``PortManager``.

Its port is made by hand: what a client sets can be looked at, and it can refuse.
"""

import contextlib
import select
import socket
import threading
from collections.abc import Generator
from typing import Any, cast

from serial.rfc2217 import PortManager

from tests.support.byte_pipe import BytePipe, FarEnd

CONTROL = b"\xff\xfa\x2c\x69"
"""IAC SB COM-PORT-OPTION SERVER-SET-CONTROL."""
SPEED = b"\xff\xfa\x2c\x65"
"""IAC SB COM-PORT-OPTION SERVER-SET-BAUDRATE."""


class FarPort(BytePipe):
    """The serial port of the server; what ``PortManager`` sets is set here.

    Attributes:
        fixed_baud: the only speed it has, whatever it is asked for; 0 for any.
    """

    def __init__(self) -> None:
        super().__init__()
        self.fixed_baud = 0
        self._baudrate, self.bytesize, self.parity, self.stopbits = 9600, 8, "N", 1
        self.xonxoff = self.rtscts = self.dsrdtr = False
        self.dtr = self.rts = self.break_condition = False
        self.cts = self.dsr = self.cd = True
        self.ri = False

    @property
    def baudrate(self) -> int:
        return self.fixed_baud or self._baudrate

    @baudrate.setter
    def baudrate(self, baudrate: int) -> None:
        self._baudrate = baudrate

    def reset_input_buffer(self) -> None:
        """Nothing waits."""

    def reset_output_buffer(self) -> None:
        """Nothing waits."""


class SerialServer:
    """Serves one client after the other until it is unplugged.

    Attributes:
        address: where clients find it.
        port: the serial port behind it.
        mute: beginnings of answers that are never sent.
        hangs_up: every client is sent away at once, as by a server whose port is in use.
        last_words: what those it sends away are told, in the manner of ser2net 4.3.
        speaks: it speaks RFC 2217 at all.
        ends_after: after so many bytes of a client the connection ends; 0 for never.
    """

    def __init__(self) -> None:
        self.port = FarPort()
        self.mute: tuple[bytes, ...] = ()
        self.hangs_up = False
        self.last_words = b"\xff\xfd\x2cPort already in use\r\n"
        self.speaks = True
        self.ends_after = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"rfc2217:127.0.0.1:{self._listener.getsockname()[1]}"
        self._client: socket.socket | None = None
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        """What ``PortManager`` answers."""
        if not data.startswith(self.mute or b"\x00"):
            self._send(data)

    def unplug(self) -> None:
        """The client is cut off, and no other is let in."""
        self._listener.close()
        self.port.unplug()
        self._thread.join()

    def end(self) -> FarEnd:
        """The wand's end of the cable to the serial port."""
        return FarEnd(receive=self.port.receive, send=self.port.send, unplug=self.unplug)

    def _serve(self) -> None:
        while self.port.is_plugged:
            if select.select([self._listener], [], [], 0.01)[0]:
                with contextlib.suppress(OSError):
                    client, _ = self._listener.accept()
                    with client:
                        self._talk(client)

    def _talk(self, client: socket.socket) -> None:
        if self.hangs_up:
            client.sendall(self.last_words)
            return
        self._client = client
        heard = 0
        manager = PortManager(cast("Any", self.port), cast("Any", self)) if self.speaks else None
        while self.port.is_plugged:
            if select.select([client], [], [], 0.001)[0]:
                data = client.recv(4096)
                heard += len(data)
                if not data or 0 < self.ends_after <= heard:
                    return
                if manager is not None:
                    self.port.take(b"".join(manager.filter(data)))
            if (piece := self.port.wait_for_piece(0)) is not None:
                self._send(piece.replace(b"\xff", b"\xff\xff"))

    def _send(self, data: bytes) -> None:
        assert self._client is not None
        with contextlib.suppress(OSError):
            self._client.sendall(data)


@contextlib.contextmanager
def serial_server() -> Generator[SerialServer]:
    """A server that is gone when the block ends."""
    server = SerialServer()
    try:
        yield server
    finally:
        server.unplug()
