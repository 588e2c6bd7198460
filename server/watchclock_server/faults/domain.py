"""What a download says about the wand itself, and when that is reason enough to open a case.

A sign is a fact with the records or numbers it stands on, never a verdict: codes and classes as in
"After-sales", 4.2 and 4.3. A wand that cannot tell a thing gives no sign; that proves nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import groupby, pairwise
from operator import attrgetter, eq
from typing import Final

from watchclock_server.wands.domain import Stretch, StretchState

__all__ = [
    "CASE_RULES",
    "CaseRule",
    "CaseState",
    "Cause",
    "DownloadFacts",
    "Evidence",
    "EvidenceCode",
    "FailureMode",
    "FaultClass",
    "LogEntry",
    "Mechanism",
    "Sign",
    "Touch",
    "classes_to_open",
    "same_second_runs",
    "signs_of",
]

LOW_VOLTAGE_MV: Final = 3200
"""Below this the battery is not back to normal (fcard system code 7: normal again at 3.2 V)."""
FLAT_VOLTAGE_MV: Final = 2900
"""At this the wand itself logs "voltage too low" (fcard system code 5)."""
UNEXPLAINED_POWER_ONS: Final = 12
"""Restarts nobody's touch explains: a dozen is worth noting (after-sales 4.2, WDT and RST)."""
MANY_POWER_ONS: Final = 100
"""Hundreds point to a fault (after-sales 4.2 and 4.3, row 12)."""
CRYSTAL_PPM: Final = 20.0
"""Tolerance of a healthy crystal at room temperature (tags-and-clocks 4.2)."""
CRYSTAL_LOSS_PPM: Final = 62.0
"""Tolerance plus what frost of -10 °C takes, 42 ppm (tags-and-clocks 4.2)."""
NOTABLE_OFFSET_S: Final = 60.0
"""Offset worth a word at the first comparison: half a month of a healthy crystal in frost."""
SAME_SECOND_TAGS: Final = 3
"""Different tags in one and the same second before it is worth a word."""
EARLIEST_YEAR: Final = 2010
"""Times before it are an epoch the clock fell back to: 2000, 1999-11-30 or 1970 (4.2)."""
MANY_IMPOSSIBLE: Final = 3


class EvidenceCode(StrEnum):
    """Kinds of evidence (after-sales 4.2).

    OSC is a halt seen by the clock check, TIMEX a time that is no calendar date; both are ours.
    """

    BATV = "BATV"
    RST = "RST"
    DRIFT = "DRIFT"
    JUMP = "JUMP"
    SAMET = "SAMET"
    OSC = "OSC"
    TIMEX = "TIMEX"
    FLASH = "FLASH"
    DOCK = "DOCK"


class Sign(StrEnum):
    """One fact a download can show; the word before the point is its kind of evidence."""

    BATTERY_LOW = "BATV.low"
    BATTERY_FLAT = "BATV.flat"
    LOW_VOLTAGE_LOGGED = "BATV.logged"
    RESTARTS = "RST.some"
    MANY_RESTARTS = "RST.many"
    CLOCK_OFF = "DRIFT.off"
    CLOCK_DRIFTS = "DRIFT.noticeable"
    CLOCK_SLOW = "DRIFT.slow"
    CLOCK_FAST = "DRIFT.fast"
    CLOCK_STOPPED = "OSC.stopped"
    CLOCK_WENT_BACK = "JUMP.back"
    CLOCK_AT_EPOCH = "JUMP.epoch"
    TIMES_GO_BACK = "JUMP.order"
    SAME_SECOND = "SAMET.checked"
    SAME_SECOND_UNCHECKED = "SAMET.unchecked"
    IMPOSSIBLE_TIMES = "TIMEX.some"
    MANY_IMPOSSIBLE_TIMES = "TIMEX.many"
    MEMORY_FORMATTED = "FLASH.formatted"
    RECORDS_OVERWRITTEN = "FLASH.overwritten"
    READINGS_DISAGREE = "FLASH.disagree"
    FRAMES_REJECTED = "DOCK.rejected"
    BYTES_SKIPPED = "DOCK.skipped"


