"""Healthy, failing, intermittent and dead parts can be told apart by what a host can ask."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.inside_vs import (
    BEGIN,
    BUTTON,
    CARD,
    CONTACT,
    RADIO,
    ask,
    evidence,
    fault_of,
    life_of,
    tested,
    walked,
)
from tests.support.sim_wands import DOCKED_AT, setup_of
from watchclock_protocol.dialects.vs import requests
from watchclock_protocol.dialects.vs.evidence import Part
from watchclock_sim.hardware.battery import Battery, BatteryPlan
from watchclock_sim.hardware.clock import WandClock
from watchclock_sim.hardware.contact_head import ContactHead, rom_of
from watchclock_sim.hardware.health import (
    USUAL_PER_MILLE,
    HardwarePart,
    Health,
    PartFault,
    PartLife,
)
from watchclock_sim.hardware.keys import KEYS, Keys
from watchclock_sim.hardware.profile import (
    ClimatePlan,
    ClockPlan,
    HardwareLife,
    Mishap,
    MishapKind,
    RtcChip,
)
from watchclock_sim.hardware.radio_head import RadioHead
from watchclock_sim.wands.vs import VsWand

EVENTFUL = (
    Mishap(kind=MishapKind.KNOCK, every_touches=7, strength_mg=9000),
    Mishap(kind=MishapKind.LEFT_LYING, every_touches=11, milliseconds=30_000_000),
    Mishap(kind=MishapKind.HOUSING_OPENED, every_touches=9),
    Mishap(kind=MishapKind.HEAT, every_touches=13, temperature_c=65),
    Mishap(kind=MishapKind.WATER_INSIDE, every_touches=4),
    Mishap(kind=MishapKind.POWER_LOST, every_touches=19, octets=9),
)
"""What it takes for every part to be used."""
FELT_BY_RADIO_ALONE = {HardwarePart.SHOCK_SENSOR, HardwarePart.THERMOMETER}
PARTS = [
    (number, part)
    for number in (CONTACT, RADIO)
    for part in HardwarePart
    if number == RADIO or part not in FELT_BY_RADIO_ALONE
]


def lived(number: str, life: HardwareLife) -> VsWand:
    """A wand to which much happens while it is carried."""
    clock = WandClock(
        civil=BEGIN.replace(tzinfo=None),
        utc=BEGIN,
        plan=ClockPlan(chip=RtcChip.DS3231),
        oscillator=life.part(HardwarePart.RTC_OSCILLATOR),
        bus=life.part(HardwarePart.RTC_BUS),
    )
    battery = Battery.fitted(BatteryPlan(), life, utc=BEGIN, rests_from=DOCKED_AT)
    life = replace(life, climate=ClimatePlan(has_humidity_sensor=True))
    setup = replace(setup_of(number, capacity=2000), life=life, battery=battery, clock=clock)
    return walked(setup, touches=150)


def told(wand: VsWand) -> tuple[object, ...]:
    """All that a host learns: every page, the evidence, and thirty self-tests in half an hour."""
    pages = tuple(wand.memory.page(each) for each in range(wand.memory.newest_page + 1))
    facts = tuple(evidence(wand).items())
    tests = tuple(
        tuple(map(str, ask(wand, requests.RunSelfTest(parts=0b111111111), DOCKED_AT + minutes)))
        for minutes in (timedelta(minutes=each) for each in range(30))
    )
    return pages, facts, tests


def test_how_a_part_fails_differs_from_wand_to_wand() -> None:
    seeds = [f"wand {index}" for index in range(20)]

    def lives(part: HardwarePart, health: Health) -> list[PartLife]:
        return [PartLife(part, [fault_of(part, health, 1000)], seed) for seed in seeds]

    stuck = {Keys(life).stuck(BEGIN) for life in lives(HardwarePart.KEYS, Health.DEAD)}
    civil = BEGIN.replace(tzinfo=None)
    buses = {
        WandClock(civil=civil, utc=BEGIN, bus=life).registers(BEGIN)
        for life in lives(HardwarePart.RTC_BUS, Health.FAILING)
    }
    dirty = {
        ContactHead(life).read(rom_of(BUTTON), BEGIN).octets
        for life in lives(HardwarePart.HEAD, Health.FAILING)
    }
    sound_heads = [RadioHead(PartLife(HardwarePart.HEAD, (), seed)) for seed in seeds]
    for head in sound_heads:
        head.near_metal(BEGIN, 1000)
    beside_metal = {head.read(CARD.octets, BEGIN).attempts for head in sound_heads}
    assert len(stuck) == KEYS
    assert min(len(buses), len(dirty)) > 5
    assert len(beside_metal) > 2


@pytest.mark.parametrize("health", [Health.FAILING, Health.DEAD])
@pytest.mark.parametrize("number", [CONTACT, RADIO])
def test_every_self_test_measures_what_a_scenario_says(number: str, health: Health) -> None:
    faults = [
        PartFault(part=HardwarePart(part.name.lower()), health=health, per_mille=1000, measured=5)
        for part in Part
        if part is not Part.BATTERY_UNDER_LOAD
    ]
    battery = PartFault(part=HardwarePart.BATTERY, health=health, per_mille=1000, measured=5)
    results = tested(lived(number, life_of(*faults, battery, mishaps=())))
    assert {part: measured for part, (_, measured) in results.items()} == dict.fromkeys(Part, 5)


@pytest.mark.parametrize(("number", "part"), PARTS)
def test_every_state_of_a_part_is_seen_and_none_is_taken_for_another(
    number: str, part: HardwarePart
) -> None:
    seen: dict[tuple[object, ...], Health] = {}
    for health in Health:
        fault = PartFault(part=part, health=health, per_mille=USUAL_PER_MILLE[health])
        seen.setdefault(told(lived(number, life_of(fault, mishaps=EVENTFUL))), health)
    assert list(seen.values()) == list(Health)
