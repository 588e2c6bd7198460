"""What the other wands' logs can show of their parts: lost touches, wrong tags and times."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.sim_wands import DOCKED_AT, setup_of
from watchclock_protocol.checksums import crc8_maxim
from watchclock_protocol.values import TagId
from watchclock_sim.hardware.battery import Battery, BatteryPlan, Chemistry
from watchclock_sim.hardware.clock import WandClock
from watchclock_sim.hardware.health import HardwarePart, Health, PartFault
from watchclock_sim.hardware.power import Power
from watchclock_sim.hardware.profile import (
    ClockPlan,
    HardwareLife,
    HourReading,
    Mishap,
    MishapKind,
    PowerPlan,
)
from watchclock_sim.wands.fcard import FcardWand
from watchclock_sim.wands.firmware import Firmware
from watchclock_sim.wands.kaihe_eb import KaiheWand
from watchclock_sim.wands.setup import WandSetup
from watchclock_sim.wands.system_log import SystemCode
from watchclock_sim.wands.wm5000t import Wm5000tWand
from watchclock_sim.wands.xgd import XgdWand

BEGIN = DOCKED_AT - timedelta(hours=8)
MINUTE = timedelta(minutes=1)
BUTTON = TagId.parse("ibutton:018C81851800009B")
CARD = TagId.parse("rfid:79C1E5")
WANDS: list[tuple[Callable[[WandSetup], Firmware], str, TagId]] = [
    (FcardWand, "7", CARD),
    (KaiheWand, "0000A1B2C3", TagId.parse("em4100:0608BCBD70")),
    (Wm5000tWand, "531932", BUTTON),
    (XgdWand, "3", BUTTON),
]
NAMES = ["fcard", "kaihe_eb", "wm5000t", "xgd"]


def life_of(
    part: HardwarePart | None = None,
    health: Health = Health.DEAD,
    mishaps: tuple[Mishap, ...] = (),
) -> HardwareLife:
    faults = () if part is None else (PartFault(part=part, health=health, per_mille=600),)
    return HardwareLife(seed="a wand", faults=faults, mishaps=mishaps)


def kept(wand: Firmware, tag: TagId, touches: int = 60) -> list[bool]:
    """Which touches, a minute apart, became a record."""
    return [
        wand.touch(tag, BEGIN + index * MINUTE, is_guard_tag=False) for index in range(touches)
    ]


def with_clock(number: str, plan: ClockPlan, life: HardwareLife) -> WandSetup:
    clock = WandClock(
        civil=BEGIN.replace(tzinfo=None),
        utc=BEGIN,
        plan=plan,
        oscillator=life.part(HardwarePart.RTC_OSCILLATOR),
        bus=life.part(HardwarePart.RTC_BUS),
    )
    return replace(setup_of(number), clock=clock, life=life)


def system_codes(wand: FcardWand) -> list[int]:
    slots = [wand.log.ring.slot(number) for number in range(1, wand.log.ring.write_index + 1)]
    return [slot[0] for slot in slots if slot is not None]


@pytest.mark.parametrize(("make", "number", "tag"), WANDS, ids=NAMES)
def test_a_dead_head_and_a_dead_memory_keep_nothing_and_sound_ones_everything(
    make: Callable[[WandSetup], Firmware], number: str, tag: TagId
) -> None:
    for part, expected in ((None, 60), (HardwarePart.HEAD, 0), (HardwarePart.MEMORY, 0)):
        wand = make(replace(setup_of(number), life=life_of(part)))
        assert sum(kept(wand, tag)) == expected


@pytest.mark.parametrize(("make", "number", "tag"), WANDS[:3], ids=NAMES[:3])
def test_a_failing_head_loses_some_touches_the_same_ones_for_the_same_seed(
    make: Callable[[WandSetup], Firmware], number: str, tag: TagId
) -> None:
    setup = replace(setup_of(number), life=life_of(HardwarePart.HEAD, Health.FAILING))
    nights = [kept(make(setup), tag) for _ in range(2)]
    assert nights[0] == nights[1]
    assert 0 < nights[0].count(False) < 40


def test_a_controller_stores_what_its_dirty_head_read_and_never_repairs_it() -> None:
    life = life_of(HardwarePart.HEAD, Health.FAILING)
    wand = XgdWand(replace(setup_of("3"), life=life))
    kept(wand, BUTTON)
    roms = [record[-8:] for record in wand.records]
    wrong = [rom for rom in roms if rom != BUTTON.octets]
    assert wrong
    assert any(crc8_maxim(rom[:-1]) != rom[-1] for rom in wrong)


def test_a_stopped_crystal_gives_equal_times_in_a_wand_without_flags() -> None:
    life = life_of(HardwarePart.RTC_OSCILLATOR)
    wand = Wm5000tWand(with_clock("531932", ClockPlan(), life))
    kept(wand, BUTTON, 5)
    assert len({(wand.memory.record(index) or b"")[:6] for index in range(5)}) == 1


def test_a_dead_clock_bus_is_stored_as_it_was_read() -> None:
    life = life_of(HardwarePart.RTC_BUS)
    packed = Wm5000tWand(with_clock("531932", ClockPlan(), life))
    binary = FcardWand(with_clock("7", ClockPlan(), life))
    kept(packed, BUTTON, 1)
    kept(binary, CARD, 1)
    assert (packed.memory.record(0) or b"")[:6] == bytes.fromhex("ffffffffff85")
    assert bytes([165, 165, 165, 165, 165, 85]) in (binary.cards.slot(1) or b"")


def test_a_firmware_that_does_not_mask_the_hour_stores_68_for_eight_in_the_evening() -> None:
    plan = ClockPlan(hour_reading=HourReading.UNMASKED)
    wand = Wm5000tWand(with_clock("531932", plan, life_of()))
    evening = BEGIN.replace(hour=20)
    wand.touch(BUTTON, evening, is_guard_tag=False)
    assert (wand.memory.record(0) or b"")[3] == 0x68


def test_restarts_and_a_low_cell_stand_in_the_log_of_the_wand_that_has_one() -> None:
    mishaps = tuple(
        Mishap(kind=kind, utc=BEGIN + MINUTE) for kind in (MishapKind.RESET, MishapKind.POWER_LOST)
    )
    draws = PowerPlan()
    battery = Battery(
        plan=BatteryPlan(chemistry=Chemistry.LI_MNO2, charge_percent=8),
        utc=BEGIN,
        rests_from=DOCKED_AT,
        power=Power(draws, BEGIN),
        draws=draws,
    )
    wand = FcardWand(replace(setup_of("7"), battery=battery, life=life_of(mishaps=mishaps)))
    kept(wand, CARD, 3)
    assert system_codes(wand) == [
        SystemCode.VOLTAGE_LOW,
        SystemCode.POWER_ON,
        SystemCode.POWER_ON,
    ]


def test_blows_go_into_the_knock_log_of_the_wand_that_has_a_sensor_for_them() -> None:
    mishaps = (
        Mishap(kind=MishapKind.KNOCK, every_touches=10, strength_mg=5000),
        Mishap(kind=MishapKind.FALL, utc=BEGIN + MINUTE, strength_mg=90_000, milliseconds=400),
    )
    tag = TagId.parse("em4100:0608BCBD70")
    felt = KaiheWand(replace(setup_of("0000A1B2C3"), life=life_of(mishaps=mishaps)))
    numb = KaiheWand(
        replace(setup_of("0000A1B2C3"), life=life_of(HardwarePart.SHOCK_SENSOR, mishaps=mishaps))
    )
    kept(felt, tag)
    kept(numb, tag)
    assert (len(felt.knocks), len(numb.knocks)) == (7, 0)


def test_what_happened_in_a_drawer_is_noted_when_the_wand_is_docked() -> None:
    mishap = Mishap(kind=MishapKind.RESET, utc=BEGIN + MINUTE)
    wand = FcardWand(replace(setup_of("7"), life=life_of(mishaps=(mishap,))))
    before = system_codes(wand)
    assert list(wand.receive(b"", 0.0, DOCKED_AT)) == []
    assert (before, system_codes(wand)) == ([], [SystemCode.POWER_ON])
