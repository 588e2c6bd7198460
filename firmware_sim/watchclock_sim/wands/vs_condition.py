"""What a simulated vs wand knows of its own life: model, counters, evidence."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from watchclock_protocol.dialects.vs.evidence import (
    DECLARATIONS,
    FITTED_CODES,
    EvidenceCode,
    EvidenceItem,
)
from watchclock_protocol.values import TagTechnology
from watchclock_sim.hardware.contact_head import HeadReading
from watchclock_sim.hardware.power import ResetCause

__all__ = ["CONTACT", "KELVIN", "RADIO", "VsCondition", "VsModel"]

KELVIN: Final = 273


@dataclass(frozen=True, slots=True, kw_only=True)
class VsModel:
    """One of the two models.

    Attributes:
        name: as in the identity.
        technology: the tags it reads in scenarios.
        tag_types: bit n-1: it reads tag type n.
        most_pages: pages of its memory.
    """

    name: str
    technology: TagTechnology
    tag_types: int
    most_pages: int


CONTACT: Final = VsModel(
    name="VS5000B", technology=TagTechnology.IBUTTON, tag_types=0b00001, most_pages=1024
)
RADIO: Final = VsModel(
    name="VF5000+", technology=TagTechnology.EM4100, tag_types=0b11110, most_pages=32_768
)


@dataclass(slots=True, kw_only=True)
class VsCondition:
    """Counters of a wand's life; what its parts tell of themselves is theirs (``VsParts``).

    Attributes:
        answers: tags that answered the head, rightly or not.
        attempts: how often the head tried to read.
        reads: attempts that gave a right answer.
        warmest_c: highest temperature, degrees Celsius.
        has_humidity_sensor: it is no part of the model, but has been fitted.
    """

    model: VsModel
    has_humidity_sensor: bool = False
    power_ons: int = 0
    brown_outs: int = 0
    watchdogs: int = 0
    resets: int = 0
    clock_stops: int = 0
    last_stop_s: int = 0
    has_stopped: bool = False
    jumps: int = 0
    largest_jump_s: int = 0
    shorts: int = 0
    longest_short_ms: int = 0
    touches: int = 0
    missed_presences: int = 0
    wrong_crcs: int = 0
    answers: int = 0
    attempts: int = 0
    reads: int = 0
    still_shifts: int = 0
    longest_still_s: int = 0
    warmest_c: int = 0
    coldest_c: int = 0
    lowest_mv: int = 0xFFFF
    openings: int = 0
    last_opening_s: int = 0
    readings: int = 0
    acknowledged: int = 0

    @property
    def declared(self) -> tuple[int, ...]:
        """Numbers of the evidence codes this wand can produce."""
        fitted = FITTED_CODES if self.has_humidity_sensor else frozenset[EvidenceCode]()
        return tuple(sorted(DECLARATIONS[self.model.name] | fitted))

    def took(self, reading: HeadReading) -> None:
        """The head was used."""
        self.touches += 1
        self.missed_presences += not reading.had_presence
        self.wrong_crcs += reading.wrong_crcs
        self.answers += reading.wrong_crcs + reading.good
        self.attempts += reading.attempts
        self.reads += reading.good

    def began_again(self, cause: ResetCause) -> None:
        """The wand was switched on, or was reset."""
        self.power_ons += 1
        self.brown_outs += cause is ResetCause.BROWN_OUT
        self.watchdogs += cause is ResetCause.WATCHDOG
        self.resets += cause is ResetCause.UNKNOWN

    def jumped(self, seconds: int) -> None:
        """The clock went back or forth by itself."""
        self.jumps += 1
        self.largest_jump_s = max(self.largest_jump_s, seconds)

    def evidence(
        self, voltage_mv: int, parts: Iterable[tuple[EvidenceCode, tuple[int, int]]]
    ) -> tuple[EvidenceItem, ...]:
        """Every fact this wand can tell.

        Args:
            voltage_mv: the battery now.
            parts: what the parts tell of themselves.
        """
        told = dict(self._life(voltage_mv)) | dict(parts)
        return tuple(
            EvidenceItem(number=number, value=value, detail=detail)
            for number in self.declared
            for value, detail in [told[EvidenceCode(number)]]
        )

    def _life(self, voltage_mv: int) -> Iterator[tuple[EvidenceCode, tuple[int, int]]]:
        yield EvidenceCode.BATV, (voltage_mv, min(self.lowest_mv, voltage_mv))
        yield EvidenceCode.BOR, (self.brown_outs, 0)
        yield EvidenceCode.WDT, (self.watchdogs, 0)
        yield EvidenceCode.RST, (self.resets, 0)
        yield EvidenceCode.OSF, (self.clock_stops, self.last_stop_s)
        yield EvidenceCode.JUMP, (self.jumps, self.largest_jump_s)
        yield EvidenceCode.SHORT, (self.shorts, self.longest_short_ms)
        yield EvidenceCode.NOPP, (self.missed_presences, self.touches)
        yield EvidenceCode.CRCR, (self.wrong_crcs, self.answers)
        yield EvidenceCode.RFL, (self.reads, self.attempts)
        yield EvidenceCode.TILT0, (self.still_shifts, self.longest_still_s)
        yield EvidenceCode.TEMP, (KELVIN + self.warmest_c, KELVIN + self.coldest_c)
        yield EvidenceCode.TAMP, (self.openings, self.last_opening_s)
        unfinished = max(0, self.readings - self.acknowledged)
        yield EvidenceCode.DOCK, (self.readings, unfinished)
