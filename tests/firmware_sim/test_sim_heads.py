"""Heads read tags as dirt, loose wires, metal and second tags let them."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchclock_protocol.checksums import crc8_maxim
from watchclock_sim.hardware.contact_head import (
    ContactHead,
    HeadReading,
    both_roms,
    has_right_crc,
)
from watchclock_sim.hardware.health import HardwarePart, Health, PartFault, PartLife
from watchclock_sim.hardware.radio_head import FIELD_MV, RadioHead

BEGIN = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
# The worked example of Maxim application note 27.
ROM = bytes.fromhex("021CB801000000A2")
CARD = bytes.fromhex("0608BCBD70")


def life_of(health: Health, per_mille: int = 500) -> PartLife:
    fault = PartFault(part=HardwarePart.HEAD, health=health, per_mille=per_mille)
    return PartLife(HardwarePart.HEAD, [fault], "a wand")


def read_often(head: ContactHead | RadioHead, tag: bytes, touches: int) -> list[HeadReading]:
    return [head.read(tag, BEGIN + each * timedelta(minutes=1)) for each in range(touches)]


def test_a_sound_head_reads_every_button_at_once() -> None:
    read = ContactHead(PartLife(HardwarePart.HEAD)).read(ROM, BEGIN)
    assert (read.octets, read.attempts, read.good, read.wrong_crcs) == (ROM, 1, 1, 0)


def test_a_dirty_contact_shows_missing_pulses_wrong_crcs_and_touches_read_at_the_third_try() -> (
    None
):
    seen = read_often(ContactHead(life_of(Health.FAILING, 600)), ROM, 300)
    assert any(not read.had_presence for read in seen)
    assert any(read.wrong_crcs for read in seen)
    assert {read.attempts for read in seen if read.is_good} == {1, 2, 3}
    assert 0.1 < sum(not read.is_good for read in seen) / 300 < 0.35


def test_what_bounces_never_passes_for_another_button_but_by_its_crc() -> None:
    seen = read_often(ContactHead(life_of(Health.FAILING, 1000)), ROM, 300)
    wrong = [read.octets for read in seen if read.octets not in (None, ROM)]
    assert wrong
    assert all(
        bool(has_right_crc(octets or b"")) == read.is_good
        for octets, read in ((read.octets, read) for read in seen if read.octets)
    )


def test_an_open_wire_gives_no_presence_pulse_and_no_wrong_crc() -> None:
    seen = read_often(ContactHead(life_of(Health.DEAD)), ROM, 10)
    assert not any(read.had_presence or read.wrong_crcs or read.is_good for read in seen)


def test_a_shorted_head_reads_nothing_until_the_metal_is_gone() -> None:
    head = ContactHead(PartLife(HardwarePart.HEAD))
    head.short(BEGIN, 90_000)
    assert [read.is_good for read in read_often(head, ROM, 3)] == [False, False, True]


@given(st.binary(min_size=6, max_size=6), st.binary(min_size=6, max_size=6))
def test_two_buttons_at_once_read_as_the_and_of_their_bits_which_the_crc_mostly_finds(
    one: bytes, other: bytes
) -> None:
    roms = [b"\x01" + serial + bytes([crc8_maxim(b"\x01" + serial)]) for serial in (one, other)]
    both = both_roms(*roms)
    read = ContactHead(PartLife(HardwarePart.HEAD)).read(roms[0], BEGIN, roms[1])
    assert both == bytes(left & right for left, right in zip(*roms, strict=True))
    assert read.octets == both
    assert read.is_good is (crc8_maxim(both[:-1]) == both[-1])


def test_a_hundred_pairs_of_buttons_are_nearly_all_refused() -> None:
    head = ContactHead(PartLife(HardwarePart.HEAD))
    roms = [
        head_bytes + bytes([crc8_maxim(head_bytes)])
        for head_bytes in (
            b"\x01" + (0x1F3A57 * each).to_bytes(6, "little") for each in range(1, 102)
        )
    ]
    read = [head.read(one, BEGIN, other).is_good for one, other in pairwise(roms)]
    assert sum(read) <= 5


def test_a_button_whose_own_crc_is_wrong_is_taken_as_it_is() -> None:
    copy = ROM[:-1] + b"\x00"
    assert ContactHead(PartLife(HardwarePart.HEAD)).read(copy, BEGIN).octets == copy


def test_the_self_test_counts_presence_pulses_of_a_hundred() -> None:
    assert ContactHead(PartLife(HardwarePart.HEAD)).pulses(BEGIN) == 100
    assert ContactHead(life_of(Health.DEAD)).pulses(BEGIN) == 0
    assert 30 < ContactHead(life_of(Health.FAILING, 500)).pulses(BEGIN) < 70


def test_a_weak_field_needs_more_attempts_and_loses_some_touches() -> None:
    seen = read_often(RadioHead(life_of(Health.FAILING, 700)), CARD, 300)
    attempts = sum(read.attempts for read in seen)
    good = sum(read.good for read in seen)
    assert attempts > 2 * good
    assert 0 < 300 - good < 100


def test_two_cards_in_the_field_give_nothing() -> None:
    read = RadioHead(PartLife(HardwarePart.HEAD)).read(CARD, BEGIN, b"\x01\x02\x03\x04\x05")
    assert (read.octets, read.good, read.attempts) == (None, 0, 5)


def test_metal_weakens_the_field_while_it_is_there() -> None:
    head = RadioHead(PartLife(HardwarePart.HEAD))
    head.near_metal(BEGIN, 3_600_000)
    near, far = read_often(head, CARD, 60), head.read(CARD, BEGIN + timedelta(hours=2))
    assert sum(read.attempts for read in near) > 120
    assert far.attempts == 1


@pytest.mark.parametrize(
    ("health", "field_mv"),
    [(Health.HEALTHY, FIELD_MV), (Health.FAILING, 900), (Health.DEAD, 0)],
)
def test_the_self_test_measures_the_field(health: Health, field_mv: int) -> None:
    assert RadioHead(life_of(health)).field_mv(BEGIN) == field_mv
