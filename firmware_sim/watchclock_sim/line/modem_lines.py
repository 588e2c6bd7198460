"""Lets the lines that a wand sets on its serial port change for a time, as a fault tells them to.

No firmware moves them, so without a fault they are as they are when a wand is in its dock.
"""

from math import inf
from typing import Final

from watchclock_sim.line.fault_kinds import LinesFall, Ring
from watchclock_sim.line.serial_line import SerialLine

__all__ = ["ModemLines"]

MILLISECOND_S: Final = 0.001


class ModemLines:
    """The faults that last, and what they make of a line."""

    def __init__(self) -> None:
        self._lasting: list[tuple[float, LinesFall | Ring]] = []

    def begin(self, fault: LinesFall | Ring, now: float) -> None:
        """From now on, for as long as the fault says; 0 is for ever."""
        ends = now + fault.for_ms * MILLISECOND_S if fault.for_ms else inf
        self._lasting.append((ends, fault))

    def end(self, now: float) -> bool:
        """Forget those that are over; whether there were any."""
        before = len(self._lasting)
        self._lasting = [each for each in self._lasting if now < each[0]]
        return len(self._lasting) < before

    @property
    def next_end(self) -> float | None:
        """When one is over, None when none ever is."""
        ends = min((ends for ends, _ in self._lasting), default=inf)
        return None if ends == inf else ends

    def set_on(self, line: SerialLine) -> None:
        """Make the line what the faults that last make of it together."""
        falls = [fault for _, fault in self._lasting if isinstance(fault, LinesFall)]
        line.cts = not any(fall.cts for fall in falls)
        line.dsr = not any(fall.dsr for fall in falls)
        line.dcd = not any(fall.dcd for fall in falls)
        line.ri = any(isinstance(fault, Ring) for _, fault in self._lasting)