class FaultClass(StrEnum):
    """What is to be looked for on the bench (after-sales 4.3)."""

    CRYSTAL = "F-XTAL"
    CLOCK_POWER = "F-PWR-RTC"
    BATTERY = "F-BATT"
    RESTARTS = "F-RESET"
    MEMORY = "F-MEM"
    DOCKING = "F-DOCK"
    CASING = "F-CASE"
    WATER = "F-WATER"
    DISPLAY = "F-LCD"
    KEYS = "F-KEY"
    HEAD = "F-HEAD"
    RADIO = "F-RF"
    ALERT = "F-ALERT"
    NO_FAULT = "F-NFF"


class CaseState(StrEnum):
    """Whether somebody still has to look at it."""

    OPEN = "open"
    CLOSED = "closed"


class FailureMode(StrEnum):
    """How the failure shows on the wand (ISO 14224, as in after-sales 4.1)."""

    DOES_NOT_FUNCTION = "FTF"
    DOES_NOT_START = "FTS"
    NO_OUTPUT = "NOO"
    ERRATIC_OUTPUT = "ERO"
    WRONG_READING = "AIR"
    DEVIATES = "PDE"
    STRUCTURE = "STD"
    DOES_NOT_CONNECT = "FCO"
    NO_FAILURE = "none"
    UNKNOWN = "unknown"


class Mechanism(StrEnum):
    """The physical process behind it (ISO 14224 table B.2, as in after-sales 4.1)."""

    MECHANICAL = "mechanical"
    MATERIAL = "material"
    INSTRUMENT = "instrument"
    ELECTRICAL = "electrical"
    EXTERNAL = "external"
    OTHER = "other"
    UNKNOWN = "unknown"


