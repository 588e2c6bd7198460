"""Flash clears bits, wears out and rots; a vs wand finds its records after any loss of power."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchclock_protocol.dialects.vs.pages import read_page
from watchclock_protocol.dialects.vs.records import LogKind
from watchclock_sim.hardware.flash import Flash
from watchclock_sim.wands.vs_memory import LogEntry, VsMemory

SERIAL = bytes.fromhex("5B00000000001234")
PAGE = 1024
Happenings = st.lists(
    st.one_of(st.just("record"), st.just("rot"), st.just("acknowledge"), st.integers(0, 23)),
    max_size=150,
)


def entry(number: int = 0) -> LogEntry:
    return LogEntry(kind=LogKind.PATROL, code=1, seconds=number, subject=bytes(8))


def records(memory: VsMemory) -> list[int]:
    """Sequences of every record a host finds in the pages."""
    found: list[int] = []
    for number in range(memory.oldest_page, memory.newest_page + 1):
        raw = memory.page(number)
        if raw is not None:
            found += [record.slot or 0 for record in read_page(number, raw).batch(0, 2**32 - 1)]
    return found


def test_programming_clears_bits_and_only_erasing_sets_them() -> None:
    flash = Flash(4, PAGE)
    flash.program(2, 10, b"\x0f")
    flash.program(2, 10, b"\xf1")
    assert flash.read(2)[9:12] == b"\xff\x01\xff"
    assert flash.erase(2)
    assert flash.read(2) == b"\xff" * PAGE
    assert (flash.wear(2), flash.wear(1)) == (1, 0)


@given(written=st.integers(0, 24))
def test_power_lost_at_any_octet_leaves_what_was_written_so_far(written: int) -> None:
    flash = Flash(1, PAGE)
    flash.program(0, 100, bytes(24), written=written)
    assert flash.read(0)[100:124] == bytes(written) + b"\xff" * (24 - written)


def test_a_place_wears_out_near_its_endurance_and_a_spare_replaces_it() -> None:
    flash = Flash(2, PAGE, spares=1, endurance=100, seed="a wand")
    erased = 0
    while not flash.worn_out:
        assert flash.erase(0)
        erased += 1
    assert 80 <= erased <= 121
    while flash.erase(0):
        erased += 1
    assert 160 <= erased <= 242
    assert flash.worn_out == 2
    assert flash.erase(1)


def test_rot_turns_one_charged_bit_into_a_1() -> None:
    flash = Flash(1, PAGE, seed="a wand")
    flash.program(0, 0, bytes(24))
    flash.rot(0, 0, 24)
    assert int.from_bytes(flash.read(0)[:24]).bit_count() == 1
    flash.rot(0, 100, 24)
    assert flash.read(0)[24:] == b"\xff" * (PAGE - 24)


def test_the_same_seed_rots_the_same_bit() -> None:
    contents: list[bytes] = []
    for seed in ("one", "one", "other"):
        flash = Flash(1, PAGE, seed=seed)
        flash.program(0, 0, bytes(PAGE))
        flash.rot(0, 0, PAGE)
        contents.append(flash.read(0))
    assert contents[0] == contents[1] != contents[2]


@given(happenings=Happenings)
def test_after_any_loss_of_power_the_wand_finds_exactly_what_a_host_would(
    happenings: list[str | int],
) -> None:
    memory = VsMemory(3, SERIAL)
    given_out: list[int] = []
    for happening in happenings:
        match happening:
            case "record" | "rot":
                memory.append(entry(), rots=happening == "rot")
                if happening == "record":
                    given_out.append(memory.newest_sequence)
            case "acknowledge":
                memory.acknowledge(memory.newest_sequence)
            case int():
                memory.lose_power(memory.half_record(entry(), happening))
                memory.recover()
            case _:
                raise AssertionError(happening)
        assert memory.unread() == sum(slot > memory.read_pointer for slot in records(memory))
    assert records(memory) == [each for each in given_out if each >= memory.oldest_sequence]


def test_a_page_whose_record_rotted_fails_its_crc_and_gives_all_others() -> None:
    memory = VsMemory(2, SERIAL)
    for number in range(41):
        memory.append(entry(number), rots=number == 7)
    raw = memory.page(0)
    assert raw is not None
    page = read_page(0, raw)
    assert page.is_torn
    assert page.damaged == (7,)
    assert (memory.unread(), memory.damaged, memory.flaws) == (40, 1, 1)


@pytest.mark.parametrize("before", [1, 2, 39, 40, 41, 42, 81, 82, 83, 254, 255, 256])
@pytest.mark.parametrize("octets", range(25))
def test_a_record_cut_at_any_octet_costs_no_other_and_is_never_taken_for_one(
    octets: int, before: int
) -> None:
    memory = VsMemory(20, SERIAL)
    for number in range(before):
        memory.append(entry(number))
    memory.acknowledge(before)
    memory.lose_power(memory.half_record(entry(), octets))
    memory.recover()
    assert records(memory) == list(range(1, before + 1))
    assert memory.unread() == 0
    for number in range(60):
        memory.append(entry(number))
    found = records(memory)
    assert found[:before] == list(range(1, before + 1))
    assert found == sorted(set(found))
    assert memory.unread() == len(found) - before == 60


def test_a_record_whose_check_is_all_ones_is_not_whole_before_it_is_written() -> None:
    found: list[list[int]] = []
    for seconds in range(600):
        memory = VsMemory(2, SERIAL)
        memory.append(entry())
        memory.lose_power(memory.half_record(entry(seconds), 23))
        memory.recover()
        found.append(records(memory))
    assert found == [[1]] * 600


def test_a_memory_that_is_worn_out_keeps_what_it_has_and_takes_no_more() -> None:
    flash = Flash(2, PAGE, spares=0, seed="a wand")
    memory = VsMemory(2, SERIAL, flash)
    for _ in range(82):
        assert memory.append(entry()) == 0
    memory.erase_fails = True
    assert memory.append(entry()) is None
    assert memory.append(entry()) is None
    assert records(memory) == list(range(1, 83))
    assert flash.worn_out == 1


def test_wear_in_the_pages_counts_how_often_their_place_was_erased() -> None:
    memory = VsMemory(2, SERIAL)
    seen: list[int] = []
    for _ in range(5 * 41):
        memory.append(entry())
    for number in (3, 4):
        raw = memory.page(number)
        assert raw is not None
        seen.append(int.from_bytes(raw[16:20], "little"))
    assert seen == [1, 2]
