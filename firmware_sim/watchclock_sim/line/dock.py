"""Runs one wand on one port: moves bytes at the line's speed and lets faults happen."""

import logging
from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

from watchclock_sim.line.carriers.port import Clock, LineTellingPort, Port, StallingPort
from watchclock_sim.line.fault_kinds import (
    Break,
    HubReset,
    LinesFall,
    Overrun,
    Ring,
    Stall,
    Unplug,
)
from watchclock_sim.line.faults import LineFaults
from watchclock_sim.line.modem_lines import ModemLines
from watchclock_sim.line.pacing import PacedLine
from watchclock_sim.line.serial_line import LineError
from watchclock_sim.line.wrong_baud import Uart
from watchclock_sim.wands.firmware import Firmware

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Dock"]

LOG: Final = logging.getLogger(__name__)
MOST_BUFFERED: Final = 16_384
MOST_HEARD: Final = 65_536
MOST_ANSWERS: Final = 64
"""Requests in the wand that wait for their answers to leave; the host has to wait with more."""
MILLISECOND_S: Final = 0.001


class _Held(NamedTuple):
    """A frame that leaves late."""

    due: float
    frame: bytes


class Dock:
    """A wand in its dock.

    Args:
        firmware: the wand.
        port: what it is plugged into.
        faults: what happens to its frames on the way.
        baud: speed of the line in both directions, 0 for none.
        clock: where time comes from.
        uart: its serial part; without one it hears whatever the host has set.
    """

    def __init__(
        self,
        firmware: Firmware,
        port: Port,
        *,
        faults: LineFaults,
        baud: int,
        clock: Clock,
        uart: Uart | None = None,
    ) -> None:
        self._firmware = firmware
        self._port = port
        self._faults = faults
        self._clock = clock
        self._uart = uart or Uart(baud=0)
        self._incoming = PacedLine(baud)
        self._outgoing = PacedLine(baud)
        self._answers: deque[Iterator[bytes]] = deque()
        self._held: _Held | None = None
        self._buffer = bytearray()
        self._sent = 0
        self._made = 0
        self._errors: deque[tuple[int, LineError]] = deque()
        self._loses_next = False
        self._overrun = LineError.NONE
        self._lines = ModemLines()
        self._is_plugged = True
        self._has_left_unread = False
        self._replug_at: float | None = None
        self._stalled_until: float | None = None

    def turn(self) -> None:
        """Do everything that is due now, without waiting."""
        now = self._clock.monotonic()
        if self._replug_at is not None and now >= self._replug_at:
            self._replug()
        if self._lines.end(now):
            self._move_lines()
        self._hear(now)
        self._answer(now)
        self._send(now)

    def _hear(self, now: float) -> None:
        self._has_left_unread = not self._has_room
        data = b"" if self._has_left_unread else self._port.read()
        data = self._uart.to_wand(data, self._port.line)
        if data:
            self._incoming.put(data, now)
        heard = self._incoming.arrived(now)
        utc = self._clock.utc()
        if heard:
            self._answers.append(self._firmware.receive(heard, now, utc))
        deadline = self._firmware.deadline
        if deadline is not None and now >= deadline:
            self._answers.append(self._firmware.expire(now, utc))

    @property
    def _has_room(self) -> bool:
        """Whether the wand listens; a host that floods it has to wait, as on a real line."""
        return len(self._incoming) < MOST_HEARD and len(self._answers) < MOST_ANSWERS

    def _answer(self, now: float) -> None:
        """Draw frames until enough are on the line; they are made while earlier ones travel."""
        if self._held is not None and now >= self._held.due:
            self._put(self._held.frame, now)
            self._held = None
        while self._wants_frames():
            frame = next(self._answers[0], None)
            if frame is None:
                self._answers.popleft()
                continue
            delivery = self._faults.deliver(frame)
            if delivery.delay_s:
                self._held = _Held(now + delivery.delay_s, delivery.data)
            else:
                self._put(delivery.data, now)

    def _put(self, frame: bytes, now: float) -> None:
        line = self._port.line
        heard = self._uart.to_host(frame, line)
        if heard.errors and line is not None:
            errors = heard.errors.items()
            self._errors.extend((self._made + place, error) for place, error in errors)
        self._made += len(heard.data)
        self._outgoing.put(heard.data, now)

    def _wants_frames(self) -> bool:
        has_room = self._outgoing.is_low and len(self._buffer) < MOST_BUFFERED
        return has_room and self._held is None and bool(self._answers)

    def _send(self, now: float) -> None:
        self._buffer += self._outgoing.arrived(now)
        while self._is_plugged and not self._stands_still(now):
            self._lose_next()
            place = self._faults.next_break()
            self._write(len(self._buffer) if place is None else max(0, place.byte - self._sent))
            if place is None or self._sent < place.byte:
                return
            self._break(place, now)

    def _stands_still(self, now: float) -> bool:
        if self._stalled_until is not None and now >= self._stalled_until:
            self._stalled_until = None
        return self._stalled_until is not None

    def _lose_next(self) -> None:
        """Once there is a next byte, lose it; the one behind it is to say so."""
        if not self._loses_next or not self._buffer:
            return
        if self._errors and self._errors[0][0] == self._sent:
            self._errors.popleft()
        del self._buffer[0]
        self._sent += 1
        self._loses_next, self._overrun = False, LineError.OVERRUN

    def _write(self, most: int) -> None:
        """So many bytes at most; a character that arrives wrong goes alone, its error with it."""
        end = self._sent + min(most, len(self._buffer))
        line = self._port.line
        while self._sent < end:
            place, error = self._errors[0] if self._errors else (end, LineError.NONE)
            is_named = place == self._sent
            error = self._overrun | (error if is_named else LineError.NONE)
            count = 1 if error else min(place, end) - self._sent
            if line is not None:
                line.error = error
            taken = self._port.write(bytes(self._buffer[:count]))
            del self._buffer[:taken]
            self._sent += taken
            if taken:
                self._overrun = LineError.NONE
            if taken and is_named:
                self._errors.popleft()
            if taken < count:
                return

    def _break(self, place: Break, now: float) -> None:
        self._faults.broken()
        match place:
            case LinesFall() | Ring():
                LOG.info("the wand's lines change after byte %d", self._sent)
                self._lines.begin(place, now)
                self._move_lines()
            case Overrun():
                LOG.info("the host's adapter loses the byte behind byte %d", self._sent)
                self._loses_next = True
            case Stall():
                LOG.info("the line stands still after byte %d", self._sent)
                self._stalled_until = now + place.for_ms * MILLISECOND_S
                if isinstance(self._port, StallingPort):
                    self._port.stall()
            case Unplug() | HubReset():
                self._unplug(place, now)

    def _move_lines(self) -> None:
        if self._port.line is not None:
            self._lines.set_on(self._port.line)
        if isinstance(self._port, LineTellingPort):
            self._port.lines_changed()

    def _unplug(self, unplug: Unplug | HubReset, now: float) -> None:
        LOG.info("unplugged after byte %d", self._sent)
        self._port.unplug()
        self._is_plugged = False
        if unplug.for_ms:
            self._replug_at = now + unplug.for_ms * MILLISECOND_S
        self._incoming.cut()
        self._outgoing.cut()
        self._answers.clear()
        self._buffer.clear()
        self._errors.clear()
        self._made = self._sent
        self._loses_next, self._overrun = False, LineError.NONE
        self._held = None
        self._stalled_until = None

    def _replug(self) -> None:
        self._port.replug()
        self._replug_at = None
        self._is_plugged = True
        LOG.info("plugged in again at %s", self._port.address)

    def idle_s(self, now: float) -> float | None:
        """Seconds until something is due, None when only the port can bring something."""
        if self._wants_frames() or (self._has_left_unread and self._has_room):
            return 0.0
        moments = [
            self._replug_at,
            self._stalled_until,
            self._lines.next_end,
            self._incoming.next_arrival(),
            self._outgoing.next_arrival(),
            self._held.due if self._held else None,
            self._firmware.deadline if self._is_plugged else None,
        ]
        due = [moment for moment in moments if moment is not None]
        return max(0.0, min(due) - now) if due else None
