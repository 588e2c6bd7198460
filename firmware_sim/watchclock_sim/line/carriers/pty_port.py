"""A pseudo-terminal as a wand's serial port.

Three habits of ptys have to be met: until someone sets raw mode the terminal echoes the wand's own
bytes back to it, so raw mode is set at creation; when the last host closes, the wand's end fails
with EIO, so one descriptor of the host's side stays open here; and a change of speed is told only
in packet mode and with ``EXTPROC`` set (``terminal_settings``).
"""

import os
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from watchclock_sim.errors import LinkPathTakenError
from watchclock_sim.line.carriers.terminal_settings import (
    DATA,
    SETTINGS_CHANGED,
    ask_for_notices,
    take_settings,
)
from watchclock_sim.line.carriers.watched_end import WatchedEnd
from watchclock_sim.line.serial_line import SerialLine

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
        ask_for_notices(pair.wand, pair.host)
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
        self._end = WatchedEnd()
        self._line = SerialLine()
        self._name = ""
        self.replug()

    @property
    def address(self) -> str:
        """The link or, without one, the device's present name."""
        return f"serial:{self._link or self._name}"

    @property
    def line(self) -> SerialLine:
        """Its speed is 0 until a host has set one; a pty carries neither modem lines nor break."""
        return self._line

    def watch(self, wake: Callable[[], None]) -> None:
        """Call ``wake`` whenever there is something to do; see ``Port.watch``."""
        self._end.begin(wake)

    def read(self) -> bytes:
        """What the host has sent; never waits."""
        data = b""
        if self._pair is not None:
            data = self._read_packet(self._pair)
        self._end.was_read()
        return data

    def _read_packet(self, pair: _Pair) -> bytes:
        """The next bytes; notices that stand before them are taken in."""
        while True:
            try:
                packet = os.read(pair.wand, READ_SIZE)
            except BlockingIOError:
                return b""
            if packet[:1] == DATA:
                return packet[1:]
            if packet[0] & SETTINGS_CHANGED:
                take_settings(pair.host, self._line)

    def write(self, data: bytes) -> int:
        """How many of these bytes were taken; never waits."""
        if self._pair is None:
            return 0
        try:
            taken = os.write(self._pair.wand, data)
        except BlockingIOError:
            taken = 0
        if taken < len(data):
            self._end.has_refused()
        return taken

    def unplug(self) -> None:
        """Close both ends; the device and the link disappear."""
        if self._pair is None:
            return
        self._end.follow(None)
        self._pair.close()
        self._pair = None
        if self._link is not None:
            self._drop_own_link(self._link)

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
        self._line.baud = 0
        self._end.follow(pair.wand)

    def close(self) -> None:
        """Take the cable out for good."""
        self.unplug()

    def _drop_own_link(self, link: Path) -> None:
        """Remove the link unless it was lost and another wand's stands there now."""
        if link.is_symlink() and str(link.readlink()) == self._name:
            link.unlink(missing_ok=True)

    @staticmethod
    def _drop_dead_link(link: Path) -> None:
        """Remove what a killed wand has left, before a new pty takes the same number again."""
        if link.is_symlink() and not link.exists():
            link.unlink(missing_ok=True)
