"""What happens to a vs wand's parts stands in its log, its evidence and its self-test.

The rows are those of a repair shop's map of symptoms: what is told, and what the wand can show.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.inside_vs import (
    BEGIN,
    BUTTON,
    CONTACT,
    MINUTE,
    RADIO,
    events,
    evidence,
    fault_of,
    life_of,
    living,
    patrols,
    stored,
    tested,
    totals,
    walked,
)
from tests.support.sim_wands import DOCKED_AT, setup_of
from watchclock_protocol.dialects.vs.evidence import EvidenceCode, Outcome, Part
from watchclock_protocol.records import KnockRecord, RecordFlag, SystemRecord
from watchclock_sim.hardware.clock import WandClock
from watchclock_sim.hardware.health import HardwarePart, Health, PartFault
from watchclock_sim.hardware.profile import (
    ClockPlan,
    Mishap,
    MishapKind,
    RtcChip,
)
from watchclock_sim.wands.vs import VsWand


def test_a_sound_wand_keeps_every_touch_and_passes_every_test() -> None:
    wand = living(CONTACT, life_of())
    assert len(patrols(wand)) == 100
    assert events(wand) == ["power_on"]
    told = evidence(wand)
    assert told[EvidenceCode.NOPP] == (0, 100)
    assert told[EvidenceCode.CRCR] == (0, 100)
    assert {outcome for outcome, _ in tested(wand).values()} == {
        Outcome.PASSED,
        Outcome.NEEDS_A_PERSON,
    }


def test_a_dirty_head_loses_touches_and_counts_why() -> None:
    wand = living(CONTACT, life_of(fault_of(HardwarePart.HEAD, Health.FAILING, 700)))
    told = evidence(wand)
    assert 40 < len(patrols(wand)) < 90
    assert told[EvidenceCode.NOPP][0] > 0
    assert told[EvidenceCode.NOPP][1] == 100
    assert told[EvidenceCode.CRCR][0] > 10
    assert tested(wand)[Part.HEAD][0] is Outcome.FAILED


def test_a_head_with_an_open_wire_reads_nothing_and_is_never_shorted() -> None:
    wand = living(CONTACT, life_of(fault_of(HardwarePart.HEAD, Health.DEAD)))
    told = evidence(wand)
    assert patrols(wand) == []
    assert (told[EvidenceCode.NOPP], told[EvidenceCode.SHORT]) == ((100, 100), (0, 0))
    assert tested(wand)[Part.HEAD] == (Outcome.FAILED, 0)


def test_a_lasting_short_switches_the_head_off_until_it_is_gone() -> None:
    short = Mishap(kind=MishapKind.READER_SHORT, utc=BEGIN + MINUTE / 2, milliseconds=600_000)
    wand = living(CONTACT, life_of(mishaps=(short,)))
    assert events(wand) == ["power_on", "reader_short_lasting"]
    assert evidence(wand)[EvidenceCode.SHORT] == (1, 600_000)
    assert len(patrols(wand)) == 90


def test_a_weak_field_shows_in_reads_per_attempt() -> None:
    wand = living(RADIO, life_of(fault_of(HardwarePart.HEAD, Health.FAILING, 700)))
    reads, attempts = evidence(wand)[EvidenceCode.RFL]
    assert reads == len(patrols(wand)) < 100
    assert attempts > 2 * reads
    assert tested(wand)[Part.HEAD] == (Outcome.FAILED, 900)


def test_two_buttons_at_once_leave_no_record_or_a_wrong_one() -> None:
    both = Mishap(kind=MishapKind.TWO_TAGS, every_touches=10)
    wand = living(CONTACT, life_of(mishaps=(both,)), touches=101)
    good = [each for each in patrols(wand) if each.tag == BUTTON]
    assert len(good) == 91
    assert evidence(wand)[EvidenceCode.CRCR][0] > 20


def test_a_cracked_crystal_joint_shows_as_equal_times_and_a_flag_with_a_good_battery() -> None:
    fault = fault_of(HardwarePart.RTC_OSCILLATOR, Health.INTERMITTENT)
    life = life_of(fault)
    clock = WandClock(
        civil=BEGIN.replace(tzinfo=None),
        utc=BEGIN,
        plan=ClockPlan(chip=RtcChip.DS3231),
        oscillator=life.part(HardwarePart.RTC_OSCILLATOR),
    )
    wand = walked(replace(setup_of(CONTACT), life=life, clock=clock))
    times = [each.time.civil for each in patrols(wand)]
    told = evidence(wand)
    assert "clock_stopped" in events(wand)
    assert len(set(times)) < 80
    assert told[EvidenceCode.OSF][0] == 1
    assert told[EvidenceCode.BOR] == (0, 0)
    assert told[EvidenceCode.BATV][0] == 4000
    assert RecordFlag.CLOCK_STOPPED in patrols(wand)[-1].flags


def test_power_lost_with_a_dead_backup_cell_takes_the_clock_back_and_tears_the_page() -> None:
    lost = Mishap(kind=MishapKind.POWER_LOST, utc=BEGIN + 50 * MINUTE, octets=11)
    life = life_of(fault_of(HardwarePart.BACKUP_CELL, Health.DEAD), mishaps=(lost,))
    wand = living(CONTACT, life)
    told = evidence(wand)
    assert events(wand)[:4] == ["power_on", "clock_stopped", "power_on", "page_torn"]
    # In its dock the clock has come to four in the morning of its first day.
    assert events(wand)[4:] == ["alarm", "alarm_missed"]
    assert totals(wand).damaged == 1
    assert len(patrols(wand)) == 100
    assert told[EvidenceCode.BOR] == (1, 0)
    assert told[EvidenceCode.JUMP][0] == 1
    assert {each.time.civil.year for each in patrols(wand)[-50:] if each.time.civil} == {2000}


def test_a_good_backup_cell_keeps_the_time_through_a_loss_of_power() -> None:
    lost = Mishap(kind=MishapKind.POWER_LOST, utc=BEGIN + 50 * MINUTE)
    wand = living(CONTACT, life_of(mishaps=(lost,)))
    assert events(wand) == ["power_on", "power_on", "page_torn"]
    assert evidence(wand)[EvidenceCode.JUMP] == (0, 0)


@pytest.mark.parametrize("octets", range(24))
@pytest.mark.parametrize("touches", [39, 40, 41])
def test_power_lost_in_any_octet_of_the_first_record_of_a_page_too_leaves_it_torn(
    octets: int, touches: int
) -> None:
    """A page has 41 records, the first of which is that of being switched on."""
    cut = Mishap(kind=MishapKind.POWER_LOST, every_touches=touches, octets=octets)
    wand = living(CONTACT, life_of(mishaps=(cut,)), touches=touches + 5)
    assert len(patrols(wand)) == touches + 5
    is_between_pages = touches == 40 and not octets
    assert events(wand)[1:] == ["power_on"] + ["page_torn"] * (not is_between_pages)
    assert evidence(wand)[EvidenceCode.BOR][0] == 1
    slots = [each.slot or 0 for each in stored(wand)]
    assert slots == sorted(set(slots))


def test_a_page_that_was_torn_as_it_began_says_which_records_it_cost() -> None:
    cut = Mishap(kind=MishapKind.POWER_LOST, every_touches=122, octets=9)
    setup = replace(setup_of(CONTACT, capacity=41), life=life_of(mishaps=(cut,)))
    wand = walked(setup, touches=123)
    # Switched on and touched 122 times it has filled its three pages.
    assert (wand.memory.capacity, wand.memory.overwritten) == (3, 2 * 41)
    costs = [
        (each.value, int.from_bytes(each.raw[16:20], "little"))
        for each in stored(wand)
        if isinstance(each, SystemRecord) and "records_overwritten" in each.meanings
    ]
    assert sorted(costs) == [(41, 1), (41, 42)]


@pytest.mark.parametrize(
    ("part", "code"),
    [(HardwarePart.PROCESSOR, EvidenceCode.WDT), (HardwarePart.SUPPLY, EvidenceCode.BOR)],
)
def test_a_wand_that_begins_again_says_why_and_misses_the_touch(
    part: HardwarePart, code: EvidenceCode
) -> None:
    wand = living(CONTACT, life_of(fault_of(part, Health.FAILING, 200)))
    count, _ = evidence(wand)[code]
    assert 8 < count < 35
    assert len(patrols(wand)) == 100 - count
    assert events(wand).count("power_on") == 1 + count
    assert totals(wand).power_ons == 1 + count


def test_water_inside_shorts_the_head_in_bursts_and_resets_the_wand_hundreds_of_times() -> None:
    water = Mishap(
        kind=MishapKind.WATER_INSIDE, utc=BEGIN + 50 * MINUTE, milliseconds=400, times=200
    )
    told = evidence(living(CONTACT, life_of(mishaps=(water,))))
    assert told[EvidenceCode.RST] == (200, 0)
    assert told[EvidenceCode.SHORT] == (200, 400)


def test_blows_falls_stillness_and_heat_are_felt_by_the_radio_wand_only() -> None:
    mishaps = (
        Mishap(kind=MishapKind.KNOCK, utc=BEGIN + MINUTE, strength_mg=9000),
        Mishap(kind=MishapKind.FALL, utc=BEGIN + 2 * MINUTE, strength_mg=90_000, milliseconds=553),
        Mishap(kind=MishapKind.KNOCK, utc=BEGIN + 3 * MINUTE, strength_mg=180_000),
        Mishap(kind=MishapKind.LEFT_LYING, utc=BEGIN + 4 * MINUTE, milliseconds=30_000_000),
        Mishap(kind=MishapKind.HEAT, utc=BEGIN + 5 * MINUTE, temperature_c=71),
    )
    radio, contact = (living(number, life_of(mishaps=mishaps), 10) for number in (RADIO, CONTACT))
    told = evidence(radio)
    assert events(radio) == ["power_on", "impact", "impact", "tilt", "temperature_limit"]
    assert sum(isinstance(each, KnockRecord) for each in stored(radio)) == 1
    assert told[EvidenceCode.SHOCK] == (3, 180_000)
    assert told[EvidenceCode.TILT0] == (1, 30_000)
    assert told[EvidenceCode.TEMP] == (273 + 71, 273 - 4)
    assert events(contact) == ["power_on"]


def test_an_opened_case_is_counted_with_its_time_unless_its_sensor_is_dead() -> None:
    opened = Mishap(kind=MishapKind.HOUSING_OPENED, utc=BEGIN + MINUTE)
    wand = living(CONTACT, life_of(mishaps=(opened,)))
    dead = living(
        CONTACT, life_of(fault_of(HardwarePart.CASE_SENSOR, Health.DEAD), mishaps=(opened,))
    )
    assert events(wand) == ["power_on", "housing_opened"]
    assert evidence(wand)[EvidenceCode.TAMP][0] == 1
    assert evidence(wand)[EvidenceCode.TAMP][1] > 0
    assert evidence(dead)[EvidenceCode.TAMP] == (0, 0)
    assert tested(dead)[Part.CASE_SENSOR] == (Outcome.FAILED, 1)


@pytest.mark.parametrize(
    ("part", "tested_part", "measured"),
    [
        (HardwarePart.LCD, Part.LCD, 0),
        (HardwarePart.VIBRATOR, Part.VIBRATOR, 0),
        (HardwarePart.BUZZER, Part.BUZZER, 0),
        (HardwarePart.RTC_OSCILLATOR, Part.RTC_OSCILLATOR, 0),
    ],
)
def test_a_dead_part_fails_its_test_and_no_other_part_does(
    part: HardwarePart, tested_part: Part, measured: int
) -> None:
    wand = living(CONTACT, life_of(fault_of(part, Health.DEAD)), 10)
    report = tested(wand)
    failed = {
        each: value for each, (outcome, value) in report.items() if outcome is Outcome.FAILED
    }
    assert failed == {tested_part: measured}


@pytest.mark.parametrize(
    ("parts", "answered"),
    [
        ((), True),
        ((HardwarePart.BUZZER,), True),
        ((HardwarePart.BUZZER, HardwarePart.VIBRATOR), False),
        ((HardwarePart.KEYS,), False),
    ],
    ids=["sound", "one alert left", "no alert left", "keys stuck"],
)
def test_an_alarm_is_answered_while_a_guard_can_notice_it_and_press_a_key(
    parts: tuple[HardwarePart, ...], *, answered: bool
) -> None:
    faults = [
        PartFault(
            part=part, health=Health.DEAD, per_mille=1000, measured=int(part is HardwarePart.KEYS)
        )
        for part in parts
    ]
    wand = VsWand(replace(setup_of(CONTACT), life=life_of(*faults)))
    midnight = DOCKED_AT.replace(hour=0, minute=0, second=0) + timedelta(days=1)
    for utc in (DOCKED_AT, midnight + timedelta(seconds=20)):
        wand.touch(BUTTON, utc, is_guard_tag=False)
    assert events(wand) == ["alarm", "alarm_answered" if answered else "alarm_missed"]


def test_a_rotting_memory_damages_records_and_tells_how_many() -> None:
    wand = living(CONTACT, life_of(fault_of(HardwarePart.MEMORY, Health.FAILING, 100)))
    flaws, _ = evidence(wand)[EvidenceCode.FLASH]
    assert 2 <= flaws <= 25
    assert totals(wand).damaged == flaws
    assert len(stored(wand)) == totals(wand).newest_sequence - flaws


def test_a_dead_memory_keeps_nothing() -> None:
    wand = living(CONTACT, life_of(fault_of(HardwarePart.MEMORY, Health.DEAD)))
    assert totals(wand).newest_sequence == 0
