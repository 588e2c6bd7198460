"""The truth says why a touch left no record, what befell the wand and all that is wrong."""

import datetime as dt
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.inside_vs import stored
from watchclock_protocol.checksums import crc8_maxim
from watchclock_protocol.records import PatrolRecord
from watchclock_sim.fault_effects import with_fault
from watchclock_sim.hardware.battery import BatteryPlan, Chemistry
from watchclock_sim.hardware.health import HardwarePart, Health
from watchclock_sim.hardware.profile import HardwareProfile, MishapKind, MishapPlan, PartPlan
from watchclock_sim.night import truth_of, walked_wand
from watchclock_sim.scenario import ClockPlan, WandPlan
from watchclock_sim.scenario_file import SCENARIOS, load
from watchclock_sim.truth_values import Truth
from watchclock_sim.wands.fcard import FcardWand
from watchclock_sim.wands.vs import VsWand

SHOP = load(SCENARIOS / "repair_shop.toml")
CONTACT = next(wand for wand in SHOP.wands if wand.key == "sound_contact")
RADIO = next(wand for wand in SHOP.wands if wand.key == "sound_radio")
DIALECTS = {"vs": "5B00000000001234", "xgd": "3", "wm5000t": "531932"}
LATE = dt.time(22, 0)


def truth_in(plan: WandPlan) -> Truth:
    return truth_of(SHOP, plan, walked_wand(SHOP, plan))


def with_parts(plan: WandPlan, *parts: PartPlan, mishaps: tuple[MishapPlan, ...] = ()) -> WandPlan:
    return replace(plan, hardware=HardwareProfile(parts=parts, mishaps=mishaps))


def reasons_of(plan: WandPlan) -> set[str | None]:
    return {row["why_not_kept"] for row in truth_in(plan)["touches"]}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("part", "health", "reasons"),
    [
        (HardwarePart.SUPPLY, Health.FAILING, {None, "began_again"}),
        (HardwarePart.PROCESSOR, Health.INTERMITTENT, {None, "began_again"}),
        (HardwarePart.MEMORY, Health.DEAD, {"memory_failed"}),
        (HardwarePart.MEMORY, Health.FAILING, {None, "memory_failed"}),
        (HardwarePart.HEAD, Health.DEAD, {"head_failed"}),
        (HardwarePart.RTC_OSCILLATOR, Health.DEAD, {None}),
    ],
)
def test_a_touch_that_left_no_record_says_which_part_lost_it(
    dialect: str, part: HardwarePart, health: Health, reasons: set[str | None]
) -> None:
    plan = replace(CONTACT, dialect=dialect, number=DIALECTS[dialect], capacity=250)
    if dialect == "xgd" and part in (HardwarePart.SUPPLY, HardwarePart.PROCESSOR):
        # It hangs on the mains.
        reasons = {None}
    assert reasons_of(with_parts(plan, PartPlan(part=part, health=health))) == reasons


def test_a_wand_whose_battery_is_loose_is_dark_then_begins_again() -> None:
    loose = PartPlan(part=HardwarePart.BATTERY, health=Health.INTERMITTENT)
    assert reasons_of(with_parts(RADIO, loose)) == {None, "wand_dead", "began_again"}


@pytest.mark.parametrize("kind", [MishapKind.TWO_TAGS, MishapKind.READER_SHORT])
def test_two_tags_and_a_short_are_failures_of_the_head(kind: MishapKind) -> None:
    mishap = MishapPlan(kind=kind, every_touches=7, milliseconds=600_000)
    assert reasons_of(with_parts(CONTACT, mishaps=(mishap,))) == {None, "head_failed"}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_no_contact_wand_reads_anything_while_its_head_is_shorted(dialect: str) -> None:
    short = MishapPlan(kind=MishapKind.READER_SHORT, at=LATE, milliseconds=5_400_000)
    plan = replace(with_parts(CONTACT, mishaps=(short,)), dialect=dialect)
    rows = truth_in(replace(plan, number=DIALECTS[dialect], capacity=250))["touches"]
    begins = SHOP.instant(LATE)
    within = [
        row["why_not_kept"]
        for row in rows
        if begins <= dt.datetime.fromisoformat(row["utc"]) < begins + dt.timedelta(minutes=90)
    ]
    lost = [row["why_not_kept"] for row in rows if not row["is_kept"]]
    assert within == lost == ["head_failed"] * len(within)
    assert len(within) == 18


