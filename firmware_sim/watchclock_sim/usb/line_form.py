"""The numbers by which serial adapters on USB tell the form of a character.

CDC (PSTN 1.2, table 17) and the CP210x (AN571, SET_LINE_CTL) happen to use the same ones.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from watchclock_sim.line.serial_line import DATA_BITS, Parity, SerialLine

__all__ = ["LineForm"]

STOP_BITS: Final[Mapping[int, float]] = {0: 1, 1: 1.5, 2: 2}
PARITIES: Final = (Parity.NONE, Parity.ODD, Parity.EVEN, Parity.MARK, Parity.SPACE)


class LineForm(NamedTuple):
    """Stop bits and parity by number, and how many data bits."""

    stop: int
    parity: int
    data_bits: int

    @property
    def is_possible(self) -> bool:
        """Whether a line can have it."""
        is_known = self.stop in STOP_BITS and self.parity < len(PARITIES)
        return is_known and self.data_bits in DATA_BITS

    def set_on(self, line: SerialLine) -> None:
        """Make it the form of a line."""
        line.stop_bits = STOP_BITS[self.stop]
        line.parity = PARITIES[self.parity]
        line.data_bits = self.data_bits

    @classmethod
    def of(cls, line: SerialLine) -> "LineForm":
        """That of a line."""
        stop = next(number for number, bits in STOP_BITS.items() if bits == line.stop_bits)
        return cls(stop, PARITIES.index(line.parity), line.data_bits)
