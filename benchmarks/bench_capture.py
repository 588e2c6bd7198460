"""Reading and replaying the capture of a full fcard wand, 20,000 records in 2,964 chunks.

The reference is ``sum`` over the same bytes.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from time import perf_counter
from typing import TypeVar

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from tests.support import by_hand_fcard as by_hand
from tests.support.captures import capture_of
from watchclock_protocol.capture import Lane, read_capture
from watchclock_protocol.replay import replay

Decoded = TypeVar("Decoded")
RECORDS = 20_000
RANGE = 500
PAGE = 7
START = datetime(2026, 11, 1)  # noqa: DTZ001  # wand time has no zone


def _record(serial: int) -> tuple[int, bytes]:
    return serial, by_hand.card_record(1, START + timedelta(minutes=serial), 0, serial)


def _conversation() -> Iterator[tuple[Lane, bytes]]:
    pointers = by_hand.pointers((60_000, RECORDS, 0, False), (1_000, 0, 0, False))
    yield Lane.TO_WAND, by_hand.frame(7, 1, 0x01, 0x01)
    yield Lane.FROM_WAND, by_hand.frame(7, 1, 0x31, 0x01, b"\x07")
    yield Lane.TO_WAND, by_hand.frame(7, 2, 0x04, 0x01)
    yield Lane.FROM_WAND, by_hand.frame(7, 2, 0x34, 0x01, pointers)
    for first in range(1, RECORDS + 1, RANGE):
        yield Lane.TO_WAND, by_hand.frame(7, 3, 0x04, 0x06, by_hand.read_range(1, first, RANGE))
        for start in range(first, first + RANGE, PAGE):
            page = [_record(serial) for serial in range(start, min(start + PAGE, first + RANGE))]
            yield Lane.FROM_WAND, by_hand.frame(7, 3, 0x34, 0x06, by_hand.page(page))
        yield Lane.FROM_WAND, by_hand.frame(7, 3, 0xF4, 0x06, RANGE.to_bytes(4, "big"))


@pytest.fixture(scope="module")
def capture_bytes() -> bytes:
    return capture_of(*_conversation(), dialect="fcard")


def _reference_s(data: bytes) -> float:
    times: list[float] = []
    for _ in range(5):
        began = perf_counter()
        sum(data)
        times.append(perf_counter() - began)
    return min(times)


def _measured(benchmark: BenchmarkFixture, data: bytes, work: Callable[[], Decoded]) -> Decoded:
    result: Decoded = benchmark.pedantic(work, rounds=5)  # type: ignore[no-untyped-call]  # pytest-benchmark has no types
    if benchmark.stats is not None:
        benchmark.extra_info["ratios"] = {"sum": benchmark.stats.stats.min / _reference_s(data)}
    return result


def bench_read_capture_of_20000_records(benchmark: BenchmarkFixture, capture_bytes: bytes) -> None:
    capture = _measured(benchmark, capture_bytes, lambda: read_capture(capture_bytes))
    assert capture.is_closed
    assert len(capture.blocks) == 2_965


def bench_replay_of_20000_records(benchmark: BenchmarkFixture, capture_bytes: bytes) -> None:
    capture = read_capture(capture_bytes)
    download = _measured(benchmark, capture_bytes, lambda: replay(capture))
    assert len(download.records) == RECORDS
    assert download.is_complete
    assert download.rejected == ()
