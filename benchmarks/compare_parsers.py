"""Puts watchclock beside the usual Python parsers of records and writes docs/performance.md.

Run by ``python3 dev.py compare``. Everything decodes the same block of WM-5000T records (time in
packed decimal, button, byte sum; 13 bytes), each way in turn so that a noisy machine is noisy for
all. "Fields" means that the bytes are only cut; "all checked" that sum, digits and calendar of
every record are checked, and every way then finds the same good records.
"""

import ctypes
import platform
import struct
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import construct
import numpy as np
from construct import Adapter, Array, Bytes, Checksum, ChecksumError, Int8ub, RawCopy, Struct, this
from dissect.cstruct import cstruct
from kaitaistruct import KaitaiStream

from benchmarks.bench_records import FEW, SIZE, stored_records
from benchmarks.kaitai.wm5000t_records import Wm5000tRecords
from tests.support.in_turn import best_times
from tests.support.plain_records import decode_with_struct
from watchclock_protocol.bulk import block_decoder
from watchclock_protocol.dialects.wm5000t.records import RECORDS
from watchclock_protocol.errors import ChecksumError as DamagedRecord

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "performance.md"
BEGIN_MARK: Final = "<!-- table made by: python3 dev.py compare -->"
END_MARK: Final = "<!-- end of table -->"
ROUNDS: Final = 5
SAMPLE: Final = 20_000
MANY: Final = 10 * FEW

