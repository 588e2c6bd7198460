"""Decoding blocks of stored records, every one fully checked, into columns.

The records are those of the WM-5000T: packed decimal time, button, byte sum. One in a thousand
has a damaged byte, one in two thousand a digit above nine, one in two thousand a 30th of February.
The references are construct (compiled), the best way found with ``struct.iter_unpack`` (both on
fewer records: what they keep as objects grows dearer with their number), and a copy of the same
bytes into memory that was written before.
"""

import struct
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np
import psutil
import pytest
from construct import (
    Adapter,
    Bytes,
    Checksum,
    ChecksumError,
    Int8ub,
    RawCopy,
    Struct,
    ValidationError,
    this,
)
from pytest_benchmark.fixture import BenchmarkFixture

from tests.support import by_hand_vs
from tests.support.in_turn import best_times
from tests.support.plain_records import decode_vs_with_struct, decode_with_struct
from watchclock_protocol.bulk import BlockColumns, block_decoder, decode_stream
from watchclock_protocol.checksums import crc8_maxim
from watchclock_protocol.dialects.vs.records import RECORDS as VS_RECORDS
from watchclock_protocol.dialects.wm5000t.records import RECORDS

MANY: Final = 10_000_000
FEW: Final = 100_000
SOME: Final = 2_000
SIZE: Final = 13
BEGIN: Final = datetime(2026, 1, 1)  # noqa: DTZ001  # wand time has no zone


def _sum(record: bytes) -> bytes:
    return bytes((~sum(record) & 0xFF,))


def _record(index: int, tag: bytes) -> bytes:
    time = BEGIN + timedelta(seconds=47 * index)
    digits = bytes.fromhex(time.strftime("%y%m%d%H%M%S"))
    if index % 2_000 == 500:
        digits = b"\x26\x0c" + digits[2:]
    if index % 2_000 == 1_500:
        digits = b"\x26\x02\x30" + digits[3:]
    record = digits + bytes(3) + tag
    record += _sum(record)
    return bytes((record[0] ^ 0x40,)) + record[1:] if index % 1_000 == 0 else record


def stored_records(count: int) -> bytes:
    """So many records of two hundred buttons, 47 seconds apart."""
    tags = [bytes((1, number, 0x3C)) for number in range(200)]
    return b"".join(_record(index, tags[index % 200]) for index in range(count))


