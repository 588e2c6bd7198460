"""What a wand's clock is worth: instants with an honest error bound, or the plain word "unknown".

A wand's clock counts on from whatever it was last set to, knows no zone and can stop or fall back
to an epoch. Anchors pair what it showed (or was set to) with the instant that happened. Between
two anchors the clock ran untouched; that is one *stretch*:

    set ───── stretch ───── read   set ───── stretch ───── read   set ── …
                            └─ reset by the host ─┘

A stretch that ends in a reading is *checked*: when what the clock counted agrees with what passed,
within what a crystal can do, its records are corrected; otherwise the clock is *doubted* and its
records keep no instant, only the downloads between which they were made. The same holds before the
first anchor when nothing compared the clock, or it was found far off: nobody may be accused by a
clock of which nothing is known. A person who looked at the wand can state what it showed.

Limits: on the table in "Tags, clocks and storage of patrol wands", section 4.2: a 32 kHz tuning
fork crystal loses up to about 10 s a day in frost, and never gains more than about 3 s a day.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from math import inf
from typing import Final, NamedTuple

__all__ = [
    "AnchorKind",
    "ClockAnchor",
    "ClockModel",
    "CorrectedTime",
    "Stretch",
    "StretchState",
    "TimeReason",
]

SECONDS_A_DAY: Final = 86_400
SLOWEST: Final = 10 / SECONDS_A_DAY
"""Largest loss of a healthy crystal, seconds a second (116 ppm)."""
FASTEST: Final = 3 / SECONDS_A_DAY
"""Largest gain of a healthy crystal, seconds a second (35 ppm; tags-and-clocks, 4.2)."""
RESOLUTION_S: Final = 1.0
"""Wands keep whole seconds: a shown second has begun up to one second ago."""
LARGEST_FIRST_OFFSET_S: Final = 365 * SECONDS_A_DAY * SLOWEST
"""A clock found further off at its first comparison stood still, fell back or was never set."""
STOPPED_SHARE: Final = 0.99
"""A clock that counted less than this share of the time that passed stood still in between: no
running crystal loses a quarter of an hour a day."""


class AnchorKind(StrEnum):
    """How the pair came about."""

    READ = "read"
    SET = "set"
    STATED = "stated"


class StretchState(StrEnum):
    """What is known of a clock between two anchors."""

    CHECKED = "checked"
    UNCHECKED = "unchecked"
    STOPPED = "stopped"
    WENT_BACK = "went_back"
    SLOW = "slow"
    FAST = "fast"
    FAR_OFF = "far_off"
    NEVER_COMPARED = "never_compared"


DOUBTED: Final = frozenset(
    {
        StretchState.STOPPED,
        StretchState.WENT_BACK,
        StretchState.SLOW,
        StretchState.FAST,
        StretchState.FAR_OFF,
    }
)


class TimeReason(StrEnum):
    """Where a corrected time comes from, or why there is none."""

    BETWEEN_CHECKS = "between_checks"
    SINCE_LAST_CHECK = "since_last_check"
    BEFORE_FIRST_CHECK = "before_first_check"
    NEVER_COMPARED = "never_compared"
    SEVERAL_POSSIBLE = "several_possible"
    CLOCK_DOUBTED = "clock_doubted"
    FITS_NO_STRETCH = "fits_no_stretch"
    NO_CALENDAR_TIME = "no_calendar_time"


_REASON_AGAINST: Final = {
    **dict.fromkeys(DOUBTED, TimeReason.CLOCK_DOUBTED),
    StretchState.NEVER_COMPARED: TimeReason.NEVER_COMPARED,
}
"""Why a record keeps no instant when it may have been made in a stretch of this state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockAnchor:
    """One pair of wand time and instant.

    Attributes:
        kind: read from the wand, set by the host, or stated by a person who compared it by eye.
        civil: what the wand showed, or was set to; without zone.
        utc: the instant, aware.
        uncertainty_s: how far the instant may be off, seconds.
        offset_s: wand time minus the site's civil time, seconds; None for settings, and when the
            site's zone is not known.
        stated_by: who compared it; None for what a download read or set.
        id: the stored anchor; None while it is not stored. Equal anchors may differ in it.
    """

    kind: AnchorKind
    civil: datetime
    utc: datetime
    uncertainty_s: float
    offset_s: float | None = None
    stated_by: str | None = None
    id: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectedTime:
    """When something really happened, as far as the wand's clock can tell.

    Attributes:
        utc: best instant, or None when the clock cannot decide.
        error_s: largest distance of the truth from ``utc``, seconds; infinite without ``utc``.
        earliest: not before this instant; None when unbounded.
        latest: not after this instant; None when unbounded.
        reason: where this comes from.
    """

    utc: datetime | None
    error_s: float
    earliest: datetime | None
    latest: datetime | None
    reason: TimeReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """The time between two anchors, in which nobody touched the clock.

    Attributes:
        begin: the anchor it counts from; None before the first anchor.
        end: the anchor it ends at; None after the last anchor.
        state: what the comparison of both ends says.
    """

    begin: ClockAnchor | None
    end: ClockAnchor | None
    state: StretchState

    @property
    def elapsed_s(self) -> float | None:
        """Seconds that passed from end to end; None when an end is open."""
        if self.begin is None or self.end is None:
            return None
        return (self.end.utc - self.begin.utc).total_seconds()

    @property
    def gained_s(self) -> float | None:
        """Seconds the wand counted too many (negative: too few); None unless both ends tell."""
        if self.begin is None or self.end is None or self.end.kind is AnchorKind.SET:
            return None
        passed = self.end.utc - self.begin.utc
        return (self.end.civil - self.begin.civil - passed).total_seconds()

    @property
    def uncertainty_s(self) -> float:
        """How far ``gained_s`` may be off, seconds."""
        ends = (anchor for anchor in (self.begin, self.end) if anchor is not None)
        return sum((anchor.uncertainty_s for anchor in ends), RESOLUTION_S)


