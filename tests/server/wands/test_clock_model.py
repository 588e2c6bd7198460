"""What a wand's clock is worth: honest clocks are corrected within a bound, others not at all."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchclock_server.wands.domain import (
    FASTEST,
    SLOWEST,
    AnchorKind,
    ClockAnchor,
    ClockModel,
    StretchState,
    TimeReason,
)

EVENING = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
WAND_EVENING = datetime.fromisoformat("2026-03-01T18:00")
HOUR_S = 3600.0


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def anchor(
    kind: AnchorKind, passed_s: float, shown_s: float, offset_s: float | None = None
) -> ClockAnchor:
    """The wand showed its evening plus ``shown_s`` when ``passed_s`` had passed."""
    civil = (WAND_EVENING + seconds(shown_s)).replace(microsecond=0)
    utc = EVENING + seconds(passed_s)
    return ClockAnchor(kind=kind, civil=civil, utc=utc, uncertainty_s=0.0, offset_s=offset_s)


def model_of(passed_s: float, shown_s: float) -> ClockModel:
    """A clock set in the evening and read ``passed_s`` later."""
    set_then = anchor(AnchorKind.SET, 0, 0)
    return ClockModel([set_then, anchor(AnchorKind.READ, passed_s, shown_s)])


@dataclass(frozen=True)
class Run:
    """An hourly temperature makes a clock run a little differently every hour."""

    rates: tuple[float, ...]

    def shown_s(self, passed_s: float) -> float:
        hours, rest_s = divmod(passed_s, HOUR_S)
        whole = [HOUR_S * (1 + rate) for rate in self.rates[: int(hours)]]
        rate = self.rates[min(int(hours), len(self.rates) - 1)]
        return sum(whole) + rest_s * (1 + rate)


rates = st.floats(-SLOWEST, FASTEST)
runs = st.lists(rates, min_size=1, max_size=48).map(lambda found: Run(tuple(found)))


@given(run=runs, share=st.floats(0, 1), end_share=st.floats(0.05, 1))
def test_a_drifting_clock_is_corrected_within_its_bound(
    run: Run, share: float, end_share: float
) -> None:
    passed_s = len(run.rates) * HOUR_S * end_share
    model = model_of(passed_s, run.shown_s(passed_s))
    truth = EVENING + seconds(passed_s * share)
    civil = (WAND_EVENING + seconds(run.shown_s(passed_s * share))).replace(microsecond=0)
    corrected = model.correct(civil, EVENING, EVENING + seconds(passed_s))
    assert corrected.utc is not None
    assert abs((corrected.utc - truth).total_seconds()) <= corrected.error_s + 1e-3
    assert corrected.earliest is not None
    assert corrected.latest is not None
    assert corrected.earliest <= truth + seconds(1e-3)
    assert truth - seconds(1e-3) <= corrected.latest


@given(
    run_s=st.floats(60, 40_000),
    halt_s=st.floats(30, 200_000),
    share=st.floats(0, 1),
)
def test_a_clock_that_stood_still_is_never_certain_beyond_its_halt(
    run_s: float, halt_s: float, share: float
) -> None:
    """It runs, stands still, is read; a record is made somewhere in between."""
    passed_s = run_s + halt_s
    model = model_of(passed_s, run_s)
    happened_s = passed_s * share
    civil = (WAND_EVENING + seconds(min(happened_s, run_s))).replace(microsecond=0)
    corrected = model.correct(civil, EVENING, EVENING + seconds(passed_s))
    if corrected.utc is not None:
        truth = EVENING + seconds(happened_s)
        assert abs((corrected.utc - truth).total_seconds()) <= corrected.error_s
    else:
        assert corrected.reason is TimeReason.CLOCK_DOUBTED
        assert corrected.earliest == EVENING


@given(reset_s=st.floats(60, 40_000), after_s=st.floats(60, 40_000), share=st.floats(0, 1))
def test_a_clock_that_fell_back_to_an_epoch_gives_no_instant(
    reset_s: float, after_s: float, share: float
) -> None:
    epoch = datetime.fromisoformat("2000-01-01T00:00")
    back_s = (epoch - WAND_EVENING).total_seconds()
    model = model_of(reset_s + after_s, back_s + after_s)
    civil = epoch + seconds(int(after_s * share))
    corrected = model.correct(civil, EVENING, EVENING + seconds(reset_s + after_s))
    assert model.stretches[1].state is StretchState.WENT_BACK
    assert corrected.utc is None
    assert corrected.latest == EVENING + seconds(reset_s + after_s)


@pytest.mark.parametrize(
    ("passed_s", "shown_s", "state"),
    [
        (86_400, 86_400 - 9, StretchState.CHECKED),
        (86_400, 86_400 - 30, StretchState.SLOW),
        (86_400, 86_400 + 30, StretchState.FAST),
        (86_400, 3_600, StretchState.STOPPED),
        (86_400, -60, StretchState.WENT_BACK),
    ],
)
def test_a_stretch_is_judged_by_what_a_crystal_can_do(
    passed_s: float, shown_s: float, state: StretchState
) -> None:
    stretch = model_of(passed_s, shown_s).stretches[1]
    assert stretch.state is state
    assert stretch.gained_s == shown_s - passed_s


def test_a_doubted_stretch_does_not_spoil_the_one_after_it() -> None:
    anchors = [
        anchor(AnchorKind.SET, 0, 0),
        anchor(AnchorKind.READ, 86_400, 3_600),
        anchor(AnchorKind.SET, 86_402, 86_402),
        anchor(AnchorKind.READ, 172_800, 172_800),
    ]
    model = ClockModel(anchors)
    corrected = model.correct(
        WAND_EVENING + seconds(100_000), EVENING + seconds(86_401), EVENING + seconds(172_801)
    )
    assert corrected.reason is TimeReason.BETWEEN_CHECKS
    assert corrected.utc == EVENING + seconds(100_000)
    assert [stretch.state for stretch in model.doubted] == [StretchState.STOPPED]


def test_a_time_after_the_last_check_is_only_as_good_as_the_crystal() -> None:
    model = ClockModel([anchor(AnchorKind.SET, 0, 0)])
    corrected = model.correct(WAND_EVENING + seconds(86_400), EVENING)
    assert corrected.reason is TimeReason.SINCE_LAST_CHECK
    assert corrected.error_s == pytest.approx(11.0, abs=0.01)


def test_before_the_first_check_the_clock_may_always_have_been_as_far_off() -> None:
    model = ClockModel([anchor(AnchorKind.READ, 86_400, 86_400, offset_s=-600)])
    corrected = model.correct(WAND_EVENING, None, EVENING + seconds(86_400))
    assert corrected.reason is TimeReason.BEFORE_FIRST_CHECK
    assert corrected.utc == EVENING
    assert corrected.error_s == pytest.approx(611, abs=1)


def test_a_clock_found_far_off_at_its_first_comparison_proves_no_instant() -> None:
    four_hours_s = 4 * HOUR_S
    model = ClockModel([anchor(AnchorKind.READ, 86_400, 86_400, offset_s=-four_hours_s)])
    corrected = model.correct(WAND_EVENING, None, EVENING + seconds(86_400))
    assert (corrected.utc, corrected.reason) == (None, TimeReason.CLOCK_DOUBTED)
    assert [stretch.state for stretch in model.doubted] == [StretchState.FAR_OFF]


@pytest.mark.parametrize("anchors", [[], [anchor(AnchorKind.SET, 60, 60)]])
def test_a_clock_nobody_compared_proves_no_instant(anchors: list[ClockAnchor]) -> None:
    corrected = ClockModel(anchors).correct(WAND_EVENING, None, EVENING + seconds(60))
    assert (corrected.utc, corrected.reason) == (None, TimeReason.NEVER_COMPARED)
    assert corrected.latest == EVENING + seconds(60)


def test_what_a_person_saw_on_the_wand_counts_like_a_reading() -> None:
    stated = replace(anchor(AnchorKind.STATED, 0, 0, offset_s=2), uncertainty_s=60.0)
    model = ClockModel([stated, anchor(AnchorKind.SET, 36_000, 36_000)])
    corrected = model.correct(WAND_EVENING + seconds(HOUR_S), None, EVENING + seconds(36_000))
    assert corrected.reason is TimeReason.SINCE_LAST_CHECK
    assert corrected.utc == EVENING + seconds(HOUR_S)
    assert corrected.error_s == pytest.approx(61.4, abs=0.1)


def test_a_time_that_is_no_date_keeps_its_bounds() -> None:
    corrected = model_of(3600, 3600).correct(None, EVENING, EVENING + seconds(3600))
    assert corrected.reason is TimeReason.NO_CALENDAR_TIME
    assert (corrected.earliest, corrected.latest) == (EVENING, EVENING + seconds(3600))


def test_a_time_the_clock_never_passed_is_unknown() -> None:
    corrected = model_of(3600, 3600).correct(
        datetime.fromisoformat("2001-01-01"), EVENING, EVENING + seconds(3600)
    )
    assert corrected.reason is TimeReason.FITS_NO_STRETCH
