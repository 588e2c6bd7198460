"""What a host has set on a Linux pty, and how the other end gets to know of it.

In packet mode every read of the master begins with a byte: 0 before data, else bits that say what
has happened (man 2 ioctl_tty, ``TIOCPKT``). A change of speed is among them only while ``EXTPROC``
is set on the terminal (Linux, drivers/tty/pty.c, ``pty_set_termios``). Speeds that have no
constant are read with ``TCGETS2`` (asm-generic/termbits.h).
"""

import fcntl
import struct
import termios
from typing import Final, NamedTuple

from watchclock_sim.line.serial_line import SerialLine

__all__ = ["DATA", "SETTINGS_CHANGED", "ask_for_notices", "take_settings"]

DATA: Final = b"\x00"
SETTINGS_CHANGED: Final = 0x40
"""``TIOCPKT_IOCTL``."""
EXTPROC: Final = 0o200000
"""A local flag that Python's ``termios`` does not name."""
TCGETS2: Final = 0x802C542A
TCSETS2: Final = 0x402C542B
SETTINGS: Final = struct.Struct("=IIIIB19sII")
"""``struct termios2``: see ``_Settings``."""
ON: Final = struct.pack("i", 1)


class _Settings(NamedTuple):
    input_flags: int
    output_flags: int
    control_flags: int
    local_flags: int
    discipline: int
    characters: bytes
    input_speed: int
    output_speed: int


def ask_for_notices(master: int, terminal: int) -> None:
    """Let every change of the terminal's settings be told at the master from now on.

    Args:
        master: descriptor of the wand's end.
        terminal: descriptor of the host's end.
    """
    _keep_noticed(terminal, _settings(terminal))
    fcntl.ioctl(master, termios.TIOCPKT, ON)


def take_settings(terminal: int, line: SerialLine) -> None:
    """Put the terminal's present speed and stop bits into ``line``.

    Parity and seven data bits are not there: Linux refuses them on a pty.

    Args:
        terminal: descriptor of the host's end.
        line: whose settings follow.
    """
    settings = _settings(terminal)
    line.baud = settings.output_speed
    line.stop_bits = 2 if settings.control_flags & termios.CSTOPB else 1
    _keep_noticed(terminal, settings)


def _settings(terminal: int) -> _Settings:
    return _Settings(*SETTINGS.unpack(fcntl.ioctl(terminal, TCGETS2, bytes(SETTINGS.size))))


def _keep_noticed(terminal: int, settings: _Settings) -> None:
    """Set the flag again that a host has cleared with all others, or none has set yet."""
    if not settings.local_flags & EXTPROC:
        changed = settings._replace(local_flags=settings.local_flags | EXTPROC)
        fcntl.ioctl(terminal, TCSETS2, SETTINGS.pack(*changed))
