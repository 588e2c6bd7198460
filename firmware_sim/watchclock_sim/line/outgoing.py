"""A wand's bytes on their way to the host, at the line's speed, with what is wrong with each."""

from collections import deque
from typing import Final

from watchclock_sim.line.carriers.port import Port
from watchclock_sim.line.pacing import PacedLine
from watchclock_sim.line.serial_line import LineError
from watchclock_sim.line.wrong_baud import Heard

__all__ = ["OutgoingBytes"]

MOST_BUFFERED: Final = 16_384


class OutgoingBytes:
    """What has left the wand and has not reached the port yet.

    Args:
        port: where it goes.
        baud: speed of the line, 0 for none.

    Attributes:
        sent: bytes that the port has taken or that were lost on their way, since the beginning.
    """

    def __init__(self, port: Port, baud: int) -> None:
        self.sent = 0
        self._port = port
        self._paced = PacedLine(baud)
        self._arrived = bytearray()
        self._made = 0
        self._errors: deque[tuple[int, LineError]] = deque()
        """With the places of their characters, counted as ``sent`` counts."""
        self._loses_next = False
        self._overrun = LineError.NONE

    @property
    def is_low(self) -> bool:
        """Whether more should be put in now so that the line does not fall idle."""
        return self._paced.is_low and len(self._arrived) < MOST_BUFFERED

    def put(self, heard: Heard, now: float) -> None:
        """Bytes as the host's receiver makes them out; they need their time from now on."""
        if heard.errors and self._port.line is not None:
            errors = heard.errors.items()
            self._errors.extend((self._made + place, error) for place, error in errors)
        self._made += len(heard.data)
        self._paced.put(heard.data, now)

    def arrive(self, now: float) -> None:
        """Count as arrived whatever has had its time by now."""
        self._arrived += self._paced.arrived(now)

    def send(self, end: int | None) -> bool:
        """Hand the port what has arrived, and whether all before this place has gone.

        Args:
            end: counted as ``sent`` counts; without it everything goes, and the answer is no.
        """
        self._lose_next()
        most = self.sent + len(self._arrived)
        self._write(most if end is None else min(most, end))
        return end is not None and self.sent >= end

    def lose_next(self) -> None:
        """The next byte is overrun: lost, and the one behind it says so."""
        self._loses_next = True

    def cut(self) -> None:
        """Whatever is on its way is lost, and was never sent."""
        self._paced.cut()
        self._arrived.clear()
        self._errors.clear()
        self._made = self.sent
        self._loses_next, self._overrun = False, LineError.NONE

    def next_arrival(self) -> float | None:
        """When it is worth calling ``arrive`` again, or None while the line is empty."""
        return self._paced.next_arrival()

    def _lose_next(self) -> None:
        if not self._loses_next or not self._arrived:
            return
        if self._errors and self._errors[0][0] == self.sent:
            self._errors.popleft()
        del self._arrived[0]
        self.sent += 1
        self._loses_next, self._overrun = False, LineError.OVERRUN

    def _write(self, end: int) -> None:
        """Everything before this place; a character that arrives wrong goes alone."""
        line = self._port.line
        while self.sent < end:
            place, error = self._errors[0] if self._errors else (end, LineError.NONE)
            is_named = place == self.sent
            error = self._overrun | (error if is_named else LineError.NONE)
            count = 1 if error else min(place, end) - self.sent
            if line is not None:
                line.error = error
            taken = self._port.write(bytes(self._arrived[:count]))
            del self._arrived[:taken]
            self.sent += taken
            if taken:
                self._overrun = LineError.NONE
            if taken and is_named:
                self._errors.popleft()
            if taken < count:
                return
