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
from watchclock_sim.line.hub import Hub
from watchclock_sim.line.modem_lines import ModemLines
from watchclock_sim.line.outgoing import OutgoingBytes
from watchclock_sim.line.pacing import PacedLine
from watchclock_sim.line.wrong_baud import Uart
from watchclock_sim.wands.firmware import Firmware

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Dock"]

LOG: Final = logging.getLogger(__name__)
MOST_HEARD: Final = 65_536
MOST_ANSWERS: Final = 64
"""Requests in the wand that wait for their answers to leave; the host has to wait with more."""
MOST_FRAMES_A_TURN: Final = 32
"""More are made in the next turn: a wand flooded with small requests leaves others theirs."""
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
        self._name = faults.name
        self._incoming = PacedLine(baud)
        self._outgoing = OutgoingBytes(port, baud)
        self._answers: deque[Iterator[bytes]] = deque()
        self._held: _Held | None = None
        self._lines = ModemLines()
        self._is_plugged = True
        self._has_left_unread = False
        self._replug_at: float | None = None
        self._stalled_until: float | None = None
        self.hang_on(Hub())

    def hang_on(self, hub: Hub) -> None:
        """Stand before this hub, beside others, instead of before one of its own."""
        self._hub = hub
        hub.plug_in(self)

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
        """Draw some frames, until enough are on the line; made while earlier ones travel."""
        if self._held is not None and now >= self._held.due:
            self._put(self._held.frame, now)
            self._held = None
        for _ in range(MOST_FRAMES_A_TURN):
            if not self._wants_frames():
                return
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
        self._outgoing.put(self._uart.to_host(frame, self._port.line), now)

    def _wants_frames(self) -> bool:
        return self._outgoing.is_low and self._held is None and bool(self._answers)

    def _send(self, now: float) -> None:
        self._outgoing.arrive(now)
        while self._is_plugged and not self._stands_still(now):
            place = self._faults.next_break()
            has_reached = self._outgoing.send(None if place is None else place.byte)
            if place is None or not has_reached:
                return
            self._break(place, now)

    def _stands_still(self, now: float) -> bool:
        if self._stalled_until is not None and now >= self._stalled_until:
            self._stalled_until = None
        return self._stalled_until is not None

    def _break(self, place: Break, now: float) -> None:
        self._faults.broken()
        told = self._name, self._outgoing.sent
        match place:
            case LinesFall() | Ring():
                LOG.info("%s: its lines change after byte %d", *told)
                self._lines.begin(place, now)
                self._move_lines()
            case Overrun():
                LOG.info("%s: the host's adapter loses the byte behind byte %d", *told)
                self._outgoing.lose_next()
            case Stall():
                LOG.info("%s: the line stands still after byte %d", *told)
                self._stalled_until = now + place.for_ms * MILLISECOND_S
                if isinstance(self._port, StallingPort):
                    self._port.stall()
            case HubReset():
                LOG.info("%s: the hub is reset after byte %d", *told)
                self._hub.reset(now + place.for_ms * MILLISECOND_S)
            case Unplug():
                LOG.info("%s: unplugged after byte %d", *told)
                self.leave(now + place.for_ms * MILLISECOND_S if place.for_ms else None)

    def _move_lines(self) -> None:
        if self._port.line is not None:
            self._lines.set_on(self._port.line)
        if isinstance(self._port, LineTellingPort):
            self._port.lines_changed()

    def leave(self, back_at: float | None) -> None:
        """Go off the line at once; what was on its way is lost.

        The port wakes whoever turns this dock, so that it is turned again when its time has come.

        Args:
            back_at: when it is put back, in seconds of the clock; None for never. Whoever is away
                already stays away until then, or as long as it would have.
        """
        if not self._is_plugged:
            if self._replug_at is not None and back_at is not None:
                self._replug_at = max(self._replug_at, back_at)
            return
        self._is_plugged = False
        self._replug_at = back_at
        self._port.unplug()
        self._incoming.cut()
        self._outgoing.cut()
        self._answers.clear()
        self._held = None
        self._stalled_until = None

    def _replug(self) -> None:
        self._port.replug()
        self._replug_at = None
        self._is_plugged = True
        LOG.info("%s: plugged in again at %s", self._name, self._port.address)

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
