"""A link that is opened anew when it is lost, where a wand can be asked on at any request.

Nothing is kept of a conversation but in the session, which asks again for what did not come; what
was lost with the link is to it as if it were lost on a bad line. Before it goes on, whoever reads
makes sure that it is the same wand that has come back.
"""

import contextlib
from collections.abc import Callable, Generator
from typing import Final

from watchclock_device.clocks import Clocks
from watchclock_device.errors import (
    LinkLostError,
    PortBusyError,
    PortForbiddenError,
    PortNotFoundError,
)
from watchclock_device.links import Link
from watchclock_protocol.errors import SilenceError

__all__ = ["LastingLink", "Recognise", "lasting"]

Recognise = Callable[[Link], None]
"""Asks who is there; raises when it is another wand."""

_PAUSE_S: Final = 0.1
_NOT_YET: Final = (
    LinkLostError,
    PortBusyError,
    PortForbiddenError,
    PortNotFoundError,
    SilenceError,
)
"""While a device comes back its node appears first, who may open it is settled after that, and the
wand behind it may still be waking up."""


class LastingLink:
    """A link to one wand, which may leave and come back.

    Attributes:
        reopened: how often it came back.
    """

    def __init__(self, open_link: Callable[[], Link], clocks: Clocks, wait_s: float) -> None:
        """Open it.

        Args:
            open_link: opens it, now and later.
            clocks: for waiting.
            wait_s: how long the wand may be away each time.

        Raises:
            DeviceError: it cannot be opened; see ``PortDriver.open``.
        """
        self._open_link = open_link
        self._clocks = clocks
        self._wait_s = wait_s
        self._recognise: Recognise | None = None
        self.reopened = 0
        self._link: Link = open_link()

    @contextlib.contextmanager
    def lasting(self, recognise: Recognise) -> Generator[None]:
        """While the block runs a lost link is opened anew; otherwise it stays lost."""
        self._recognise = recognise
        try:
            yield
        finally:
            self._recognise = None

    def read(self, timeout_s: float) -> bytes:
        """What has arrived; nothing when the link was lost and is back. See ``Link.read``."""
        try:
            return self._link.read(timeout_s)
        except LinkLostError as lost:
            self._reopen(lost)
            return b""

    def write(self, data: bytes) -> None:
        """All of ``data`` written, or lost with the link, which is back. See ``Link.write``."""
        try:
            self._link.write(data)
        except LinkLostError as lost:
            self._reopen(lost)

    def close(self) -> None:
        """The port is free again."""
        self._link.close()

    def _reopen(self, lost: LinkLostError) -> None:
        """Open it anew; raises what was lost when the wand stays away, or may not come back."""
        self._link.close()
        end = self._clocks.monotonic_s() + self._wait_s
        while self._recognise is not None:
            try:
                self._link = self._open_link()
                self._recognise(self._link)
            except _NOT_YET:
                self._link.close()
                if self._clocks.monotonic_s() >= end:
                    break
                self._clocks.sleep_s(_PAUSE_S)
            else:
                self.reopened += 1
                return
        raise lost


@contextlib.contextmanager
def lasting(link: Link, recognise: Recognise) -> Generator[None]:
    """While the block runs the link is opened anew when it is lost, if it is one that can be.

    Args:
        link: any link.
        recognise: what it raises when it is another wand is raised by the link's own methods.
    """
    with link.lasting(recognise) if isinstance(link, LastingLink) else contextlib.nullcontext():
        yield