@pytest.mark.parametrize("battery", [BatteryPlan(), BatteryPlan(voltage_mv=1900)])
def test_a_wand_without_voltage_writes_nothing_at_all(battery: BatteryPlan) -> None:
    dead = PartPlan(part=HardwarePart.BATTERY, health=Health.DEAD)
    parts = (dead,) if battery.voltage_mv > 2000 else ()
    walked = walked_wand(SHOP, replace(with_parts(RADIO, *parts), battery=battery))
    assert isinstance(walked.firmware, VsWand)
    assert walked.firmware.memory.newest_sequence == 0
    assert {touch.why_not for touch in walked.touches} == {"wand_dead"}


def test_what_usually_happens_to_a_wand_of_its_kind_is_in_the_truth() -> None:
    told = [(each["kind"], each["every_touches"]) for each in truth_in(RADIO)["mishaps"]]
    assert told == [("reader_short", 25), ("knock", 25)]
    assert truth_in(with_parts(RADIO))["mishaps"] == []
    fcard = replace(RADIO, dialect="kaihe_eb", number="0000A1B2C3")
    assert truth_in(fcard)["mishaps"] == []


def test_what_is_wrong_beside_a_fault_profile_is_a_label_too() -> None:
    plan = with_parts(
        replace(RADIO, fault="keys_stuck", clock=ClockPlan(stops_at=LATE, resets_at=LATE)),
        PartPlan(part=HardwarePart.HEAD, health=Health.DEAD, begins=LATE),
        mishaps=(
            MishapPlan(kind=MishapKind.HOUSING_OPENED, at=LATE),
            MishapPlan(kind=MishapKind.RESET, every_touches=20),
        ),
    )
    labels = truth_in(with_fault(plan, SHOP.shift))["labels"]
    late = SHOP.instant(LATE).isoformat()
    assert [(each["kind"], each["profile"], each["begins"]) for each in labels] == [
        ("F-KEY", "keys_stuck", "2026-11-02T17:00:00+00:00"),
        ("F-RF", None, late),
        ("F-XTAL", None, late),
        ("F-PWR-RTC", None, late),
        ("F-TAMPER", None, late),
        ("F-RESET", None, None),
    ]


@pytest.mark.parametrize("plan", [plan for plan in SHOP.wands if plan.fault is not None])
def test_a_profile_is_one_label_and_its_own_parts_and_mishaps_are_none(plan: WandPlan) -> None:
    assert [each["profile"] for each in truth_in(plan)["labels"]] == [plan.fault]


@pytest.mark.parametrize(
    ("battery", "hours"),
    [
        (BatteryPlan(), None),
        (BatteryPlan(voltage_mv=3300, falls_mv_per_hour=100), 4),
        (BatteryPlan(chemistry=Chemistry.LI_SOCL2), None),
        (BatteryPlan(chemistry=Chemistry.LI_SOCL2, charge_percent=30, temperature_c=-20), 0),
        (BatteryPlan(chemistry=Chemistry.ALKALINE, charge_percent=3), 0),
    ],
)
def test_a_battery_that_gets_empty_is_a_label_from_the_first_touch_that_felt_it(
    battery: BatteryPlan, hours: int | None
) -> None:
    labels = truth_in(replace(with_parts(RADIO), battery=battery))["labels"]
    begins = [
        (dt.datetime.fromisoformat(str(each["begins"])) - SHOP.begins) // dt.timedelta(hours=1)
        for each in labels
        if each["kind"] == "F-BATT"
    ]
    assert begins == ([] if hours is None else [hours])
    assert len(labels) == len(begins)


def test_a_wand_notes_what_happened_in_the_order_it_happened() -> None:
    knock = MishapPlan(kind=MishapKind.KNOCK, at=dt.time(20, 58), strength_mg=5000)
    low = BatteryPlan(voltage_mv=3000, falls_mv_per_hour=100)
    walked = walked_wand(SHOP, replace(with_parts(RADIO, mishaps=(knock,)), battery=low))
    assert isinstance(walked.firmware, VsWand)
    times = [each.time.civil for each in stored(walked.firmware)]
    assert len(times) > 120
    assert all(one <= other for one, other in pairwise(times) if one and other)


def test_an_fcard_notes_a_loss_of_power_before_the_reset_that_came_later() -> None:
    plan = with_parts(
        replace(
            RADIO,
            dialect="fcard",
            number="7",
            battery=BatteryPlan(voltage_mv=3000, falls_mv_per_hour=100),
        ),
        mishaps=(MishapPlan(kind=MishapKind.POWER_LOST, at=dt.time(20, 58)),),
    )
    firmware = walked_wand(SHOP, plan).firmware
    assert isinstance(firmware, FcardWand)
    ring = firmware.log.ring
    codes = [(ring.slot(slot) or b"")[0] for slot in range(1, ring.write_index + 1)]
    assert codes == [1, 1, 5]


