"""What a download says about its wand, and when that opens a case; pure."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from watchclock_server.faults.domain import (
    DownloadFacts,
    Evidence,
    EvidenceCode,
    FaultClass,
    LogEntry,
    Sign,
    Touch,
    classes_to_open,
    same_second_runs,
    signs_of,
)
from watchclock_server.wands.domain import AnchorKind, ClockAnchor, ClockModel, Stretch

NIGHT = datetime.fromisoformat("2026-03-01T22:00")
QUIET = DownloadFacts(download_id=1)


def touches(*minutes: float) -> list[Touch]:
    return [
        Touch(record_id=n, civil=NIGHT + timedelta(minutes=minute), tag=f"rfid:{n:06X}")
        for n, minute in enumerate(minutes, start=1)
    ]


def day_of_clock(gained_s: float) -> Stretch:
    """A day in which the clock gained that much."""
    evening = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
    day = timedelta(days=1)
    begin = ClockAnchor(kind=AnchorKind.SET, civil=NIGHT, utc=evening, uncertainty_s=0)
    shown = NIGHT + day + timedelta(seconds=gained_s)
    end = ClockAnchor(kind=AnchorKind.READ, civil=shown, utc=evening + day, uncertainty_s=0)
    return ClockModel([begin, end]).stretches[1]


def signs(facts: DownloadFacts) -> list[Sign]:
    return [evidence.sign for evidence in signs_of(facts)]


def test_a_healthy_download_shows_nothing() -> None:
    facts = replace(
        QUIET,
        clock=day_of_clock(-2),
        voltage_mv=3700,
        power_ons_since=40,
        formats_since=0,
        touches=touches(*range(40)),
    )
    assert signs_of(facts) == ()


def test_a_wand_that_tells_nothing_gives_no_sign() -> None:
    assert signs_of(QUIET) == ()


@pytest.mark.parametrize(
    ("facts", "sign", "opened"),
    [
        (replace(QUIET, voltage_mv=3100), Sign.BATTERY_LOW, ()),
        (replace(QUIET, voltage_mv=2900), Sign.BATTERY_FLAT, (FaultClass.BATTERY,)),
        (replace(QUIET, power_ons_since=12), Sign.RESTARTS, ()),
        (replace(QUIET, power_ons_since=300), Sign.MANY_RESTARTS, (FaultClass.RESTARTS,)),
        (replace(QUIET, offset_s=-900.0), Sign.CLOCK_OFF, ()),
        (replace(QUIET, clock=day_of_clock(2.9)), Sign.CLOCK_DRIFTS, ()),
        (replace(QUIET, clock=day_of_clock(-8)), Sign.CLOCK_DRIFTS, ()),
        (replace(QUIET, clock=day_of_clock(-40)), Sign.CLOCK_SLOW, (FaultClass.CRYSTAL,)),
        (replace(QUIET, clock=day_of_clock(40)), Sign.CLOCK_FAST, (FaultClass.CRYSTAL,)),
        (replace(QUIET, clock=day_of_clock(-80_000)), Sign.CLOCK_STOPPED, (FaultClass.CRYSTAL,)),
        (
            replace(QUIET, clock=day_of_clock(-900_000)),
            Sign.CLOCK_WENT_BACK,
            (FaultClass.CLOCK_POWER,),
        ),
        (
            replace(QUIET, shown=datetime.fromisoformat("2000-01-01T03:00")),
            Sign.CLOCK_AT_EPOCH,
            (FaultClass.CLOCK_POWER,),
        ),
        (replace(QUIET, touches=touches(5, 3)), Sign.TIMES_GO_BACK, ()),
        (replace(QUIET, formats_since=1), Sign.MEMORY_FORMATTED, ()),
        (replace(QUIET, overwritten=True), Sign.RECORDS_OVERWRITTEN, ()),
        (replace(QUIET, disagreeing=(7, 8)), Sign.READINGS_DISAGREE, (FaultClass.MEMORY,)),
        (replace(QUIET, rejected=2), Sign.FRAMES_REJECTED, ()),
        (replace(QUIET, skipped_bytes=9), Sign.BYTES_SKIPPED, ()),
    ],
)
def test_each_sign_is_seen_and_opens_what_its_rule_says(
    facts: DownloadFacts, sign: Sign, opened: tuple[FaultClass, ...]
) -> None:
    assert signs(facts) == [sign]
    assert classes_to_open(signs(facts)) == opened


def test_switching_on_for_every_touch_is_no_sign() -> None:
    assert signs(replace(QUIET, power_ons_since=41, touches=touches(*range(40)))) == []


def test_logged_low_voltage_names_its_records() -> None:
    log = [
        LogEntry(record_id=4, civil=NIGHT, meanings=("voltage_too_low",)),
        LogEntry(record_id=5, civil=NIGHT, meanings=("voltage_normal",)),
    ]
    assert signs_of(replace(QUIET, log=log)) == (
        Evidence(sign=Sign.LOW_VOLTAGE_LOGGED, figures={"count": 1}, record_ids=(4,)),
    )


@pytest.mark.parametrize(
    ("clock", "sign", "opened"),
    [
        (day_of_clock(0), Sign.SAME_SECOND, ()),
        (None, Sign.SAME_SECOND_UNCHECKED, (FaultClass.CRYSTAL,)),
    ],
    ids=["the clock was compared and ran well", "nothing compared the clock"],
)
def test_one_second_over_several_tags_asks_for_the_clock_unless_it_ran_well(
    clock: Stretch | None, sign: Sign, opened: tuple[FaultClass, ...]
) -> None:
    facts = replace(QUIET, clock=clock, touches=touches(1, 2, 2, 2, 3))
    assert [(seen.sign, seen.record_ids) for seen in signs_of(facts)] == [(sign, (2, 3, 4))]
    assert classes_to_open(signs(facts)) == opened


def test_one_tag_touched_again_and_again_in_a_second_is_no_sign() -> None:
    again = [replace(touch, tag="rfid:000001") for touch in touches(2, 2, 2)]
    assert same_second_runs(again) == ()


def test_a_halt_with_a_power_sign_asks_for_the_power_not_for_the_crystal() -> None:
    seen = signs(replace(QUIET, clock=day_of_clock(-80_000), voltage_mv=2850))
    assert classes_to_open(seen) == (FaultClass.BATTERY, FaultClass.CLOCK_POWER)


@pytest.mark.parametrize(("count", "opened"), [(2, ()), (3, (FaultClass.CRYSTAL,))])
def test_several_times_that_are_no_date_open_a_case(
    count: int, opened: tuple[FaultClass, ...]
) -> None:
    impossible = [Touch(record_id=n, civil=None, tag="rfid:01") for n in range(count)]
    assert classes_to_open(signs(replace(QUIET, touches=impossible))) == opened


def test_every_sign_belongs_to_a_kind_of_evidence() -> None:
    assert {Evidence(sign=sign).code for sign in Sign} == set(EvidenceCode)