@dataclass(frozen=True, slots=True)
class _Span:
    """Between which instants something happened; open ends are None."""

    earliest: datetime | None
    latest: datetime | None

    def meets(self, other: "_Span") -> "_Span | None":
        starts = [edge for edge in (self.earliest, other.earliest) if edge is not None]
        ends = [edge for edge in (self.latest, other.latest) if edge is not None]
        span = _Span(max(starts, default=None), min(ends, default=None))
        if span.earliest is not None and span.latest is not None and span.earliest > span.latest:
            return None
        return span


class _Candidate(NamedTuple):
    utc: datetime
    earliest: datetime
    latest: datetime
    reason: TimeReason


class ClockModel:
    """Corrects one wand's times by its anchors.

    Args:
        anchors: all anchors of one wand, in any order.
    """

    def __init__(self, anchors: Iterable[ClockAnchor]) -> None:
        ordered = sorted(anchors, key=lambda anchor: (anchor.utc, anchor.kind is AnchorKind.SET))
        self._stretches: Final = tuple(_stretches(ordered))
        self._instants: Final = [anchor.utc for anchor in ordered]
        slacks_s = (anchor.uncertainty_s + RESOLUTION_S for anchor in ordered)
        self._slack: Final = _seconds(max(slacks_s, default=0.0))

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """Everything between the anchors, oldest first."""
        return self._stretches

    @property
    def doubted(self) -> tuple[Stretch, ...]:
        """The stretches, each with an end, in which the clock was not that of a healthy wand."""
        return tuple(stretch for stretch in self._stretches if stretch.state in DOUBTED)

    def correct(
        self,
        civil: datetime | None,
        not_before: datetime | None = None,
        not_after: datetime | None = None,
    ) -> CorrectedTime:
        """The instant of a wand time, with the largest error it can have.

        Args:
            civil: the wand's time; None when it was no calendar date.
            not_before: when the wand was last emptied before, if that is known.
            not_after: when the record was read out at the latest.
        """
        window = _Span(not_before, not_after)
        if civil is None:
            return _unknown(window, TimeReason.NO_CALENDAR_TIME)
        candidates: list[_Candidate] = []
        for stretch in self._near(window):
            if stretch.state in _REASON_AGAINST:
                if _overlaps(stretch, window):
                    return _unknown(window, _REASON_AGAINST[stretch.state])
                continue
            reach = _reach(stretch).meets(window)
            if reach is not None:
                candidates += [
                    candidate
                    for candidate in _candidates(stretch, civil)
                    if _Span(candidate.earliest, candidate.latest).meets(reach) is not None
                ]
        return _merged(candidates) or _unknown(window, TimeReason.FITS_NO_STRETCH)

    def _near(self, window: _Span) -> Sequence[Stretch]:
        """The stretches that can reach into the window; a wand of years has thousands."""
        first, last = 0, len(self._instants)
        if window.earliest is not None:
            first = bisect_left(self._instants, window.earliest - self._slack)
        if window.latest is not None:
            last = bisect_right(self._instants, window.latest + self._slack)
        return self._stretches[first : last + 1]


def _candidates(stretch: Stretch, civil: datetime) -> Sequence[_Candidate]:
    if stretch.state is StretchState.CHECKED:
        return _interpolated(civil, stretch)
    return _extrapolated(civil, stretch)


def _stretches(anchors: Sequence[ClockAnchor]) -> Iterable[Stretch]:
    if not anchors:
        yield Stretch(begin=None, end=None, state=StretchState.NEVER_COMPARED)
        return
    yield Stretch(begin=None, end=anchors[0], state=_state_before(anchors[0]))
    for begin, end in pairwise(anchors):
        yield Stretch(begin=begin, end=end, state=_state_between(begin, end))
    yield Stretch(begin=anchors[-1], end=None, state=StretchState.UNCHECKED)


def _state_before(first: ClockAnchor) -> StretchState:
    if first.kind is AnchorKind.SET or first.offset_s is None:
        return StretchState.NEVER_COMPARED
    if abs(first.offset_s) > LARGEST_FIRST_OFFSET_S:
        return StretchState.FAR_OFF
    return StretchState.UNCHECKED


