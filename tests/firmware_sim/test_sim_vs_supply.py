"""The supply of a vs wand, whatever befalls it: it answers, and a seed gives one life."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.inside_vs import (
    BEGIN,
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
from watchclock_sim.hardware.battery import Battery, BatteryPlan, Chemistry
from watchclock_sim.hardware.clock import WandClock
from watchclock_sim.hardware.health import HardwarePart, Health, PartFault
from watchclock_sim.hardware.profile import (
    ClockPlan,
    HourReading,
    Mishap,
    MishapKind,
    PowerPlan,
    RtcChip,
)
from watchclock_sim.wands.setup import WandSetup


def tired(plan: BatteryPlan, draws: PowerPlan) -> WandSetup:
    life = replace(life_of(), power=draws)
    battery = Battery.fitted(plan, life, utc=BEGIN, rests_from=DOCKED_AT)
    return replace(setup_of(CONTACT, capacity=1000), battery=battery, life=life)


def test_a_cell_that_runs_down_is_noted_once_then_browns_out_then_leaves_the_wand_dark() -> None:
    plan = BatteryPlan(chemistry=Chemistry.LI_MNO2, charge_percent=11, capacity_mah=1000)
    wand = walked(tired(plan, PowerPlan(asleep_ua=100_000)), touches=90)
    seen = events(wand)
    assert seen.count("voltage_too_low") == 1
    assert seen.index("voltage_too_low") < seen.index("power_on", 1)
    assert len(patrols(wand)) < 90
    told = evidence(wand)
    assert told[EvidenceCode.BOR][0] > 0
    assert told[EvidenceCode.BATV] == (0, 0)


def test_cold_makes_a_weak_cell_fail_under_load() -> None:
    plan = BatteryPlan(chemistry=Chemistry.ALKALINE, charge_percent=8, temperature_c=-20)
    warm = replace(plan, temperature_c=25)
    outcomes = [
        tested(walked(tired(each, PowerPlan()), touches=3))[Part.BATTERY_UNDER_LOAD][0]
        for each in (warm, plan)
    ]
    assert outcomes == [Outcome.PASSED, Outcome.FAILED]


def test_a_loose_battery_contact_makes_the_wand_dark_in_spells_and_it_begins_again_each_time() -> (
    None
):
    fault = fault_of(HardwarePart.BATTERY, Health.INTERMITTENT, 300)
    life = life_of(fault)
    base = setup_of(CONTACT, capacity=1000)
    battery = replace(base.battery, life=life.part(HardwarePart.BATTERY))
    wand = walked(replace(base, battery=battery, life=life))
    restarts = evidence(wand)[EvidenceCode.BOR][0]
    assert 5 < restarts < 40
    assert len(patrols(wand)) < 100 - restarts


def test_the_same_seed_gives_the_same_pages() -> None:
    faults = [
        fault_of(part, Health.FAILING, 150)
        for part in (HardwarePart.HEAD, HardwarePart.MEMORY, HardwarePart.SUPPLY)
    ]
    pages = [living(CONTACT, life_of(*faults)).memory for _ in range(2)]
    other = living(CONTACT, replace(life_of(*faults), seed="another wand")).memory
    assert [pages[0].page(each) for each in range(4)] == [pages[1].page(each) for each in range(4)]
    assert pages[0].page(0) != other.page(0)


def test_a_dock_charges_a_lithium_ion_cell_and_the_wand_notes_when_that_begins_and_ends() -> None:
    plan = BatteryPlan(chemistry=Chemistry.LI_ION, charge_percent=50, capacity_mah=1000)
    life = life_of()
    battery = Battery.fitted(plan, life, utc=BEGIN, rests_from=DOCKED_AT)
    wand = walked(replace(setup_of(CONTACT), battery=battery, life=life), touches=3)
    docked = [BEGIN + hours * timedelta(hours=1) for hours in (1, 1.5, 2.1)]
    shown: list[int] = []
    for utc in docked:
        list(wand.receive(b"", 0.0, utc))
        shown.append(battery.charge_percent(utc))
    list(wand.receive(b"", 0.0, docked[-1]))
    assert shown == [50, 75, 100]
    assert events(wand) == ["power_on", "charging_started", "charging_ended"]


def test_a_dock_charges_no_primary_cell() -> None:
    plan = BatteryPlan(chemistry=Chemistry.LI_MNO2, charge_percent=50)
    life = life_of()
    battery = Battery.fitted(plan, life, utc=BEGIN, rests_from=DOCKED_AT)
    wand = walked(replace(setup_of(CONTACT), battery=battery, life=life), touches=3)
    for hours in (1, 9):
        list(wand.receive(b"", 0.0, BEGIN + hours * timedelta(hours=1)))
    assert battery.charge_percent(BEGIN + timedelta(hours=9)) == 50
    assert events(wand) == ["power_on"]


MOMENTS = st.none() | st.integers(0, 90).map(lambda minutes: BEGIN + minutes * MINUTE)
FAULTS = st.builds(
    PartFault,
    part=st.sampled_from(HardwarePart),
    health=st.sampled_from(Health),
    from_utc=MOMENTS,
    until_utc=MOMENTS,
    per_mille=st.integers(1, 1000),
    spell_s=st.integers(1, 86_400),
    measured=st.none() | st.integers(0, 2**32 - 1),
)
MISHAPS = st.builds(
    Mishap,
    kind=st.sampled_from(MishapKind),
    utc=MOMENTS,
    every_touches=st.none() | st.integers(1, 20),
    milliseconds=st.integers(0, 86_400_000),
    strength_mg=st.integers(0, 2**32 - 1),
    octets=st.integers(0, 23),
    times=st.integers(1, 3),
    temperature_c=st.integers(-60, 120),
)
CLOCKS = st.builds(
    ClockPlan, chip=st.none() | st.sampled_from(RtcChip), hour_reading=st.sampled_from(HourReading)
)


@settings(max_examples=40)
@given(
    number=st.sampled_from([CONTACT, RADIO]),
    faults=st.lists(FAULTS, max_size=5),
    mishaps=st.lists(MISHAPS, max_size=4),
    plan=CLOCKS,
    chemistry=st.none() | st.sampled_from(Chemistry),
)
def test_whatever_befalls_a_wand_it_answers_and_announces_what_its_pages_hold(
    number: str,
    faults: list[PartFault],
    mishaps: list[Mishap],
    plan: ClockPlan,
    chemistry: Chemistry | None,
) -> None:
    life = life_of(*faults, mishaps=tuple(mishaps))
    oscillator, bus = (
        life.part(part) for part in (HardwarePart.RTC_OSCILLATOR, HardwarePart.RTC_BUS)
    )
    civil = BEGIN.replace(tzinfo=None)
    cell = BatteryPlan(chemistry=chemistry, charge_percent=9)
    battery = Battery.fitted(cell, life, utc=BEGIN, rests_from=DOCKED_AT)
    setup = replace(
        setup_of(number, capacity=10),
        clock=WandClock(civil=civil, utc=BEGIN, plan=plan, oscillator=oscillator, bus=bus),
        battery=battery,
        life=life,
    )
    wand = walked(setup, touches=90)
    tested(wand)
    evidence(wand)
    told = totals(wand)
    assert told.unread == len(stored(wand))
    assert [each.slot for each in stored(wand)] == sorted(
        {each.slot or 0 for each in stored(wand)}
    )
