"""The wand's clock against a model that counts its seconds one by one."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from watchclock_sim.hardware.clock import EPOCH, WandClock

SET_AT = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
CIVIL = datetime(2026, 11, 20, 22, 0)  # noqa: DTZ001 - what a wand shows has no zone


def after(seconds: float) -> datetime:
    return SET_AT + timedelta(seconds=seconds)


@given(
    offset_s=st.integers(-(10**6), 10**6),
    stops=st.none() | st.integers(0, 300),
    resets=st.none() | st.integers(1, 300),
    asked=st.integers(0, 400),
)
def test_the_clock_shows_what_counting_every_second_gives(
    offset_s: int, stops: int | None, resets: int | None, asked: int
) -> None:
    clock = WandClock(
        civil=CIVIL,
        utc=SET_AT,
        offset_s=offset_s,
        stops_at=None if stops is None else after(stops),
        resets_at=None if resets is None else after(resets),
    )
    shown = CIVIL + timedelta(seconds=offset_s)
    for second in range(1, asked + 1):
        if stops is None or second <= stops:
            shown += timedelta(seconds=1)
        if second == resets:
            shown = EPOCH
    assert clock.reading(after(asked)) == shown


@given(ppm=st.integers(-200, 200), days=st.integers(0, 60))
def test_drift_adds_its_share_of_the_time_that_passed(ppm: int, days: int) -> None:
    clock = WandClock(civil=CIVIL, utc=SET_AT, drift_ppm=ppm)
    gained = clock.reading(SET_AT + timedelta(days=days)) - CIVIL - timedelta(days=days)
    assert abs(gained.total_seconds() - 0.0864 * ppm * days) <= 1


def test_a_stopped_clock_stays_at_the_time_it_is_set_to() -> None:
    clock = WandClock(civil=CIVIL, utc=SET_AT, stops_at=after(10))
    clock.set_to(datetime(2026, 11, 21, 6, 0), after(100))  # noqa: DTZ001
    assert clock.reading(after(5000)) == datetime(2026, 11, 21, 6, 0)  # noqa: DTZ001


def test_a_clock_set_after_its_reset_forgets_the_reset() -> None:
    clock = WandClock(civil=CIVIL, utc=SET_AT, resets_at=after(10))
    assert clock.reading(after(70)) == EPOCH + timedelta(minutes=1)
    clock.set_to(CIVIL, after(80))
    assert clock.reading(after(90)) == CIVIL + timedelta(seconds=10)


def test_two_digits_of_a_year_roll_over_to_2000() -> None:
    last = datetime(2099, 12, 31, 23, 59, 59)  # noqa: DTZ001
    assert WandClock(civil=last, utc=SET_AT).reading(after(2)) == EPOCH + timedelta(seconds=1)


def test_the_clock_has_no_summer_time() -> None:
    before_change = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    clock = WandClock(civil=datetime(2026, 3, 29, 1, 30), utc=before_change)  # noqa: DTZ001
    assert clock.reading(before_change + timedelta(hours=1)).hour == 2
