"""The one log of a simulated vs wand: turns what happens into records of its memory."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from watchclock_protocol.dialects.vs.lists import AlarmEntry
from watchclock_protocol.dialects.vs.records import EVENTS, STOPPED_BIT, LogKind
from watchclock_protocol.wand_times import FIRST_SECOND, civil_of_seconds
from watchclock_sim.hardware.battery import Battery
from watchclock_sim.hardware.clock import WandClock
from watchclock_sim.hardware.health import Health, PartLife
from watchclock_sim.wands.vs_condition import VsCondition
from watchclock_sim.wands.vs_memory import LogEntry, VsMemory

__all__ = ["EVENT_PLACES", "VsLog"]

EVENT_PLACES: Final = {event: place for place, event in EVENTS.items()}
SECOND: Final = timedelta(seconds=1)
MILLISECOND: Final = timedelta(milliseconds=1)
DAY: Final = timedelta(days=1)
HALF_A_MINUTE_S: Final = 30


class VsLog:
    """Writes records with the wand's own time, guard and battery.

    Args:
        memory: where they go.
        condition: what the wand knows of itself.
        clock: its clock.
        battery: its battery.
        life: of the memory.
    """

    def __init__(
        self,
        memory: VsMemory,
        condition: VsCondition,
        clock: WandClock,
        battery: Battery,
        life: PartLife,
    ) -> None:
        self.memory = memory
        self.condition = condition
        self.guard_number = 0
        self._clock = clock
        self._battery = battery
        self._life = life
        self._seen_s = 0
        self._rung_until_s = 0
        self._ringing: list[tuple[int, int]] = []
        """Time and number of each alarm that nobody has answered yet."""

    def voltage_mv(self, utc: datetime) -> int:
        """The battery at that instant."""
        return self._battery.voltage_mv(utc)

    def charge_percent(self, utc: datetime) -> int:
        """Its charge at that instant."""
        return self._battery.charge_percent(utc)

    def shown(self, utc: datetime) -> tuple[int, int]:
        """Seconds since 2000 and milliseconds on the wand's clock."""
        since = self._clock.exact(utc) - FIRST_SECOND
        return since // SECOND, since % SECOND // MILLISECOND

    def set_clock(self, civil: datetime, utc: datetime) -> None:
        """The host sets the clock; what it showed before is no longer comparable."""
        before, _ = self.shown(utc)
        self._clock.set_to(civil, utc)
        self._seen_s, _ = self.shown(utc)
        self.silence_alarms(utc)
        self.condition.has_stopped = False
        self.note("clock_set", utc, before, self._seen_s)

    def note(
        self,
        event: str,
        utc: datetime,
        value: int = 0,
        detail: int = 0,
        seconds: int | None = None,
    ) -> None:
        """Something happened that the table of events names; at ``seconds`` where it is known."""
        kind, code = EVENT_PLACES[event]
        subject = value.to_bytes(4, "little") + detail.to_bytes(4, "little")
        entry = self.entry(kind, code, utc, subject)
        self._write(entry if seconds is None else replace(entry, seconds=seconds), utc)

    def write(
        self, kind: LogKind, code: int, utc: datetime, subject: bytes, status: int = 0
    ) -> bool:
        """A record of any kind; unread records that it costs are noted behind it.

        Returns:
            False when the memory takes nothing, or the record is not what it should be.
        """
        return self._write(self.entry(kind, code, utc, subject, status), utc)

    def _write(self, entry: LogEntry, utc: datetime) -> bool:
        rots = False
        if not self._life.is_sound:
            if self._life.health(utc) is Health.DEAD:
                return False
            use = self.memory.newest_sequence
            self.memory.erase_fails = not self._life.works(utc, f"erase {use}")
            rots = not self._life.works(utc, f"record {use}")
        first_lost = max(self.memory.read_pointer + 1, self.memory.oldest_sequence)
        lost = self.memory.append(entry, rots=rots)
        self._seen_s = max(self._seen_s, entry.seconds)
        if lost:
            self.note("records_overwritten", utc, lost, first_lost)
        return lost is not None and not rots

    def entry(
        self, kind: LogKind, code: int, utc: datetime, subject: bytes, status: int = 0
    ) -> LogEntry:
        """What a record made now says."""
        seconds, _ = self.shown(utc)
        voltage_mv = self.voltage_mv(utc)
        lowest_mv = voltage_mv if self._battery.cell is None else self._battery.loaded_mv(utc)
        self.condition.lowest_mv = min(self.condition.lowest_mv, lowest_mv)
        is_doubtful = self.condition.has_stopped or not self._clock.is_time(utc)
        return LogEntry(
            kind=kind,
            code=code,
            seconds=seconds,
            subject=subject,
            guard_number=self.guard_number,
            voltage_mv=voltage_mv,
            status=status | (STOPPED_BIT if is_doubtful else 0),
        )

    def watch_clock(self, utc: datetime) -> None:
        """Power came: a clock that shows less than the last record did was without supply."""
        seconds, _ = self.shown(utc)
        if seconds >= self._seen_s:
            return
        last_s, self._seen_s = self._seen_s, seconds
        self.condition.jumped(last_s - seconds)
        self._stopped(seconds, last_s, utc)

    def watch_chip(self, utc: datetime) -> None:
        """The wand woke: a clock chip that can tell says that its oscillator stopped."""
        if self._clock.has_stopped(utc) and not self.condition.has_stopped:
            seconds, _ = self.shown(utc)
            self._stopped(seconds, self._seen_s, utc)

    def _stopped(self, seconds: int, last_s: int, utc: datetime) -> None:
        self.condition.clock_stops += 1
        self.condition.last_stop_s = seconds
        self.condition.has_stopped = True
        self.note("clock_stopped", utc, last_s)

    def ring_alarms(
        self,
        alarms: tuple[AlarmEntry, ...],
        utc: datetime,
        reaches: Callable[[int], bool] | None = None,
    ) -> None:
        """Note every alarm time since it was asked last, and what became of it, in their order.

        Args:
            alarms: when the wand calls its guard.
            utc: now.
            reaches: when it is touched now: whether these sounds reach a guard who can answer.
        """
        now_s, _ = self.shown(utc)
        notes: list[tuple[int, int, str, int]] = []
        for rings_s, index in self._rung(alarms, now_s):
            notes.append((rings_s, index, "alarm", 0))
            self._ringing.append((rings_s, index))
        waiting: list[tuple[int, int]] = []
        for rings_s, index in self._ringing:
            waited_s = now_s - rings_s
            if waited_s > HALF_A_MINUTE_S:
                notes.append((rings_s + HALF_A_MINUTE_S, index, "alarm_missed", 0))
            elif reaches is None:
                waiting.append((rings_s, index))
            elif reaches(alarms[index].sounds):
                notes.append((now_s, index, "alarm_answered", waited_s))
            else:
                notes.append((now_s, index, "alarm_missed", 0))
        self._ringing = waiting
        for seconds, index, event, detail in sorted(notes, key=lambda note: note[0]):
            at = utc - (now_s - seconds) * SECOND
            self.note(event, at, index, detail, seconds=seconds)

    def silence_alarms(self, utc: datetime) -> None:
        """The wand begins again: what should have rung until now did not, or nobody knows."""
        self._rung_until_s, _ = self.shown(utc)
        self._ringing = []

    def _rung(self, alarms: tuple[AlarmEntry, ...], now_s: int) -> list[tuple[int, int]]:
        """Time and number of each alarm since it was asked last, as the wand's clock counts."""
        since_s, self._rung_until_s = self._rung_until_s, now_s
        since, until = civil_of_seconds(since_s), civil_of_seconds(now_s)
        is_known = since_s and since_s <= now_s <= since_s + DAY // SECOND
        if not is_known or since is None or until is None:
            self._ringing = []
            return []
        rung: list[tuple[int, int]] = []
        for index, alarm in enumerate(alarms):
            rings_at = until.replace(hour=alarm.hour, minute=alarm.minute, second=0)
            rings_at -= DAY if rings_at > until else timedelta()
            if since < rings_at <= until and alarm.days >> rings_at.weekday() & 1:
                rung.append((now_s - (until - rings_at) // SECOND, index))
        return sorted(rung)
