"""A connection from whoever reaches a port: bounded in memory and time, hung up on with one line.

What is said over it is a ``Talk``, which knows no sockets; this is its socket.
"""

import asyncio
from typing import Final, Protocol, cast

from typing_extensions import override

from watchclock_sim.errors import HostRefusedError
from watchclock_sim.line.carriers.complaints import Complaints

__all__ = ["PATIENCE_S", "WRITE_OCTETS", "Stranger", "Talk"]

PATIENCE_S: Final = 10.0
"""Within which a greeting, a request or a message that was begun has to be whole."""
WRITE_OCTETS: Final = 1 << 18
"""Octets sent that may wait for the host to read them, before it is not heard any more."""


class Talk(Protocol):
    """What a host and a device say to each other.

    Attributes:
        done: messages that were whole.
    """

    done: int

    @property
    def has_part(self) -> bool:
        """Whether the host owes the rest of something it has begun."""
        ...

    def receive(self, data: bytes | bytearray | memoryview) -> None:
        """Octets of the host.

        Raises:
            HostRefusedError: they are not what a host may send.
        """
        ...

    def hold(self) -> None:
        """The host does not read what is sent to it."""
        ...

    def go_on(self) -> None:
        """The host reads again.

        Raises:
            HostRefusedError: what it had sent meanwhile is not what a host may send.
        """
        ...

    def close(self) -> None:
        """The host has gone; may be called twice."""
        ...


class Stranger(asyncio.BufferedProtocol):
    """One connection.

    Args:
        space_octets: how much is read at once.
        patience_s: how long something that was begun may take to become whole.
        complaints: where it is told why it was hung up on.

    Attributes:
        address: where it came from, for messages.
        transport: its socket.
        talk: what is said over it, once something is.
        is_over: nothing is said any more, and what still comes is passed over.
    """

    transport: asyncio.Transport

    def __init__(self, *, space_octets: int, patience_s: float, complaints: Complaints) -> None:
        self._space = memoryview(bytearray(space_octets))
        self._patience_s = patience_s
        self._complaints = complaints
        self._timer: asyncio.TimerHandle | None = None
        self.is_held = False
        self.is_over = False
        self.talk: Talk | None = None
        self.address = "an unknown host"

    @property
    def is_unfinished(self) -> bool:
        """Whether something must follow within the host's patience."""
        return self.is_over or (self.talk is not None and self.talk.has_part)

    def hear(self, data: memoryview) -> None:
        """Octets that came; only valid within the call.

        Raises:
            HostRefusedError: they are not what a host may send.
        """
        if self.talk is not None:
            self.talk.receive(data)

    def send(self, pieces: list[bytes]) -> None:
        """Octets for the host, joined in this order; nothing is sent to one that is gone.

        Its device does not know yet: it goes on until ``connection_lost``, which comes later.
        """
        if not self.transport.is_closing():
            self.transport.writelines(pieces)

    def hang_up(self, reason: object) -> None:
        """End the connection at once and tell why."""
        if not self.is_over:
            self._complaints.tell(self.address, reason)
        self.close()

    def close(self) -> None:
        """End the connection at once."""
        self.is_over = True
        self.transport.abort()

    def close_softly(self) -> None:
        """End the connection when the host has got what was sent to it, or is out of patience."""
        self.is_over = True
        self.transport.close()
        self.watch()

    def read_more_at_once(self, octets: int) -> None:
        """Have more room than at the beginning."""
        self._space = memoryview(bytearray(octets))

    def watch(self) -> None:
        """See to it that what is unfinished is finished one day."""
        if self._timer is None and self.is_unfinished:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._patience_s, self._expire, self._done)

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It has connected; asyncio has set TCP_NODELAY already."""
        self.transport = cast("asyncio.Transport", transport)
        peer: tuple[str, int] | str | None = transport.get_extra_info("peername")
        if peer:
            self.address = f"{peer[0]}:{peer[1]}"
        self.transport.set_write_buffer_limits(high=WRITE_OCTETS)
        self.watch()

    @override
    def get_buffer(self, sizehint: int) -> memoryview:
        """Where the next octets go; what is in it is used before it is asked for again."""
        return self._space

    @override
    def buffer_updated(self, nbytes: int) -> None:
        """So many octets have come."""
        if self.is_over:
            return
        try:
            self.hear(self._space[:nbytes])
        except HostRefusedError as error:
            self.hang_up(error)
        self.watch()

    @override
    def pause_writing(self) -> None:
        """The host does not read what it is sent: hear no more of it until it does."""
        self.is_held = True
        if self.talk is not None:
            self.talk.hold()
            self.transport.pause_reading()

    @override
    def resume_writing(self) -> None:
        """The host has read on."""
        self.is_held = False
        if self.talk is None or self.is_over:
            return
        try:
            self.talk.go_on()
        except HostRefusedError as error:
            self.hang_up(error)
        if not self.is_held and not self.transport.is_closing():
            self.transport.resume_reading()
        self.watch()

    @override
    def eof_received(self) -> None:
        """The host has hung up; in the middle of what it wanted to say, perhaps."""
        if self.talk is not None and self.talk.has_part:
            self.hang_up("it left in the middle of a message")

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone, whoever has ended it."""
        self.is_over = True
        if self._timer is not None:
            self._timer.cancel()
        if self.talk is not None:
            self.talk.close()

    @property
    def _done(self) -> int:
        return 0 if self.talk is None else self.talk.done

    def _expire(self, done: int) -> None:
        self._timer = None
        if self.is_over:
            self.transport.abort()
        elif self.is_unfinished and self._done == done:
            self.hang_up(f"nothing whole came within {self._patience_s:g} s")
        else:
            self.watch()
