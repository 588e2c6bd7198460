"""What happens on a bridge's serial line, told among its bytes and on being asked.

Sources: Silicon Labs AN571, "CP210x Virtual COM Port Interface", section 5 (EMBED_EVENTS,
SET_EVENTMASK) and table 8; the codes behind the escape character also Microsoft, ``ntddser.h``,
``SERIAL_LSRMST_…``, and Linux, ``cp210x.c``, ``cp210x_process_char``; the bits of both registers
also Texas Instruments, TL16C550C data sheet.
"""

from collections.abc import Mapping
from enum import IntEnum, IntFlag
from typing import Final

from typing_extensions import override

from watchclock_sim.line.serial_line import LineError, SerialLine
from watchclock_sim.usb.bus import Handshake
from watchclock_sim.usb.pipes import ROOM_OCTETS, StreamToHost

__all__ = ["BridgeEvent", "EventsToHost"]

LONGEST_OCTETS: Final = 4
"""A character that arrived wrong: escape character, code, line status, the character."""
STATUS_ERRORS: Final[Mapping[LineError, int]] = {
    LineError.BREAK: 1 << 0,
    LineError.FRAMING: 1 << 1,
    LineError.OVERRUN: 1 << 2,
    LineError.PARITY: 1 << 4,
}
"""Bits of ``ulErrors`` (AN571, table 8)."""
CHANGE_PLACES: Final = 4
"""By which the bits of the modem status that say what changed are lower than the levels' own."""
RING_LEVEL: Final = 1 << 6


class _Code(IntEnum):
    """What stands behind the escape character."""

    ESCAPE_ITSELF = 0
    STATUS_AND_CHARACTER = 1
    MODEM_STATUS = 3


class BridgeEvent(IntFlag):
    """Bits of the event mask (AN571, SET_EVENTMASK)."""

    CHARACTER = 1 << 0
    SPECIAL_CHARACTER = 1 << 1
    ALL_SENT = 1 << 2
    CTS = 1 << 3
    DSR = 1 << 4
    DCD = 1 << 5
    BREAK = 1 << 6
    LINE_ERROR = 1 << 7
    RING_ENDED = 1 << 8
    NEARLY_FULL = 1 << 10
    """Of what the host should fetch there is as much as four fifths of what there is room for."""


OF_LEVELS: Final[Mapping[int, BridgeEvent]] = {
    1 << 4: BridgeEvent.CTS,
    1 << 5: BridgeEvent.DSR,
    1 << 7: BridgeEvent.DCD,
}


class EventsToHost(StreamToHost):
    """The wand's bytes on their way to the host, with events among them where it wants them.

    Args:
        packet_octets: of the endpoint.
        line: behind the bridge.

    Attributes:
        escape: the character that announces an event, 0 while none are told.
        event_character: ``bEventChar``, which is an event of its own when the wand sends it.
        mask: of the events that ``take_events`` tells.
    """

    def __init__(self, packet_octets: int, line: SerialLine) -> None:
        super().__init__(packet_octets)
        self._line = line
        self._told_levels = self.levels
        self._events = BridgeEvent(0)
        self._errors = LineError.NONE
        self.escape = 0
        self.event_character = 0
        self.mask = BridgeEvent(0)

    @property
    @override
    def has_input(self) -> bool:
        """Whether there are bytes or a changed line to be told."""
        return super().has_input or (self.escape != 0 and self._told_levels != self.levels)

    @override
    def push(self, data: bytes) -> int:
        """How many of these bytes there was room for; what is wrong with them says the line."""
        self.note_lines()
        error = self._line.error
        taken = data
        if self.escape:
            taken = data[: max(0, ROOM_OCTETS - len(self)) // LONGEST_OCTETS]
        count = super().push(self._written(taken, error))
        count = len(taken) if self.escape else count
        self._note(data[:count], error)
        return count

    @override
    def take(self, length: int) -> bytes | Handshake:
        """At most ``length`` bytes, a changed line among them."""
        self.note_lines()
        return super().take(length)

    def embed(self, escape: int) -> None:
        """Tell events behind this character from now on, or none when it is 0."""
        self.note_lines()
        self.escape = escape

    def note_lines(self) -> None:
        """See whether the wand has moved a line, and tell it at this place of the stream."""
        levels = self.levels
        changed = levels ^ self._told_levels
        if not changed:
            return
        self._told_levels = levels
        for level, event in OF_LEVELS.items():
            self._events |= event if changed & level else BridgeEvent(0)
        # The ring indicator counts when it falls again (TL16C550C, "modem status register").
        if changed & RING_LEVEL & levels:
            changed &= ~RING_LEVEL
        elif changed & RING_LEVEL:
            self._events |= BridgeEvent.RING_ENDED
        if self.escape:
            status = levels | changed >> CHANGE_PLACES
            self.put_in(bytes((self.escape, _Code.MODEM_STATUS, status)))

    def sent_all(self) -> None:
        """The wand has got everything the host sent."""
        self._events |= BridgeEvent.ALL_SENT

    def take_events(self) -> BridgeEvent:
        """Which of those in the mask there were since this was last asked."""
        self.note_lines()
        events, self._events = self._events & self.mask, BridgeEvent(0)
        return events

    def take_errors(self) -> int:
        """``ulErrors`` since this was last asked."""
        errors, self._errors = self._errors, LineError.NONE
        return sum(bit for error, bit in STATUS_ERRORS.items() if errors & error)

    def forget(self) -> None:
        """As after power-on."""
        self.clear()
        self.escape = self.event_character = 0
        self.mask = self._events = BridgeEvent(0)
        self._errors = LineError.NONE
        self._told_levels = self.levels

    def _written(self, data: bytes, error: LineError) -> bytes:
        """Bytes as the host gets them; what follows a line status is never escaped."""
        if not self.escape:
            return data
        if error:
            head = bytes((self.escape, _Code.STATUS_AND_CHARACTER, error))
            return b"".join(head + data[at : at + 1] for at in range(len(data)))
        escape = bytes((self.escape,))
        return data.replace(escape, escape + bytes((_Code.ESCAPE_ITSELF,)))

    def _note(self, data: bytes, error: LineError) -> None:
        if not data:
            return
        self._errors |= error
        self._events |= BridgeEvent.CHARACTER
        if error:
            self._events |= BridgeEvent.LINE_ERROR
        if error & LineError.BREAK:
            self._events |= BridgeEvent.BREAK
        if self.event_character in data:
            self._events |= BridgeEvent.SPECIAL_CHARACTER
        if 5 * len(self) >= 4 * ROOM_OCTETS:
            self._events |= BridgeEvent.NEARLY_FULL

    @property
    def levels(self) -> int:
        """The wand's lines as the upper half of the modem status has them."""
        line = self._line
        return line.cts << 4 | line.dsr << 5 | line.ri << 6 | line.dcd << 7
