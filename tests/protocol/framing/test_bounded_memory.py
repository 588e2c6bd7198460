"""Endless nonsense is cut in memory that does not grow with it, and every byte is counted."""

import mmap
import tracemalloc
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.framings import FRAMINGS, KAIHE, frame_of, on_the_wire
from watchclock_protocol.framing.cutting import BLOCK_OCTETS, cut_blocks, make_cutter
from watchclock_protocol.framing.declarations import Framing

MEBIBYTE = 1 << 20
PATTERNS = [b"\x00", b"\xff", b"\x7e", b"\xeb", b"\x7d", b"\x7e\x00", b"!XD", b"VS\x00\x00"]
MOST_BYTES_AN_OCTET = 64
"""Places of 8 bytes, some columns of them, copies of the block: a fixed number for each byte."""


@dataclass(slots=True)
class Tally:
    frames: int = 0
    losses: int = 0
    octets: int = 0


def tallied(framing: Framing, data: bytes) -> tuple[Tally, int]:
    """What is found, and the most memory it took above ``data``."""
    tally = Tally()
    tracemalloc.start()
    for table in cut_blocks(framing, data):
        tally.frames += len(table)
        tally.losses += len(table.losses)
        tally.octets += table.input_octets
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return tally, most


@pytest.mark.parametrize("pattern", PATTERNS, ids=bytes.hex)
@pytest.mark.parametrize("framing", FRAMINGS.values(), ids=FRAMINGS.keys())
def test_memory_is_bounded_by_the_block_whatever_the_bytes_are(
    framing: Framing, pattern: bytes
) -> None:
    tallied(framing, frame_of(framing, b"") * 3)  # what is computed once a process
    data = pattern * (2 * MEBIBYTE // len(pattern))
    tally, most = tallied(framing, data)
    assert tally.frames == 0
    assert tally.octets == len(data)
    assert most < MOST_BYTES_AN_OCTET * BLOCK_OCTETS


@pytest.mark.parametrize("octet", [0x00, 0xFF, 0x7E, 0xEB])
def test_forty_mebibytes_of_one_byte_take_no_more_than_eight(octet: int) -> None:
    for framing in (FRAMINGS["fcard"], KAIHE):
        _, short = tallied(framing, bytes([octet]) * (8 * MEBIBYTE))
        tally, long = tallied(framing, bytes([octet]) * (40 * MEBIBYTE))
        assert tally.octets == 40 * MEBIBYTE
        assert long < short + BLOCK_OCTETS


@pytest.mark.parametrize("name", FRAMINGS)
def test_nonsense_between_two_frames_takes_no_more_than_nonsense_alone(name: str) -> None:
    framing = FRAMINGS[name]
    wire = on_the_wire(framing, frame_of(framing, b"abc"))
    tallied(framing, wire * 3)
    tally, most = tallied(framing, wire + bytes(40 * MEBIBYTE) + wire)
    assert tally == Tally(2, 1, 40 * MEBIBYTE + 2 * len(wire))
    assert most < MOST_BYTES_AN_OCTET * BLOCK_OCTETS


@pytest.mark.parametrize("octet", [0x00, 0xFF, 0x7E, 0xEB])
def test_the_cutter_that_is_fed_keeps_little_too(octet: int) -> None:
    piece = bytes([octet]) * 4096
    for framing in FRAMINGS.values():
        cutter = make_cutter(framing)
        for _ in range(20):
            cutter.receive(piece)
        assert cutter.buffered <= 2 * framing.longest


def test_a_memory_map_is_cut_where_it_is(tmp_path: Path) -> None:
    frame = frame_of(KAIHE, b"0123456789")
    path = tmp_path / "lane"
    path.write_bytes(frame * 50_000)
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        frames = sum(len(table) for table in cut_blocks(KAIHE, mapped))
    assert frames == 50_000