class Cause(StrEnum):
    """Why it came to this (after-sales 4.3); it alone decides who pays, so it may stay open."""

    PRODUCT = "product"
    USE = "use"
    SURROUNDINGS = "surroundings"
    WEAR = "wear"
    TRAINING = "training"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """One patrol record as evidence; ``tag`` is ``technology:HEX``."""

    record_id: int
    civil: datetime | None
    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One entry of the wand's own log as evidence."""

    record_id: int
    civil: datetime | None
    meanings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadFacts:
    """Everything one download tells about its wand.

    Attributes:
        download_id: the download.
        shown: what the wand's clock showed, if it was asked.
        offset_s: wand time minus the host's civil time, seconds, if both are known.
        clock: the stretch that ends with the reading, if the clock was asked.
        voltage_mv: battery voltage, if told.
        power_ons_since: power-ons since the previous download, if both told.
        formats_since: formats of the memory since the previous download, if both told.
        touches: patrol records new with this download, in the wand's order.
        log: system records new with this download, in the wand's order.
        overwritten: the wand says unread records were overwritten.
        disagreeing: records that contradict another reading of the same memory.
        rejected: frames that arrived damaged.
        skipped_bytes: bytes that belonged to no frame.
    """

    download_id: int
    shown: datetime | None = None
    offset_s: float | None = None
    clock: Stretch | None = None
    voltage_mv: int | None = None
    power_ons_since: int | None = None
    formats_since: int | None = None
    touches: Sequence[Touch] = ()
    log: Sequence[LogEntry] = ()
    overwritten: bool = False
    disagreeing: tuple[int, ...] = ()
    rejected: int = 0
    skipped_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One sign with what it stands on.

    Attributes:
        sign: what was seen.
        figures: the numbers for its sentence.
        record_ids: the records it stands on; empty when it stands on the download itself.
    """

    sign: Sign
    figures: Mapping[str, int | float | str] = field(default_factory=dict[str, int | float | str])
    record_ids: tuple[int, ...] = ()

    @property
    def code(self) -> EvidenceCode:
        """The kind of evidence it belongs to."""
        return EvidenceCode(self.sign.partition(".")[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRule:
    """When the server opens a case by itself: any of ``signs``, none of ``unless``."""

    fault_class: FaultClass
    signs: frozenset[Sign]
    unless: frozenset[Sign] = frozenset()


_POWER_SIGNS: Final = frozenset(
    {Sign.BATTERY_FLAT, Sign.LOW_VOLTAGE_LOGGED, Sign.RESTARTS, Sign.MANY_RESTARTS}
)
_HALT_SIGNS: Final = frozenset({Sign.CLOCK_STOPPED, Sign.SAME_SECOND_UNCHECKED})

CASE_RULES: Final = (
    # Rows 2 and 3 of after-sales 4.3: a halt without a power sign is the oscillator's path.
    CaseRule(fault_class=FaultClass.CRYSTAL, signs=_HALT_SIGNS, unless=_POWER_SIGNS),
    CaseRule(
        fault_class=FaultClass.CRYSTAL,
        signs=frozenset({Sign.CLOCK_SLOW, Sign.CLOCK_FAST, Sign.MANY_IMPOSSIBLE_TIMES}),
    ),
    CaseRule(
        fault_class=FaultClass.CLOCK_POWER,
        signs=frozenset({Sign.CLOCK_WENT_BACK, Sign.CLOCK_AT_EPOCH}),
    ),
    CaseRule(
        fault_class=FaultClass.BATTERY,
        signs=frozenset({Sign.BATTERY_FLAT, Sign.LOW_VOLTAGE_LOGGED}),
    ),
    CaseRule(fault_class=FaultClass.RESTARTS, signs=frozenset({Sign.MANY_RESTARTS})),
    CaseRule(fault_class=FaultClass.MEMORY, signs=frozenset({Sign.READINGS_DISAGREE})),
)
"""Damaged frames alone open no case: one download cannot tell the wand from the dock (row 14)."""


def classes_to_open(signs: Iterable[Sign]) -> tuple[FaultClass, ...]:
    """The classes of fault these signs of one download are reason enough to look for."""
    seen = frozenset(signs)
    classes = [
        rule.fault_class for rule in CASE_RULES if rule.signs & seen and not rule.unless & seen
    ]
    if _HALT_SIGNS & seen and _POWER_SIGNS & seen:
        classes.append(FaultClass.CLOCK_POWER)
    return tuple(dict.fromkeys(classes))


def signs_of(facts: DownloadFacts) -> tuple[Evidence, ...]:
    """Everything worth noting about the wand in one download, in a fixed order."""
    return (
        *_battery(facts),
        *_restarts(facts),
        *_clock(facts),
        *_times(facts),
        *_memory(facts),
        *_line(facts),
    )


def _battery(facts: DownloadFacts) -> Iterable[Evidence]:
    voltage_mv = facts.voltage_mv
    if voltage_mv is not None and voltage_mv < LOW_VOLTAGE_MV:
        sign = Sign.BATTERY_FLAT if voltage_mv <= FLAT_VOLTAGE_MV else Sign.BATTERY_LOW
        yield Evidence(sign=sign, figures={"voltage_v": f"{voltage_mv / 1000:.2f}"})
    logged = tuple(entry.record_id for entry in facts.log if "voltage_too_low" in entry.meanings)
    if logged:
        yield _counted(Sign.LOW_VOLTAGE_LOGGED, logged)


def _counted(sign: Sign, record_ids: tuple[int, ...]) -> Evidence:
    return Evidence(sign=sign, figures={"count": len(record_ids)}, record_ids=record_ids)


def _restarts(facts: DownloadFacts) -> Iterable[Evidence]:
    if facts.power_ons_since is None:
        return
    # A wand that sleeps between checkpoints wakes for every touch; only the rest is unexplained.
    unexplained = facts.power_ons_since - len(facts.touches)
    if unexplained >= UNEXPLAINED_POWER_ONS:
        many = unexplained >= MANY_POWER_ONS
        yield Evidence(
            sign=Sign.MANY_RESTARTS if many else Sign.RESTARTS,
            figures={"count": facts.power_ons_since, "touches": len(facts.touches)},
        )


_SIGN_OF_CLOCK: Final = {
    StretchState.SLOW: Sign.CLOCK_SLOW,
    StretchState.FAST: Sign.CLOCK_FAST,
    StretchState.STOPPED: Sign.CLOCK_STOPPED,
    StretchState.WENT_BACK: Sign.CLOCK_WENT_BACK,
}


def _clock(facts: DownloadFacts) -> Iterable[Evidence]:
    if facts.shown is not None and facts.shown.year < EARLIEST_YEAR:
        yield Evidence(sign=Sign.CLOCK_AT_EPOCH, figures={"shown": str(facts.shown)})
    stretch = facts.clock
    if stretch is None or stretch.gained_s is None or stretch.elapsed_s is None:
        if facts.offset_s is not None and abs(facts.offset_s) > NOTABLE_OFFSET_S:
            yield Evidence(sign=Sign.CLOCK_OFF, figures={"offset_s": round(facts.offset_s)})
        return
    figures = {
        "gained_s": round(stretch.gained_s, 1),
        "elapsed_h": round(stretch.elapsed_s / 3600, 1),
    }
    if stretch.state in _SIGN_OF_CLOCK:
        yield Evidence(sign=_SIGN_OF_CLOCK[stretch.state], figures=figures)
        return
    allowed_ppm = CRYSTAL_PPM if stretch.gained_s > 0 else CRYSTAL_LOSS_PPM
    surplus_s = abs(stretch.gained_s) - stretch.uncertainty_s
    if surplus_s > stretch.elapsed_s * allowed_ppm / 1e6:
        ppm = round(stretch.gained_s / stretch.elapsed_s * 1e6)
        yield Evidence(sign=Sign.CLOCK_DRIFTS, figures={**figures, "ppm": ppm})


def _times(facts: DownloadFacts) -> Iterable[Evidence]:
    civils = [touch.civil for touch in facts.touches]
    timeless = [place for place, civil in enumerate(civils) if civil is None]
    impossible = tuple(facts.touches[place].record_id for place in timeless)
    if impossible:
        many = len(impossible) >= MANY_IMPOSSIBLE
        sign = Sign.MANY_IMPOSSIBLE_TIMES if many else Sign.IMPOSSIBLE_TIMES
        yield _counted(sign, impossible)
    # Nearly always no second has so many touches, which is much quicker told than grouping.
    are_many = any(map(eq, civils, civils[SAME_SECOND_TAGS - 1 :]))
    runs = same_second_runs(facts.touches) if are_many else ()
    frozen = tuple(touch.record_id for run in runs for touch in run)
    if frozen:
        checked = facts.clock is not None and facts.clock.state is StretchState.CHECKED
        yield _counted(Sign.SAME_SECOND if checked else Sign.SAME_SECOND_UNCHECKED, frozen)
    back = tuple(
        facts.touches[place].record_id
        for place, (earlier, later) in enumerate(pairwise(civils), start=1)
        if earlier is not None and later is not None and later < earlier
    )
    if back:
        yield _counted(Sign.TIMES_GO_BACK, back)


def same_second_runs(touches: Sequence[Touch]) -> tuple[tuple[Touch, ...], ...]:
    """Neighbouring touches of at least three different tags in one and the same wand second.

    Either the clock stood still, or the tags lay side by side: the records alone cannot tell.
    """
    runs = (tuple(run) for _, run in groupby(touches, key=attrgetter("civil")))
    long = (run for run in runs if len(run) >= SAME_SECOND_TAGS and run[0].civil is not None)
    return tuple(run for run in long if len({touch.tag for touch in run}) >= SAME_SECOND_TAGS)


def _memory(facts: DownloadFacts) -> Iterable[Evidence]:
    if facts.formats_since is not None and facts.formats_since > 0:
        yield Evidence(sign=Sign.MEMORY_FORMATTED, figures={"count": facts.formats_since})
    if facts.overwritten:
        yield Evidence(sign=Sign.RECORDS_OVERWRITTEN)
    if facts.disagreeing:
        yield _counted(Sign.READINGS_DISAGREE, facts.disagreeing)


def _line(facts: DownloadFacts) -> Iterable[Evidence]:
    if facts.rejected:
        yield Evidence(sign=Sign.FRAMES_REJECTED, figures={"count": facts.rejected})
    if facts.skipped_bytes:
        yield Evidence(sign=Sign.BYTES_SKIPPED, figures={"count": facts.skipped_bytes})