MOMENTS = st.integers(0, 9 * 60).map(
    lambda minutes: dt.time((20 + minutes // 60) % 24, minutes % 60)
)
PARTS = st.builds(
    PartPlan,
    part=st.sampled_from(sorted(set(HardwarePart) - {HardwarePart.RTC_BUS})),
    health=st.sampled_from(Health),
    begins=st.none() | MOMENTS,
    per_mille=st.integers(1, 1000),
    spell_s=st.integers(1, 7200),
)
MISHAPS = st.builds(
    MishapPlan,
    kind=st.sampled_from(MishapKind),
    at=st.none() | MOMENTS,
    every_touches=st.none() | st.integers(2, 40),
    milliseconds=st.integers(0, 600_000),
    strength_mg=st.integers(0, 200_000),
    octets=st.integers(0, 23),
    times=st.integers(1, 3),
)


def test_the_truth_names_the_tag_that_two_buttons_were_taken_for() -> None:
    plan = with_parts(CONTACT, mishaps=(MishapPlan(kind=MishapKind.TWO_TAGS, every_touches=13),))
    rows = truth_of(SHOP, plan, walked_wand(SHOP, plan))["touches"]
    (taken,) = [row for row in rows if row["read_as"]]
    # The bits common to both make a ROM whose CRC holds, as those of one pair in 256 do.
    assert taken["tag"] == "ibutton:01432AB500000044"
    assert taken["read_as"] == "ibutton:0100282100000004"
    assert crc8_maxim(bytes.fromhex("0100282100000004")) == 0
    assert taken["is_kept"]


@settings(max_examples=25, deadline=None)
@given(
    plan=st.sampled_from([CONTACT, RADIO]),
    mishaps=st.lists(MISHAPS, max_size=6),
    falls=st.integers(0, 150),
)
def test_a_good_clock_never_goes_back_in_a_log_whatever_happens(
    plan: WandPlan, mishaps: list[MishapPlan], falls: int
) -> None:
    battery = BatteryPlan(voltage_mv=3300, falls_mv_per_hour=falls)
    plan = replace(with_parts(plan, mishaps=tuple(mishaps)), battery=battery)
    firmware = walked_wand(SHOP, plan).firmware
    assert isinstance(firmware, VsWand)
    times = [each.time.civil for each in stored(firmware)]
    assert len(times) > 50
    assert all(one <= other for one, other in pairwise(times) if one and other)


def test_the_truth_has_the_time_of_the_record_though_the_clock_is_lost_right_behind_it() -> None:
    plan = with_parts(
        CONTACT,
        PartPlan(part=HardwarePart.BACKUP_CELL, health=Health.DEAD),
        mishaps=(MishapPlan(kind=MishapKind.POWER_LOST, every_touches=30),),
    )
    walked = walked_wand(SHOP, plan)
    assert isinstance(walked.firmware, VsWand)
    made = [each.time.civil for each in stored(walked.firmware) if isinstance(each, PatrolRecord)]
    told = [touch.wand_time for touch in walked.touches if touch.is_kept]
    assert [time.replace(microsecond=0) for time in made if time is not None] == told
    assert [time.year for time in told].count(2000) == len(told) - 30


@settings(max_examples=25, deadline=None)
@given(
    plan=st.sampled_from([CONTACT, RADIO]),
    parts=st.lists(PARTS, max_size=3),
    mishaps=st.lists(MISHAPS, max_size=4),
)
def test_whatever_befalls_a_wand_its_log_and_the_truth_agree(
    plan: WandPlan, parts: list[PartPlan], mishaps: list[MishapPlan]
) -> None:
    plan = with_parts(plan, *parts, mishaps=tuple(mishaps))
    walked = walked_wand(SHOP, plan)
    assert isinstance(walked.firmware, VsWand)
    made = [
        (str(each.tag), each.time.civil and each.time.civil.replace(microsecond=0).isoformat())
        for each in stored(walked.firmware)
        if isinstance(each, PatrolRecord)
    ]
    rows = truth_of(SHOP, plan, walked)["touches"]
    assert made == [
        (row["read_as"] or row["tag"], row["wand_time"]) for row in rows if row["is_kept"]
    ]
    lost = Counter(row["why_not_kept"] for row in rows if not row["is_kept"])
    assert not lost.keys() & {None, "refused"}