def _state_between(begin: ClockAnchor, end: ClockAnchor) -> StretchState:
    if end.kind is AnchorKind.SET:
        return StretchState.UNCHECKED
    counted_s = (end.civil - begin.civil).total_seconds()
    passed_s = (end.utc - begin.utc).total_seconds()
    slack_s = begin.uncertainty_s + end.uncertainty_s + RESOLUTION_S
    if counted_s < -slack_s:
        return StretchState.WENT_BACK
    if counted_s > passed_s * (1 + FASTEST) + slack_s:
        return StretchState.FAST
    if counted_s >= passed_s * (1 - SLOWEST) - slack_s:
        return StretchState.CHECKED
    return StretchState.STOPPED if counted_s < passed_s * STOPPED_SHARE else StretchState.SLOW


def _overlaps(stretch: Stretch, window: _Span) -> bool:
    """Whether more than an edge of a stretch lies in the window."""
    begin, end = stretch.begin, stretch.end
    span = _Span(None if begin is None else begin.utc, None if end is None else end.utc)
    shared = span.meets(window)
    return shared is not None and (shared.earliest is None or shared.earliest != shared.latest)


def _reach(stretch: Stretch) -> _Span:
    """The instants a stretch covers, widened by what its ends may be off."""
    begin, end = stretch.begin, stretch.end
    return _Span(
        None if begin is None else begin.utc - _seconds(begin.uncertainty_s + RESOLUTION_S),
        None if end is None else end.utc + _seconds(end.uncertainty_s + RESOLUTION_S),
    )


def _seconds(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def _from_anchor(anchor: ClockAnchor, civil: datetime) -> tuple[datetime, datetime, datetime]:
    """Nominal, earliest and latest instant of ``civil`` as one anchor and the crystal tell."""
    counted_s = (civil - anchor.civil).total_seconds()
    slack_s = anchor.uncertainty_s + RESOLUTION_S
    ends = (counted_s / (1 + FASTEST), counted_s / (1 - SLOWEST))
    return (
        anchor.utc + _seconds(counted_s),
        anchor.utc + _seconds(min(ends) - slack_s),
        anchor.utc + _seconds(max(ends) + slack_s),
    )


def _interpolated(civil: datetime, stretch: Stretch) -> Sequence[_Candidate]:
    """Straight line between both ends; the bound holds for any healthy crystal.

    It is widened to both ends' own counting, so that a short halt too small to be seen from the
    ends is inside the bound too.
    """
    begin, end = stretch.begin, stretch.end
    if begin is None or end is None:
        return ()
    nominal_begin, earliest_begin, latest_begin = _from_anchor(begin, civil)
    nominal_end, earliest_end, latest_end = _from_anchor(end, civil)
    if latest_begin < earliest_end or latest_end < earliest_begin:
        return ()
    counted_s = (end.civil - begin.civil).total_seconds()
    share = (civil - begin.civil).total_seconds() / counted_s if counted_s > 0 else 0.0
    utc = nominal_begin + (nominal_end - nominal_begin) * min(max(share, 0.0), 1.0)
    slack = _seconds(RESOLUTION_S)
    earliest = min(max(earliest_begin, earliest_end), nominal_begin - slack, nominal_end - slack)
    latest = max(min(latest_begin, latest_end), nominal_begin + slack, nominal_end + slack)
    return (_Candidate(utc, earliest, latest, TimeReason.BETWEEN_CHECKS),)


def _extrapolated(civil: datetime, stretch: Stretch) -> Sequence[_Candidate]:
    if stretch.begin is not None:
        return (_Candidate(*_from_anchor(stretch.begin, civil), TimeReason.SINCE_LAST_CHECK),)
    if stretch.end is None:
        return ()
    utc, earliest, latest = _from_anchor(stretch.end, civil)
    # Whether the clock was always that far off, or stood still for that long, cannot be told.
    doubt = _seconds(abs(stretch.end.offset_s or 0.0))
    reason = TimeReason.BEFORE_FIRST_CHECK
    return (_Candidate(utc, earliest - doubt, latest + doubt, reason),)


def _merged(candidates: Sequence[_Candidate]) -> CorrectedTime | None:
    if not candidates:
        return None
    earliest = min(candidate.earliest for candidate in candidates)
    latest = max(candidate.latest for candidate in candidates)
    utc, reason = candidates[0].utc, candidates[0].reason
    if len(candidates) > 1:
        utc, reason = earliest + (latest - earliest) / 2, TimeReason.SEVERAL_POSSIBLE
    error_s = max((utc - earliest).total_seconds(), (latest - utc).total_seconds())
    return CorrectedTime(utc=utc, error_s=error_s, earliest=earliest, latest=latest, reason=reason)


def _unknown(window: _Span, reason: TimeReason) -> CorrectedTime:
    return CorrectedTime(
        utc=None, error_s=inf, earliest=window.earliest, latest=window.latest, reason=reason
    )
