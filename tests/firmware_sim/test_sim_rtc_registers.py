"""Register images of real clock chips mean what public captures and data sheets say.

Where the images come from stands beside each in tests/golden/clocks/rtc_registers.json.
"""

import json
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchclock_sim.hardware.decimal_time import binary_time, packed_time
from watchclock_sim.hardware.profile import HourReading, RtcChip
from watchclock_sim.hardware.rtc_registers import DEAD_BUS, decode, encode, shown_by

VECTORS = json.loads(
    (Path(__file__).parents[1] / "golden/clocks/rtc_registers.json").read_text("utf-8")
)
ROWS = [(row["id"], row) for row in VECTORS["vectors"]]
CIVIL = st.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001
    datetime(2099, 12, 31, 23, 59, 59),  # noqa: DTZ001
).map(lambda civil: civil.replace(microsecond=0))


@pytest.mark.parametrize("row", [row for _, row in ROWS], ids=[name for name, _ in ROWS])
def test_a_register_image_means_what_its_source_says(row: dict[str, object]) -> None:
    chip = RtcChip(str(row["chip"]).lower())
    told = decode(chip, bytes.fromhex(str(row["registers"])))
    expected = row["expect_time"]
    assert (told.civil.isoformat() if told.civil else None) == expected
    assert told.flaw == row.get("expect_error")
    flags = row.get("flags", {})
    assert isinstance(flags, dict)
    seen = dict.fromkeys(("clock_halt", "voltage_low"), told.is_flagged)
    assert {**seen, "century": told.is_century, **flags} == {**seen, "century": told.is_century}


@given(civil=CIVIL, chip=st.sampled_from(RtcChip), is_twelve_hour=st.booleans())
def test_every_second_of_the_century_comes_back_from_the_registers(
    civil: datetime, chip: RtcChip, *, is_twelve_hour: bool
) -> None:
    told = decode(chip, encode(chip, civil, is_twelve_hour=is_twelve_hour))
    assert (told.civil, told.flaw) == (civil, None)


@pytest.mark.parametrize(
    ("chip", "civil", "registers"),
    [
        (RtcChip.DS1307, "2013-03-10T23:35:30", "30 35 23 01 10 03 13"),
        (RtcChip.PCF8563, "2011-11-22T04:03:54", "54 03 04 22 02 11 11"),
        (RtcChip.DS1307, "2024-01-01T00:00:00", "00 00 00 02 01 01 24"),
    ],
)
def test_a_chip_fills_its_registers_as_they_were_captured(
    chip: RtcChip, civil: str, registers: str
) -> None:
    assert encode(chip, datetime.fromisoformat(civil)) == bytes.fromhex(registers)


@pytest.mark.parametrize(
    ("reading", "hours"),
    [
        (HourReading.FLAG_MASKED, {8: 8, 20: 28, 0: 12, 12: 32}),
        (HourReading.UNMASKED, {8: 48, 20: 68, 0: 52, 12: 72}),
        (HourReading.DIGITS_ONLY, {8: 8, 20: 8, 0: 12, 12: 12, 13: 1}),
    ],
)
def test_an_hour_read_in_the_wrong_mode_is_the_hour_that_people_report(
    reading: HourReading, hours: dict[int, int]
) -> None:
    for true, seen in hours.items():
        civil = datetime(2024, 3, 5, true, 30)  # noqa: DTZ001
        image = encode(RtcChip.DS3231, civil, is_twelve_hour=True)
        assert shown_by(RtcChip.DS3231, image, reading).hour == seen


def test_a_dead_bus_reads_as_the_date_that_people_post() -> None:
    shown = shown_by(RtcChip.DS3231, DEAD_BUS, HourReading.RIGHT)
    (pattern,) = [row for row in VECTORS["log_patterns"] if row["id"] == "PAT5"]
    text = f"{shown.year}-{shown.month}-{shown.day} {shown.hour}:{shown.minute}:{shown.second}"
    assert text == pattern["times"][0]
    assert packed_time(shown) == b"\xff\xff\xff\xff\xff\x85"
    assert binary_time(shown) == bytes([165, 165, 165, 165, 165, 85])


def test_registers_full_of_zeros_become_the_last_of_november_1999() -> None:
    shown = shown_by(RtcChip.DS1307, bytes(7), HourReading.RIGHT)
    (pattern,) = [row for row in VECTORS["log_patterns"] if row["id"] == "PAT4"]
    assert [shown.civil.isoformat()] == pattern["times"]