@pytest.fixture(scope="module")
def block() -> bytes:
    """Ten million records: a hundred thousand different ones a hundred times."""
    return stored_records(FEW) * (MANY // FEW)


class _Digits(Adapter):  # type: ignore[type-arg]  # generic only in its stubs
    def _decode(self, obj: bytes, context: object, path: object) -> datetime:  # noqa: ARG002
        try:
            return datetime.strptime(obj.hex(), "%y%m%d%H%M%S")  # noqa: DTZ007
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def _encode(self, obj: datetime, context: object, path: object) -> bytes:  # noqa: ARG002
        return bytes.fromhex(obj.strftime("%y%m%d%H%M%S"))


_COMPILED: Final = Struct(
    "body" / RawCopy(Struct("time" / _Digits(Bytes(6)), "serial" / Bytes(6))),
    "sum" / Checksum(Int8ub, lambda raw: ~sum(raw) & 0xFF, this.body.data),
).compile()


def _with_construct(block: bytes) -> int:
    good = 0
    for start in range(0, len(block), SIZE):
        try:
            _COMPILED.parse(block[start : start + SIZE])
        except (ChecksumError, ValidationError, struct.error):
            continue
        good += 1
    return good


def _check(found: BlockColumns, block: bytes) -> None:
    count = len(block) // SIZE
    assert len(found) == count
    assert len(found.rejected) == count // 1_000
    assert int((found.flags[found.reject == 0] != 0).sum()) == count // 1_000


def bench_record_blocks(benchmark: BenchmarkFixture, block: bytes) -> None:
    decoder = block_decoder(RECORDS)
    out, target = decoder.allocate(MANY), np.ones(len(block), np.uint8)
    source = np.frombuffer(block, np.uint8)
    few, some, tenth = (block[: count * SIZE] for count in (FEW, SOME, MANY // 10))
    _check(decoder.decode(block, out), block)
    _check(decoder.decode(few, out), few)
    assert _with_construct(some) == SOME - 2 * SOME // 1_000
    times = best_times(
        {
            "many": lambda: decoder.decode(block, out),
            "few": lambda: [decoder.decode(few, out) for _ in range(20)],
            "copy": lambda: np.copyto(target, source),
            "construct": lambda: _with_construct(some),
            "struct": lambda: decode_with_struct(tenth),
        },
        rounds=7,
    )
    benchmark.pedantic(decoder.decode, (block, out))  # type: ignore[no-untyped-call]
    each = times["many"] / MANY
    benchmark.extra_info["ratios"] = {
        "construct": each / (times["construct"] / SOME),
        "struct": each / (times["struct"] / (MANY // 10)),
        "copy": times["many"] / times["copy"],
        "growth": each / (times["few"] / FEW / 20),
    }


def _vs_records(count: int) -> bytes:
    """So many touches of different buttons; one in a thousand damaged, one of 2100 or later."""
    records: list[bytes] = []
    for index in range(count):
        rom = b"\x01" + index.to_bytes(3, "little") + bytes(3)
        time_s = 3_155_760_000 if index % 1_000 == 500 else 800_000_000 + 47 * index
        record = by_hand_vs.record(
            index + 1, time_s=time_s, subject=rom + bytes((crc8_maxim(rom),))
        )
        damaged = bytes((record[0] ^ 0x40,)) + record[1:]
        records.append(damaged if index % 1_000 == 0 else record)
    return b"".join(records)


def bench_vs_record_blocks(benchmark: BenchmarkFixture) -> None:
    decoder = block_decoder(VS_RECORDS)
    size = VS_RECORDS.octets
    few = _vs_records(FEW)
    block = few * (MANY // FEW)
    tenth = block[: len(block) // 10]
    out, target = decoder.allocate(MANY), np.ones(len(block), np.uint8)
    source = np.frombuffer(block, np.uint8)
    found = decoder.decode(block, out)
    assert len(found.rejected) == MANY // 1_000
    assert int((found.flags[found.reject == 0] != 0).sum()) == MANY // 1_000
    wrongs = decode_vs_with_struct(few)[-1]
    assert (wrongs.count(1), wrongs.count(2)) == (FEW // 1_000, FEW // 1_000)
    assert len(wrongs) == len(few) // size
    times = best_times(
        {
            "many": lambda: decoder.decode(block, out),
            "few": lambda: [decoder.decode(few, out) for _ in range(20)],
            "copy": lambda: np.copyto(target, source),
            "struct": lambda: decode_vs_with_struct(tenth),
        },
        rounds=7,
    )
    benchmark.pedantic(decoder.decode, (block, out))  # type: ignore[no-untyped-call]
    benchmark.extra_info["ratios"] = {
        "struct": times["many"] / MANY / (times["struct"] / (MANY // 10)),
        "copy": times["many"] / times["copy"],
        "growth": times["many"] / MANY / (times["few"] / FEW / 20),
    }


def bench_record_blocks_on_two_threads(benchmark: BenchmarkFixture, block: bytes) -> None:
    decoder = block_decoder(RECORDS)
    out = decoder.allocate(MANY)
    middle = MANY // 2 * SIZE
    view = memoryview(block)
    halves = [(view[:middle], out.part(0, MANY // 2)), (view[middle:], out.part(MANY // 2, MANY))]
    with ThreadPoolExecutor(2) as pool:

        def both() -> list[BlockColumns]:
            return list(pool.map(lambda half: decoder.decode(*half), halves))

        assert sum(len(half) for half in both()) == MANY
        _check(out, block)
        times = best_times({"one": lambda: decoder.decode(block, out), "two": both}, rounds=25)
        benchmark.pedantic(both)  # type: ignore[no-untyped-call]
    benchmark.extra_info["ratios"] = {"threads": times["two"] / times["one"]}


def bench_record_file(benchmark: BenchmarkFixture, block: bytes, tmp_path: Path) -> None:
    path = tmp_path / "records.bin"
    path.write_bytes(block)
    decoder = block_decoder(RECORDS)
    out = decoder.allocate(MANY)

    def from_file() -> int:
        with path.open("rb", buffering=0) as file:
            return sum(len(columns) for columns in decode_stream(decoder, file.readinto))

    process = psutil.Process()
    decoder.decode(block, out)
    before = process.memory_info().rss
    assert from_file() == MANY
    grown = process.memory_info().rss - before
    times = best_times({"memory": lambda: decoder.decode(block, out), "file": from_file}, rounds=7)
    benchmark.pedantic(from_file)  # type: ignore[no-untyped-call]
    benchmark.extra_info["ratios"] = {
        "memory": times["file"] / times["memory"],
        "memory_mb": grown / 1e6,
    }


def bench_record_one_at_a_time(benchmark: BenchmarkFixture, block: bytes) -> None:
    sound = block[SIZE : 2 * SIZE]
    assert RECORDS.decode(sound).time.civil == _COMPILED.parse(sound).body.value.time

    def ours() -> None:
        for _ in range(2_000):
            RECORDS.decode(sound)

    def theirs() -> None:
        for _ in range(2_000):
            _COMPILED.parse(sound)

    times = best_times({"ours": ours, "construct": theirs}, rounds=9)
    benchmark.pedantic(ours)  # type: ignore[no-untyped-call]
    benchmark.extra_info["ratios"] = {"construct": times["ours"] / times["construct"]}