Work = Callable[[bytes], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way of decoding the block.

    Attributes:
        name: as the table shows it.
        checks: "fields" or "all checked".
        records: how many records it decodes a round.
        work: decodes them and tells how many records it found, or found good.
    """

    name: str
    checks: str
    records: int
    work: Work


class _Digits(Adapter):  # type: ignore[type-arg]  # generic only in its stubs
    def _decode(self, obj: bytes, context: object, path: object) -> datetime:  # noqa: ARG002
        try:
            return datetime.strptime(obj.hex(), "%y%m%d%H%M%S")  # noqa: DTZ007
        except ValueError as error:
            raise construct.ValidationError(str(error)) from error

    def _encode(self, obj: datetime, context: object, path: object) -> bytes:  # noqa: ARG002
        return bytes.fromhex(obj.strftime("%y%m%d%H%M%S"))


FIELDS: Final = Struct("time" / Bytes(6), "serial" / Bytes(6), "sum" / Int8ub)
CHECKED: Final = Struct(
    "body" / RawCopy(Struct("time" / _Digits(Bytes(6)), "serial" / Bytes(6))),
    "sum" / Checksum(Int8ub, lambda raw: ~sum(raw) & 0xFF, this.body.data),
)
COMPILED: Final = CHECKED.compile()
COMPILED_ARRAY: Final = Array(SAMPLE, FIELDS).compile()


_SIX: Final = ctypes.c_ubyte * 6


class _Record(ctypes.Structure):
    _pack_ = 1
    _fields_ = (
        ("time", ctypes.c_ubyte * 6),
        ("serial", ctypes.c_ubyte * 6),
        ("sum", ctypes.c_ubyte),
    )


def _cut(block: bytes) -> Iterator[bytes]:
    return (block[start : start + SIZE] for start in range(0, len(block), SIZE))


def _good(declaration: Any) -> Work:  # noqa: ANN401 - construct is untyped
    def work(block: bytes) -> int:
        good = 0
        for record in _cut(block):
            try:
                declaration.parse(record)
            except (ChecksumError, construct.ValidationError):
                continue
            good += 1
        return good

    return work


def _kaitai(block: bytes) -> int:
    return len(Wm5000tRecords(KaitaiStream(BytesIO(block))).records)


def _cstruct() -> Work:
    parser = cstruct()
    parser.load("struct record { uint8 time[6]; uint8 serial[6]; uint8 sum; };")
    return lambda block: len(parser.record[len(block) // SIZE](block))


def _ctypes(block: bytes) -> int:
    records = (_Record * (len(block) // SIZE)).from_buffer_copy(block)
    return len([(bytes(each.time), bytes(each.serial), each.sum) for each in records])


def _numpy_decoder(count: int) -> Work:
    decoder = block_decoder(RECORDS)
    out = decoder.allocate(count)

    def work(block: bytes) -> int:
        found = decoder.decode(block, out)
        return int(((found.reject == 0) & (found.flags == 0)).sum())

    return work


def _one_at_a_time(block: bytes) -> int:
    good = 0
    for record in _cut(block):
        try:
            good += not RECORDS.decode(record).flags
        except DamagedRecord:
            continue
    return good


def _checked_ways() -> tuple[Way, ...]:
    checks = "all checked"
    return (
        Way(name="watchclock, block", checks=checks, records=MANY, work=_numpy_decoder(MANY)),
        Way(
            name="`struct.iter_unpack` and plain Python",
            checks=checks,
            records=FEW,
            work=lambda block: decode_with_struct(block)[2].count(0),
        ),
        Way(name="watchclock, one at a time", checks=checks, records=SAMPLE, work=_one_at_a_time),
        Way(name="construct, compiled", checks=checks, records=SAMPLE, work=_good(COMPILED)),
        Way(name="construct, interpreted", checks=checks, records=SAMPLE, work=_good(CHECKED)),
    )


def _cutting_ways() -> tuple[Way, ...]:
    checks = "fields"
    return (
        Way(
            name="`struct.iter_unpack`",
            checks=checks,
            records=FEW,
            work=lambda block: len(list(struct.iter_unpack("6s6sB", block))),
        ),
        Way(name="ctypes", checks=checks, records=FEW, work=_ctypes),
        Way(name="Kaitai Struct", checks=checks, records=SAMPLE, work=_kaitai),
        Way(name="dissect.cstruct", checks=checks, records=SAMPLE, work=_cstruct()),
        Way(
            name="construct, compiled",
            checks=checks,
            records=SAMPLE,
            work=lambda block: len(COMPILED_ARRAY.parse(block)),
        ),
        Way(
            name="construct, interpreted",
            checks=checks,
            records=SAMPLE,
            work=lambda block: len(Array(len(block) // SIZE, FIELDS).parse(block)),
        ),
    )


def _require_equal(found: dict[Way, int]) -> None:
    for way, count in found.items():
        expected = way.records - (2 * way.records // 1_000 if way.checks == "all checked" else 0)
        if count != expected:
            sys.exit(f"{way.name}: {count} records where {expected} are good")


def _rows(speeds: dict[Way, float]) -> Iterator[str]:
    yield "| way | what it does | records a second | a watchclock block is so many times as fast |"
    yield "|---|---|---|---|"
    fastest = max(speeds.values())
    for way, speed in sorted(speeds.items(), key=lambda item: -item[1]):
        times = "1" if speed == fastest else f"{fastest / speed:,.0f}"
        yield f"| {way.name} | {way.checks} | {speed:,.0f} | {times} |"


def _about() -> str:
    libraries = ("construct", "kaitaistruct", "dissect.cstruct", "numpy")
    named = ", ".join(f"{name} {version(name)}" for name in libraries)
    return (
        f"Measured {date.today().isoformat()} on {platform.machine()} with Python "  # noqa: DTZ011
        f"{platform.python_version()}, {named}; best of {ROUNDS} rounds taken in turn."
    )


def main() -> None:
    """Measure and write the table into the page."""
    block = stored_records(FEW) * 10
    listed = (*_checked_ways(), *_cutting_ways())
    blocks = {way: block[: way.records * SIZE] for way in listed}
    _require_equal({way: way.work(blocks[way]) for way in listed})
    named = {
        f"{place}": (lambda way=way: way.work(blocks[way]))  # type: ignore[misc]
        for place, way in enumerate(listed)
    }
    times = best_times(named, ROUNDS)
    speeds = {way: way.records / times[str(place)] for place, way in enumerate(listed)}
    table = "\n".join([BEGIN_MARK, "", _about(), "", *_rows(speeds), "", END_MARK])
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(BEGIN_MARK)
    _, _, after = rest.partition(END_MARK)
    PAGE.write_text(before + table + after, "utf-8")
    sys.stdout.write(table + "\n")


if __name__ == "__main__":
    np.seterr(all="raise")
    main()
