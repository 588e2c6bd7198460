"""A pseudo-terminal as a wand's serial port.

Two habits of ptys have to be met: until someone sets raw mode the terminal echoes the wand's own
bytes back to it, and when the last host closes the wand's end fails with EIO. So raw mode is set
at creation and one descriptor of the host's side stays open here.
"""

import os
import select
import tty
from pathlib import Path
from typing import Final, NamedTuple

from watchclock_sim.errors import LinkPathTakenError

__all__ = ["PtyPort"]

READ_SIZE: Final = 4096


class _Pair(NamedTuple):
    """Both ends of an open pty."""

    wand: int
    host: int

    @property
    def name(self) -> str:
        return os.ttyname(self.host)

    @classmethod
    def open(cls) -> "_Pair":
        pair = cls(*os.openpty())
        tty.setraw(pair.host)
        os.set_blocking(pair.wand, False)
        return pair

    def close(self) -> None:
        os.close(self.wand)
        os.close(self.host)


class PtyPort:
    """A new pty, reachable under its device name and, if wanted, under a link.

    Args:
        link: where a symbolic link to the device is kept while the wand is plugged in.

    Raises:
        LinkPathTakenError: something that is not a dead link of a former wand stands there.
    """

    def __init__(self, link: Path | None = None) -> None:
        self._link = link
        self._pair: _Pair | None = None
        self._name = ""
        self.replug()

    @property
    def address(self) -> str:
        """The link or, without one, the device's present name."""
        return f"serial:{self._link or self._name}"

    def wait(self, timeout_s: float | None, *, wants_write: bool) -> None:
        """Return when bytes can be read, or written if wanted, or the time is over."""
        wand = [self._pair.wand] if self._pair else []
        select.select(wand, wand if wants_write else [], [], timeout_s)

    def read(self) -> bytes:
        """What the host has sent; never waits."""
        if self._pair is None:
            return b""
        try:
            return os.read(self._pair.wand, READ_SIZE)
        except BlockingIOError:
            return b""

    def write(self, data: bytes) -> int:
        """How many of these bytes were taken; never waits."""
        if self._pair is None:
            return 0
        try:
            return os.write(self._pair.wand, data)
        except BlockingIOError:
            return 0

    def unplug(self) -> None:
        """Close both ends; the device and the link disappear."""
        if self._pair is None:
            return
        self._pair.close()
        self._pair = None
        if self._link is not None:
            self._link.unlink(missing_ok=True)

    def replug(self) -> None:
        """Open a new pty; only the link keeps the address the same.

        Raises:
            LinkPathTakenError: the link cannot be made.
        """
        if self._link is not None:
            self._drop_dead_link(self._link)
        pair = _Pair.open()
        try:
            if self._link is not None:
                self._link.symlink_to(pair.name)
        except OSError as error:
            pair.close()
            raise LinkPathTakenError(path=self._link, reason=error.strerror) from error
        self._pair = pair
        self._name = pair.name

    def close(self) -> None:
        """Take the cable out for good."""
        self.unplug()

    @staticmethod
    def _drop_dead_link(link: Path) -> None:
        """Remove what a killed wand has left, before a new pty takes the same number again."""
        if link.is_symlink() and not link.exists():
            link.unlink(missing_ok=True)
