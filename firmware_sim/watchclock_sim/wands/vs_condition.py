"""What a simulated vs wand knows of its own condition: model, evidence, self-test."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from watchclock_protocol.dialects.vs.evidence import (
    DECLARATIONS,
    EvidenceCode,
    EvidenceItem,
    Outcome,
    Part,
    PartResult,
)
from watchclock_protocol.values import TagTechnology

__all__ = ["CONTACT", "RADIO", "VsCondition", "VsModel"]

FIRST_DAY: Final = date(2000, 1, 1)
LOAD_MV: Final = 180
"""By how much the voltage falls while motor and head run."""
KELVIN: Final = 273
MIDDLE_PPM: Final = 1_000_000


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

GOOD_PARTS: Final[Mapping[Part, tuple[Outcome, int]]] = {
    Part.CASE_SENSOR: (Outcome.PASSED, 0),
    Part.KEYS: (Outcome.PASSED, 0),
    Part.LCD: (Outcome.NEEDS_A_PERSON, 310),
    Part.VIBRATOR: (Outcome.PASSED, 75),
    Part.BUZZER: (Outcome.NEEDS_A_PERSON, 18),
    Part.HEAD: (Outcome.PASSED, 100),
    Part.RTC_OSCILLATOR: (Outcome.PASSED, MIDDLE_PPM),
}
"""What the parts of a sound wand report that depend on nothing else."""


@dataclass(slots=True, kw_only=True)
class VsCondition:
    """Counters of a wand's life and the state of its parts.

    Attributes:
        broken: parts whose test fails, with what they then measure.
    """

    model: VsModel
    power_ons: int = 0
    brown_outs: int = 0
    clock_stops: int = 0
    last_stop_s: int = 0
    has_stopped: bool = False
    jumps: int = 0
    largest_jump_s: int = 0
    shorts: int = 0
    longest_short_ms: int = 0
    touches: int = 0
    impacts: int = 0
    strongest_mg: int = 0
    lowest_mv: int = 0xFFFF
    openings: int = 0
    readings: int = 0
    acknowledged: int = 0
    broken: Mapping[Part, int] | None = None

    @property
    def declared(self) -> tuple[int, ...]:
        """Numbers of the evidence codes this model can produce."""
        return tuple(sorted(DECLARATIONS[self.model.name]))

    def evidence(self, voltage_mv: int, flaws: int) -> tuple[EvidenceItem, ...]:
        """Every fact this model can tell.

        Args:
            voltage_mv: the battery now.
            flaws: damaged records and pages.
        """
        told = dict(self._life(voltage_mv, flaws)) | dict(self._parts())
        return tuple(
            EvidenceItem(number=number, value=value, detail=detail)
            for number in self.declared
            for value, detail in [told.get(EvidenceCode(number), (0, 0))]
        )

    def self_test(self, parts: int, voltage_mv: int, flaws: int) -> tuple[PartResult, ...]:
        """The report of the parts asked for, bit n-1 for part n."""
        asked = [part for part in Part if parts >> (part - 1) & 1]
        return tuple(self._test(part, voltage_mv, flaws) for part in asked)

    def _test(self, part: Part, voltage_mv: int, flaws: int) -> PartResult:
        if self.broken and part in self.broken:
            return PartResult(part=part, outcome=Outcome.FAILED, measured=self.broken[part])
        measured = {
            **GOOD_PARTS,
            Part.MEMORY: (Outcome.PASSED, flaws),
            Part.BATTERY_UNDER_LOAD: (Outcome.PASSED, max(0, voltage_mv - LOAD_MV)),
        }
        outcome, value = measured[part]
        return PartResult(part=part, outcome=outcome, measured=value)

    def _life(self, voltage_mv: int, flaws: int) -> Iterator[tuple[EvidenceCode, tuple[int, int]]]:
        yield EvidenceCode.BATV, (voltage_mv, min(self.lowest_mv, voltage_mv))
        yield EvidenceCode.BOR, (self.brown_outs, 0)
        yield EvidenceCode.OSF, (self.clock_stops, self.last_stop_s)
        yield EvidenceCode.JUMP, (self.jumps, self.largest_jump_s)
        yield EvidenceCode.SHORT, (self.shorts, self.longest_short_ms)
        yield EvidenceCode.NOPP, (0, self.touches)
        yield EvidenceCode.CRCR, (0, self.touches)
        yield EvidenceCode.RFL, (self.touches, self.touches)
        yield EvidenceCode.SHOCK, (self.impacts, self.strongest_mg)
        yield EvidenceCode.FLASH, (flaws, 0)
        yield EvidenceCode.DOCK, (self.readings, max(0, self.readings - self.acknowledged))

    def _parts(self) -> Iterator[tuple[EvidenceCode, tuple[int, int]]]:
        broken = self.broken or {}
        yield EvidenceCode.KEYT, (broken.get(Part.KEYS, 0), 0)
        yield EvidenceCode.LCDT, (int(Part.LCD not in broken), GOOD_PARTS[Part.LCD][1])
        yield EvidenceCode.TEMP, (KELVIN + 31, KELVIN - 4)
        yield EvidenceCode.TAMP, (self.openings, 0)
        for code, part in {
            EvidenceCode.VIBT: Part.VIBRATOR,
            EvidenceCode.BEEPT: Part.BUZZER,
        }.items():
            sound = GOOD_PARTS[part][1]
            yield code, (broken.get(part, sound), sound)
