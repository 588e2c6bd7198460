"""Healthy, failing, intermittent and dead parts can be told apart by what a host can ask."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.inside_vs import (
    BEGIN,
    CONTACT,
    RADIO,
    ask,
    evidence,
    life_of,
    walked,
)
from tests.support.sim_wands import DOCKED_AT, setup_of
from watchclock_protocol.dialects.vs import requests
from watchclock_sim.hardware.battery import Battery, BatteryPlan
from watchclock_sim.hardware.clock import WandClock
from watchclock_sim.hardware.health import USUAL_PER_MILLE, HardwarePart, Health, PartFault
from watchclock_sim.hardware.profile import ClockPlan, HardwareLife, Mishap, MishapKind, RtcChip
from watchclock_sim.wands.vs import VsWand

EVENTFUL = (
    Mishap(kind=MishapKind.KNOCK, every_touches=7, strength_mg=9000),
    Mishap(kind=MishapKind.LEFT_LYING, every_touches=11, milliseconds=30_000_000),
    Mishap(kind=MishapKind.HOUSING_OPENED, every_touches=9),
    Mishap(kind=MishapKind.HEAT, every_touches=13, temperature_c=65),
    Mishap(kind=MishapKind.POWER_LOST, every_touches=19, octets=9),
)
"""What it takes for every part to be used."""
FELT_BY_RADIO_ALONE = {HardwarePart.SHOCK_SENSOR, HardwarePart.THERMOMETER}
NOWHERE = {HardwarePart.HUMIDITY_SENSOR}
"""No model declares HUM."""
PARTS = [
    (number, part)
    for number in (CONTACT, RADIO)
    for part in HardwarePart
    if part not in NOWHERE and (number == RADIO or part not in FELT_BY_RADIO_ALONE)
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


@pytest.mark.parametrize(("number", "part"), PARTS)
def test_every_state_of_a_part_is_seen_and_none_is_taken_for_another(
    number: str, part: HardwarePart
) -> None:
    seen: dict[tuple[object, ...], Health] = {}
    for health in Health:
        fault = PartFault(part=part, health=health, per_mille=USUAL_PER_MILLE[health])
        seen.setdefault(told(lived(number, life_of(fault, mishaps=EVENTFUL))), health)
    assert list(seen.values()) == list(Health)
