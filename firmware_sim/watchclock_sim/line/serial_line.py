"""What a serial line carries beside its bytes: speed, form of a character, lines and break.

One object stands between the carrier that knows what the host has set (a CDC-ACM or CP210x
function, RFC 2217, the terminal of a pty) and the wand, whose own settings are those of its
hardware. Names follow RS-232 as seen from the host.
"""

from dataclasses import dataclass
from enum import IntFlag, StrEnum
from typing import Final

__all__ = ["DATA_BITS", "LineError", "Parity", "SerialLine"]

DATA_BITS: Final = frozenset({5, 6, 7, 8})
"""How many a character may have."""


class Parity(StrEnum):
    """Written as pyserial writes it."""

    NONE = "N"
    ODD = "O"
    EVEN = "E"
    MARK = "M"
    SPACE = "S"


class LineError(IntFlag):
    """What can be wrong with a character that arrives.

    The bits are those of the line status register of a 16550 (Texas Instruments, TL16C550C data
    sheet, "line status register").
    """

    NONE = 0
    OVERRUN = 0x02
    """The one before was not fetched in time and is lost."""
    PARITY = 0x04
    FRAMING = 0x08
    """There is no stop bit."""
    BREAK = 0x10
    """There is nothing but zeros, where the stop bit should be as well."""


@dataclass(slots=True, kw_only=True)
class SerialLine:
    """State of one line; the host's side is set by the carrier, the wand's side by the wand.

    Attributes:
        baud: bits a second the host has set, 0 when the carrier cannot know it.
        data_bits: 5 to 8.
        stop_bits: 1, 1.5 or 2.
        dtr: data terminal ready, set by the host.
        rts: request to send, set by the host.
        is_break: the host holds the line in break.
        cts: clear to send, set by the wand.
        dsr: data set ready, set by the wand.
        dcd: carrier detect, set by the wand.
        ri: ring indicator, set by the wand.
        error: what is wrong with the wand's bytes that are being handed to the carrier.
    """

    baud: int = 0
    data_bits: int = 8
    parity: Parity = Parity.NONE
    stop_bits: float = 1
    dtr: bool = False
    rts: bool = False
    is_break: bool = False
    cts: bool = True
    dsr: bool = True
    dcd: bool = True
    ri: bool = False
    error: LineError = LineError.NONE

    def forget_host(self, baud: int = 0) -> None:
        """As before any host: 8-N-1, nothing raised, no break.

        Args:
            baud: at which the adapter begins, 0 when the carrier cannot know it.
        """
        self.baud = baud
        self.data_bits, self.parity, self.stop_bits = 8, Parity.NONE, 1
        self.dtr = self.rts = self.is_break = False
