"""How much one host may leave pending, so that a host costs bounded memory whatever it does."""

from typing import Final

__all__ = ["LONGEST_INPUT", "LONGEST_OUTPUT", "MOST_PENDING", "TransferRoom"]

LONGEST_OUTPUT: Final = 1 << 20
"""Octets a host may send in one transfer; no wand has room for as much."""
LONGEST_INPUT: Final = 1 << 24
"""Octets a host may ask for in one transfer, which is all that Linux grants a program."""
MOST_PENDING: Final = 1024
"""Transfers a host may leave pending; drivers of serial ports leave some thirty."""
MOST_ASKED: Final = 1 << 25
"""Octets that all its pending transfers from the device may ask for together."""
MOST_HELD: Final = 1 << 20
"""Octets of pending transfers to the device, which are held until the device takes them."""


class TransferRoom:
    """Counts the pending transfers of one host."""

    def __init__(self) -> None:
        self._pending = 0
        self._asked = 0
        self._held = 0

    def take(self, *, asked: int = 0, held: int = 0) -> bool:
        """Make room for one more transfer; False when there is none.

        Args:
            asked: octets that it asks the device for.
            held: octets that it brings for the device.
        """
        has_room = (
            self._pending < MOST_PENDING
            and self._asked + asked <= MOST_ASKED
            and self._held + held <= MOST_HELD
        )
        if has_room:
            self._pending += 1
            self._asked += asked
            self._held += held
        return has_room

    def give(self, *, asked: int = 0, held: int = 0) -> None:
        """A transfer that was let in has ended."""
        self._pending -= 1
        self._asked -= asked
        self._held -= held
